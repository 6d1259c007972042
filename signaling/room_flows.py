"""The three flows of a room as tables: where one stands, what may happen, where one stands then.

What is not in a table is refused. The state diagrams are drawn from these tables, so they
cannot say anything else than what the room does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from signaling.messages import MemberStatus, Phase, RecordingState, RefusalCode

S = TypeVar("S", bound=StrEnum)
Flow = Mapping[S, Mapping[str, S]]

_LOBBY, _LIVE, _PAUSED, _STOPPED, _ENDED = Phase
_WAITING, _ADMITTED, _CONNECTED, _LOST, _GONE = MemberStatus
_OFF, _STARTING, _ON, _HELD, _INTERRUPTED, _WAIVED = RecordingState

ROOM_FLOW: Flow[Phase] = {
    _LOBBY: {"begin": _LIVE, "stop_here": _STOPPED, "end": _ENDED},
    _LIVE: {"begin": _LIVE, "pause": _PAUSED, "resume": _LIVE, "stop_here": _STOPPED, "end": _ENDED},
    _PAUSED: {"pause": _PAUSED, "resume": _LIVE, "stop_here": _STOPPED, "end": _ENDED},
    _STOPPED: {"stop_here": _STOPPED, "end": _ENDED},
    _ENDED: {"end": _ENDED},
}

MEMBER_FLOW: Flow[MemberStatus] = {
    _GONE: {"wait": _WAITING, "enter": _ADMITTED},
    _WAITING: {"wait": _WAITING, "send_to_wait": _WAITING, "admit": _ADMITTED, "refuse": _GONE, "leave": _GONE},
    _ADMITTED: {
        "enter": _ADMITTED,
        "admit": _ADMITTED,
        "connect": _CONNECTED,
        "lose": _LOST,
        "leave": _GONE,
        "remove": _GONE,
        "send_to_wait": _WAITING,
    },
    _CONNECTED: {
        "enter": _CONNECTED,
        "admit": _CONNECTED,
        "connect": _CONNECTED,
        "disconnect": _ADMITTED,
        "lose": _LOST,
        "leave": _GONE,
        "remove": _GONE,
        "send_to_wait": _WAITING,
    },
    _LOST: {
        "enter": _ADMITTED,
        "admit": _LOST,
        "connect": _CONNECTED,
        "lose": _LOST,
        "leave": _GONE,
        "remove": _GONE,
        "send_to_wait": _WAITING,
    },
}

RECORDING_FLOW: Flow[RecordingState] = {
    _OFF: {"request": _STARTING, "hold": _HELD, "pause": _OFF, "stop": _OFF, "waive": _WAIVED},
    _STARTING: {
        "request": _STARTING,
        "prove": _ON,
        "interrupt": _INTERRUPTED,
        "pause": _HELD,
        "stop": _OFF,
        "waive": _WAIVED,
    },
    _ON: {
        "request": _ON,
        "interrupt": _INTERRUPTED,
        "pause": _HELD,
        "stop": _OFF,
        "waive": _WAIVED,
    },
    _HELD: {
        "request": _HELD,
        "hold": _HELD,
        "pause": _HELD,
        "resume": _STARTING,
        "stop": _OFF,
        "waive": _WAIVED,
    },
    _INTERRUPTED: {
        "request": _STARTING,
        "prove": _ON,
        "interrupt": _INTERRUPTED,
        "pause": _HELD,
        "stop": _OFF,
        "waive": _WAIVED,
    },
    _WAIVED: {
        "request": _STARTING,
        "hold": _HELD,
        "pause": _WAIVED,
        "stop": _WAIVED,
        "waive": _WAIVED,
    },
}


class Refusal(Exception):
    """The room says no; `code` is what the member is told."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def step(flow: Flow[S], state: S, verb: str) -> S:
    """Where `verb` leads from `state`, or Refusal."""
    try:
        return flow[state][verb]
    except KeyError:
        raise Refusal(RefusalCode.NOT_NOW) from None


def diagram(flow: Flow[S], start: S) -> str:
    """The flow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {start.value}"]
    for state, verbs in flow.items():
        lines += [f"    {state.value} --> {then.value}: {verb}" for verb, then in verbs.items()]
    return "\n".join(lines) + "\n"
