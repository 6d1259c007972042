"""Roles and what they may manage, password rules and how often somebody may try."""

import unicodedata
from datetime import timedelta

from server.words import Role

IDLE_FOR = timedelta(hours=2)
LOGIN_FOR = timedelta(hours=12)
CITIZEN_LOGIN_FOR = timedelta(hours=4)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_TYPED = 4 * LONGEST_PASSWORD
"""Of a letter with its accents sent one by one."""
TRIES_FOR = timedelta(minutes=15)
TRIES_OF_NAME_HERE = 5
TRIES_OF_NAME = 60
TRIES_OF_NETWORK = 100
"""Sign-ins in ``TRIES_FOR``: of one name from one network, of one name at all, of one network at all."""

MANAGES_OFFICERS = frozenset({Role.SYS_ADMIN})
READS_AUDIT = frozenset({Role.SYS_ADMIN, Role.INSPECTOR, Role.WARD_CHAIR, Role.RECORDS_OFFICER})


def password_form(typed: str) -> str:
    """Return a password as it is hashed: NFC, each kind of blank as a space (RFC 8265, OpaqueString).

    One machine sends ``ễ`` as one letter, another as a letter and two accents.
    """
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in typed)
    return unicodedata.normalize("NFC", spaced)


def password_fault(password: str, username: str) -> str | None:
    """Return what is wrong with a new password (a code), or None. Length counts, not classes of letters."""
    if len(password) < SHORTEST_PASSWORD:
        return "password_short"
    if len(password) > LONGEST_PASSWORD:
        return "too_long"
    if username.lower() in password.lower() or len(set(password)) < 5:  # noqa: PLR2004 fewer letters than this is a pattern
        return "password_simple"
    return None
