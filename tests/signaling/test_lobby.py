"""Coming in: who waits, who is let in, who is sent away, who has to ask again."""

from dataclasses import replace

import pytest

from signaling.answers import State, Welcome
from signaling.effects import NoteKind, OpenMedia
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    ByeCode,
    Hand,
    Leave,
    MemberStatus,
    Offer,
    RefusalCode,
    Refuse,
    Remove,
)
from signaling.roles import ENTERS_BY_ITSELF, RoomRole
from signaling.room_memory import remember
from tests.playbook import HANH, LAN, MINH, TU, VY, Playbook, ticket


@pytest.mark.parametrize("role", list(RoomRole))
def test_only_hosts_and_the_ward_enter_by_themselves(role: RoomRole) -> None:
    play = Playbook()
    who = ticket("a", role)
    play.arrive(who)
    expected = MemberStatus.ADMITTED if role in ENTERS_BY_ITSELF else MemberStatus.WAITING
    assert play.view(who).you.status == expected


def test_the_first_words() -> None:
    play = Playbook()
    play.arrive(LAN)
    [welcome] = play.told(LAN, Welcome)
    assert (welcome.member, welcome.slots, welcome.connection) == ("lan", 7, 0)
    assert play.noted() == [
        (NoteKind.ROOM_OPENED, None),
        (NoteKind.ARRIVED, "lan"),
        (NoteKind.WAITING, "lan"),
    ]


def test_at_the_door_one_sees_only_ones_own_place() -> None:
    play = Playbook()
    play.enter(HANH)
    play.arrive(LAN)
    play.arrive(MINH)
    view = play.view(MINH)
    assert (view.members, view.waiting, view.you.position) == ((), (), 2)
    assert [each.member for each in play.view(HANH).waiting] == ["lan", "minh"]
    play.say(HANH, Admit(member="lan"))
    assert play.view(MINH).you.position == 1


def test_guests_do_not_see_who_waits() -> None:
    play = Playbook()
    for who in (HANH, LAN):
        play.enter(who)
    play.arrive(MINH)
    assert play.view(LAN).waiting == ()


def test_admission_is_one_by_one_and_by_a_host() -> None:
    play = Playbook()
    play.enter(HANH)
    play.enter(LAN)
    play.arrive(MINH)
    play.say(LAN, Admit(member="minh"))
    assert play.refusals(LAN) == [RefusalCode.NO_POWER]
    play.say(HANH, Admit(member="minh", id="1"))
    assert (NoteKind.ADMITTED, "minh") in play.noted()
    assert play.view(MINH).you.status == MemberStatus.ADMITTED
    play.say(HANH, Admit(member="minh", id="2"))
    assert play.refusals(HANH) == []
    assert play.noted() == []


def test_nothing_but_acknowledging_at_the_door() -> None:
    play = Playbook()
    play.arrive(LAN)
    for message in (Offer(sdp="offer", connection=1), Hand(up=True), Admit(member="lan")):
        play.say(LAN, message)
        assert play.refusals(LAN) == [RefusalCode.NOT_ADMITTED]
        assert play.asked(OpenMedia) == []
    play.say(LAN, AcknowledgeRecording())
    assert play.view(LAN).you.acknowledged


def test_a_refused_person_may_ask_again() -> None:
    play = Playbook()
    play.enter(HANH)
    play.arrive(LAN)
    play.say(HANH, Refuse(member="lan", ground="  "))
    assert play.refusals(HANH) == [RefusalCode.GROUND_NEEDED]
    play.say(HANH, Refuse(member="lan", ground="Nhầm phòng"))
    [bye] = play.goodbyes(LAN)
    assert (bye.code, bye.ground) == (ByeCode.REFUSED, "Nhầm phòng")
    play.arrive(LAN)
    assert play.view(LAN).you.status == MemberStatus.WAITING


def test_a_removed_person_needs_a_fresh_admission() -> None:
    play = Playbook()
    for who in (HANH, LAN):
        play.enter(who)
    play.say(HANH, Remove(member="lan", ground="Mất trật tự"))
    assert play.goodbyes(LAN)[0].code == ByeCode.REMOVED
    assert play.closed_media(LAN) == [1]
    assert "lan" not in {each.member for each in play.view(HANH).members}
    play.arrive(LAN)
    assert play.view(LAN).you.status == MemberStatus.WAITING
    play.say(HANH, Admit(member="lan"))
    assert play.view(LAN).you.status == MemberStatus.ADMITTED


def test_a_removed_clerk_has_to_ask_too() -> None:
    play = Playbook()
    for who in (HANH, TU):
        play.enter(who)
    play.say(HANH, Remove(member="tu", ground="Nhầm phòng"))
    play.arrive(TU)
    assert play.view(TU).you.status == MemberStatus.WAITING


def test_who_left_just_before_being_removed_has_to_ask() -> None:
    play = Playbook()
    for who in (HANH, LAN):
        play.enter(who)
    play.say(LAN, Leave())
    for _ in range(2):
        play.say(HANH, Remove(member="lan", ground="Mất trật tự"))
    assert play.refusals(HANH) == []
    assert [note.kind for note in play.notes()].count(NoteKind.REMOVED) == 1
    assert remember("room", play.notes()).members["lan"].must_ask
    play.arrive(LAN)
    assert play.view(LAN).you.status == MemberStatus.WAITING


def test_the_chair_stays() -> None:
    play = Playbook()
    for who in (HANH, TU):
        play.enter(who)
    play.say(TU, Remove(member="hanh", ground="Thử"))
    assert play.refusals(TU) == [RefusalCode.CHAIR_STAYS]


def test_who_left_may_come_back() -> None:
    play = Playbook()
    for who in (HANH, LAN):
        play.enter(who)
    play.say(LAN, Leave())
    assert play.goodbyes(LAN)[0].code == ByeCode.LEFT
    play.arrive(LAN)
    assert play.view(LAN).you.status == MemberStatus.ADMITTED


def test_the_newest_connection_wins() -> None:
    play = Playbook()
    play.arrive(LAN)
    before = play.links["lan"]
    play.arrive(LAN)
    [bye] = play.goodbyes(LAN)
    assert (bye.link, bye.code) == (before, ByeCode.REPLACED)
    assert play.told(LAN, State)


def test_an_absent_person_keeps_the_place_and_may_be_admitted() -> None:
    play = Playbook()
    play.enter(HANH)
    play.arrive(LAN)
    play.arrive(MINH)
    play.hang_up(LAN)
    waiting = play.view(HANH).waiting
    assert [(each.member, each.link) for each in waiting] == [("lan", "lost"), ("minh", "good")]
    play.say(HANH, Admit(member="lan"))
    assert play.member(LAN).status == MemberStatus.LOST
    play.arrive(LAN)
    assert play.view(LAN).you.status == MemberStatus.ADMITTED


def test_a_place_nobody_came_back_to_is_given_up() -> None:
    play = Playbook()
    play.arrive(LAN)
    play.hang_up(LAN)
    play.wait(599)
    assert play.member(LAN).status == MemberStatus.WAITING
    play.wait(2)
    assert play.member(LAN).status == MemberStatus.GONE


def test_a_room_has_an_end_of_places() -> None:
    play = Playbook()
    crowd = [replace(VY, member=f"v{number}") for number in range(51)]
    for who in crowd:
        play.arrive(who)
    [bye] = play.goodbyes(crowd[-1])
    assert (bye.code, bye.ground) == (ByeCode.REFUSED, "room_full")
