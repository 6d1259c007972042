"""Who was present at a reception from when to when. Pure.

The law wants everybody needed there at once by sound and picture (domain.md 11), so the minutes
say it for each person: the stretches inside the reception, which never overlap, and what lay
between them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from signaling.presence import NoteLike, Stay, stays

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
