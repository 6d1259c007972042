"""The last packets that were sent on a stream, for those who missed some."""

from dataclasses import dataclass

from signaling.tracks import RtpPacket

SIZE = 512
MASK = SIZE - 1
RESEND_AFTER = 0.02
"""A packet is not sent again while the previous repetition may still be on its way."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From the numbers of a source to those of a line, until its occupant changes."""

    sequence_by: int = 0
    timestamp_by: int = 0
    picture_by: int = 0
    level_by: int = 0


class Ring:
    """512 packets by outgoing sequence number; the oldest makes room.

    The packets are those of the source, shared by every line. Most of them were shifted by
    `base`, and are kept as they are; those that were not, with their own shift.
    """

    __slots__ = ("_resent_at", "base", "kept")

    def __init__(self, base: Shift) -> None:
        self.base = base
        self.kept: list[RtpPacket | tuple[RtpPacket, Shift] | None] = [None] * SIZE
        """Written by the line itself, at the outgoing sequence number modulo `SIZE`."""
        self._resent_at: dict[int, float] = {}

    def rebase(self, base: Shift) -> None:
        """From now on most packets are shifted by `base`; those kept so far were not."""
        self.kept[:] = [(each, self.base) if isinstance(each, RtpPacket) else each for each in self.kept]
        self.base = base

    def take(self, sequence: int, now: float) -> tuple[RtpPacket, Shift] | None:
        """Return the packet to repeat, None if it is gone or was repeated just now."""
        kept = self.kept[sequence & MASK]
        if kept is None:
            return None
        packet, shift = (kept, self.base) if isinstance(kept, RtpPacket) else kept
        if (packet.sequence + shift.sequence_by) & 0xFFFF != sequence:
            return None
        if now - self._resent_at.get(sequence, 0.0) < RESEND_AFTER:
            return None
        if len(self._resent_at) >= SIZE:
            self._resent_at.clear()
        self._resent_at[sequence] = now
        return packet, shift
