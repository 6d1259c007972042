"""Entries into the national database: their flow, their account, the days to mend a difference.

There is no public interface of the national database (domain.md 1.6), so people type. Decree
197/2026: entered as soon as the event happens; differences are mended in five working days
(D19). Which of the four accounts enters what is our reading of domain.md 5.3.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from server.errors import FieldError, Refused
from server.office.rules import Calendar, add_working_days
from server.words import NationalAccount, NationalEvent, NationalState, NationalVerb, Role

RECEIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})
BOARD = frozenset({Role.CITY_BOARD_MEMBER})
DESK = RECEIVERS | BOARD | {Role.PETITION_OFFICER, Role.OFFICE_HEAD}
ANSWERABLE = frozenset({Role.WARD_CHAIR, *BOARD})
"""Signs the reconciliation: the chair answers for completeness, accuracy and timeliness."""
MEND_WITHIN = 5
"""Working days from finding a difference to mending it."""

ACCOUNTS: Mapping[NationalEvent, NationalAccount] = {
    NationalEvent.RECEPTION_HELD: NationalAccount.RECEPTION,
    NationalEvent.PETITION_RECEIVED: NationalAccount.PETITION,
    NationalEvent.PETITION_DIRECTED: NationalAccount.HEAD,
    NationalEvent.CASE_ACCEPTED: NationalAccount.RESOLUTION,
    NationalEvent.CASE_CONCLUDED: NationalAccount.RESOLUTION,
}

NATIONAL_FLOW: Mapping[NationalState, Mapping[NationalVerb, NationalState]] = {
    NationalState.TO_ENTER: {NationalVerb.ENTER: NationalState.ENTERED},
    NationalState.ENTERED: {
        NationalVerb.GIVE_BACK: NationalState.RETURNED,
        NationalVerb.CORRECT: NationalState.CORRECTED,
    },
    NationalState.RETURNED: {NationalVerb.CORRECT: NationalState.CORRECTED},
    NationalState.CORRECTED: {
        NationalVerb.GIVE_BACK: NationalState.RETURNED,
        NationalVerb.CORRECT: NationalState.CORRECTED,
    },
}
WAITING = frozenset({NationalState.TO_ENTER, NationalState.RETURNED})
"""Somebody must type."""


def moved(state: NationalState, verb: NationalVerb) -> NationalState:
    """Return the state a verb leads to. Raises Refused("national_flow")."""
    after = NATIONAL_FLOW[state].get(verb)
    if after is None:
        raise Refused("national_flow")
    return after


def verbs(state: NationalState) -> tuple[NationalVerb, ...]:
    """Return what may be done to an entry in this state."""
    return tuple(NATIONAL_FLOW[state])


def may_see(role: Role, *, is_restricted: bool) -> bool:
    """Whether a role of the unit may know of an entry; a denunciation is for receivers and the board."""
    return role in (RECEIVERS | BOARD if is_restricted else DESK)


def mend_by(found_on: date, calendar: Calendar) -> date:
    """Return the last day for mending a difference (F74)."""
    return add_working_days(found_on, MEND_WITHIN, calendar)


_PERIOD = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")


def period(text: str) -> tuple[date, date] | None:
    """Return first and last day of ``2026-07`` or ``2026-Q3``, or None when it is neither."""
    parts = _PERIOD.fullmatch(text)
    if parts is None or not 2000 <= int(parts[1]) < 9999:  # noqa: PLR2004 nothing was entered before, and no year follows 9999
        return None
    first = int(parts[2]) * 3 - 2 if parts[2] else int(parts[3])
    after = first + (3 if parts[2] else 1)
    end = date(int(parts[1]) + (after > 12), after - 12 if after > 12 else after, 1)  # noqa: PLR2004 months of a year
    return date(int(parts[1]), first, 1), end - timedelta(days=1)


def span_faults(from_on: date, until_on: date, today: date) -> dict[str, FieldError]:
    """Say what is wrong with the days of an export."""
    if until_on < from_on:
        return {"until_on": FieldError("until_before_from")}
    if from_on > today:
        return {"from_on": FieldError("day_not_yet")}
    if until_on - from_on > timedelta(days=366):
        return {"until_on": FieldError("span_long")}
    return {}
