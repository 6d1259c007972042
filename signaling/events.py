"""What can happen to a room. One short vocabulary; `Room.handle` matches it without a default.

`link` numbers one WebSocket of this worker, `connection` one media connection of a member.
Both only grow, so that news about an old one can be told from news about the new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from signaling.answers import Link, Picture
from signaling.messages import Command
from signaling.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser says of itself: words for the technician, a word by which it knows itself again.

    `is_again` when it came back by itself, and nobody just opened or reloaded the page.
    """

    name: str = ""
    browser: str = ""
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody showed a good ticket on a fresh WebSocket."""

    ticket: Ticket
    link: int
    device: Device = Device()


@dataclass(frozen=True, slots=True)
class Said:
    """A member sent a message."""

    member: str
    link: int
    message: Command


@dataclass(frozen=True, slots=True)
class SocketLost:
    """A WebSocket closed or fell silent."""

    member: str
    link: int


@dataclass(frozen=True, slots=True)
class MediaAnswered:
    """The answer to an offer is ready."""

    member: str
    connection: int
    sdp: str


@dataclass(frozen=True, slots=True)
class MediaUp:
    """Media can flow."""

    member: str
    connection: int


@dataclass(frozen=True, slots=True)
class MediaDown:
    """A media connection failed or closed; `reason` is a code."""

    member: str
    connection: int
    reason: str


@dataclass(frozen=True, slots=True)
class FileOpened:
    """The recorder opened a file for a member, under seal or as one of the ordinary ones."""

    member: str
    segment: int
    under_seal: bool = False


@dataclass(frozen=True, slots=True)
class FileProven:
    """Sound or picture of a member is on disk and was read back."""

    member: str
    segment: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FileClosed:
    """A file is complete; `facts` as in recordings/FORMAT.md."""

    member: str
    segment: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FileBroken:
    """Writing for a member failed; `reason` is a code."""

    member: str
    reason: str


@dataclass(frozen=True, slots=True)
class Untapped:
    """Nothing of a member is being written; `number` is that of the `Untap` that asked."""

    member: str
    number: int


@dataclass(frozen=True, slots=True)
class RecorderStopped:
    """Every file is closed and fingerprinted."""


@dataclass(frozen=True, slots=True)
class RecorderFailed:
    """The recorder could not start; `reason` is a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The office has news for everybody inside."""

    topic: str
    version: int


@dataclass(frozen=True, slots=True)
class OfficeClosed:
    """The office ends the reception."""

    ground: str


@dataclass(frozen=True, slots=True)
class LinkWithdrawn:
    """The office took a guest's link back: tickets of this member that are good from `since` or before are void."""

    member: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SecondPassed:
    """Once a second: whose packets came, who speaks, how much is on disk, how links fare."""

    heard: frozenset[str] = frozenset()
    speaking: str | None = None
    durable_seconds: float = 0.0
    links: Mapping[str, Link] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline may have come."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The worker was started again and rebuilt this room from its notes."""


@dataclass(frozen=True, slots=True)
class Draining:
    """The worker is about to stop; the reception is not over."""


Event = (
    Arrived
    | Said
    | SocketLost
    | MediaAnswered
    | MediaUp
    | MediaDown
    | FileOpened
    | FileProven
    | FileClosed
    | FileBroken
    | Untapped
    | RecorderStopped
    | RecorderFailed
    | Announced
    | OfficeClosed
    | LinkWithdrawn
    | SecondPassed
    | TimePassed
    | Restored
    | Draining
)
