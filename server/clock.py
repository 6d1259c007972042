"""What time it is in the office. The only module that asks the machine.

Stored times are aware UTC; people are shown Asia/Ho_Chi_Minh (UTC+7, no summer time).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(slots=True)
class Clock:
    """A clock that tests can move: ``shift`` is added to the machine's time."""

    shift: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the time as aware UTC."""
        return datetime.now(UTC) + self.shift

    def today(self) -> date:
        """Return the date at the office."""
        return local(self.now()).date()

    def set(self, at: datetime) -> None:
        """Make ``now()`` continue from ``at`` (aware)."""
        self.shift = at - datetime.now(UTC)


def local(at: datetime) -> datetime:
    """Return an aware time as seen on the office's wall clock."""
    return at.astimezone(OFFICE_ZONE)


def at_office(on: date, hour: int, minute: int) -> datetime:
    """Return the aware UTC moment of a wall-clock time at the office."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=OFFICE_ZONE).astimezone(UTC)
