"""Working days, terms counted in them, and the settings a unit may change.

Terms follow the Civil Code 2015, Articles 147 and 148: the first day is not counted, and a
term that ends on a day off ends on the next working day. What is a working day is asked of a
``Calendar``, because the Government swaps days: Saturday 22/8/2026 is worked, Monday 31/8 is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import holidays

from server.clock import at_office, local
from server.errors import FieldError

POSTED_BEFORE = 5
"""Working days between posting a schedule and the reception day (Law on Citizen Reception, 24)."""

SENT_FROM, SENT_UNTIL = 7, 17
"""The hours in which the office writes to officers of its own accord."""
FIRST_YEAR, LAST_YEAR = 2000, 2100

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which the office differs from the week: date → whether it is worked."""

    special: Mapping[date, bool] = field(default_factory=dict[date, bool])
    version: int = 0

    def follows_week(self, on: date) -> bool:
        """Whether nothing special is said of this day."""
        return on not in self.special

    def is_working(self, on: date) -> bool:
        """Whether the office works on this day."""
        return self.special.get(on, on.weekday() < _SATURDAY)


@dataclass(frozen=True, slots=True)
class PublicDay:
    """A day off, or a day of rest that is worked, as a package of public holidays knows it."""

    on: date
    is_working: bool
    name: str


def public_days(years: Iterable[int]) -> list[PublicDay]:
    """Return the known special days of these years, to seed a calendar that the city then owns."""
    wanted = sorted(set(years))
    found = holidays.country_holidays("VN", years=wanted, language="vi")
    off = [PublicDay(on, is_working=False, name=str(name)) for on, name in found.items()]
    worked = [
        PublicDay(on, is_working=True, name="") for on in getattr(found, "weekend_workdays", set()) if on.year in wanted
    ]
    return sorted(off + worked, key=lambda day: day.on)


def next_working_day(on: date, calendar: Calendar) -> date:
    """Return ``on`` itself when it is worked, else the first working day after it."""
    while not calendar.is_working(on):
        on += _DAY
    return on


def add_working_days(start: date, count: int, calendar: Calendar) -> date:
    """Return the day ``count`` working days after ``start``; the start is not counted."""
    on = start
    while count > 0:
        on += _DAY
        count -= calendar.is_working(on)
    return on


def take_working_days(end: date, count: int, calendar: Calendar) -> date:
    """Return the day ``count`` working days before ``end``; the end is not counted."""
    on = end
    while count > 0:
        on -= _DAY
        count -= calendar.is_working(on)
    return on


def due_after_days(start: date, count: int, calendar: Calendar) -> date:
    """Return the end of a term of calendar days: never on a day off."""
    return next_working_day(start + timedelta(days=count), calendar)


def posted_in_time(published_on: date, held_on: date, calendar: Calendar) -> bool:
    """Whether a schedule was posted early enough before the reception day."""
    return published_on <= take_working_days(held_on, POSTED_BEFORE, calendar)


def written_at(at: datetime, calendar: Calendar) -> datetime:
    """Return when a letter that nobody waits for leaves: now, or at the start of the next working hours."""
    on = local(at).date()
    if calendar.is_working(on):
        if at_office(on, SENT_FROM, 0) <= at < at_office(on, SENT_UNTIL, 0):
            return at
        if at < at_office(on, SENT_FROM, 0):
            return at_office(on, SENT_FROM, 0)
    return at_office(next_working_day(on + _DAY, calendar), SENT_FROM, 0)


def day_fault(on: date, *, is_working: bool | None, calendar: Calendar) -> FieldError | None:
    """Say why the calendar cannot be changed so, or None. ``is_working`` None lets the day follow the week."""
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        return FieldError("calendar_year", {"least": FIRST_YEAR, "most": LAST_YEAR})
    as_wanted = (on.weekday() < _SATURDAY) if is_working is None else is_working
    if calendar.follows_week(on) and calendar.is_working(on) == as_wanted:
        return FieldError("calendar_same")
    return None


@dataclass(frozen=True, slots=True)
class Setting:
    """A whole number a unit may choose: default and bounds."""

    default: int
    least: int
    most: int


SETTINGS: Mapping[str, Setting] = {
    # Limits of law may only be made shorter (F62); the rules of the terms name them.
    "notice_working_days": Setting(10, 1, 10),
    "acceptance_days": Setting(10, 1, 10),
    "first_resolution_days": Setting(30, 1, 30),
    "first_resolution_complex_days": Setting(45, 1, 45),
    "first_resolution_remote_days": Setting(45, 1, 45),
    "first_resolution_remote_complex_days": Setting(60, 1, 60),
    "second_resolution_days": Setting(45, 1, 45),
    "second_resolution_complex_days": Setting(60, 1, 60),
    "second_resolution_remote_days": Setting(60, 1, 60),
    "second_resolution_remote_complex_days": Setting(70, 1, 70),
    "first_decision_working_days": Setting(3, 1, 3),
    "second_decision_days": Setting(7, 1, 7),
    "denunciation_check_working_days": Setting(7, 1, 7),
    "denunciation_check_complex_working_days": Setting(10, 1, 10),
    "denunciation_transfer_working_days": Setting(5, 1, 5),
    "denunciation_notice_working_days": Setting(5, 1, 5),
    "denunciation_resolution_days": Setting(30, 1, 30),
    "national_correction_working_days": Setting(5, 1, 5),
    "slot_minutes": Setting(30, 10, 240),
    "crowd_from": Setting(5, 5, 20),
    "urge_before_working_days": Setting(2, 0, 30),
    "is_denunciation_online": Setting(0, 0, 0),
}
"""What a unit may change by itself. ``is_denunciation_online`` stays off until the law is clear."""


def setting_fault(name: str, value: int) -> FieldError | None:
    """Say what is wrong with a new value of a setting, or None."""
    known = SETTINGS.get(name)
    if known is None:
        return FieldError("unknown_setting")
    if not known.least <= value <= known.most:
        return FieldError("setting_bounds", {"least": known.least, "most": known.most})
    return None


MINUTES = "BB"
"""The register of minutes."""


def minutes_number(count: int) -> str:
    """Return the number of minutes as it is printed: ``Số: 12/BB-UBND`` (Decree 30/2020)."""
    return f"{count:02d}/{MINUTES}-UBND"
