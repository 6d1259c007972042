"""Who may watch a recording, and whether one may go.

No recording leaves by download and none is public (domain.md 3.6); an extract is a written
request. A technician knows that a recording exists and is whole, never what it shows (F38).
"""

from datetime import timedelta

from server.words import Role

_DESK = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR, Role.OFFICE_HEAD})
_WITH_CASE = frozenset({Role.CITY_BOARD_MEMBER, Role.WARD_VICE_CHAIR})
WATCHES = _DESK | _WITH_CASE | {Role.INSPECTOR}


def may_watch(role: Role, *, is_own_unit: bool, was_there: bool, is_restricted: bool) -> bool:
    """Whether an officer may watch: the unit's own desk; others only what they took part in; the inspector all."""
    if is_restricted and role is not Role.WARD_CHAIR and not was_there:
        return False
    if role in _DESK:
        return is_own_unit
    return role is Role.INSPECTOR or (role in _WITH_CASE and was_there)


OPEN_FOR = timedelta(hours=1)
"""How long what is under seal stays open to whoever opened it."""


def may_open_seal(role: Role, *, is_own_unit: bool) -> bool:
    """Whether an officer may open what a private consultation left under seal: the chair of the unit, on a ground.

    Neither the law nor the order of receptions names anybody else (peers.md 4, row 20).
    """
    return role is Role.WARD_CHAIR and is_own_unit


def may_see_stopped(role: Role, *, was_there: bool) -> bool:
    """Whether an officer may know what exists of a reception that was stopped: its chair and its receiver (F41)."""
    return was_there and role in {Role.WARD_CHAIR, Role.RECEPTION_OFFICER}
