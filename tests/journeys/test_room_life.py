"""One recorded reception lives through what happens to people: the city late, two devices, reloads, a server that stands still."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw
from sqlalchemy import select

from recordings.shelf import RoomFolder
from server.tables import Reception, RoomNote
from signaling.presence import Stay, stays
from tests import browsers
from tests.browsers import PATIENCE, Person
from tests.journeys import room
from tests.journeys.room import Company
from tests.office_process import OfficeProcess, running_office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

RELOADS = 20
FROZEN_FOR = 5.0
"""Seconds; the fault itself, not a wait."""

CONNECTED = "window.tiepdan?.state().view?.you.status === 'connected'"
OPEN = "window.tiepdan.state().link.state === 'open'"
HERE = "window.tiepdan.state().view.members.map(m => m.member).sort().join()"
WAITING = "window.tiepdan.state().view.waiting.length"
SHOWN = "document.querySelector('.shown__page img')"
TILES = "[...document.querySelectorAll('figure[data-member]')].map(f => f.dataset.member).sort().join()"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """The chair and the citizen in a recorded reception; the city is called in and not there yet."""
    async with running_office() as office, browsers.hall(tmp_path_factory.mktemp("talk")) as hall:
        company = await room.gather(hall, office)
        await room.to_the_door_by_link(company)
        await room.acknowledge(company.lan)
        await room.come(company, company.hanh)
        await room.let_in(company, "Nguyễn Thị Lan")
        await room.begin_recorded(company)
        yield company


async def test_the_city_comes_late(talk: Company) -> None:
    assert len(talk.inside) == 2
    await room.come(talk, talk.bao)
    room.assert_alone(await talk.bao.room_state())
    await room.let_in(talk, "Đinh Quốc Bảo")
    await room.all_pictures(talk)
    await room.all_voices(talk)
    await _all_recorded(talk)
    for person in talk.inside:
        view = (await person.room_state())["view"]
        assert (view["phase"], view["recording"]["state"]) == ("live", "on")


async def _all_recorded(talk: Company) -> None:
    """Wait until everybody who is inside has a file that was read again from disk."""
    folder = RoomFolder(talk.office.recordings() / talk.code)
    async with asyncio.timeout(PATIENCE):
        while True:
            ledger = await asyncio.to_thread(folder.ledger)
            if {each.member for each in ledger.segments if each.proven} == set(talk.member.values()):
                return
            await asyncio.sleep(0.1)


async def test_a_paper_is_handed_in_taken_and_shown_to_everybody(talk: Company) -> None:
    lan, hanh = talk.lan.page, talk.hanh.page
    await lan.get_by_role("button", name="Nộp giấy tờ").click()
    await lan.locator("[data-choose=camera]").set_input_files(
        {"name": "so-do-cong.jpg", "mimeType": "image/jpeg", "buffer": await asyncio.to_thread(_photo)}
    )
    await lan.get_by_role("button", name="Gửi 1 tệp").click()
    await lan.get_by_text("Đã nộp xong.").wait_for()
    await lan.get_by_role("dialog").get_by_role("button", name="Đóng").click()
    await hanh.locator("#tab-papers").click()
    await hanh.get_by_role("button", name="Nhận vào hồ sơ").click()
    await hanh.get_by_role("button", name="Cho mọi người xem").first.click()
    stamps = set[str]()
    for person in talk.inside:
        await person.until(f"{SHOWN}?.complete && {SHOWN}.naturalWidth > 0")
        stamps.add(await person.page.locator(".shown__by").inner_text())
    (stamp,) = stamps
    assert "SHA-256" in stamp
    assert "Hạnh" in stamp
    await hanh.get_by_role("button", name="Thôi trình chiếu").last.click()
    for person in talk.inside:
        await person.until(f"!{SHOWN}")
    await room.all_pictures(talk)


def _photo() -> bytes:
    """A page that somebody photographed."""
    page, made = Image.new("RGB", (1200, 1600), "white"), io.BytesIO()
    ImageDraw.Draw(page).text((100, 100), "So do cong thoat nuoc ngo 12", fill="black")
    page.save(made, "JPEG")
    return made.getvalue()


async def test_the_newest_of_two_devices_wins(talk: Company) -> None:
    old, browser = talk.lan, talk.lan.page.context.browser
    assert browser is not None
    new = await browsers.sit_down(await browser.new_context(locale="vi-VN"), old.signal)
    await new.page.goto(old.page.url)
    await new.until(CONNECTED)
    elsewhere = old.page.get_by_role("heading", name="Phòng tiếp đã được mở ở nơi khác")
    await elsewhere.wait_for()
    assert await old.page.evaluate("window.tiepdan.stats()") == []
    await room.shows(talk, new)
    await _everybody_stands_once(talk)

    await old.page.get_by_role("button", name="Dùng trang này").click()
    await old.until(CONNECTED)
    await new.page.get_by_role("heading", name="Phòng tiếp đã được mở ở nơi khác").wait_for()
    await new.page.context.close()
    await room.all_pictures(talk)
    await _everybody_stands_once(talk)


async def _everybody_stands_once(talk: Company) -> None:
    """The two officers know of nobody but the three, each has one tile, nobody waits."""
    everybody = ",".join(sorted(talk.member.values()))
    for officer in (talk.hanh, talk.bao):
        assert await officer.page.evaluate(HERE) == everybody
        others = set(talk.member.values()) - {talk.member[officer.signal.name]}
        await officer.until(f"{TILES} === '{','.join(sorted(others))}'")
    assert await talk.hanh.page.evaluate(WAITING) == 0


async def test_twenty_reloads(talk: Company, request: pytest.FixtureRequest) -> None:
    lan, away, before = talk.lan, list[float](), time.time()
    for _ in range(RELOADS):
        began = time.time()
        await lan.page.reload()
        await lan.until(CONNECTED)
        away.append(time.time() - began)
        await room.shows(talk, lan, more=2)
        assert (await lan.room_state())["view"]["phase"] == "live"
        await _everybody_stands_once(talk)
    await room.all_pictures(talk)
    request.node.user_properties.append(("back in the seat after, s", sorted(round(each, 2) for each in away)))
    for member, found in (await _all_here(talk)).items():
        gone = sum(_gaps(found, before))
        bound = sum(away) if member == talk.member["lan"] else 0.0
        assert gone <= bound, (member, gone, bound)


async def _all_here(talk: Company) -> dict[str, tuple[Stay, ...]]:
    """Wait until the office knows of everybody who is here that they are; return their stays."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = await asyncio.to_thread(_presence, talk.office, talk.code)
            if {member for member, found in told.items() if found[-1].until is None} == set(talk.member.values()):
                return told
            await asyncio.sleep(0.2)


def _presence(office: OfficeProcess, code: str) -> dict[str, tuple[Stay, ...]]:
    """Who was here when, from what the room told the office."""
    db = office.database()
    wanted = select(RoomNote).join(Reception).where(Reception.code == code).order_by(RoomNote.seq)
    try:
        return db.read_now(lambda session: stays(session.scalars(wanted).all()))
    finally:
        db.close()


def _gaps(found: tuple[Stay, ...], since: float) -> list[float]:
    """How long somebody was away between stays, as far as it was after a moment; stays never overlap."""
    gaps = []
    for one, then in pairwise(found):
        assert one.until is not None
        assert one.until <= then.came_at
        gaps.append(max(0.0, then.came_at.timestamp() - max(since, one.until.timestamp())))
    return gaps


async def test_they_talk_on_while_the_web_process_stands_still(talk: Company) -> None:
    with talk.office.frozen("web"):
        await asyncio.gather(asyncio.sleep(FROZEN_FOR), *(_lost(each) for each in talk.inside))
        # The lines are known to be dead, and still everybody sees and hears everybody.
        await room.all_pictures(talk)
        await room.all_voices(talk)
    await _as_before(talk)


async def test_they_find_each_other_after_the_media_worker_stood_still(talk: Company) -> None:
    with talk.office.frozen("media"):
        await asyncio.gather(asyncio.sleep(FROZEN_FOR), *(_lost(each) for each in talk.inside))
    await _as_before(talk)
    await room.end(talk)
    assert not talk.office.faults(), talk.office.faults()


async def _lost(person: Person) -> None:
    """The page has noticed that nobody answers."""
    await person.until(f"!({OPEN})")


async def _as_before(talk: Company) -> None:
    """Nobody did anything, and it is as it was: all in their seats, seen, heard and recorded."""
    for person in talk.inside:
        await person.until(f"{OPEN} && {CONNECTED}")
    here = "window.tiepdan.state().view.members.every(m => m.status === 'connected')"
    await talk.hanh.until(here)
    await room.all_pictures(talk)
    await room.all_voices(talk)
    await talk.hanh.until("window.tiepdan.state().view.recording.state === 'on'")
    assert (await talk.hanh.room_state())["view"]["phase"] == "live"
    await _everybody_stands_once(talk)
