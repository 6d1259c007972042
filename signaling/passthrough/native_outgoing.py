"""One line of a slot, carried by the native core; the same face as in Python.

An occupant whose packets the core receives is joined to the leg there. Any other is fed by
hand, packet by packet, through a stream of the leg's own.
"""

from collections.abc import Callable
from random import randrange
from typing import Any

from signaling.passthrough.hot import Core, ffi
from signaling.passthrough.layers import Rung
from signaling.passthrough.native_incoming import NativeIncoming, TakenThere
from signaling.passthrough.outgoing import FEW, MOST_REPEATED, Layout, Outgoing, OutgoingFormat
from signaling.passthrough.ring import Shift
from signaling.tracks import RtpPacket, Source

_NONE, _LEVEL, _TIME = 0, 1, 2
_HALF_SEQUENCE = 1 << 15
_CLOCK = 1 << 32


def _write_form(form: OutgoingFormat, clock_rate: int) -> Any:
    written = ffi.new("hot_leg_form *")
    written.is_picture = form.kind == "video"
    written.payload_type, written.ssrc, written.clock_rate = form.payload_type, form.ssrc, clock_rate
    written.has_rtx = form.rtx_ssrc > 0
    if written.has_rtx:
        written.rtx_ssrc, written.rtx_payload_type = form.rtx_ssrc, form.rtx_payload_type
    # An early wrap of the sequence would break SRTP's roll-over counter.
    written.first_sequence, written.first_timestamp = randrange(_HALF_SEQUENCE), randrange(_CLOCK)  # noqa: S311
    layout = Layout(form)
    block = layout.pack(0, 0, 0, bytes(4) + layout.block, layout.value, layout.tail)[12:]
    written.block_size = len(block)
    written.block[0 : len(block)] = block
    if layout.has_value:
        written.stamp_kind, written.stamp_at = (_TIME if form.kind == "video" else _LEVEL), 5
    return written


class NativeOutgoing(Outgoing, TakenThere):
    """Watches over a leg of the core."""

    def __init__(
        self, core: Core, line: Any, form: OutgoingFormat, clock_rate: int, send: Callable[[bytes, bytes], bool]
    ) -> None:
        super().__init__(form, clock_rate, send)
        self.core = core
        self._leg = core.open("leg", line, _write_form(form, clock_rate))
        self._facts = ffi.new("hot_leg_facts *")
        self._by_hand: Any = None
        self._is_by_hand = False

    def occupy(self, source: Source | None) -> None:
        """Let `source` speak through this line; None leaves it silent."""
        if source is self.source:
            return
        super().occupy(source)
        # The core remembers by itself.
        self._ring = self._kept = None
        if self._leg is None:
            return
        lib = self.core.lib
        lib.hot_leg_occupy(self._leg, ffi.NULL)
        self._is_by_hand = False
        if self.source is None:
            return
        feed = self.source.feed
        if isinstance(feed, NativeIncoming) and feed.core is self.core and feed.stream is not None:
            lib.hot_leg_occupy(self._leg, feed.stream)
        else:
            self._is_by_hand = True
            lib.hot_leg_occupy(self._leg, self._own_stream())

    @property
    def is_flowing(self) -> bool:
        """Whether packets of the occupant leave, past the wait for a key frame."""
        self.refresh()
        return super().is_flowing

    def push(self, source: Source, packet: RtpPacket) -> None:
        """Give the core a packet that it does not receive itself."""
        if source is not self.source or not self._is_by_hand or self._leg is None:
            return
        if source.breaks != self._breaks:
            self._breaks = source.breaks
            self.core.lib.hot_stream_pause(self._by_hand)
        record = ffi.new("hot_record *")
        record.size, record.sequence, record.timestamp = len(packet.payload), packet.sequence, packet.timestamp
        record.marker, record.at = packet.marker, packet.arrived
        self.core.lib.hot_stream_push(self._by_hand, record, packet.payload, source.level)

    def pass_on(self, rung: Rung) -> None:
        """Leave out from now on what a receiver on `rung` does not get."""
        if rung != self.rung and self._leg is not None:
            self.core.lib.hot_leg_limit(self._leg, rung)
        self.rung = rung

    def ended(self, source: Source) -> None:
        """The occupant is gone; the line stays."""
        super().ended(source)
        if self._leg is not None and self.source is None:
            self.core.lib.hot_leg_occupy(self._leg, ffi.NULL)

    def repeat(self, lost: tuple[int, ...], now: float) -> None:
        """Send again what the browser missed, as far as it is remembered."""
        if self._leg is None or not lost:
            return
        if self.repeats_at_most < MOST_REPEATED and len(lost) > FEW:
            self._begin_anew()
            return
        numbers = ffi.new("uint16_t[]", lost)
        repeated = self.core.lib.hot_leg_repeat(self._leg, numbers, len(lost), self._may_repeat, now)
        self._may_repeat -= repeated
        self.repeated += repeated
        if self._may_repeat <= 0:
            self._begin_anew()

    def tick(self, now: float) -> None:
        """Ask again for the key frame that this line waits for; the core does where it feeds."""
        if self._is_by_hand:
            self.refresh()
            super().tick(now)

    def refresh(self) -> None:
        """Learn what the core has counted since last time."""
        if self._leg is None:
            return
        facts = self._facts
        self.core.lib.hot_leg_look(self._leg, facts)
        self._is_waiting = bool(facts.is_waiting)
        self._shift = Shift(timestamp_by=facts.timestamp_by)
        self.packets, self.octets = facts.packets, facts.octets
        self.dropped, self.repeated, self.left_out = facts.dropped, facts.repeated, facts.left_out

    def close(self) -> None:
        """Give the leg back. Idempotent."""
        if self._leg is None:
            return
        self.refresh()
        ffi.release(self._leg)
        if self._by_hand is not None:
            ffi.release(self._by_hand)
        self._leg = self._by_hand = None
        self._is_by_hand = False

    def _own_stream(self) -> Any:
        if self._by_hand is None:
            written = ffi.new("hot_stream_form *")
            written.is_picture = self.form.kind == "video"
            written.clock_rate = self._clock_rate
            self._by_hand = self.core.open("stream", ffi.NULL, written)
        return self._by_hand
