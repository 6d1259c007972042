"""The weekly digest: whose it is, which days it speaks of, on which morning it leaves."""

from datetime import date, timedelta

from server.office.rules import Calendar, next_working_day
from server.words import Role

RECIPIENTS = (Role.WARD_CHAIR, Role.RECEPTION_OFFICER, Role.OFFICE_HEAD)
"""Who gets the letter and opens the page; who holds several is written to in the first of them."""


def week_of(on: date) -> tuple[date, date]:
    """Return Monday and Sunday of the week of a day."""
    monday = on - timedelta(on.weekday())
    return monday, monday + timedelta(6)


def is_digest_day(on: date, calendar: Calendar) -> bool:
    """Whether the letter leaves on this day: Monday, or the first day worked of a week whose Monday is off."""
    monday, sunday = week_of(on)
    return on <= sunday and on == next_working_day(monday, calendar)
