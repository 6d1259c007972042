"""The recording light, the city's alerts, what is left of a day; presence read from notes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.errors import NotHere
from server.minutes.rules_head import Noted, incidents
from server.reception.rules_desk import Alert, Held, Left, Light, Live, alerts, is_taken, left_open, light, lines_of
from server.words import ReceptionState, TickList
from signaling.effects import Note, NoteKind
from signaling.presence import Stay, stays

NINE = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
LIVE = Live("live", "on", 60.0, 1.0, connected=2, waiting=0, waits_for=0, away_for=0, link="good")
HELD = Held(ReceptionState.LIVE, NINE, NINE + timedelta(minutes=30), is_in_person=False, open_steps=0)


def minutes(count: float) -> datetime:
    return NINE + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("live", "wanted"),
    [
        (None, Light.NONE),
        (LIVE, Light.ON),
        (replace(LIVE, grew_ago=5.1), Light.STALLED),
        (replace(LIVE, grew_ago=None), Light.STALLED),
        (replace(LIVE, grew_ago=9, unrecorded=True), Light.PAUSED),
        (replace(LIVE, recording="starting", grew_ago=None), Light.STALLED),
        (replace(LIVE, recording="interrupted", grew_ago=0.5), Light.ON),
        (replace(LIVE, recording="waived"), Light.WAIVED),
        (replace(LIVE, recording="off", grew_ago=0.0), Light.OFF),
    ],
)
def test_only_seconds_that_grow_light_the_lamp(live: Live | None, wanted: Light) -> None:
    assert light(live) is wanted


@pytest.mark.parametrize(
    ("held", "live", "at", "wanted"),
    [
        (HELD, LIVE, minutes(5), ()),
        (HELD, None, minutes(5), (Alert.NO_WORKER,)),
        (HELD, replace(LIVE, grew_ago=None), minutes(5), (Alert.STALLED,)),
        (HELD, replace(LIVE, away_for=31), minutes(5), (Alert.AWAY,)),
        (HELD, replace(LIVE, away_for=601), minutes(5), (Alert.DECIDE,)),
        (HELD, replace(LIVE, link="bad", waits_for=901), minutes(46), (Alert.WAITS, Alert.LINE, Alert.OVERRUN)),
        (replace(HELD, state=ReceptionState.SCHEDULED), None, minutes(9), ()),
        (replace(HELD, state=ReceptionState.SCHEDULED), None, minutes(10), (Alert.NOT_BEGUN,)),
        (replace(HELD, state=ReceptionState.SCHEDULED, is_in_person=True), None, minutes(10), ()),
        (replace(HELD, state=ReceptionState.STOPPED, open_steps=2), None, minutes(5), (Alert.STOPPED,)),
        (replace(HELD, state=ReceptionState.STOPPED), None, minutes(5), ()),
    ],
)
def test_alerts(held: Held, live: Live | None, at: datetime, wanted: tuple[Alert, ...]) -> None:
    assert alerts(held, live, at) == wanted


@pytest.mark.parametrize(
    ("state", "more", "wanted"),
    [
        (ReceptionState.SCHEDULED, {}, (Left.NOT_HELD,)),
        (ReceptionState.LIVE, {}, (Left.RUNNING,)),
        (ReceptionState.ENDED, {}, (Left.NOT_SEALED,)),
        (ReceptionState.ENDED, {"waits_for_day": True}, (Left.NOT_SEALED, Left.NO_NEW_DAY)),
        (ReceptionState.STOPPED, {"open_steps": 1}, (Left.PAPER,)),
        (ReceptionState.STOPPED, {}, ()),
        (ReceptionState.SEALED, {}, ()),
        (ReceptionState.SEALED, {"open_incidents": 2}, (Left.INCIDENT,)),
        (ReceptionState.ABORTED, {}, (Left.NOT_HELD,)),
    ],
)
def test_what_is_left_of_the_day(state: ReceptionState, more: dict[str, Any], wanted: tuple[Left, ...]) -> None:
    held = replace(HELD, state=state, **more)
    assert left_open(held, minutes(31)) == wanted
    assert left_open(held, minutes(29)) == ()


def test_an_alert_that_lasts_comes_back() -> None:
    assert not is_taken(None, NINE)
    assert is_taken(NINE, minutes(29))
    assert not is_taken(NINE, minutes(30))


def test_a_reception_that_was_not_stopped_has_no_paper_steps() -> None:
    assert "bypass" in lines_of(TickList.STOPPED, "denunciation")
    assert "report" in lines_of(TickList.STOPPED, "secret")
    with pytest.raises(NotHere):
        lines_of(TickList.STOPPED, "")


def test_f36_a_failure_is_one_incident_with_its_decisions() -> None:
    notes = (
        Noted("began", minutes(0), "", ""),
        Noted("failure_rung", minutes(1), "", ""),
        Noted("failure_rung", minutes(3), "", ""),
        Noted("choice_telephone", minutes(4), "", "Gọi máy bàn"),
        Noted("failure_over", minutes(6), "", ""),
    )
    found = [(one.kind, one.from_at, one.until_at) for one in incidents(notes)]
    assert found == [("failure_rung", minutes(1), minutes(6)), ("choice_telephone", minutes(4), None)]


def test_stays_are_read_from_notes() -> None:
    def note(kind: NoteKind, at: float, **facts: object) -> Note:
        return Note("P-1", 1, minutes(at), kind, "lan" if kind != NoteKind.ENDED else None, facts)

    notes = [
        note(NoteKind.ADMITTED, 1),
        note(NoteKind.CONNECTED, 2),
        note(NoteKind.LOST, 3, media_only=True),
        note(NoteKind.LOST, 4, media_only=False),
        note(NoteKind.RETURNED, 5),
        note(NoteKind.ENDED, 9),
    ]
    assert stays(notes) == {"lan": (Stay(minutes(1), minutes(4)), Stay(minutes(5), minutes(9)))}
    assert stays(notes[:-1])["lan"][-1] == Stay(minutes(5), None)
