"""Give a slot to a request, give it another one, take it back, note who came.

Two people press at the same second for the last place. The place is taken by one
conditional UPDATE (``booked < capacity``), so exactly one row changes; the other person
gets Refused("slot_taken") and nothing of theirs is kept. A unique index lets a request
have one booked appointment only. On PostgreSQL the request's row is locked first, the
day's next (shared), the slot's last; whoever meets the other order is tried again by ``db``.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import BadForm, FieldError, NotHere, Refused
from server.intake import actions as intake
from server.intake import queries as requests
from server.intake import rules as intake_rules
from server.jobs.runner import book as book_job
from server.office import queries as office
from server.scheduling import actions_letters as letters
from server.scheduling import queries, rules
from server.scheduling import queries_plan as plan
from server.tables import Appointment, IdempotencyKey, Reception, ReceptionDay, ReceptionRequest, Slot
from server.text import new_code, one_line
from server.who import Who
from server.words import AppointmentState, AppointmentVerb, RequestState, RequestVerb


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """Which request comes when and how; ``key`` makes pressing twice one booking."""

    request_code: str
    slot_id: int
    is_in_person: bool
    key: str


@dataclass(frozen=True, slots=True)
class Moving:
    """Another slot for an appointment, and why."""

    code: str
    slot_id: int
    is_in_person: bool
    ground: str
    key: str


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment made."""

    id: int
    code: str


def book(db: Session, who: Who, at: datetime, links: bytes, new: NewAppointment) -> Booked:
    """Give a slot to an accepted request and write to the citizen.

    ``links`` is the key of links. Raises NotHere, Refused: ``slot_taken``, ``slot_past``,
    ``day_not_open``, ``already_booked``, ``not_online``, and what the request's flow refuses.
    """
    key = f"book:{new.key}"
    if (made := result_of(db, key)) is not None:
        return _booked(db, made)
    request = locked_request(db, requests.request_for(db, who, new.request_code).id)
    if queries.appointment_of(db, who, request.id) is not None:
        raise Refused("already_booked")
    _check_mode(db, who, request, is_in_person=new.is_in_person)
    slot = _take_place(db, who, at, new.slot_id)
    appointment = Appointment(
        code=new_code("LH", 4, 4),
        slot_id=slot.id,
        request_id=request.id,
        state=AppointmentState.BOOKED,
        digits=_fresh_digits(db),
        is_in_person=new.is_in_person,
        booked_at=at,
        changed_at=at,
    )
    _add(db, appointment)
    intake.move(db, who, at, request.id, RequestVerb.SCHEDULE)
    letters.send(db, at, links, appointment.id, "slip")
    letters.remind(db, at, links, appointment.id, slot.starts_at)
    _record(db, who, at, "booked", appointment)
    remember(db, at, key, "book", appointment.code)
    return Booked(appointment.id, appointment.code)


def move(db: Session, who: Who, at: datetime, links: bytes, moving: Moving) -> Booked:
    """Give an appointment another slot; the old link leads to the new one, the digits stay.

    Raises what ``book`` raises, and Refused: ``same_slot``, ``appointment_step``.
    """
    key = f"move:{moving.key}"
    if (made := result_of(db, key)) is not None:
        return _booked(db, made)
    old = locked_appointment(db, queries.appointment_for(db, who, moving.code).id)
    after = rules.appointment_after(old.state, AppointmentVerb.MOVE)
    if (old.slot_id, old.is_in_person) == (moving.slot_id, moving.is_in_person):
        raise Refused("same_slot")
    _check_ground(db, who, at, "ground", moving.ground)
    request = db.get_one(ReceptionRequest, old.request_id)
    _check_mode(db, who, request, is_in_person=moving.is_in_person)
    give_back(db, old.slot_id)
    slot = _take_place(db, who, at, moving.slot_id)
    leave(db, at, old, after, moving.ground)
    new = follow(db, at, old, slot.id, is_in_person=moving.is_in_person)
    letters.send(db, at, links, new.id, "moved", {"ground": one_line(moving.ground)})
    letters.remind(db, at, links, new.id, slot.starts_at)
    _record(db, who, at, "moved", old, to=new.code)
    remember(db, at, key, "move", new.code)
    return Booked(new.id, new.code)


def cancel(db: Session, who: Who, at: datetime, links: bytes, code: str, ground: str) -> None:
    """Take an appointment back; the request is kept (F37). Twice is harmless."""
    appointment = locked_appointment(db, queries.appointment_for(db, who, code).id)
    if appointment.state is AppointmentState.CANCELLED:
        return
    after = rules.appointment_after(appointment.state, AppointmentVerb.CANCEL)
    _check_ground(db, who, at, "cancel_ground", ground)
    give_back(db, appointment.slot_id)
    leave(db, at, appointment, after, ground)
    intake.move(db, who, at, appointment.request_id, RequestVerb.UNSCHEDULE)
    letters.send(db, at, links, appointment.id, "cancelled", {"ground": one_line(ground)})
    _record(db, who, at, "cancelled", appointment)


def mark(db: Session, who: Who, at: datetime, code: str, verb: AppointmentVerb) -> None:
    """Note that the citizen came (KEEP) or did not (MISS). Twice is harmless.

    Who came has been heard; who did not is accepted as before and may be booked again.
    """
    appointment = locked_appointment(db, queries.appointment_for(db, who, code).id)
    ends = {AppointmentVerb.KEEP: RequestVerb.HEAR, AppointmentVerb.MISS: RequestVerb.UNSCHEDULE}
    if verb not in ends:
        raise Refused("appointment_step", state=appointment.state.value, verb=verb.value)
    done = {
        AppointmentState.KEPT: AppointmentVerb.KEEP,
        AppointmentState.MISSED: AppointmentVerb.MISS,
    }
    if done.get(appointment.state) is verb:
        return
    leave(db, at, appointment, rules.appointment_after(appointment.state, verb), "")
    request = db.get_one(ReceptionRequest, appointment.request_id)
    if request.state is RequestState.SCHEDULED:
        intake.move(db, who, at, request.id, ends[verb])
    _record(db, who, at, verb.value, appointment)


def confirm(db: Session, who: Who, at: datetime, code: str) -> None:
    """The citizen says from the slip that they will come. Twice is harmless."""
    appointment = _live(db, who, code)
    if appointment.confirmed_at is None:
        appointment.confirmed_at, appointment.changed_at = at, at
        _record(db, who, at, "confirmed", appointment)


def _check_ground(db: Session, who: Who, at: datetime, field: str, ground: str) -> None:
    """The ground goes into a letter: it names no citizen, no subject, and not the graver kind of matter (F66)."""
    if rules.gives_away(ground, [*plan.secrets_of(db, who.unit_id, at), rules.NEVER_IN_LETTERS]):
        raise BadForm({field: FieldError("gives_away")})


def ask_cancel(db: Session, who: Who, at: datetime, code: str, ground: str) -> None:
    """The citizen says from the slip that they cannot come; an officer then moves or cancels it."""
    appointment = _live(db, who, code)
    if appointment.cancel_asked_at is None:
        appointment.cancel_asked_at, appointment.changed_at = at, at
        appointment.cancel_asked_ground = one_line(ground)[:500]
        _record(db, who, at, "asked_cancel", appointment)


def leave(db: Session, at: datetime, appointment: Appointment, after: AppointmentState, ground: str) -> None:
    """Put an appointment into a state it does not come back from, drop its reminders, and empty its waiting room."""
    appointment.state, appointment.changed_at = after, at
    appointment.changed_ground = one_line(ground)
    letters.drop_reminders(db, appointment.code)
    db.flush()
    room = db.scalar(select(Reception.code).where(Reception.appointment_id == appointment.id))
    if room is not None and after in {AppointmentState.MOVED, AppointmentState.CANCELLED}:
        book_job(db, "close_called_off", f"called-off:{room}", at, {"room": room})


def follow(db: Session, at: datetime, old: Appointment, slot_id: int, *, is_in_person: bool) -> Appointment:
    """Return the appointment that takes an old one's place: new code, same digits."""
    new = Appointment(
        code=new_code("LH", 4, 4),
        slot_id=slot_id,
        request_id=old.request_id,
        state=AppointmentState.BOOKED,
        digits=old.digits,
        is_in_person=is_in_person,
        booked_at=at,
        changed_at=at,
        checked_device_at=old.checked_device_at,
        device_result=old.device_result,
    )
    _add(db, new)
    return new


def result_of(db: Session, key: str) -> str | None:
    """Return what a command that is now repeated gave the first time, or None."""
    if db.get_bind().dialect.name == "postgresql":
        # The same form sent twice at once: the second waits for the first to be kept.
        db.execute(text("select pg_advisory_xact_lock(7401, hashtext(:key))"), {"key": key})
    return db.scalar(select(IdempotencyKey.result).where(IdempotencyKey.key == key))


def remember(db: Session, at: datetime, key: str, action: str, result: str) -> None:
    """Keep what a command gave, in its own transaction."""
    db.add(IdempotencyKey(key=key, action=action, result=result, at=at))
    db.flush()


def locked_request(db: Session, request_id: int) -> ReceptionRequest:
    """Return a request that nobody else changes until this transaction ends."""
    return db.scalars(
        select(ReceptionRequest)
        .where(ReceptionRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def locked_appointment(db: Session, appointment_id: int) -> Appointment:
    """Return an appointment with its request locked, as it stands now."""
    request_id = db.scalars(select(Appointment.request_id).where(Appointment.id == appointment_id)).one()
    locked_request(db, request_id)
    return db.scalars(
        select(Appointment).where(Appointment.id == appointment_id).execution_options(populate_existing=True)
    ).one()


def release(db: Session, who: Who, at: datetime, appointment_id: int) -> None:
    """Free the place of a citizen who withdrew the request; they were written to then."""
    appointment = locked_appointment(db, appointment_id)
    request = db.get_one(ReceptionRequest, appointment.request_id)
    if appointment.state is AppointmentState.BOOKED and request.state in intake_rules.GIVEN_UP:
        give_back(db, appointment.slot_id)
        leave(db, at, appointment, AppointmentState.CANCELLED, "")
        _record(db, replace(who, unit_id=request.unit_id), at, "released", appointment)


def take(db: Session, slot_id: int) -> bool:
    """Take one place of a slot; False when none is left. The only way a place is ever taken."""
    taken = db.execute(
        update(Slot).where(Slot.id == slot_id, Slot.booked < Slot.capacity).values(booked=Slot.booked + 1),
        execution_options={"synchronize_session": False},
    )
    return taken.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def give_back(db: Session, slot_id: int) -> None:
    """Give one place of a slot back."""
    db.execute(
        update(Slot).where(Slot.id == slot_id, Slot.booked > 0).values(booked=Slot.booked - 1),
        execution_options={"synchronize_session": False},
    )


def _take_place(db: Session, who: Who, at: datetime, slot_id: int) -> Slot:
    row = db.execute(
        select(Slot, ReceptionDay)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(Slot.id == slot_id, ReceptionDay.unit_id == who.unit_id)
        # A day that is being postponed at this moment is seen as it will be.
        .with_for_update(read=True, of=ReceptionDay)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotHere
    slot, day = row
    rules.may_book(day.state, slot.starts_at, at)
    if not take(db, slot_id):
        raise Refused("slot_taken")
    return slot


def _add(db: Session, appointment: Appointment) -> None:
    db.add(appointment)
    try:
        db.flush()
    except IntegrityError:
        raise Refused("already_booked") from None


def _check_mode(db: Session, who: Who, request: ReceptionRequest, *, is_in_person: bool) -> None:
    is_allowed = office.setting(db, who.unit_id, "is_denunciation_online") == 1
    if not is_in_person and not rules.may_receive_online(
        queries.kind_found(db, request), denunciations_allowed=is_allowed
    ):
        raise Refused("not_online")


def _fresh_digits(db: Session) -> str:
    while True:
        digits = f"{secrets.randbelow(1_000_000):06d}"
        if not rules.are_plain_digits(digits) and not plan.digits_in_use(db, digits):
            return digits


def _live(db: Session, who: Who, code: str) -> Appointment:
    appointment = db.scalar(
        select(Appointment).where(
            Appointment.code == code,
            Appointment.request_id == who.request_id,
            Appointment.state == AppointmentState.BOOKED,
        )
    )
    if appointment is None:
        raise NotHere
    return appointment


def _booked(db: Session, code: str) -> Booked:
    return Booked(db.scalars(select(Appointment.id).where(Appointment.code == code)).one(), code)


def _record(db: Session, who: Who, at: datetime, verb: str, appointment: Appointment, **facts: str) -> None:
    case_id = db.scalar(select(ReceptionRequest.case_id).where(ReceptionRequest.id == appointment.request_id))
    about = About("appointment", appointment.id, appointment.code, case_id, who.unit_id)
    audit.record(db, who, at, verb, about, **facts)
