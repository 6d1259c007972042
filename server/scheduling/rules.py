"""When the office receives, what may be booked and moved, and what a link opens. Pure.

Two flows, each a table: a step that is not in it is refused. A day is planned in slots;
a slot given to a request is an appointment. Times are aware UTC, days are the office's.
"""

import base64
import hashlib
import hmac
import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from server.clock import at_office, local
from server.errors import Refused
from server.intake.rules import READERS, RECEIVERS
from server.text import fold
from server.words import (
    AppointmentState,
    AppointmentVerb,
    DayKind,
    DayState,
    DayVerb,
    Kind,
    Role,
)

DAY_FLOW: Mapping[tuple[DayState, DayVerb], DayState] = {
    (DayState.DRAFT, DayVerb.PUBLISH): DayState.PUBLISHED,
    (DayState.DRAFT, DayVerb.CANCEL): DayState.CANCELLED,
    (DayState.PUBLISHED, DayVerb.POSTPONE): DayState.POSTPONED,
    (DayState.PUBLISHED, DayVerb.CANCEL): DayState.CANCELLED,
    (DayState.PUBLISHED, DayVerb.CLOSE): DayState.CLOSED,
}
APPOINTMENT_FLOW: Mapping[tuple[AppointmentState, AppointmentVerb], AppointmentState] = {
    (AppointmentState.BOOKED, AppointmentVerb.MOVE): AppointmentState.MOVED,
    (AppointmentState.BOOKED, AppointmentVerb.CANCEL): AppointmentState.CANCELLED,
    (AppointmentState.BOOKED, AppointmentVerb.KEEP): AppointmentState.KEPT,
    (AppointmentState.BOOKED, AppointmentVerb.MISS): AppointmentState.MISSED,
}

PLANS = frozenset({Role.RECEPTION_OFFICER, Role.OFFICE_HEAD, Role.WARD_CHAIR})
"""Opens and changes days, books and moves appointments."""
SEES_DAYS = PLANS | {
    Role.PETITION_OFFICER,
    Role.WARD_VICE_CHAIR,
    Role.CASE_OFFICER,
    Role.WARD_POLICE,
    Role.TECHNICIAN,
    Role.INSPECTOR,
    Role.RECORDS_OFFICER,
}
CHAIRS = frozenset({Role.WARD_CHAIR, Role.WARD_VICE_CHAIR, Role.OFFICE_HEAD, Role.RECEPTION_OFFICER})
_SEES_NAMES = READERS | {Role.WARD_VICE_CHAIR}

DAYS_A_MONTH = 2
"""The ward chair receives in person at least so often (Law on Citizen Reception, Article 15)."""
LOBBY_OPENS = timedelta(minutes=30)
"""So long before the hour the waiting room opens."""
HOUR_BEFORE = timedelta(hours=1)
REMINDER_HOUR = 17
LATEST_NOTICE = timedelta(minutes=15)
"""A slot that begins sooner than this is no longer given away: the citizen could not come."""
SHORTEST_SLOT, LONGEST_SLOT = 10, 240
LONGEST_GAP, MOST_PLACES, MOST_SLOTS = 60, 20, 40
MAC_LENGTH = 20
NEVER_IN_LETTERS = "to cao"
"""Without accents, as words are compared: the kind of matter that no letter may betray."""
LONG_SUBJECT = 20
"""Shorter ones ("Đất đai") name a field of work, which a schedule may name."""


class TextShown(StrEnum):
    """What of an appointment a staff role may read."""

    ALL = "all"
    TIME_ONLY = "time_only"


@dataclass(frozen=True, slots=True)
class SlotTime:
    """One slot of a day: when it begins and ends (aware UTC) and how many it takes."""

    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """How a day is cut: stretches of wall-clock time, minutes per slot and between slots."""

    stretches: tuple[tuple[time, time], ...]
    minutes: int
    gap: int
    capacity: int


@dataclass(frozen=True, slots=True)
class ChairDay:
    """A day on which somebody received the public as the head, for the chair's counter."""

    held_on: date
    state: DayState
    kind: DayKind
    is_delegated: bool
    is_without_chair: bool = False
    """Whether every reception of the day was held without the chair; its minutes say so at their head."""


@dataclass(frozen=True, slots=True)
class ChairMonth:
    """How often the chair received in a month: in person so far, still planned, by a deputy, held without the chair."""

    in_person: int
    planned: int
    delegated: int
    without_chair: int = 0
    needed: int = DAYS_A_MONTH

    @property
    def is_short(self) -> bool:
        """Whether the month falls short even if every planned day is held."""
        return self.in_person + self.planned < self.needed


def day_after(state: DayState, verb: DayVerb) -> DayState:
    """Return a day's state after a step. Raises Refused("day_step") for a step not in the table."""
    try:
        return DAY_FLOW[state, verb]
    except KeyError:
        raise Refused("day_step", state=state.value, verb=verb.value) from None


def appointment_after(state: AppointmentState, verb: AppointmentVerb) -> AppointmentState:
    """Return an appointment's state after a step. Raises Refused("appointment_step")."""
    try:
        return APPOINTMENT_FLOW[state, verb]
    except KeyError:
        raise Refused("appointment_step", state=state.value, verb=verb.value) from None


def plan_fault(plan: SlotPlan) -> tuple[str, str] | None:
    """Return (field, code) of what is wrong with a plan, or None."""
    before: time | None = None
    for number, (begins, ends) in enumerate(plan.stretches, 1):
        if ends <= begins:
            return f"ends_{number}", "ends_before_start"
        if before is not None and begins < before:
            return f"begins_{number}", "stretch_overlaps"
        before = ends
    if not plan.stretches:
        return "begins_1", "required"
    if not slots_on(date(2000, 1, 3), plan):
        return "minutes", "no_slot_fits"
    if len(slots_on(date(2000, 1, 3), plan)) > MOST_SLOTS:
        return "minutes", "too_many_slots"
    return None


def slots_on(on: date, plan: SlotPlan) -> tuple[SlotTime, ...]:
    """Return a day's slots in order: whole slots only, none reaching past its stretch."""
    length, step = timedelta(minutes=plan.minutes), timedelta(minutes=plan.minutes + plan.gap)
    found: list[SlotTime] = []
    for begins, ends in plan.stretches:
        starts_at = at_office(on, begins.hour, begins.minute)
        until = at_office(on, ends.hour, ends.minute)
        while starts_at + length <= until:
            found.append(SlotTime(starts_at, starts_at + length, plan.capacity))
            starts_at += step
    return tuple(found)


def plan_of(slots: Sequence[SlotTime]) -> SlotPlan:
    """Return a plan that gives these slots again, for a form (a new stretch after over an hour)."""
    if not slots:
        return SlotPlan((), SHORTEST_SLOT, 0, 1)
    minutes = (slots[0].ends_at - slots[0].starts_at) // timedelta(minutes=1)
    stretches: list[tuple[time, time]] = []
    gap, ends_at = 0, None
    for slot in slots:
        pause = None if ends_at is None else (slot.starts_at - ends_at) // timedelta(minutes=1)
        if pause is None or pause > LONGEST_GAP:
            stretches.append((local(slot.starts_at).time(), local(slot.ends_at).time()))
        else:
            gap = pause
            stretches[-1] = (stretches[-1][0], local(slot.ends_at).time())
        ends_at = slot.ends_at
    return SlotPlan(tuple(stretches), minutes, gap, slots[0].capacity)


def shifted(slots: Iterable[SlotTime], to: date) -> tuple[SlotTime, ...]:
    """Return the same hours on another day."""
    return tuple(SlotTime(_on_day(slot.starts_at, to), _on_day(slot.ends_at, to), slot.capacity) for slot in slots)


def _on_day(at: datetime, on: date) -> datetime:
    clock = local(at)
    return at_office(on, clock.hour, clock.minute)


def overlaps(one: Iterable[SlotTime], other: Iterable[SlotTime]) -> bool:
    """Whether any slot of one plan runs into a slot of the other (touching ends do not)."""
    others = tuple(other)
    return any(a.starts_at < b.ends_at and b.starts_at < a.ends_at for a in one for b in others)


def is_notice_needed(kind: DayKind) -> bool:
    """Whether a day must be posted 5 working days before (Article 24): leaders' days must."""
    return kind is DayKind.PERIODIC


def may_book(state: DayState, starts_at: datetime, at: datetime) -> None:
    """Allow a slot to be given away. Raises Refused: ``day_not_open``, ``slot_past``."""
    if state is not DayState.PUBLISHED:
        raise Refused("day_not_open")
    if starts_at - at < LATEST_NOTICE:
        raise Refused("slot_past")


def may_receive_online(kind: Kind, *, denunciations_allowed: bool) -> bool:
    """Whether this kind may be received by video: denunciations only where allowed."""
    return kind is not Kind.DENUNCIATION or denunciations_allowed


def may_close(on: date, today: date, booked: int) -> None:
    """Allow a day to be closed. Raises Refused: ``day_not_over``, ``appointments_open``."""
    if on > today:
        raise Refused("day_not_over")
    if booked:
        raise Refused("appointments_open", count=booked)


def is_link_alive(ends_at: datetime, at: datetime) -> bool:
    """Whether a slip's link still opens: from booking to the end of the day it names."""
    return local(at).date() <= local(ends_at).date()


def may_enter_lobby(starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Whether the waiting room is open: from 30 minutes before the hour to the end of that day."""
    return at >= starts_at - LOBBY_OPENS and is_link_alive(ends_at, at)


def reminders_at(starts_at: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return (letter, when) of the two reminders: 17:00 the day before, and one hour before."""
    before = local(starts_at).date() - timedelta(days=1)
    return (
        ("reminder_day_before", at_office(before, REMINDER_HOUR, 0)),
        ("reminder_hour_before", starts_at - HOUR_BEFORE),
    )


def link_mac(key: bytes, code: str) -> str:
    """Return the 20 url-safe characters (120 bits) that prove a link was made by us."""
    digest = hmac.new(key, b"appointment:" + code.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)[:MAC_LENGTH].decode()


def link_token(key: bytes, code: str) -> str:
    """Return what stands in ``/hen/…`` and ``/vao/…``."""
    return f"{code}.{link_mac(key, code)}"


def code_of(key: bytes, token: str) -> str | None:
    """Return the appointment's code from a link, or None when the link is not ours."""
    code, _, mac = token.partition(".")
    return code if hmac.compare_digest(link_mac(key, code).encode(), mac.encode()) else None


def are_plain_digits(digits: str) -> bool:
    """Whether six digits are too easily guessed: one digit only, or running up or down."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def chair_month(days: Iterable[ChairDay], year: int, month: int, today: date) -> ChairMonth:
    """Count the chair's days of a month; a deputy's, or one held without the chair, never counts (domain.md 3.2)."""
    counted = {DayState.PUBLISHED, DayState.CLOSED}
    of_month = [
        day
        for day in days
        if (day.held_on.year, day.held_on.month) == (year, month)
        and day.state in counted
        and day.kind is not DayKind.REGULAR
    ]
    by_chair = [day for day in of_month if not day.is_delegated and not day.is_without_chair]
    own = {day.held_on for day in by_chair}
    held = {day.held_on for day in by_chair if day.state is DayState.CLOSED or day.held_on <= today}
    return ChairMonth(
        in_person=len(held),
        planned=len(own - held),
        delegated=len({day.held_on for day in of_month if day.is_delegated}),
        without_chair=len({day.held_on for day in of_month if day.is_without_chair} - own),
    )


def began_without_chair(lacking: Collection[str]) -> bool:
    """Whether a reception that began without these parts began without the chair.

    Where the citizen is lacking as well, both sit before the camera of the ward's room.
    """
    return "chair" in lacking and "citizen" not in lacking


def what_is_shown(role: Role, kind: Kind) -> TextShown:
    """Return what of an appointment a role reads in the day's list (domain.md 2.9)."""
    sees = RECEIVERS if kind is Kind.DENUNCIATION else _SEES_NAMES
    return TextShown.ALL if role in sees else TextShown.TIME_ONLY


def secret_subject(subject: str, kind: Kind) -> str:
    """Return a subject that must not be read in public; a bare field such as land is none."""
    return subject if kind is Kind.DENUNCIATION or len(subject) >= LONG_SUBJECT else ""


def gives_away(public_text: str, secrets: Iterable[str]) -> bool:
    """Whether a public text contains one of these names or subjects (F08), accents or not."""
    text = _plain(public_text)
    return any(len(secret) > 5 and secret in text for secret in map(_plain, secrets))  # noqa: PLR2004 " an " is no name


def _plain(words: str) -> str:
    return f" {re.sub(r'[^0-9a-z]+', ' ', fold(words)).strip()} "


def folded_line(line: str) -> str:
    """Return a line of a calendar file, folded at 75 octets, ended by CRLF (RFC 5545, 3.1)."""
    parts: list[str] = [""]
    for char in line:
        # A continuation begins with a blank, which counts.
        if len((parts[-1] + char).encode()) > 75 - (len(parts) > 1):
            parts.append("")
        parts[-1] += char
    return "\r\n ".join(parts) + "\r\n"
