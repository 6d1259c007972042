"""One stream from a browser: counted, repaired, and handed on as a source.

A stream is known by its payload type. The browser sends one microphone and one picture on
the whole bundle, so that says more than an SSRC, which browsers change, and it also tells
repetitions (RTX) whose SSRC was never announced.
"""

from collections.abc import Callable
from dataclasses import dataclass

from signaling.passthrough import rtcp
from signaling.passthrough.gaps import Gaps
from signaling.passthrough.reception import Reception
from signaling.passthrough.rtp import Arrived, Split, find_extension, send_time
from signaling.passthrough.splice import Splice
from signaling.tracks import SILENCE, RtpPacket, Source

KEY_FRAME_EVERY = 0.5
"""A browser is not asked for a key frame more often: each one costs every receiver."""


@dataclass(frozen=True)
class IncomingFormat:
    """What was agreed for a stream from the browser; absent numbers are -1."""

    payload_type: int
    rtx_payload_type: int = -1
    level_id: int = -1
    announced_ssrc: int = -1
    time_id: int = -1


class Incoming:
    """Feeds `source` from what one browser sends."""

    def __init__(self, source: Source, form: IncomingFormat, send: Callable[[bytes], bool], ours: int) -> None:
        self.source = source
        self.form = form
        self.ssrc: int | None = None
        self.repaired = 0
        self.key_frame_requests = 0
        self.reception = Reception(source.clock_rate)
        self.gaps = Gaps()
        self._ours = ours
        self._send = send
        self._splice = Splice(source.clock_rate, keep_numbers=True)
        self._is_video = source.kind == "video"
        self._level_id = form.level_id
        self._wants_key_frame = False
        self._asked_at = float("-inf")
        source.on_key_frame_wanted = self._want_key_frame

    def take(self, packet: Split, now: float) -> None:
        """Take a packet of the stream itself."""
        _, marker, sequence, timestamp, ssrc, profile, extensions, payload = packet
        if ssrc != self.ssrc:
            self._restart(Arrived(*packet), now)
        self.reception.received(sequence, timestamp, len(payload), now)
        if self._is_video:
            self.source.stamp = send_time(now)
            if not self.gaps.received(sequence, now):
                self._want_key_frame()
        elif self._level_id > 0:
            self._hear(profile, extensions)
        splice = self._splice
        if not splice.watch or splice.belongs(sequence):
            sequence, timestamp = splice.shift(sequence, timestamp, now)
            # Called for every packet: saves the detour over the constructor.
            self.source.deliver(tuple.__new__(RtpPacket, (payload, sequence, timestamp, marker, now, [])))

    def take_repetition(self, packet: Split, now: float) -> None:
        """Take a packet that came again on the stream beside (RFC 4588)."""
        _, marker, _, timestamp, _, _, _, payload = packet
        if self.ssrc is None or len(payload) < 2:  # noqa: PLR2004 - the old number
            return
        sequence = int.from_bytes(payload[:2], "big")
        # Browsers probe the path with old packets sent again; only a filled hole is news.
        if not self.gaps.fills(sequence, now):
            return
        self.repaired += 1
        if self._splice.belongs(sequence):
            sequence, timestamp = self._splice.shift(sequence, timestamp, now)
            self.source.stamp = send_time(now)
            self.source.deliver(RtpPacket(payload[2:], sequence, timestamp, marker, now, []))

    def reported(self, report: rtcp.SenderReport, ntp: float, now: float) -> None:
        """Take the browser's sender report; `ntp` is its time on our clock."""
        if report.ssrc == self.ssrc:
            self.reception.reported(report.ntp, now)
            shifted = (report.rtp_timestamp + self._splice.timestamp_by) & 0xFFFFFFFF
            self.source.report(shifted, ntp)

    def block(self, now: float) -> rtcp.Block | None:
        """Return what the next receiver report says of this stream."""
        return None if self.ssrc is None else self.reception.block(self.ssrc, now)

    def tick(self, now: float) -> None:
        """Ask for what is missing; called every 20 ms."""
        if self.ssrc is None or self.source.kind != "video":
            return
        lost, gave_up = self.gaps.due(now)
        if lost:
            self._send(rtcp.nack(self._ours, self.ssrc, lost))
        if gave_up:
            self._wants_key_frame = True
        if self._wants_key_frame:
            self._ask_for_key_frame(now)

    def stop(self) -> None:
        """The browser says that the stream ended; a later packet begins another."""
        self.ssrc = None
        self.source.level = SILENCE

    def _restart(self, packet: Arrived, now: float) -> None:
        # The browser began another stream in this line (it was stopped, or replaced).
        self.ssrc = packet.ssrc
        self.reception = Reception(self.source.clock_rate)
        self.gaps = Gaps()
        self._splice.begin(packet.sequence, packet.timestamp, now)

    def _hear(self, profile: int, extensions: bytes) -> None:
        value = find_extension(profile, extensions, self._level_id)
        if value and not self.source.is_muted:
            self.source.level = value[0] & SILENCE

    def _want_key_frame(self) -> None:
        # Sent at the next tick, so that ten receivers who ask at once are one request.
        self._wants_key_frame = True

    def _ask_for_key_frame(self, now: float) -> None:
        if self.ssrc is None or now - self._asked_at < KEY_FRAME_EVERY:
            return
        self._wants_key_frame = False
        self._asked_at = now
        self.key_frame_requests += 1
        self._send(rtcp.picture_loss(self._ours, self.ssrc))
