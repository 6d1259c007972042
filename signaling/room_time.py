"""What time does to a room: silence becomes absence, and absence keeps its place."""

from datetime import datetime

from signaling.answers import Spoken, Tick
from signaling.effects import NoteKind
from signaling.events import SecondPassed
from signaling.messages import MemberStatus, Phase
from signaling.roles import Power, may
from signaling.room_door import come_back, expire
from signaling.room_seats import close_media
from signaling.room_state import (
    QUIET_FOR,
    SILENT_FOR,
    UNATTENDED_FOR,
    WAITING_FOR,
    Member,
    Turn,
)

_THERE = (MemberStatus.ADMITTED, MemberStatus.CONNECTED)


def hear_from(turn: Turn, member: Member) -> None:
    """A sign of life: somebody lost is back."""
    member.seen_at = turn.at
    if member.link is not None:
        member.attended_at = turn.at
    if member.status == MemberStatus.LOST and (member.connection or member.link is not None):
        come_back(turn, member)


def pass_second(turn: Turn, event: SecondPassed) -> None:
    """Take in a second of media, and let everybody's clock tick."""
    room = turn.room
    if event.durable_seconds > room.recording.durable_seconds:
        room.recording.grew_at = turn.at
    room.recording.durable_seconds = event.durable_seconds
    for code in sorted(event.heard):
        member = room.members.get(code)
        if member is not None and member.connection:
            hear_from(turn, member)
    for code, quality in event.links.items():
        if code in room.members:
            room.members[code].quality = quality
    for code, picture in event.pictures.items():
        if code in room.members:
            room.members[code].picture = picture
    speaker = room.members.get(event.speaking or "")
    is_apart = room.consultation is not None and event.speaking in room.consultation.inside
    if speaker is not None and room.phase == Phase.LIVE and not is_apart:
        speaker.spoken += 1
    spoken = tuple(Spoken(member=code, seconds=seconds) for code, seconds in room.spoken.items())
    at = turn.at.isoformat(timespec="milliseconds")
    for member in room.members.values():
        is_inside = member.is_inside
        # Who speaks behind a closed door is nobody's business outside.
        is_heard = is_inside and speaker is not None and room.may_meet(member, speaker)
        turn.tell(
            member,
            Tick(
                at=at,
                durable_seconds=event.durable_seconds if is_inside else 0.0,
                speaking=event.speaking if is_heard else None,
                picture=member.picture if member.connection else "full",
                spoken=spoken if is_inside and may(member.badge.role, Power.ADMIT) else (),
            ),
        )


def settle_absence(turn: Turn) -> None:
    """Count as lost whoever has been silent too long; give up places nobody came back to."""
    if turn.room.phase == Phase.ENDED:
        return
    for member in list(turn.room.members.values()):
        due = _absent_at(member)
        if due is None or due > turn.at:
            continue
        if member.status == MemberStatus.WAITING:
            expire(turn, member)
            continue
        if member.connection and member.link is None and _unattended_at(member) <= turn.at:
            close_media(turn, member)
        if member.status in _THERE:
            member.go("lose")
            member.lost_at = turn.at
            turn.note(NoteKind.LOST, member.code, media_only=False, role=member.badge.role.value)


def next_absence(turn_members: list[Member]) -> datetime | None:
    """When the next of these people counts as lost, if nothing is heard until then."""
    return min((due for each in turn_members if (due := _absent_at(each))), default=None)


def _absent_at(member: Member) -> datetime | None:
    match member.status:
        case MemberStatus.GONE:
            return None
        case MemberStatus.WAITING:
            return None if member.link is not None else member.attended_at + WAITING_FOR
        case MemberStatus.LOST:
            has_stray_media = member.connection and member.link is None
            return _unattended_at(member) if has_stray_media else None
        case MemberStatus.ADMITTED | MemberStatus.CONNECTED:
            is_sending = member.connection > 0 and member.is_sending
            silent_at = member.seen_at + (SILENT_FOR if is_sending else QUIET_FOR)
            if member.link is None and not member.connection:
                silent_at = member.seen_at + SILENT_FOR
            elif member.link is None:
                return min(silent_at, _unattended_at(member))
            return silent_at


def _unattended_at(member: Member) -> datetime:
    return member.attended_at + UNATTENDED_FOR
