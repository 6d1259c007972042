"""Roles and what they may manage, password and lock-out rules."""

from datetime import datetime, timedelta

from server.words import Role

IDLE_FOR = timedelta(hours=2)
LOGIN_FOR = timedelta(hours=12)
CITIZEN_LOGIN_FOR = timedelta(hours=4)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
FREE_TRIES = 5

MANAGES_OFFICERS = frozenset({Role.SYS_ADMIN})
READS_AUDIT = frozenset({Role.SYS_ADMIN, Role.INSPECTOR, Role.WARD_CHAIR, Role.RECORDS_OFFICER})


def locked_for(failed_count: int) -> timedelta:
    """How long an account waits after so many wrong passwords in a row: nothing, then 1 min, doubling to 30."""
    over = failed_count - FREE_TRIES
    return timedelta() if over < 0 else min(timedelta(minutes=30), timedelta(minutes=2**over))


def is_locked(locked_until: datetime | None, at: datetime) -> bool:
    """Whether sign-in must wait."""
    return locked_until is not None and at < locked_until


def password_fault(password: str, username: str) -> str | None:
    """Return what is wrong with a new password (a code), or None. Length counts, not classes of letters."""
    if len(password) < SHORTEST_PASSWORD:
        return "password_short"
    if len(password) > LONGEST_PASSWORD:
        return "too_long"
    if username.lower() in password.lower() or len(set(password)) < 5:  # noqa: PLR2004 fewer letters than this is a pattern
        return "password_simple"
    return None
