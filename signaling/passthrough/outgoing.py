"""One line of a slot: whatever sits in it leaves as one unbroken stream.

The browser agreed once to an SSRC, a payload type and extension numbers. Occupants come
and go under them: sequence numbers, the media clock and VP8's picture numbers go on, and a
picture begins with a key frame. Packets are repeated from memory when asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from time import time

from signaling.passthrough import rtcp, vp8
from signaling.passthrough.ring import Ring
from signaling.passthrough.rtp import HEADER, ONE_BYTE_PROFILE, send_time
from signaling.passthrough.splice import Splice
from signaling.tracks import Kind, RtpPacket, Source

ASK_AGAIN_AFTER = 0.5
MOST_REPEATED = 400
"""Packets repeated per second and stream: a liar's NACKs must not become a flood."""

_STALE_REPORT = 30.0
_EXTENSION = Struct("!HH")


@dataclass(frozen=True)
class OutgoingFormat:
    """What was agreed for a stream to the browser; absent numbers are -1."""

    kind: Kind
    mid: str
    ssrc: int
    payload_type: int
    rtx_ssrc: int = -1
    rtx_payload_type: int = -1
    mid_id: int = -1
    time_id: int = -1
    level_id: int = -1


class Extensions:
    """The header extensions of a stream, laid out once; only one value changes."""

    def __init__(self, form: OutgoingFormat) -> None:
        body = b""
        mid = form.mid.encode()
        if form.mid_id > 0 and 0 < len(mid) <= 16:  # noqa: PLR2004 - one-byte form
            body += bytes((form.mid_id << 4 | len(mid) - 1,)) + mid
        self._is_level = form.kind == "audio"
        self._width = 0
        if self._is_level and form.level_id > 0:
            self._width = 1
            body += bytes((form.level_id << 4,))
        elif not self._is_level and form.time_id > 0:
            self._width = 3
            body += bytes((form.time_id << 4 | 2,))
        used = len(body) + self._width
        self._tail = bytes(-used % 4)
        words = (used + len(self._tail)) // 4
        self._head = _EXTENSION.pack(ONE_BYTE_PROFILE, words) + body if words else b""
        self.first_byte = 0x90 if words else 0x80

    def write(self, level: int) -> bytes:
        """Return the block for a packet that leaves now."""
        if not self._width:
            return self._head + self._tail
        value = bytes((level,)) if self._is_level else send_time(time())
        return self._head + value + self._tail


class Outgoing:
    """A sink that speaks to one line of one browser. Never blocks, keeps 512 packets."""

    def __init__(self, form: OutgoingFormat, clock_rate: int, send: Callable[[bytes], bool]) -> None:
        self.form = form
        self.source: Source | None = None
        self.packets = 0
        self.octets = 0
        self.dropped = 0
        self.repeated = 0
        self.lost_share = 0.0
        self._reported: rtcp.Block | None = None
        self._reviewed: rtcp.Block | None = None
        self._send = send
        self._clock_rate = clock_rate
        self._extensions = Extensions(form)
        self._splice = Splice(clock_rate)
        self._is_waiting = True
        self._asked_at = float("-inf")
        self._report: tuple[int, float] | None = None
        self._ring: Ring | None = None
        self._breaks = 0
        self._rtx_sequence = 0
        self._may_repeat = MOST_REPEATED
        self._picture, self._level_zero = -1, -1
        self._picture_by, self._level_by = 0, 0

    def occupy(self, source: Source | None) -> None:
        """Let `source` speak through this line; None leaves it silent."""
        if source is self.source:
            return
        if self.source is not None:
            self.source.unsubscribe(self)
        self.source = source if source is not None and not source.has_ended else None
        self._is_waiting = True
        self._asked_at = float("-inf")
        self._report = None
        self._ring = None
        if self.source is not None:
            self._ring = Ring() if self.form.rtx_ssrc > 0 else None
            self._breaks = self.source.breaks
            self._report = self.source.last_report
            self.source.subscribe(self)
            self.source.request_key_frame()

    @property
    def is_flowing(self) -> bool:
        """Whether packets of the occupant leave, past the wait for a key frame."""
        return self.source is not None and not self._is_waiting

    def push(self, source: Source, packet: RtpPacket) -> None:
        """Send `packet` on under this line's numbers."""
        if source is not self.source:
            return
        if source.breaks != self._breaks:
            self._breaks, self._is_waiting = source.breaks, True
        payload = packet.payload
        if self._clock_rate == 90_000:  # noqa: PLR2004 - the picture
            picture = vp8.look(payload)
            if self._is_waiting:
                if not picture.starts_key_frame:
                    self.dropped += 1
                    return
                self._join_pictures(picture)
                self._begin(packet)
            if picture.number >= 0:
                payload = self._number(payload, picture)
        elif self._is_waiting:
            self._begin(packet)
        if not self._splice.belongs(packet.sequence):
            self.dropped += 1
            return
        sequence, timestamp = self._splice.shift(packet.sequence, packet.timestamp, packet.arrived)
        out = RtpPacket(payload, sequence, timestamp, packet.marker, packet.arrived)
        if self._ring is not None:
            self._ring.keep(out)
        self.packets += 1
        self.octets += len(payload)
        self._write(out, source.level)

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
        """Remember the occupant's clock; our own reports are drawn from it."""
        if source is self.source:
            self._report = (rtp_timestamp, ntp)

    def ended(self, source: Source) -> None:
        """The occupant is gone; the line stays."""
        if source is self.source:
            self.source = None
            self._is_waiting = True

    def received(self, block: rtcp.Block) -> None:
        """Take what the browser says it got."""
        self._reported = block

    def review(self) -> tuple[int, int]:
        """Return (packets lost, packets sent) since the last review.

        Not the fraction in the block: Chromium reports with every NACK, over two packets.
        """
        before, self._reviewed = self._reviewed, self._reported
        if before is None or self._reported is None:
            return 0, 0
        lost = max(0, self._reported.lost - before.lost)
        sent = max(0, self._reported.highest - before.highest)
        self.lost_share = lost / sent if sent else 0.0
        return lost, sent

    def repeat(self, lost: tuple[int, ...], now: float) -> None:
        """Send again what the browser missed, as far as it is remembered."""
        if self._ring is None:
            return
        for sequence in lost:
            if self._may_repeat <= 0:
                return
            packet = self._ring.take(sequence, now)
            if packet is not None:
                self._may_repeat -= 1
                self.repeated += 1
                self._write_repetition(packet)

    def tick(self, now: float) -> None:
        """Ask again for the key frame that this line waits for; called every 20 ms."""
        if self.source is None or not self._is_waiting or self.form.kind != "video":
            return
        if now - self._asked_at >= ASK_AGAIN_AFTER:
            self._asked_at = now
            self.source.request_key_frame()

    def report(self, ntp: float) -> bytes:
        """Write this line's sender report for the moment `ntp`; empty when it has none.

        It is drawn from the publisher's own reports, so that a browser can lay sound and
        picture of one slot side by side.
        """
        self._may_repeat = MOST_REPEATED
        if self._report is None or not self.is_flowing:
            return b""
        rtp_timestamp, at = self._report
        if abs(ntp - at) > _STALE_REPORT:
            return b""
        passed = round((ntp - at) * self._clock_rate)
        timestamp = (rtp_timestamp + self._splice.timestamp_by + passed) & 0xFFFFFFFF
        return rtcp.sender_report(
            rtcp.SenderReport(
                self.form.ssrc,
                rtcp.to_ntp(ntp),
                timestamp,
                self.packets & 0xFFFFFFFF,
                self.octets & 0xFFFFFFFF,
            )
        )

    def _begin(self, packet: RtpPacket) -> None:
        self._is_waiting = False
        self._splice.begin(packet.sequence, packet.timestamp, packet.arrived)

    def _join_pictures(self, picture: vp8.Picture) -> None:
        self._picture_by, self._level_by = 0, 0
        if self._picture >= 0 and picture.number >= 0:
            self._picture_by = self._picture + 1 - picture.number
        if self._level_zero >= 0 and picture.level_zero >= 0:
            self._level_by = self._level_zero + 1 - picture.level_zero

    def _number(self, payload: bytes, picture: vp8.Picture) -> bytes:
        self._picture = picture.number + self._picture_by
        self._level_zero = picture.level_zero + self._level_by
        if not self._picture_by and not self._level_by:
            return payload
        return vp8.renumber(payload, picture, self._picture_by, self._level_by)

    def _write(self, packet: RtpPacket, level: int) -> None:
        second = self.form.payload_type | (0x80 if packet.marker else 0)
        head = HEADER.pack(self._extensions.first_byte, second, packet.sequence, packet.timestamp, self.form.ssrc)
        if not self._send(head + self._extensions.write(level) + packet.payload):
            self.dropped += 1

    def _write_repetition(self, packet: RtpPacket) -> None:
        second = self.form.rtx_payload_type | (0x80 if packet.marker else 0)
        head = HEADER.pack(
            self._extensions.first_byte,
            second,
            self._rtx_sequence,
            packet.timestamp,
            self.form.rtx_ssrc,
        )
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        old = packet.sequence.to_bytes(2, "big")
        self._send(head + self._extensions.write(0) + old + packet.payload)
