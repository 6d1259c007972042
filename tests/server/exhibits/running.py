"""Lan's reception while it is held: hanh and tu inside, an interpreter who waits, a paper of two pages in the case."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.files import Kept
from server.demo import officer_named
from server.house import House
from server.reception import actions as receptions
from server.reception.actions import Guest
from server.scheduling.rules import link_token
from server.tables import Attachment, ReceptionMember
from server.text import new_code
from server.words import Origin
from signaling.roles import RoomRole
from tests.server.minutes.receptions import NINE, Room, book, enter

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]>>endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
)
"""Two empty pages, the second lying."""


@dataclass(frozen=True, slots=True)
class Running:
    """What tests need of it."""

    room: Room
    code: str
    lan: str
    """The path of Lan's link."""
    guest: str
    guest_member: str
    paper: str


async def note(house: House, held: Running, kind: str, member: str | None = None, **facts: object) -> None:
    """The room notes something, ten minutes on."""
    await house.db.write(lambda db: held.room.note(db, kind, 10, member, **facts))


def lay(db: Session, links: bytes, kept: Kept) -> Running:
    """Hold the reception since nine o'clock."""
    held = book(db)
    room = Room(held)
    tu = officer_named(db, "tu")
    room.begin(db, [enter(db, officer_named(db, "hanh"), held.code), enter(db, tu, held.code)])
    guest = receptions.invite_guest(db, tu, NINE, held.code, Guest("Vy Thị Mơ", "", "", RoomRole.INTERPRETER))
    member = db.scalars(select(ReceptionMember.member).where(ReceptionMember.room_role == RoomRole.INTERPRETER)).one()
    room.note(db, "waiting", 1, member)
    paper = Attachment(
        code=new_code("TL", 4, 4), request_id=held.request_id, case_id=held.case_id, name="Đơn kiến nghị.pdf",
        content_type="application/pdf", bytes=kept.bytes, sha256=kept.sha256, stored_as=kept.stored_as,
        origin=Origin.BORN_DIGITAL, uploaded_at=NINE,
    )  # fmt: skip
    db.add(paper)
    db.flush()
    lan, guest = f"/vao/{link_token(links, held.appointment_code)}", f"/vao/{link_token(links, guest)}"
    return Running(room, held.code, lan, guest, member, paper.code)
