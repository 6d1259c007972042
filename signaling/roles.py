"""Who may do what inside a room.

A role is what a person is in this one room; the ticket says it, nothing else does. What the
role may do is one table, so that reading the table is reading the rule.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class RoomRole(StrEnum):
    """What a person is in the room."""

    CHAIR = "chair"
    CLERK = "clerk"
    OFFICER = "officer"
    CITIZEN = "citizen"
    WARD_ROOM = "ward_room"
    CITY_BOARD = "city_board"
    DEPARTMENT = "department"
    INTERPRETER = "interpreter"
    OBSERVER = "observer"
    RECORDER = "recorder"


class Power(StrEnum):
    """What a person may be allowed to do in the room."""

    ADMIT = "admit"
    REMOVE = "remove"
    MUTE_OTHERS = "mute_others"
    RECORD = "record"
    WAIVE_RECORDING = "waive_recording"
    BEGIN = "begin"
    PAUSE = "pause"
    END = "end"
    READ_BACK = "read_back"
    STOP_HERE = "stop_here"
    SPEAK = "speak"
    HAND = "hand"
    CONSULT = "consult"
    CAPTION = "caption"


_GUEST = frozenset({Power.SPEAK, Power.HAND})
_DESK = _GUEST | {
    Power.ADMIT,
    Power.REMOVE,
    Power.MUTE_OTHERS,
    Power.RECORD,
    Power.PAUSE,
    Power.READ_BACK,
    Power.STOP_HERE,
    Power.CAPTION,
}

POWERS: Mapping[RoomRole, frozenset[Power]] = MappingProxyType(
    {
        RoomRole.CHAIR: frozenset(Power),
        # Only the chair answers in person for a reception without a recording, so an officer
        # who stands in may open and close it but never waive.
        RoomRole.OFFICER: _DESK | {Power.BEGIN, Power.END, Power.CONSULT},
        RoomRole.CLERK: _DESK,
        RoomRole.CITIZEN: _GUEST,
        RoomRole.WARD_ROOM: _GUEST,
        RoomRole.CITY_BOARD: _GUEST,
        RoomRole.DEPARTMENT: _GUEST,
        RoomRole.INTERPRETER: _GUEST | {Power.CAPTION},
        RoomRole.OBSERVER: frozenset(),
        RoomRole.RECORDER: frozenset(),
    }
)

ENTERS_BY_ITSELF = frozenset({RoomRole.CHAIR, RoomRole.OFFICER, RoomRole.CLERK, RoomRole.WARD_ROOM})
"""Roles that the office vouched for; everybody else waits until a host lets them in."""


DESK = frozenset({RoomRole.CHAIR, RoomRole.OFFICER, RoomRole.CLERK})
"""Those who hold the reception. After a stop, guests hear and see nobody else, and nobody else them."""

NEEDED = frozenset({RoomRole.CHAIR, RoomRole.CITIZEN, RoomRole.WARD_ROOM})
"""Without whom a reception cannot go on as if nothing were."""


def may(role: RoomRole, power: Power) -> bool:
    """Whether `role` has `power`."""
    return power in POWERS[role]


def powers_of(role: RoomRole) -> tuple[Power, ...]:
    """The powers of `role`, always in the same order."""
    return tuple(power for power in Power if power in POWERS[role])


def may_enter_unadmitted(role: RoomRole) -> bool:
    """Whether `role` goes in without being let in by a host."""
    return role in ENTERS_BY_ITSELF
