"""Calling people aside: invited, together, unheard by the others, unrecorded only with proof, over."""

from datetime import timedelta

import pytest

from signaling.answers import ConsultationView, Refused, Tick
from signaling.consultation import CONSULTATION_FLOW, INVITATION_FLOW, ConsultationState, InvitationState
from signaling.effects import Follow, NoteKind, Unfollow, Untap
from signaling.events import (
    Event,
    FileBroken,
    FileOpened,
    FileProven,
    RecorderFailed,
    Restored,
    SecondPassed,
    Untapped,
)
from signaling.messages import (
    Begin,
    Consult,
    ConsultAnswer,
    ConsultEnd,
    ConsultInvite,
    ConsultLeave,
    ConsultRule,
    Leave,
    Media,
    Mute,
    Pause,
    ReadBack,
    RecordingStart,
    RecordingStop,
    RefusalCode,
    StopHere,
)
from signaling.roles import RoomRole
from signaling.room import Room
from signaling.tickets import Ticket
from tests.playbook import BINH, HANH, LAN, MINH, TU, VY, Playbook, ticket

OFFICER = ticket("quan", RoomRole.OFFICER)
BOARD = ticket("ban", RoomRole.CITY_BOARD)
NOTHING, ALL = (False, False), (True, True)


def running(*more: Ticket) -> Playbook:
    """A live, recorded reception of chair, clerk and citizen, and whoever else."""
    play = Playbook()
    for each in (HANH, TU, LAN, *more):
        play.enter(each)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin())
    assert play.room.state.phase == "live"
    return play


def aside(play: Playbook, *whom: Ticket, rule: ConsultRule = "recorded") -> Playbook:
    """The chair calls these aside, and they come."""
    play.say(HANH, Consult(rule=rule, ground="hội ý hướng giải quyết"))
    for each in whom:
        play.say(HANH, ConsultInvite(member=each.member))
        play.say(each, ConsultAnswer(yes=True))
    return play


def seen(play: Playbook, who: Ticket) -> ConsultationView:
    view = play.view(who).consultation
    assert view is not None
    return view


@pytest.mark.parametrize("flow", [CONSULTATION_FLOW, INVITATION_FLOW])
def test_every_state_of_the_tables_is_reached_and_left(flow: dict[str, dict[str, str]]) -> None:
    states = ConsultationState if flow is CONSULTATION_FLOW else InvitationState
    assert set(flow) == set(states)
    assert {then for verbs in flow.values() for then in verbs.values()} == set(states)


def test_those_aside_and_the_others_neither_hear_nor_see_each_other() -> None:
    play = aside(running(BOARD), BOARD)
    assert play.seats_of(HANH) == {"ban": ALL, "lan": NOTHING, "tu": NOTHING}
    assert play.seats_of(BOARD) == {"hanh": ALL, "lan": NOTHING, "tu": NOTHING}
    assert play.seats_of(LAN) == {"ban": NOTHING, "hanh": NOTHING, "tu": ALL}
    play.say(HANH, ConsultEnd())
    assert play.room.state.consultation is None
    assert play.seats_of(LAN)["tu"] == ALL
    # The board did not press anything: it comes back silent, and seen.
    assert play.seats_of(LAN) == {"ban": (False, True), "hanh": ALL, "tu": ALL}
    assert play.view(BOARD).you.muted_by == "ban"


def test_the_others_learn_that_there_is_one_and_nothing_more() -> None:
    play = aside(running(BOARD, BINH), BOARD)
    for outside in (LAN, BINH):
        view = seen(play, outside)
        assert (view.you, view.members, view.ground, view.invitations) == ("outside", ("hanh", "ban"), None, ())
    effects = play.happen(SecondPassed(speaking="ban"))
    assert effects
    assert [each.speaking for each in play.told(LAN, Tick)] == [None]
    assert [each.speaking for each in play.told(HANH, Tick)] == ["ban"]
    assert play.room.state.spoken == {}


def test_nobody_outside_knows_of_an_invitation() -> None:
    play = running(BOARD)
    play.say(HANH, Consult(rule="recorded", ground="x"))
    play.say(HANH, ConsultInvite(member="ban"))
    assert play.view(LAN).consultation is None
    assert seen(play, BOARD).you == "invited"
    assert play.seats_of(HANH)["lan"] == ALL
    play.say(BOARD, ConsultAnswer(yes=False))
    assert play.view(BOARD).consultation is None
    assert [(each.member, each.state) for each in seen(play, HANH).invitations] == [("ban", "refused")]
    play.say(HANH, ConsultInvite(member="ban"))
    assert seen(play, BOARD).you == "invited"


def test_no_answer_for_two_minutes_is_a_no() -> None:
    play = running(BOARD)
    play.say(HANH, Consult(rule="recorded", ground="x"))
    play.say(HANH, ConsultInvite(member="ban"))
    everybody = frozenset(play.room.state.members)
    play.wait(119, heard=everybody)
    assert seen(play, BOARD).you == "invited"
    play.wait(1, heard=everybody)
    assert (NoteKind.CONSULTATION_ANSWERED, "ban") in play.noted()
    play.say(BOARD, ConsultAnswer(yes=True))
    assert play.room.state.consultation is not None
    assert not play.room.state.consultation.is_held
    assert play.told(BOARD, Refused)[0].code == RefusalCode.NOT_NOW


def test_unrecorded_is_silent_until_nothing_of_either_is_written() -> None:
    play = running(BOARD)
    play.untaps_at_once = False
    aside(play, BOARD, rule="unrecorded")
    assert {each.member for each in play.effects if isinstance(each, Unfollow)} == {"hanh", "ban"}
    one, other = [each for each in play.effects if isinstance(each, Untap)]
    assert play.seats_of(HANH)["ban"] == NOTHING
    play.happen(Untapped(one.member, one.number))
    assert play.seats_of(HANH)["ban"] == NOTHING
    assert [seen(play, each).ready for each in (HANH, BOARD)] == [True, False]
    play.happen(Untapped(other.member, 99))
    assert play.seats_of(HANH)["ban"] == NOTHING
    play.happen(Untapped(other.member, other.number))
    assert play.seats_of(HANH)["ban"] == ALL
    assert play.seats_of(BOARD)["hanh"] == ALL
    # A fresh connection in the middle of it is not recorded either, and those outside still are.
    play.connect(BOARD)
    assert play.asked(Follow) == []
    assert play.view(LAN).recording.proven
    play.say(HANH, ConsultEnd())
    assert [each.member for each in play.asked(Follow)] == ["hanh", "ban"]


def test_under_seal_everybody_changes_files_and_nobody_is_heard_before_the_proof() -> None:
    play = running(BOARD)
    play.untaps_at_once = play.proves_at_once = False
    aside(play, BOARD, rule="sealed")
    assert {each.member for each in play.asked(Untap)} == {"hanh", "tu", "lan", "ban"}
    assert {(each.member, each.under_seal) for each in play.asked(Follow)} == {
        (each, True) for each in ("hanh", "tu", "lan", "ban")
    }
    assert all(play.seats_of(one)[other] == NOTHING for one, other in ((HANH, "ban"), (LAN, "tu")))
    for each in ("hanh", "ban", "tu"):
        play.happen(FileProven(each, 2, 4096))
    # Of those outside too must be known that nothing of theirs goes into an ordinary file.
    for untap in [each for each in play.effects if isinstance(each, Untap)]:
        assert play.seats_of(BOARD)["hanh"] == NOTHING
        assert not seen(play, BOARD).ready
        play.happen(Untapped(untap.member, untap.number))
    assert play.seats_of(BOARD)["hanh"] == play.seats_of(LAN)["tu"] == ALL
    assert play.seats_of(TU)["lan"] == play.seats_of(LAN)["ban"] == NOTHING
    assert seen(play, BOARD).ready
    play.say(HANH, ConsultEnd())
    assert play.asked(Follow) == []
    assert {each.member for each in play.asked(Unfollow)} == {"hanh", "tu", "lan", "ban"}
    assert play.seats_of(TU)["hanh"] == NOTHING
    assert play.room.next_deadline() == play.at + timedelta(seconds=2)
    play.wait(2, heard=frozenset(play.room.state.members))
    assert [each.under_seal for each in play.asked(Follow)] == [False] * 4
    assert play.seats_of(TU)["hanh"] == ALL


@pytest.mark.parametrize("event", [FileBroken("lan", "no_space"), RecorderFailed("not_started")])
def test_what_cannot_be_kept_under_seal_is_not_said(event: Event) -> None:
    play = aside(running(BOARD), BOARD, rule="sealed")
    assert play.seats_of(BOARD)["hanh"] == ALL
    play.happen(event)
    assert play.room.state.consultation is None
    assert play.seats_of(BOARD)["hanh"] == NOTHING
    ended = play.notes()[-1 if play.notes()[-1].kind == NoteKind.CONSULTATION_ENDED else -2]
    assert (ended.kind, ended.facts["reason"]) == (NoteKind.CONSULTATION_ENDED, "recording")


def test_a_recorder_that_opens_an_ordinary_file_under_seal_proves_nothing() -> None:
    play = running(BOARD)
    play.proves_at_once = False
    aside(play, BOARD, rule="sealed")
    for each in ("hanh", "ban"):
        play.happen(FileOpened(each, 7, under_seal=False))
        play.happen(FileProven(each, 7, 4096))
    assert play.seats_of(BOARD)["hanh"] == NOTHING
    play.wait(12, heard=frozenset(play.room.state.members))
    assert play.room.state.consultation is None


def test_without_a_proven_recording_nothing_is_called_under_seal() -> None:
    play = running(OFFICER, BOARD)
    play.say(OFFICER, Consult(rule="sealed", ground="x"))
    assert play.refusals(OFFICER) == [RefusalCode.NO_POWER]
    play.happen(FileBroken("lan", "no_space"))
    play.say(HANH, Consult(rule="sealed", ground="x"))
    assert play.refusals(HANH) == [RefusalCode.RECORDING_NOT_PROVEN]


def test_without_a_recording_only_the_chair_and_only_with_a_ground() -> None:
    play = running(OFFICER, BOARD)
    play.say(HANH, Consult(rule="unrecorded", ground=" "))
    assert play.refusals(HANH) == [RefusalCode.GROUND_NEEDED]
    play.say(OFFICER, Consult(rule="unrecorded", ground="x"))
    assert play.refusals(OFFICER) == [RefusalCode.NO_POWER]
    for who in (TU, LAN):
        play.say(who, Consult(rule="recorded", ground="x"))
        assert play.refusals(who) == [RefusalCode.NO_POWER]
    play.say(OFFICER, Consult(rule="recorded", ground="x"))
    play.say(HANH, Consult(rule="recorded", ground="y"))
    assert play.refusals(HANH) == [RefusalCode.CONSULTING]
    play.say(HANH, ConsultInvite(member="ban"))
    assert play.refusals(HANH) == [RefusalCode.CONSULTING]
    play.say(HANH, RecordingStop(ground="x"))
    assert play.room.state.consultation is None


def test_an_observer_is_never_called_aside_and_never_sends() -> None:
    play = running(BINH)
    play.say(HANH, Consult(rule="recorded", ground="x"))
    play.say(HANH, ConsultInvite(member="binh"))
    assert play.refusals(HANH) == [RefusalCode.STAYS_OUT]
    play.say(BINH, Media(mic=True, camera=True))
    assert play.refusals(BINH) == [RefusalCode.NO_POWER]
    assert "binh" not in play.seats_of(HANH)
    assert "binh" in {each.member for each in play.view(LAN).members}


def test_a_citizen_is_not_called_aside_without_the_interpreter() -> None:
    play = running(VY)
    play.say(HANH, Consult(rule="recorded", ground="x"))
    play.say(HANH, ConsultInvite(member="lan"))
    play.say(LAN, ConsultAnswer(yes=True))
    assert seen(play, LAN).you == "accepted"
    assert play.seats_of(LAN)["tu"] == ALL
    play.say(VY, ConsultAnswer(yes=True))
    assert play.seats_of(LAN) == {"hanh": ALL, "tu": NOTHING, "vy": ALL}
    # Nobody is left for the interpreter to speak for.
    play.say(LAN, ConsultLeave())
    assert play.room.state.consultation is None
    assert play.seats_of(LAN) == {"hanh": (False, True), "tu": ALL, "vy": (False, True)}


def test_an_interpreter_who_does_not_come_keeps_the_citizen_out() -> None:
    play = running(VY)
    play.say(HANH, Consult(rule="recorded", ground="x"))
    play.say(HANH, ConsultInvite(member="lan"))
    play.say(LAN, ConsultAnswer(yes=True))
    play.say(VY, ConsultAnswer(yes=False))
    assert {(each.member, each.state) for each in seen(play, HANH).invitations} == {
        ("lan", "refused"),
        ("vy", "refused"),
    }
    play.say(HANH, ConsultInvite(member="lan"))
    for who in (VY, LAN):
        play.say(who, ConsultAnswer(yes=True))
    assert seen(play, LAN).members == ("hanh", "lan", "vy")


def test_what_concerns_everybody_waits_and_a_stop_does_not() -> None:
    play = aside(running(BOARD), BOARD)
    for message in (Pause(ground="x"), ReadBack(on=True)):
        play.say(TU, message)
        assert play.refusals(TU) == [RefusalCode.CONSULTING]
    play.say(TU, StopHere(ground="denunciation"))
    assert play.room.state.consultation is None
    assert play.member(BOARD).mic is False
    assert play.member(HANH).mic is False


def test_who_goes_takes_along_what_hangs_on_them() -> None:
    play = aside(running(BOARD, MINH), BOARD, MINH)
    play.say(BOARD, Leave())
    assert seen(play, MINH).members == ("hanh", "minh")
    play.say(MINH, ConsultLeave())
    assert play.room.state.consultation is None
    ended = play.notes()[-1]
    assert (ended.kind, ended.facts["reason"]) == (NoteKind.CONSULTATION_ENDED, "last_out")
    assert ended.facts["members"] == ["hanh", "ban", "minh"]
    play = aside(running(BOARD, MINH), BOARD, MINH)
    play.say(HANH, ConsultLeave())
    assert play.room.state.consultation is None
    assert play.member(HANH).mic


@pytest.mark.parametrize("rule", ["unrecorded", "sealed"])
def test_a_lost_person_and_a_restarted_worker_bring_everybody_back_to_where_they_were(rule: ConsultRule) -> None:
    play = aside(running(BOARD), BOARD, rule=rule)
    play.hang_up(BOARD)
    play.wait(70, heard=frozenset({"hanh", "lan", "tu"}))
    assert play.room.state.consultation is not None
    again = Playbook(room=Room.from_notes("P-1", play.notes()), at=play.at, untaps_at_once=False)
    again._segments = dict.fromkeys(("hanh", "tu", "lan", "ban"), 9)
    again.connections = dict.fromkeys(("hanh", "tu", "lan", "ban"), 9)
    again.happen(Restored())
    for who in (HANH, TU, LAN, BOARD):
        again.arrive(who)
        again.connect(who)
    assert seen(again, LAN).you == "outside"
    assert again.seats_of(LAN)["ban"] == NOTHING
    assert again.seats_of(HANH)["ban"] == NOTHING
    follows = [each for each in again.effects if isinstance(each, Follow)]
    assert {each.member for each in follows} == (
        {"tu", "lan"} if rule == "unrecorded" else {"hanh", "tu", "lan", "ban"}
    )
    assert {each.under_seal for each in follows} == {rule == "sealed"}
    for untap in [each for each in again.effects if isinstance(each, Untap)]:
        again.happen(Untapped(untap.member, untap.number))
    assert again.seats_of(HANH)["ban"] == ALL
    assert again.seats_of(LAN)["ban"] == NOTHING


def test_a_silenced_person_stays_silenced_aside() -> None:
    play = aside(running(BOARD), BOARD)
    play.say(HANH, Mute(member="ban", kind="audio", lock=True))
    assert play.seats_of(HANH)["ban"] == (False, True)
