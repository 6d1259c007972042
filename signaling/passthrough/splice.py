"""Joins streams of packets into one that never jumps.

A slot changes its occupant, a browser changes its SSRC: whoever listens must see sequence
numbers go on by one and the media clock go on by the time that passed.
"""

from random import randrange

from signaling.passthrough.rtp import ahead

_WATCHED = 128
"""Packets; a second of a picture, or more. What is later than that, SRTP refuses as sent before."""

_HALF_SEQUENCE = 1 << 15
_CLOCK = 1 << 32


class Splice:
    """Offsets from the stream that comes in to the stream that goes out."""

    def __init__(self, clock_rate: int, *, keep_numbers: bool = False) -> None:
        self.sequence_by = 0
        self.timestamp_by = 0
        self._clock_rate = clock_rate
        # aiortc 1.10: an early wrap of the sequence breaks SRTP's roll-over counter.
        self._highest = 0 if keep_numbers else randrange(_HALF_SEQUENCE)  # noqa: S311
        self._timestamp = 0 if keep_numbers else randrange(_CLOCK)  # noqa: S311
        self._at: float | None = None
        self._keep_numbers = keep_numbers
        self._first = 0
        self.watch = 0
        """For so many packets more, stragglers from before the join may come: ask `belongs`."""

    def begin(self, sequence: int, timestamp: int, now: float) -> None:
        """The next packet in belongs to another stream; go on where the last one stopped."""
        self._first, self.watch = sequence, _WATCHED
        if self._at is None and self._keep_numbers:
            self._at, self._highest, self._timestamp = now, sequence, timestamp
            return
        passed = 0.0 if self._at is None else max(now - self._at, 1 / 30)
        self.sequence_by = (self._highest + 1 - sequence) & 0xFFFF
        target = self._timestamp + int(passed * self._clock_rate)
        self.timestamp_by = (target - timestamp) & 0xFFFFFFFF

    def stopped(self, sequence: int, timestamp: int, at: float) -> None:
        """Note the newest numbers that went out, for those who shift without asking."""
        self._highest, self._timestamp, self._at = sequence, timestamp, at

    def belongs(self, sequence: int) -> bool:
        """False for a straggler from before the join, which has no number on this side."""
        if not self.watch:
            return True
        self.watch -= 1
        return ahead(sequence, self._first) >= 0

    def shift(self, sequence: int, timestamp: int, now: float) -> tuple[int, int]:
        """Return the numbers under which the packet goes out."""
        sequence = (sequence + self.sequence_by) & 0xFFFF
        timestamp = (timestamp + self.timestamp_by) & 0xFFFFFFFF
        if self._at is None or 0 < (sequence - self._highest) & 0xFFFF < _HALF_SEQUENCE:
            self._highest, self._timestamp, self._at = sequence, timestamp, now
        return sequence, timestamp
