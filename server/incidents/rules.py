"""Incidents: what may be told, what the room's notes tell by themselves, and where technicians are. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.errors import Refused
from server.words import IncidentKind, IncidentState, IncidentVerb, Role
from signaling.roles import NEEDED

TELLABLE = tuple(kind for kind in IncidentKind if kind is not IncidentKind.RESTART)
"""What somebody inside can see not to work."""
LONGEST = 300
TOLD_AN_HOUR = 30
"""In one reception, by everybody together."""
AGAIN_AFTER = timedelta(minutes=10)
"""What the room tells by itself is told once while it lasts."""
AWAY_FOR = timedelta(seconds=30)
SEES = frozenset({Role.TECHNICIAN, Role.SYS_ADMIN})

INCIDENT_FLOW: Mapping[IncidentState, Mapping[IncidentVerb, IncidentState]] = {
    IncidentState.OPEN: {
        IncidentVerb.TAKE: IncidentState.HANDLING,
        IncidentVerb.CLOSE: IncidentState.DONE,
    },
    IncidentState.HANDLING: {IncidentVerb.CLOSE: IncidentState.DONE},
    IncidentState.DONE: {IncidentVerb.REOPEN: IncidentState.OPEN},
}
"""State of an incident → what a technician does → next state."""


@dataclass(frozen=True, slots=True)
class Told:
    """One telling. ``place`` is a place in the room; empty: the room itself. The same ``key`` again is the same."""

    kind: IncidentKind
    place: str
    words: str
    key: str
    quality: Mapping[str, Any]


def moved(state: IncidentState, verb: IncidentVerb) -> IncidentState:
    """Return the state a verb leads to; what was done already stays done. Raises Refused("incident_flow")."""
    to = INCIDENT_FLOW[state].get(verb)
    if to is None and state not in _LEADS_TO[verb]:
        raise Refused("incident_flow")
    return to or state


_LEADS_TO = {verb: {flow[verb] for flow in INCIDENT_FLOW.values() if verb in flow} for verb in IncidentVerb}


def by_itself(kind: str, facts: Mapping[str, Any]) -> IncidentKind | None:
    """Return what a room's note tells technicians, or None."""
    match kind:
        case "failure_rung" if facts.get("rung") == 1:
            return IncidentKind.LINE
        case "recording_interrupted":
            return IncidentKind.RESTART if facts.get("reason") == "restarted" else IncidentKind.RECORDING
        case "segment_broken":
            return IncidentKind.RECORDING
        case _:
            return None


def was_long_away(role: str, away: timedelta) -> bool:
    """Whether somebody's return tells of a break that the ladder did not tell: it counts only those who are needed."""
    return away > AWAY_FOR and role not in {each.value for each in NEEDED}


NUMBERS = ("connected", "waiting", "durable_seconds", "grew_ago", "away_for", "lag_ms")
_LINKS = frozenset({"good", "poor", "bad", "lost"})


def quality(room: Mapping[str, Any] | None, seen: object = "") -> dict[str, Any]:
    """Return the numbers of a moment: what the worker says of the room, and how the teller sees the own line."""
    found: dict[str, Any] = {
        name: round(float(value), 1)
        for name in NUMBERS
        if room is not None and isinstance(value := room.get(name), int | float)
    }
    for name in ("link", "recording", "phase"):
        if room is not None and isinstance(room.get(name), str):
            found[name] = room[name]
    if isinstance(seen, str) and seen in _LINKS:
        found["seen"] = seen
    return found
