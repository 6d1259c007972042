"""The last packets that were sent on a stream, for those who missed some."""

from signaling.tracks import RtpPacket

SIZE = 512
MASK = SIZE - 1
RESEND_AFTER = 0.02
"""A packet is not sent again while the previous repetition may still be on its way."""


class Ring:
    """512 packets by outgoing sequence number; the oldest makes room.

    The packets are those of the source, shared by every line: `by` is how far a line's own
    numbers are ahead of theirs. It belongs to the whole ring.
    """

    __slots__ = ("_resent_at", "by", "kept")

    def __init__(self, by: int) -> None:
        self.by = by
        self.kept: list[RtpPacket | None] = [None] * SIZE
        """Written by the line itself, at the outgoing sequence number modulo `SIZE`."""
        self._resent_at: dict[int, float] = {}

    def take(self, sequence: int, now: float) -> RtpPacket | None:
        """Return the packet to repeat, None if it is gone or was repeated just now."""
        found = self.kept[sequence & MASK]
        if found is None or (found.sequence + self.by) & 0xFFFF != sequence:
            return None
        if now - self._resent_at.get(sequence, 0.0) < RESEND_AFTER:
            return None
        if len(self._resent_at) >= SIZE:
            self._resent_at.clear()
        self._resent_at[sequence] = now
        return found
