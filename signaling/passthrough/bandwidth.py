"""How much a browser may send, and how much one can take.

There is no estimator here. Upwards a cap is stated once a second (REMB): without it
Chromium stays at 300 kb/s. Downwards a receiving browser's own REMB is believed only when it
falls below what we send: that is how it reports a queue. While it merely grows after us, 8 %
a second, obeying it would hold everybody at the pace of its caution.
"""

from collections.abc import Iterable

CAP = 2_500_000
FLOOR = 150_000
_HEAVY_LOSS = 0.1
_LEAST = 40_000
"""Bits per second of pictures below which loss is not their fault."""
_SMOOTHING = 0.3
_GROWTH = 1.08
_QUICK_GROWTH = 1.25
_FALLS = 0.95
_OUT_OF_SIGHT = 4


class Downlink:
    """What one receiving browser's way can take in all, as far as it has complained."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._estimate: int | None = None
        self._fell_to: int | None = None
        self._loss = 0.0
        self._octets_before = 0
        self._at: float | None = None

    def estimated(self, bits_per_second: int) -> None:
        """Take a REMB from the receiver."""
        if self._estimate is not None and bits_per_second < self._estimate * _FALLS:
            self._fell_to = bits_per_second
        self._estimate = bits_per_second

    def review(self, octets: int, lost_share: float, now: float, cap: int) -> None:
        """Look back at the last second; `octets` counts all pictures ever sent to it."""
        if self._at is None:
            self._at, self._octets_before = now, octets
            return
        passed = max(now - self._at, 0.001)
        sent = 8 * (octets - self._octets_before) / passed
        self._at, self._octets_before = now, octets
        # One second of a still picture is some thirty packets: too few to judge by alone.
        self._loss += (lost_share - self._loss) * _SMOOTHING
        fell_to, self._fell_to = self._fell_to, None
        if fell_to is not None and fell_to < sent:
            self.limit = fell_to
        elif self._loss > _HEAVY_LOSS and sent > _LEAST:
            self.limit = sent * (1 - self._loss / 2)
        elif self.limit is not None:
            is_confirmed = self._estimate is not None and self._estimate > self.limit
            self.limit *= _QUICK_GROWTH if is_confirmed else _GROWTH
            if self.limit > _OUT_OF_SIGHT * cap:
                self.limit = None

    def share(self, pictures: int) -> int | None:
        """Bits per second for each of `pictures`, None when there was no complaint."""
        if self.limit is None or pictures <= 0:
            return None
        return int(self.limit / pictures)


def allowance(cap: int, limits: Iterable[int | None]) -> int:
    """What a publisher is told: the cap, or what its weakest useful receiver can take."""
    known = [limit for limit in limits if limit is not None]
    return max(FLOOR, min([cap, *known]))
