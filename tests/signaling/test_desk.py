"""The desk: stop, not here; somebody needed is away; back to waiting; floor, lock, speaking time."""

import pytest

from signaling.effects import NoteKind, StopRecording
from signaling.events import MediaDown, Restored, Said, SecondPassed
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    Begin,
    Choice,
    Choose,
    Command,
    End,
    Floor,
    Hand,
    Leave,
    Media,
    MemberStatus,
    Mute,
    Pause,
    Phase,
    ReadBack,
    RecordingStart,
    RecordingState,
    RecordingWaive,
    RefusalCode,
    Remove,
    Resume,
    SendToWait,
    StopHere,
)
from signaling.presence import stays
from signaling.roles import RoomRole
from signaling.room import Room
from tests.playbook import BINH, HANH, LAN, MINH, START, TU, VY, Playbook, ticket

OFFICER = ticket("son", RoomRole.OFFICER)
ALL = frozenset({"hanh", "tu", "lan", "vy", "son"})


def live(*guests: str) -> Playbook:
    """A begun, recorded reception of chair, clerk, citizen and whoever else."""
    play = Playbook()
    for each in (HANH, TU, LAN, *[who for who in (VY, OFFICER) if who.member in guests]):
        play.enter(each)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin(ground="một mình"))
    assert play.view(HANH).phase == Phase.LIVE
    return play


def test_a_stop_ends_recording_and_keeps_guests_apart() -> None:
    play = live("vy")
    play.say(TU, StopHere(ground="denunciation", id="s"))
    assert play.noted()[0] == (NoteKind.STOPPED_HERE, None)
    assert len(play.asked(StopRecording)) == 1
    assert play.view(HANH).recording.state == RecordingState.OFF
    assert play.seats_of(LAN) == {"hanh": (True, True), "tu": (True, True), "vy": (False, False)}
    assert play.seats_of(VY)["lan"] == (False, False)
    assert play.seats_of(HANH)["lan"] == (True, True)
    assert play.view(TU).stopped_ground == "denunciation"
    assert play.view(LAN).stopped_ground is None
    assert play.view(LAN).phase == Phase.STOPPED


@pytest.mark.parametrize(
    "message",
    [RecordingStart(), RecordingWaive(ground="x"), Begin(), Pause(ground="x"), Resume(), ReadBack(on=True), Admit(member="minh")],
)  # fmt: skip
def test_after_a_stop_only_the_end_is_left(message: Command) -> None:
    play = live()
    play.arrive(MINH)
    play.say(HANH, StopHere(ground="secret"))
    play.say(HANH, message)
    assert play.refusals(HANH) == [RefusalCode.STOPPED]
    play.say(HANH, End())
    ended = play.notes()[-1]
    assert (ended.kind, ended.facts["outcome"]) == (NoteKind.ENDED, "stopped")


def test_a_stop_outlives_the_worker() -> None:
    play = live()
    play.say(HANH, StopHere(ground="secret"))
    again = Room.from_notes("P-1", play.notes())
    again.handle(Restored(), play.at)
    assert (again.state.phase, again.state.stopped_ground) == (Phase.STOPPED, "secret")
    assert not again.state.recording.is_wanted


@pytest.mark.parametrize(
    ("first", "second", "phase"),
    [
        (Pause(ground="x", id="1"), StopHere(ground="secret", id="2"), Phase.STOPPED),
        (StopHere(ground="secret", id="1"), Pause(ground="x", id="2"), Phase.STOPPED),
        (StopHere(ground="secret", id="1"), StopHere(ground="denunciation", id="2"), Phase.STOPPED),
        (Pause(ground="x", id="1"), Resume(id="2"), Phase.LIVE),
        (Resume(id="1"), Pause(ground="x", id="2"), Phase.PAUSED),
        (End(id="1"), Pause(ground="x", id="2"), Phase.ENDED),
    ],
)
def test_opposite_buttons_have_one_order_and_both_are_told(first: Command, second: Command, phase: Phase) -> None:
    play = live("son")
    links = play.links["hanh"], play.links["son"]
    play.happen(Said("hanh", links[0], first))
    play.happen(Said("son", links[1], second))
    assert play.room.state.phase == phase
    for who in (HANH, OFFICER):
        assert play.view(who).phase == phase


def test_a_citizen_may_stop_nothing() -> None:
    play = live()
    for message in (StopHere(ground="secret"), Choose(choice="paper", ground="x"), Floor(member="lan")):
        play.say(LAN, message)
        assert play.refusals(LAN) == [RefusalCode.NO_POWER]


def test_f36_the_ladder_is_minuted_and_over_when_all_are_back() -> None:
    play = live()
    play.hang_up(LAN)
    play.happen(MediaDown("lan", play.connections["lan"], "failed"))
    play.wait(29, heard=frozenset({"hanh", "tu"}))
    assert play.view(HANH).failure is not None
    assert NoteKind.FAILURE_RUNG not in [kind for kind, _ in play.noted()]
    play.wait(15, heard=frozenset({"hanh", "tu"}))
    assert NoteKind.FAILURE_RUNG in [kind for kind, _ in play.noted()]
    play.wait(600, heard=frozenset({"hanh", "tu"}))
    rungs = [each.facts["seconds"] for each in play.notes() if each.kind == NoteKind.FAILURE_RUNG]
    assert rungs == [30, 120, 300, 600]
    failure = play.view(HANH).failure
    assert failure is not None
    assert (failure.rung, failure.missing) == (4, ("lan",))
    play.arrive(LAN)
    assert NoteKind.FAILURE_OVER in [kind for kind, _ in play.noted()]
    assert play.view(HANH).failure is None


@pytest.mark.parametrize(("choice", "outcome"), [("adjourn", "adjourned"), ("paper", "paper")])
def test_f36_a_choice_may_end_it(choice: Choice, outcome: str) -> None:
    play = live()
    play.say(HANH, Choose(choice=choice, ground="x"))
    assert play.refusals(HANH) == [RefusalCode.NOT_NOW]
    play.hang_up(LAN)
    play.wait(40, heard=frozenset({"hanh", "tu"}))
    play.say(TU, Choose(choice=choice))
    assert play.refusals(TU) == [RefusalCode.GROUND_NEEDED]
    play.say(TU, Choose(choice="telephone", id="t"))
    play.say(TU, Choose(choice=choice, ground="Mất điện"))
    kinds = [kind for kind, _ in play.noted()]
    assert kinds[:2] == [NoteKind.FAILURE_CHOICE, NoteKind.ENDED]
    ended = next(each for each in play.notes() if each.kind == NoteKind.ENDED)
    assert ended.facts["outcome"] == outcome


def test_f36_sound_only_waits_for_the_missing() -> None:
    play = live()
    play.hang_up(LAN)
    play.wait(40, heard=frozenset({"hanh", "tu"}))
    play.say(HANH, Choose(choice="sound_only"))
    play.arrive(LAN)
    assert not play.view(LAN).you.watching


def test_nobody_who_holds_it_vanishes() -> None:
    play = live()
    play.say(HANH, Leave())
    assert play.refusals(HANH) == [RefusalCode.CHAIR_NEEDED]
    play.enter(OFFICER)
    play.say(HANH, Leave())
    assert play.member(HANH).status == MemberStatus.GONE


def test_back_to_waiting_needs_a_fresh_admission() -> None:
    play = live()
    play.say(HANH, SendToWait(member="lan", ground="Tham vấn riêng"))
    assert play.closed_media(LAN) == [1]
    assert play.view(LAN).members == ()
    assert [each.member for each in play.view(TU).waiting] == ["lan"]
    play.say(HANH, SendToWait(member="lan", ground="Tham vấn riêng", id="again"))
    assert play.refusals(HANH) == []
    play.arrive(LAN)
    assert play.member(LAN).status == MemberStatus.WAITING
    play.say(HANH, Admit(member="lan"))
    play.connect(LAN)
    assert play.member(LAN).status == MemberStatus.CONNECTED
    assert [each.until is None for each in stays(play.notes())["lan"]] == [False, True]


def test_hands_in_order_floor_and_lock() -> None:
    play = live("vy")
    for who in (VY, LAN):
        play.wait(1, heard=ALL)
        play.say(who, Hand(up=True))
    assert play.view(HANH).hands == ("vy", "lan")
    play.say(HANH, Mute(member="lan", kind="audio", lock=True))
    play.say(LAN, Media(mic=True, camera=True, id="m"))
    assert play.refusals(LAN) == [RefusalCode.LOCKED]
    assert (play.view(LAN).you.mic, play.view(LAN).you.camera) == (False, True)
    play.say(HANH, Floor(member="lan"))
    assert (play.view(VY).floor, play.view(HANH).hands) == ("lan", ("vy",))
    play.say(LAN, Media(mic=True, camera=True))
    assert play.view(LAN).you.mic
    play.say(HANH, Floor(member="binh"))
    assert play.refusals(HANH) == [RefusalCode.NOT_HERE]
    play.say(HANH, Remove(member="lan", ground="x"))
    assert play.view(HANH).floor is None


def test_speaking_time_counts_while_it_is_live_and_for_the_desk() -> None:
    play = live()
    for _ in range(3):
        play.happen(SecondPassed(heard=ALL, speaking="lan"))
    play.say(HANH, Pause(ground="x"))
    play.happen(SecondPassed(heard=ALL, speaking="lan"))
    assert play.room.state.spoken == {"lan": 3}
    again = Room.from_notes("P-1", play.notes())
    assert again.state.spoken == {"lan": 3}


def test_an_observer_gets_no_floor() -> None:
    play = live()
    play.arrive(BINH)
    play.say(HANH, Admit(member="binh"))
    play.say(BINH, AcknowledgeRecording())
    play.say(HANH, Floor(member="binh"))
    assert play.refusals(HANH) == [RefusalCode.NOT_NOW]
    assert play.at >= START
