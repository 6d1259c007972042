"""The recording as the room sees it: asked for, followed, proven, interrupted, stopped.

What should be recorded is worked out anew after every event and compared with what is;
the difference becomes effects. So a person who comes back, a worker that was killed and a
recorder that failed all take the same road: the next segment, and proof again.
"""

from datetime import datetime

from signaling.effects import Follow, NoteKind, StartRecording, StopRecording, Unfollow
from signaling.events import FileBroken, FileClosed, FileOpened, FileProven, RecorderFailed
from signaling.messages import Phase, RecordingState
from signaling.room_door import written_ground
from signaling.room_state import PROOF_FOR, RETRY_FOR, Member, RoomState, Turn


def request(turn: Turn, by: Member) -> None:
    """Ask for a recording; during a pause it starts with the reception."""
    recording = turn.room.recording
    before = recording.state
    is_held = turn.room.phase == Phase.PAUSED and turn.room.resumed_by is None
    recording.go("hold" if is_held else "request")
    recording.waived_ground = None
    if before in (RecordingState.OFF, RecordingState.WAIVED):
        turn.note(NoteKind.RECORDING_REQUESTED, by=by.code)
    if before == RecordingState.INTERRUPTED:
        _allow_retry(turn)


def stop(turn: Turn, by: Member, ground: str) -> None:
    """Stop recording; the ground is kept."""
    ground = written_ground(ground)
    before = turn.room.recording.state
    turn.room.recording.go("stop")
    if before != turn.room.recording.state:
        turn.note(NoteKind.RECORDING_STOPPED, by=by.code, ground=ground)


def waive(turn: Turn, by: Member, ground: str) -> None:
    """Hold the reception without a recording; only the chair gets here."""
    ground = written_ground(ground)
    recording = turn.room.recording
    if recording.state == RecordingState.WAIVED and recording.waived_ground == ground:
        return
    recording.go("waive")
    recording.waived_ground = ground
    turn.note(NoteKind.RECORDING_WAIVED, by=by.code, ground=ground)


def opened(turn: Turn, event: FileOpened) -> None:
    """Note that a file was begun; one that is not of the kind that was asked for will prove nothing."""
    member = turn.room.members.get(event.member)
    if member is None or member.under_seal == event.under_seal:
        turn.room.recording.open_files.add((event.member, event.segment))
    turn.note(NoteKind.SEGMENT_OPENED, event.member, segment=event.segment, under_seal=event.under_seal)


def proven(turn: Turn, event: FileProven) -> None:
    """Believe that a person is being recorded, if the file is the present one."""
    member = turn.room.members.get(event.member)
    if member is None or not member.followed or member.is_proven:
        return
    if (event.member, event.segment) not in turn.room.recording.open_files:
        # The file of an earlier connection proves nothing about this one.
        return
    member.is_proven, member.proof_due_at = True, None
    member.proven_segment = event.segment
    turn.note(
        NoteKind.RECORDING_PROVEN,
        event.member,
        segment=event.segment,
        bytes=event.bytes,
        is_complete=is_proven(turn),
    )


def closed(turn: Turn, event: FileClosed) -> None:
    """Note that a file is complete."""
    turn.room.recording.open_files.discard((event.member, event.segment))
    turn.room.recording.count_closed(event.member, event.facts)
    turn.note(NoteKind.SEGMENT_CLOSED, event.member, **event.facts)
    member = turn.room.members.get(event.member)
    if member is not None and member.is_proven and member.proven_segment == event.segment:
        # What proved the present connection was the last of the one before.
        member.is_proven, member.proof_due_at = False, turn.at + PROOF_FOR


def broken(turn: Turn, event: FileBroken) -> None:
    """Note that writing failed, and try the next segment soon."""
    member = turn.room.members.get(event.member)
    turn.note(NoteKind.SEGMENT_BROKEN, event.member or None, reason=event.reason)
    if member is None or not member.followed:
        return
    if member.under_seal:
        # The recorder would try again by itself, under a seal that is about to be over.
        turn.do(Unfollow(event.member))
    member.followed, member.under_seal, member.is_proven, member.proof_due_at = 0, False, False, None
    member.follow_after = turn.at + RETRY_FOR
    _fail_seal(turn)
    _interrupt(turn, event.member, event.reason)


def stopped(turn: Turn) -> None:
    """The recorder is idle and may be started again."""
    turn.room.recording.machine = "idle"
    turn.room.recording.saved_seconds = dict(turn.room.recording.closed_seconds)
    _forget_files(turn)


def failed(turn: Turn, event: RecorderFailed) -> None:
    """The recorder is not running; try again soon."""
    recording = turn.room.recording
    recording.machine, recording.start_after = "idle", turn.at + RETRY_FOR
    _forget_files(turn)
    _fail_seal(turn)
    _interrupt(turn, None, event.reason)


def resume_after_restart(turn: Turn) -> None:
    """Nothing from before the restart is growing any more; say so and let it start anew."""
    turn.room.recording.machine = "idle"
    turn.room.recording.saved_seconds = dict(turn.room.recording.closed_seconds)
    _interrupt(turn, None, "restarted")
    for member in turn.room.members.values():
        if member.is_cut_off:
            # They were here when the worker fell; nobody else would say that they no longer are.
            member.is_cut_off = False
            turn.note(NoteKind.LOST, member.code, media_only=False, role=member.badge.role.value, reason="restarted")


def is_proven(turn: Turn) -> bool:
    """Whether everybody who can be heard or seen is safely on disk, and somebody is."""
    if not turn.room.recording.is_wanted:
        return False
    needing = turn.room.needing_proof
    return bool(needing) and all(each.is_proven for each in needing)


def settle_recording(turn: Turn) -> None:
    """Bring recorder, files and state to where they should be."""
    _settle_machine(turn)
    for member in turn.room.members.values():
        _settle_file(turn, member)
    overdue = [
        each for each in turn.room.needing_proof if each.proof_due_at is not None and each.proof_due_at <= turn.at
    ]
    if overdue:
        _fail_seal(turn)
        _interrupt(turn, overdue[0].code, "no_proof")
    elif is_proven(turn):
        _count_as_on(turn)


def next_attempt(room: RoomState) -> datetime | None:
    """When the recording wants to be looked at again; None: not before something happens."""
    recording = room.recording
    if not recording.is_wanted:
        return None
    if recording.machine == "idle":
        return recording.start_after
    dues = [each.follow_after for each in room.inside if _may_follow(room, each) and not each.followed]
    if recording.state != RecordingState.INTERRUPTED:
        dues += [each.proof_due_at for each in room.needing_proof]
    return min((due for due in dues if due is not None), default=None)


def _settle_machine(turn: Turn) -> None:
    recording = turn.room.recording
    is_over = turn.room.phase == Phase.ENDED or turn.room.is_draining
    is_held = recording.state == RecordingState.PAUSED
    if recording.machine == "running" and (is_over or not (recording.is_wanted or is_held)):
        recording.machine = "stopping"
        _forget_files(turn)
        turn.do(StopRecording())
    is_due = recording.start_after is None or recording.start_after <= turn.at
    if recording.machine == "idle" and recording.is_wanted and not is_over and is_due:
        recording.machine, recording.start_after = "running", None
        turn.do(StartRecording())


def _settle_file(turn: Turn, member: Member) -> None:
    recording = turn.room.recording
    is_running = recording.machine == "running" and recording.is_wanted
    wanted = member.connection if is_running and _may_follow(turn.room, member) else 0
    under_seal = wanted > 0 and turn.room.is_under_seal
    if (wanted, under_seal) == (member.followed, member.under_seal):
        return
    if wanted and member.follow_after is not None and member.follow_after > turn.at:
        return
    if member.followed and recording.machine == "running":
        turn.do(Unfollow(member.code))
    member.followed, member.under_seal = wanted, under_seal
    member.is_proven, member.follow_after = False, None
    member.proof_due_at = turn.at + PROOF_FOR if wanted else None
    if wanted:
        recording.open_files = {pair for pair in recording.open_files if pair[0] != member.code}
        turn.do(Follow(member.code, wanted, under_seal))


def _may_follow(room: RoomState, member: Member) -> bool:
    return member.is_recordable and not room.is_unrecorded(member)


def _count_as_on(turn: Turn) -> None:
    recording = turn.room.recording
    if recording.state == RecordingState.INTERRUPTED:
        turn.note(NoteKind.RECORDING_RESUMED)
    elif recording.state != RecordingState.STARTING:
        return
    recording.go("prove")
    recording.since = recording.since or turn.at


def _interrupt(turn: Turn, member: str | None, reason: str) -> None:
    recording = turn.room.recording
    if recording.is_wanted and recording.state != RecordingState.INTERRUPTED:
        recording.go("interrupt")
        turn.note(NoteKind.RECORDING_INTERRUPTED, member, reason=reason)


def _fail_seal(turn: Turn) -> None:
    if turn.room.consultation is not None and turn.room.is_under_seal:
        turn.room.consultation.has_failed = True


def _allow_retry(turn: Turn) -> None:
    turn.room.recording.start_after = None
    for member in turn.room.members.values():
        member.follow_after = None
        if member.proof_due_at is not None:
            member.proof_due_at = turn.at + PROOF_FOR


def _forget_files(turn: Turn) -> None:
    for member in turn.room.members.values():
        member.followed, member.under_seal, member.is_proven = 0, False, False
        member.proof_due_at = member.follow_after = None
