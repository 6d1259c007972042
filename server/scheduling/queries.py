"""Find reception days, free slots and appointments, as far as the person asking may know of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.errors import NotHere
from server.scheduling import rules
from server.scheduling.rules import ChairDay, ChairMonth, SlotTime, TextShown
from server.tables import Appointment, Citizen, Officer, ReceptionDay, ReceptionRequest, Slot, Unit
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
        return sum(
            a.state is AppointmentState.BOOKED for slot in self.slots for a in slot.appointments
        )


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
    line = next(
        iter(_days(db, ReceptionDay.code == code, ReceptionDay.unit_id == who.unit_id)), None
    )
    if line is None or not who.is_staff:
        raise NotHere
    lines = _appointment_lines(db, who, Slot.day_id == line.id)
    slots = _slots(db, line.id)
    return DaySheet(
        line,
        tuple(
            SlotLine(s.id, s.starts_at, s.ends_at, s.capacity, s.booked, tuple(lines.get(s.id, ())))
            for s in slots
        ),
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
    """Return one appointment of the acting officer's own unit. Raises NotHere."""
    found = _appointment_lines(
        db, who, Appointment.code == code, ReceptionDay.unit_id == who.unit_id
    )
    if not who.is_staff or not found:
        raise NotHere
    return next(iter(found.values()))[0]


def appointment_of(db: Session, who: Who, request_id: int) -> AppointmentLine | None:
    """Return the appointment a request waits for, or None. The request was found by ``request_for`` before."""
    found = _appointment_lines(
        db,
        who,
        Appointment.request_id == request_id,
        Appointment.state == AppointmentState.BOOKED,
        ReceptionDay.unit_id == who.unit_id,
    )
    return next(iter(found.values()))[0] if found else None


def free_slots(db: Session, who: Who, at: datetime) -> list[DaySheet]:
    """Return the unit's published days to come with their slots; full and past slots are left out."""
    coming = _days(
        db,
        ReceptionDay.unit_id == who.unit_id,
        ReceptionDay.state == DayState.PUBLISHED,
        ReceptionDay.held_on >= rules.local(at).date(),
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
    """Return what the booking page says of a request that ``intake.queries.request_for`` let through."""
    request, name = db.execute(
        select(ReceptionRequest, Citizen.name)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(ReceptionRequest.id == request_id)
    ).one()
    return RequestLine(
        request.id, request.code, name, request.kind, request.state, request.place,
        request.preferred_on, request.interpreter, request.group_size,
    )  # fmt: skip


def chair_months(
    db: Session, who: Who, months: Iterable[tuple[int, int]], today: date
) -> list[ChairMonth]:
    """Return the ward chair's counter for each (year, month): Article 15 asks for two days in person."""
    wanted = list(months)
    found = [
        ChairDay(*row)
        for row in db.execute(
            select(
                ReceptionDay.held_on,
                ReceptionDay.state,
                ReceptionDay.kind,
                ReceptionDay.is_delegated,
            )
            .where(ReceptionDay.unit_id == who.unit_id)
            .order_by(ReceptionDay.held_on)
        )
    ]
    return [rules.chair_month(found, year, month, today) for year, month in wanted]


def chairs(db: Session, who: Who) -> list[accounts.OfficerLine]:
    """Return the officers who may preside over a day of this unit."""
    return accounts.holders(db, who.unit_id, rules.CHAIRS)


def is_ward_chair(db: Session, unit_id: int, officer_id: int) -> bool:
    """Whether this officer is the unit's own head; anybody else who presides does so by delegation."""
    return any(
        line.id == officer_id
        for line in accounts.holders(db, unit_id, frozenset({Role.WARD_CHAIR}))
    )


def is_chair_busy(db: Session, chair_id: int, slots: tuple[SlotTime, ...], but: int = 0) -> bool:
    """Whether the chair presides over another live day whose slots run into these."""
    if not slots:
        return False
    rows = db.execute(
        select(Slot.starts_at, Slot.ends_at, Slot.capacity)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(
            ReceptionDay.chair_id == chair_id,
            ReceptionDay.id != but,
            ReceptionDay.state.in_((DayState.DRAFT, DayState.PUBLISHED)),
            Slot.starts_at < max(slot.ends_at for slot in slots),
            Slot.ends_at > min(slot.starts_at for slot in slots),
        )
    )
    return rules.overlaps(slots, (SlotTime(*row) for row in rows))


def secrets_of(db: Session, unit_id: int, day_id: int | None = None) -> list[str]:
    """Return names and subjects that no public text of the unit may contain: of a day, or of all open requests."""
    wanted = (
        select(Citizen.name, ReceptionRequest.subject)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(ReceptionRequest.unit_id == unit_id)
    )
    if day_id is None:
        over = (RequestState.DECLINED, RequestState.WITHDRAWN, RequestState.REFERRED)
        wanted = wanted.where(ReceptionRequest.state.not_in(over))
    else:
        wanted = wanted.where(
            ReceptionRequest.id.in_(
                select(Appointment.request_id)
                .join(Slot, Slot.id == Appointment.slot_id)
                .where(Slot.day_id == day_id)
            )
        )
    return [words for row in db.execute(wanted) for words in row if words]


def digits_in_use(db: Session, digits: str) -> bool:
    """Whether a live appointment carries these six digits."""
    return (
        db.scalar(
            select(Appointment.id).where(
                Appointment.digits == digits, Appointment.state == AppointmentState.BOOKED
            )
        )
        is not None
    )


def slot_times(db: Session, day_id: int) -> tuple[SlotTime, ...]:
    """Return the plan of a day."""
    return tuple(SlotTime(s.starts_at, s.ends_at, s.capacity) for s in _slots(db, day_id))


def waiting_counts(db: Session, who: Who) -> dict[str, int]:
    """Return the rail's counter: citizens of this unit who asked for another time and have no answer yet."""
    asked = db.scalar(
        select(func.count(Appointment.id))
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(
            ReceptionDay.unit_id == who.unit_id,
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
        DayLine(
            d.id, d.code, d.unit_id, d.kind, d.held_on, d.state, d.place, d.chair_id, name, title, d.is_delegated,
            d.attendees, d.expected_content, d.published_at, d.is_posted_late, d.postponed_ground, d.moved_to_on,
            int(places or 0), int(booked or 0), d.version,
        )
        for d, name, title, places, booked in rows
    ]  # fmt: skip


def _appointment_lines(
    db: Session, who: Who, *conditions: object
) -> dict[int, list[AppointmentLine]]:
    rows = db.execute(
        select(Appointment, Slot, ReceptionDay.code, ReceptionRequest, Citizen)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Slot.starts_at, Appointment.id)
    )
    found: dict[int, list[AppointmentLine]] = {}
    for appointment, slot, day_code, request, citizen in rows:
        line = _line(who, appointment, slot, day_code, (request, citizen))
        found.setdefault(slot.id, []).append(line)
    return found


def _line(
    who: Who,
    appointment: Appointment,
    slot: Slot,
    day_code: str,
    person: tuple[ReceptionRequest, Citizen],
) -> AppointmentLine:
    request, citizen = person
    is_open = rules.what_is_shown(who.role, request.kind) is TextShown.ALL
    is_known = is_open or request.kind is not Kind.DENUNCIATION
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
        kind=request.kind if is_open else None,
        group_size=request.group_size if is_known else 0,
        interpreter=request.interpreter if is_open else "",
        confirmed_at=appointment.confirmed_at,
        cancel_asked_at=appointment.cancel_asked_at if is_open else None,
        cancel_asked_ground=appointment.cancel_asked_ground if is_open else "",
        is_device_tested=appointment.checked_device_at is not None,
        ground=appointment.changed_ground if is_open else "",
    )
