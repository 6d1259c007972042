"""The leaders' days of a year: by a rule, moved off days on which the office does not work. Pure."""

import calendar as months
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from server.office.rules import Calendar, next_working_day
from server.words import DayKind

MOST_A_MONTH = 5
LAST_OF_MONTH = 31
FIRST_PLANNED = 2020
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which days of each month: the n-th of a weekday (Monday 0), or dates of the month."""

    weeks: tuple[int, ...] = ()
    weekday: int = 0
    dates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of the plan: what the rule named, and the working day on which it is held."""

    named_on: date
    held_on: date

    @property
    def is_moved(self) -> bool:
        """Whether the rule named a day off, or one already taken."""
        return self.named_on != self.held_on

    @property
    def is_next_month(self) -> bool:
        """Whether moving it took it out of its month, which then lacks it."""
        return self.named_on.month != self.held_on.month


def year_plan(pattern: Pattern, first: date, last: date, calendar: Calendar) -> tuple[PlannedDay, ...]:
    """Return the days of a plan from ``first`` to ``last`` inclusive, in order, no two on one day.

    A day off is moved to the next working day (domain.md 3.4), and on while that one is taken.
    """
    taken: set[date] = set()
    found: list[PlannedDay] = []
    for named in sorted(set(_named(pattern, first.year))):
        if not first <= named <= last:
            continue
        held = next_working_day(named, calendar)
        while held in taken:
            held = next_working_day(held + _DAY, calendar)
        taken.add(held)
        found.append(PlannedDay(named, held))
    return tuple(found)


def _named(pattern: Pattern, year: int) -> Iterator[date]:
    for month in range(1, 13):
        length = months.monthrange(year, month)[1]
        first = date(year, month, 1)
        ahead = (pattern.weekday - first.weekday()) % 7
        for week in pattern.weeks:
            number = 1 + ahead + 7 * (week - 1)
            if number <= length:
                yield date(year, month, number)
        for number in pattern.dates:
            # The 31st of a short month is its last day.
            yield date(year, month, min(number, length))


def new_days(planned: Collection[PlannedDay], held: Collection[date]) -> list[PlannedDay]:
    """Return the days of a plan on which no leader receives yet."""
    return [day for day in planned if day.held_on not in held]


def needs_empty_minutes(kind: DayKind, kept: int) -> bool:
    """Whether a closed day leaves minutes of its own: a leader's day to which nobody came (F05)."""
    return kind is not DayKind.REGULAR and kept == 0
