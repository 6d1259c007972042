"""A call for the city's board as a flow and as time passes; presence cut to the reception."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.errors import BadForm, Refused
from server.reception import forms_call, rules_call
from server.reception.rules_call import Called, after, stand
from server.words import CallStand, CallState, CallVerb, Kind
from signaling.presence import Stay, presence

NINE = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)


def minute(count: float) -> datetime:
    return NINE + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("call", "at", "wanted"),
    [
        (Called(CallState.ASKED, NINE, None, None), 9.9, CallStand.ASKED),
        (Called(CallState.ASKED, NINE, None, None), 10, CallStand.UNANSWERED),
        (Called(CallState.ACCEPTED, NINE, minute(12), None), 16.9, CallStand.ACCEPTED),
        (Called(CallState.ACCEPTED, NINE, minute(12), None), 17, CallStand.LATE),
        (Called(CallState.ACCEPTED, NINE, minute(12), minute(19)), 40, CallStand.CAME),
        (Called(CallState.PUT_OFF, NINE, minute(1), None), 40, CallStand.PUT_OFF),
        (Called(CallState.WITHDRAWN, NINE, None, None), 40, CallStand.WITHDRAWN),
    ],
)
def test_how_a_call_stands(call: Called, at: float, wanted: CallStand) -> None:
    assert stand(call, minute(at)) is wanted


def test_what_was_done_is_done_and_what_is_over_stays_over() -> None:
    for state, then in rules_call.CALL_FLOW.items():
        for verb, to in then.items():
            assert after(state, verb) is to
            assert after(to, verb) is to
    with pytest.raises(Refused, match="call_over"):
        after(CallState.WITHDRAWN, CallVerb.ACCEPT)
    with pytest.raises(Refused, match="call_over"):
        after(CallState.REFUSED, CallVerb.WITHDRAW)


def test_the_board_is_never_called_to_a_denunciation() -> None:
    rules_call.check_may_call(Kind.COMPLAINT, is_restricted=False)
    for kind, is_restricted in ((Kind.DENUNCIATION, False), (Kind.COMPLAINT, True)):
        with pytest.raises(Refused, match="board_not_for_this"):
            rules_call.check_may_call(kind, is_restricted=is_restricted)


ASKED = {"hand_over": " Đất tổ 4,\n hai sổ. ", "urgency": "now", "stay_minutes": "15", "key": "a" * 32}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"hand_over": " "}, "hand_over"),
        ({"hand_over": "x" * 1001}, "hand_over"),
        ({"urgency": "never"}, "urgency"),
        ({"stay_minutes": "16"}, "stay_minutes"),
        ({"stay_minutes": None}, "stay_minutes"),
        ({"key": "b"}, "key"),
    ],
)
def test_what_the_ward_asks_is_one_paragraph(change: dict[str, Any], wrong: str) -> None:
    assert forms_call.asking(ASKED).hand_over == "Đất tổ 4, hai sổ."
    with pytest.raises(BadForm) as bad:
        forms_call.asking({**ASKED, **change})
    assert set(bad.value.fields) == {wrong}


@pytest.mark.parametrize(
    ("on", "time", "wrong"),
    [
        ("06/07/2026", "09:30", None),
        ("2026-07-09", "14h00", None),
        ("06/07/2026", "08:59", "offered_on"),
        ("06/07/2027", "08:59", "offered_on"),
        ("31/02/2026", "08:59", "offered_on"),
        ("01/01/0001", "00:00", "offered_on"),
        ("06/07/2026", "25:00", "offered_time"),
        ("", "", "offered_on"),
    ],
)
def test_another_time_lies_ahead(on: str, time: str, wrong: str | None) -> None:
    form = {"offered_on": on, "offered_time": time}
    if wrong is None:
        assert forms_call.putting_off(form, NINE).offered_at is not None
        return
    with pytest.raises(BadForm) as bad:
        forms_call.putting_off(form, NINE)
    assert wrong in bad.value.fields


@dataclass(frozen=True, slots=True)
class Noted:
    """A note of a room."""

    kind: str
    member: str | None
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


HAPPENS = some.tuples(
    some.sampled_from(["admitted", "connected", "returned", "lost", "left", "removed", "sent_to_wait"]),
    some.sampled_from(["a", "b"]),
    some.integers(-2, 4),
)


@settings(max_examples=80, deadline=None)
@given(some.lists(HAPPENS, max_size=14), some.integers(0, 6), some.integers(0, 12) | some.none())
def test_presence_never_overlaps_lies_within_and_adds_up(
    happened: list[tuple[str, str, int]], began: int, length: int | None
) -> None:
    clock, notes = 0, list[Noted]()
    for kind, member, passed in happened:
        # Sometimes a worker's clock is set back.
        clock += passed
        notes.append(Noted(kind, member, minute(clock)))
    ended_at = None if length is None else minute(began + length)
    found = presence(notes, minute(began), ended_at)
    for member, stays in found.items():
        assert member in {"a", "b"}
        assert stays
        for stay in stays:
            assert stay.came_at >= minute(began)
            assert stay.until is None or stay.came_at < stay.until
            assert ended_at is None or (stay.until is not None and stay.until <= ended_at)
        for one, then in pairwise(stays):
            assert one.until is not None
            assert one.until < then.came_at
        if ended_at is not None:
            total = sum(((stay.until or ended_at) - stay.came_at for stay in stays), timedelta())
            assert total <= ended_at - minute(began)
    if all(passed >= 0 for _, _, passed in happened) and ended_at is not None:
        assert {m: _minutes(s) for m, s in found.items()} == _counted(notes, minute(began), ended_at)


def _minutes(stays: tuple[Stay, ...]) -> float:
    return sum(((stay.until or stay.came_at) - stay.came_at).total_seconds() for stay in stays) / 60


def _counted(notes: list[Noted], began_at: datetime, ended_at: datetime) -> dict[str, float]:
    """Whole minutes in which somebody was there, looked at one by one."""
    found: dict[str, float] = {}
    at = began_at
    while at < ended_at:
        for member in ("a", "b"):
            last = [note.kind for note in notes if note.member == member and note.at <= at]
            if last and last[-1] in {"admitted", "connected", "returned"}:
                found[member] = found.get(member, 0) + 1
        at += timedelta(minutes=1)
    return found


def test_before_the_beginning_nobody_was_at_the_reception() -> None:
    assert presence([Noted("connected", "a", NINE)], None, None) == {}
