"""What citizens and the public may see: the posted schedule, and one's own slip."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.errors import NotHere
from server.scheduling import queries_plan as plan
from server.scheduling import rules
from server.tables import Appointment, Citizen, Officer, ReceptionDay, ReceptionRequest, Slot, Unit
from server.who import Who
from server.words import AppointmentState, DayKind, DayState, Role


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A posted day as the public reads it: never a citizen, never a matter (F08)."""

    kind: DayKind
    held_on: date
    begins_at: datetime | None
    ends_at: datetime | None
    place: str
    chair_name: str
    chair_title: str
    is_delegated: bool
    attendees: str
    expected_content: str
    state: DayState
    published_at: datetime
    ground: str
    moved_to_on: date | None
    has_places: bool


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """How a slip names the office."""

    id: int
    name: str
    parent_name: str
    phone: str
    address: str
    locality: str


@dataclass(frozen=True, slots=True)
class Slip:
    """An appointment as its holder sees it."""

    appointment_id: int
    code: str
    state: AppointmentState
    request_id: int
    request_code: str
    name: str
    locale: str
    starts_at: datetime
    ends_at: datetime
    place: str
    is_in_person: bool
    digits: str
    booked_at: datetime
    changed_at: datetime
    confirmed_at: datetime | None
    cancel_asked_at: datetime | None
    ground: str
    is_device_tested: bool
    unit: UnitFacts
    next_code: str | None

    @property
    def holder(self) -> Who:
        """The citizen acting with the slip in hand; the log knows the request's code, no name."""
        return Who(
            role=Role.CITIZEN,
            unit_id=self.unit.id,
            unit_name=self.unit.name,
            name=self.request_code,
            request_id=self.request_id,
        )


def public_days(db: Session, unit_id: int, today: date) -> list[PublicDay]:
    """Return what is posted from today on. Urgent receptions are not posted (domain.md 3.1)."""
    rows = db.execute(
        select(ReceptionDay, Officer.name, Officer.title)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .where(
            ReceptionDay.unit_id == unit_id,
            ReceptionDay.published_at.is_not(None),
            ReceptionDay.state.in_((DayState.PUBLISHED, DayState.POSTPONED, DayState.CANCELLED)),
            ReceptionDay.kind != DayKind.URGENT,
            ReceptionDay.held_on >= today,
        )
        .order_by(ReceptionDay.held_on, ReceptionDay.id)
    )
    return [_public_day(db, day, name, title) for day, name, title in rows]


def slip(db: Session, code: str) -> Slip:
    """Return an appointment by its code, from a checked link or an officer's page. NotHere."""
    city = aliased(Unit)
    row = db.execute(
        select(Appointment, Slot, ReceptionDay, ReceptionRequest, Citizen, Unit, city)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .join(Unit, Unit.id == ReceptionDay.unit_id)
        .outerjoin(city, city.id == Unit.parent_id)
        .where(Appointment.code == code)
    ).first()
    if row is None:
        raise NotHere
    appointment, slot, day, request, citizen, unit, parent = row
    return Slip(
        appointment_id=appointment.id,
        code=appointment.code,
        state=appointment.state,
        request_id=request.id,
        request_code=request.code,
        name=citizen.name,
        locale=request.locale,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=day.place,
        is_in_person=appointment.is_in_person,
        digits=appointment.digits,
        booked_at=appointment.booked_at,
        changed_at=appointment.changed_at,
        confirmed_at=appointment.confirmed_at,
        cancel_asked_at=appointment.cancel_asked_at,
        ground=appointment.changed_ground,
        is_device_tested=appointment.checked_device_at is not None,
        unit=_unit(unit, parent),
        next_code=_next_code(db, appointment),
    )


def _next_code(db: Session, appointment: Appointment) -> str | None:
    if appointment.state is not AppointmentState.MOVED:
        return None
    return db.scalar(
        select(Appointment.code)
        .where(Appointment.request_id == appointment.request_id, Appointment.id > appointment.id)
        .order_by(Appointment.id.desc())
        .limit(1)
    )


def _public_day(db: Session, day: ReceptionDay, chair: str, title: str) -> PublicDay:
    slots = list(
        db.execute(
            select(Slot.starts_at, Slot.ends_at, Slot.capacity, Slot.booked)
            .where(Slot.day_id == day.id)
            .order_by(Slot.starts_at)
        )
    )
    # A text was clean when it was posted; who booked since may be named in it.
    secrets = plan.secrets_of_day(db, day.id)
    shown = {
        name: "" if rules.gives_away(getattr(day, name), secrets) else getattr(day, name)
        for name in ("attendees", "expected_content", "postponed_ground")
    }
    assert day.published_at is not None  # noqa: S101 only posted days are read
    return PublicDay(
        kind=day.kind,
        held_on=day.held_on,
        begins_at=slots[0].starts_at if slots else None,
        ends_at=slots[-1].ends_at if slots else None,
        place=day.place,
        chair_name=chair,
        chair_title=title,
        is_delegated=day.is_delegated,
        attendees=shown["attendees"],
        expected_content=shown["expected_content"],
        state=day.state,
        published_at=day.published_at,
        ground=shown["postponed_ground"],
        moved_to_on=day.moved_to_on,
        has_places=any(slot.booked < slot.capacity for slot in slots),
    )


def _unit(unit: Unit, parent: Unit | None) -> UnitFacts:
    return UnitFacts(
        unit.id,
        unit.name,
        "" if parent is None else parent.name,
        unit.phone,
        unit.address,
        unit.locality,
    )
