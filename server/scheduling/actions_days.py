"""Plan a reception day, publish it, postpone it with its citizens, cancel it, close it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.clock import local
from server.errors import BadForm, FieldError, Stale
from server.intake import actions as intake
from server.office import queries as office
from server.office.rules import posted_in_time
from server.scheduling import actions_empty, queries, rules
from server.scheduling import actions_letters as letters
from server.scheduling import queries_plan as plan
from server.scheduling.actions import (
    follow,
    give_back,
    leave,
    locked_appointment,
    remember,
    result_of,
    take,
)
from server.scheduling.rules import SlotPlan, SlotTime
from server.tables import Appointment, ReceptionDay, Slot
from server.text import new_code, one_line, tidy
from server.who import Who
from server.words import AppointmentState, AppointmentVerb, DayKind, DayState, DayVerb, RequestVerb


@dataclass(frozen=True, slots=True)
class NewDay:
    """A reception day as planned; ``key`` makes pressing twice one day."""

    kind: DayKind
    held_on: date
    place: str
    chair_id: int
    attendees: str
    expected_content: str
    plan: SlotPlan
    key: str


@dataclass(frozen=True, slots=True)
class Postponing:
    """Why and to when a day is put off (Article 24); ``is_followed``: citizens keep their hour."""

    code: str
    ground: str
    new_on: date
    is_followed: bool
    key: str


def open_day(db: Session, who: Who, at: datetime, new: NewDay, secrets: Sequence[str] | None = None) -> str:
    """Plan a day as a draft and return its code. Raises BadForm naming the field at fault.

    ``secrets``: what no public text may contain, when whoever lays many days has read it already.
    """
    key = f"day:{new.key}"
    if (made := result_of(db, key)) is not None:
        return made
    _check(db, who, at, new, secrets=secrets)
    day = ReceptionDay(
        code=new_code("KT", 4),
        unit_id=who.unit_id,
        state=DayState.DRAFT,
        created_at=at,
        **_columns(db, who, new),
    )
    db.add(day)
    db.flush()
    _lay_slots(db, day.id, rules.slots_on(new.held_on, new.plan))
    _record(db, who, at, "opened", day)
    remember(db, at, key, "open_day", day.code)
    return day.code


def edit_day(db: Session, who: Who, at: datetime, code: str, new: NewDay, version: int) -> None:
    """Change a draft. Raises BadForm, Refused("day_step") once published, or Stale."""
    day = _locked_day(db, who, code)
    rules.day_after(day.state, DayVerb.PUBLISH)
    if day.version != version:
        raise Stale
    _check(db, who, at, new, but=day.id)
    for name, value in _columns(db, who, new).items():
        setattr(day, name, value)
    db.execute(delete(Slot).where(Slot.day_id == day.id))
    _lay_slots(db, day.id, rules.slots_on(new.held_on, new.plan))
    _record(db, who, at, "edited", day)


def publish(db: Session, who: Who, at: datetime, code: str) -> bool:
    """Post a day for the public; returns whether it was posted late (F01). Twice is harmless."""
    day = _locked_day(db, who, code)
    if day.state is not DayState.PUBLISHED:
        day.state = rules.day_after(day.state, DayVerb.PUBLISH)
        _post(db, at, day)
        _record(db, who, at, "published", day, is_late=day.is_posted_late)
    return day.is_posted_late


def postpone(db: Session, who: Who, at: datetime, links: bytes, new: Postponing) -> str:
    """Put a published day off to a new date, published at once; returns the new day's code.

    Citizens keep their hour on the new date, or wait for a new one with their request kept;
    either way they are written to. Raises BadForm, Refused("day_step").
    """
    key = f"postpone:{new.key}"
    if (made := result_of(db, key)) is not None:
        return made
    old = _locked_day(db, who, new.code)
    after = rules.day_after(old.state, DayVerb.POSTPONE)
    slots = rules.shifted(plan.slot_times(db, old.id), new.new_on)
    _check_new_date(db, at, old, new, slots)
    old.state, old.postponed_ground, old.moved_to_on = after, tidy(new.ground), new.new_on
    day = ReceptionDay(
        code=new_code("KT", 4),
        unit_id=old.unit_id,
        kind=old.kind,
        held_on=new.new_on,
        place=old.place,
        chair_id=old.chair_id,
        is_delegated=old.is_delegated,
        attendees=old.attendees,
        expected_content=old.expected_content,
        state=DayState.PUBLISHED,
        created_at=at,
    )
    db.add(day)
    db.flush()
    _post(db, at, day)
    _lay_slots(db, day.id, slots)
    for appointment in _coming(db, old.id):
        if new.is_followed:
            _take_along(db, at, links, appointment, day)
        else:
            _send_home(db, who, at, links, appointment, old)
    _record(db, who, at, "postponed", old, to=day.code)
    remember(db, at, key, "postpone", day.code)
    return day.code


def cancel_day(db: Session, who: Who, at: datetime, links: bytes, code: str, ground: str) -> None:
    """Call a day off; who was to come keeps the request and is written to. Twice is harmless."""
    day = _locked_day(db, who, code)
    if day.state is DayState.CANCELLED:
        return
    if rules.gives_away(ground, [*plan.secrets_of(db, day.unit_id, at), rules.NEVER_IN_LETTERS]):
        raise BadForm({"cancel_ground": FieldError("gives_away")})
    day.state = rules.day_after(day.state, DayVerb.CANCEL)
    day.postponed_ground = tidy(ground)
    for appointment in _coming(db, day.id):
        _send_home(db, who, at, links, appointment, day)
    _record(db, who, at, "cancelled", day)


def close(db: Session, who: Who, at: datetime, code: str) -> None:
    """Close a day that is over and whose citizens are all marked. Twice is harmless.

    A leader's day to which nobody came leaves minutes that say so (F05).
    """
    day = _locked_day(db, who, code)
    if day.state is DayState.CLOSED:
        return
    after = rules.day_after(day.state, DayVerb.CLOSE)
    rules.may_close(day.held_on, local(at).date(), len(_coming(db, day.id)))
    day.state = after
    _record(db, who, at, "closed", day)
    actions_empty.leave_minutes(db, who, at, day)


def _locked_day(db: Session, who: Who, code: str) -> ReceptionDay:
    day_id = queries.day_for(db, who, code).day.id
    return db.scalars(
        select(ReceptionDay)
        .where(ReceptionDay.id == day_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _columns(db: Session, who: Who, new: NewDay) -> dict[str, object]:
    is_head = plan.is_ward_chair(db, who.unit_id, new.chair_id)
    return {
        "kind": new.kind,
        "held_on": new.held_on,
        "place": one_line(new.place),
        "chair_id": new.chair_id,
        # A leader's day led by a deputy is recorded apart and never counts for the chair.
        "is_delegated": new.kind is not DayKind.REGULAR and not is_head,
        "attendees": tidy(new.attendees),
        "expected_content": tidy(new.expected_content),
    }


def _check(
    db: Session, who: Who, at: datetime, new: NewDay, but: int = 0, secrets: Sequence[str] | None = None
) -> None:
    slots = rules.slots_on(new.held_on, new.plan)
    if secrets is None:
        secrets = plan.secrets_of(db, who.unit_id, at)
    faults: dict[str, FieldError] = {}
    if new.held_on < local(at).date() or (slots and slots[0].starts_at <= at):
        faults["held_on"] = FieldError("day_past")
    elif plan.is_chair_busy(db, new.chair_id, slots, but):
        faults["held_on"] = FieldError("chair_busy")
    if all(line.id != new.chair_id for line in plan.chairs(db, who)):
        faults["chair_id"] = FieldError("choice")
    for name in ("attendees", "expected_content", "place"):
        if rules.gives_away(getattr(new, name), secrets):
            faults[name] = FieldError("gives_away")
    if faults:
        raise BadForm(faults)


def _check_new_date(db: Session, at: datetime, old: ReceptionDay, new: Postponing, slots: tuple[SlotTime, ...]) -> None:
    faults: dict[str, FieldError] = {}
    if new.new_on <= local(at).date():
        faults["new_on"] = FieldError("day_past")
    elif new.new_on == old.held_on:
        faults["new_on"] = FieldError("same_day")
    elif plan.is_chair_busy(db, old.chair_id, slots, old.id):
        faults["new_on"] = FieldError("chair_busy")
    # The ground is posted and goes into letters (F66).
    if rules.gives_away(new.ground, [*plan.secrets_of(db, old.unit_id, at), rules.NEVER_IN_LETTERS]):
        faults["ground"] = FieldError("gives_away")
    if faults:
        raise BadForm(faults)


def _lay_slots(db: Session, day_id: int, slots: tuple[SlotTime, ...]) -> None:
    db.add_all(
        Slot(day_id=day_id, starts_at=s.starts_at, ends_at=s.ends_at, capacity=s.capacity, booked=0) for s in slots
    )
    db.flush()


def _post(db: Session, at: datetime, day: ReceptionDay) -> None:
    in_time = posted_in_time(local(at).date(), day.held_on, office.calendar(db))
    day.published_at = at
    day.is_posted_late = rules.is_notice_needed(day.kind) and not in_time


def _coming(db: Session, day_id: int) -> list[int]:
    return list(
        db.scalars(
            select(Appointment.id)
            .join(Slot, Slot.id == Appointment.slot_id)
            .where(Slot.day_id == day_id, Appointment.state == AppointmentState.BOOKED)
            .order_by(Appointment.id)
        )
    )


def _take_along(db: Session, at: datetime, links: bytes, appointment_id: int, day: ReceptionDay) -> None:
    old = locked_appointment(db, appointment_id)
    was = db.get_one(Slot, old.slot_id)
    (then,) = rules.shifted([SlotTime(was.starts_at, was.ends_at, was.capacity)], day.held_on)
    slot = db.scalars(select(Slot).where(Slot.day_id == day.id, Slot.starts_at == then.starts_at)).one()
    taken = take(db, slot.id)
    assert taken  # noqa: S101 the new day has the old day's places
    give_back(db, was.id)
    leave(db, at, old, rules.appointment_after(old.state, AppointmentVerb.MOVE), _ground(db, was))
    new = follow(db, at, old, slot.id, is_in_person=old.is_in_person)
    letters.send(db, at, links, new.id, "day_postponed", {"ground": _ground(db, was), "kept": "1"})
    letters.remind(db, at, links, new.id, slot.starts_at)


def _send_home(db: Session, who: Who, at: datetime, links: bytes, appointment_id: int, day: ReceptionDay) -> None:
    appointment = locked_appointment(db, appointment_id)
    after = rules.appointment_after(appointment.state, AppointmentVerb.CANCEL)
    give_back(db, appointment.slot_id)
    leave(db, at, appointment, after, day.postponed_ground)
    intake.move(db, who, at, appointment.request_id, RequestVerb.UNSCHEDULE)
    is_off = day.state is DayState.CANCELLED
    facts = {"ground": one_line(day.postponed_ground), "kept": ""}
    template = "cancelled" if is_off else "day_postponed"
    letters.send(db, at, links, appointment.id, template, facts)


def _ground(db: Session, slot: Slot) -> str:
    ground = db.scalars(select(ReceptionDay.postponed_ground).where(ReceptionDay.id == slot.day_id)).one()
    return one_line(ground)


def _record(db: Session, who: Who, at: datetime, verb: str, day: ReceptionDay, **facts: str | bool) -> None:
    db.flush()
    about = About("reception_day", day.id, day.code, unit_id=day.unit_id)
    audit.record(db, who, at, verb, about, **facts)
