"""What a bad line does to one packet: a pure rule over sizes and moments.

A direction delays, loses by a seeded chance, and lets through so many bits a second behind a queue
that is bounded, as a modem's is: what finds it full is gone. A cut loses everything, a freeze holds
a little and lets it go afterwards. TCP never loses: what would be lost comes a retransmission
later, and after a cut it waits for the sender's next attempt.
"""

import random
from dataclasses import dataclass, field

RETRY_FIRST = 0.2
NOTICED = 0.03
HELD_AT_MOST = 256 * 1024
"""Octets of datagrams that a line holds while it is frozen."""


@dataclass(frozen=True)
class Weather:
    """One direction: one-way `delay` in s, `loss` from 0 to 1, `rate` in bit/s behind `queue` s."""

    delay: float = 0.0
    loss: float = 0.0
    rate: float | None = None
    queue: float = 0.5
    is_cut: bool = False
    is_frozen: bool = False


CLEAR = Weather()


@dataclass
class Way:
    """One direction of one person's line."""

    weather: Weather = CLEAR
    lost: int = 0
    overflowed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(3))
    _free_at: float = 0.0

    def datagram(self, size: int, now: float) -> float | None:
        """When a datagram that enters `now` comes out; None when it never does."""
        weather = self.weather
        if weather.is_cut or self.chance.random() < weather.loss:
            self.lost += 1
            return None
        if weather.rate is not None and self._free_at - now > weather.queue:
            self.overflowed += 1
            return None
        return self._serialise(size, now)

    def segment(self, size: int, now: float) -> float:
        """When a piece of a TCP stream comes out."""
        weather = self.weather
        out = self._serialise(size, now)
        while self.chance.random() < weather.loss:
            # What follows tells the sender at once: a round trip, not a time-out.
            out += 2 * weather.delay + NOTICED
        return out

    def backlog(self, now: float) -> float:
        """Seconds until the line has sent what it has taken."""
        return max(0.0, self._free_at - now)

    def _serialise(self, size: int, now: float) -> float:
        if self.weather.rate is None:
            self._free_at = now
        else:
            self._free_at = max(now, self._free_at) + 8 * size / self.weather.rate
        return self._free_at + self.weather.delay


def next_attempt(first: float, now: float) -> float:
    """When TCP tries again at or after `now` what it first sent at `first`; its pauses double."""
    pause, at = RETRY_FIRST, first
    while at < now:
        at += pause
        pause *= 2
    return at
