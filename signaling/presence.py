"""Who was in a room from when to when, read from its notes. Pure.

Here means let in and heard of: somebody lost is away until the note that they are back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

COMES = frozenset({"admitted", "connected", "returned"})
GOES = frozenset({"left", "removed", "sent_to_wait"})
KINDS = COMES | GOES | {"lost", "ended"}
"""The notes that presence is read from."""


class NoteLike(Protocol):
    """A note of the room, wherever it is kept."""

    @property
    def kind(self) -> str:
        """As in PROTOCOL.md."""

    @property
    def member(self) -> str | None:
        """Whom it is about."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """More of it."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of presence; `until` is None while it lasts."""

    came_at: datetime
    until: datetime | None


def stays(notes: Iterable[NoteLike]) -> dict[str, tuple[Stay, ...]]:
    """The stretches of every member, oldest first; they never overlap. Notes must be in order."""
    found: dict[str, list[Stay]] = {}
    here: dict[str, datetime] = {}

    def leave(member: str, at: datetime) -> None:
        came_at = here.pop(member, None)
        if came_at is not None:
            found.setdefault(member, []).append(Stay(came_at, at))

    for note in notes:
        if note.kind == "ended":
            for member in list(here):
                leave(member, note.at)
        elif note.member is None:
            continue
        elif note.kind in COMES:
            here.setdefault(note.member, note.at)
        elif note.kind in GOES or (note.kind == "lost" and not note.facts.get("media_only")):
            leave(note.member, note.at)
    for member, came_at in here.items():
        found.setdefault(member, []).append(Stay(came_at, None))
    return {member: tuple(each) for member, each in found.items()}
