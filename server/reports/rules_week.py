"""The weekly digest: whose it is, and which days it speaks of."""

from datetime import date, timedelta

from server.words import Role

RECIPIENTS = (Role.WARD_CHAIR, Role.RECEPTION_OFFICER, Role.OFFICE_HEAD)
"""Who gets the letter and opens the page; who holds several is written to in the first of them."""


def week_of(on: date) -> tuple[date, date]:
    """Return Monday and Sunday of the week of a day."""
    monday = on - timedelta(on.weekday())
    return monday, monday + timedelta(6)
