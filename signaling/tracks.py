"""What flows between the people in a room: packets, where they come from, where they go.

A :class:`Source` is one person's microphone or picture as it reaches this worker, already
decrypted and never decoded. Whoever should get it subscribes a :class:`Sink`: another
person's seat, or the recorder. To a source they look the same.

Times: ``arrived`` is ``time.monotonic()``; ``ntp`` is seconds since 1970 on *this* worker's
clock. A publisher's own clock is shifted by one constant, the same for sound and picture,
so one person's tracks stay together and several people can be laid side by side.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Kind = Literal["audio", "video"]

CLOCK_RATES: dict[Kind, int] = {"audio": 48_000, "video": 90_000}

SILENCE = 127
"""Audio level of nothing at all, in -dBov; 0 is as loud as can be."""

_log = logging.getLogger(__name__)


class RtpPacket(NamedTuple):
    """One packet. ``sequence`` (16 bit) and ``timestamp`` (32 bit) go on without a jump for
    the life of a source, whatever the browser does; packets may be missing, late or doubled.

    ``payload`` is what stood behind the RTP header, its extensions and before its padding,
    VP8 descriptor included. It may be empty: a probe that only fills a sequence number.
    ``noted`` is where the forwarder keeps what it saw in it, once for all receivers; nobody
    else looks there.
    """

    payload: bytes
    sequence: int
    timestamp: int
    marker: bool
    arrived: float
    noted: list[object] | None = None


class Sink(Protocol):
    """Takes packets. None of its methods may block; one that raises is unsubscribed."""

    def push(self, source: "Source", packet: RtpPacket) -> None:
        """Take one packet."""

    def reported(self, source: "Source", rtp_timestamp: int, ntp: float) -> None:
        """Learn that `rtp_timestamp` was captured at `ntp` (unix seconds, our clock)."""

    def ended(self, source: "Source") -> None:
        """Learn that nothing more will come from `source`."""


class Source:
    """One person's sound or picture, offered to any number of sinks.

    It exists before the first packet and belongs to one connection: a person who comes back
    brings new sources. Used from the event loop's thread only.
    """

    def __init__(self, member: str, kind: Kind) -> None:
        self.member = member
        self.kind: Kind = kind
        self.clock_rate = CLOCK_RATES[kind]
        self.level = SILENCE
        self.stamp = 0
        """When the packet that is being delivered came, as abs-send-time: written once for all receivers."""
        self.last_report: tuple[int, float] | None = None
        self.has_ended = False
        self.is_muted = False
        self.breaks = 0
        self.on_key_frame_wanted: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        """Called when it was muted or not, and when its sinks changed."""
        self.feed: object = None
        """Where its packets come from, for sinks that know how to take them there."""
        self._sinks: tuple[Sink, ...] = ()
        self._room_for: dict[int, int] = {}
        self._missed: dict[int, float] = {}

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """Who listens now."""
        return self._sinks

    def subscribe(self, sink: Sink) -> None:
        """Give `sink` every packet from now on. Subscribing twice is subscribing once."""
        if all(known is not sink for known in self._sinks):
            self._sinks = (*self._sinks, sink)
            self._changed()

    def unsubscribe(self, sink: Sink) -> None:
        """Stop giving `sink` anything. Unknown sinks are ignored."""
        self._sinks = tuple(known for known in self._sinks if known is not sink)
        self._room_for.pop(id(sink), None)
        self._missed.pop(id(sink), None)
        self._changed()

    def request_key_frame(self) -> None:
        """Ask the browser for a whole picture soon; asked too often, it is asked once."""
        if self.kind == "video" and self.on_key_frame_wanted is not None:
            self.on_key_frame_wanted()

    def limit(self, sink: Sink, bits_per_second: int | None) -> None:
        """Note how much of this source `sink` can take; None means no limit is known."""
        if bits_per_second is None:
            self._room_for.pop(id(sink), None)
        else:
            self._room_for[id(sink)] = bits_per_second

    @property
    def narrowest(self) -> int | None:
        """Bits per second that the weakest sink can take, None when nobody complains."""
        return min(self._room_for.values(), default=None)

    def miss(self, sink: Sink, share: float) -> None:
        """Note the share of this source's packets that are lost on the way from here to `sink`."""
        self._missed[id(sink)] = share

    @property
    def worst_missed(self) -> float:
        """The largest share that any sink misses."""
        return max(self._missed.values(), default=0.0)

    def mute(self, *, on: bool) -> None:
        """Hold everything back, whatever the browser sends, or let it through again.

        `breaks` counts the times it was let through again; a sink that cares starts anew.
        """
        if self.is_muted and not on:
            self.breaks += 1
            self.request_key_frame()
        self.is_muted = on
        if on:
            self.level = SILENCE
        self._changed()

    def deliver(self, packet: RtpPacket, to: tuple[Sink, ...] | None = None) -> None:
        """Hand `packet` to every sink, or to those in `to`. Called by the connection that owns this source."""
        if self.is_muted:
            return
        for sink in self._sinks if to is None else to:
            try:
                sink.push(self, packet)
            except Exception:  # noqa: BLE001 - one broken listener must not cost the others
                self._drop(sink)

    def report(self, rtp_timestamp: int, ntp: float) -> None:
        """Tell every sink when `rtp_timestamp` was captured."""
        self.last_report = (rtp_timestamp, ntp)
        for sink in self._sinks:
            try:
                sink.reported(self, rtp_timestamp, ntp)
            except Exception:  # noqa: BLE001 - one broken listener must not cost the others
                self._drop(sink)

    def end(self) -> None:
        """Tell every sink that nothing more will come, and let them go."""
        if self.has_ended:
            return
        self.has_ended = True
        self.level = SILENCE
        self.on_key_frame_wanted = None
        sinks, self._sinks = self._sinks, ()
        self._changed()
        self.on_change = self.feed = None
        self._room_for.clear()
        self._missed.clear()
        for sink in sinks:
            try:
                sink.ended(self)
            except Exception:  # noqa: BLE001 - one broken listener must not cost the others
                self._drop(sink)

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _drop(self, sink: Sink) -> None:
        _log.exception("sink %r of %s dropped", type(sink).__name__, self.member)
        self.unsubscribe(sink)


@dataclass(frozen=True)
class SegmentFacts:
    """What is known of one finished file of a recording."""

    file: str
    member: str
    segment: int
    bytes: int
    sha256: str
    started_at: str
    ended_at: str
    zero_ms: int
    has_video: bool
    has_audio: bool
    closed: Literal["clean", "repaired"]
    under_seal: bool


@dataclass(frozen=True)
class SegmentOpened:
    """A file was opened for a member, apart from the ordinary ones or as one of them."""

    member: str
    segment: int
    under_seal: bool


@dataclass(frozen=True)
class SegmentProven:
    """The first media of a segment is on disk, synced, and was read back."""

    member: str
    segment: int
    bytes: int


@dataclass(frozen=True)
class SegmentClosed:
    """A file is complete and has its fingerprint."""

    member: str
    segment: SegmentFacts


@dataclass(frozen=True)
class SegmentBroken:
    """Writing for a member failed; `reason` is a code."""

    member: str
    reason: str


RecorderEvent = SegmentOpened | SegmentProven | SegmentClosed | SegmentBroken


class RoomRecorder(Protocol):
    """Writes one room to disk. Events come on the loop's thread."""

    on_event: Callable[[RecorderEvent], None] | None
    last_durable_at: datetime | None

    def start(self, at: datetime) -> None:
        """Set the common zero of all files."""

    def follow(self, member: str, audio: Source, video: Source, *, under_seal: bool = False) -> None:
        """Open the member's next segment; under seal it is kept apart from the ordinary ones."""

    def unfollow(self, member: str) -> None:
        """Close the member's segment; SegmentClosed follows."""

    async def rest(self, member: str) -> None:
        """Return once nothing of a member who is no longer followed is being written."""

    async def stop(self) -> None:
        """Close every segment and compute the fingerprints."""

    def durable(self) -> dict[str, float]:
        """Seconds of each member that are safely on disk."""
        ...
