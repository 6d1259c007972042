"""Take a guest's link back, or give the guest a new one; and tie a link to the first browser that uses it."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.errors import NotHere, Refused
from server.reception import queries, rules
from server.tables import GuestLink, Reception, ReceptionMember
from server.who import Who, the_system
from signaling.roles import RoomRole


def use(db: Session, at: datetime, guest_code: str, mark: str) -> None:
    """Tie a guest's link to the browser that enters the room by it first.

    Raises NotHere for a link taken back, Refused("guest_link_used") for any other browser.
    """
    taken = update(GuestLink).where(
        GuestLink.code == guest_code, GuestLink.ended_at.is_(None), GuestLink.used_by_browser.is_(None)
    )
    is_first = db.execute(taken.values(used_at=at, used_by_browser=mark)).rowcount == 1  # type: ignore[attr-defined]
    link = db.scalar(select(GuestLink).where(GuestLink.code == guest_code, GuestLink.ended_at.is_(None)))
    if link is None:
        raise NotHere
    if link.used_by_browser != mark:
        raise Refused("guest_link_used")
    if is_first:
        reception = db.get_one(Reception, link.reception_id)
        about = About("reception", reception.id, reception.code, reception.case_id, reception.unit_id)
        audit.record(db, the_system(reception.unit_id), at, "used_guest_link", about, member=link.member)


def live_link(db: Session, reception_id: int, guest: tuple[str, str, str, RoomRole]) -> str | None:
    """Return the live link of a guest of this (name, title, unit, role), or None.

    The reception is held until the transaction ends, so that two who invite at once count each other's.
    """
    db.get_one(Reception, reception_id, with_for_update=True)
    name, title, unit_name, role = guest
    return db.scalar(
        select(GuestLink.code)
        .join(
            ReceptionMember,
            (ReceptionMember.member == GuestLink.member) & (ReceptionMember.reception_id == reception_id),
        )
        .where(
            GuestLink.reception_id == reception_id,
            GuestLink.ended_at.is_(None),
            ReceptionMember.name == name,
            ReceptionMember.title == title,
            ReceptionMember.unit_name == unit_name,
            ReceptionMember.room_role == role,
        )
        .limit(1)
    )


def withdraw(db: Session, who: Who, at: datetime, code: str, member: str) -> None:
    """Take a guest's link back. Twice is once. Raises NotHere."""
    found, links = _guest(db, who, code, member)
    live = [link for link in links if link.ended_at is None]
    for link in live:
        link.ended_at = at
    if live:
        about = About("reception", found.id, found.code, found.case_id, found.unit_id)
        audit.record(db, who, at, "withdrew_guest", about, member=member)


def renew(db: Session, who: Who, at: datetime, code: str, member: str) -> None:
    """Give a guest a fresh link for the same place; the old one ends. One that nobody used is fresh already.

    Raises NotHere, Refused: ``room_ended``, ``guests_full``.
    """
    found, links = _guest(db, who, code, member)
    if found.state in rules.OVER:
        raise Refused("room_ended")
    if any(link.ended_at is None and link.used_at is None for link in links):
        return
    if count_links(db, found.id) >= rules.MOST_LINKS:
        raise Refused("guests_full", most=rules.MOST_GUESTS)
    for link in links:
        link.ended_at = link.ended_at or at
    db.add(GuestLink(code=text.new_code("KM", 4, 4), reception_id=found.id, member=member, created_at=at))
    about = About("reception", found.id, found.code, found.case_id, found.unit_id)
    audit.record(db, who, at, "renewed_guest", about, member=member)


def count_links(db: Session, reception_id: int, *, is_live: bool = False) -> int:
    """Return how many links were ever made for a reception, or how many are good now."""
    made = select(func.count()).select_from(GuestLink).where(GuestLink.reception_id == reception_id)
    return db.scalars(made.where(GuestLink.ended_at.is_(None)) if is_live else made).one()


def _guest(db: Session, who: Who, code: str, member: str) -> tuple[queries.ReceptionFile, list[GuestLink]]:
    found = queries.reception_for(db, who, code)
    # Held, so that two who press at once leave one live link.
    db.scalars(select(Reception.id).where(Reception.id == found.id).with_for_update()).one()
    links = list(
        db.scalars(
            select(GuestLink)
            .where(GuestLink.reception_id == found.id, GuestLink.member == member)
            .order_by(GuestLink.id)
            .execution_options(populate_existing=True)
        )
    )
    if found.unit_id != who.unit_id or not links:
        raise NotHere
    return found, links
