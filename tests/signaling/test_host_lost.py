"""The chair's line breaks: the room stays, everybody knows, nobody is let in by accident."""

from signaling.effects import NoteKind
from signaling.messages import (
    Admit,
    Begin,
    End,
    MemberStatus,
    Phase,
    RecordingStart,
    RecordingState,
)
from signaling.roles import RoomRole
from tests.playbook import HANH, LAN, MINH, TU, Playbook, ticket

QUAN = ticket("quan", RoomRole.OFFICER)


def a_live_room() -> Playbook:
    play = Playbook()
    for who in (HANH, TU, LAN):
        play.enter(who)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    play.hang_up(HANH)
    play.wait(3, heard=frozenset({"tu", "lan"}))
    return play


def test_the_room_goes_on_and_everybody_sees_it() -> None:
    play = a_live_room()
    assert (NoteKind.LOST, "hanh") in play.noted()
    for who in (TU, LAN):
        view = play.view(who)
        assert view.phase == Phase.LIVE
        assert [m.status for m in view.members if m.role == RoomRole.CHAIR] == [MemberStatus.LOST]
    assert play.view(LAN).recording.state == RecordingState.ON


def test_nobody_slips_in() -> None:
    play = a_live_room()
    play.arrive(MINH)
    play.wait(120, heard=frozenset({"tu", "lan"}))
    assert play.view(MINH).you.status == MemberStatus.WAITING
    play.say(TU, Admit(member="minh"))
    assert play.view(MINH).you.status == MemberStatus.ADMITTED


def test_an_officer_may_stand_in() -> None:
    play = a_live_room()
    play.arrive(MINH)
    play.arrive(QUAN)
    assert [each.member for each in play.view(QUAN).waiting] == ["minh"], "a new desk is told who waits"
    play.say(QUAN, End())
    assert play.room.state.phase == Phase.ENDED


def test_the_chair_comes_back_as_chair() -> None:
    play = a_live_room()
    play.arrive(MINH)
    play.arrive(HANH)
    assert play.noted() == [(NoteKind.RETURNED, "hanh")]
    assert [each.member for each in play.view(HANH).waiting] == ["minh"], "and so is one that was away"
    play.say(HANH, End(id="e"))
    assert play.room.state.phase == Phase.ENDED


def test_the_whole_room_may_fall_silent_and_come_back() -> None:
    play = a_live_room()
    for who in (TU, LAN):
        play.hang_up(who)
    play.wait(300)
    assert {each.status for each in play.room.state.inside} == {MemberStatus.LOST}
    assert play.room.state.phase == Phase.LIVE
    for who in (HANH, TU, LAN):
        play.arrive(who)
        play.connect(who)
    assert play.view(LAN).recording.state == RecordingState.ON
    assert play.view(LAN).recording.proven
