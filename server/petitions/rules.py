"""The flow of a petition and who may know of it.

domain.md 2.3 (states), 2.9 (who may see a denunciation), 5.2. A denunciation of the ward's chair or
of its reception staff goes to the city's board of reception and is hidden from the whole ward (F27).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.errors import NotYours, Refused
from server.words import Direction, Kind, PetitionState, PetitionVerb, Role, Target

RECEIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})
DESK = RECEIVERS | {Role.PETITION_OFFICER, Role.OFFICE_HEAD}
BOARD = frozenset({Role.CITY_BOARD_MEMBER})
"""Handles what bypasses the ward; its petitions belong to its own unit."""
SORTERS = DESK | BOARD
READERS = SORTERS | {Role.INSPECTOR}
HEADS = frozenset({Role.WARD_CHAIR})
_SIGNERS = HEADS | BOARD


@dataclass(frozen=True, slots=True)
class Move:
    """Where a verb leads and who may say it."""

    to: PetitionState
    roles: frozenset[Role]


_SPLIT = Move(PetitionState.SPLIT, SORTERS)
_WITHDRAW = Move(PetitionState.WITHDRAWN, SORTERS)
_TAKE_OFF = Move(PetitionState.ON_PAPER, SORTERS)
_FILE = Move(PetitionState.FILED, _SIGNERS)
_TRANSFER = Move(PetitionState.TRANSFERRED, _SIGNERS)
_PROPOSE = Move(PetitionState.PROPOSED, SORTERS)

PETITION_FLOW: Mapping[PetitionState, Mapping[PetitionVerb, Move]] = {
    PetitionState.RECEIVED: {
        PetitionVerb.PASS_CHECK: Move(PetitionState.ELIGIBLE, SORTERS),
        PetitionVerb.FAIL_CHECK: Move(PetitionState.INELIGIBLE, SORTERS),
        PetitionVerb.WITHDRAW: _WITHDRAW,
        PetitionVerb.TAKE_OFF: _TAKE_OFF,
    },
    PetitionState.INELIGIBLE: {
        PetitionVerb.PASS_CHECK: Move(PetitionState.ELIGIBLE, SORTERS),
        PetitionVerb.PROPOSE: _PROPOSE,
        PetitionVerb.WITHDRAW: _WITHDRAW,
        PetitionVerb.TAKE_OFF: _TAKE_OFF,
    },
    PetitionState.ELIGIBLE: {
        PetitionVerb.CLASSIFY: Move(PetitionState.CLASSIFIED, SORTERS),
        PetitionVerb.SPLIT: _SPLIT,
        PetitionVerb.WITHDRAW: _WITHDRAW,
        PetitionVerb.TAKE_OFF: _TAKE_OFF,
    },
    PetitionState.CLASSIFIED: {
        PetitionVerb.PROPOSE: _PROPOSE,
        PetitionVerb.CLASSIFY: Move(PetitionState.CLASSIFIED, SORTERS),
        PetitionVerb.SPLIT: _SPLIT,
        PetitionVerb.WITHDRAW: _WITHDRAW,
        PetitionVerb.TAKE_OFF: _TAKE_OFF,
    },
    PetitionState.PROPOSED: {
        PetitionVerb.ACCEPT: Move(PetitionState.ACCEPTED, HEADS),
        PetitionVerb.GUIDE: Move(PetitionState.GUIDED, SORTERS),
        PetitionVerb.GIVE_BACK: Move(PetitionState.GIVEN_BACK, _SIGNERS),
        PetitionVerb.TRANSFER: _TRANSFER,
        PetitionVerb.URGE: Move(PetitionState.URGED, _SIGNERS),
        PetitionVerb.VERIFY: Move(PetitionState.VERIFYING, _SIGNERS),
        PetitionVerb.FILE: _FILE,
        PetitionVerb.SEND_BACK: Move(PetitionState.CLASSIFIED, _SIGNERS),
        PetitionVerb.WITHDRAW: _WITHDRAW,
        PetitionVerb.TAKE_OFF: _TAKE_OFF,
    },
    PetitionState.ACCEPTED: {PetitionVerb.WITHDRAW: _WITHDRAW},
    PetitionState.VERIFYING: {PetitionVerb.TRANSFER: _TRANSFER, PetitionVerb.FILE: _FILE},
    PetitionState.GUIDED: {},
    PetitionState.GIVEN_BACK: {},
    PetitionState.TRANSFERRED: {},
    PetitionState.URGED: {},
    PetitionState.FILED: {},
    PetitionState.SPLIT: {},
    PetitionState.WITHDRAWN: {},
    PetitionState.ON_PAPER: {},
}
"""Ineligible petitions get a direction too: given back with guidance, or filed."""

OPEN = frozenset(state for state, verbs in PETITION_FLOW.items() if PetitionVerb.TAKE_OFF in verbs)
"""Somebody at the desk still owes a step."""
DIRECTED = frozenset(
    {
        PetitionState.ACCEPTED,
        PetitionState.GUIDED,
        PetitionState.GIVEN_BACK,
        PetitionState.TRANSFERRED,
        PetitionState.URGED,
        PetitionState.VERIFYING,
        PetitionState.FILED,
    }
)
WITHOUT_PAPER = frozenset({Direction.ACCEPT, Direction.VERIFY, Direction.FILE})
"""Directions that send nothing out; the others are incomplete without a number of the paper (F48)."""
TO_A_BODY = frozenset({Direction.GUIDE, Direction.GIVE_BACK, Direction.TRANSFER, Direction.URGE})


def moved(state: PetitionState, verb: PetitionVerb, role: Role) -> PetitionState:
    """Return the state a verb leads to. Raises Refused("petition_flow") or NotYours."""
    move = PETITION_FLOW[state].get(verb)
    if move is None:
        raise Refused("petition_flow")
    if role not in move.roles:
        raise NotYours("petition_not_yours")
    return move.to


def verbs(state: PetitionState, role: Role) -> tuple[PetitionVerb, ...]:
    """Return what a role may do to a petition in this state, in the order of the flow."""
    return tuple(verb for verb, move in PETITION_FLOW[state].items() if role in move.roles)


HIDDEN = frozenset({Target.WARD_CHAIR, Target.RECEPTION_STAFF})
"""Who, when denounced, would read it at the ward's own desk."""


def is_hidden_from_ward(kind: Kind, target: Target | None) -> bool:
    """Whether nobody of the ward may know of a petition."""
    return kind is Kind.DENUNCIATION and target in HIDDEN


def may_open(who_role: Role, kind: Kind, target: Target | None) -> bool:
    """Whether a role may know of a petition of its own unit; the unit is asked by the query."""
    if kind is not Kind.DENUNCIATION:
        return who_role in READERS
    if is_hidden_from_ward(kind, target):
        return who_role in BOARD
    return who_role in RECEIVERS | BOARD
