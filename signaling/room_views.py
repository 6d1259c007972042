"""What each person may see of the room: full for those inside, nearly nothing at the door."""

from datetime import datetime
from typing import Literal

from signaling.answers import (
    ConsultationView,
    FailureView,
    InvitationView,
    MemberView,
    PersonView,
    RecordingView,
    State,
    YouView,
)
from signaling.consultation import Consultation, InvitationState
from signaling.messages import MemberStatus, Phase
from signaling.roles import Power, may
from signaling.room_failure import missing
from signaling.room_quorum import lacking
from signaling.room_recording import is_proven
from signaling.room_state import Member, RoomState, Turn


def settle_views(turn: Turn) -> None:
    """Tell everybody whose picture of the room is out of date."""
    marks = _marks(turn)
    readers = [each for each in turn.room.members.values() if each.link is not None and _may_be_stale(each, marks)]
    if not readers:
        return
    members = tuple(_view(each) for each in turn.room.inside)
    waiting = tuple(_view(each) for each in turn.room.waiting)
    for reader in readers:
        view = _state(turn, reader, members, waiting)
        reader.told_of = marks
        if reader.link is None or reader.told == (reader.link, view):
            continue
        reader.told = (reader.link, view)
        turn.room.state_seq += 1
        turn.tell(reader, _stamp(turn, reader, view))


def view_of(turn: Turn, reader: Member) -> State:
    """What `reader` should know now, without number and seconds."""
    members = tuple(_view(each) for each in turn.room.inside)
    return _state(turn, reader, members, tuple(_view(each) for each in turn.room.waiting))


def _may_be_stale(reader: Member, marks: tuple[object, ...]) -> bool:
    return reader.told is None or reader.told[0] != reader.link or reader.told_of != marks


def _marks(turn: Turn) -> tuple[object, ...]:
    """Everything that views are made of. Cheap to compare: most seconds change nothing of it."""
    room, recording, failure = turn.room, turn.room.recording, turn.room.failure
    return (
        (room.phase, room.read_back, room.began_at, room.paused_ground, room.stopped_ground, room.ended_at, room.floor),
        (recording.state, recording.waived_ground, recording.since, is_proven(turn)),
        (failure.since, failure.rung, failure.choice) if failure else None,
        _consultation_marks(room),
        [
            (
                (each.badge, each.status, each.link is None, each.quality, each.acknowledged, each.waits_since),
                (each.hand, each.hand_at, each.mic, each.camera, each.screen, each.is_locked, each.muted_by),
                (each.is_watching, each.picture, each.is_on_two_devices),
            )
            for each in room.members.values()
        ],
    )


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
            proven=is_proven(turn) and is_inside,
            durable_seconds=0.0,
            # A ground is free text and may name somebody.
            waived_ground=room.recording.waived_ground if is_inside else None,
            since=_text(room.recording.since),
        ),
        read_back=room.read_back and is_inside,
        began_at=_text(room.began_at),
        paused_ground=room.paused_ground if is_inside else None,
        stopped_ground=room.stopped_ground if is_inside and may(reader.badge.role, Power.STOP_HERE) else None,
        ended_at=_text(room.ended_at),
        floor=room.floor if is_inside else None,
        hands=_hands(turn) if is_inside else (),
        failure=_failure(turn) if is_inside else None,
        lacking=_lacking(room, reader),
        consultation=_consultation(room, reader) if is_inside else None,
        you=_you(turn, reader),
        members=members if is_inside else (),
        waiting=waiting if sees_queue else (),
        doubled=_doubled(room) if sees_queue else (),
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
        locked=reader.is_locked,
        muted_by=reader.muted_by,
        doubled=reader.is_on_two_devices,
        position=queue.index(reader.code) + 1 if reader.code in queue else None,
    )


def _doubled(room: RoomState) -> tuple[str, ...]:
    """Who is here or waits with two devices."""
    is_seen = (each for each in room.members.values() if each.status != MemberStatus.GONE)
    return tuple(each.code for each in is_seen if each.is_on_two_devices)


def _hands(turn: Turn) -> tuple[str, ...]:
    """Raised hands, first raised first."""
    up = [(each.hand_at, each.code) for each in turn.room.inside if each.hand and each.hand_at is not None]
    return tuple(code for _, code in sorted(up))


def _failure(turn: Turn) -> FailureView | None:
    failure = turn.room.failure
    if failure is None:
        return None
    since = failure.since.isoformat(timespec="milliseconds")
    names = tuple(each.code for each in missing(turn.room))
    return FailureView(since=since, rung=failure.rung, missing=names, choice=failure.choice)


def _lacking(room: RoomState, reader: Member) -> tuple[str, ...]:
    asks = room.phase == Phase.LOBBY and reader.is_inside and may(reader.badge.role, Power.BEGIN)
    return lacking(room) if asks else ()


def _consultation_marks(room: RoomState) -> object:
    one = room.consultation
    if one is None:
        return None
    asked = [(code, each.state, each.until) for code, each in one.invitations.items()]
    ready = [code for code in one.inside if room.is_heard_aside(room.members[code])]
    return (one.host, one.rule, one.ground, one.state, one.since, list(one.inside), ready, asked)


def _consultation(room: RoomState, reader: Member) -> ConsultationView | None:
    """Those outside learn that there is one, and who is away; the others what concerns them."""
    one = room.consultation
    if one is None:
        return None
    you = _place_of(one, reader.code)
    leads = may(reader.badge.role, Power.CONSULT)
    if you == "outside" and not leads and not one.is_held:
        return None
    is_let_know = leads or you != "outside"
    return ConsultationView(
        host=one.host,
        rule=one.rule,
        ground=one.ground if is_let_know else None,
        since=_text(one.since),
        members=tuple(one.inside),
        invitations=tuple(
            InvitationView(member=code, state=each.state.value, until=each.until.isoformat(timespec="milliseconds"))
            for code, each in one.invitations.items()
            if leads or you == "inside" or code == reader.code
        ),
        you=you,
        ready=you == "inside" and room.is_heard_aside(reader),
    )


def _place_of(one: Consultation, code: str) -> Literal["outside", "invited", "accepted", "inside"]:
    if code in one.inside:
        return "inside"
    asked = one.invitations.get(code)
    if asked is None or not asked.is_open:
        return "outside"
    return "accepted" if asked.state == InvitationState.ACCEPTED else "invited"


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
        locked=member.is_locked,
        link="lost" if is_away else member.quality,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds") if moment else None
