"""A room rebuilt from its notes after the worker was killed.

Everybody who was inside counts as lost and comes back by themselves; who waited still
waits; a recording that was wanted is wanted still. What notes do not hold (slots, raised
links, who sends what) comes back with the people.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from signaling.effects import Note, NoteKind
from signaling.messages import MemberStatus, Phase, RecordingState
from signaling.roles import RoomRole
from signaling.room_consultation import remember_consultation
from signaling.room_state import Failure, Member, RoomState
from signaling.tickets import Badge, Person


def remember(code: str, notes: Iterable[Note]) -> RoomState:
    """The room as its notes leave it. Notes must be in order; doubled ones do no harm."""
    room = RoomState(code)
    # Until `Restored`, nobody knows whether the old recorder left files to be closed.
    room.recording.machine = "stopping"
    room_at: datetime | None = None
    for note in notes:
        if note.seq <= room.note_seq:
            continue
        room.note_seq, room_at = note.seq, note.at
        if note.member is not None:
            _of_member(room, note, note.member)
        _of_recording(room, note)
        _of_course(room, note)
        _of_desk(room, note)
        remember_consultation(room, note)
    if room.phase == Phase.PAUSED and room.recording.is_wanted:
        # Interrupted while it was being proven again: the pause was not over yet.
        room.recording.state = RecordingState.PAUSED
    for member in room.inside:
        if member.status != MemberStatus.LOST:
            member.status, member.is_cut_off = MemberStatus.LOST, True
            member.lost_at = room_at
    return room


def _of_member(room: RoomState, note: Note, code: str) -> None:  # noqa: C901 - one line a kind
    if note.kind == NoteKind.ARRIVED:
        badge = _badge(code, note)
        member = room.members.setdefault(code, Member(badge, note.at, note.at))
        member.badge = badge
        return
    known = room.members.get(code)
    if known is None:
        return
    known.seen_at = known.attended_at = note.at
    match note.kind:
        case NoteKind.WAITING:
            known.status, known.waits_since = MemberStatus.WAITING, note.at
        case NoteKind.ADMITTED:
            known.status, known.was_admitted = MemberStatus.ADMITTED, True
            known.must_ask, known.waits_since = False, None
        case NoteKind.REMOVED:
            known.status, known.was_admitted, known.must_ask = MemberStatus.GONE, False, True
            known.waits_since = None
        case NoteKind.REFUSED | NoteKind.LEFT:
            known.status, known.waits_since = MemberStatus.GONE, None
        case NoteKind.ACKNOWLEDGED:
            known.acknowledged = True
        case NoteKind.CONNECTED:
            known.offered = max(known.offered, int(cast("int", note.facts["connection"])))
        case NoteKind.SEGMENT_OPENED:
            room.recording.open_files.add((code, int(cast("int", note.facts["segment"]))))
        case NoteKind.SEGMENT_CLOSED:
            segment = int(cast("int", note.facts["segment"]))
            room.recording.open_files.discard((code, segment))
            room.recording.count_closed(code, note.facts)
        case _:
            _of_stay(known, note)


def _of_stay(known: Member, note: Note) -> None:
    match note.kind:
        case NoteKind.SENT_TO_WAIT:
            known.status, known.was_admitted, known.must_ask = MemberStatus.WAITING, False, True
            known.waits_since = note.at
        case NoteKind.LOST if not note.facts.get("media_only"):
            known.status, known.lost_at = MemberStatus.LOST, note.at
        case NoteKind.RETURNED:
            known.status, known.lost_at = MemberStatus.ADMITTED, None
        case NoteKind.LINK_WITHDRAWN:
            known.was_admitted, known.must_ask = False, True
        case NoteKind.MUTED:
            known.is_locked = bool(note.facts.get("lock"))
        case NoteKind.FLOOR_GIVEN:
            known.is_locked = False
        case _:
            pass


def _of_recording(room: RoomState, note: Note) -> None:
    recording = room.recording
    match note.kind:
        case NoteKind.RECORDING_REQUESTED:
            is_held = room.phase == Phase.PAUSED
            recording.state = RecordingState.PAUSED if is_held else RecordingState.STARTING
            recording.waived_ground = None
        case NoteKind.RECORDING_PROVEN if recording.state == RecordingState.STARTING:
            recording.since = recording.since or note.at
        case NoteKind.RECORDING_INTERRUPTED:
            recording.state = RecordingState.INTERRUPTED
        case NoteKind.RECORDING_RESUMED:
            recording.state = RecordingState.ON
        case NoteKind.RECORDING_STOPPED:
            recording.state = RecordingState.OFF
        case NoteKind.RECORDING_WAIVED:
            recording.state = RecordingState.WAIVED
            recording.waived_ground = str(note.facts["ground"])
        case _:
            pass


def _of_course(room: RoomState, note: Note) -> None:
    recording = room.recording
    match note.kind:
        case NoteKind.BEGAN:
            room.phase, room.began_at = Phase.LIVE, note.at
        case NoteKind.PAUSED:
            room.phase, room.paused_ground = Phase.PAUSED, str(note.facts["ground"])
            if recording.is_wanted:
                recording.state = RecordingState.PAUSED
        case NoteKind.RESUMED:
            room.phase, room.paused_ground = Phase.LIVE, None
            if recording.state == RecordingState.PAUSED:
                recording.state = RecordingState.STARTING
        case NoteKind.READ_BACK_SHOWN | NoteKind.READ_BACK_HIDDEN:
            room.read_back = note.kind == NoteKind.READ_BACK_SHOWN
        case NoteKind.STOPPED_HERE:
            room.phase, room.stopped_ground = Phase.STOPPED, str(note.facts["ground"])
            room.read_back, room.paused_ground = False, None
            is_waived = recording.state == RecordingState.WAIVED
            recording.state = RecordingState.WAIVED if is_waived else RecordingState.OFF
        case NoteKind.ENDED:
            room.phase, room.ended_at = Phase.ENDED, note.at
            room.read_back = False
            is_waived = recording.state == RecordingState.WAIVED
            recording.state = RecordingState.WAIVED if is_waived else RecordingState.OFF
        case _:
            pass


def _of_desk(room: RoomState, note: Note) -> None:
    spoken = cast("dict[str, int]", note.facts.get("spoken") or {})
    for code, seconds in spoken.items():
        if code in room.members:
            room.members[code].spoken = seconds
    match note.kind:
        case NoteKind.FLOOR_GIVEN:
            room.floor = note.member
        case NoteKind.FLOOR_TAKEN | NoteKind.STOPPED_HERE:
            room.floor = None
        case NoteKind.LEFT | NoteKind.REMOVED | NoteKind.SENT_TO_WAIT if room.floor == note.member:
            room.floor = None
        case NoteKind.LINK_WITHDRAWN:
            room.withdrawn[str(note.member)] = datetime.fromisoformat(str(note.facts["since"]))
        case NoteKind.FAILURE_RUNG:
            since = datetime.fromisoformat(str(note.facts["since"]))
            choice = room.failure.choice if room.failure else None
            room.failure = Failure(since, int(cast("int", note.facts["rung"])), choice)
        case NoteKind.FAILURE_CHOICE:
            room.failure = room.failure or Failure(note.at)
            room.failure.choice = str(note.facts["choice"])
        case NoteKind.FAILURE_OVER:
            room.failure = None
        case _:
            pass


def _badge(code: str, note: Note) -> Badge:
    facts = note.facts
    people = cast("list[dict[str, Any]]", facts["people"])
    return Badge(
        code,
        str(facts["name"]),
        str(facts["title"]),
        RoomRole(str(facts["role"])),
        str(facts["site"]),
        tuple(Person(str(each["name"]), str(each["title"])) for each in people),
    )
