"""Captions typed by hand reach those who hear, whoever else is near; they are bounded, and kept nowhere."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from signaling.answers import Captioned
from signaling.messages import (
    Begin,
    Consult,
    ConsultAnswer,
    ConsultInvite,
    ConsultRule,
    RecordingStart,
    RefusalCode,
    Remove,
    StopHere,
)
from signaling.messages_captions import MAX_CAPTION, Caption
from signaling.roles import Power, RoomRole, may
from signaling.room_captions import MOST, WITHIN
from signaling.tickets import Ticket
from tests.playbook import BINH, HANH, LAN, MINH, TU, VY, Playbook

EVERYBODY = (HANH, TU, LAN, MINH, VY, BINH)
TYPISTS = {RoomRole.CHAIR, RoomRole.CLERK, RoomRole.OFFICER, RoomRole.INTERPRETER}
LINE = Caption(member="lan", words="Cống ngõ 12 bị tắc từ tháng tư.", id="c")


def a_room(*people: Ticket) -> Playbook:
    """A reception under way with everybody, or those named."""
    play = Playbook()
    for who in EVERYBODY:
        if not people or who in people:
            play.enter(who)
    play.say(HANH, RecordingStart())
    play.say(HANH, Begin())
    return play


def readers(play: Playbook) -> set[str]:
    """Whoever was told a caption by the last step."""
    return {who.member for who in EVERYBODY if play.told(who, Captioned)}


def test_the_role_says_who_types() -> None:
    assert {each for each in RoomRole if may(each, Power.CAPTION)} == TYPISTS


def test_everybody_inside_reads_whose_words_they_are_and_who_typed_them() -> None:
    play = a_room()
    noted = len(play.notes())
    play.say(TU, LINE)
    assert readers(play) == {who.member for who in EVERYBODY}
    assert play.told(MINH, Captioned) == [Captioned(member="lan", by="tu", words=LINE.words)]
    play.say(VY, Caption(member="vy", words="Lời dịch."))
    assert play.told(LAN, Captioned)[0].by == "vy"
    assert len(play.notes()) == noted, "nothing of it is on record"


@pytest.mark.parametrize("who", [LAN, MINH, BINH])
def test_others_may_not_type(who: Ticket) -> None:
    play = a_room()
    play.say(who, LINE)
    assert play.refusals(who) == [RefusalCode.NO_POWER]
    assert readers(play) == set()


def test_nothing_crosses_the_door() -> None:
    play = a_room(HANH, TU, LAN)
    play.arrive(MINH)
    play.arrive(VY)
    play.say(VY, LINE)
    assert play.refusals(VY) == [RefusalCode.NOT_ADMITTED]
    play.say(TU, LINE)
    assert readers(play) == {"hanh", "tu", "lan"}
    for absent in ("minh", "vy", "ai"):
        play.say(TU, Caption(member=absent, words="Tôi chờ."))
        assert play.refusals(TU) == [RefusalCode.NOT_HERE]
    play.say(HANH, Remove(member="lan", ground="lý do"))
    play.say(TU, Caption(member="lan", words="Sau khi ra."))
    assert play.refusals(TU) == [RefusalCode.NOT_HERE]
    assert readers(play) == set()


def test_an_observer_says_nothing() -> None:
    play = a_room()
    play.say(TU, Caption(member="binh", words="Không có tiếng."))
    assert play.refusals(TU) == [RefusalCode.NOT_HERE]


@pytest.mark.parametrize("rule", ["recorded", "unrecorded", "sealed"])
def test_a_consultation_keeps_its_captions_and_gets_none(rule: ConsultRule) -> None:
    play = a_room()
    play.say(HANH, Consult(rule=rule, ground="lý do"))
    play.say(HANH, ConsultInvite(member="tu"))
    play.say(TU, ConsultAnswer(yes=True))
    play.say(TU, Caption(member="hanh", words="Giữa hai người."))
    assert readers(play) == {"hanh", "tu"}
    play.say(VY, LINE)
    assert readers(play) == {"lan", "minh", "vy", "binh"}
    for typist, member in ((TU, "lan"), (VY, "hanh")):
        play.say(typist, Caption(member=member, words="Qua cửa."))
        assert play.refusals(typist) == [RefusalCode.NOT_HERE]
        assert readers(play) == set()


def test_before_it_is_proven_that_nothing_is_written_nobody_reads_another() -> None:
    play = a_room()
    play.untaps_at_once = False
    play.say(HANH, Consult(rule="unrecorded", ground="lý do"))
    play.say(HANH, ConsultInvite(member="tu"))
    play.say(TU, ConsultAnswer(yes=True))
    play.say(TU, Caption(member="hanh", words="Quá sớm."))
    assert play.refusals(TU) == [RefusalCode.NOT_HERE]
    assert readers(play) == set()


def test_after_a_stop_none_goes_from_guest_to_guest() -> None:
    play = a_room()
    play.say(HANH, StopHere(ground="denunciation"))
    play.say(TU, LINE)
    assert readers(play) == {"hanh", "tu", "lan"}
    play.say(TU, Caption(member="hanh", words="Mời bà đến trụ sở."))
    assert readers(play) == {who.member for who in EVERYBODY}
    play.say(VY, LINE)
    assert play.refusals(VY) == [RefusalCode.NOT_HERE]


def test_more_than_anybody_reads_is_refused_and_a_repeat_is_no_second_line() -> None:
    play = a_room()
    for _ in range(2):
        play.say(TU, LINE)
        assert play.refusals(TU) == []
    assert readers(play) == set(), "said again over a fresh line"
    for _ in range(MOST - 1):
        play.say(TU, Caption(member="lan", words="Nhanh."))
    play.say(TU, Caption(member="lan", words="Quá nhanh."))
    assert play.refusals(TU) == [RefusalCode.TOO_OFTEN]
    assert readers(play) == set()
    play.say(VY, Caption(member="lan", words="Người khác vẫn gõ được."))
    assert readers(play) == {who.member for who in EVERYBODY}
    play.at += WITHIN
    play.say(TU, Caption(member="lan", words="Lại được."))
    assert readers(play) == {who.member for who in EVERYBODY}


@settings(max_examples=60)
@given(st.text(max_size=MAX_CAPTION + 20))
def test_what_passes_is_one_composed_line(words: str) -> None:
    try:
        passed = Caption(member="lan", words=words).words
    except ValidationError:
        return
    assert passed == unicodedata.normalize("NFC", words).strip()
    assert 0 < len(passed) <= MAX_CAPTION
    assert len(passed.splitlines()) == 1
    assert not {unicodedata.category(each) for each in passed} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "words", ["", " ", "a\nb", "a\tb", "\x00", "\ud800", "a\u202eb", "a\u2028b", "ă" * 301, "a" * 5000]
)
def test_no_line_of_text_is_refused(words: str) -> None:
    with pytest.raises(ValidationError):
        Caption(member="lan", words=words)


def test_an_accent_typed_apart_is_composed() -> None:
    assert Caption(member="lan", words=unicodedata.normalize("NFD", "Phường Hòa Bình") + " ").words == "Phường Hòa Bình"
