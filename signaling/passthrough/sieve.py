"""Leaves the upper temporal layers of one picture out, so that to its receiver nothing looks lost.

A picture in three layers (0 2 1 2 …) is still whole without the upper ones, only with fewer
frames. Packets that are left out take their sequence numbers with them, and their picture numbers.
What is missing on the way to us keeps its place, because nobody knows of which layer it is: when
it comes after all and is of a layer left out, an empty packet fills the place.
"""

from collections import deque
from typing import NamedTuple

from signaling.passthrough.rtp import ahead
from signaling.passthrough.vp8 import Picture

TOP = 2
"""The highest layer that browsers send."""

_REMEMBERED = 512


class Kept(NamedTuple):
    """A packet goes on under numbers lower by these; `is_empty` goes without its content."""

    sequence_by: int = 0
    picture_by: int = 0
    is_empty: bool = False


class Sieve:
    """One picture on its way to one receiver. `wanted` may be set at any time.

    A lower `wanted` counts from the next picture on; a higher one as soon as a picture comes
    that a receiver can begin the layer with.
    """

    def __init__(self, wanted: int = TOP) -> None:
        self.wanted = wanted
        self._top = wanted
        self._highest = -1
        self._by, self._picture_by = 0, 0
        self._number, self._is_kept = -1, True
        self._marks: deque[tuple[int, int, int]] = deque(maxlen=_REMEMBERED)
        self._left_out: deque[int] = deque(maxlen=_REMEMBERED)

    @property
    def is_open(self) -> bool:
        """Whether everything goes through now, if under lower numbers."""
        return self._top == self.wanted == TOP

    def sift(self, sequence: int, picture: Picture) -> Kept | None:
        """Return how the packet goes on; None when it is left out."""
        step = 1 if self._highest < 0 else ahead(sequence, self._highest)
        if step <= 0:
            return self._late(sequence, picture)
        previous, self._highest = self._highest, sequence
        if picture.number < 0 or picture.number != self._number:
            self._begin(picture)
        elif not self._is_kept:
            # On both sides of the gap is the picture that is left out: so is what is between.
            forgotten = max(0, step - 1 - _REMEMBERED)
            self._by += forgotten
            for back in range(1 + forgotten, step):
                self._leave_out((previous + back) & 0xFFFF)
        if self._is_kept:
            return Kept(self._by, self._picture_by)
        self._leave_out(sequence)
        return None

    def _begin(self, picture: Picture) -> None:
        was_kept, self._number = self._is_kept, picture.number
        layer = max(0, picture.layer)
        self._top = min(self._top, self.wanted)
        if picture.starts_key_frame:
            self._top = self.wanted
        elif layer == self._top + 1 <= self.wanted and picture.is_sync:
            self._top = layer
        self._is_kept = layer <= self._top
        if not self._is_kept:
            self._picture_by += picture.number >= 0
        elif not was_kept:
            self._mark()

    def _leave_out(self, sequence: int) -> None:
        self._left_out.append(sequence)
        self._by += 1
        self._mark(sequence + 1 & 0xFFFF)

    def _mark(self, since: int = -1) -> None:
        self._marks.append((self._highest if since < 0 else since, self._by, self._picture_by))

    def _late(self, sequence: int, picture: Picture) -> Kept | None:
        if sequence in self._left_out:
            return None
        by, picture_by = self._numbers_at(sequence)
        return Kept(by, picture_by, is_empty=max(0, picture.layer) > self._top)

    def _numbers_at(self, sequence: int) -> tuple[int, int]:
        oldest = self._marks[0] if self._marks else None
        for since, by, picture_by in reversed(self._marks):
            if ahead(sequence, since) >= 0:
                return by, picture_by
        if oldest is None or len(self._marks) < _REMEMBERED:
            return 0, 0
        return oldest[1], oldest[2]
