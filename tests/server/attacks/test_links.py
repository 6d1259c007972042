"""Links after their time, links of others, digits by guessing (platform.md D.7: 1, 3, 31)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.app import ROUTES
from server.house import House
from server.scheduling import actions as scheduling
from server.scheduling.rules import link_token
from server.tables import Appointment, RateCounter, Slot
from server.words import AppointmentState
from tests.conftest import OpenBrowser
from tests.people import LAN
from tests.server.reception.booked import Booked, book_lan
from tests.server.reception.test_entry import link, tell

NAME = LAN.name


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


def move_an_hour_on(db: Session, house: House, booked: Booked) -> str:
    """Move Lan's appointment to a new slot; return the new code."""
    at = house.clock.now()
    old = db.scalars(select(Appointment).where(Appointment.code == booked.appointment_code)).one()
    was = db.get_one(Slot, old.slot_id)
    slot = Slot(
        day_id=was.day_id,
        starts_at=was.starts_at + timedelta(hours=1),
        ends_at=was.ends_at + timedelta(hours=1),
        capacity=1,
        booked=1,
    )
    db.add(slot)
    db.flush()
    scheduling.leave(db, at, old, AppointmentState.MOVED, "")
    return scheduling.follow(db, at, old, slot.id, is_in_person=False).code


def cancel(db: Session, house: House, booked: Booked) -> None:
    old = db.scalars(select(Appointment).where(Appointment.code == booked.appointment_code)).one()
    scheduling.leave(db, house.clock.now(), old, AppointmentState.CANCELLED, "")


async def test_a_moved_appointment_leads_to_its_new_hour_only(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, citizen = await open_browser("tu"), await open_browser()
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    await ward.post(f"/luot-tiep/{room}/khach", name="Vy Thị Mơ", role="interpreter")
    guest = (await ward.get(f"/luot-tiep/{room}")).split("/vao/")[1].split("<")[0]
    new = await house.db.write(move_an_hour_on, house, booked)
    there = f"/vao/{link_token(house.settings.key('links'), new)}"
    assert await citizen.get(f"/vao/{link(house, booked)}", 303) == there
    assert await citizen.get(f"/vao/{link(house, booked)}/phong", 303) == there
    await citizen.get(f"/vao/{guest}", 410)
    await citizen.get(f"/vao/{guest}/phong", 410)
    # Nor do officers get a ticket for the hour that will not be.
    await ward.get(f"/phong/{room}", 409)


async def test_a_cancelled_appointment_opens_nothing(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward, citizen = await open_browser("tu"), await open_browser()
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    await house.db.write(cancel, house, booked)
    for path in ("", "/phong"):
        assert NAME not in await citizen.get(f"/vao/{link(house, booked)}{path}", 410)
    await ward.get(f"/phong/{room}", 409)
    await ward.get(f"/phong/{room}/diem-cau", 409)
    assert "Không có lịch hẹn nào" in await citizen.post(
        "/nhap-ma", digits=booked.digits, phone=booked.phone, status=422
    )


async def test_after_the_end_the_link_leads_to_the_minutes_and_into_no_room(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, citizen = await open_browser("tu"), await open_browser()
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    await ward.post(f"/luot-tiep/{room}/khach", name="Vy Thị Mơ", role="interpreter")
    guest = (await ward.get(f"/luot-tiep/{room}")).split("/vao/")[1].split("<")[0]
    await tell(ward, room, "room_opened", "began", "ended")
    assert (await citizen.get(f"/vao/{link(house, booked)}", 303)).endswith("/bien-ban/xem")
    assert NAME not in await citizen.get(f"/vao/{link(house, booked)}/phong", 410)
    assert NAME not in await citizen.get(f"/vao/{guest}", 410)
    assert NAME not in await citizen.get(f"/vao/{guest}/phong", 410)


async def test_digits_lead_back_into_a_reception_that_has_begun(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, citizen = await open_browser("tu"), await open_browser()
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    await tell(ward, room, "room_opened", "began")
    assert (await citizen.post("/nhap-ma", digits=booked.digits, phone=booked.phone)).startswith("/vao/LH-")
    house.clock.set(house.clock.now() + timedelta(days=1))
    await citizen.post("/nhap-ma", digits=booked.digits, phone=booked.phone, status=422)


async def test_guessing_digits_of_a_known_telephone_is_stopped(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    thief = await open_browser()
    for number in range(8):
        await thief.post("/nhap-ma", digits=f"{number:06d}", phone=booked.phone, status=422)
    await thief.post("/nhap-ma", digits=booked.digits, phone=booked.phone, status=429)
    # Counted where a restart does not forget it, and for a while only.
    house.clock.set(house.clock.now() + timedelta(minutes=16))
    await thief.post("/nhap-ma", digits=booked.digits, phone=booked.phone)


@pytest.mark.one_engine
async def test_counters_do_not_tell_who_asked(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    await browser.post("/nhap-ma", digits="111222", phone=booked.phone, status=422)
    await browser.post("/tra-cuu", code=booked.request_code, phone="0987654321", status=422)
    kept = await house.db.read(lambda db: " ".join(db.scalars(select(RateCounter.bucket))))
    assert kept.count(":") == 4
    assert not any(word in kept for word in (booked.phone, "127.0.0", booked.request_code))


@pytest.mark.one_engine
def test_f34_nothing_shows_a_room_to_who_has_neither_link_nor_account() -> None:
    rooms = [route for route in ROUTES if re.search("/(phong|vao|ban-ghi|luot-tiep|toan-canh|ws)(/|$)", route.path)]
    assert len(rooms) > 20
    opened = {route.path for route in rooms if not route.roles and "{token}" not in route.path}
    assert opened == {"/ws/{worker}"}, "the socket asks for a ticket first"


async def test_f34_forged_links_all_look_the_same(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    browser = await open_browser()
    good = link(house, booked)
    changed = good[:-1] + ("A" if good[-1] != "A" else "B")
    forged = [changed, f"LH-XXXX-XXXX.{'x' * 20}", "no-dot-at-all", "KM-AAAA-AAAA."]
    for path in ("/vao/{}", "/vao/{}/phong", "/hen/{}", "/hen/{}.pdf", "/vao/{}/bien-ban/xem"):
        pages = {(await browser.get(path.format(token), 404)).replace(token, "") for token in forged}
        assert len({page.split("<main")[1].split("refusal__answers")[0] for page in pages}) == 1, path
