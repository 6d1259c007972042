"""Lists that are ticked off beside a reception, and what the city sees of a ward's room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.errors import NotHere
from server.incidents.rules_drill import CITY as CITY
from server.words import ReceptionState, TickList

OPENING = ("greet", "identity", "recording", "rights", "order")
"""What is read out at the beginning, in this order."""
PAPER_STEPS: Mapping[str, tuple[str, ...]] = {
    "denunciation": ("tell", "hand", "place", "bypass", "handover"),
    "secret": ("tell", "hand", "report", "apart", "purge"),
}
"""What is to be done after a stop, by its ground (domain.md 2.9 and 1.10)."""

WRITING_FOR = timedelta(seconds=5)
"""A recording that grew within this time is being written."""
LATE_FOR = timedelta(minutes=10)
OVERRUN_FOR = timedelta(minutes=15)
WAITS_FOR = timedelta(minutes=15)
AWAY_FOR = timedelta(seconds=30)
DECIDE_FOR = timedelta(minutes=10)
TAKEN_FOR = timedelta(minutes=30)
"""An alert that somebody took comes back when it still stands after this time."""


class Light(StrEnum):
    """The recording light of a room, worked out from seconds on disk and not from what is wanted."""

    NONE = "none"
    OFF = "off"
    WAIVED = "waived"
    PAUSED = "paused"
    ON = "on"
    STALLED = "stalled"


class Alert(StrEnum):
    """What somebody at the city should look after."""

    NOT_BEGUN = "not_begun"
    NO_WORKER = "no_worker"
    STALLED = "stalled"
    AWAY = "away"
    DECIDE = "decide"
    WAITS = "waits"
    LINE = "line"
    OVERRUN = "overrun"
    STOPPED = "stopped"


class Left(StrEnum):
    """Why a reception of the day is not over yet."""

    NOT_HELD = "not_held"
    RUNNING = "running"
    NOT_SEALED = "not_sealed"
    PAPER = "paper"
    NO_NEW_DAY = "no_new_day"
    INCIDENT = "incident"


def lines_of(name: TickList, stopped_ground: str) -> tuple[str, ...]:
    """Return the lines of a list for one reception. Raises NotHere for a list that it does not have."""
    match name:
        case TickList.OPENING:
            return OPENING
        case TickList.STOPPED if stopped_ground in PAPER_STEPS:
            return PAPER_STEPS[stopped_ground]
        case TickList.ALERT:
            return tuple(Alert)
        case _:
            raise NotHere


@dataclass(frozen=True, slots=True)
class Live:
    """A room as its worker tells it: numbers, no names. Seconds."""

    phase: str
    recording: str
    durable_seconds: float
    grew_ago: float | None
    connected: int
    waiting: int
    waits_for: float
    away_for: float
    link: str
    unrecorded: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A reception of the day as far as alerts ask."""

    state: ReceptionState
    starts_at: datetime
    ends_at: datetime
    is_in_person: bool
    open_steps: int
    waits_for_day: bool = False
    open_incidents: int = 0


def light(live: Live | None) -> Light:
    """Return the recording light. Wanted is not written: only seconds that grow light it."""
    if live is None:
        return Light.NONE
    if live.recording in {"off", "waived", "paused"}:
        return Light(live.recording)
    is_growing = live.grew_ago is not None and live.grew_ago <= WRITING_FOR.total_seconds()
    # Everybody may be in a consultation that is not recorded: then nothing grows, and nothing is wrong.
    return Light.ON if is_growing else Light.PAUSED if live.unrecorded else Light.STALLED


def alerts(held: Held, live: Live | None, at: datetime) -> tuple[Alert, ...]:
    """Return what the city should look after now, the gravest first."""
    if held.is_in_person:
        return ()
    running = held.state in {ReceptionState.LIVE, ReceptionState.PAUSED}
    coming = held.state in {ReceptionState.SCHEDULED, ReceptionState.OPEN}
    away = timedelta(seconds=live.away_for if live else 0)
    found = {
        Alert.STOPPED: held.state is ReceptionState.STOPPED and held.open_steps > 0,
        Alert.NO_WORKER: running and live is None,
        Alert.STALLED: live is not None and live.phase == "live" and light(live) is Light.STALLED,
        Alert.DECIDE: away >= DECIDE_FOR,
        Alert.AWAY: AWAY_FOR <= away < DECIDE_FOR,
        Alert.NOT_BEGUN: coming and held.starts_at + LATE_FOR <= at < held.ends_at + OVERRUN_FOR,
        Alert.WAITS: live is not None and live.waits_for >= WAITS_FOR.total_seconds(),
        Alert.LINE: running and live is not None and live.link in {"bad", "lost"} and not away,
        Alert.OVERRUN: running and at >= held.ends_at + OVERRUN_FOR,
    }
    return tuple(alert for alert, is_so in found.items() if is_so)


def left_open(held: Held, at: datetime) -> tuple[Left, ...]:
    """Return all that is still to be done for a reception whose hour has passed.

    One that was broken off before it began was not held: the citizen is still owed it, or is to be marked as absent.
    """
    if held.is_in_person or at < held.ends_at:
        return ()
    found = {
        Left.NOT_HELD: held.state in {ReceptionState.SCHEDULED, ReceptionState.OPEN, ReceptionState.ABORTED},
        Left.RUNNING: held.state in {ReceptionState.LIVE, ReceptionState.PAUSED},
        Left.NOT_SEALED: held.state is ReceptionState.ENDED,
        Left.PAPER: held.state is ReceptionState.STOPPED and held.open_steps > 0,
        Left.NO_NEW_DAY: held.waits_for_day,
        Left.INCIDENT: held.open_incidents > 0,
    }
    return tuple(left for left, is_so in found.items() if is_so)


def is_taken(taken_at: datetime | None, at: datetime) -> bool:
    """Whether somebody took an alert lately."""
    return taken_at is not None and at - taken_at < TAKEN_FOR
