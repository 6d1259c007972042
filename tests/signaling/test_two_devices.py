"""One person, two devices: the newest wins, the other stands aside, and the desk sees both."""

import pytest

from signaling.answers import Elsewhere, State
from signaling.effects import NoteKind
from signaling.events import Device, SocketLost
from signaling.messages import Admit, Begin, ByeCode, Hand, RecordingStart, Remove
from signaling.presence import stays
from signaling.room import Room
from tests.playbook import HANH, LAN, PHONE, START, TU, VY, Playbook

COMPUTER = Device("Computer", "computer")
PHONE_AGAIN = Device("Phone", "phone", is_again=True)


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    for who in (HANH, TU, LAN, VY):
        play.enter(who)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin())
    return play


def test_the_newest_device_wins_and_the_desk_sees_two(play: Playbook) -> None:
    phone = play.links["lan"]
    play.arrive(LAN, COMPUTER)
    assert play.noted() == [(NoteKind.DEVICE_CHANGED, "lan")]
    changed = play.notes()[-1].facts
    assert changed == {"device": "Computer", "before": "Phone", "both": True}
    assert play.told(LAN, Elsewhere), "the old device is told"
    assert play.goodbyes(LAN) == [], "and keeps its line"
    assert play.view(LAN).you.doubled, "so is the new one"
    assert play.view(TU).doubled == ("lan",) == play.view(HANH).doubled
    assert play.view(VY).doubled == (), "nobody else's business"
    play.happen(SocketLost("lan", phone))
    assert play.view(TU).doubled == ()
    assert not play.view(LAN).you.doubled


def test_the_old_device_is_silenced_at_once(play: Playbook) -> None:
    assert play.seats_of(HANH)["lan"] == (True, True)
    play.arrive(LAN, COMPUTER)
    assert 1 in play.closed_media(LAN)
    assert play.seats_of(HANH).get("lan", (False, False)) == (False, False)
    play.connections["lan"] = play.member(LAN).offered
    play.connect(LAN)
    assert play.seats_of(HANH)["lan"] == (True, True)


def test_a_device_aside_says_nothing_and_comes_back_by_opening_the_page(play: Playbook) -> None:
    phone = play.links["lan"]
    play.arrive(LAN, COMPUTER)
    play.links["lan"] = phone
    play.say(LAN, Hand(up=True))
    assert not play.member(LAN).hand
    play.arrive(LAN, PHONE)
    assert play.member(LAN).device == "Phone"
    assert play.view(TU).doubled == ("lan",)


def test_a_device_that_merely_reconnects_takes_nothing(play: Playbook) -> None:
    play.hang_up(LAN)
    play.arrive(LAN, COMPUTER)
    computer = play.links["lan"]
    assert play.view(TU).doubled == (), "the telephone is away"
    play.arrive(LAN, PHONE_AGAIN)
    assert play.member(LAN).link == computer
    assert play.told(LAN, State)[-1].you.doubled
    assert play.view(TU).doubled == ("lan",)


def test_a_device_that_reconnects_gets_a_place_that_is_free(play: Playbook) -> None:
    play.arrive(LAN, COMPUTER)
    play.hang_up(LAN)
    play.arrive(LAN, PHONE_AGAIN)
    assert play.member(LAN).device == "Phone"
    assert play.view(TU).doubled == ()


def test_a_reload_is_one_device(play: Playbook) -> None:
    old = play.links["lan"]
    play.arrive(LAN, PHONE)
    assert [(each.link, each.code) for each in play.goodbyes(LAN)] == [(old, ByeCode.REPLACED)]
    assert play.noted() == []
    assert play.closed_media(LAN) == [], "media goes on until the new is up"
    assert not play.view(LAN).you.doubled


def test_flapping_does_no_harm(play: Playbook) -> None:
    for turn in range(20):
        play.arrive(LAN, COMPUTER if turn % 2 else PHONE)
        play.connections["lan"] = play.member(LAN).offered
        play.connect(LAN)
        play.wait(0.5, heard=frozenset({"hanh", "tu", "lan", "vy"}))
    assert len([each for each in play.room.state.members.values() if each.parked]) == 1
    assert play.room.state.failure is None
    assert play.seats_of(HANH)["lan"] == (True, True)
    (stay,) = stays(play.notes())["lan"]
    assert (stay.came_at, stay.until) == (START, None), "presence is the person's"


def test_a_third_device_leaves_two(play: Playbook) -> None:
    phone = play.links["lan"]
    play.arrive(LAN, COMPUTER)
    play.arrive(LAN, Device("Tablet", "tablet"))
    assert [(each.link, each.code) for each in play.goodbyes(LAN)] == [(phone, ByeCode.REPLACED)]


def test_whoever_is_removed_is_gone_with_both(play: Playbook) -> None:
    phone = play.links["lan"]
    play.arrive(LAN, COMPUTER)
    play.say(HANH, Remove(member="lan", ground="Nhầm phòng"))
    assert {each.link for each in play.goodbyes(LAN)} == {phone, play.links["lan"]}
    assert play.view(TU).doubled == ()


def test_two_devices_before_the_door_are_one_in_the_queue() -> None:
    play = Playbook()
    play.enter(HANH)
    play.arrive(LAN)
    play.arrive(LAN, COMPUTER)
    assert [each.member for each in play.view(HANH).waiting] == ["lan"]
    assert play.view(HANH).doubled == ("lan",)
    play.say(HANH, Admit(member="lan"))
    assert play.view(HANH).doubled == ("lan",)


def test_after_a_restart_the_one_in_use_comes_back(play: Playbook) -> None:
    play.arrive(LAN, COMPUTER)
    fresh = Playbook(room=Room.from_notes("P-1", play.notes()), at=play.at)
    fresh.arrive(LAN, Device("Computer", "computer", is_again=True))
    assert fresh.member(LAN).device == "Computer"
    assert not fresh.view(LAN).you.doubled
