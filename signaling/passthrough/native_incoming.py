"""What comes up from one browser, taken by the native core; the same faces as in Python.

The core counts, repairs and hands on in its own thread. Here it is looked at every tick: what
it misses is asked for, what it heard is told. Packets reach Python only where somebody in
Python listens.
"""

from collections.abc import Callable
from typing import Any

from signaling.passthrough import rtcp
from signaling.passthrough.hot import ASK_KEY_FRAME, MOST_LOST, Core, ffi
from signaling.passthrough.incoming import Incoming, IncomingFormat
from signaling.passthrough.reception import Reception
from signaling.passthrough.uplink import Uplink
from signaling.tracks import SILENCE, Sink, Source


class TakenThere:
    """A sink that takes its packets from the core itself, where the source has a feed."""


class NativeIncoming(Incoming):
    """Watches over a stream of the core."""

    def __init__(
        self, core: Core, line: Any, source: Source, form: IncomingFormat, say: tuple[Callable[[bytes], bool], int]
    ) -> None:
        self.core = core
        self.listeners: tuple[Sink, ...] = ()
        self.name = core.name_feed(self)
        written = ffi.new("hot_stream_form *")
        written.is_picture = source.kind == "video"
        written.payload_type, written.rtx_payload_type = form.payload_type, form.rtx_payload_type
        written.level_id, written.time_id = form.level_id, form.time_id
        written.clock_rate, written.name = source.clock_rate, self.name
        self.stream = core.open("stream", line, written)
        self.has_begun = False
        self._facts = ffi.new("hot_stream_facts *")
        self._lost, self._flags = ffi.new("uint16_t[]", MOST_LOST), ffi.new("int *")
        self._restarts = 0
        self.heard_at = 0.0
        self.on_sample: Callable[[int, float], None] = lambda _stamp, _at: None
        super().__init__(source, form, *say)
        source.feed, source.on_change = self, self._follow
        self._follow()

    def refresh(self) -> None:
        """Learn what the core has counted since last time."""
        if self.stream is None:
            return
        facts = self._facts
        self.core.lib.hot_stream_look(self.stream, facts)
        if facts.restarts != self._restarts:
            self._restarts = facts.restarts
            self.reception = Reception(self.source.clock_rate)
        self.ssrc = facts.ssrc if facts.has_ssrc else None
        reception = self.reception
        reception.adopt(facts.base, facts.highest, facts.cycles)
        reception.packets, reception.octets, reception.jitter = facts.packets, facts.octets, facts.jitter
        self.repaired, self.key_frame_requests = facts.repaired, facts.key_frame_requests
        self.gaps.lost_for_good = facts.lost_for_good
        self._splice.timestamp_by = facts.timestamp_by
        self.heard_at = facts.heard_at
        if self.source.kind == "audio":
            self.source.level = SILENCE if self.source.is_muted else facts.level
        for each in facts.samples[0 : facts.sample_count]:
            self.on_sample(each.stamp, each.at)

    def reported(self, report: rtcp.SenderReport, ntp: float, now: float) -> None:
        """Take the browser's sender report; `ntp` is its time on our clock."""
        self.refresh()
        super().reported(report, ntp, now)

    def block(self, now: float) -> rtcp.Block | None:
        """Return what the next receiver report says of this stream."""
        self.refresh()
        return super().block(now)

    def tick(self, now: float) -> None:
        """Ask for what is missing; called when the core says that something is."""
        if self.stream is None or self.ssrc is None or self.source.kind != "video":
            return
        count = self.core.lib.hot_stream_ask(self.stream, now, self._lost, self._flags)
        if count:
            self._send(rtcp.nack(self._ours, self.ssrc, list(self._lost[0:count])))
        if self._flags[0] & ASK_KEY_FRAME:
            self._send(rtcp.picture_loss(self._ours, self.ssrc))

    def stop(self) -> None:
        """The browser says that the stream ended; a later packet begins another."""
        super().stop()
        if self.stream is not None:
            self.core.lib.hot_stream_end(self.stream)

    def close(self) -> None:
        """Give the stream back; legs that carried it fall silent. Idempotent."""
        if self.stream is None:
            return
        if self.source.feed is self:
            self.source.feed = self.source.on_change = None
        self.core.feeds.pop(self.name, None)
        ffi.release(self.stream)
        self.stream = None

    def _follow(self) -> None:
        if self.stream is None:
            return
        lib = self.core.lib
        self.listeners = tuple(sink for sink in self.source.sinks if not isinstance(sink, TakenThere))
        lib.hot_stream_mute(self.stream, self.source.is_muted)
        lib.hot_stream_tap(self.stream, bool(self.listeners))

    def _want_key_frame(self) -> None:
        if self.stream is not None:
            self.core.lib.hot_stream_want(self.stream)


class NativeUplink(Uplink):
    """Both streams of one browser, in the core."""

    def __init__(
        self,
        hot: tuple[Core, Any],
        sources: tuple[Source, Source],
        formats: tuple[IncomingFormat, IncomingFormat],
        send: Callable[[bytes], bool],
        ours: int,
    ) -> None:
        self._core, self._hot = hot
        self._facts = ffi.new("hot_line_facts *")
        super().__init__(sources, formats, send, ours)
        self._native[1].on_sample = self.way.saw

    def _feed(self, source: Source, form: IncomingFormat) -> Incoming:
        return NativeIncoming(self._core, self._hot, source, form, (self._send, self._ours))

    def take(self, packet: bytes, now: float) -> None:
        """Give the core a decrypted packet by hand."""
        self._core.lib.hot_line_take(self._hot, packet, len(packet), now)
        self._core.deliver()
        self.refresh()

    def refresh(self) -> None:
        """Learn what the core has counted since last time."""
        had_picture = self.video.ssrc is not None
        for stream in self._native:
            stream.refresh()
        sound = self._native[0]
        self._audio_at = sound.heard_at
        if sound.stream is not None:
            self._core.lib.hot_line_look(self._hot, self._facts)
            self.unknown = self._facts.unknown
        if not had_picture and self.video.ssrc is not None:
            # Chromium obeys at once only in its first two seconds.
            self.state_allowance()

    def tick(self, now: float) -> None:
        """Ask for what is missing."""
        self.refresh()
        super().tick(now)

    def close(self) -> None:
        """Give both streams back."""
        for stream in self._native:
            stream.close()

    @property
    def _native(self) -> list[NativeIncoming]:
        return [each for each in (self.audio, self.video) if isinstance(each, NativeIncoming)]
