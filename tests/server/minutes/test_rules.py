"""The flow, paragraphs, standing answers and the head: plain functions over plain values."""

from datetime import timedelta

import pytest

from server.errors import Refused
from server.minutes import rules
from server.minutes.rules import Given, Recorded, Setting, Stand
from server.minutes.rules_devices import account, kind_of, switches
from server.minutes.rules_head import Noted, incidents
from server.words import Answer, ConfirmationMethod, MinutesField, MinutesState, MinutesVerb, ReceptionState
from signaling.roles import RoomRole
from tests.server.minutes.receptions import NINE

FIELD = MinutesField.CONTENT_PRESENTED
ENDED = NINE + timedelta(minutes=25)


def given(paragraph: int, words: str, answer: Answer = Answer.AGREE, objection: str = "") -> Given:
    return Given(FIELD, paragraph, rules.sha256(words), answer, objection, NINE)


@pytest.mark.parametrize("state", MinutesState)
@pytest.mark.parametrize("verb", MinutesVerb)
def test_what_is_not_in_the_table_is_refused(state: MinutesState, verb: MinutesVerb) -> None:
    if verb in rules.MINUTES_FLOW[state]:
        assert rules.moved(state, verb) is rules.MINUTES_FLOW[state][verb]
    else:
        with pytest.raises(Refused, match="minutes_flow"):
            rules.moved(state, verb)


def test_every_line_with_words_is_a_paragraph() -> None:
    found = rules.paragraphs(" Một \n\n \nHai")
    assert [(p.paragraph, p.words) for p in found] == [(0, "Một"), (1, "Hai")]
    assert found[0].words_sha256 == rules.sha256("Một")


def test_only_the_newest_answer_to_present_words_stands() -> None:
    answers = (given(0, "Một"), given(0, "Một", Answer.OBJECT, "Sai"), given(1, "Cũ", Answer.OBJECT, "Sai"))
    standing = rules.standing(answers, {FIELD: "Một\nMới"})
    assert [(one.paragraph, one.objection) for one in standing] == [(0, "Sai")]
    assert rules.verb_for(ConfirmationMethod.SPOKEN, standing) is MinutesVerb.CONTEST
    assert rules.verb_for(ConfirmationMethod.SPOKEN, ()) is MinutesVerb.CONFIRM
    assert rules.verb_for(ConfirmationMethod.REFUSED, standing) is MinutesVerb.REFUSE


@pytest.mark.parametrize(
    ("role", "state", "reads"),
    [
        (RoomRole.CITIZEN, MinutesState.DRAFTING, False),
        (RoomRole.CITIZEN, MinutesState.READ_BACK, True),
        (RoomRole.CITIZEN, MinutesState.SEALED, True),
        (RoomRole.INTERPRETER, MinutesState.READ_BACK, True),
        (RoomRole.INTERPRETER, MinutesState.CONFIRMED, False),
        (RoomRole.CITY_BOARD, MinutesState.DRAFTING, False),
    ],
)
def test_who_reads_when(role: RoomRole, state: MinutesState, reads: bool) -> None:
    assert rules.may_read(state, role, is_writer=False) is reads
    assert rules.may_read(state, role, is_writer=True)


def test_nobody_edits_what_is_being_sealed() -> None:
    assert rules.may_edit(Stand(MinutesState.DRAFTING, is_frozen=False), is_writer=True)
    assert not rules.may_edit(Stand(MinutesState.DRAFTING, is_frozen=True), is_writer=True)
    assert not rules.may_edit(Stand(MinutesState.DRAFTING, is_frozen=False), is_writer=False)


@pytest.mark.parametrize(
    ("setting", "minute", "code"),
    [
        (
            Setting("home", has_scan=False, is_recorded=False, began_at=NINE, ended_at=None),
            5,
            "spoken_without_recording",
        ),
        (Setting("home", has_scan=False, is_recorded=True, began_at=NINE, ended_at=ENDED), 26, "spoken_outside"),
        (Setting("home", has_scan=False, is_recorded=True, began_at=NINE, ended_at=ENDED), -1, "spoken_outside"),
        (Setting("home", has_scan=False, is_recorded=True, began_at=NINE, ended_at=ENDED), 24, ""),
    ],
)
def test_words_said_must_be_on_the_recording(setting: Setting, minute: int, code: str) -> None:
    said_at = NINE + timedelta(minutes=minute)
    if not code:
        rules.check_method(ConfirmationMethod.SPOKEN, setting, said_at, ENDED + timedelta(hours=1))
        return
    with pytest.raises(Refused, match=code):
        rules.check_method(ConfirmationMethod.SPOKEN, setting, said_at, ENDED + timedelta(hours=1))


def test_what_hinders_sealing() -> None:
    state, ended = MinutesState.CONTESTED, ReceptionState.ENDED
    assert rules.seal_hindrance(MinutesState.READ_BACK, ended, Recorded(1, 1, "")) == "minutes_not_answered"
    assert rules.seal_hindrance(state, ReceptionState.LIVE, Recorded(1, 1, "")) == "reception_not_ended"
    assert rules.seal_hindrance(state, ended, Recorded(2, 1, "")) == "recording_unfinished"
    assert rules.seal_hindrance(state, ended, Recorded(0, 0, "")) == "recording_missing"
    assert rules.seal_hindrance(state, ended, Recorded(0, 0, "Mất điện")) == ""


def test_incidents_pair_what_broke_with_what_mended_it() -> None:
    def at(minute: int) -> Noted:
        kind, member = {
            0: ("lost", "a"), 1: ("began", ""), 2: ("lost", "a"), 3: ("lost", "b"), 4: ("returned", "a"),
            5: ("paused", "h"), 6: ("resumed", "h"), 7: ("segment_broken", "b"),
        }[minute]  # fmt: skip
        return Noted(kind, NINE + timedelta(minutes=minute), member, "")

    found = incidents([at(minute) for minute in range(8)])
    assert [(one.kind, one.member, one.until_at is not None) for one in found] == [
        ("lost", "a", True),
        ("lost", "b", False),
        ("paused", "h", True),
        ("segment_broken", "b", False),
    ]


@pytest.mark.parametrize("rule", ["recorded", "sealed", "unrecorded"])
def test_a_consultation_is_minuted_with_all_who_came_and_without_a_word_of_it(rule: str) -> None:
    began = Noted(f"consultation_{rule}", NINE + timedelta(minutes=2), "", "Hội ý", ("h", "b"))
    over = Noted("consultation_ended", NINE + timedelta(minutes=9), "", "", ("h", "b", "m"))
    [one] = incidents([Noted("began", NINE, "", ""), began, over])
    assert (one.kind, one.ground, one.people, one.until_at) == (
        f"consultation_{rule}",
        "Hội ý",
        ("h", "b", "m"),
        over.at,
    )
    [lasting] = incidents([Noted("began", NINE, "", ""), began])
    assert (lasting.people, lasting.until_at) == (("h", "b"), None)


DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0 Safari/537.36 | 1920x1080 | vi"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) Chrome/141.0 Mobile Safari/537.36 | 384x854 | vi-VN"


def test_a_change_of_device_is_told_by_its_kind_and_by_nothing_else() -> None:
    facts = {"before": PHONE, "device": DESK, "both": True}
    notes = [("b", NINE + timedelta(minutes=at), facts) for at in (-1, 4, 30)]
    [one] = account(switches(notes, NINE, ENDED), {"b": "Nguyễn Thị Lan"})
    assert one == {
        "who": "Nguyễn Thị Lan",
        "at": (NINE + timedelta(minutes=4)).isoformat(),
        "before": "android_phone",
        "after": "windows",
        "both": True,
    }
    assert switches(notes, None, None) == ()


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 | 390x844", "iphone"),
        ("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Mobile/15E148", "ipad"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/141.0 Safari/537.36", "android_tablet"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "linux"),
        ("", "unknown"),
    ],
)
def test_a_device_is_known_by_its_kind(told: str, kind: str) -> None:
    assert kind_of(told) == kind


def test_who_watches_reads_no_minutes() -> None:
    for state in MinutesState:
        assert not rules.may_read(state, RoomRole.OBSERVER, is_writer=False)
