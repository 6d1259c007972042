"""What the kit of a ward's day is made of, and the one that is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import at_office
from server.continuity.rules_kit import Citizen, Day, Line
from server.errors import NotHere
from server.tables import (
    Appointment,
    Case,
    Officer,
    OfficerRole,
    PaperKit,
    ReceptionDay,
    ReceptionRequest,
    Representative,
    Slot,
    Unit,
)
from server.tables import Citizen as CitizenRow
from server.words import AppointmentState, Kind, Role, UnitKind

MOST_LINES = 100
"""Receptions in one kit; a ward holds a dozen or two on its busiest day."""
MOST_KITS = 500
_STANDING = (AppointmentState.BOOKED, AppointmentState.KEPT)


@dataclass(frozen=True, slots=True)
class Kept:
    """A printed kit as it lies in the file store."""

    content_sha256: str
    stored_as: str


def wards_of(db: Session, on: date) -> list[int]:
    """Return the units that receive somebody on a day."""
    rows = db.scalars(
        select(ReceptionDay.unit_id)
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(ReceptionDay.held_on == on, Appointment.state.in_(_STANDING))
        .distinct()
        .order_by(ReceptionDay.unit_id)
        .limit(MOST_KITS)
    )
    return list(rows)


def kept(db: Session, unit_id: int, on: date) -> Kept | None:
    """Return the kit printed for a day, or None."""
    row = db.scalar(select(PaperKit).where(PaperKit.unit_id == unit_id, PaperKit.held_on == on))
    return Kept(row.content_sha256, row.stored_as) if row else None


def past(db: Session, on: date) -> list[tuple[int, str]]:
    """Return (id, file) of kits whose day is over."""
    rows = db.execute(select(PaperKit.id, PaperKit.stored_as).where(PaperKit.held_on < on).limit(MOST_KITS))
    return [(row.id, row.stored_as) for row in rows]


def day(db: Session, unit_id: int, on: date) -> Day:
    """Return a ward's day with its receptions. Raises NotHere for an unknown unit."""
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise NotHere
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    return Day(
        parent=parent.name if parent else "",
        agency=unit.name,
        locality=unit.locality,
        place=unit.reception_place,
        on=on,
        phones=_phones(db, unit),
        lines=_lines(db, unit, on),
    )


def _phones(db: Session, unit: Unit) -> tuple[tuple[str, str], ...]:
    """The ward's own number, its technicians' and the city board's."""
    technicians = db.execute(
        select(Officer.name, Officer.phone)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .where(OfficerRole.unit_id == unit.id, OfficerRole.role == Role.TECHNICIAN, Officer.closed_at.is_(None))
        .order_by(Officer.name_sort)
    )
    board = db.execute(
        select(Unit.name, Unit.phone).where(
            Unit.parent_id == unit.parent_id, Unit.kind == UnitKind.CITY_BOARD, Unit.closed_at.is_(None)
        )
    )
    found = [(unit.name, unit.phone), *((name, phone) for name, phone in (*technicians, *board))]
    return tuple(each for each in found if each[1])


def _lines(db: Session, unit: Unit, on: date) -> tuple[Line, ...]:
    rows = db.execute(
        select(Appointment, Slot, ReceptionDay, ReceptionRequest, CitizenRow, Officer, Case.is_restricted)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(CitizenRow, CitizenRow.id == ReceptionRequest.citizen_id)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(
            ReceptionDay.unit_id == unit.id,
            Appointment.state.in_(_STANDING),
            Slot.starts_at.between(at_office(on, 0, 0), at_office(on, 23, 59)),
        )
        .order_by(Slot.starts_at, Appointment.id)
        .limit(MOST_LINES)
    ).all()
    named = _representatives(db, [row.ReceptionRequest.id for row in rows])
    return tuple(_line(unit, row, named.get(row.ReceptionRequest.id, ())) for row in rows)


def _representatives(db: Session, requests: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = db.execute(
        select(Representative.request_id, Representative.name)
        .where(Representative.request_id.in_(requests))
        .order_by(Representative.id)
    )
    for request_id, name in rows:
        found[request_id] = (*found.get(request_id, ()), name)
    return found


def _line(unit: Unit, row: Any, names: tuple[str, ...]) -> Line:
    appointment, slot, held, request, citizen, chair, is_restricted = row
    return Line(
        code=appointment.code,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        kind=request.kind,
        is_secret=request.is_without_content or request.kind is Kind.DENUNCIATION or bool(is_restricted),
        is_in_person=appointment.is_in_person,
        matter=request.subject,
        chair=(chair.name, chair.title),
        is_deputy=held.is_delegated,
        place=held.place or unit.reception_place,
        citizen=Citizen(
            citizen.name,
            citizen.phone,
            citizen.address,
            citizen.id_kind,
            citizen.id_number,
            citizen.id_issued_on,
            citizen.id_issued_by,
            names,
        ),
    )
