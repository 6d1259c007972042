"""Where a guest's link leads, and whether it still does."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.reception import rules
from server.tables import Appointment, GuestLink, Reception, ReceptionMember, Unit
from signaling.roles import RoomRole


def guest_reception(db: Session, guest_code: str) -> tuple[int, str]:
    """Return (reception id, member) of a guest's live link. Raises NotHere."""
    row = db.execute(
        select(GuestLink.reception_id, GuestLink.member).where(
            GuestLink.code == guest_code, GuestLink.ended_at.is_(None)
        )
    ).first()
    if row is None:
        raise NotHere
    return row.reception_id, row.member


@dataclass(frozen=True, slots=True)
class GuestDoor:
    """What decides whether a browser may use a guest's link."""

    is_ended: bool
    used_by_browser: str | None
    unit_phone: str


def guest_door(db: Session, guest_code: str) -> GuestDoor:
    """Return how a guest's link stands. Raises NotHere."""
    row = db.execute(
        select(GuestLink, Unit.phone)
        .join(Reception, Reception.id == GuestLink.reception_id)
        .join(Unit, Unit.id == Reception.unit_id)
        .where(GuestLink.code == guest_code)
    ).first()
    if row is None:
        raise NotHere
    return GuestDoor(row.GuestLink.ended_at is not None, row.GuestLink.used_by_browser, row.phone)


def who_may_wait(db: Session, room: str) -> list[str] | None:
    """Return the members of a room who came by a link, where the reception has not begun; None: it has, or is over."""
    reception = db.scalar(select(Reception).where(Reception.code == room))
    if reception is None or reception.state not in rules.NOT_BEGUN:
        return None
    members = select(ReceptionMember.member).where(
        ReceptionMember.reception_id == reception.id,
        ReceptionMember.officer_id.is_(None),
        ReceptionMember.room_role != RoomRole.WARD_ROOM.value,
    )
    return list(db.scalars(members.order_by(ReceptionMember.id)))


def is_good(db: Session, room: str, member: str, issued_at: datetime) -> bool:
    """Whether a ticket issued to somebody at a moment still holds.

    A room that has not begun needs its appointment, a guest's ticket the link it was issued for.
    """
    stands = db.execute(
        select(Reception.state, Appointment.state)
        .join(Appointment, Appointment.id == Reception.appointment_id)
        .where(Reception.code == room)
    ).first()
    if stands is not None and stands[0] in rules.NOT_BEGUN and stands[1] not in rules.ENTERABLE:
        return False
    links = db.execute(
        select(GuestLink.created_at, GuestLink.ended_at)
        .join(Reception, Reception.id == GuestLink.reception_id)
        .where(Reception.code == room, GuestLink.member == member)
    ).all()
    return not links or any(link.ended_at is None and link.created_at <= issued_at for link in links)


def appointment_of_guest(db: Session, guest_code: str) -> str:
    """Return the code of the appointment a guest's live link belongs to. Raises NotHere."""
    reception_id, _ = guest_reception(db, guest_code)
    return db.scalars(
        select(Appointment.code)
        .join(Reception, Reception.appointment_id == Appointment.id)
        .where(Reception.id == reception_id)
    ).one()
