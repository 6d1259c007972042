"""Lan's appointment at 09:00 on the day of the tests, laid straight into the tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import text
from server.birth import of_day
from server.clock import at_office, local
from server.tables import Appointment, Case, Citizen, Officer, ReceptionDay, ReceptionRequest, Slot, Unit
from server.words import (
    AppointmentState,
    CaseState,
    DayKind,
    DayState,
    IdKind,
    Kind,
    Place,
    RequestState,
)
from tests.people import LAN, WARD, Person


@dataclass(frozen=True, slots=True)
class Booked:
    """What a test needs to know of the appointment."""

    appointment_code: str
    digits: str
    phone: str
    case_code: str
    request_code: str


def book_lan(db: Session, at: datetime, links: bytes) -> Booked:
    """Lay Lan's accepted request, its case, a published day and a booked slot."""
    unit = db.scalars(select(Unit).where(Unit.code == WARD)).one()
    chair = db.scalars(select(Officer).where(Officer.username == "hanh")).one()
    citizen = _citizen(at, LAN)
    db.add(citizen)
    db.flush()
    case = Case(
        code="TK-2026-0001", number="2026/0001", unit_id=unit.id, citizen_id=citizen.id, kind=Kind.RECOMMENDATION,
        title="Thoát nước ngõ 12", title_folded="thoat nuoc ngo 12", state=CaseState.OPEN, opened_at=at,
    )  # fmt: skip
    day = ReceptionDay(
        code="KT-TEST-01", unit_id=unit.id, kind=DayKind.PERIODIC, held_on=local(at).date(), place="Phòng tiếp công dân",
        chair_id=chair.id, state=DayState.PUBLISHED, published_at=at, created_at=at,
    )  # fmt: skip
    db.add_all([case, day])
    db.flush()
    slot = Slot(
        day_id=day.id,
        starts_at=at_office(day.held_on, 9, 0),
        ends_at=at_office(day.held_on, 9, 30),
        capacity=1,
        booked=1,
    )
    request = ReceptionRequest(
        code="TD-TEST-01", unit_id=unit.id, citizen_id=citizen.id, kind=Kind.RECOMMENDATION, state=RequestState.SCHEDULED,
        subject="Thoát nước ngõ 12", subject_folded="thoat nuoc ngo 12", content="Ngõ 12 ngập khi mưa.", place=Place.HOME,
        case_id=case.id, received_at=at, changed_at=at, idempotency_key="lan",
    )  # fmt: skip
    db.add_all([slot, request])
    db.flush()
    appointment = Appointment(
        code="LH-TEST-LAN2", slot_id=slot.id, request_id=request.id, state=AppointmentState.BOOKED, digits="482915",
        booked_at=at, changed_at=at,
    )  # fmt: skip
    db.add(appointment)
    db.flush()
    return Booked(appointment.code, appointment.digits, citizen.phone, case.code, request.code)


def _citizen(at: datetime, person: Person) -> Citizen:
    return Citizen(
        name=person.name, name_folded=text.fold(person.name), name_sort=text.name_sort_key(person.name), id_kind=IdKind.CARD,
        id_number=person.id_number, born=of_day(person.born_on), sex=person.sex, phone=person.phone, email=person.email,
        address=person.address, created_at=at,
    )  # fmt: skip
