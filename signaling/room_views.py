"""What each person may see of the room: full for those inside, nearly nothing at the door."""

from datetime import datetime

from signaling.answers import MemberView, PersonView, RecordingView, State, YouView
from signaling.messages import MemberStatus
from signaling.roles import Power, may
from signaling.room_recording import is_proven
from signaling.room_state import Member, Turn


def settle_views(turn: Turn) -> None:
    """Tell everybody whose picture of the room is out of date."""
    readers = [each for each in turn.room.members.values() if each.link is not None]
    if not readers:
        return
    members = tuple(_view(each) for each in turn.room.inside)
    waiting = tuple(_view(each) for each in turn.room.waiting)
    proven = is_proven(turn)
    for reader in readers:
        view = _state(turn, reader, members, waiting)
        if reader.is_inside:
            view = view.model_copy(update={"recording": view.recording.model_copy(update={"proven": proven})})
        if reader.link is None or reader.told == (reader.link, view):
            continue
        reader.told = (reader.link, view)
        turn.room.state_seq += 1
        turn.tell(reader, _stamp(turn, reader, view))


def _stamp(turn: Turn, reader: Member, view: State) -> State:
    # Seconds on disk grow all the time; they ride along but are no reason to speak.
    seconds = turn.room.recording.durable_seconds if reader.is_inside else 0.0
    recording = view.recording.model_copy(update={"durable_seconds": seconds})
    return view.model_copy(update={"seq": turn.room.state_seq, "recording": recording})


def _state(
    turn: Turn,
    reader: Member,
    members: tuple[MemberView, ...],
    waiting: tuple[MemberView, ...],
) -> State:
    room, is_inside = turn.room, reader.is_inside
    sees_queue = is_inside and may(reader.badge.role, Power.ADMIT)
    return State(
        seq=0,
        phase=room.phase,
        recording=RecordingView(
            state=room.recording.state,
            proven=False,
            durable_seconds=0.0,
            # A ground is free text and may name somebody.
            waived_ground=room.recording.waived_ground if is_inside else None,
            since=_text(room.recording.since),
        ),
        read_back=room.read_back and is_inside,
        began_at=_text(room.began_at),
        paused_ground=room.paused_ground if is_inside else None,
        ended_at=_text(room.ended_at),
        you=_you(turn, reader),
        members=members if is_inside else (),
        waiting=waiting if sees_queue else (),
    )


def _you(turn: Turn, reader: Member) -> YouView:
    queue = [each.code for each in turn.room.waiting]
    return YouView(
        member=reader.code,
        status=reader.status,
        acknowledged=reader.acknowledged,
        hand=reader.hand,
        mic=reader.mic,
        camera=reader.camera,
        screen=reader.screen,
        watching=reader.is_watching,
        muted_by=reader.muted_by,
        position=queue.index(reader.code) + 1 if reader.code in queue else None,
    )


def _view(member: Member) -> MemberView:
    badge = member.badge
    is_away = member.status == MemberStatus.LOST or (member.status == MemberStatus.WAITING and member.link is None)
    return MemberView(
        member=badge.member,
        name=badge.name,
        title=badge.title,
        role=badge.role,
        site=badge.site,
        people=tuple(PersonView(name=each.name, title=each.title) for each in badge.people),
        status=member.status,
        hand=member.hand,
        mic=member.mic,
        camera=member.camera,
        screen=member.screen,
        acknowledged=member.acknowledged,
        watching=member.is_watching and member.picture != "paused",
        link="lost" if is_away else member.quality,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
