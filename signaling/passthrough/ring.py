"""The last packets that were sent on a stream, for those who missed some."""

from signaling.tracks import RtpPacket

SIZE = 512
RESEND_AFTER = 0.02
"""A packet is not sent again while the previous repetition may still be on its way."""


class Ring:
    """512 packets by outgoing sequence number; the oldest makes room."""

    def __init__(self) -> None:
        self._kept: list[RtpPacket | None] = [None] * SIZE
        self._resent_at = [0.0] * SIZE

    def keep(self, packet: RtpPacket) -> None:
        """Remember a packet as it was sent."""
        at = packet.sequence % SIZE
        self._kept[at] = packet
        self._resent_at[at] = 0.0

    def take(self, sequence: int, now: float) -> RtpPacket | None:
        """Return the packet to repeat, None if it is gone or was repeated just now."""
        at = sequence % SIZE
        packet = self._kept[at]
        if packet is None or packet.sequence != sequence:
            return None
        if now - self._resent_at[at] < RESEND_AFTER:
            return None
        self._resent_at[at] = now
        return packet
