"""A process dies without warning in the middle of a recorded reception."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from recordings.manifest import Ledger
from recordings.shelf import RoomFolder
from server.tables import Revision
from tests import signals
from tests.journeys import evidence, pages, room
from tests.journeys.room import Company
from tests.office_process import OfficeProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BACK_WITHIN = 10.0
LOST_AT_MOST = 1.0
STILL_AT_MOST = 1.0
HELD_AFTER, COMES_BACK_IN = 20.0, 5.0
"""Seconds without a line after which a page shows and sends nothing by rule, and which its return may take."""

Figures = list[tuple[str, object]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """Three people in a recorded reception."""
    async with room.recorded(tmp_path_factory.mktemp("talk")) as company:
        yield company


SAVE = """async ([address, words]) => {
  const told = document.querySelector('meta[name="csrf"]').content;
  window.kept = window.kept ?? [];
  window.version = window.version ?? 0;
  for (let count = 0; count < 200; count += 1) {
    const text = `${words} ${count}.`;
    const key = crypto.randomUUID().replaceAll("-", "");
    const body = JSON.stringify({ field: "content_presented", words: text, version: window.version, key });
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": told };
    try {
      const answer = await fetch(address, { method: "POST", headers, body });
      if (!answer.ok) return `${answer.status} ${await answer.text()}`;
      window.version = (await answer.json()).version;
      window.kept.push(text);
    } catch {
      return "gone";
    }
  }
  return "all";
}"""
"""Save the minutes over and over until nobody answers; remember what was acknowledged."""


async def test_main_job_talks_on_when_the_web_process_is_killed(talk: Company, request: pytest.FixtureRequest) -> None:
    office, tu = talk.office, talk.tu
    await tu.goto(f"{office.url}/bien-ban/{talk.code}")
    web, media = office.child("web"), office.child("media")
    for person in talk.everybody:
        await person.page.evaluate("spy.watchStreams()")
    async with asyncio.TaskGroup() as group:
        saving = group.create_task(tu.evaluate(SAVE, [f"/phong/{talk.code}/bien-ban/luu", "Bà Lan trình bày, câu"]))
        await asyncio.sleep(1.5)
        killed_at = office.kill("web")
    assert saving.result() == "gone"
    await asyncio.gather(*(each.until("window.tiepdan.state().link.state !== 'open'") for each in talk.everybody))
    await asyncio.gather(*(each.until("window.tiepdan.state().link.state === 'open'", 30) for each in talk.everybody))
    lines_back = time.time() - killed_at
    await room.all_pictures(talk)
    still = max([max(await each.page.evaluate("spy.still()")) for each in talk.everybody])
    figures: Figures = request.node.user_properties
    kept = await tu.evaluate("window.kept")
    figures += [("lines back, s", lines_back), ("media still, s", still), ("saves acknowledged", len(kept))]
    held = lines_back - HELD_AFTER
    assert still < (held + COMES_BACK_IN if held > 0 else STILL_AT_MOST)
    assert office.child("media") == media
    assert office.child("web") not in {0, web}
    assert kept
    assert set(kept) <= await asyncio.to_thread(_saved, office)
    await tu.goto(f"{office.url}/bien-ban/{talk.code}")
    assert (await tu.locator("[name=content_presented]").input_value()) in {kept[-1], _next(kept[-1])}
    await _raise_hand(talk)


def _next(words: str) -> str:
    """The save after this one may have been done though its answer never came."""
    head, _, number = words.rstrip(".").rpartition(" ")
    return f"{head} {int(number) + 1}."


def _saved(office: OfficeProcess) -> set[str]:
    """Every text of the minutes that is on disk."""
    db = office.database()
    try:
        return set(db.read_now(lambda session: session.scalars(select(Revision.words)).all()))
    finally:
        db.close()


async def _raise_hand(talk: Company) -> None:
    """The room still does what is asked of it."""
    await pages.press(talk.lan.page, "Giơ tay")
    await talk.hanh.page.locator("li.present__one", has_text="Nguyễn Thị Lan").get_by_text("Giơ tay").wait_for()
    await pages.press(talk.lan.page, "Hạ tay")


async def test_main_job_comes_back_when_the_media_worker_is_killed(
    talk: Company, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    office, figures = talk.office, request.node.user_properties
    folder = RoomFolder(office.recordings() / talk.code)
    before = await asyncio.to_thread(folder.ledger)
    # Long enough that what was just recorded is not the beginning.
    await asyncio.sleep(3)
    peers = {each.signal.name: await each.page.evaluate("spy.peers.length") for each in talk.everybody}
    killed_at = office.kill("media")
    for each in talk.everybody:
        await each.until("n => spy.peers.length > n && spy.now() === spy.peers.at(-1)", 15, peers[each.signal.name])
    await room.all_pictures(talk, more=2)
    back = time.time() - killed_at
    await talk.hanh.until("window.tiepdan.state().view.recording.state === 'on'", 15)
    again = await _recorded_again(folder, before)
    lost = {name: killed_at - at for name, at in _last_moments(folder, again, before).items()}
    figures += [("back, s", back), ("recording again, s", time.time() - killed_at), ("lost, s", lost)]
    assert back < BACK_WITHIN
    assert set(lost) == set(talk.member.values())
    assert all(each < LOST_AT_MOST for each in lost.values()), lost
    await room.check_what_arrives(talk)
    assert (await talk.lan.room_state())["view"]["phase"] == "live"
    await room.end(talk)
    for one in await evidence.open_recording(talk, tmp_path):
        assert one.watched.pictures[-1] > 10
        assert room.is_near(one.watched.colour, one.person.signal.colour)


async def _recorded_again(folder: RoomFolder, before: Ledger) -> Ledger:
    """Wait until everybody has a new, proven segment."""
    old = {(each.member, each.segment) for each in before.segments}
    async with asyncio.timeout(15):
        while True:
            ledger = await asyncio.to_thread(folder.ledger)
            new = {s.member for s in ledger.segments if s.proven and (s.member, s.segment) not in old}
            if new == {each.member for each in before.segments}:
                return ledger
            await asyncio.sleep(0.1)


def _last_moments(folder: RoomFolder, ledger: Ledger, before: Ledger) -> dict[str, float]:
    """When the last recorded media of each member was, by the machine's clock, in the segments from before."""
    assert ledger.zero_at is not None
    zero, last = ledger.zero_at.timestamp(), dict[str, float]()
    for each in before.segments:
        at = zero + each.zero_ms / 1000 + signals.last_moment(folder.path / each.file)
        last[each.member] = max(last.get(each.member, 0.0), at)
    return last
