"""How much of the others' pictures one receiver gets: a ladder, and when to step on it.

Rungs: 3 is everything, 2 and 1 go without the upper temporal layers (half and a quarter of the
frames), 0 is no picture, so that the sound comes through. Down goes by what the receiver can take
and loses; up goes one rung at a time, after a pause that doubles when the last try failed.
"""

from typing import Literal

Rung = Literal[0, 1, 2, 3]

FULL: Rung = 3
KEPT = 240_000
"""Bits per second below which a sender is not pressed for one weak receiver; others watch, too,
and the recording is a witness."""

PORTION: dict[Rung, float] = {0: 0.0, 1: 0.4, 2: 0.6, 3: 1.0}
"""Share of a sender's bits that a rung passes on, as browsers divide them among the layers."""

LEAST: dict[Rung, float] = {rung: KEPT * portion * 0.9 for rung, portion in PORTION.items()}
"""Bits per second for each picture below which a rung cannot be kept."""

DEAF = 0.15
"""Share of sound lost from which pictures give way to it, whatever they may have."""

FAR_BELOW = 0.75
NOT_BETTER = 0.7
BAD_FOR, DEAF_FOR = 2.0, 4.0
LAST_FOR = 4.0
"""Seconds that it takes to lose the last picture."""
HOLD_FIRST, HOLD_LAST = 5.0, 60.0
PROBE_FOR = 6.0


class Ladder:
    """Where one receiver stands; asked once a second."""

    def __init__(self) -> None:
        self.rung: Rung = FULL
        self._hold = HOLD_FIRST
        self._bad_since: float | None = None
        self._deaf_since: float | None = None
        self._deaf_before: float | None = None
        self._is_innocent = False
        self._stepped_at = float("-inf")
        self._probed_at: float | None = None

    def review(self, share: float | None, deaf: float, now: float) -> Rung:
        """Decide for the next second.

        `share` is the bits per second that each picture may have, None when the receiver never
        complained; `deaf` the share of its sound that was lost of late.
        """
        if share is not None and self.rung > 1 and share < LEAST[self.rung] * FAR_BELOW:
            # The line did not get a little worse; every second of waiting costs sound.
            while self.rung > 1 and share < LEAST[self.rung]:
                self._down(now)
        elif self._is_too_much(share, deaf, now):
            self._down(now)
        elif self._bad_since is None and now - self._stepped_at >= self._hold:
            self._up(share, now)
        if self._probed_at is not None and now - self._probed_at >= PROBE_FOR:
            self._probed_at, self._hold = None, HOLD_FIRST
        return self.rung

    def _is_too_much(self, share: float | None, deaf: float, now: float) -> bool:
        is_bad = share is not None and share < LEAST[self.rung]
        self._bad_since = (self._bad_since or now) if is_bad else None
        self._blame(deaf, now)
        is_deaf = deaf >= DEAF and self.rung > 0 and not self._is_innocent
        self._deaf_since = (self._deaf_since or now) if is_deaf else None
        if self._deaf_since is not None and now - self._deaf_since >= DEAF_FOR:
            self._deaf_before = deaf
        return any(
            since is not None and now - since >= patience
            for since, patience in (
                (self._bad_since, LAST_FOR if self.rung == 1 else BAD_FOR),
                (self._deaf_since, DEAF_FOR),
            )
        )

    def _blame(self, deaf: float, now: float) -> None:
        """With fewer pictures as much sound is lost as before: then it is not for the pictures."""
        if deaf < DEAF / 2:
            self._is_innocent, self._deaf_before = False, None
        if self._deaf_before is not None and now - self._stepped_at >= DEAF_FOR:
            self._is_innocent = deaf >= self._deaf_before * NOT_BETTER
            self._deaf_before = None

    def _down(self, now: float) -> None:
        if self._probed_at is not None:
            # The last step up was too early; wait longer before the next.
            self._hold = min(HOLD_LAST, 2 * self._hold)
            self._probed_at = None
        self.rung = _next(self.rung, -1)
        self._stepped_at = now
        self._bad_since = self._deaf_since = None

    def _up(self, share: float | None, now: float) -> None:
        if self.rung == FULL or self._probed_at is not None:
            return
        above = _next(self.rung, 1)
        if share is not None and share < LEAST[above]:
            return
        self.rung = above
        self._stepped_at = self._probed_at = now


def _next(rung: Rung, by: Literal[-1, 1]) -> Rung:
    order: tuple[Rung, ...] = (0, 1, 2, 3)
    return order[rung + by]


def asked_of_sender(rung: Rung, share: int | None) -> int | None:
    """How many bits per second a receiver on `rung` wants of a sender; None is no wish."""
    if rung == 0 or share is None:
        return None
    return max(KEPT if rung < FULL else 0, int(share / PORTION[rung]))
