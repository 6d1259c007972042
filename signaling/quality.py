"""How good one person's line is, as one word, from what each second told. Pure.

Bad news counts at once, good news after a while: the word is read by people, and one that jumps
every second says nothing.
"""

from dataclasses import dataclass

from signaling.answers import Link

BETTER_AFTER = 5.0
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Second:
    """What one second told: shares of packets lost from 0 to 1, seconds."""

    lost_up: float = 0.0
    lost_down: float = 0.0
    round_trip: float = 0.0
    silence: float = 0.0
    """The longest time without any sound arriving, of one who sends sound."""


@dataclass(frozen=True)
class Limits:
    """From where on a line deserves a word."""

    lost: float
    round_trip: float
    silence: float


POOR = Limits(lost=0.03, round_trip=0.4, silence=0.5)
BAD = Limits(lost=0.10, round_trip=1.0, silence=1.5)

_ORDER: tuple[Link, ...] = ("good", "poor", "bad")


class Quality:
    """Follows one connection."""

    def __init__(self) -> None:
        self.word: Link = "good"
        self._lost = 0.0
        self._worse_at = 0.0

    def feel(self, second: Second, now: float) -> Link:
        """Take in a second; return the word for it."""
        # A handful of packets makes a second's loss jump; two or three seconds tell.
        self._lost += (max(second.lost_up, second.lost_down) - self._lost) * _SMOOTHING
        found = self._judge(second)
        is_over = now - self._worse_at >= BETTER_AFTER
        if is_over or _ORDER.index(found) >= _ORDER.index(self.word):
            self.word, self._worse_at = found, now
        return self.word

    def _judge(self, second: Second) -> Link:
        def is_beyond(limits: Limits) -> bool:
            measured = (self._lost, second.round_trip, second.silence)
            allowed = (limits.lost, limits.round_trip, limits.silence)
            return any(one >= most for one, most in zip(measured, allowed, strict=True))

        return "bad" if is_beyond(BAD) else "poor" if is_beyond(POOR) else "good"
