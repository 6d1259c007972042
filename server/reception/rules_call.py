"""Calling the city's reception board into a running reception, as a flow table, and how a call stands now.

The ward asks, the board answers, and the reception never waits for the answer: a call that
nobody answered in time is shown so, and may still be answered as long as the room is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.errors import Refused
from server.words import CallStand, CallState, CallVerb, Kind

CALL_FLOW: Mapping[CallState, Mapping[CallVerb, CallState]] = {
    CallState.ASKED: {
        CallVerb.ACCEPT: CallState.ACCEPTED,
        CallVerb.PUT_OFF: CallState.PUT_OFF,
        CallVerb.REFUSE: CallState.REFUSED,
        CallVerb.WITHDRAW: CallState.WITHDRAWN,
    },
    # Something came up: who accepted cannot come after all.
    CallState.ACCEPTED: {
        CallVerb.PUT_OFF: CallState.PUT_OFF,
        CallVerb.REFUSE: CallState.REFUSED,
        CallVerb.WITHDRAW: CallState.WITHDRAWN,
    },
    # The hour that was offered has come, or the board is free sooner.
    CallState.PUT_OFF: {CallVerb.ACCEPT: CallState.ACCEPTED, CallVerb.WITHDRAW: CallState.WITHDRAWN},
    CallState.REFUSED: {},
    CallState.WITHDRAWN: {},
}
"""State of a call to the city's board → verb → next state."""

ANSWER_FOR = timedelta(minutes=10)
"""A third of the usual half hour: whoever is not answered by then still has time to finish without the board.

Ten minutes is also when a room that lost somebody asks its chair to decide.
"""
COME_FOR = timedelta(minutes=5)
"""Who accepted and is not in the room by then is shown as late; the device check takes two or three minutes."""
STAY_CHOICES = (10, 15, 20, 30, 45, 60)
"""Minutes for which the board may be asked to stay."""
SEEN_AGAIN = timedelta(hours=1)
"""The board's list is fetched every few seconds; that somebody has it open is logged once an hour."""
MOST_CALLS = 10
"""Calls of one reception."""
LONGEST_HAND_OVER = 1_000
LONGEST_GROUND = 500
PUT_OFF_DAYS = 60
"""No later day is offered: by then the matter takes another way than a reception that runs."""

OPEN = frozenset({CallStand.ASKED, CallStand.UNANSWERED, CallStand.ACCEPTED, CallStand.LATE})
"""While one of these stands there is nothing to call for again."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call as far as time decides how it stands."""

    state: CallState
    asked_at: datetime
    answered_at: datetime | None
    came_at: datetime | None


def after(state: CallState, verb: CallVerb) -> CallState:
    """Return the state a verb leads to; one that was done already leads to where it led. Raises Refused("call_over")."""
    if any(then.get(verb) is state for then in CALL_FLOW.values()):
        return state
    to = CALL_FLOW[state].get(verb)
    if to is None:
        raise Refused("call_over")
    return to


def answer_until(asked_at: datetime) -> datetime:
    """Return until when an answer is expected."""
    return asked_at + ANSWER_FOR


def stand(call: Called, at: datetime) -> CallStand:
    """Return how a call stands at a moment."""
    if call.state is CallState.ASKED:
        return CallStand.UNANSWERED if at >= answer_until(call.asked_at) else CallStand.ASKED
    if call.state is not CallState.ACCEPTED:
        return CallStand(call.state.value)
    if call.came_at is not None:
        return CallStand.CAME
    is_late = call.answered_at is not None and at >= call.answered_at + COME_FOR
    return CallStand.LATE if is_late else CallStand.ACCEPTED


def check_may_call(kind: Kind, *, is_restricted: bool) -> None:
    """Refuse to call the board to a denunciation, which it is not competent for (F40), and to what is kept apart."""
    if kind is Kind.DENUNCIATION or is_restricted:
        raise Refused("board_not_for_this")
