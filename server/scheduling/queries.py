"""Find reception days, free slots and appointments that the person asking may know of."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from server.clock import local
from server.errors import NotHere
from server.intake import rules as intake_rules
from server.scheduling import rules
from server.scheduling.rules import TextShown
from server.tables import Appointment, Case, Citizen, Officer, ReceptionDay, ReceptionRequest, Slot, Unit
from server.who import Who
from server.words import (
    AppointmentState,
    DayKind,
    DayState,
    Kind,
    Place,
    RequestState,
    Role,
)


@dataclass(frozen=True, slots=True)
class DayLine:
    """A reception day in a list, with how many places it has and how many are given away."""

    id: int
    code: str
    unit_id: int
    kind: DayKind
    held_on: date
    state: DayState
    place: str
    chair_id: int
    chair_name: str
    chair_title: str
    is_delegated: bool
    attendees: str
    expected_content: str
    published_at: datetime | None
    is_posted_late: bool
    ground: str
    moved_to_on: date | None
    places: int
    booked: int
    version: int


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """An appointment in the day's list; the name is empty for those who may know the time only."""

    id: int
    code: str
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    day_code: str
    is_in_person: bool
    request_code: str
    name: str
    phone: str
    kind: Kind | None
    group_size: int
    interpreter: str
    confirmed_at: datetime | None
    cancel_asked_at: datetime | None
    cancel_asked_ground: str
    is_device_tested: bool
    ground: str


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot with who comes in it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    booked: int
    appointments: tuple[AppointmentLine, ...] = ()

    @property
    def left(self) -> int:
        """How many places remain."""
        return self.capacity - self.booked


@dataclass(frozen=True, slots=True)
class DaySheet:
    """A day with its slots."""

    day: DayLine
    slots: tuple[SlotLine, ...]

    @property
    def coming(self) -> int:
        """How many appointments are still to be kept."""
        return sum(a.state is AppointmentState.BOOKED for slot in self.slots for a in slot.appointments)

    @property
    def kept(self) -> int:
        """How many were received."""
        return sum(a.state is AppointmentState.KEPT for slot in self.slots for a in slot.appointments)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What the booking page says of a request."""

    id: int
    code: str
    name: str
    kind: Kind
    state: RequestState
    place: Place
    preferred_on: date | None
    interpreter: str
    group_size: int


def day_for(db: Session, who: Who, code: str) -> DaySheet:
    """Return a day of the acting officer's own unit with all who come. Raises NotHere."""
    line = next(iter(_days(db, ReceptionDay.code == code, ReceptionDay.unit_id == who.unit_id)), None)
    if line is None or not who.is_staff:
        raise NotHere
    lines = _appointment_lines(db, who, Slot.day_id == line.id)
    slots = _slots(db, line.id)
    return DaySheet(
        line,
        tuple(SlotLine(s.id, s.starts_at, s.ends_at, s.capacity, s.booked, tuple(lines.get(s.id, ()))) for s in slots),
    )


def days(db: Session, who: Who, first: date, last: date) -> list[DayLine]:
    """Return the unit's days from ``first`` to ``last`` inclusive, in order."""
    return _days(
        db,
        ReceptionDay.unit_id == who.unit_id,
        ReceptionDay.held_on >= first,
        ReceptionDay.held_on <= last,
    )


def appointment_for(db: Session, who: Who, code: str) -> AppointmentLine:
    """Return one appointment of the own unit whose citizen this officer may know. NotHere."""
    found = _appointment_lines(db, who, Appointment.code == code, ReceptionDay.unit_id == who.unit_id)
    line = next(iter(found.values()))[0] if found else None
    if line is None or not line.code or not (who.is_staff or _is_the_office(who)):
        raise NotHere
    return line


def appointment_of(db: Session, who: Who, request_id: int) -> AppointmentLine | None:
    """Return the live appointment of a request that ``request_for`` let through, or None."""
    found = _appointment_lines(
        db,
        who,
        Appointment.request_id == request_id,
        Appointment.state == AppointmentState.BOOKED,
        ReceptionDay.unit_id == who.unit_id,
    )
    return next(iter(found.values()))[0] if found else None


def free_slots(db: Session, who: Who, at: datetime) -> list[DaySheet]:
    """Return the unit's published days to come with the slots that can still be given away."""
    coming = _days(
        db,
        ReceptionDay.unit_id == who.unit_id,
        ReceptionDay.state == DayState.PUBLISHED,
        ReceptionDay.held_on >= local(at).date(),
    )
    found = []
    for day in coming:
        slots = tuple(
            SlotLine(s.id, s.starts_at, s.ends_at, s.capacity, s.booked)
            for s in _slots(db, day.id)
            if s.booked < s.capacity and s.starts_at - at >= rules.LATEST_NOTICE
        )
        if slots:
            found.append(DaySheet(day, slots))
    return found


def request_line(db: Session, request_id: int) -> RequestLine:
    """Return what the booking page says of a request that ``request_for`` let through."""
    request, name = db.execute(
        select(ReceptionRequest, Citizen.name)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(ReceptionRequest.id == request_id)
    ).one()
    return RequestLine(
        request.id, request.code, name, kind_found(db, request), request.state, request.place,
        request.preferred_on, request.interpreter, request.group_size,
    )  # fmt: skip


def kind_found(db: Session, request: ReceptionRequest) -> Kind:
    """Return the kind of a matter as far as it is known: one whose case was closed to most counts as a denunciation."""
    case = db.get(Case, request.case_id) if request.case_id else None
    return Kind.DENUNCIATION if case is not None and case.is_restricted else request.kind


def orphans(db: Session) -> list[int]:
    """Return booked appointments whose request is no longer scheduled (it was withdrawn)."""
    return list(
        db.scalars(
            select(Appointment.id)
            .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
            .where(
                Appointment.state == AppointmentState.BOOKED,
                ReceptionRequest.state.in_(intake_rules.GIVEN_UP),
            )
        )
    )


def waiting_counts(db: Session, who: Who) -> dict[str, int]:
    """Return the rail's counter: citizens who asked for another time and have no answer yet."""
    seen = [kind for kind in Kind if rules.what_is_shown(who.role, kind) is TextShown.ALL]
    asked = db.scalar(
        select(func.count(Appointment.id))
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(
            ReceptionDay.unit_id == who.unit_id,
            ReceptionRequest.kind.in_(seen),
            or_(Case.id.is_(None), Case.is_restricted.is_(False), literal(Kind.DENUNCIATION in seen)),
            Appointment.state == AppointmentState.BOOKED,
            Appointment.cancel_asked_at.is_not(None),
        )
    )
    return {"schedule": asked or 0}


def _slots(db: Session, day_id: int) -> list[Slot]:
    return list(db.scalars(select(Slot).where(Slot.day_id == day_id).order_by(Slot.starts_at)))


def _days(db: Session, *conditions: object) -> list[DayLine]:
    sums = (
        select(
            Slot.day_id,
            func.sum(Slot.capacity).label("places"),
            func.sum(Slot.booked).label("booked"),
        )
        .group_by(Slot.day_id)
        .subquery()
    )
    rows = db.execute(
        select(ReceptionDay, Officer.name, Officer.title, sums.c.places, sums.c.booked)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .join(Unit, Unit.id == ReceptionDay.unit_id)
        .outerjoin(sums, sums.c.day_id == ReceptionDay.id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(ReceptionDay.held_on, ReceptionDay.id)
    )
    return [
        _day_line(day, (name, title), (int(places or 0), int(booked or 0))) for day, name, title, places, booked in rows
    ]


def _day_line(day: ReceptionDay, chair: tuple[str, str], count: tuple[int, int]) -> DayLine:
    name, title = chair
    places, booked = count
    return DayLine(
        id=day.id,
        code=day.code,
        unit_id=day.unit_id,
        kind=day.kind,
        held_on=day.held_on,
        state=day.state,
        place=day.place,
        chair_id=day.chair_id,
        chair_name=name,
        chair_title=title,
        is_delegated=day.is_delegated,
        attendees=day.attendees,
        expected_content=day.expected_content,
        published_at=day.published_at,
        is_posted_late=day.is_posted_late,
        ground=day.postponed_ground,
        moved_to_on=day.moved_to_on,
        places=places,
        booked=booked,
        version=day.version,
    )


def _appointment_lines(db: Session, who: Who, *conditions: object) -> dict[int, list[AppointmentLine]]:
    rows = db.execute(
        select(Appointment, Slot, ReceptionDay.code, ReceptionRequest, Citizen, Case.is_restricted)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Slot.starts_at, Appointment.id)
    )
    found: dict[int, list[AppointmentLine]] = {}
    for appointment, slot, day_code, request, citizen, is_restricted in rows:
        line = _line(who, appointment, slot, day_code, (request, citizen, bool(is_restricted)))
        found.setdefault(slot.id, []).append(line)
    return found


def _is_the_office(who: Who) -> bool:
    # A job or the room, never a person: an administrator has an officer's id.
    return who.role is Role.SYS_ADMIN and not who.is_staff and who.request_id is None


def _line(
    who: Who,
    appointment: Appointment,
    slot: Slot,
    day_code: str,
    person: tuple[ReceptionRequest, Citizen, bool],
) -> AppointmentLine:
    request, citizen, is_restricted = person
    # A case that was found to be one is as secret as a request that was registered as one.
    kind = Kind.DENUNCIATION if is_restricted else request.kind
    # One that went to the city stands on the ward's day still; of it nobody here reads a word.
    is_gone = who.is_staff and kind is Kind.DENUNCIATION and request.unit_id != who.unit_id
    is_open = (rules.what_is_shown(who.role, kind) is TextShown.ALL and not is_gone) or _is_the_office(who)
    is_known = is_open or kind is not Kind.DENUNCIATION
    return AppointmentLine(
        id=appointment.id,
        code=appointment.code if is_open else "",
        state=appointment.state,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_code=day_code,
        is_in_person=appointment.is_in_person,
        request_code=request.code if is_open else "",
        name=citizen.name if is_open else "",
        phone=citizen.phone if is_open else "",
        kind=kind if is_open else None,
        group_size=request.group_size if is_known else 0,
        interpreter=request.interpreter if is_open else "",
        confirmed_at=appointment.confirmed_at,
        cancel_asked_at=appointment.cancel_asked_at if is_open else None,
        cancel_asked_ground=appointment.cancel_asked_ground if is_open else "",
        is_device_tested=appointment.checked_device_at is not None,
        ground=appointment.changed_ground if is_open else "",
    )
