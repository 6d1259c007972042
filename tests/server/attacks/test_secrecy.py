"""Denunciations stay unknown to those who may not know (domain.md 2.9, F39, F40; platform.md D.7: 20, 57)."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.house import House
from server.intake.actions_register import NewPerson, NewRequest, register
from server.tables import (
    Appointment,
    AuditEntry,
    Case,
    Citizen,
    OfficerRole,
    OutboxLetter,
    Playback,
    RateCounter,
    Reception,
    ReceptionRequest,
)
from server.who import Who
from server.words import Kind, PlaybackState, Role
from tests.conftest import OpenBrowser
from tests.people import LAN
from tests.server.reception.booked import Booked, book_lan

SUBJECT = "Thoát nước ngõ 12"


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


def make_secret(db: Session, booked: Booked) -> None:
    """What an office that receives denunciations online would have in its tables."""
    db.execute(
        update(ReceptionRequest).where(ReceptionRequest.code == booked.request_code).values(kind=Kind.DENUNCIATION)
    )
    db.execute(update(Case).where(Case.code == booked.case_code).values(is_restricted=True, kind=Kind.DENUNCIATION))
    asked = update(Appointment).where(Appointment.code == booked.appointment_code)
    db.execute(asked.values(cancel_asked_at=Appointment.booked_at, cancel_asked_ground="Bận"))


async def test_a_denunciation_shows_its_hour_only(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    receiver = await open_browser("tu", Role.RECEPTION_OFFICER)
    room = (await receiver.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    await house.db.write(make_secret, booked)
    assert LAN.name in await receiver.get("/hom-nay")
    for username in ("loan", "yen", "phuc", "cuong", "khoa"):
        browser = await open_browser(username)
        pages = [await browser.get("/hom-nay"), await browser.get("/lich/KT-TEST-01")]
        for page in pages:
            assert LAN.name not in page, username
            assert SUBJECT not in page, username
            assert booked.request_code not in page, username
            assert room not in page, username


async def test_f40_a_place_in_the_room_opens_no_denunciation(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    receiver = await open_browser("tu", Role.RECEPTION_OFFICER)
    desk = await receiver.post(f"/luot-tiep/mo/{booked.appointment_code}")
    room = desk.rsplit("/", 1)[1]
    page = await receiver.get(desk)
    board = page.split("Đinh Quốc Bảo")[0].rsplit('value="', 1)[1].split('"')[0]
    await receiver.post(f"{desk}/goi", officer_role=board)
    await house.db.write(make_secret, booked)
    assert "Đinh Quốc Bảo" not in (await receiver.get(desk)).partition('name="officer_role"')[2]
    await receiver.post(f"{desk}/goi", officer_role=board, status=404)
    for username in ("loan", "yen", "bao"):
        browser = await open_browser(username)
        for path in (desk, f"/phong/{room}", f"/bien-ban/{room}", f"/ban-ghi/{room}", f"/vu-viec/{booked.case_code}"):
            await browser.get(path, 403 if username == "yen" and "ban-ghi" in path else 404)


@pytest.mark.one_engine
async def test_counters_of_the_rail_do_not_count_it(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    await house.db.write(make_secret, booked)
    chair, head = await open_browser("hanh"), await open_browser("loan")
    assert "1" in _rail(await chair.get("/lich"))
    assert "1" not in _rail(await head.get("/lich"))


def _rail(page: str) -> str:
    return page.split('href="/lich"')[1].split("</a>", maxsplit=1)[0].split("rail__label")[1]


async def test_a_department_of_another_ward_cannot_be_called_in(
    open_browser: OpenBrowser, house: House, booked: Booked, who_of: Callable[..., Who]
) -> None:
    stranger = who_of("quan")

    def elsewhere(db: Session) -> int:
        role = OfficerRole(
            officer_id=stranger.officer_id,
            unit_id=stranger.unit_id,
            role=Role.CASE_OFFICER,
            given_at=house.clock.now(),
        )
        db.add(role)
        db.flush()
        return role.id

    role_id = await house.db.write(elsewhere)
    ward = await open_browser("tu")
    desk = await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")
    await ward.post(f"{desk}/goi", officer_role=str(role_id), status=404)


async def test_nobody_adds_an_address_to_a_known_person(house: House) -> None:
    """Links and one-time codes would go there."""
    at = house.clock.now()

    def enter(db: Session, email: str, key: str) -> None:
        unit_id = db.scalars(select(OfficerRole.unit_id).where(OfficerRole.role == Role.WARD_CHAIR)).first() or 0
        person = NewPerson(LAN.name, LAN.phone, email, id_number=LAN.id_number)
        register(db, at, NewRequest(unit_id=unit_id, kind=Kind.FEEDBACK, subject="Việc", person=person, key=key))

    await house.db.write(enter, "", "1" * 32)
    await house.db.write(enter, "stranger@example.invalid", "2" * 32)
    kept = await house.db.read(lambda db: list(db.scalars(select(Citizen.email).order_by(Citizen.id))))
    assert kept == ["", "stranger@example.invalid"]
    await house.db.write(enter, "", "3" * 32)
    assert len(await house.db.read(lambda db: list(db.scalars(select(Citizen.id))))) == 2


async def test_a_database_error_names_no_value(house: House) -> None:
    def fail(db: Session) -> None:
        values = {"bucket": "Nguyễn Thị Tố Cáo", "window_at": house.clock.now(), "count": 1}
        for _ in range(2):
            db.execute(insert(RateCounter), values)

    with pytest.raises(IntegrityError) as error:
        await house.db.write(fail)
    if house.db.is_sqlite:
        assert "Tố Cáo" not in str(error.value)
    assert "[parameters" not in str(error.value) or "hidden" in str(error.value)


async def test_letters_carry_no_name_and_no_word_of_the_matter(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward = await open_browser("tu")
    path = f"/lich/hen/{booked.appointment_code}"
    for ground in ("Bà Nguyễn Thị Lan vắng mặt", "đơn TỐ CÁO chuyển nơi khác"):
        assert "cancel_ground" in await ward.post(f"{path}/huy", cancel_ground=ground, status=422)
        form = {"slot_id": "1", "mode": "ward", "key": "0" * 32, "ground": ground}
        await ward.post(f"{path}/doi", form, status=422)
    assert await house.db.read(lambda db: db.scalar(select(OutboxLetter.id))) is None
    await ward.post(f"{path}/huy", cancel_ground="Phòng họp mất điện")
    kept = await house.db.read(lambda db: [str(row) for row in db.scalars(select(OutboxLetter.facts))])
    assert kept
    assert not any(word in " ".join(kept) for word in (LAN.name, SUBJECT, "tố cáo"))


async def test_fetching_a_recording_without_its_page_is_logged_too(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward = await open_browser("hanh")
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]

    def compose(db: Session) -> None:
        reception_id = db.scalars(select(Reception.id).where(Reception.code == room)).one()
        db.add(
            Playback(
                code="PH-AAAA-AAAA",
                reception_id=reception_id,
                member="c-1",
                name="",
                state=PlaybackState.READY,
                file="c-1.webm",
            )
        )

    await house.db.write(compose)
    keep_file(house, room)
    for span in ("bytes=1-2", "bytes=3-"):
        headers = {"Range": span}
        async with ward.http.get(f"/ban-ghi/{room}/PH-AAAA-AAAA.webm", headers=headers) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Disposition"] == "inline"
            assert "no-store" in answer.headers["Cache-Control"]
    stranger = await open_browser()
    assert (await stranger.get(f"/ban-ghi/{room}/PH-AAAA-AAAA.webm", 303)).startswith("/dang-nhap")
    await (await open_browser("quan")).get(f"/ban-ghi/{room}/PH-AAAA-AAAA.webm", 404)
    watched = select(AuditEntry.who_name).where(AuditEntry.verb == "watched_recording")
    assert await house.db.read(lambda db: list(db.scalars(watched))) == ["Đỗ Thị Hạnh"]


def keep_file(house: House, room: str) -> None:
    folder = house.settings.recording(room)
    folder.mkdir(parents=True)
    (folder / "c-1.webm").write_bytes(bytes(100))
