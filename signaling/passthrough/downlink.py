"""Everything that goes down to one browser: its slots, their clocks, its complaints."""

from collections.abc import Callable, Sequence
from time import monotonic

from signaling.passthrough import rtcp
from signaling.passthrough.answer import cname
from signaling.passthrough.bandwidth import Downlink as Budget
from signaling.passthrough.outgoing import Outgoing, OutgoingFormat
from signaling.tracks import CLOCK_RATES, Source


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
        self._lines = [line for slot in self.slots for line in slot]
        self._by_ssrc = {line.form.ssrc: line for line in self._lines}

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

    def received(self, blocks: Sequence[rtcp.Block]) -> None:
        """Take what the browser says it got."""
        for block in blocks:
            line = self._by_ssrc.get(block.ssrc)
            if line is not None:
                line.received(block)

    def tick(self, now: float) -> None:
        """Ask again for the key frames that are waited for."""
        for line in self.videos:
            line.tick(now)

    def reports(self, ntp: float) -> tuple[bytes, bytes]:
        """Return sender reports of every line that flows, and their names."""
        reports = names = b""
        for index, line in enumerate(self._lines):
            report = line.report(ntp)
            if report:
                reports += report
                names += rtcp.description(line.form.ssrc, cname(index // 2))
        return reports, names

    def review(self, cap: int) -> None:
        """Tell each source how much of it this browser can take; once a second."""
        flowing = [line for line in self.videos if line.is_flowing]
        octets = sum(line.octets for line in self.videos)
        counted = [line.review() for line in self.videos]
        lost, sent = sum(each for each, _ in counted), sum(each for _, each in counted)
        self.budget.review(octets, lost / max(sent, 1), monotonic(), cap)
        share = self.budget.share(len(flowing))
        for line in flowing:
            if line.source is not None:
                line.source.limit(line, share)
