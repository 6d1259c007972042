"""What happens to a promise that nobody keeps: a reminder, a letter, a second letter, a report to the head."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.cases import jobs, rules
from server.cases.actions import NewFollowUp, add_follow_up
from server.demo import officer_named
from server.house import House
from server.office.rules import Calendar
from server.tables import Officer, OfficialPaper, OutboxLetter
from server.words import EscalationStep as Step
from server.words import PaperForm, PaperState
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE

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


def urged_twice(db: Session) -> None:
    """Something owed since 8 July, urged by a letter on the 13th and one on the 21st."""
    held, tu = receptions.book(db), officer_named(db, "tu")
    db.execute(update(Officer).where(Officer.username == "hanh").values(phone="0912000111"))
    new = NewFollowUp(held.case_id, None, tu.unit_id, None, "Vũ Tiến Dũng", "Kiểm tra xưởng", DUE, "k" * 16)
    owed = add_follow_up(db, tu, NINE, new)
    for number, on in enumerate((date(2026, 7, 13), date(2026, 7, 21)), 1):
        letter = OfficialPaper(
            code=f"VB-{number}", unit_id=tu.unit_id, case_id=held.case_id, follow_up_id=owed, form=PaperForm.URGING,
            state=PaperState.ISSUED, words={}, register="CV", year=2026, number=number, issued_on=on,
            created_by=tu.officer_id or 0, created_at=NINE, changed_at=NINE, idempotency_key=str(number),
        )  # fmt: skip
        db.add(letter)
    db.flush()


@pytest.mark.one_engine
def test_after_two_letters_the_head_is_told_once(house: House) -> None:
    house.db.write_now(urged_twice)
    for days in (22, 23, 24):
        house.db.write_now(jobs.remind_all, NINE + timedelta(days=days))
    told = house.db.read_now(
        lambda db: list(db.scalars(select(OutboxLetter.facts).where(OutboxLetter.template == "follow_up_report")))
    )
    assert len(told) == 1
    assert "Kiểm tra" not in str(told)
