"""The flow of a reception request, grounds for declining, groups, duplicates, who may open it.

Legal sources are named where they decide: Law on Citizen Reception, Articles 9 (declining) and
29 (many people); domain.md 2.9 for what a denunciation may show to whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from server.errors import FieldError, NotYours, Refused
from server.office.rules import Calendar
from server.who import Who
from server.words import DeclineGround, Kind, RequestState, RequestVerb, Role

RECEIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})
"""The only ones who know that a request is, or may be, a denunciation."""
SORTERS = RECEIVERS | {Role.PETITION_OFFICER, Role.OFFICE_HEAD}
READERS = SORTERS | {Role.INSPECTOR}
HEADS = frozenset({Role.WARD_CHAIR})
"""Who may sign a notice of declining under Article 9(3)."""

_PLANNERS = SORTERS | {Role.WARD_VICE_CHAIR}
_CITIZEN = frozenset({Role.CITIZEN})
_SHORTEST_WORDS = 10
_FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a verb leads and who may say it; ``by_system`` when a job or the room may too."""

    to: RequestState
    roles: frozenset[Role]
    by_system: bool = False


_ASK = Move(RequestState.INCOMPLETE, SORTERS)
_ACCEPT = Move(RequestState.ACCEPTED, SORTERS)
_REFER = Move(RequestState.REFERRED, SORTERS)
_DECLINE = Move(RequestState.DECLINED, SORTERS)
_WITHDRAW = Move(RequestState.WITHDRAWN, _CITIZEN)
_TAKE_OFF = Move(RequestState.ON_PAPER, SORTERS)

REQUEST_FLOW: Mapping[RequestState, Mapping[RequestVerb, Move]] = {
    RequestState.RECEIVED: {
        RequestVerb.ACCEPT: _ACCEPT,
        RequestVerb.ASK: _ASK,
        RequestVerb.REFER: _REFER,
        RequestVerb.DECLINE: _DECLINE,
        RequestVerb.WITHDRAW: _WITHDRAW,
        RequestVerb.TAKE_OFF: _TAKE_OFF,
    },
    RequestState.INCOMPLETE: {
        RequestVerb.COMPLETE: Move(RequestState.RECEIVED, SORTERS | _CITIZEN),
        RequestVerb.ACCEPT: _ACCEPT,
        RequestVerb.REFER: _REFER,
        RequestVerb.DECLINE: _DECLINE,
        RequestVerb.WITHDRAW: _WITHDRAW,
        RequestVerb.TAKE_OFF: _TAKE_OFF,
    },
    RequestState.ACCEPTED: {
        RequestVerb.SCHEDULE: Move(RequestState.SCHEDULED, _PLANNERS, by_system=True),
        RequestVerb.REFER: _REFER,
        RequestVerb.DECLINE: _DECLINE,
        RequestVerb.WITHDRAW: _WITHDRAW,
        RequestVerb.TAKE_OFF: _TAKE_OFF,
    },
    RequestState.SCHEDULED: {
        RequestVerb.UNSCHEDULE: Move(RequestState.ACCEPTED, _PLANNERS, by_system=True),
        RequestVerb.HEAR: Move(RequestState.HEARD, _PLANNERS, by_system=True),
        RequestVerb.WITHDRAW: _WITHDRAW,
        RequestVerb.TAKE_OFF: _TAKE_OFF,
    },
    RequestState.HEARD: {
        # Broken off by a failure: heard again on another day.
        RequestVerb.ADJOURN: Move(RequestState.ACCEPTED, frozenset(), by_system=True),
    },
    RequestState.REFERRED: {},
    RequestState.DECLINED: {},
    RequestState.WITHDRAWN: {},
    RequestState.ON_PAPER: {},
}

GIVEN_UP = frozenset({RequestState.WITHDRAWN, RequestState.ON_PAPER})
"""Their places in the schedule are free again: withdrawn, or a secret matter that may not be heard here (F68)."""
OPEN_STATES = frozenset({RequestState.RECEIVED, RequestState.INCOMPLETE})
"""Wait for somebody to sort them."""
SORTABLE_STATES = frozenset(REQUEST_FLOW) - GIVEN_UP - {RequestState.DECLINED}
"""What counts as taken on or sent elsewhere, or may yet: it can be said how."""
ADDABLE_STATES = OPEN_STATES | {RequestState.ACCEPTED, RequestState.SCHEDULED}
TAKES_APPOINTMENT = ADDABLE_STATES | {RequestState.HEARD}
"""A group may bring the written appointment of its representatives later, to the desk too (F23)."""
"""The citizen may still add words and papers."""


def moved(state: RequestState, verb: RequestVerb, who: Who) -> RequestState:
    """Return the state a verb leads to. Raises Refused("request_flow") or NotYours."""
    move = REQUEST_FLOW[state].get(verb)
    if move is None:
        raise Refused("request_flow")
    is_system = who.role is Role.SYS_ADMIN and not who.is_staff
    if who.role not in move.roles and not (is_system and move.by_system):
        raise NotYours("request_not_yours")
    return move.to


def verbs(state: RequestState, role: Role) -> tuple[RequestVerb, ...]:
    """Return what a role may do to a request in this state, in the order of the flow."""
    return tuple(verb for verb, move in REQUEST_FLOW[state].items() if role in move.roles)


def may_open(who: Who, unit_id: int, kind: Kind) -> bool:
    """Whether staff may know of a request. An inspector's reach is asked by the query."""
    if kind is Kind.DENUNCIATION:
        return who.unit_id == unit_id and who.role in RECEIVERS
    return who.role is Role.INSPECTOR or (who.unit_id == unit_id and who.role in SORTERS)


def decline_faults(who: Who, ground: DeclineGround, words: str, prior_decision: str) -> dict[str, FieldError]:
    """Say what a declining still lacks; under 9(3) it is the head's alone (F31, F32).

    Raises NotYours("decline_head_only") when the ground is not this person's to use.
    """
    if ground is DeclineGround.ALREADY_RESOLVED and who.role not in HEADS:
        raise NotYours("decline_head_only")
    faults: dict[str, FieldError] = {}
    if len(words) < _SHORTEST_WORDS:
        faults["decline_words"] = FieldError("words_needed", {"least": _SHORTEST_WORDS})
    if ground is DeclineGround.ALREADY_RESOLVED and not prior_decision:
        faults["prior_decision"] = FieldError("prior_decision_needed")
    return faults


def representatives_allowed(group_size: int) -> tuple[int, int]:
    """Return how many representatives a group must and may name (Article 29).

    Five to ten people: one or two; more: at most five. Under five the law is silent: up to two.
    """
    if group_size <= 1:
        return 0, 0
    if group_size < 5:  # noqa: PLR2004 the law's own numbers
        return 0, 2
    return 1, 2 if group_size <= 10 else 5  # noqa: PLR2004 the law's own numbers


def needs_appointment_paper(group_size: int) -> bool:
    """Whether the written appointment of representatives must be handed in (F23)."""
    return representatives_allowed(group_size)[0] > 0


def preferred_fault(on: date | None, today: date, calendar: Calendar) -> FieldError | None:
    """Say why a wished-for day cannot be, or None."""
    if on is None:
        return None
    if on <= today:
        return FieldError("day_past")
    if on > today + _FARTHEST:
        return FieldError("day_far")
    if not calendar.is_working(on):
        return FieldError("day_off")
    return None


def likeness(one: str, other: str) -> float:
    """Return how many words two folded subjects share, 0 to 1, for people to judge."""
    first, second = set(one.split()), set(other.split())
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0
