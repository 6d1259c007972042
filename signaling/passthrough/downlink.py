"""Everything that goes down to one browser: its slots, their clocks, its complaints."""

from collections.abc import Callable, Sequence

from signaling.passthrough import rtcp
from signaling.passthrough.answer import cname
from signaling.passthrough.bandwidth import Downlink as Budget
from signaling.passthrough.layers import KEPT, PORTION, Ladder, asked_of_sender
from signaling.passthrough.outgoing import MOST_REPEATED, Outgoing, OutgoingFormat
from signaling.tracks import CLOCK_RATES, Source

_SMOOTHING = 0.3
_LONGEST_TRIP = 30.0
_REPEATS, _REPEATS_LEAST = 0.3, 10
"""Share of a squeezed line that repetitions may take; more of them would only lengthen the queue."""
_LARGE = 1100


class Downlink:
    """The slots of one browser."""

    def __init__(
        self,
        slots: Sequence[tuple[OutgoingFormat, OutgoingFormat]],
        send: Callable[[bytes, bytes], bool],
        make: Callable[[OutgoingFormat, int, Callable[[bytes, bytes], bool]], Outgoing] = Outgoing,
    ) -> None:
        self.slots = [
            (
                make(audio, CLOCK_RATES["audio"], send),
                make(video, CLOCK_RATES["video"], send),
            )
            for audio, video in slots
        ]
        self.budget = Budget()
        self.ladder = Ladder()
        self.lost_share = 0.0
        self.round_trip = 0.0
        self._deaf = 0.0
        self._needed: float = KEPT
        self._lines = [line for slot in self.slots for line in slot]
        self._by_ssrc = {line.form.ssrc: line for line in self._lines}
        self._names = [rtcp.description(line.form.ssrc, cname(at // 2)) for at, line in enumerate(self._lines)]

    @property
    def videos(self) -> list[Outgoing]:
        """The picture lines."""
        return [video for _, video in self.slots]

    def seat(self, slot: int, audio: Source | None, video: Source | None) -> None:
        """Let two sources speak through `slot`. IndexError when there is no such slot."""
        for line, source in zip(self.slots[slot], (audio, video), strict=True):
            line.occupy(source)

    def clear(self) -> None:
        """Empty every slot."""
        for line in self._lines:
            line.occupy(None)

    def missed(self, nack: rtcp.Nack, now: float) -> None:
        """Send again what the browser asks for."""
        line = self._by_ssrc.get(nack.media)
        if line is not None:
            line.repeat(nack.lost, now)

    def wants_key_frame(self, ssrc: int) -> None:
        """Pass the browser's wish on to whoever sits there."""
        line = self._by_ssrc.get(ssrc)
        if line is not None and line.source is not None:
            line.source.request_key_frame()

    def received(self, blocks: Sequence[rtcp.Block], ntp: float) -> None:
        """Take what the browser says it got; `ntp` is now."""
        for block in blocks:
            line = self._by_ssrc.get(block.ssrc)
            if line is None:
                continue
            line.received(block)
            trip = rtcp.round_trip(block, ntp)
            if trip is not None and trip < _LONGEST_TRIP:
                self.round_trip += (trip - self.round_trip) * _SMOOTHING

    @property
    def is_urgent(self) -> bool:
        """Whether `review` should not wait for its second."""
        return self.budget.is_urgent

    def tick(self, now: float) -> None:
        """Ask again for the key frames that are waited for."""
        for line in self.videos:
            line.tick(now)

    def reports(self, ntp: float) -> tuple[bytes, bytes]:
        """Return sender reports of every line that flows, and their names."""
        reports = names = b""
        for line, name in zip(self._lines, self._names, strict=True):
            report = line.report(ntp)
            if report:
                reports += report
                names += name
        return reports, names

    def review(self, cap: int, now: float) -> None:
        """Decide how much this browser gets, and tell each source what it can take; once a second."""
        shown = [line for line in self.videos if line.source is not None and (line.is_flowing or not line.rung)]
        lost, sent = _count(self.videos)
        unheard, spoken = _count([sound for sound, _ in self.slots])
        self.lost_share = (lost + unheard) / max(sent + spoken, 1)
        self._deaf += (unheard / max(spoken, 1) - self._deaf) * _SMOOTHING
        for sound, _ in self.slots:
            if sound.source is not None:
                sound.source.miss(sound, self._deaf)
        octets = sum(line.octets for line in self.videos)
        self.budget.took(self.round_trip)
        self.budget.review(octets, lost / max(sent, 1), now, cap)
        share = self.budget.share(len(shown))
        rung = self.ladder.review(self._worth(share, len(shown)), self._deaf, now) if shown else self.ladder.rung
        most = MOST_REPEATED
        if share is not None and self.budget.is_queue:
            most = max(_REPEATS_LEAST, int(share * _REPEATS / 8 / _LARGE))
        for line in self.videos:
            line.pass_on(rung)
            line.repeats_at_most = most
        for line in shown:
            if line.source is not None:
                line.source.limit(line, asked_of_sender(rung, share))

    def _worth(self, share: int | None, pictures: int) -> float | None:
        """Return what a share is worth to pictures that need less than the ladder's rungs are made for."""
        rung = self.ladder.rung
        if rung and self.budget.sent:
            self._needed = min(KEPT, self.budget.sent / pictures / PORTION[rung])
        return None if share is None else share * KEPT / max(self._needed, 1.0)


def _count(lines: Sequence[Outgoing]) -> tuple[int, int]:
    counted = [line.review() for line in lines]
    return sum(lost for lost, _ in counted), sum(sent for _, sent in counted)
