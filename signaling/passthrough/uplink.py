"""Everything that comes up from one browser: its microphone, its picture, its reports."""

from collections.abc import Callable
from time import monotonic, time

from signaling.passthrough import rtcp
from signaling.passthrough.bandwidth import REVIEW_EVERY, Uphill, allowance
from signaling.passthrough.incoming import Incoming, IncomingFormat
from signaling.passthrough.rtp import Split, find_extension, split
from signaling.tracks import SILENCE, Source

WALL = time() - monotonic()
"""Added to a monotonic moment it gives unix seconds that never step back."""

_CLOCK_STEP = 1.0
_SILENT_AFTER = 1.0
_MUCH_LESS = 0.8
"""What shortens an allowance to less than this is said at once, not with the next report."""
_STOPPED_AFTER = 5.0
"""Seconds without sound after which it was stopped on purpose."""


class Uplink:
    """Sorts packets by payload type into two sources and answers the browser's reports."""

    def __init__(
        self,
        sources: tuple[Source, Source],
        formats: tuple[IncomingFormat, IncomingFormat],
        send: Callable[[bytes], bool],
        ours: int,
    ) -> None:
        self.cap = 0
        self.told = 0
        self.unknown = 0
        self._ours = ours
        self._send = send
        self.audio, self.video = (self._feed(*each) for each in zip(sources, formats, strict=True))
        self._clock_offset: float | None = None
        self._audio_at = 0.0
        self.way = Uphill()
        self._reviewed_at = 0.0
        self._silence = 0.0
        self._counted = (0, 0)

    def _feed(self, source: Source, form: IncomingFormat) -> Incoming:
        return Incoming(source, form, self._send, self._ours)

    def take(self, packet: bytes, now: float) -> None:
        """Take an RTP packet. Raises Malformed."""
        arrived = split(packet)
        payload_type = arrived[0]
        if payload_type == self.audio.form.payload_type:
            self._audio_at = now
            self.audio.take(arrived, now)
        elif payload_type == self.video.form.payload_type:
            is_first = self.video.ssrc is None
            self.video.take(arrived, now)
            if arrived[1] and self.video.form.time_id > 0:
                self._time(arrived, now)
            if is_first:
                # Chromium obeys at once only in its first two seconds.
                self.state_allowance()
        elif payload_type == self.video.form.rtx_payload_type:
            self.video.take_repetition(arrived, now)
        else:
            self.unknown += 1

    def _time(self, arrived: Split, now: float) -> None:
        _, _, _, _, _, profile, extensions, _ = arrived
        stamp = find_extension(profile, extensions, self.video.form.time_id)
        if stamp is not None and len(stamp) == 3:  # noqa: PLR2004 - abs-send-time
            self.way.saw(int.from_bytes(stamp, "big"), now)

    def reported(self, report: rtcp.SenderReport, now: float) -> None:
        """Put the browser's clock beside ours; one offset for its sound and its picture."""
        theirs = rtcp.from_ntp(report.ntp)
        offset = now + WALL - theirs
        if self._clock_offset is None or abs(offset - self._clock_offset) > _CLOCK_STEP:
            self._clock_offset = offset
        for stream in (self.audio, self.video):
            stream.reported(report, theirs + self._clock_offset, now)

    def ended(self, ssrcs: tuple[int, ...]) -> None:
        """The browser says that streams ended; a later packet may begin another."""
        for stream in (self.audio, self.video):
            if stream.ssrc in ssrcs:
                stream.stop()

    def tick(self, now: float) -> None:
        """Ask for what is missing."""
        self.video.tick(now)
        if now - self._reviewed_at >= REVIEW_EVERY:
            self._reviewed_at = now
            wanted = allowance(self.cap, [self.video.source.narrowest])
            if self.way.review(self.video.reception.octets, now) or wanted < self.told * _MUCH_LESS:
                self.state_allowance()
        if now - self._audio_at < _STOPPED_AFTER:
            self._silence = max(self._silence, now - self._audio_at)
        if now - self._audio_at > _SILENT_AFTER:
            self.audio.source.level = SILENCE

    def look_back(self) -> tuple[float, float]:
        """Since the last time: share of packets that never came, longest time without sound."""
        streams = (self.audio, self.video)
        came = sum(each.reception.packets for each in streams)
        lost = sum(each.reception.lost - each.repaired for each in streams)
        (came_before, lost_before), self._counted = self._counted, (came, lost)
        newly_lost = max(0, lost - lost_before)
        silence, self._silence = self._silence, 0.0
        return newly_lost / max(1, came - came_before + newly_lost), silence

    def blocks(self, now: float) -> list[rtcp.Block]:
        """Return what a receiver report says now.

        Of the sound it says the loss of whoever hears it worst: from that a browser decides how
        much of each packet it says again in the next (Opus in-band FEC). Only the fraction; what
        it may send depends on the sums, which stay its own.
        """
        sound, picture = self.audio.block(now), self.video.block(now)
        if sound is not None:
            missed = min(255, int(256 * self.audio.source.worst_missed))
            sound = sound._replace(fraction_lost=max(sound.fraction_lost, missed))
        return [block for block in (sound, picture) if block is not None]

    def state_allowance(self) -> None:
        """Tell the browser how much it may send.

        Said once before its first picture as well: told later, Chromium has already shrunk
        the picture to what its own first guess allows, and takes long to grow again.
        """
        ssrc = self.video.form.announced_ssrc if self.video.ssrc is None else self.video.ssrc
        if ssrc < 0 or self.cap <= 0:
            return
        self.told = allowance(self.cap, [self.video.source.narrowest])
        if self.way.limit is not None:
            self.told = min(self.told, int(self.way.limit))
        self._send(rtcp.remb(self._ours, self.told, [ssrc]))
