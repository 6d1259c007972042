"""Lines break: the place is kept, the way back is short, and old news is ignored."""

from datetime import timedelta

from signaling.answers import Refused, Slots, Welcome
from signaling.effects import Note, NoteKind, OpenMedia
from signaling.events import Draining, MediaAnswered, MediaDown, MediaUp, Restored, Said, TimePassed
from signaling.messages import (
    Begin,
    ByeCode,
    Leave,
    MemberStatus,
    Offer,
    Phase,
    Ping,
    RecordingStart,
    RecordingState,
    RefusalCode,
)
from signaling.room import Room
from tests.playbook import HANH, LAN, MINH, Playbook

BOTH = frozenset({"hanh", "lan"})


def a_room() -> Playbook:
    play = Playbook()
    for who in (HANH, LAN):
        play.enter(who)
    return play


def test_silence_of_three_seconds_is_absence() -> None:
    play = a_room()
    play.wait(2, heard=frozenset({"hanh"}))
    assert play.member(LAN).status == MemberStatus.CONNECTED
    play.wait(1, heard=frozenset({"hanh"}))
    assert play.noted() == [(NoteKind.LOST, "lan")]
    [lan] = [each for each in play.view(HANH).members if each.member == "lan"]
    assert (lan.status, lan.link) == (MemberStatus.LOST, "lost")


def test_a_sign_of_life_brings_one_back() -> None:
    play = a_room()
    play.wait(3, heard=frozenset({"hanh"}))
    play.wait(1, heard=BOTH)
    assert play.noted() == [(NoteKind.RETURNED, "lan")]
    assert play.member(LAN).status == MemberStatus.CONNECTED


def test_who_sends_no_media_lives_by_pings() -> None:
    play = Playbook()
    play.arrive(HANH)
    for _ in range(10):
        play.wait(2)
        play.say(HANH, Ping())
    assert play.member(HANH).status == MemberStatus.ADMITTED
    play.wait(6)
    assert play.member(HANH).status == MemberStatus.LOST


def test_media_outlives_the_websocket() -> None:
    play = a_room()
    play.hang_up(LAN)
    play.wait(30, heard=BOTH)
    assert play.member(LAN).status == MemberStatus.CONNECTED
    play.arrive(LAN)
    assert play.closed_media(LAN) == []
    assert play.noted() == []
    assert play.told(LAN, Welcome)[0].connection == 1


def test_who_comes_back_is_told_who_sits_where_by_now() -> None:
    play = a_room()
    play.hang_up(LAN)
    play.enter(MINH)
    play.arrive(LAN)
    [slots] = play.told(LAN, Slots)
    assert slots.connection == 1
    assert {each.member for each in slots.seats} == {"hanh", "minh"}


def test_nobody_is_heard_unattended_for_long() -> None:
    play = a_room()
    play.hang_up(LAN)
    play.wait(61, heard=BOTH)
    assert play.closed_media(LAN) == [1]
    assert play.member(LAN).status == MemberStatus.LOST


def test_back_without_a_new_admission() -> None:
    play = a_room()
    play.hang_up(LAN)
    play.wait(600, heard=frozenset({"hanh"}))
    play.arrive(LAN)
    assert play.noted() == [(NoteKind.RETURNED, "lan")]
    play.connect(LAN)
    assert play.member(LAN).status == MemberStatus.CONNECTED


def test_a_new_connection_replaces_the_old_when_it_is_up() -> None:
    play = a_room()
    play.connects_at_once = False
    play.say(LAN, Offer(sdp="offer", connection=2))
    assert play.asked(OpenMedia)[0].connection == 2
    assert play.closed_media(LAN) == []
    play.say(LAN, Offer(sdp="offer", connection=2))
    assert play.asked(OpenMedia) == []
    play.happen(MediaAnswered("lan", 2, "answer"))
    play.happen(MediaUp("lan", 2))
    assert play.closed_media(LAN) == [1]
    play.say(LAN, Offer(sdp="offer", connection=1))
    assert play.refusals(LAN) == [RefusalCode.OLD_CONNECTION]


def test_news_of_an_old_connection_is_ignored() -> None:
    play = a_room()
    play.connect(LAN)
    play.happen(MediaDown("lan", 1, "closed"))
    assert play.member(LAN).status == MemberStatus.CONNECTED
    play.happen(MediaUp("lan", 1))
    assert play.member(LAN).connection == 2


def test_a_failed_connection_keeps_the_place() -> None:
    play = a_room()
    play.happen(MediaDown("lan", 1, "failed"))
    assert play.told(LAN, Refused)[0].code == RefusalCode.MEDIA_FAILED
    assert play.member(LAN).status == MemberStatus.ADMITTED
    assert play.seats_of(HANH) == {"lan": (False, False)}


def test_an_old_websocket_has_no_say() -> None:
    play = a_room()
    old = play.links["lan"]
    play.arrive(LAN)
    assert play.happen(Said("lan", old, Leave())) == []
    assert play.member(LAN).is_inside


def test_a_killed_worker_rebuilds_the_room() -> None:
    play = a_room()
    play.arrive(MINH)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    again = Playbook(room=Room.from_notes("P-1", play.notes()), at=play.at)
    again.happen(Restored())
    lost = [(NoteKind.LOST, "hanh"), (NoteKind.LOST, "lan")]
    assert again.noted() == [(NoteKind.RECORDING_INTERRUPTED, None), *lost]
    assert again.room.state.phase == Phase.LIVE
    again.connections = dict(play.connections)
    for who in (HANH, LAN):
        again.arrive(who)
        assert again.view(who).you.status == MemberStatus.ADMITTED
        assert again.view(who).you.acknowledged
        again.connect(who)
    assert again.view(HANH).recording.state == RecordingState.ON
    assert (NoteKind.RECORDING_RESUMED, None) in [(n.kind, n.member) for n in again.notes()]
    assert [each.member for each in again.view(HANH).waiting] == ["minh"]
    numbers = [each.seq for each in play.notes() + again.notes()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_forgotten_room_is_over() -> None:
    play = a_room()
    for who in (HANH, LAN):
        play.hang_up(who)
    play.at += timedelta(hours=13)
    play.happen(TimePassed())
    assert play.room.state.phase == Phase.LOBBY
    play.at += timedelta(hours=2)
    play.happen(TimePassed())
    assert play.noted() == [(NoteKind.ENDED, None)]
    assert [each.is_over for each in play.closed_room()] == [True]


def test_a_draining_worker_ends_nothing() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    play.happen(Draining())
    assert {each.code for each in play.goodbyes(LAN)} == {ByeCode.MOVING}
    assert [each.is_over for each in play.closed_room()] == [False]
    notes = [each for each in play.effects if isinstance(each, Note)]
    again = Room.from_notes("P-1", notes)
    assert again.state.phase == Phase.LOBBY
    assert again.state.recording.state == RecordingState.INTERRUPTED
