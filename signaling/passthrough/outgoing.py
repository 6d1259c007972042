"""One line of a slot: whatever sits in it leaves as one unbroken stream.

The browser agreed once to an SSRC, a payload type and extension numbers. Occupants come
and go under them: sequence numbers, the media clock and VP8's picture numbers go on, and a
picture begins with a key frame. Packets are repeated from memory when asked for. Of a picture, a
weak receiver gets what its rung allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct, calcsize
from time import monotonic
from typing import Any

from signaling.passthrough import rtcp, vp8
from signaling.passthrough.layers import FULL, Rung
from signaling.passthrough.ring import MASK, Ring, Shift
from signaling.passthrough.rtp import ONE_BYTE_PROFILE, send_time
from signaling.passthrough.sieve import Sieve
from signaling.passthrough.splice import Splice
from signaling.tracks import Kind, RtpPacket, Source

ASK_AGAIN_AFTER = 0.5
MOST_REPEATED = 400
"""Packets repeated per second and stream: a liar's NACKs must not become a flood."""

FEW = 8
"""Missing packets that are repeated even where a queue stands."""

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


class Layout:
    """The header of a stream, laid out once; only a few values change.

    `pack(first | marker and type, sequence, timestamp, fixed, value, tail)` writes it. `fixed`
    is the SSRC and `block`. `value` is the extension that changes, in front of the others so
    that one call does: a sound's level or a picture's send time is added to it.
    """

    __slots__ = ("block", "first", "has_value", "pack", "tail", "value")

    def __init__(self, form: OutgoingFormat) -> None:
        body = b""
        mid = form.mid.encode()
        if form.mid_id > 0 and 0 < len(mid) <= 16:  # noqa: PLR2004 - one-byte form
            body = bytes((form.mid_id << 4 | len(mid) - 1,)) + mid
        changing = "0s"
        self.value: Any = b""
        if form.kind == "audio" and form.level_id > 0:
            changing, self.value = "H", form.level_id << 12
        elif form.kind == "video" and form.time_id > 0:
            changing, self.value = "L", form.time_id << 28 | 2 << 24
        used = calcsize("!" + changing) + len(body)
        words = (used + 3) // 4
        self.has_value = changing != "0s"
        self.first = (0x90 if words else 0x80) << 8
        self.block = _EXTENSION.pack(ONE_BYTE_PROFILE, words) if words else b""
        self.tail = body + bytes(4 * words - used)
        self.pack = Struct(f"!HHL{4 + len(self.block)}s{changing}{len(self.tail)}s").pack


class Outgoing:
    """A sink that speaks to one line of one browser. Never blocks, keeps 512 packets.

    `send` takes a packet in two parts, to be joined; the second is shared by all receivers.
    """

    # Touched for every packet and receiver: kept small and near.
    __slots__ = (
        "_asked_at",
        "_base",
        "_breaks",
        "_clock_rate",
        "_first",
        "_fixed",
        "_is_video",
        "_is_waiting",
        "_is_watching",
        "_kept",
        "_layout",
        "_may_repeat",
        "_newest",
        "_pack",
        "_report",
        "_reported",
        "_reviewed",
        "_ring",
        "_rtx_sequence",
        "_send",
        "_shift",
        "_sieve",
        "_splice",
        "_tail",
        "_value",
        "dropped",
        "form",
        "left_out",
        "lost_share",
        "octets",
        "packets",
        "repeated",
        "repeats_at_most",
        "rung",
        "source",
    )

    def __init__(self, form: OutgoingFormat, clock_rate: int, send: Callable[[bytes, bytes], bool]) -> None:
        self.form = form
        self.source: Source | None = None
        self.packets = 0
        self.octets = 0
        self.dropped = 0
        self.repeated = 0
        self.left_out = 0
        self.lost_share = 0.0
        self.rung: Rung = FULL
        self._sieve: Sieve | None = None
        self._reported: rtcp.Block | None = None
        self._reviewed: rtcp.Block | None = None
        self._send = send
        self._clock_rate = clock_rate
        self._is_video = clock_rate == 90_000  # noqa: PLR2004 - the picture
        self._layout = layout = Layout(form)
        self._pack, self._value, self._tail = layout.pack, layout.value, layout.tail
        self._first = layout.first | form.payload_type
        self._fixed = form.ssrc.to_bytes(4, "big") + layout.block
        self._splice = Splice(clock_rate)
        self._base = self._shift = Shift()
        self._newest: RtpPacket | None = None
        self._is_waiting = True
        self._is_watching = False
        self._asked_at = float("-inf")
        self._report: tuple[int, float] | None = None
        self._ring: Ring | None = None
        self._kept: list[RtpPacket | tuple[RtpPacket, Shift] | None] | None = None
        self._breaks = 0
        self._rtx_sequence = 0
        self._may_repeat = self.repeats_at_most = MOST_REPEATED

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
        self._ring = self._kept = None
        if self.source is not None:
            self._ring = Ring(self._base) if self.form.rtx_ssrc > 0 else None
            self._kept = self._ring.kept if self._ring is not None else None
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
        if source is not self.source or not self.rung:
            return
        if (self._is_waiting or self._is_watching or source.breaks != self._breaks) and not self._admits(
            source, packet
        ):
            self.dropped += 1
            return
        shift = self._shift
        if self._sieve is not None:
            sifted = self._sift(self._sieve, packet)
            if sifted is None:
                self.left_out += 1
                return
            packet, shift = sifted
        payload, sequence, timestamp, marker, _, _ = packet
        newest = self._newest
        if newest is None or not (sequence - newest.sequence) & 0x8000:
            self._newest, self._shift = packet, shift
        self.packets += 1
        self.octets += len(payload)
        sequence = (sequence + shift.sequence_by) & 0xFFFF
        if self._kept is not None:
            self._kept[sequence & MASK] = packet if shift is self._base else (packet, shift)
        value = self._value
        if value:
            value |= source.stamp if self._is_video else source.level
        timestamp = (timestamp + shift.timestamp_by) & 0xFFFFFFFF
        head = self._pack(self._first | marker << 7, sequence, timestamp, self._fixed, value, self._tail)
        if shift.picture_by or shift.level_by:
            payload = self._numbered(packet, shift)
        if not self._send(head, payload):
            self.dropped += 1

    def pass_on(self, rung: Rung) -> None:
        """Leave out from now on what a receiver on `rung` does not get."""
        if rung == self.rung:
            return
        self.rung = rung
        if rung == 0:
            self._is_waiting = True
            return
        self._sieve = self._sieve or Sieve()
        self._sieve.wanted = rung - 1

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
        if self.repeats_at_most < MOST_REPEATED and len(lost) > FEW:
            self._begin_anew()
            return
        for sequence in lost:
            if self._may_repeat <= 0:
                self._begin_anew()
                return
            found = self._ring.take(sequence, now)
            if found is not None:
                self._may_repeat -= 1
                self.repeated += 1
                self._repeat(*found)

    def tick(self, now: float) -> None:
        """Ask again for the key frame that this line waits for; called every 20 ms."""
        if self.source is None or not self._is_waiting or not self.rung or self.form.kind != "video":
            return
        if now - self._asked_at >= ASK_AGAIN_AFTER:
            self._asked_at = now
            self.source.request_key_frame()

    def report(self, ntp: float) -> bytes:
        """Write this line's sender report for the moment `ntp`; empty when it has none.

        It is drawn from the publisher's own reports, so that a browser can lay sound and
        picture of one slot side by side.
        """
        self._may_repeat = self.repeats_at_most
        if self._report is None or not self.is_flowing:
            return b""
        rtp_timestamp, at = self._report
        if abs(ntp - at) > _STALE_REPORT:
            return b""
        passed = round((ntp - at) * self._clock_rate)
        timestamp = (rtp_timestamp + self._shift.timestamp_by + passed) & 0xFFFFFFFF
        return rtcp.sender_report(
            rtcp.SenderReport(
                self.form.ssrc,
                rtcp.to_ntp(ntp),
                timestamp,
                self.packets & 0xFFFFFFFF,
                self.octets & 0xFFFFFFFF,
            )
        )

    def _begin_anew(self) -> None:
        # On a full line a key frame is sooner there than all that is missing, and ends the asking.
        if self.source is not None:
            self.source.request_key_frame()

    def _admits(self, source: Source, packet: RtpPacket) -> bool:
        if source.breaks != self._breaks:
            self._breaks, self._is_waiting = source.breaks, True
        if self._is_waiting:
            if self._is_video and not _look(packet).starts_key_frame:
                return False
            self._begin(packet)
        self._is_watching = self._splice.watch > 0
        return self._splice.belongs(packet.sequence)

    def _begin(self, packet: RtpPacket) -> None:
        last, shift, splice = self._newest, self._shift, self._splice
        picture_by = level_by = 0
        if last is not None:
            sequence = (last.sequence + shift.sequence_by) & 0xFFFF
            splice.stopped(sequence, (last.timestamp + shift.timestamp_by) & 0xFFFFFFFF, last.arrived)
        if last is not None and self._is_video:
            was, comes = _look(last), _look(packet)
            if was.number >= 0 and comes.number >= 0:
                picture_by = was.number + shift.picture_by + 1 - comes.number
            if was.level_zero >= 0 and comes.level_zero >= 0:
                level_by = was.level_zero + shift.level_by + 1 - comes.level_zero
        splice.begin(packet.sequence, packet.timestamp, packet.arrived)
        self._base = self._shift = Shift(splice.sequence_by, splice.timestamp_by, picture_by, level_by)
        self._sieve = Sieve(self.rung - 1) if self.rung < FULL else None
        if self._ring is not None:
            self._ring.rebase(self._base)
        self._newest = None
        self._is_waiting = False
        self._is_watching = True

    def _sift(self, sieve: Sieve, packet: RtpPacket) -> tuple[RtpPacket, Shift] | None:
        kept = sieve.sift(packet.sequence, _look(packet))
        if kept is None:
            return None
        base = self._base
        sequence_by = (base.sequence_by - kept.sequence_by) & 0xFFFF
        shift = Shift(sequence_by, base.timestamp_by, base.picture_by - kept.picture_by, base.level_by)
        return (packet._replace(payload=b"", noted=None) if kept.is_empty else packet), shift

    def _numbered(self, packet: RtpPacket, shift: Shift) -> bytes:
        return vp8.renumber(packet.payload, _look(packet), shift.picture_by, shift.level_by)

    def _repeat(self, packet: RtpPacket, shift: Shift) -> None:
        layout, form = self._layout, self.form
        value = layout.value
        if layout.has_value and self._is_video:
            value |= send_time(monotonic())
        head = layout.pack(
            layout.first | form.rtx_payload_type | packet.marker << 7,
            self._rtx_sequence,
            (packet.timestamp + shift.timestamp_by) & 0xFFFFFFFF,
            form.rtx_ssrc.to_bytes(4, "big") + layout.block,
            value,
            layout.tail,
        )
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        old = (packet.sequence + shift.sequence_by) & 0xFFFF
        self._send(head + old.to_bytes(2, "big"), self._numbered(packet, shift))


def _look(packet: RtpPacket) -> vp8.Picture:
    noted = packet.noted
    if noted and isinstance(noted[0], vp8.Picture):
        return noted[0]
    picture = vp8.look(packet.payload)
    if noted is not None:
        noted.append(picture)
    return picture
