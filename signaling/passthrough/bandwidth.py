"""How much a browser may send, and how much one can take.

Upwards a cap is stated (REMB): without it Chromium stays at 300 kb/s. It falls when what a
browser sends takes longer and longer, which tells of a queue before packets are lost. Downwards a receiving browser's own REMB is believed only when it
falls below what we send, and that is not next to nothing: so it reports a queue; loss alone, which may be the air's, is
answered with less, but never with little. While it merely grows after us, 8 %
a second, obeying it would hold everybody at the pace of its caution.
"""

from collections import deque
from collections.abc import Iterable

CAP = 2_500_000
FLOOR = 150_000
_HEAVY_LOSS = 0.1
LOSS_KEEPS = 240_000
"""Bits per second of pictures that loss alone does not take away."""
LEAST_BELIEVED = 60_000
"""Bits per second; less than one picture needs, and not so far from it that hope comes back late."""
_SMOOTHING = 0.3
_GROWTH = 1.08
_QUICK_GROWTH = 1.25
_UPHILL_GROWTH = 1.2
_QUEUE_FOR = 3.0
_LATE_TRIP, _TRIP_DRIFT = 0.15, 0.005
_LESS = 0.85
_SETTLES_IN = 2.0
_FALLS = 0.95
_OUT_OF_SIGHT = 4


class Downlink:
    """What one receiving browser's way can take in all, as far as it has complained."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self.sent = 0.0
        """Bits per second of pictures that left for it, when last looked at."""
        self.is_queue = False
        """Whether a queue was reported of late; then every repetition makes it longer."""
        self._queue_at = float("-inf")
        self._trip = 0.0
        self._least_trip = float("inf")
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

    def took(self, round_trip: float) -> None:
        """Note how long a report and its answer took of late; before each review."""
        # What is usual may change with the network; a minute's patience is enough.
        self._trip, self._least_trip = round_trip, min(round_trip, self._least_trip + _TRIP_DRIFT)

    @property
    def is_urgent(self) -> bool:
        """Whether a queue was reported since the last review."""
        return self._fell_to is not None

    def review(self, octets: int, lost_share: float, now: float, cap: int) -> None:
        """Look back at the last second; `octets` counts all pictures ever sent to it."""
        if self._at is None:
            self._at, self._octets_before = now, octets
            return
        passed = max(now - self._at, 0.001)
        self.sent = sent = 8 * (octets - self._octets_before) / passed
        self._at, self._octets_before = now, octets
        self.is_queue = self.is_queue and now - self._queue_at < _QUEUE_FOR
        # One second of a still picture is some thirty packets: too few to judge by alone.
        self._loss += (lost_share - self._loss) * _SMOOTHING
        fell_to, self._fell_to = self._fell_to, None
        is_late = self._trip - self._least_trip > _LATE_TRIP
        is_settled = now - self._queue_at >= _SETTLES_IN
        if fell_to is None and is_late and is_settled and self._estimate is not None and self._estimate < sent:
            # It never took back what it said, and the queue is still there.
            fell_to = max(self._estimate, int(sent * _LESS))
        # A browser never guesses far above what comes: of a little it says little, unless it is late or lost.
        is_worth = sent > LOSS_KEEPS or is_late or self._loss > _HEAVY_LOSS
        if fell_to is not None and fell_to < sent and is_worth:
            self.limit = max(fell_to, LEAST_BELIEVED)
            self.is_queue, self._queue_at = True, now
        elif self._loss > _HEAVY_LOSS and sent > LOSS_KEEPS and not self.is_queue:
            self.limit = max(sent * (1 - self._loss / 2), LOSS_KEEPS)
        elif self.limit is not None and not is_late:
            # Without any picture nothing tells; then hope costs nothing until it is tried.
            is_confirmed = not sent or (self._estimate is not None and self._estimate > self.limit)
            self.limit *= _QUICK_GROWTH if is_confirmed else _GROWTH
            if self.limit > _OUT_OF_SIGHT * cap:
                self.limit, self.is_queue = None, False

    def share(self, pictures: int) -> int | None:
        """Bits per second for each of `pictures`, None when there was no complaint."""
        if self.limit is None or pictures <= 0:
            return None
        return int(self.limit / pictures)


def allowance(cap: int, limits: Iterable[int | None]) -> int:
    """What a publisher is told: the cap, or what its weakest useful receiver can take."""
    known = [limit for limit in limits if limit is not None]
    return max(FLOOR, min([cap, *known]))


LATE, PUNCTUAL = 0.25, 0.12
"""Seconds that a packet takes longer than at best: from the one on, a queue; up to the other, none."""

REVIEW_EVERY = 0.2
_WINDOW = 10.0
_FORGET = 20.0
_AFTER_QUEUE = 0.7
_CUT_EVERY = 0.4
_LATE_TIMES = 2
"""Reviews in a row: one burst is no queue."""


class Uphill:
    """What one sender's way carries. Time is an argument; `octets` counts all pictures ever received."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self.late = 0.0
        """Seconds that packets took longer than at best, when last looked at."""
        self._sent_at = 0.0
        self._stamp: int | None = None
        self._least = self._least_before = float("inf")
        self._least_since = 0.0
        self._recent = float("inf")
        self._counted: deque[tuple[float, int]] = deque(maxlen=3)
        self._times = 0
        self._quiet_since = 0.0
        self._cut_at = float("-inf")

    def saw(self, stamp: int, now: float) -> None:
        """Take the abs-send-time (24 bits, 6.18 s) of a packet that came `now`.

        The browser writes it when the packet leaves, so that a browser without time, whose
        sound and picture are late as well, is not taken for a queue.
        """
        if self._stamp is not None:
            step = ((stamp - self._stamp + 0x800000) & 0xFFFFFF) - 0x800000
            self._sent_at += step / 262_144
        self._stamp = stamp
        self._recent = min(self._recent, now - self._sent_at)

    def review(self, octets: int, now: float) -> bool:
        """Look back; to be called every `REVIEW_EVERY`. True when the limit just fell."""
        self._counted.append((now, octets))
        if self._recent == float("inf"):
            self._quiet_since = self._quiet_since or now
            if now - self._quiet_since > _FORGET:
                # The stamps may have gone round meanwhile.
                self._stamp = None
                self._least = self._least_before = float("inf")
            return False
        self._quiet_since = 0.0
        if now - self._least_since > _WINDOW:
            self._least_since, self._least_before, self._least = now, self._least, float("inf")
        self._least = min(self._least, self._recent)
        self.late = self._recent - min(self._least, self._least_before)
        self._recent = float("inf")
        self._times = self._times + 1 if self.late > LATE else 0
        if self._times >= _LATE_TIMES and now - self._cut_at >= _CUT_EVERY:
            return self._fall(now)
        if self.late < PUNCTUAL and self.limit is not None:
            self.limit *= _UPHILL_GROWTH**REVIEW_EVERY
            if self.limit > CAP:
                self.limit = None
        return False

    def _fall(self, now: float) -> bool:
        since, octets_before = self._counted[0]
        octets = self._counted[-1][1]
        rate = 8 * (octets - octets_before) / max(now - since, 0.001)
        # While the queue is full, what comes out of it is what the line carries.
        self.limit = max(FLOOR, min(rate * _AFTER_QUEUE, self.limit or rate))
        self._cut_at = now
        return True
