"""Who tells of an incident: the place that a citizen's or guest's link leads to."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.reception import queries_guest
from server.tables import Appointment, Reception, ReceptionMember
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class LinkSeat:
    """Where the link of a citizen or guest leads: the reception, its room, and the place in it."""

    reception_id: int
    room: str
    role: str


def seat_of_link(db: Session, code: str, *, is_guest: bool) -> LinkSeat:
    """Return the place of a proven link. Raises NotHere where no room was made yet."""
    query = select(Reception.id, Reception.code, ReceptionMember.room_role).join(
        ReceptionMember, ReceptionMember.reception_id == Reception.id
    )
    if is_guest:
        reception_id, member = queries_guest.guest_reception(db, code)
        query = query.where(Reception.id == reception_id, ReceptionMember.member == member)
    else:
        query = query.join(Appointment, Appointment.id == Reception.appointment_id).where(
            Appointment.code == code, ReceptionMember.room_role == RoomRole.CITIZEN
        )
    row = db.execute(query).first()
    if row is None:
        raise NotHere
    return LinkSeat(*row)
