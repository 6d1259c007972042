"""What the check of devices may say, and when the ward is to call back. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from server.errors import BadForm, FieldError


class DeviceResult(StrEnum):
    """All steps as one word."""

    GOOD = "good"
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


STEPS = (
    "browser", "permission", "mic", "camera", "speaker", "line",
    "socket", "media", "again", "relay", "bandwidth", "recording",
)  # fmt: skip
"""First what a person tries out, then what is measured behind it; the last one only in a ward's drill."""
STATES = frozenset({"ok", "warn", "fail", "run", "none"})

PRACTICE = "THU-"
"""How the names of rooms for trying out begin: no reception's does, and nothing of them is kept."""
PRACTICE_OVER = frozenset({"lost", "left"})
"""Notes after which such a room is closed: the page that opened it is gone."""
PRACTICE_WRITTEN = frozenset({"segment_closed", "segment_broken", "ended"})
"""Notes after which whatever such a room wrote to prove that it can is dropped."""
PRACTICE_FOR = timedelta(minutes=5)
PRACTICES_AN_HOUR = 30
"""For one appointment: a room for trying out costs a worker as much as a small reception."""

_FINDING = re.compile(r"([a-z]{2,4})\.([a-z_]{1,40})")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: ``steps`` is step → ``state.code``."""

    result: DeviceResult
    steps: Mapping[str, str]
    device: str = ""


def finding(sent: Mapping[str, object]) -> Finding:
    """Read what the page sent. Raises BadForm for what no page of ours sends."""
    result, steps, device = sent.get("result", ""), sent.get("steps", {}), sent.get("device", "")
    if not isinstance(result, str) or result not in set(DeviceResult):
        raise BadForm({"result": FieldError("choice")})
    if not isinstance(steps, dict) or not isinstance(device, str) or not all(_is_step(*each) for each in steps.items()):
        raise BadForm({"steps": FieldError("choice")})
    return Finding(DeviceResult(result), {name: steps[name] for name in STEPS if name in steps}, device[:_LONGEST])


def _is_step(name: object, value: object) -> bool:
    found = _FINDING.fullmatch(value) if isinstance(value, str) else None
    return name in STEPS and found is not None and found[1] in STATES


def troubles(steps: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return (step, state) of what did not go well, what failed first."""
    found = [(name, steps[name].partition(".")[0]) for name in STEPS if name in steps]
    return tuple(each for state in ("fail", "warn") for each in found if each[1] == state)


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
