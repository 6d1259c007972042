"""What must be true of a room after every event, whatever happened before."""

from signaling.answers import Bye, Captioned, Done, Elsewhere, Refused, State, Tick, Welcome
from signaling.effects import (
    CloseRoom,
    Effect,
    Follow,
    HangUp,
    Note,
    NoteKind,
    OpenMedia,
    Seat,
    StartRecording,
    Tell,
)
from signaling.messages import MemberStatus, Phase, RecordingState
from signaling.roles import DESK, Power, may
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
    _desks_see_the_queue(room)
    _nothing_after_the_goodbye(effects)
    _stopped_means_stopped(room, effects)
    _the_clock_runs_only_for_the_missing(room)
    _a_consultation_is_private(room, effects)
    _what_is_under_seal_stays_apart(room, effects)
    _a_device_that_stands_aside_gets_nothing(room, effects)
    _captions_go_where_the_sound_goes(room, effects)


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
    here = {each.code for each in room.state.inside}
    for each in room.state.members.values():
        assert each.connection == 0 or each.is_inside, each
    for viewer in room.state.inside:
        for seat in viewer.seated[1]:
            assert not (seat.audio or seat.video) or seat.member in here, seat


def _every_effect_names_someone_present(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, (Tell, OpenMedia, Follow, Seat)):
            assert effect.member in room.state.members, effect


def _nobody_at_the_door_reads_a_name(room: Room, effects: list[Effect]) -> None:
    outside = {each.code for each in room.state.members.values() if not each.is_inside}
    for effect in effects:
        if not isinstance(effect, Tell) or effect.member not in outside:
            continue
        message = effect.message
        assert isinstance(message, (Welcome, State, Tick, Elsewhere, Done, Refused, Bye)), effect
        text = message.model_dump_json()
        for each in room.state.members.values():
            if each.code != effect.member:
                assert f'"{each.badge.name}"' not in text
                assert f'"{each.code}"' not in text


def _live_means_proven_or_waived(room: Room, effects: list[Effect]) -> None:
    for effect in effects:
        if isinstance(effect, Note) and effect.kind in (NoteKind.BEGAN, NoteKind.RESUMED):
            recording = room.state.recording
            if effect.facts["is_waived"]:
                assert recording.state == RecordingState.WAIVED
                assert recording.waived_ground
            else:
                assert recording.state == RecordingState.ON
                needing = room.state.needing_proof
                # Somebody may fall silent in the very moment.
                assert needing or any(isinstance(each, Note) and each.kind == NoteKind.LOST for each in effects)
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
    assert room.state.failure is None
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


def _desks_see_the_queue(room: Room) -> None:
    queue = [each.code for each in room.state.waiting]
    for reader in room.state.members.values():
        if reader.link is None:
            continue
        assert reader.told is not None
        link, view = reader.told
        assert link == reader.link
        sees = reader.is_inside and may(reader.badge.role, Power.ADMIT)
        assert [each.member for each in view.waiting] == (queue if sees else [])
        present = [each.code for each in room.state.inside] if reader.is_inside else []
        assert [each.member for each in view.members] == present
        assert view.phase == room.state.phase


def _nothing_after_the_goodbye(effects: list[Effect]) -> None:
    closed = set[int]()
    for effect in effects:
        if isinstance(effect, Tell):
            assert effect.link not in closed, effect
        elif isinstance(effect, HangUp):
            assert effect.link not in closed, effect
            closed.add(effect.link)


def _stopped_means_stopped(room: Room, effects: list[Effect]) -> None:
    if room.state.phase != Phase.STOPPED:
        return
    assert room.state.stopped_ground is not None
    assert not room.state.recording.is_wanted
    assert not room.state.read_back
    assert not any(isinstance(each, (Follow, StartRecording)) for each in effects)
    for viewer in room.state.inside:
        for seat in viewer.seated[1]:
            guests = not {viewer.badge.role, room.state.members[seat.member].badge.role} & DESK
            assert not (guests and (seat.audio or seat.video)), seat


def _the_clock_runs_only_for_the_missing(room: Room) -> None:
    failure = room.state.failure
    if failure is None:
        return
    assert room.state.phase in (Phase.LIVE, Phase.PAUSED)
    assert any(each.status == MemberStatus.LOST for each in room.state.inside)


def _a_consultation_is_private(room: Room, effects: list[Effect]) -> None:
    one = room.state.consultation
    if one is None:
        return
    assert room.state.phase == Phase.LIVE
    away = set(one.inside)
    assert len(away) != 1, "a consultation of one"
    assert all(room.state.members[code].is_inside and room.state.members[code].may_speak for code in away)
    for viewer in room.state.inside:
        for seat in viewer.seated[1]:
            if seat.audio or seat.video:
                assert (viewer.code in away) == (seat.member in away), seat
    for effect in effects:
        match effect:
            case Tell(member, _, Tick(speaking=str(speaker))):
                assert (member in away) == (speaker in away), effect
            case Follow(member, _):
                assert not (one.rule == "unrecorded" and member in away), effect
            case Tell(member, _, State(consultation=view)) if view is not None and view.you == "outside":
                assert view.ground is None or may(room.state.members[member].badge.role, Power.CONSULT), effect
            case _:
                pass


def _what_is_under_seal_stays_apart(room: Room, effects: list[Effect]) -> None:
    """No sealed second in an ordinary playable file: none is open then, and none for a while afterwards."""
    state = room.state
    followed = [each for each in state.members.values() if each.followed]
    open_seats = [
        (viewer, state.members[seat.member])
        for viewer in state.inside
        for seat in viewer.seated[1]
        if seat.audio or seat.video
    ]
    if state.hushed_until is not None:
        assert not followed, "recorded while what was said aside may still arrive"
        assert not open_seats, "heard while what was said aside may still arrive"
        return
    one = state.consultation
    is_sealed = one is not None and one.rule == "sealed" and bool(one.inside)
    assert all(each.under_seal == is_sealed for each in followed), "a file on the wrong side of the seal"
    for effect in effects:
        assert not isinstance(effect, Follow) or effect.under_seal == is_sealed, effect
    if one is None or not is_sealed:
        return
    for viewer, member in open_seats:
        assert member.is_proven, "heard before it is proven to be under seal"
        assert {viewer.code, member.code} <= one.untapped or viewer.code not in one.inside
        assert viewer.code not in one.inside or all(each in one.untapped for each in one.asked)


def _a_device_that_stands_aside_gets_nothing(room: Room, effects: list[Effect]) -> None:
    members = room.state.members
    aside = {each.parked.link for each in members.values() if each.parked}
    assert not aside & {each.link for each in members.values()}, "aside and in the room at once"
    for effect in effects:
        match effect:
            case Tell(_, link, message):
                assert (link in aside) == isinstance(message, Elsewhere), effect
            case Note(kind=NoteKind.DEVICE_CHANGED, member=str(code)):
                # Whoever holds the old device now: nothing is taken from it or sent to it any more.
                assert members[code].connection == 0, effect
            case _:
                pass
    doubled = {each.code for each in members.values() if each.link is not None and each.parked}
    for reader in members.values():
        if reader.told is None or reader.link is None:
            continue
        sees = reader.is_inside and may(reader.badge.role, Power.ADMIT)
        assert set(reader.told[1].doubled) == (doubled if sees else set())
        assert reader.told[1].you.doubled == (reader.code in doubled)


def _captions_go_where_the_sound_goes(room: Room, effects: list[Effect]) -> None:
    members, one = room.state.members, room.state.consultation
    away = set(one.inside) if one else set[str]()
    for effect in effects:
        if not isinstance(effect, Tell) or not isinstance(effect.message, Captioned):
            continue
        three = {effect.member, effect.message.member, effect.message.by}
        assert all(members[code].is_inside for code in three), effect
        assert may(members[effect.message.by].badge.role, Power.CAPTION), effect
        assert three <= away or not three & away, effect
        if room.state.phase == Phase.STOPPED:
            guests = [code for code in three if members[code].badge.role not in DESK]
            assert len(guests) < 2, effect
