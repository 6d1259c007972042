"""What follows from the check of devices, when the ward is to call back, and rooms for trying out. Pure."""

import hashlib
from datetime import timedelta
from enum import StrEnum

from server.incidents.rules_check import DeviceResult

PRACTICE = "THU-"
"""How the names of rooms for trying out begin: no reception's does, and nothing of them is kept."""
PRACTICE_OVER = frozenset({"lost", "left"})
"""Notes after which such a room is closed: the page that opened it is gone."""
PRACTICE_WRITTEN = frozenset({"segment_closed", "segment_broken", "ended"})
"""Notes after which whatever such a room wrote to prove that it can is dropped."""
PRACTICE_FOR = timedelta(minutes=5)
PRACTICES_AN_HOUR = 30
"""For one appointment: a room for trying out costs a worker as much as a small reception."""


class Call(StrEnum):
    """What a check does to a call that may be open."""

    OPEN = "open"
    CLOSE = "close"
    LEAVE = "leave"


def call_after(result: DeviceResult, *, is_open: bool, is_asked: bool) -> Call:
    """Return what becomes of the call: a failure opens one, a success closes one nobody asked for."""
    if result is DeviceResult.FAILED:
        return Call.LEAVE if is_open else Call.OPEN
    is_good = result in {DeviceResult.GOOD, DeviceResult.OK}
    return Call.CLOSE if is_good and is_open and not is_asked else Call.LEAVE


def browser_mark(guest_code: str, seed: str) -> str:
    """Return the mark by which a guest's link knows the browser that used it; the seed is not kept."""
    return hashlib.sha256(f"{guest_code} {seed}".encode()).hexdigest()


def is_practice(room: str) -> bool:
    """Whether this is a room for trying out."""
    return room.startswith(PRACTICE)
