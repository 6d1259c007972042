"""Who was in a room from when to when, read from its notes. Pure.

Here means let in and heard of: somebody lost is away until the note that they are back. The law
wants everybody needed at a reception there at once by sound and picture (domain.md 11), so the
minutes say it for each person: the stretches inside the reception, and what lay between them.
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


Presence = Mapping[str, tuple[Stay, ...]]
"""Member → stretches, the oldest first."""


def presence(notes: Iterable[NoteLike], began_at: datetime | None, ended_at: datetime | None) -> Presence:
    """Return the stretches of every member between a reception's beginning and its end.

    Notes must be in the order of the room. A stretch without an end lasts still. Before the
    beginning nothing counts, nor does who was let in and gone again by then.
    """
    if began_at is None:
        return {}
    found = {member: within(each, began_at, ended_at) for member, each in stays(notes).items()}
    return {member: each for member, each in found.items() if each}


def within(told: Iterable[Stay], began_at: datetime, ended_at: datetime | None) -> tuple[Stay, ...]:
    """Return stretches cut to a reception, those that touch made one. Clocks that were set back make no overlap."""
    found: list[Stay] = []
    reached = began_at
    for each in told:
        came_at = max(each.came_at, reached)
        until = each.until if ended_at is None else min(each.until or ended_at, ended_at)
        if until is not None and until <= came_at:
            continue
        if found and found[-1].until == came_at:
            came_at = found.pop().came_at
        found.append(Stay(came_at, until))
        if until is None:
            break
        reached = until
    return tuple(found)
