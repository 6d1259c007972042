"""Ticks beside receptions, and the city's list of a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.clock import at_office
from server.errors import NotHere
from server.reception import rules_desk
from server.reception.rules_desk import Held
from server.tables import (
    Appointment,
    Incident,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionRequest,
    ReceptionTick,
    Slot,
    Unit,
)
from server.who import Who
from server.words import AppointmentState, IncidentState, Outcome, ReceptionState, RequestState, TickList, UnitKind

MOST_LINES = 500
"""Receptions of one city on one day; more would be read by nobody."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line that was ticked off."""

    code: str
    officer_name: str
    at: datetime


def ticks(db: Session, reception_id: int, name: TickList) -> dict[str, Tick]:
    """Return the ticked lines of a list, by code."""
    rows = db.execute(
        select(ReceptionTick.code, Officer.name, ReceptionTick.at)
        .join(Officer, Officer.id == ReceptionTick.officer_id)
        .where(ReceptionTick.reception_id == reception_id, ReceptionTick.list == name)
    )
    return {row.code: Tick(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class CityLine:
    """One reception of the day for the city: where, when, who presides, how it stands. No citizen, no matter."""

    code: str
    unit_name: str
    unit_phone: str
    chair_name: str
    held: Held
    taken: dict[str, Tick]


def city_day(db: Session, who: Who, on: date) -> list[CityLine]:
    """Return today's receptions of all wards of the city whose board asks. Raises NotHere for anybody else."""
    board = db.get(Unit, who.unit_id)
    if board is None or board.kind is not UnitKind.CITY_BOARD or who.role not in rules_desk.CITY:
        raise NotHere
    rows = db.execute(
        select(Appointment, Slot, Unit, Officer.name, Reception, ReceptionRequest.state.label("request_state"))
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(Unit, Unit.id == ReceptionDay.unit_id)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
        .where(
            ReceptionDay.held_on == on,
            Unit.parent_id == board.parent_id,
            Slot.starts_at.between(at_office(on, 0, 0), at_office(on, 23, 59)),
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.KEPT)),
        )
        .order_by(Slot.starts_at, Unit.name)
        .limit(MOST_LINES)
    ).all()
    ids = [row.Reception.id for row in rows if row.Reception is not None]
    ticked, incidents = _ticked(db, ids), _open_incidents(db, ids)
    return [_line(row, ticked, incidents) for row in rows]


def _open_incidents(db: Session, ids: list[int]) -> dict[int, int]:
    rows = db.execute(
        select(Incident.reception_id, func.count())
        .where(Incident.reception_id.in_(ids), Incident.state != IncidentState.DONE)
        .group_by(Incident.reception_id)
    )
    return {row[0]: row[1] for row in rows}


Ticked = dict[tuple[int, TickList], dict[str, Tick]]


def _ticked(db: Session, ids: list[int]) -> Ticked:
    rows = db.execute(
        select(ReceptionTick.reception_id, ReceptionTick.list, ReceptionTick.code, Officer.name, ReceptionTick.at)
        .join(Officer, Officer.id == ReceptionTick.officer_id)
        .where(ReceptionTick.reception_id.in_(ids), ReceptionTick.list.in_((TickList.ALERT, TickList.STOPPED)))
    )
    found: Ticked = {}
    for reception_id, name, code, officer, at in rows:
        found.setdefault((reception_id, name), {})[code] = Tick(code, officer, at)
    return found


def _line(row: Any, ticked: Ticked, incidents: dict[int, int]) -> CityLine:
    reception: Reception | None = row.Reception
    steps = rules_desk.PAPER_STEPS.get(reception.stopped_ground, ()) if reception else ()
    done = ticked.get((reception.id, TickList.STOPPED), {}) if reception else {}
    was_adjourned = reception is not None and reception.outcome == Outcome.ADJOURNED
    return CityLine(
        code=reception.code if reception else "",
        unit_name=row.Unit.name,
        unit_phone=row.Unit.phone,
        chair_name=row.name,
        held=Held(
            state=reception.state if reception else ReceptionState.SCHEDULED,
            starts_at=row.Slot.starts_at,
            ends_at=row.Slot.ends_at,
            is_in_person=row.Appointment.is_in_person,
            open_steps=len(set(steps) - set(done)),
            waits_for_day=was_adjourned and row.request_state is RequestState.ACCEPTED,
            open_incidents=incidents.get(reception.id, 0) if reception else 0,
        ),
        taken=ticked.get((reception.id, TickList.ALERT), {}) if reception else {},
    )


def city_reception(db: Session, who: Who, code: str) -> tuple[int, str, int, int]:
    """Return (id, code, case, unit) of a reception in one of the board's wards. Raises NotHere."""
    board = db.get_one(Unit, who.unit_id)
    row = db.execute(
        select(Reception.id, Reception.code, Reception.case_id, Reception.unit_id)
        .join(Unit, Unit.id == Reception.unit_id)
        .where(Reception.code == code, Unit.parent_id == board.parent_id)
    ).first()
    if row is None or board.kind is not UnitKind.CITY_BOARD or who.role not in rules_desk.CITY:
        raise NotHere
    return row.id, row.code, row.case_id, row.unit_id


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A reception of the same request before or after this one; without a code while nobody prepared it."""

    reception_code: str
    appointment_code: str
    starts_at: datetime


def before(db: Session, reception_id: int) -> Neighbour | None:
    """Return the reception that this one goes on from: the last of the same request that began, or None."""
    here = db.get_one(Reception, reception_id).appointment_id
    began = (Appointment.id < here, Reception.began_at.is_not(None))
    return _neighbour(db, here, *began)


def after(db: Session, reception_id: int) -> Neighbour | None:
    """Return the appointment at which the request of a reception is heard again, or None."""
    here = db.get_one(Reception, reception_id).appointment_id
    live = Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.KEPT))
    return _neighbour(db, here, Appointment.id > here, live)


def _neighbour(db: Session, appointment_id: int, *conditions: ColumnElement[bool]) -> Neighbour | None:
    mine = select(Appointment.request_id).where(Appointment.id == appointment_id).scalar_subquery()
    row = db.execute(
        select(Reception.code, Appointment.code, Slot.starts_at)
        .select_from(Appointment)
        .join(Slot, Slot.id == Appointment.slot_id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
        .where(Appointment.request_id == mine, *conditions)
        .order_by(Appointment.id.desc())
        .limit(1)
    ).first()
    return Neighbour(row[0] or "", row[1], row[2]) if row is not None else None
