"""What a room can ask its driver to do.

Effects are performed in order. None waits: a slow one is started, and what came of it comes
back as an event. Every `Note` of a batch is on disk before any other effect is seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from signaling.answers import ServerMessage
from signaling.messages import ByeCode


class NoteKind(StrEnum):
    """The facts that a room reports to the office."""

    ROOM_OPENED = "room_opened"
    ARRIVED = "arrived"
    ACKNOWLEDGED = "acknowledged"
    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"
    CONNECTED = "connected"
    LOST = "lost"
    RETURNED = "returned"
    LEFT = "left"
    REMOVED = "removed"
    MUTED = "muted"
    HAND = "hand"
    RECORDING_REQUESTED = "recording_requested"
    RECORDING_PROVEN = "recording_proven"
    RECORDING_INTERRUPTED = "recording_interrupted"
    RECORDING_RESUMED = "recording_resumed"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_WAIVED = "recording_waived"
    BEGAN = "began"
    PAUSED = "paused"
    RESUMED = "resumed"
    READ_BACK_SHOWN = "read_back_shown"
    READ_BACK_HIDDEN = "read_back_hidden"
    SENT_TO_WAIT = "sent_to_wait"
    FLOOR_GIVEN = "floor_given"
    FLOOR_TAKEN = "floor_taken"
    FAILURE_RUNG = "failure_rung"
    FAILURE_CHOICE = "failure_choice"
    FAILURE_OVER = "failure_over"
    STOPPED_HERE = "stopped_here"
    LINK_WITHDRAWN = "link_withdrawn"
    DEVICE_CHANGED = "device_changed"
    CONSULTATION_CALLED = "consultation_called"
    CONSULTATION_INVITED = "consultation_invited"
    CONSULTATION_ANSWERED = "consultation_answered"
    CONSULTATION_BEGAN = "consultation_began"
    CONSULTATION_JOINED = "consultation_joined"
    CONSULTATION_UNTAPPED = "consultation_untapped"
    CONSULTATION_LEFT = "consultation_left"
    CONSULTATION_ENDED = "consultation_ended"
    ENDED = "ended"
    SEGMENT_OPENED = "segment_opened"
    SEGMENT_CLOSED = "segment_closed"
    SEGMENT_BROKEN = "segment_broken"


@dataclass(frozen=True, slots=True)
class Note:
    """A fact for the office. `seq` counts from 1 without gaps, so it may be told twice."""

    room: str
    seq: int
    at: datetime
    kind: NoteKind
    member: str | None
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a message to a member's present WebSocket."""

    member: str
    link: int
    message: ServerMessage


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say goodbye on one WebSocket and close it."""

    member: str
    link: int
    code: ByeCode
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class OpenMedia:
    """Start answering an offer; MediaAnswered and MediaUp, or MediaDown, will come."""

    member: str
    connection: int
    offer: str


@dataclass(frozen=True, slots=True)
class CloseMedia:
    """Close one media connection."""

    member: str
    connection: int


@dataclass(frozen=True, slots=True)
class SeatOf:
    """Who sits in a slot, and whether their sound and picture go through."""

    slot: int
    member: str
    connection: int
    audio: bool
    video: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """All that one member's connection hears and sees from now on; other slots are empty."""

    member: str
    connection: int
    seats: tuple[SeatOf, ...]


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Let the recorder in."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Record this connection of a member in a fresh file, under seal or as one of the ordinary ones."""

    member: str
    connection: int
    under_seal: bool = False


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Close the member's file."""

    member: str


@dataclass(frozen=True, slots=True)
class Untap:
    """Close the member's file and say `Untapped` with this number once nothing of theirs is being written."""

    member: str
    number: int


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Close all files; RecorderStopped will come."""


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """Nothing more will happen here. `is_over` is False when the worker merely stops."""

    is_over: bool


Effect = (
    Note
    | Tell
    | HangUp
    | OpenMedia
    | CloseMedia
    | Seat
    | StartRecording
    | Follow
    | Unfollow
    | Untap
    | StopRecording
    | CloseRoom
)
