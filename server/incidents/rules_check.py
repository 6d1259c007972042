"""What the check of a device, or of a ward's room, may say. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
