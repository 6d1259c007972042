"""Stopped here: quarantine and paper; the opening script; adjourned; the city's overview."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.errors import Refused
from server.house import House
from server.minutes import actions as minutes
from server.minutes import actions_write, queries_head
from server.minutes.actions_write import Saving
from server.reception import actions
from server.scheduling.rules import link_token
from server.tables import (
    Case,
    Job,
    OutboxLetter,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    Slot,
)
from server.who import Who
from server.words import MinutesField, RequestState
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import Booked, book_lan
from tests.server.reception.test_entry import tell


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


async def opened(ward: Browser, booked: Booked) -> str:
    return (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]


def lay_next_week(db: Session) -> int:
    """A published day a week on, with one free half hour; return its slot."""
    old, slot = db.scalars(select(ReceptionDay)).one(), db.scalars(select(Slot)).one()
    week = timedelta(days=7)
    day = ReceptionDay(
        code="KT-TEST-02", unit_id=old.unit_id, kind=old.kind, held_on=old.held_on + week, place=old.place,
        chair_id=old.chair_id, state=old.state, published_at=old.published_at, created_at=old.created_at,
    )  # fmt: skip
    db.add(day)
    db.flush()
    free = Slot(day_id=day.id, starts_at=slot.starts_at + week, ends_at=slot.ends_at + week, capacity=1, booked=0)
    db.add(free)
    db.flush()
    return free.id


async def enter(house: House, who: Who, code: str) -> None:
    await house.db.write(actions.admit_officer, who, house.clock.now(), code, as_ward_room=False)


def was_there(db: Session, code: str) -> None:
    """Whoever has a place in the room was connected."""
    for member in db.scalars(select(ReceptionMember).join(Reception).where(Reception.code == code)):
        member.first_connected_at = member.created_at


async def is_named_to(ward: Browser, office: Browser, booked: Booked) -> None:
    """Lan and her matter stand in the lists of the one and nowhere before the other."""
    await office.get(f"/dang-ky-moi/{booked.request_code}", 404)
    for page in ("/hom-nay", "/lich/KT-TEST-01", "/dang-ky-moi?loc=heard"):
        assert "Nguyễn Thị Lan" in await ward.get(page)
        seen = await office.get(page)
        assert "Nguyễn Thị Lan" not in seen
        assert "Thoát nước" not in seen


async def test_a_stop_quarantines_and_leads_to_paper(
    open_browser: OpenBrowser, house: House, booked: Booked, who_of: Callable[..., Who]
) -> None:
    ward, office, city = await open_browser("tu"), await open_browser("loan"), await open_browser("bao")
    code = await opened(ward, booked)
    await ward.get(f"/luot-tiep/{code}/dung", 404)
    await house.db.write(minutes.begin, who_of("tu"), house.clock.now(), code)
    await office.get(f"/luot-tiep/{code}")
    await tell(ward, code, "room_opened", "began")
    await enter(house, who_of("tu"), code)
    await house.db.write(was_there, code)
    await tell(ward, code, "stopped_here", first=3, facts={"by": "o-1", "ground": "denunciation"})
    await tell(ward, code, "ended", first=4, facts={"outcome": "stopped"})

    def facts(db: Session) -> tuple[bool, int]:
        case = db.scalars(select(Case)).one()
        return case.is_restricted, db.scalar(select(func.count()).select_from(Job).where(Job.name == "compose")) or 0

    assert await house.db.read(facts) == (True, 0)
    await is_named_to(ward, office, booked)
    for stranger in (office, city):
        await stranger.get(f"/luot-tiep/{code}", 404)
        await stranger.get(f"/luot-tiep/{code}/dung", 404 if stranger is office else 403)
        await stranger.get(f"/ban-ghi/{code}", 404)
    saving = Saving(MinutesField.CONTENT_PRESENTED, "Tôi tố cáo…", 0, "k" * 32)
    with pytest.raises(Refused, match="minutes_stopped"):
        await house.db.write(actions_write.save_text, who_of("tu"), house.clock.now(), code, saving)
    guest = await open_browser()
    assert "0220" in await guest.get(f"/vao/{link_token(house.settings.key('links'), booked.appointment_code)}", 410)

    page = await ward.get(f"/luot-tiep/{code}")
    assert f"/luot-tiep/{code}/dung" in page
    steps = await ward.get(f"/luot-tiep/{code}/dung")
    assert "Ghi tay vào biên bản" in steps
    assert "Lan" not in steps
    await ward.post(f"/luot-tiep/{code}/dung", line="hand", done="1")
    await ward.post(f"/luot-tiep/{code}/dung", line="hand", done="1")
    assert (await ward.get(f"/luot-tiep/{code}/dung")).count("Đã làm lúc") == 1
    await ward.post(f"/luot-tiep/{code}/dung", line="purge", done="1", status=404)
    assert "việc trên giấy chưa xong" in await city.get("/toan-canh")


@pytest.mark.one_engine
async def test_who_wrote_in_a_stopped_reception_still_finishes_it(
    open_browser: OpenBrowser, house: House, booked: Booked, who_of: Callable[..., Who]
) -> None:
    clerk = await open_browser("yen")
    code = await opened(clerk, booked)
    await enter(house, who_of("yen"), code)
    await tell(clerk, code, "room_opened", "stopped_here", facts={"by": "o-1", "ground": "secret"})
    await clerk.get(f"/luot-tiep/{code}/dung", 404)
    await house.db.write(was_there, code)
    assert "bí mật nhà nước" in await clerk.get(f"/luot-tiep/{code}/dung")


async def post_json(browser: Browser, path: str, body: object, status: int = 200) -> None:
    await browser.get("/hom-nay")
    headers = {"X-CSRF-Token": browser.form_token(), "Accept": "application/json"}
    async with browser.http.post(path, json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()


async def test_the_opening_script_is_kept_and_heads_the_minutes(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, theirs = await open_browser("tu"), await open_browser("quan")
    code = await opened(ward, booked)
    path = f"/phong/{code}/kich-ban"
    for _ in range(2):
        await post_json(ward, path, {"line": "greet", "done": True})
    await post_json(ward, path, {"line": "rights", "done": True})
    await post_json(ward, path, {"line": "rights", "done": False})
    await post_json(ward, path, {"line": "nothing", "done": True}, 404)
    await post_json(ward, path, {"line": "greet"}, 422)
    await post_json(theirs, path, {"line": "greet", "done": True}, 404)
    assert '"greet"' in await ward.get(path)
    assert "rights" not in await ward.get(path)

    def head(db: Session) -> list[str]:
        reception = db.scalars(select(Reception.id)).one()
        return [one["code"] for one in queries_head.head_now(db, reception)["opening"]]

    assert await house.db.read(head) == ["greet"]


@pytest.mark.one_engine
async def test_f37_adjourned_waits_for_a_new_day(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward = await open_browser("tu")
    code = await opened(ward, booked)
    await tell(ward, code, "room_opened", "began")
    await tell(ward, code, "failure_choice", first=3, facts={"choice": "adjourn", "ground": "Mất điện"})
    facts: dict[str, object] = {"outcome": "adjourned", "ground": "Mất điện", "spoken": {}}
    await tell(ward, code, "ended", first=4, facts=facts)
    assert await house.db.read(lambda db: db.scalars(select(ReceptionRequest.state)).one()) is RequestState.ACCEPTED
    path = f"/dang-ky-moi/{booked.request_code}/xep-lich"
    assert path in await ward.get(f"/luot-tiep/{code}")

    slot_id = await house.db.write(lay_next_week)
    assert f'value="{slot_id}"' in await ward.get(path)
    form = {"slot_id": str(slot_id), "mode": "home", "key": "e" * 32}
    booking = await ward.post(path, form)
    assert await ward.post(path, form) == booking
    new = booking.rsplit("/", 1)[1].split("?")[0]
    assert f"/lich/hen/{new}" in await ward.get(f"/luot-tiep/{code}")
    slip = await (await open_browser()).get(f"/hen/{link_token(house.settings.key('links'), new)}")
    assert "13/07/2026" in slip
    sent = await house.db.read(lambda db: list(db.scalars(select(OutboxLetter.template))))
    assert "slip" in sent

    then = await opened(ward, replace(booked, appointment_code=new))
    assert then != code
    assert f"/bien-ban/{code}" in await ward.get(f"/luot-tiep/{then}")
    await ward.get(f"/bien-ban/{code}")
    assert f"/bien-ban/{code}" in await ward.get(f"/bien-ban/{then}")

    def head(db: Session) -> tuple[int, dict[str, str]]:
        cases = set(db.scalars(select(Reception.case_id)))
        second = db.scalars(select(Reception.id).where(Reception.code == then)).one()
        return len(cases), queries_head.head_now(db, second)["earlier"][0]

    count, earlier = await house.db.read(head)
    assert (count, earlier["reception_code"], earlier["outcome"]) == (1, code, "adjourned")
    assert earlier["ground"] == "Mất điện"
    assert earlier["minutes_code"].startswith("BB-")


@pytest.mark.one_engine
async def test_the_city_sees_rooms_and_no_names(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward, city = await open_browser("tu"), await open_browser("bao")
    await ward.get("/toan-canh", 403)
    assert "/toan-canh" in await city.get("/hom-nay")
    code = await opened(ward, booked)
    house.clock.set(house.clock.now().replace(hour=2, minute=11))
    page = await city.get("/toan-canh")
    assert "phường Thạch Khôi" in page
    assert "Lan" not in page
    assert "chưa bắt đầu" in page
    await city.post(f"/toan-canh/{code}", alert="not_begun")
    await city.post(f"/toan-canh/{code}", alert="not_begun")
    assert "đã nhận lúc" in await city.get("/toan-canh")
    await city.post(f"/toan-canh/{code}", alert="nonsense", status=404)
    await city.post("/toan-canh/LT-XXXX-XXXX", alert="not_begun", status=404)
    house.clock.set(house.clock.now() + timedelta(hours=1))
    assert "Chưa tiếp" in await city.get("/toan-canh")
