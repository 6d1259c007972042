"""`./tiepdan bench join [--json] [--rounds N]`: how long it takes to get in.

A whole office runs, with real Chromium in front of fake cameras. Two ways are timed:

* from the link to the waiting room: as on a device that was tried before (again) and with the
  guided check on the way (first), each in a browser that has nothing in its cache;
* from the chair's press on "Mời vào" to the first picture of everybody: of the chair and the city
  at the citizen's telephone, and of the citizen at both of theirs; the last of the four counts.
"""

import argparse
import asyncio
import contextlib
import json
import math
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browsers import PHONE, Person, hall
from tests.journeys import room
from tests.journeys.room import Company
from tests.office_process import running_office

ROUNDS = 10
WAITING = "window.tiepdan?.state().view?.you.status === 'waiting'"
MOST_TAPS = 3
PATIENCE = 30.0
GOALS = {"waiting_again": 5.0, "waiting_first": 5.0, "pictures": 1.0, "pictures_p95": 2.0}
"""Seconds; medians but for the last."""
_SEEN = (Path(__file__).parent / "join_page.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of each round, and what had to be pressed."""

    taps_again: int
    taps_first: int
    again: tuple[float, ...]
    first: tuple[float, ...]
    pictures: tuple[float, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """What is printed: one object."""
        found = {
            "waiting_again": statistics.median(self.again),
            "waiting_first": statistics.median(self.first),
            "pictures": statistics.median(self.pictures),
            "pictures_p95": percentile(self.pictures, 0.95),
        }
        is_met = {name: found[name] < goal for name, goal in GOALS.items()}
        is_met["taps"] = max(self.taps_again, self.taps_first) <= MOST_TAPS
        return {
            **{name: round(value, 3) for name, value in found.items()},
            "goals": GOALS | {"taps": MOST_TAPS},
            "met": is_met,
            "rounds": asdict(self),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of all does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


async def measure(rounds: int) -> Figures:
    """Prepare one reception, then come to its door and be let in again and again."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_office() as office, hall(Path(folder)) as opened:
            company = await room.gather(opened, office)
            for person in company.everybody:
                await person.page.context.add_init_script(_SEEN)
            await room.to_the_door(company, is_checking=False)
            link = company.lan.page.url.removesuffix("/phong")
            taps_first, first = await _ways(company, link, rounds, is_first=True)
            taps_again, again = await _ways(company, link, rounds, is_first=False)
            await company.lan.page.goto(f"{link}/phong")
            await room.take_places(company)
            await room.all_pictures(company)
            pictures = [await _let_in(company) for _ in range(rounds)]
            return Figures(taps_again, taps_first, tuple(again), tuple(first), tuple(pictures))


async def _ways(company: Company, link: str, rounds: int, *, is_first: bool) -> tuple[int, list[float]]:
    found, taps = list[float](), 0
    for _ in range(rounds):
        async with _fresh(company.lan) as page:
            if not is_first:
                await page.add_init_script(
                    "localStorage['tiepdan.check'] = JSON.stringify({score: 'good', at: Date.now() - 6e4})"
                )
            began = time.time()
            taps = await _to_the_waiting_room(page, link, is_first=is_first)
            found.append(time.time() - began)
    return taps, found


@contextlib.asynccontextmanager
async def _fresh(person: Person) -> AsyncIterator[Page]:
    browser = person.page.context.browser
    assert browser is not None
    context = await browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="vi-VN", is_mobile=True, has_touch=True
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def _to_the_waiting_room(page: Page, link: str, *, is_first: bool) -> int:
    taps = 0
    await page.goto(link, wait_until="commit")
    if is_first:
        await page.get_by_role("button", name="Bắt đầu kiểm tra").tap()
        await page.get_by_role("button", name="Tôi nghe thấy").tap()
        taps += 2
    await page.get_by_role("link", name="Vào phòng chờ").first.tap()
    await page.wait_for_url("**/phong", wait_until="commit")
    async with asyncio.timeout(PATIENCE):
        while not await page.evaluate(WAITING):  # noqa: ASYNC110 the page tells nobody
            await asyncio.sleep(0.01)
    return taps + 1


async def _let_in(company: Company) -> float:
    hanh, lan = company.hanh.page, company.lan.page
    await _send_out(company)
    waiting = hanh.locator("li.present__one--waiting", has_text="Nguyễn Thị Lan")
    admit = waiting.get_by_role("button", name="Mời vào")
    await admit.wait_for()
    member = company.member
    seen = [
        asyncio.ensure_future(page.evaluate("m => joined.lastFirstPicture(m)", whom))
        for page, whom in (
            (lan, [member["hanh"], member["bao"]]),
            (hanh, [member["lan"]]),
            (company.bao.page, [member["lan"]]),
        )
    ]
    pressed = await admit.evaluate("button => { const at = Date.now(); button.click(); return at; }")
    last = max(await asyncio.wait_for(asyncio.gather(*seen), PATIENCE))
    return float(last - pressed) / 1000


async def _send_out(company: Company) -> None:
    hanh, lan = company.hanh.page, company.lan.page
    here = hanh.locator(f"li.present__one[data-member='{company.member['lan']}']")
    await here.locator("summary").click()
    await here.get_by_role("button", name="Mời ra").click()
    await hanh.get_by_label("Lý do").fill("Đo thời gian vào phòng")
    await hanh.get_by_role("dialog").get_by_role("button", name="Mời ra").click()
    await lan.get_by_role("button", name="Xin vào lại").click()
    await company.lan.until(WAITING)
    known = lan.get_by_role("button", name=room.KNOWN)
    if await known.count():
        await room.acknowledge(company.lan)
    # What the pages still draw of the parting is not part of the coming.
    await asyncio.sleep(1.0)


def write(facts: dict[str, Any]) -> str:
    """Lay the figures out for people."""
    rounds, lines = facts["rounds"], []
    for name, words in (
        ("waiting_again", f"link to waiting room, device known, {rounds['taps_again']} tap(s): median"),
        ("waiting_first", f"link to waiting room, with the check, {rounds['taps_first']} tap(s): median"),
        ("pictures", "admitted to first picture of everybody: median"),
        ("pictures_p95", "admitted to first picture of everybody: 95 of 100 within"),
    ):
        mark = "met" if facts["met"][name] else "MISSED"
        lines.append(f"{facts[name]:7.3f} s  {words} (goal {facts['goals'][name]} s: {mark})")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="./tiepdan bench join")
    parser.add_argument("--json", action="store_true", help="one object as the last line")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each measurement (default: %(default)s)")
    asked = parser.parse_args(arguments)
    facts = asyncio.run(measure(max(1, asked.rounds))).facts
    print(write(facts))
    if asked.json:
        print(json.dumps(facts))
    return 0 if all(facts["met"].values()) else 1
