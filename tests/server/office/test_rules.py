"""Working days and terms, against the reference results of the domain study (10.3)."""

from datetime import date

import pytest

from server.office import rules

CALENDAR = rules.Calendar({d.on: d.is_working for d in rules.public_days([2026, 2027])})


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 7, 1), 5, date(2026, 7, 8)),
        (date(2026, 7, 1), 7, date(2026, 7, 10)),
        (date(2026, 7, 1), 10, date(2026, 7, 15)),
        (date(2026, 11, 20), 5, date(2026, 11, 30)),
        (date(2026, 4, 22), 7, date(2026, 5, 6)),
    ],
)
def test_working_days(start: date, count: int, end: date) -> None:
    assert rules.add_working_days(start, count, CALENDAR) == end


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 7, 1), 30, date(2026, 7, 31)),
        (date(2026, 7, 1), 45, date(2026, 8, 17)),
        (date(2026, 7, 31), 30, date(2026, 9, 3)),
        (date(2026, 7, 1), 60, date(2026, 9, 3)),
    ],
)
def test_calendar_days_never_end_on_a_day_off(start: date, count: int, end: date) -> None:
    assert rules.due_after_days(start, count, CALENDAR) == end


def test_a_swapped_saturday_is_worked_and_its_monday_is_not() -> None:
    assert CALENDAR.is_working(date(2026, 8, 22))
    assert not CALENDAR.is_working(date(2026, 8, 31))


def test_a_schedule_is_posted_five_working_days_before() -> None:
    held = date(2026, 7, 6)
    assert rules.posted_in_time(date(2026, 6, 29), held, CALENDAR)
    assert not rules.posted_in_time(date(2026, 6, 30), held, CALENDAR)


@pytest.mark.parametrize(("value", "is_wrong"), [(29, False), (30, False), (31, True), (0, True)])
def test_a_limit_of_law_may_only_be_shorter(value: int, is_wrong: bool) -> None:
    assert (rules.setting_fault("first_resolution_days", value) is not None) == is_wrong


def test_an_unknown_setting_is_refused() -> None:
    assert rules.setting_fault("colour", 1) is not None
