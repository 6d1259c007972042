"""From an appointment to the room's door, and back by the notes of the room."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.room_events import SIGNATURE, sign_body
from server.house import House
from server.scheduling.rules import link_token
from server.tables import Appointment
from server.words import AppointmentState
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import Booked, book_lan

pytestmark = pytest.mark.second_engine_slow


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


def link(house: House, booked: Booked) -> str:
    return link_token(house.settings.key("links"), booked.appointment_code)


async def tell(
    browser: Browser, room: str, *kinds: str, first: int = 1, facts: dict[str, object] | None = None
) -> dict[str, int]:
    """Send notes as a media worker does."""
    at = browser.house.clock.now().isoformat()
    notes = [
        {
            "room": room,
            "seq": first + n,
            "at": at,
            "kind": kind,
            "member": (facts or {}).get("member"),
            "facts": facts or {},
        }
        for n, kind in enumerate(kinds)
    ]
    body = json.dumps({"worker": "m1", "notes": notes}).encode()
    headers = {SIGNATURE: sign_body(body, browser.house.settings.key("tickets")), "Content-Type": "application/json"}
    async with browser.http.post("/internal/notes", data=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return dict((await answer.json())["accepted_until"])


async def test_the_link_leads_to_the_device_check(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    assert "Lan" in await browser.get(f"/vao/{link(house, booked)}")


async def test_a_forged_link_is_not_here(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    await browser.get(f"/vao/{booked.appointment_code}.{'x' * 20}", 404)


async def test_a_link_of_yesterday_is_gone(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    house.clock.set(house.clock.now() + timedelta(days=2))
    await browser.get(f"/vao/{link(house, booked)}", 410)


async def test_six_digits_need_the_telephone_too(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    wrong = await browser.post("/nhap-ma", digits=booked.digits, phone="0987654321", status=422)
    assert "Không có lịch hẹn nào" in wrong
    assert (await browser.post("/nhap-ma", digits=booked.digits, phone=booked.phone)).startswith("/vao/LH-")


async def test_desk_opens_a_reception_once(open_browser: OpenBrowser, booked: Booked) -> None:
    browser = await open_browser("tu")
    assert "Nguyễn Thị Lan" in await browser.get("/hom-nay")
    first = await browser.post(f"/luot-tiep/mo/{booked.appointment_code}")
    assert await browser.post(f"/luot-tiep/mo/{booked.appointment_code}") == first
    assert "Nguyễn Thị Lan" in await browser.get(first)


async def test_another_ward_knows_nothing(open_browser: OpenBrowser, booked: Booked) -> None:
    ours, theirs = await open_browser("tu"), await open_browser("quan")
    desk = await ours.post(f"/luot-tiep/mo/{booked.appointment_code}")
    await theirs.get(desk, 404)
    await theirs.get(desk.replace("luot-tiep", "phong"), 404)
    await theirs.post(f"/luot-tiep/mo/{booked.appointment_code}", status=404)
    assert "Lan" not in await theirs.get("/hom-nay")


async def test_police_and_technician_see_no_name(open_browser: OpenBrowser, booked: Booked) -> None:
    for username in ("cuong", "khoa"):
        page = await (await open_browser(username)).get("/hom-nay")
        assert "09:00" in page
        assert "Lan" not in page


async def test_city_board_sees_it_when_called_in(open_browser: OpenBrowser, booked: Booked) -> None:
    ward, city = await open_browser("tu"), await open_browser("bao")
    desk = await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")
    await city.get(desk, 404)
    page = await ward.get(desk)
    chosen = page.split("Đinh Quốc Bảo")[0].rsplit('value="', 1)[1].split('"')[0]
    await ward.post(f"{desk}/goi", officer_role=chosen)
    assert "Nguyễn Thị Lan" in await city.get("/hom-nay")
    await city.get(desk)


async def test_police_called_in_watch_from_a_seat_without_a_voice(open_browser: OpenBrowser, booked: Booked) -> None:
    ward, police = await open_browser("tu"), await open_browser("cuong")
    desk = await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")
    room = desk.replace("luot-tiep", "phong")
    await police.get(room, 404)
    chosen = (await ward.get(desk)).split("Cán bộ Công an phường", maxsplit=1)[0].rsplit('value="', 1)[1].split('"')[0]
    await ward.post(f"{desk}/goi", officer_role=chosen)
    today = await police.get("/hom-nay")
    assert room in today
    assert "Lan" not in today
    await police.get(desk, 403)
    # The seat is theirs; only a worker is lacking here.
    await police.get(room, 503)
    assert "Người dự thính" in await ward.get(desk)


async def test_guest_link_and_people_and_identity(open_browser: OpenBrowser, booked: Booked) -> None:
    ward = await open_browser("tu")
    desk = await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")
    assert "Xin điền" in await ward.post(f"{desk}/khach", name="", role="interpreter", status=422)
    for _ in range(2):
        await ward.post(f"{desk}/khach", name="Vy Thị Mơ", role="interpreter")
    page = await ward.get(desk)
    # Pressed twice is invited once.
    assert page.count('/thu-hoi"') == 1
    guest = page.split("/vao/")[1].split("<")[0]
    assert "KM-" in guest
    await (await open_browser()).get(f"/vao/{guest}")
    await ward.post(f"{desk}/diem-cau", people="Đỗ Thị Hạnh, Chủ tịch\nNguyễn Anh Tú – Công chức")
    assert "Đỗ Thị Hạnh, Chủ tịch" in await ward.get(desk)
    await ward.post(f"{desk}/dinh-danh", method="card_shown")
    await ward.post(f"{desk}/dinh-danh", method="nothing", status=422)


async def test_notes_are_taken_once_and_in_order(open_browser: OpenBrowser, booked: Booked) -> None:
    ward = await open_browser("tu")
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    assert await tell(ward, room, "room_opened", "began") == {room: 2}
    assert await tell(ward, room, "room_opened", "began") == {room: 2}
    assert await tell(ward, room, "ended", first=9) == {room: 2}
    assert "Đang tiếp" in await ward.get("/hom-nay")
    assert await tell(ward, room, "ended", first=3) == {room: 3}
    assert "Đã kết thúc" in await ward.get("/hom-nay")
    await ward.get(f"/phong/{room}", 409)


async def test_notes_of_strangers_are_refused(open_browser: OpenBrowser, booked: Booked) -> None:
    browser = await open_browser()
    async with browser.http.post("/internal/notes", data=b"{}", headers={SIGNATURE: "0" * 64}) as answer:
        assert answer.status == 403


async def test_a_segment_is_registered_once(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward = await open_browser("tu")
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    at = datetime(2026, 7, 6, 2, 0, tzinfo=UTC).isoformat()
    facts: dict[str, object] = {
        "file": "c-001.webm", "member": "c", "segment": 1, "bytes": 10, "sha256": "0" * 64, "zero_ms": 0,
        "started_at": at, "ended_at": at, "has_audio": True, "has_video": True, "closed": "clean",
    }  # fmt: skip
    await tell(ward, room, "began", "segment_closed", "segment_closed", "ended", facts=facts)
    page = await ward.get(f"/ban-ghi/{room}")
    assert page.count("c-001.webm") == 1
    assert "đang được chuẩn bị" in page
    await (await open_browser("quan")).get(f"/ban-ghi/{room}", 404)
    await (await open_browser("khoa")).get(f"/ban-ghi/{room}", 403)


async def test_a_moved_appointment_leads_to_the_new_one(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    def move(db: Session) -> str:
        old = db.scalars(select(Appointment).where(Appointment.code == booked.appointment_code)).one()
        old.state = AppointmentState.MOVED
        db.flush()
        at = house.clock.now()
        new = Appointment(
            code="LH-TEST-NEW2", slot_id=old.slot_id, request_id=old.request_id, state=AppointmentState.BOOKED,
            digits=old.digits, booked_at=at, changed_at=at,
        )  # fmt: skip
        db.add(new)
        return new.code

    new = await house.db.write(move)
    browser, key = await open_browser(), house.settings.key("links")
    assert await browser.get(f"/vao/{link(house, booked)}", 303) == f"/vao/{link_token(key, new)}"
    assert await browser.get(f"/vao/{link(house, booked)}/phong", 303) == f"/vao/{link_token(key, new)}"
