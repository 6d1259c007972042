"""Who only hears gets no picture, keeps the sound, and is known not to see."""

from signaling.answers import Tick
from signaling.events import SecondPassed
from signaling.messages import Watch
from tests.playbook import HANH, LAN, TU, Playbook

EVERYBODY = frozenset({"hanh", "tu", "lan"})


def a_room() -> Playbook:
    play = Playbook()
    for who in (HANH, TU, LAN):
        play.enter(who)
    return play


def test_pictures_stop_for_one_who_only_hears() -> None:
    play = a_room()
    assert play.seats_of(LAN) == {"hanh": (True, True), "tu": (True, True)}
    play.say(LAN, Watch(pictures=False))
    assert play.seats_of(LAN) == {"hanh": (True, False), "tu": (True, False)}
    assert play.seats_of(HANH)["lan"] == (True, True)
    assert play.view(LAN).you.watching is False
    assert {each.member: each.watching for each in play.view(HANH).members} == {"hanh": True, "tu": True, "lan": False}
    play.say(LAN, Watch(pictures=True))
    assert play.seats_of(LAN) == {"hanh": (True, True), "tu": (True, True)}


def test_the_choice_outlives_a_reload() -> None:
    play = a_room()
    play.say(LAN, Watch(pictures=False))
    play.hang_up(LAN)
    play.arrive(LAN)
    play.connect(LAN)
    assert play.view(LAN).you.watching is False
    assert play.seats_of(LAN)["hanh"] == (True, False)


def test_a_line_too_weak_for_pictures_is_told_to_its_owner_and_shown_to_others() -> None:
    play = a_room()
    play.happen(SecondPassed(EVERYBODY, pictures={"lan": "paused", "hanh": "full", "tu": "fewer"}))
    assert [each.picture for each in play.told(LAN, Tick)] == ["paused"]
    assert [each.picture for each in play.told(TU, Tick)] == ["fewer"]
    assert {each.member: each.watching for each in play.view(HANH).members} == {"hanh": True, "tu": True, "lan": False}
    assert play.view(LAN).you.watching is True
    play.happen(SecondPassed(EVERYBODY, pictures={"lan": "full"}))
    assert [each.picture for each in play.told(LAN, Tick)] == ["full"]
    assert all(each.watching for each in play.view(HANH).members)
