"""Who sees a page, what may be shown, what the minutes tell of it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import BadForm, Refused
from server.exhibits import rules
from server.exhibits.rules import Origin, Watcher
from server.minutes.rules_shown import Stamp, account, grouped, ranges
from server.words import HandInState, Kind, PaperForm, ReceptionState
from signaling.roles import RoomRole
from tests.server.minutes.receptions import NINE

PDF = "application/pdf"


@given(st.lists(st.sampled_from([*sorted(rules.STEPS), "lost", "returned", "hand"])))
@settings(max_examples=60)
def test_the_last_step_through_the_door_decides(kinds: list[str]) -> None:
    steps = [kind for kind in kinds if kind in rules.STEPS]
    assert rules.is_inside(kinds) == (bool(steps) and steps[-1] in {"admitted", "connected"})


def test_only_people_inside_see_a_page() -> None:
    assert not any(rules.may_see(Watcher(role, is_inside=False, is_open_to=True)) for role in RoomRole)
    unseeing = {role for role in RoomRole if not rules.may_see(Watcher(role, is_inside=True))}
    assert unseeing == {RoomRole.OBSERVER, RoomRole.RECORDER}
    assert rules.may_see(Watcher(RoomRole.OBSERVER, is_inside=True, is_open_to=True))


def test_nothing_of_a_denunciation_is_ever_shown() -> None:
    assert rules.why_not(Origin(PDF, Kind.DENUNCIATION)) == "page_secret"
    assert rules.why_not(Origin(PDF, Kind.COMPLAINT, is_without_content=True)) == "page_secret"
    hidden = {form for form in PaperForm if rules.why_not(Origin(PDF, form=form))}
    assert {PaperForm.PROTECTION_REQUEST, PaperForm.DENUNCIATION_TRANSFER} <= hidden
    assert PaperForm.HANDLING_NOTICE not in hidden
    assert rules.why_not(Origin(PDF, Kind.COMPLAINT)) == ""
    assert rules.why_not(Origin("video/mp4", Kind.COMPLAINT)) == "page_kind"


def test_papers_belong_into_a_running_reception() -> None:
    for state in ReceptionState:
        if state in {ReceptionState.LIVE, ReceptionState.PAUSED}:
            rules.check_running(state)
        else:
            with pytest.raises(Refused, match="papers_not_running"):
                rules.check_running(state)


def test_a_hand_in_is_decided_once() -> None:
    arrived, accepted, returned = HandInState
    assert rules.decided(arrived, ReceptionState.ENDED, accepted)
    assert not rules.decided(accepted, ReceptionState.LIVE, accepted)
    assert rules.decided(arrived, ReceptionState.STOPPED, returned)
    with pytest.raises(Refused, match="hand_in_decided"):
        rules.decided(returned, ReceptionState.LIVE, accepted)
    with pytest.raises(Refused, match="hand_in_stopped"):
        rules.decided(arrived, ReceptionState.STOPPED, accepted)


def test_a_return_needs_its_ground() -> None:
    assert rules.ground("Ảnh mờ") == "Ảnh mờ"
    for text in ("", "x" * 501):
        with pytest.raises(BadForm):
            rules.ground(text)


def test_keys_are_those_the_page_makes() -> None:
    assert rules.is_key("0a" * 16)
    assert not any(map(rules.is_key, ("", "0a" * 15, "0A" * 16, "../" + "a" * 29, None, 7)))


@given(st.lists(st.integers(1, 30), min_size=1))
@settings(max_examples=60)
def test_ranges_name_every_page_once(pages: list[int]) -> None:
    named: list[int] = []
    for part in ranges(pages).split(", "):
        first, _, last = part.partition("–")
        named += range(int(first), int(last or first) + 1)
    assert named == sorted(set(pages))


def test_turning_pages_is_one_line_of_the_minutes() -> None:
    def stamp(name: str, page: int, minute: int, until: int | None) -> Stamp:
        at = NINE + timedelta(minutes=minute)
        return Stamp(name, name * 64, page, 9, "Hạnh", at, None if until is None else NINE + timedelta(minutes=until))

    stamps = [stamp("a", 1, 0, 1), stamp("a", 2, 1, 2), stamp("b", 4, 2, 3), stamp("a", 1, 3, None)]
    assert [(one.name, one.pages, one.of) for one in grouped(stamps)] == [("a", "1–2", 9), ("b", "4", 9), ("a", "1", 9)]
    shown = account(stamps, (), NINE + timedelta(minutes=30))["shown"]
    assert shown[0]["until"] == (NINE + timedelta(minutes=2)).isoformat()
    assert shown[-1]["until"] == (NINE + timedelta(minutes=30)).isoformat()
