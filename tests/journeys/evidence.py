"""What the recording shows, decoded from the files that the office serves, and played in a browser."""

import asyncio
import math
import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recordings.manifest import Closed, read_lines
from tests import signals
from tests.browsers import Person
from tests.journeys.room import NEAR_TONE, Company, Moment, is_near
from tests.signals import Floats, Watched

LENGTH_OFF = 0.5
STEP_OFF = 0.08
STARVED_AT_MOST = 0.3
"""Seconds of sound that a fake microphone may owe in a whole reception and still be a clock to measure by."""
BEEP_OFF = 0.05
MISSING_AT_MOST = 25
"""Packets; half a second of one voice."""
NAMES = {"hanh": "Đỗ Thị Hạnh", "lan": "Nguyễn Thị Lan", "bao": "Đinh Quốc Bảo"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One person's playable file."""

    person: Person
    src: str
    watched: Watched


async def open_recording(company: Company, folder: Path, within: float = 60.0) -> list[Recorded]:
    """The chair opens the recording, as soon as it can be played; decode every file of it."""
    page, url = company.hanh.page, f"{company.office.url}/ban-ghi/{company.code}"
    async with asyncio.timeout(within):
        while True:
            await page.goto(url)
            if await page.locator(".player video").count() == len(company.everybody):
                break
            await asyncio.sleep(0.5)
    found = []
    for person in company.everybody:
        figure = page.locator(".player__picture", has_text=NAMES[person.signal.name])
        src = str(await figure.locator("video").get_attribute("src"))
        answer = await page.request.get(f"{company.office.url}{src}")
        assert answer.status == 200
        file = folder / f"served-{person.signal.name}.webm"
        file.write_bytes(await answer.body())
        watched = await asyncio.to_thread(signals.watch, file, person.signal)
        found.append(Recorded(person, src, watched))
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """A reception that was held: when its recording was started and closed, and how each source was in step."""

    started: Moment
    closed: Moment
    steps: dict[str, Floats]
    starved: dict[str, float]
    """Seconds of sound that each microphone owes, for want of a processor."""

    def off(self, length: float) -> float:
        """Return by how many seconds a length is wrong, beyond what a press that took its time leaves open."""
        least, most = self.closed.after - self.started.before, self.closed.before - self.started.after
        return min(0.0, length - least) + max(0.0, length - most)

    def is_judged(self, person: Person) -> bool:
        """Whether time can be measured by this person's devices: they ran, and were no part of the fault."""
        return self.starved[person.signal.name] < STARVED_AT_MOST


def check_content(recorded: Recorded, held: Held) -> None:
    """Assert picture, tone and length."""
    who, watched = recorded.person.signal, recorded.watched
    assert is_near(watched.colour, who.colour), (who.name, watched.colour)
    assert abs(watched.tone - who.tone) < NEAR_TONE, (who.name, watched.tone)
    assert not held.is_judged(recorded.person) or abs(held.off(watched.length)) < LENGTH_OFF, (
        who.name,
        watched.length,
        held,
    )
    # The median: fake devices on a busy machine stop for moments; what was sent and not recorded is counted apart.
    assert abs(np.median(np.diff(watched.beeps)) - 1) < BEEP_OFF, (who.name, watched.beeps)
    assert np.median(np.diff(watched.pictures)) < 2.5 / signals.FPS, (who.name, watched.pictures)


def check_nothing_missing(company: Company) -> None:
    """Assert that next to nothing of what was sent never reached the recording."""
    manifest = company.office.recordings() / company.code / "manifest.jsonl"
    lines, torn = read_lines(manifest.read_text(encoding="utf-8"))
    missing = {(line.member, line.segment): line.missing_packets for line in lines if isinstance(line, Closed)}
    assert torn == 0
    assert set(company.member.values()) <= {member for member, _ in missing}
    assert sum(missing.values()) <= MISSING_AT_MOST, missing


async def delivered(company: Company) -> dict[str, float]:
    """Return by how many seconds the clock is ahead of each microphone; only differences mean something."""
    return {
        each.signal.name: time.monotonic() - float(await each.page.evaluate("spy.delivered()"))
        for each in company.everybody
    }


async def source_steps(person: Person) -> Floats:
    """Return the moments of this browser's flashes, by the machine's clock, and how much later each beep left it."""
    found = await person.page.evaluate("spy.measurement()")
    times = {name: np.array(found[name]) for name in ("flashes", "beeps")}
    rises = {name: signals.rises(each[:, 0] + found["origin"], each[:, 1]) for name, each in times.items()}
    return signals.steps_of(rises["flashes"], rises["beeps"])


def check_steps(recorded: Recorded, held: Held) -> float:
    """Assert that sound and picture left the recording as far apart as they came; return by how much not.

    Not a number where the devices themselves ran apart.
    """
    if not held.is_judged(recorded.person):
        return math.nan
    source = held.steps[recorded.person.signal.name]
    steps = recorded.watched.steps() + np.array([held.started.about, 0.0])
    shifts = signals.shifts(steps, source)
    who = recorded.person.signal.name
    assert shifts.size > 4, (who, steps, source)
    late = float(np.median(shifts))
    assert abs(late) < STEP_OFF, (who, shifts)
    return late


async def play(company: Company, recorded: list[Recorded]) -> None:
    """Assert that the player shows every moving picture in its colour, and the time goes on."""
    page = company.hanh.page
    await page.get_by_role("button", name="Phát").click()
    for each in recorded:
        condition = """src => {
          const video = document.querySelector(`video[src="${src}"]`);
          const seen = spy.describe(video);
          return seen && video.currentTime > 3 && !video.paused ? seen : null;
        }"""
        await company.hanh.until(condition, 30, each.src)
        seen = await page.evaluate(condition, each.src)
        assert seen, each.src
        assert is_near((seen["r"], seen["g"], seen["b"]), each.person.signal.colour), seen
    await page.get_by_role("button", name=re.compile("Tạm dừng")).click()
    assert not company.hanh.troubles, company.hanh.troubles
