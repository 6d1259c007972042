"""Case and follow-up flows, terms of law, and who may open a case.

Permissions follow domain.md 5.2 and the table of 2.9. A case is *restricted* when it is (or
may be) a denunciation: then only the receiver of the unit, its chair, and a vice chair who
was assigned know that it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.errors import NotYours, Refused
from server.office.rules import Calendar, add_working_days, due_after_days
from server.who import Who
from server.words import CaseState, CaseVerb, FollowUpState, FollowUpVerb, Kind, Role

RECEIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})
WARD_DESK = RECEIVERS | {Role.PETITION_OFFICER, Role.OFFICE_HEAD}
"""See every case of their own unit that is not restricted."""
ASSIGNED = frozenset({Role.CASE_OFFICER, Role.CITY_BOARD_MEMBER, Role.WARD_VICE_CHAIR})
"""See a case only after they were assigned to it."""
READERS = WARD_DESK | ASSIGNED | {Role.INSPECTOR}
HANDLERS = WARD_DESK | ASSIGNED

_LEADERS = frozenset({Role.WARD_CHAIR, Role.WARD_VICE_CHAIR, Role.OFFICE_HEAD})
_DESK = WARD_DESK | {Role.WARD_VICE_CHAIR}


@dataclass(frozen=True, slots=True)
class Move:
    """Where a verb leads and who may say it."""

    to: CaseState
    roles: frozenset[Role]


_TERMINATE = Move(CaseState.TERMINATED, _LEADERS)
_TAKE_OFF = Move(CaseState.ON_PAPER, _DESK)

CASE_FLOW: Mapping[CaseState, Mapping[CaseVerb, Move]] = {
    CaseState.OPEN: {
        CaseVerb.ASSIGN: Move(CaseState.ASSIGNED, _DESK),
        CaseVerb.START: Move(CaseState.IN_PROGRESS, HANDLERS),
        CaseVerb.CONCLUDE: Move(CaseState.CONCLUDED, _LEADERS),
        CaseVerb.FOLLOW_UP: Move(CaseState.FOLLOWED_UP, HANDLERS),
        CaseVerb.TRANSFER: Move(CaseState.TRANSFERRED, _LEADERS),
        CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS),
        CaseVerb.TERMINATE: _TERMINATE,
        CaseVerb.TAKE_OFF: _TAKE_OFF,
    },
    CaseState.ASSIGNED: {
        CaseVerb.ASSIGN: Move(CaseState.ASSIGNED, _DESK),
        CaseVerb.START: Move(CaseState.IN_PROGRESS, HANDLERS),
        CaseVerb.CONCLUDE: Move(CaseState.CONCLUDED, _LEADERS),
        CaseVerb.FOLLOW_UP: Move(CaseState.FOLLOWED_UP, HANDLERS),
        CaseVerb.TRANSFER: Move(CaseState.TRANSFERRED, _LEADERS),
        CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS),
        CaseVerb.TERMINATE: _TERMINATE,
        CaseVerb.TAKE_OFF: _TAKE_OFF,
    },
    CaseState.IN_PROGRESS: {
        CaseVerb.ASSIGN: Move(CaseState.IN_PROGRESS, _DESK),
        CaseVerb.CONCLUDE: Move(CaseState.CONCLUDED, _LEADERS),
        CaseVerb.FOLLOW_UP: Move(CaseState.FOLLOWED_UP, HANDLERS),
        CaseVerb.SUSPEND: Move(CaseState.SUSPENDED, _LEADERS),
        CaseVerb.TRANSFER: Move(CaseState.TRANSFERRED, _LEADERS),
        CaseVerb.TERMINATE: _TERMINATE,
        CaseVerb.TAKE_OFF: _TAKE_OFF,
    },
    CaseState.CONCLUDED: {
        CaseVerb.ASSIGN: Move(CaseState.CONCLUDED, _DESK),
        CaseVerb.FOLLOW_UP: Move(CaseState.FOLLOWED_UP, HANDLERS),
        CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS),
        CaseVerb.REOPEN: Move(CaseState.IN_PROGRESS, _LEADERS),
    },
    CaseState.FOLLOWED_UP: {
        CaseVerb.ASSIGN: Move(CaseState.FOLLOWED_UP, _DESK),
        CaseVerb.FOLLOW_UP: Move(CaseState.FOLLOWED_UP, HANDLERS),
        CaseVerb.CONCLUDE: Move(CaseState.CONCLUDED, _LEADERS),
        CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS),
    },
    CaseState.SUSPENDED: {
        CaseVerb.RESUME: Move(CaseState.IN_PROGRESS, _LEADERS),
        CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS),
        CaseVerb.TERMINATE: _TERMINATE,
        CaseVerb.TAKE_OFF: _TAKE_OFF,
    },
    CaseState.TRANSFERRED: {CaseVerb.CLOSE: Move(CaseState.CLOSED, _LEADERS)},
    CaseState.CLOSED: {CaseVerb.REOPEN: Move(CaseState.IN_PROGRESS, _LEADERS)},
    CaseState.TERMINATED: {},
    CaseState.ON_PAPER: {},
}
OVER = frozenset({CaseState.CLOSED, CaseState.TERMINATED, CaseState.ON_PAPER})
"""Nothing more is done here; a terminated resolution is not taken up again, a secret one goes on off the system."""
RULED = frozenset({CaseVerb.SUSPEND, CaseVerb.TERMINATE, CaseVerb.TRANSFER})
"""Steps that need a ground in words (law 136/2025; a transfer, domain.md 2.12); ``TAKE_OFF`` has a way of its own."""


def moved(state: CaseState, verb: CaseVerb, role: Role) -> CaseState:
    """Return the state a verb leads to. Raises Refused("case_flow") or NotYours."""
    move = CASE_FLOW[state].get(verb)
    if move is None:
        raise Refused("case_flow")
    if role not in move.roles:
        raise NotYours("case_not_yours")
    return move.to


def verbs(state: CaseState, role: Role) -> tuple[CaseVerb, ...]:
    """Return what a role may do to a case in this state, in the order of the flow."""
    return tuple(verb for verb, move in CASE_FLOW[state].items() if role in move.roles)


FOLLOW_UP_FLOW: Mapping[FollowUpState, Mapping[FollowUpVerb, FollowUpState]] = {
    FollowUpState.OPEN: {
        FollowUpVerb.START: FollowUpState.IN_PROGRESS,
        FollowUpVerb.FINISH: FollowUpState.DONE,
    },
    FollowUpState.IN_PROGRESS: {FollowUpVerb.FINISH: FollowUpState.DONE},
    FollowUpState.DONE: {
        FollowUpVerb.REOPEN: FollowUpState.IN_PROGRESS,
        FollowUpVerb.CLOSE: FollowUpState.CLOSED,
    },
    FollowUpState.CLOSED: {},
}
CHECKERS = _DESK
"""Who looks at the evidence and closes or reopens what somebody reported as done."""
LATE_STATES = frozenset({FollowUpState.OPEN, FollowUpState.IN_PROGRESS})


def follow_up_verbs(state: FollowUpState, *, is_owner: bool, is_checker: bool) -> tuple[FollowUpVerb, ...]:
    """Return what a person may do: owners start and finish, the desk checks, reopens and closes."""
    working = {FollowUpVerb.START, FollowUpVerb.FINISH}
    return tuple(verb for verb in FOLLOW_UP_FLOW[state] if (is_checker or is_owner if verb in working else is_checker))


def is_overdue(state: FollowUpState, due_on: date, today: date) -> bool:
    """Whether somebody owes this and its day has passed."""
    return state in LATE_STATES and due_on < today


@dataclass(frozen=True, slots=True)
class Term:
    """A term of law: the setting that may shorten it, how it counts, where it stands."""

    setting: str
    in_working_days: bool
    article: str
    version: str


TERMS: Mapping[str, Term] = {
    "D1": Term("notice_working_days", in_working_days=True, article="reception_28", version="2026-07"),
    "D2": Term("acceptance_days", in_working_days=False, article="complaints_27", version="2026-07"),
    "D3": Term("first_resolution_days", in_working_days=False, article="complaints_28", version="2026-07"),
    "D5": Term("second_resolution_days", in_working_days=False, article="complaints_37", version="2026-07"),
}
"""Terms by their number in domain.md 2.4. ``article`` is a key of the labels ``article.…``."""


def due_on(rule: str, started_on: date, count: int, calendar: Calendar) -> date:
    """Return the day on which a term ends; ``count`` is the setting in force."""
    term = TERMS[rule]
    if term.in_working_days:
        return add_working_days(started_on, count, calendar)
    return due_after_days(started_on, count, calendar)


def terms_at_opening(kind: Kind) -> tuple[str, ...]:
    """Return the terms that run from the day the matter was received."""
    return ("D1", "D2") if kind is Kind.COMPLAINT else ("D1",)


def may_open(who: Who, unit_path: tuple[int, ...], *, is_restricted: bool, is_assigned: bool) -> bool:
    """Whether this person may know of a case. ``unit_path`` is its unit and everything above it.

    Police, technicians, records officers and administrators never may; an inspector reads what
    lies below the inspectorate's own place in the tree.
    """
    is_own_unit = who.unit_id == unit_path[0]
    if is_restricted:
        return (is_own_unit and who.role in RECEIVERS) or (
            who.role is Role.WARD_VICE_CHAIR and is_own_unit and is_assigned
        )
    if who.role in ASSIGNED:
        return is_assigned
    if who.role is Role.INSPECTOR:
        return True
    return is_own_unit and who.role in WARD_DESK
