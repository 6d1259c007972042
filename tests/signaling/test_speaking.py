"""Who is heard and seen: seats, switches, muting, hands, the minutes on everybody's screen."""

from dataclasses import replace

from signaling.answers import Slots, Tick
from signaling.effects import NoteKind, Seat
from signaling.events import Announced, SecondPassed
from signaling.messages import (
    Begin,
    Hand,
    Leave,
    Media,
    Mute,
    ReadBack,
    RecordingStart,
    RecordingWaive,
    RefusalCode,
)
from tests.playbook import BINH, HANH, LAN, MINH, TU, Playbook

ON = (True, True)


def a_room() -> Playbook:
    play = Playbook()
    for who in (HANH, LAN, MINH):
        play.enter(who)
    return play


def test_everybody_sees_every_other() -> None:
    play = a_room()
    assert play.seats_of(HANH) == {"lan": ON, "minh": ON}
    assert play.seats_of(LAN) == {"hanh": ON, "minh": ON}


def test_a_watcher_sees_and_is_not_seen() -> None:
    play = a_room()
    play.enter(BINH)
    assert set(play.seats_of(BINH)) == {"hanh", "lan", "minh"}
    assert "binh" not in play.seats_of(HANH)
    play.say(BINH, Media(mic=True, camera=True))
    assert play.refusals(BINH) == [RefusalCode.NO_POWER]


def test_seats_do_not_move_when_somebody_goes() -> None:
    play = a_room()
    before = {each.member: each.slot for each in play.member(HANH).seated[1]}
    play.say(LAN, Leave())
    [slots] = play.told(HANH, Slots)
    assert {each.member: each.slot for each in slots.seats} == {"minh": before["minh"]}
    play.enter(TU)
    assert {each.member: each.slot for each in play.member(HANH).seated[1]} == {
        "tu": before["lan"],
        "minh": before["minh"],
    }


def test_the_eighth_other_is_not_seated_until_a_seat_is_free() -> None:
    play = Playbook()
    play.enter(HANH)
    others = [replace(LAN, member=f"c{number}") for number in range(8)]
    for who in others:
        play.enter(who)
    assert len(play.seats_of(HANH)) == 7
    assert "c7" not in play.seats_of(HANH)
    play.say(others[0], Leave())
    assert "c7" in play.seats_of(HANH)


def test_a_lost_person_gives_the_seat_to_one_who_is_here() -> None:
    play = Playbook()
    play.enter(HANH)
    others = [replace(LAN, member=f"c{number}") for number in range(7)]
    for who in others:
        play.enter(who)
    play.hang_up(others[0])
    play.wait(61, heard=frozenset(each.member for each in others[1:]) | {"hanh"})
    assert "c0" in play.seats_of(HANH)
    play.enter(replace(LAN, member="late"))
    assert "late" in play.seats_of(HANH)
    assert "c0" not in play.seats_of(HANH)


def test_what_is_off_is_not_forwarded() -> None:
    play = a_room()
    play.say(LAN, Media(mic=False, camera=True))
    assert play.seats_of(HANH)["lan"] == (False, True)
    assert play.told(HANH, Slots) == [], "nobody changed seats"
    play.say(LAN, Media(mic=True, camera=False, screen=True))
    assert play.seats_of(HANH)["lan"] == ON


def test_muting_works_here_and_is_lifted_by_the_muted() -> None:
    play = a_room()
    play.say(LAN, Mute(member="minh", kind="audio"))
    assert play.refusals(LAN) == [RefusalCode.NO_POWER]
    play.say(HANH, Mute(member="minh", kind="audio"))
    assert play.noted() == [(NoteKind.MUTED, "minh")]
    assert play.seats_of(LAN)["minh"] == (False, True)
    assert play.view(MINH).you.muted_by == "hanh"
    play.say(HANH, Mute(member="minh", kind="audio"))
    assert play.noted() == []
    play.say(MINH, Media(mic=True, camera=True))
    assert play.view(MINH).you.muted_by is None
    assert play.seats_of(LAN)["minh"] == ON


def test_a_hand_is_seen_by_all_and_noted_once() -> None:
    play = a_room()
    play.say(LAN, Hand(up=True))
    assert play.noted() == [(NoteKind.HAND, "lan")]
    assert [each.hand for each in play.view(HANH).members if each.member == "lan"] == [True]
    play.say(LAN, Hand(up=True))
    assert play.noted() == []


def test_the_minutes_are_shown_to_everybody() -> None:
    play = a_room()
    play.say(HANH, ReadBack(on=True))
    assert play.refusals(HANH) == [RefusalCode.NOT_NOW]
    play.say(HANH, RecordingWaive(ground="Máy hỏng"))
    play.say(HANH, Begin(ground="một mình"))
    play.say(HANH, ReadBack(on=True))
    assert play.view(LAN).read_back
    assert play.noted() == [(NoteKind.READ_BACK_SHOWN, None)]


def test_news_of_the_office_reaches_those_inside_only() -> None:
    play = a_room()
    play.arrive(replace(LAN, member="outside"))
    effects = play.happen(Announced("minutes", 3))
    assert {getattr(each, "member", "") for each in effects} == {"hanh", "lan", "minh"}


def test_the_clock_ticks_without_new_states() -> None:
    play = a_room()
    play.say(HANH, RecordingStart())
    effects = play.happen(SecondPassed(frozenset({"hanh", "lan", "minh"}), "lan", durable_seconds=4.0))
    kinds = {type(getattr(each, "message", None)).__name__ for each in effects}
    assert kinds == {"Tick"}
    assert not [each for each in effects if isinstance(each, Seat)]


def test_at_the_door_the_clock_tells_nothing() -> None:
    play = a_room()
    outside = replace(LAN, member="outside")
    play.arrive(outside)
    play.happen(SecondPassed(frozenset(), "lan", durable_seconds=4.0))
    [tick] = play.told(outside, Tick)
    assert (tick.speaking, tick.durable_seconds) == (None, 0.0)
