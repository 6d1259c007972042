"""What happens to a promise that nobody keeps: a reminder, a letter, a second letter, a report to the head."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.cases import rules
from server.office.rules import Calendar
from server.words import EscalationStep as Step

DUE = date(2026, 7, 8)
CALENDAR = Calendar()


def step(on: date, *letters: date) -> Step:
    return rules.escalation(DUE, letters, on, CALENDAR)


def test_each_step_waits_for_the_one_before() -> None:
    assert step(DUE) is Step.NONE
    assert step(date(2026, 7, 9)) is Step.REMIND
    assert step(date(2026, 7, 10)) is Step.REMIND
    assert step(date(2026, 7, 13)) is Step.URGE
    first, second = date(2026, 7, 13), date(2026, 7, 21)
    assert step(date(2026, 7, 20), first) is Step.REMIND
    assert step(date(2026, 7, 21), first) is Step.URGE_AGAIN
    assert step(date(2026, 7, 28), first, second) is Step.REMIND
    assert step(date(2026, 7, 29), first, second) is Step.REPORT


@given(late=st.integers(1, 400), letters=st.lists(st.integers(1, 400), max_size=4))
def test_an_overdue_promise_never_counts_as_in_time(late: int, letters: list[int]) -> None:
    found = step(DUE + timedelta(late), *(DUE + timedelta(each) for each in letters))
    assert found is not Step.NONE
    assert found is not Step.URGE or not letters
