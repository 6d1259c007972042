"""When a reception may be entered as held on paper. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.clock import local
from server.errors import BadForm, FieldError, Refused
from server.words import ReceptionState

OPEN_FOR = frozenset({ReceptionState.SCHEDULED, ReceptionState.OPEN})
"""What began online is ended in its room, where the chair chooses how it goes on."""
BEFORE = timedelta(hours=2)
"""A citizen who is there already may be received that much before the hour."""


@dataclass(frozen=True, slots=True)
class OnPaper:
    """From when to when, and why not online."""

    began_at: datetime
    ended_at: datetime
    ground: str


def may_enter(state: ReceptionState, starts_at: datetime, at: datetime) -> bool:
    """Whether the desk is offered to enter it."""
    return state in OPEN_FOR and at >= starts_at - BEFORE


def check(state: ReceptionState, starts_at: datetime, at: datetime, held: OnPaper) -> None:
    """Refuse what began online, and hours that cannot be. Raises Refused, BadForm."""
    if state not in OPEN_FOR:
        raise Refused("began_online")
    faults: Mapping[str, FieldError] = {
        **({"began": FieldError("not_that_day")} if _is_elsewhen(held.began_at, starts_at) else {}),
        **({"ended": FieldError("ends_before")} if held.ended_at <= held.began_at else {}),
        **({"ended": FieldError("time_to_come")} if held.ended_at > at else {}),
    }
    if faults:
        raise BadForm(faults)


def _is_elsewhen(began_at: datetime, starts_at: datetime) -> bool:
    return local(began_at).date() != local(starts_at).date() or began_at < starts_at - BEFORE
