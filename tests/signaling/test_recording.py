"""Recording: proof before the beginning, interruption and return, pause, waiver, the last file."""

from signaling.effects import Follow, HangUp, NoteKind, StartRecording, StopRecording, Unfollow
from signaling.events import (
    FileBroken,
    FileClosed,
    FileOpened,
    FileProven,
    OfficeClosed,
    RecorderFailed,
    RecorderStopped,
    Restored,
)
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    Begin,
    End,
    Media,
    Pause,
    Phase,
    RecordingStart,
    RecordingState,
    RecordingStop,
    RecordingWaive,
    RefusalCode,
    Resume,
)
from signaling.room import Room
from tests.playbook import BINH, HANH, LAN, MINH, TU, VY, Playbook

HEARD = frozenset({"hanh", "lan", "minh", "tu"})


def a_room(*, proves: bool = True) -> Playbook:
    """Chair and citizen inside, connected, acknowledged."""
    play = Playbook(proves_at_once=proves)
    play.enter(HANH)
    play.enter(LAN)
    return play


def state(play: Playbook) -> RecordingState:
    return play.view(HANH).recording.state


def test_nothing_begins_without_proof() -> None:
    play = a_room(proves=False)
    play.say(HANH, Begin(ground="một mình"))
    assert play.refusals(HANH) == [RefusalCode.RECORDING_NOT_PROVEN]
    play.say(HANH, RecordingStart())
    assert len(play.asked(StartRecording)) == 1
    assert [each.member for each in play.asked(Follow)] == ["hanh", "lan"]
    assert state(play) == RecordingState.STARTING
    play.happen(FileProven("hanh", 1, 900))
    play.say(HANH, Begin(ground="một mình"))
    assert play.refusals(HANH) == [RefusalCode.RECORDING_NOT_PROVEN]
    play.happen(FileProven("lan", 1, 900))
    assert (NoteKind.RECORDING_PROVEN, "lan") in play.noted()
    assert state(play) == RecordingState.ON
    assert play.view(HANH).recording.proven
    play.say(HANH, Begin(id="b", ground="một mình"))
    assert play.view(HANH).phase == Phase.LIVE
    play.say(HANH, Begin(id="b", ground="một mình"))
    assert play.refusals(HANH) == []
    assert play.noted() == []


def test_f33_nothing_begins_unacknowledged_and_who_comes_later_acknowledges_too() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.arrive(MINH)
    play.say(HANH, Admit(member="minh"))
    play.connect(MINH)
    assert [each.member for each in play.asked(Follow)] == []
    play.say(HANH, Begin(ground="một mình"))
    assert play.refusals(HANH) == [RefusalCode.NOT_ACKNOWLEDGED]
    assert play.seats_of(LAN)["minh"] == (False, False)
    play.say(MINH, AcknowledgeRecording())
    assert [each.member for each in play.asked(Follow)] == ["minh"]
    assert play.seats_of(LAN)["minh"] == (True, True)
    play.say(HANH, Begin(ground="một mình"))
    assert play.refusals(HANH) == []
    play.arrive(VY)
    play.say(HANH, Admit(member="vy"))
    play.connect(VY)
    assert not play.view(VY).you.acknowledged
    assert [each.member for each in play.asked(Follow)] == []
    assert play.seats_of(LAN)["vy"] == (False, False)
    play.say(VY, AcknowledgeRecording())
    assert [each.member for each in play.asked(Follow)] == ["vy"]


def test_who_sends_nothing_needs_no_proof() -> None:
    play = a_room(proves=False)
    play.enter(BINH)
    play.say(LAN, Media(mic=False, camera=False))
    play.say(HANH, RecordingStart())
    play.happen(FileProven("hanh", 1, 900))
    assert play.view(HANH).recording.proven


def test_an_empty_room_is_not_proven() -> None:
    play = Playbook()
    play.arrive(HANH)
    play.say(HANH, AcknowledgeRecording())
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    assert play.refusals(HANH) == [RefusalCode.RECORDING_NOT_PROVEN]


def test_only_the_chair_waives_and_says_why() -> None:
    play = a_room()
    play.enter(TU)
    play.say(TU, RecordingWaive(ground="Máy hỏng"))
    assert play.refusals(TU) == [RefusalCode.NO_POWER]
    play.say(HANH, RecordingWaive(ground=" "))
    assert play.refusals(HANH) == [RefusalCode.GROUND_NEEDED]
    play.say(HANH, RecordingWaive(ground="Máy hỏng"))
    assert play.view(LAN).recording.waived_ground == "Máy hỏng"
    play.say(HANH, Begin(ground="một mình"))
    assert play.view(HANH).phase == Phase.LIVE


def test_a_broken_file_is_told_and_tried_again() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    play.happen(FileBroken("lan", "disk_full"))
    assert play.noted() == [
        (NoteKind.SEGMENT_BROKEN, "lan"),
        (NoteKind.RECORDING_INTERRUPTED, "lan"),
    ]
    assert state(play) == RecordingState.INTERRUPTED
    assert play.view(HANH).phase == Phase.LIVE
    play.wait(2, heard=HEARD)
    assert [each.member for each in play.asked(Follow)] == ["lan"]
    assert (NoteKind.RECORDING_RESUMED, None) in play.noted()
    assert state(play) == RecordingState.ON


def test_proof_that_does_not_come_is_an_interruption() -> None:
    play = a_room(proves=False)
    play.say(HANH, RecordingStart())
    play.wait(9, heard=HEARD)
    assert state(play) == RecordingState.STARTING
    play.wait(1, heard=HEARD)
    assert state(play) == RecordingState.INTERRUPTED


def test_a_recorder_that_does_not_start_is_started_again() -> None:
    play = a_room(proves=False)
    play.say(HANH, RecordingStart())
    play.happen(RecorderFailed("not_started"))
    assert state(play) == RecordingState.INTERRUPTED
    play.proves_at_once = True
    play.wait(2, heard=HEARD)
    assert len(play.asked(StartRecording)) == 1
    assert state(play) == RecordingState.ON


def test_a_new_connection_is_proven_anew() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.proves_at_once = False
    play.connect(LAN)
    assert [type(each) for each in play.last if isinstance(each, (Follow, Unfollow))] == [
        Unfollow,
        Follow,
    ]
    assert not play.view(HANH).recording.proven
    play.happen(FileProven("lan", 1, 900))
    assert not play.view(HANH).recording.proven, "the file of the old connection"
    play.happen(FileProven("lan", 2, 900))
    assert play.view(HANH).recording.proven


def test_a_late_proof_of_the_old_file_does_not_last() -> None:
    play = a_room()
    play.proves_at_once = False
    play.say(HANH, RecordingStart())
    play.happen(FileProven("hanh", 1, 900))
    play.happen(FileOpened("lan", 7))
    play.happen(FileProven("lan", 7, 900))
    assert play.view(HANH).recording.proven
    play.happen(FileClosed("lan", 7, {"segment": 7}))
    assert not play.view(HANH).recording.proven


def test_a_pause_closes_the_files_and_resuming_proves_them_anew() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    play.say(HANH, Pause(ground="Hội ý"))
    assert [each.member for each in play.asked(Unfollow)] == ["hanh", "lan"]
    assert play.view(LAN).paused_ground == "Hội ý"
    assert state(play) == RecordingState.PAUSED
    play.proves_at_once = False
    play.say(HANH, Resume(id="1"))
    assert play.view(HANH).phase == Phase.PAUSED
    assert state(play) == RecordingState.STARTING
    play.say(HANH, Resume(id="2"))
    assert play.refusals(HANH) == []
    play.happen(FileProven("hanh", 2, 900))
    play.happen(FileProven("lan", 2, 900))
    assert (NoteKind.RESUMED, None) in play.noted()
    assert play.view(HANH).phase == Phase.LIVE
    assert play.view(HANH).paused_ground is None


def test_a_stopped_recording_does_not_let_a_pause_end() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    play.say(HANH, RecordingStop(ground="Theo yêu cầu của công dân"))
    assert len(play.asked(StopRecording)) == 1
    play.say(HANH, Pause(ground="Hội ý"))
    play.say(HANH, Resume())
    assert play.refusals(HANH) == [RefusalCode.RECORDING_NOT_PROVEN]
    play.say(HANH, RecordingStart())
    assert state(play) == RecordingState.PAUSED
    play.say(HANH, Resume())
    assert play.view(HANH).phase == Phase.LIVE


def test_the_room_stays_until_the_last_file_is_closed() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.room.handle(OfficeClosed("Hết giờ"), play.at)
    assert not play.room.state.is_closed
    play.happen(FileClosed("lan", 1, {"segment": 1}))
    assert play.noted() == [(NoteKind.SEGMENT_CLOSED, "lan")]
    play.happen(RecorderStopped())
    [closed] = play.closed_room()
    assert closed.is_over


def test_seconds_on_disk_survive_the_recorder_and_the_worker() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    length = {"started_at": "2026-07-20T01:00:00Z", "ended_at": "2026-07-20T01:00:42.500Z"}
    play.happen(FileClosed("lan", 1, {"segment": 1, **length}))
    assert play.room.state.recording.saved_seconds == {}, "the recorder still counts them"
    play.say(HANH, RecordingStop(ground="Tạm dừng"))
    assert play.room.state.recording.saved_seconds == {"lan": 42.5}
    again = Room.from_notes("P-1", play.notes())
    again.handle(Restored(), play.at)
    assert again.state.recording.saved_seconds == {"lan": 42.5}


def test_ended_means_ended() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    play.say(HANH, End())
    assert {each.member for each in play.asked(HangUp)} == {"hanh", "lan"}
    assert play.view(LAN).phase == Phase.ENDED
    assert play.view(LAN).ended_at is not None
    play.arrive(LAN)
    assert play.goodbyes(LAN)[0].code == "ended"
    assert play.noted() == []
