"""Periods of reports and their days of cut-off (domain.md 6.1), and how long a report is kept (1.9).

Quarter I runs from 15/12 of the year before to 14/3; every later quarter from the 15th of the
month that ends the one before to the 14th of its own last month. Months are not named by the
circular; they are cut on the same days, so that three of them are a quarter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from server.errors import FieldError
from server.words_reports import PeriodKind

FIRST_DAY, LAST_DAY = 15, 14
MONTHS_OF: Mapping[PeriodKind, int] = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.SIX_MONTHS: 6,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.YEAR: 12,
}
NUMBERED = frozenset({PeriodKind.MONTH, PeriodKind.QUARTER})
"""Come several times a year."""
KEPT_YEARS: Mapping[PeriodKind, int | None] = {
    PeriodKind.YEAR: None,
    PeriodKind.NINE_MONTHS: 10,
    PeriodKind.SIX_MONTHS: 10,
    PeriodKind.FREE: 10,
    PeriodKind.QUARTER: 5,
    PeriodKind.MONTH: 5,
}
"""Years a report is kept after the year it was made in; None is for ever."""
LONGEST = timedelta(days=5 * 366)
_YEARS = range(2000, 2100)
_SLUGS: Mapping[str, PeriodKind] = {
    "thang": PeriodKind.MONTH,
    "quy": PeriodKind.QUARTER,
    "6-thang": PeriodKind.SIX_MONTHS,
    "9-thang": PeriodKind.NINE_MONTHS,
    "nam": PeriodKind.YEAR,
}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both counted."""

    kind: PeriodKind
    from_on: date
    until_on: date

    @property
    def year(self) -> int:
        """The year the period is named after."""
        return self.until_on.year

    @property
    def number(self) -> int:
        """Which month or quarter of the year; 0 for periods that come once."""
        return self.until_on.month // MONTHS_OF[self.kind] if self.kind in NUMBERED else 0

    @property
    def slug(self) -> str:
        """How the period stands in an address: ``quy-1-2026``, ``nam-2026``, ``2026-01-01_2026-03-31``."""
        if self.kind is PeriodKind.FREE:
            return f"{self.from_on.isoformat()}_{self.until_on.isoformat()}"
        name = next(slug for slug, kind in _SLUGS.items() if kind is self.kind)
        return f"{name}-{self.number}-{self.year}" if self.kind in NUMBERED else f"{name}-{self.year}"


def period(kind: PeriodKind, year: int, number: int = 1) -> Period:
    """Return a period of the circular; ``number`` counts months or quarters from 1."""
    months = MONTHS_OF[kind]
    last = months * (number if kind in NUMBERED else 1)
    first = last - months
    start = date(year, first, FIRST_DAY) if first else date(year - 1, 12, FIRST_DAY)
    return Period(kind, start, date(year, last, LAST_DAY))


def free(from_on: date, until_on: date) -> Period:
    """Return a free range; what the circular knows by a name is given that name."""
    for kind in MONTHS_OF:
        for number in range(1, 12 // MONTHS_OF[kind] + 1) if kind in NUMBERED else (1,):
            named = period(kind, until_on.year, number)
            if (named.from_on, named.until_on) == (from_on, until_on):
                return named
    return Period(PeriodKind.FREE, from_on, until_on)


def free_fault(from_on: date, until_on: date) -> FieldError | None:
    """Say why a range cannot be, or None."""
    if until_on < from_on:
        return FieldError("range_backwards")
    if until_on - from_on > LONGEST or from_on.year not in _YEARS or until_on.year not in _YEARS:
        return FieldError("range_long")
    return None


def read(slug: str) -> Period | None:
    """Return the period a slug stands for, or None."""
    if "_" in slug:
        first, _, last = slug.partition("_")
        try:
            from_on, until_on = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            return None
        return None if free_fault(from_on, until_on) else free(from_on, until_on)
    for name, kind in _SLUGS.items():
        numbers = slug.removeprefix(name + "-").split("-") if slug.startswith(name + "-") else []
        if len(numbers) != (2 if kind in NUMBERED else 1) or not all(_is_number(n) for n in numbers):
            continue
        year, number = int(numbers[-1]), int(numbers[0]) if kind in NUMBERED else 1
        if year in _YEARS and 1 <= number <= 12 // MONTHS_OF[kind]:
            return period(kind, year, number)
    return None


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 5  # noqa: PLR2004 years have four


def current(kind: PeriodKind, today: date) -> Period:
    """Return the period of a kind that today falls in; of six and nine months, the one that ends last before the year does."""
    # From 15/12 on the next year has begun.
    year = today.year + (today.month == 12 and today.day >= FIRST_DAY)  # noqa: PLR2004 December
    for number in range(1, 12 // MONTHS_OF[kind] + 1) if kind in NUMBERED else (1,):
        found = period(kind, year, number)
        if found.from_on <= today <= found.until_on:
            return found
    return period(kind, year)


def kept_until(kind: PeriodKind, made_on: date) -> int | None:
    """Return the last year a report must be kept, counted from the year it was made; None: never disposed of (F81)."""
    years = KEPT_YEARS[kind]
    return None if years is None else made_on.year + years


def may_be_disposed(kind: PeriodKind, made_on: date, today: date) -> bool:
    """Whether disposal of a report may be proposed."""
    last = kept_until(kind, made_on)
    return last is not None and today.year > last
