"""What a citizen is shown of their own request: what comes next, by when, what was promised."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import rules as case_rules
from server.errors import NotHere
from server.intake import queries
from server.intake.queries import RequestFile
from server.office import queries as office
from server.office.queries import UnitCard
from server.tables import Appointment, Deadline, FollowUp, ReceptionDay, ReceptionRequest, Slot
from server.who import Who
from server.words import AppointmentState, DayState, FollowUpState


@dataclass(frozen=True, slots=True)
class OwnAppointment:
    """The time given to the citizen; only of a day that is published."""

    code: str
    starts_at: datetime
    place: str
    is_in_person: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise made to the citizen."""

    words: str
    owner_name: str
    due_on: date
    state: FollowUpState
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class OwnDeadline:
    """A date of law that runs for the citizen."""

    rule: str
    article: str
    started_on: date
    due_on: date
    met_on: date | None
    paused_on: date | None


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One request as its own citizen sees it."""

    request: RequestFile
    unit: UnitCard
    appointment: OwnAppointment | None
    deadlines: tuple[OwnDeadline, ...]
    owed: tuple[Owed, ...]


def own_request(db: Session, who: Who, code: str, today: date) -> OwnRequest:
    """Return the citizen's own request. Raises NotHere for any other code."""
    if who.request_id is None:
        raise NotHere
    request = queries.request_for(db, who, code)
    return OwnRequest(
        request,
        office.unit_card(db, request.unit_id),
        _appointment(db, request.id),
        _deadlines(db, request.case_id),
        _owed(db, request.case_id, today),
    )


def _appointment(db: Session, request_id: int) -> OwnAppointment | None:
    row = db.execute(
        select(Appointment.code, Slot.starts_at, ReceptionDay.place, Appointment.is_in_person)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(
            Appointment.request_id == request_id,
            Appointment.state == AppointmentState.BOOKED,
            ReceptionDay.state == DayState.PUBLISHED,
        )
    ).first()
    return OwnAppointment(*row) if row else None


def _deadlines(db: Session, case_id: int | None) -> tuple[OwnDeadline, ...]:
    if case_id is None:
        return ()
    rows = db.scalars(select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.due_on, Deadline.rule))
    return tuple(OwnDeadline(d.rule, d.article, d.started_on, d.due_on, d.met_on, d.paused_on) for d in rows)


def _owed(db: Session, case_id: int | None, today: date) -> tuple[Owed, ...]:
    if case_id is None:
        return ()
    rows = db.scalars(select(FollowUp).where(FollowUp.case_id == case_id).order_by(FollowUp.due_on, FollowUp.id))
    return tuple(
        Owed(
            f.words,
            f.owner_name,
            f.due_on,
            f.state,
            case_rules.is_overdue(f.state, f.due_on, today),
        )
        for f in rows
    )


def code_of(db: Session, request_id: int) -> str:
    """Return the code of the request that a citizen's login opens."""
    return db.scalar(select(ReceptionRequest.code).where(ReceptionRequest.id == request_id)) or ""
