"""What must be true of a room after every event, whatever happened before."""

from signaling.answers import State
from signaling.effects import (
    CloseRoom,
    Effect,
    Follow,
    Note,
    NoteKind,
    OpenMedia,
    Seat,
    StartRecording,
    Tell,
)
from signaling.messages import MemberStatus, Phase, RecordingState
from signaling.room import Room


def check_truths(room: Room, effects: list[Effect]) -> None:
    """Fail unless the room after `effects` keeps every promise."""
    _nobody_unadmitted_gets_or_gives_media(room, effects)
    _every_effect_names_someone_present(room, effects)
    _nobody_at_the_door_reads_a_name(room, effects)
    _live_means_proven_or_waived(room, effects)
    _only_who_acknowledged_is_recorded(room, effects)
    _whoever_is_heard_is_recorded(room)
    _ended_means_ended(room, effects)
    _notes_count_without_gaps(room, effects)
    _seats_are_sound(room)


def _nobody_unadmitted_gets_or_gives_media(room: Room, effects: list[Effect]) -> None:
    inside = {each.code for each in room.state.members.values() if each.was_admitted}
    for effect in effects:
        match effect:
            case OpenMedia(member, _, _) | Follow(member, _):
                assert member in inside, effect
            case Seat(member, _, seats):
                assert member in inside, effect
                assert {each.member for each in seats} <= inside, effect
            case _:
                pass
    for each in room.state.members.values():
        assert each.connection == 0 or each.is_inside, each


def _every_effect_names_someone_present(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, (Tell, OpenMedia, Follow, Seat)):
            assert effect.member in room.state.members, effect


def _nobody_at_the_door_reads_a_name(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, Tell) and isinstance(effect.message, State):
            state = effect.message
            if state.you.status == MemberStatus.WAITING:
                assert state.members == ()
                assert state.waiting == ()
                others = {each.badge.name for each in room.state.members.values()} - {
                    room.state.members[effect.member].badge.name
                }
                text = state.model_dump_json()
                assert not any(f'"{name}"' in text for name in others)


def _live_means_proven_or_waived(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, Note) and effect.kind in (NoteKind.BEGAN, NoteKind.RESUMED):
            recording = room.state.recording
            if effect.facts["is_waived"]:
                assert recording.state == RecordingState.WAIVED
                assert recording.waived_ground
            else:
                assert recording.state == RecordingState.ON
                needing = [each for each in room.state.inside if each.needs_proof]
                assert needing
                assert all(each.is_proven and each.acknowledged for each in needing)


def _only_who_acknowledged_is_recorded(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, StartRecording):
            assert room.state.recording.is_wanted
        if isinstance(effect, Follow):
            member = room.state.members[effect.member]
            assert member.acknowledged
            assert room.state.recording.machine == "running"


def _whoever_is_heard_is_recorded(room: Room) -> None:
    if not room.state.recording.is_wanted:
        return
    for viewer in room.state.inside:
        for seat in viewer.seated[1]:
            if seat.audio or seat.video:
                assert room.state.members[seat.member].acknowledged, seat


def _ended_means_ended(room: Room, effects: list[Effect]) -> None:
    if room.state.phase != Phase.ENDED:
        return
    assert room.state.ended_at is not None
    assert all(each.link is None and each.connection == 0 for each in room.state.members.values())
    assert not any(isinstance(each, (OpenMedia, Follow, StartRecording)) for each in effects)
    assert room.state.recording.state in (RecordingState.OFF, RecordingState.WAIVED)
    for effect in effects:
        if isinstance(effect, CloseRoom):
            assert room.state.recording.machine == "idle"


def _notes_count_without_gaps(room: Room, effects: list[Effect]) -> None:
    notes = [each for each in effects if isinstance(each, Note)]
    first = room.state.note_seq - len(notes) + 1
    assert [each.seq for each in notes] == list(range(first, room.state.note_seq + 1))


def _seats_are_sound(room: Room) -> None:
    for viewer in room.state.inside:
        slots = [each.slot for each in viewer.seated[1]]
        assert len(set(slots)) == len(slots) <= 7
        assert viewer.code not in {each.member for each in viewer.seated[1]}
