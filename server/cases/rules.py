"""Case and follow-up flows, and who may open a case. Terms of law: ``rules_terms``.

Permissions follow domain.md 5.2 and the table of 2.9. A case is *restricted* when it is (or
may be) a denunciation: then only the receiver of the unit, its chair, and a vice chair who
was assigned know that it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.errors import NotYours, Refused
from server.office.rules import Calendar, add_working_days
from server.who import Who
from server.words import CaseState, CaseVerb, EscalationStep, FollowUpState, FollowUpVerb, Kind, Role

RECEIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})
WARD_DESK = RECEIVERS | {Role.PETITION_OFFICER, Role.OFFICE_HEAD}
"""See every case of their own unit that is not restricted."""
BYPASS = frozenset({Role.CITY_BOARD_MEMBER})
"""Read the secret cases that came to their own unit because nobody of the ward may know of them."""
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


TRANSFER_TERM = "D12"
"""A denunciation that belongs elsewhere is passed on within this term, counted from receipt."""
FOR_PETITION = (CaseVerb.SUSPEND, CaseVerb.RESUME, CaseVerb.TERMINATE)
"""Steps of the resolution that are asked for on the page of its petition as well."""


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


GRACE = 2
"""Working days after its day before something owed is urged by a letter."""
ANSWER = 5
"""Working days that a letter gives before the next step."""
LETTERS = 2
"""Urging letters before the head is told."""


def escalation(due_on: date, urged_on: tuple[date, ...], today: date, calendar: Calendar) -> EscalationStep:
    """Return the next step for something owed since ``due_on`` and urged by letters on these days.

    The system reminds from the first day; then come a letter, a second one, and a report to the head.
    """
    if today <= due_on:
        return EscalationStep.NONE
    since = max(urged_on) if urged_on else due_on
    wait = ANSWER if urged_on else GRACE
    if today <= add_working_days(since, wait, calendar):
        return EscalationStep.REMIND
    if len(urged_on) >= LETTERS:
        return EscalationStep.REPORT
    return EscalationStep.URGE_AGAIN if urged_on else EscalationStep.URGE


def terms_at_opening(kind: Kind) -> tuple[str, ...]:
    """Return the terms that run from the day the matter was received."""
    return {Kind.COMPLAINT: ("D1", "D2"), Kind.DENUNCIATION: ("D1", "D11")}.get(kind, ("D1",))


def may_open(who: Who, unit_path: tuple[int, ...], *, is_restricted: bool, is_assigned: bool) -> bool:
    """Whether this person may know of a case. ``unit_path`` is its unit and everything above it.

    Police, technicians, records officers and administrators never may; an inspector reads what
    lies below the inspectorate's own place in the tree.
    """
    is_own_unit = who.unit_id == unit_path[0]
    if is_restricted:
        return is_own_unit and (who.role in RECEIVERS | BYPASS or (who.role is Role.WARD_VICE_CHAIR and is_assigned))
    if who.role in ASSIGNED:
        return is_assigned
    if who.role is Role.INSPECTOR:
        return True
    return is_own_unit and who.role in WARD_DESK
