"""The course of a reception: begin, pause, resume, read back, end.

A reception never begins, and never goes on after a pause, unless what is said is provably on
disk or the chair has waived the recording with a ground.
"""

from datetime import datetime

from signaling.effects import CloseRoom, HangUp, NoteKind
from signaling.messages import ByeCode, MemberStatus, Phase, RecordingState, RefusalCode, StopGround
from signaling.room_consultation import require_none
from signaling.room_devices import leave_aside
from signaling.room_door import written_ground
from signaling.room_flows import ROOM_FLOW, Refusal, step
from signaling.room_quorum import check_quorum
from signaling.room_recording import is_proven
from signaling.room_seats import close_media
from signaling.room_state import ABANDONED_FOR, Member, RoomState, Turn


def begin(turn: Turn, by: Member, ground: str) -> None:
    """Open the reception, or Refusal: not_acknowledged, recording_not_proven, lacking."""
    room = turn.room
    then = step(ROOM_FLOW, room.phase, "begin")
    if room.phase == then:
        return
    connected = [each for each in room.inside if each.status == MemberStatus.CONNECTED]
    if not all(each.acknowledged for each in connected):
        raise Refusal(RefusalCode.NOT_ACKNOWLEDGED)
    _require_recording(turn)
    quorum = check_quorum(room, ground)
    room.phase, room.began_at = then, turn.at
    turn.note(NoteKind.BEGAN, by=by.code, is_waived=_is_waived(turn), **quorum)


def pause(turn: Turn, by: Member, ground: str) -> None:
    """Interrupt the reception; the files are closed and proven anew afterwards."""
    room = turn.room
    ground = written_ground(ground)
    then = step(ROOM_FLOW, room.phase, "pause")
    if room.phase == then and room.resumed_by is None:
        return
    require_none(room)
    room.phase, room.resumed_by = then, None
    room.recording.go("pause")
    room.paused_ground = ground
    turn.note(NoteKind.PAUSED, by=by.code, ground=ground, spoken=room.spoken)


def resume(turn: Turn, by: Member) -> None:
    """Ask to go on. The reception is live again once the recording is proven again."""
    room = turn.room
    then = step(ROOM_FLOW, room.phase, "resume")
    if room.phase == then or room.resumed_by is not None:
        return
    if room.recording.state == RecordingState.OFF:
        raise Refusal(RefusalCode.RECORDING_NOT_PROVEN)
    if room.recording.state == RecordingState.PAUSED:
        room.recording.go("resume")
    room.resumed_by = by.code


def settle_resumption(turn: Turn) -> None:
    """Go live again when somebody asked for it and nothing stands in the way any more."""
    room = turn.room
    if room.phase != Phase.PAUSED or room.resumed_by is None:
        return
    if not room.recording.is_wanted and not _is_waived(turn):
        room.resumed_by = None
    elif _is_waived(turn) or is_proven(turn):
        room.phase = step(ROOM_FLOW, room.phase, "resume")
        turn.note(NoteKind.RESUMED, by=room.resumed_by, is_waived=_is_waived(turn))
        room.paused_ground, room.resumed_by = None, None


def read_back(turn: Turn, by: Member, *, on: bool) -> None:
    """Show the minutes to everybody, or put them away."""
    room = turn.room
    if room.phase == Phase.LOBBY:
        raise Refusal(RefusalCode.NOT_NOW)
    if on:
        require_none(room)
    if room.read_back != on:
        room.read_back = on
        kind = NoteKind.READ_BACK_SHOWN if on else NoteKind.READ_BACK_HIDDEN
        turn.note(kind, by=by.code)


def stop_here(turn: Turn, by: Member, ground: StopGround) -> None:
    """Stop for good because something came up that must not be dealt with here.

    Nothing is recorded, shown or resumed from here on; guests are heard by the desk alone, so
    that they can be told where to go. Who presses second finds the first one's ground.
    """
    room = turn.room
    then = step(ROOM_FLOW, room.phase, "stop_here")
    if room.phase == then:
        return
    room.phase, room.stopped_ground = then, ground
    room.read_back, room.resumed_by, room.paused_ground, room.floor = False, None, None, None
    room.recording.go("stop")
    has_begun = room.began_at is not None
    turn.note(NoteKind.STOPPED_HERE, by=by.code, ground=ground, has_begun=has_begun, spoken=room.spoken)


def end(turn: Turn, by: str | None, ground: str | None = None, outcome: str = "") -> None:
    """Close the reception for good; the room stays until the last file is closed."""
    room = turn.room
    then = step(ROOM_FLOW, room.phase, "end")
    if room.phase == then:
        return
    outcome = "stopped" if room.phase == Phase.STOPPED else outcome
    room.phase, room.ended_at, room.resumed_by = then, turn.at, None
    room.read_back = False
    room.recording.go("stop")
    turn.note(
        NoteKind.ENDED,
        by=by,
        ground=ground,
        has_begun=room.began_at is not None,
        outcome=outcome,
        spoken=room.spoken,
    )


def settle_abandonment(turn: Turn) -> None:
    """End a room that everybody forgot, so that no worker carries it for ever."""
    due = abandoned_at(turn.room)
    if due is not None and due <= turn.at:
        end(turn, None, "abandoned")


def abandoned_at(room: RoomState) -> datetime | None:
    """When the room counts as forgotten; None while somebody is there, or after its end."""
    people = room.members.values()
    is_busy = any(each.link is not None or each.connection for each in people)
    if room.phase == Phase.ENDED or is_busy or not people:
        return None
    return max(max(each.seen_at, each.attended_at) for each in people) + ABANDONED_FOR


def drain(turn: Turn) -> None:
    """The worker stops: the reception goes on elsewhere, or here after the restart."""
    room = turn.room
    if room.is_draining or room.phase == Phase.ENDED:
        return
    room.is_draining = True
    if room.recording.is_wanted and room.recording.state != RecordingState.INTERRUPTED:
        room.recording.go("interrupt")
        turn.note(NoteKind.RECORDING_INTERRUPTED, reason="moving")


def settle_departure(turn: Turn) -> None:
    """Send everybody home when it is over, and close once the recorder has finished."""
    room = turn.room
    is_over = room.phase == Phase.ENDED
    if not (is_over or room.is_draining) or room.is_closed:
        return
    code = ByeCode.ENDED if is_over else ByeCode.MOVING
    for member in room.members.values():
        if member.link is not None:
            turn.do(HangUp(member.code, member.link, code))
        leave_aside(turn, member, code)
        close_media(turn, member)
        member.offered = 0
        member.link, member.told = None, None
    if room.recording.machine == "idle":
        room.is_closed = True
        turn.do(CloseRoom(is_over=is_over))


def _require_recording(turn: Turn) -> None:
    if not _is_waived(turn) and not is_proven(turn):
        raise Refusal(RefusalCode.RECORDING_NOT_PROVEN)


def _is_waived(turn: Turn) -> bool:
    return turn.room.recording.state == RecordingState.WAIVED
