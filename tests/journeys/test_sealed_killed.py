"""The media worker dies in the middle of a consultation under seal: what it had written stays under seal."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import av
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.manifest import Ledger
from recordings.shelf import RoomFolder
from server.db import Database
from server.tables import Playback, Segment
from server.words import PlaybackState
from tests.journeys import pages, room
from tests.journeys.room import Company

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SLACK = 300
"""Milliseconds: every segment has a clock of its own, anchored to the arrival of its first packet."""
READY = "window.tiepdan.state().view?.consultation?.ready"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """Three people in a recorded reception."""
    async with room.recorded(tmp_path_factory.mktemp("talk")) as company:
        yield company


async def call_aside(talk: Company) -> None:
    """The chair calls the city's board aside under seal, and it comes."""
    hanh = talk.hanh.page
    await pages.press(hanh, "Hội ý riêng")
    await hanh.locator("#aside-sealed").check()
    await hanh.locator("#aside-ground").fill("Trao đổi về người cung cấp tin")
    await pages.press(hanh, "Chọn người để mời")
    one = hanh.locator("li.present__one", has_text="Đinh Quốc Bảo")
    await one.get_by_role("button", name="Mời hội ý").click()
    await pages.press(talk.bao.page, "Đồng ý")
    for each in (talk.hanh, talk.bao):
        await each.until(READY, 30)


async def proven(folder: RoomFolder, people: int, *, under_seal: bool, more_than: int = 0) -> Ledger:
    """Wait until everybody has a proven segment of this kind, after so many."""
    async with asyncio.timeout(60):
        while True:
            ledger = await asyncio.to_thread(folder.ledger)
            found = [each for each in ledger.segments if each.proven and each.under_seal == under_seal]
            if len({each.member for each in found[more_than:]}) == people:
                return ledger
            await asyncio.sleep(0.1)


async def test_what_was_written_before_the_death_stays_under_seal(talk: Company) -> None:
    office, folder = talk.office, RoomFolder(talk.office.recordings() / talk.code)
    await call_aside(talk)
    before = await proven(folder, 3, under_seal=True)
    ordinary = {each.file for each in before.segments if not each.under_seal}
    await asyncio.sleep(2)
    peers = {each.signal.name: await each.page.evaluate("spy.peers.length") for each in talk.everybody}
    office.kill("media")
    for each in talk.everybody:
        await each.until("n => spy.peers.length > n && spy.now() === spy.peers.at(-1)", 30, peers[each.signal.name])
    for each in (talk.hanh, talk.bao):
        await each.until(READY, 60)
    again = await proven(folder, 3, under_seal=True, more_than=3)
    assert {each.file for each in again.segments if not each.under_seal} == ordinary
    assert [each.state for each in again.segments if each.under_seal][:3] == ["repaired"] * 3

    await pages.press(talk.hanh.page, "Kết thúc hội ý")
    over = await proven(folder, 3, under_seal=False, more_than=len(ordinary))
    await asyncio.sleep(2)
    await room.end(talk)
    begins = min(each.zero_ms for each in over.segments if each.under_seal)
    ends = min(each.zero_ms for each in over.segments if not each.under_seal and each.file not in ordinary)
    db = office.database()
    try:
        files = await made(db, 6)
        sealed = [(each.member, each.segment) for each in over.segments if each.under_seal]
        assert await asyncio.to_thread(db.read_now, told) == sorted(sealed)
    finally:
        db.close()
    for file, under_seal in files:
        moments = await asyncio.to_thread(frames, folder, file)
        if under_seal:
            assert begins - SLACK <= min(moments) <= max(moments) <= ends
        else:
            assert not [at for at in moments if begins + SLACK <= at < ends - SLACK], (
                "a sealed second in an ordinary playable file"
            )
            assert max(after - one for one, after in pairwise(moments)) > 2000


def told(session: Session) -> list[tuple[str, int]]:
    """The segments that the office knows to be under seal."""
    rows = session.scalars(select(Segment).where(Segment.under_seal))
    return sorted((each.member, each.number) for each in rows)


def playable(session: Session) -> list[tuple[str, bool]]:
    """The files that can be played, and which of them are under seal."""
    rows = session.scalars(select(Playback).where(Playback.state == PlaybackState.READY))
    return [(each.file, each.under_seal) for each in rows]


async def made(db: Database, files: int) -> list[tuple[str, bool]]:
    """Wait until so many files are playable."""
    async with asyncio.timeout(120):
        while True:
            found = await asyncio.to_thread(db.read_now, playable)
            if len(found) == files:
                return found
            await asyncio.sleep(0.5)


def frames(folder: RoomFolder, file: str) -> list[int]:
    """The moments of all pictures of a playable file, in milliseconds since the recording's zero."""
    with av.open(str(folder.path / file)) as reader:
        return sorted(packet.pts for packet in reader.demux(video=0) if packet.size and packet.pts is not None)
