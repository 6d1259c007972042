"""Who gets which place in a room, and what a room's note means for the reception.

A denunciation is never received online (domain.md F41), so no room exists for one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.clock import at_office, local
from server.errors import Refused
from server.words import AppointmentState, IdentityCheck, ReceptionState, Role
from signaling.roles import RoomRole

STAFF_ENTER_BEFORE = timedelta(hours=3)
"""Staff set the room up well before the citizen's waiting room opens."""
MOST_PEOPLE = 20
MOST_GUESTS = 6
MOST_LINKS = 30
"""Links ever made for one reception, with those that took another's place."""

DESK = frozenset({Role.RECEPTION_OFFICER, Role.PETITION_OFFICER, Role.OFFICE_HEAD, Role.WARD_CHAIR})
"""See the unit's receptions and prepare them."""
INVITED = frozenset({Role.CASE_OFFICER, Role.CITY_BOARD_MEMBER, Role.WARD_VICE_CHAIR, Role.INSPECTOR})
"""See a reception only when they were invited to it or preside over it."""
DRILLS = DESK | {Role.WARD_VICE_CHAIR, Role.TECHNICIAN}
"""Try the ward's room out in the morning."""
SCHEDULE_ONLY = frozenset({Role.WARD_POLICE, Role.TECHNICIAN})
"""See that a reception takes place, where and when; no name, no matter."""

OVER = frozenset({ReceptionState.ENDED, ReceptionState.SEALED, ReceptionState.ABORTED, ReceptionState.STOPPED})
"""Nobody enters a room any more."""
NOT_BEGUN = frozenset({ReceptionState.SCHEDULED, ReceptionState.OPEN})
ENTERABLE = frozenset({AppointmentState.BOOKED, AppointmentState.KEPT})
"""One that was moved, cancelled or missed leads into no room."""

RECEPTION_FLOW: Mapping[ReceptionState, Mapping[str, ReceptionState]] = {
    ReceptionState.SCHEDULED: {
        "room_opened": ReceptionState.OPEN,
        "began": ReceptionState.LIVE,
        "stopped_here": ReceptionState.STOPPED,
        "ended": ReceptionState.ABORTED,
    },
    ReceptionState.OPEN: {
        "began": ReceptionState.LIVE,
        "stopped_here": ReceptionState.STOPPED,
        "ended": ReceptionState.ABORTED,
    },
    ReceptionState.LIVE: {
        "paused": ReceptionState.PAUSED,
        "stopped_here": ReceptionState.STOPPED,
        "ended": ReceptionState.ENDED,
    },
    ReceptionState.PAUSED: {
        "resumed": ReceptionState.LIVE,
        "stopped_here": ReceptionState.STOPPED,
        "ended": ReceptionState.ENDED,
    },
    ReceptionState.ENDED: {"sealed": ReceptionState.SEALED},
    ReceptionState.ABORTED: {},
    ReceptionState.SEALED: {},
    ReceptionState.STOPPED: {},
}
"""State of a reception → note of the room (or seal of the minutes) → next state."""


def after_note(state: ReceptionState, kind: str) -> ReceptionState:
    """Return the state after a note; a note that does not move the reception leaves it."""
    return RECEPTION_FLOW[state].get(kind, state)


@dataclass(frozen=True, slots=True)
class Seat:
    """What decides an officer's place in a room."""

    is_own_unit: bool
    is_chair: bool
    is_clerk: bool
    invited_as: RoomRole | None


def room_role(role: Role, seat: Seat) -> RoomRole | None:
    """Return an officer's place in a room, or None: then the room does not exist for them."""
    if seat.is_own_unit and seat.is_chair and role in {Role.WARD_CHAIR, Role.WARD_VICE_CHAIR}:
        return RoomRole.CHAIR
    if seat.is_own_unit and role in DESK:
        if seat.is_clerk:
            return RoomRole.CLERK
        return RoomRole.OFFICER if role is Role.RECEPTION_OFFICER else RoomRole.CLERK
    return seat.invited_as


def invited_role(role: Role) -> RoomRole | None:
    """Return the place an officer of another body gets when invited."""
    return {
        Role.CITY_BOARD_MEMBER: RoomRole.CITY_BOARD,
        Role.CASE_OFFICER: RoomRole.DEPARTMENT,
        Role.INSPECTOR: RoomRole.OBSERVER,
        Role.WARD_POLICE: RoomRole.OBSERVER,
    }.get(role)


def site_of(role: RoomRole) -> str:
    """Return the site (điểm cầu) that goes with a place."""
    return {RoomRole.CITY_BOARD: "city", RoomRole.DEPARTMENT: "department"}.get(role, "ward")


def ticket_until(ends_at: datetime) -> datetime:
    """Return when a ticket stops to be good: the end of the reception's day at the office."""
    return at_office(local(ends_at).date() + timedelta(days=1), 0, 0)


def check_may_enter(state: ReceptionState, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Refuse staff a room long before its hour, after its day, or after its end."""
    if state in OVER:
        raise Refused("room_ended")
    if at < starts_at - STAFF_ENTER_BEFORE:
        raise Refused("room_early")
    if at >= ticket_until(ends_at):
        raise Refused("room_over")


def check_identity(now_is: IdentityCheck, then: IdentityCheck) -> None:
    """Refuse to take an identity check back to "not yet"."""
    if then is IdentityCheck.NOT_YET and now_is is not IdentityCheck.NOT_YET:
        raise Refused("identity_taken_back")
