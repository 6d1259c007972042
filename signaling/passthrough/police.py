"""How much one person, and how much all strangers together, may cost.

What a browser sends honestly stays far below these numbers: a picture of 2.5 Mbit/s is some
270 packets a second, and sound is 50. Who sends more is cut to this and hurts nobody else.
Time is told in from outside, so that a packet costs one comparison and one subtraction.
"""

PACKET = 500
"""What a packet costs beside its bytes: most of the work does not depend on its size."""

RATE = 1_500_000
"""Bytes per second and person, packets counted as above: about 880 large packets."""

BURST = 750_000

REPORT = 10
"""RTCP is read in full, byte by byte, and asks for work; it costs so many times more."""

CHECKS = 200
"""STUN requests a second that may name one person: each costs an HMAC."""

STRANGERS = 2000
"""STUN packets a second from all strangers together."""

FROM_ONE = 100
"""STUN packets a second from one unknown address."""


class Budget:
    """What one person may still send; `room` is in bytes and may be read and lowered freely."""

    __slots__ = ("checks", "refused", "room")

    def __init__(self) -> None:
        self.room: float = BURST
        self.checks: float = CHECKS
        self.refused = 0

    def pass_time(self, seconds: float) -> None:
        """Give room again."""
        self.room = min(BURST, self.room + RATE * seconds)
        self.checks = min(CHECKS, self.checks + CHECKS * seconds)

    def may_check(self) -> bool:
        """Whether one more STUN request may name this person now; it is counted."""
        if self.checks < 1:
            self.refused += 1
            return False
        self.checks -= 1
        return True


class Strangers:
    """What unknown addresses may still send. Remembers at most `STRANGERS` of them."""

    def __init__(self) -> None:
        self.refused = 0
        self._left: float = STRANGERS
        self._seen: dict[bytes, int] = {}
        self._second = 0.0

    def pass_time(self, seconds: float) -> None:
        """Give room again; once a second everybody is forgotten."""
        self._left = min(STRANGERS, self._left + STRANGERS * seconds)
        self._second += seconds
        if self._second >= 1:
            self._second = 0.0
            self._seen.clear()

    def may_speak(self, key: bytes) -> bool:
        """Whether the unknown address `key` may be listened to now; it is counted."""
        seen = self._seen.get(key, 0)
        if seen >= FROM_ONE or self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        self._seen[key] = seen + 1
        return True
