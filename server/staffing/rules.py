"""Quarters, and what about an account somebody should look at."""

from datetime import date, datetime, timedelta

from server.words import Role

DORMANT_AFTER = timedelta(days=90)
CHAIRS = frozenset({Role.WARD_CHAIR, Role.WARD_VICE_CHAIR})


def quarter_of(on: date) -> str:
    """Return the quarter of a day, as ``2026-Q3``."""
    return f"{on.year}-Q{(on.month + 2) // 3}"


def remark(seen_at: datetime | None, opened_at: datetime, at: datetime) -> str:
    """Return why an account needs a look (``never``, ``dormant``), or nothing. A new account has its time to begin."""
    if seen_at is None:
        return "never" if at - opened_at > DORMANT_AFTER else ""
    return "dormant" if at - seen_at > DORMANT_AFTER else ""
