"""Birth dates as papers have them: many older citizens know only the year, or month and year."""

import re
from dataclasses import dataclass
from datetime import date

EARLIEST = 1900
"""Nobody alive is older."""


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date of which the day, or day and month, may be unknown; what is unknown is never made up.

    Raises ValueError for a day that cannot be, and for a day without its month.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar has."""
        if self.day is not None and self.month is None:
            raise ValueError("day without month")
        date(self.year, self.month or 1, self.day or 1)

    @property
    def first_on(self) -> date:
        """The first day it can have been."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def iso(self) -> str:
        """As stored: ``1948``, ``1948-05`` or ``1948-05-12``. Sorts by time, the less exact first."""
        known = (f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None))
        return "-".join(known)

    @property
    def written(self) -> str:
        """As papers write it: ``1948``, ``05/1948`` or ``12/05/1948``."""
        return "/".join(reversed(self.iso.split("-")))

    def fits(self, other: "BirthDate") -> bool:
        """Whether both can be the same day: nothing that both know differs."""
        return self.iso.startswith(other.iso) or other.iso.startswith(self.iso)


def of_day(on: date) -> BirthDate:
    """Return a birth date known to the day."""
    return BirthDate(on.year, on.month, on.day)


def read(iso: str) -> BirthDate:
    """Return a stored birth date. Raises ValueError."""
    return BirthDate(*(int(part) for part in iso.split("-")))


def both_fit(one: BirthDate | None, other: BirthDate | None) -> bool | None:
    """Whether two people can be born on the same day; None while one of the dates is not known at all."""
    return None if one is None or other is None else one.fits(other)


def more_exact(known: BirthDate | None, told: BirthDate | None) -> BirthDate | None:
    """Return what is known when a person tells it again: more of the same is taken, what differs is not."""
    if known is None or told is None:
        return known or told
    return told if told.iso.startswith(known.iso) else known


def fault(year: str, month: str, day: str) -> str | None:
    """Say what is wrong with a birth date as typed in three fields, or None; all blank is none."""
    if not (year or month or day):
        return None
    if re.fullmatch(r"[0-9]{4}", year) is None or int(year) < EARLIEST:
        return "born_year"
    if day and not month:
        return "born_month"
    if not all(re.fullmatch(r"[0-9]{0,2}", part) for part in (month, day)):
        return "born_day"
    try:
        typed(year, month, day)
    except ValueError:
        return "born_day"
    return None


def typed(year: str, month: str, day: str) -> BirthDate | None:
    """Return the birth date of three fields of which the last two may be blank. Raises ValueError."""
    if not (year or month or day):
        return None
    return BirthDate(int(year), int(month) if month else None, int(day) if day else None)


def of_paper(written: str) -> BirthDate | None:
    """Return a birth date as papers write it (``1948``, ``05/1948``, ``12/5/1948``, ``1948-05-12``), or None for what is none."""
    parts = [part.strip() for part in re.split(r"[/.\-]", written)]
    if len(parts) > len(("day", "month", "year")):
        return None
    if len(parts[0]) == len("1948"):
        parts.reverse()
    year, month, day = (*reversed(parts), "", "")[:3]
    return None if fault(year, month, day) else typed(year, month, day)
