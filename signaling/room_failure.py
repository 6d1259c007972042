"""Somebody who is needed is away: a clock, its four steps, and what the desk decides.

Short losses are nobody's business; from the first step on, each is on record, so that the
minutes can say how long was waited and what was done. The room never decides by itself.
"""

from datetime import datetime, timedelta

from signaling.effects import NoteKind
from signaling.messages import Choice, MemberStatus, Phase, RefusalCode
from signaling.roles import NEEDED
from signaling.room_course import end
from signaling.room_door import written_ground
from signaling.room_flows import Refusal
from signaling.room_state import Failure, Member, RoomState, Turn

RUNGS = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10))
"""Reconnect and wait; offer sound alone; telephone; decide."""

_RUNNING = (Phase.LIVE, Phase.PAUSED)
_ENDS = {"adjourn": "adjourned", "paper": "paper"}


def missing(room: RoomState) -> list[Member]:
    """Those inside who are needed and away."""
    return [each for each in room.inside if each.status == MemberStatus.LOST and each.badge.role in NEEDED]


def settle_failure(turn: Turn) -> None:
    """Start the clock, let its steps pass, stop it."""
    room = turn.room
    away = missing(room) if room.phase in _RUNNING else []
    if not away:
        _be_over(turn)
        return
    if room.failure is None:
        room.failure = Failure(min(each.lost_at or turn.at for each in away))
    while (due := next_rung(room)) is not None and due <= turn.at:
        seconds = int(RUNGS[room.failure.rung].total_seconds())
        room.failure.rung += 1
        names = [each.code for each in away]
        since = room.failure.since.isoformat()
        turn.note(NoteKind.FAILURE_RUNG, rung=room.failure.rung, seconds=seconds, missing=names, since=since)


def next_rung(room: RoomState) -> datetime | None:
    """When the next step is due; None: no clock runs, or it has run out."""
    failure = room.failure
    if failure is None or failure.rung >= len(RUNGS) or failure.choice == "go_on":
        return None
    return failure.since + RUNGS[failure.rung]


def choose(turn: Turn, by: Member, choice: Choice, ground: str) -> None:
    """Put on record what the desk does about it, and do it. Choosing the same twice is choosing once."""
    room = turn.room
    if room.failure is None:
        raise Refusal(RefusalCode.NOT_NOW)
    ground = written_ground(ground) if choice in _ENDS else ground.strip()
    if room.failure.choice == choice:
        return
    room.failure.choice = choice
    waited = int((turn.at - room.failure.since).total_seconds())
    turn.note(NoteKind.FAILURE_CHOICE, by=by.code, choice=choice, ground=ground, waited=waited)
    if choice == "sound_only":
        for member in missing(room):
            # They come back without pictures, and may ask for them when the line carries more.
            member.is_watching = False
    elif choice in _ENDS:
        end(turn, by.code, ground, _ENDS[choice])


def _be_over(turn: Turn) -> None:
    failure, turn.room.failure = turn.room.failure, None
    if failure is not None and (failure.rung or failure.choice):
        turn.note(NoteKind.FAILURE_OVER, rung=failure.rung, since=failure.since.isoformat())
