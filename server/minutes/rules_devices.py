"""What the minutes tell of devices: that somebody went on from another one, and of what kind the two were.

A browser describes itself at length (size of the screen, language, exact versions). A technician needs that for a
day; a paper that is kept for decades says no more than a stranger could have seen: a telephone, a computer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_KINDS = (
    ("iPad", "ipad"),
    ("iPhone", "iphone"),
    ("Android", "android_tablet"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("CrOS", "chromebook"),
    ("Linux", "linux"),
)
_PHONE = "Mobile"


@dataclass(frozen=True, slots=True)
class Switch:
    """Somebody went on from another device; `both`: the first was left open beside it."""

    member: str
    at: datetime
    before: str
    after: str
    both: bool


def kind_of(told: str) -> str:
    """Return what kind of device it is that describes itself so: a key below ``device_kind``."""
    kind = next((kind for word, kind in _KINDS if word in told), "unknown")
    return "android_phone" if kind == "android_tablet" and _PHONE in told else kind


def switches(
    notes: Iterable[tuple[str, datetime, Mapping[str, Any]]], began_at: datetime | None, ended_at: datetime | None
) -> tuple[Switch, ...]:
    """Return the changes of device within a reception, of (member, at, facts) in order."""
    return tuple(
        Switch(
            member,
            at,
            kind_of(str(facts.get("before") or "")),
            kind_of(str(facts.get("device") or "")),
            bool(facts.get("both")),
        )
        for member, at, facts in notes
        if began_at is not None and began_at <= at and (ended_at is None or at <= ended_at)
    )


def account(told: Iterable[Switch], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return them as the head keeps them."""
    return [
        {
            "who": names.get(one.member, one.member),
            "at": one.at.isoformat(),
            "before": one.before,
            "after": one.after,
            "both": one.both,
        }
        for one in told
    ]
