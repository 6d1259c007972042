"""Which packets of a picture stream are missing, when to ask again, when to give up.

aiortc asks once per gap and never again; at 5 % loss that freezes pictures for seconds.
"""

from signaling.passthrough.rtp import ahead

REPEAT_AFTER = 0.06
GIVE_UP_AFTER = 0.6
MOST_MISSING = 256
_FAR = 512


class Gaps:
    """Missing sequence numbers of one stream. Bounded: a hole too wide is not repaired."""

    def __init__(self) -> None:
        self.lost_for_good = 0
        self._highest = -1
        self._missing: dict[int, tuple[float, float]] = {}

    def received(self, sequence: int, now: float) -> bool:
        """Note a packet. False when the hole before it is too wide to be repaired."""
        if sequence == (self._highest + 1) & 0xFFFF or self._highest < 0:
            self._highest = sequence
            return True
        step = ahead(sequence, self._highest)
        if step <= 0:
            self._missing.pop(sequence, None)
            return True
        previous, self._highest = self._highest, sequence
        if step > _FAR or len(self._missing) + step > MOST_MISSING:
            self.lost_for_good += step - 1
            self._missing.clear()
            return False
        for back in range(1, step):
            self._missing[(previous + back) & 0xFFFF] = (now, now)
        return True

    def fills(self, sequence: int, now: float) -> bool:
        """Note a repetition. False when that packet was not missing."""
        if self._missing.pop(sequence, None) is not None:
            return True
        is_new = self._highest >= 0 and ahead(sequence, self._highest) > 0
        return is_new and self.received(sequence, now)

    def due(self, now: float) -> tuple[list[int], bool]:
        """Return (what to ask for now, whether something was given up since last time)."""
        if not self._missing:
            return [], False
        ask: list[int] = []
        given_up = [s for s, (since, _) in self._missing.items() if now - since > GIVE_UP_AFTER]
        for sequence in given_up:
            del self._missing[sequence]
        self.lost_for_good += len(given_up)
        for sequence, (since, next_at) in self._missing.items():
            if now >= next_at:
                ask.append(sequence)
                self._missing[sequence] = (since, now + REPEAT_AFTER)
        return ask, bool(given_up)
