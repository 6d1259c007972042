"""From RTP packets, late and out of order, to whole encoded frames.

Order of things: `Reorder` puts the packets of one track into sequence and waits at most `WINDOW`
for a missing one. Then `OpusFrames` or `Vp8Frames` cut frames out of the run. A hole costs the
sound that was in it and nothing more; it costs the picture everything up to the next key frame,
because each frame builds on the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from signaling.tracks import Kind, RtpPacket

WINDOW: Final = 0.4
_SEQUENCES: Final = 1 << 16
_TIMESTAMPS: Final = 1 << 32
_LARGEST_STEP: Final = 3000
_LARGEST_FRAME: Final = 4 * 1024 * 1024
_BEGINS: Final = 0x10
"""First bytes of a frame: S is set and the partition is the first."""


class Frame(NamedTuple):
    """One encoded frame; `timestamp` is RTP time that never wraps, `arrived` monotonic seconds
    of its first packet.
    """

    kind: Kind
    timestamp: int
    arrived: float
    data: bytes
    is_key: bool


class Hole(NamedTuple):
    """So many packets in a row are given up."""

    packets: int


class Reorder:
    """The packets of one track in sequence; bounded by time, and by the sender's own rate."""

    def __init__(self) -> None:
        """Begin; the first packet says where the sequence starts."""
        self._waiting: dict[int, RtpPacket] = {}
        self._next: int | None = None
        self.lost = 0

    def passes(self, packet: RtpPacket) -> bool:
        """Whether `packet` is the next and nothing waits, as almost every one is: then it is taken and may be used."""
        if self._waiting or self._next is None or packet.sequence != self._next % _SEQUENCES:
            return False
        self._next += 1
        return True

    def push(self, packet: RtpPacket) -> Iterator[RtpPacket | Hole]:
        """Take one packet, give what can be given now; to be gone through before the next call."""
        if self._next is None:
            self._next = packet.sequence
        step = (packet.sequence - self._next + _SEQUENCES // 2) % _SEQUENCES - _SEQUENCES // 2
        if abs(step) > _LARGEST_STEP:
            yield from self.drain()
            yield Hole(1)
            self.lost += max(1, step)
            self._next = packet.sequence
            step = 0
        if step < 0:
            return
        self._waiting.setdefault(self._next + step, packet)
        yield from self._run()
        yield from self.expire(packet.arrived)

    @property
    def oldest(self) -> float | None:
        """When the packet that waits longest came (monotonic); None when nothing waits."""
        return min((packet.arrived for packet in self._waiting.values()), default=None)

    def expire(self, now: float) -> Iterator[RtpPacket | Hole]:
        """Give up holes behind which a packet has waited longer than the window at `now`
        (monotonic).
        """
        while self._waiting and self._next is not None:
            first = min(self._waiting)
            # Within the run behind the hole, the packet that came first counts, whichever it is.
            if now - min(packet.arrived for packet in self._waiting.values()) < WINDOW:
                return
            yield self._skip_to(first)
            yield from self._run()

    def drain(self) -> Iterator[RtpPacket | Hole]:
        """Give everything that is left, holes included; for the end of a track."""
        while self._waiting:
            yield self._skip_to(min(self._waiting))
            yield from self._run()

    def _skip_to(self, sequence: int) -> Hole:
        missing = sequence - (self._next or 0)
        self._next = sequence
        self.lost += missing
        return Hole(missing)

    def _run(self) -> Iterator[RtpPacket]:
        while self._next is not None and (packet := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            yield packet


class Unwrap:
    """RTP timestamps without their wrap at 32 bits."""

    def __init__(self) -> None:
        """Begin; the first timestamp is taken as it is."""
        self._last: int | None = None

    def __call__(self, timestamp: int) -> int:
        """Answer with the timestamp nearest to the last one, going back or forward."""
        if self._last is None:
            self._last = timestamp
        step = (timestamp - self._last + _TIMESTAMPS // 2) % _TIMESTAMPS - _TIMESTAMPS // 2
        self._last += step
        return self._last

    @property
    def has_begun(self) -> bool:
        """Whether `near` can answer."""
        return self._last is not None

    def near(self, timestamp: int) -> int | None:
        """The same without remembering; None before the first packet."""
        if self._last is None:
            return None
        return self._last + (timestamp - self._last + _TIMESTAMPS // 2) % _TIMESTAMPS - _TIMESTAMPS // 2


class OpusFrames:
    """Each Opus packet is a frame; a hole is only a gap in time."""

    def __init__(self) -> None:
        """Begin."""
        self.unwrap = Unwrap()

    def push(self, item: RtpPacket | Hole) -> Frame | None:
        """Take the next packet or hole of the run."""
        if isinstance(item, Hole) or not item.payload:
            return None
        return Frame("audio", self.unwrap(item.timestamp), item.arrived, item.payload, is_key=True)


def vp8_payload(payload: bytes) -> tuple[bytes, bool] | None:
    """A VP8 payload without its descriptor (RFC 7741, 4.2), and whether it begins a frame; None
    if malformed.
    """
    try:
        first, at = payload[0], 1
        if first & 0x80:
            extension, at = payload[1], 2
            if extension & 0x80:
                at += 2 if payload[2] & 0x80 else 1
            if extension & 0x70:
                at += (1 if extension & 0x40 else 0) + (1 if extension & 0x30 else 0)
    except IndexError:
        return None
    return (payload[at:], first & 0x17 == _BEGINS) if len(payload) > at else None


class Vp8Frames:
    """Whole frames only; `needs_key_frame` is set from a hole until the next key frame."""

    def __init__(self) -> None:
        """Begin by waiting for a key frame."""
        self.unwrap = Unwrap()
        self.needs_key_frame = True
        self.dropped = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp = self._stamp = 0
        self._arrived = 0.0

    def push(self, item: RtpPacket | Hole) -> Frame | None:
        """Take the next packet or hole of the run; give the frame that it completes."""
        if isinstance(item, Hole):
            self._break()
            return None
        if not item.payload:
            return None
        parsed = vp8_payload(item.payload)
        if parsed is None:
            self._break()
            return None
        data, begins = parsed
        parts = self._parts
        if begins:
            if parts:
                self._break()
            self._timestamp, self._arrived = self.unwrap(item.timestamp), item.arrived
            self._stamp, self._size = item.timestamp, 0
        elif not parts or item.timestamp != self._stamp:
            self.unwrap(item.timestamp)
            self._break()
            return None
        parts.append(data)
        self._size += len(data)
        if self._size > _LARGEST_FRAME:
            self._break()
        return self._finish() if item.marker and parts else None

    @property
    def oldest(self) -> float | None:
        """When the frame began that is not whole yet (monotonic); None when there is none."""
        return self._arrived if self._parts else None

    def _finish(self) -> Frame | None:
        data = b"".join(self._parts)
        self._parts.clear()
        is_key = not data[0] & 1
        if self.needs_key_frame and not is_key:
            self.dropped += 1
            return None
        self.needs_key_frame = False
        return Frame("video", self._timestamp, self._arrived, data, is_key)

    def _break(self) -> None:
        if self._parts:
            self.dropped += 1
        self._parts.clear()
        self.needs_key_frame = True
