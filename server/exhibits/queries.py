"""Who stands behind a door of the room, what is shown there now, and which papers the desk may show."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.errors import NotHere
from server.exhibits import rules
from server.exhibits.rules import Origin, Watcher
from server.reception import queries as receptions
from server.reception import queries_guest
from server.reception import rules as reception_rules
from server.tables import (
    Appointment,
    Attachment,
    Case,
    Document,
    OfficialPaper,
    Reception,
    ReceptionMember,
    ReceptionRequest,
    RoomNote,
    ShownPage,
)
from server.who import Who
from signaling.roles import DESK, RoomRole

MOST_FILES = 200
"""Papers of one case that the desk is offered, the newest."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whoever comes by a door that was proven: one member of one reception."""

    reception: int
    code: str
    member: str
    name: str
    watcher: Watcher


def seat_of_link(db: Session, code: str) -> Seat:
    """Return the place that a proven link leads to: the citizen's or a guest's. Raises NotHere."""
    if code.startswith("KM-"):
        reception_id, member = queries_guest.guest_reception(db, code)
        where = ReceptionMember.member == member
    else:
        reception_id = _reception_of(db, code)
        where = ReceptionMember.room_role == RoomRole.CITIZEN
    row = db.scalars(select(ReceptionMember).where(ReceptionMember.reception_id == reception_id, where)).one()
    return _seat(db, row, is_open_to=False)


def _reception_of(db: Session, appointment_code: str) -> int:
    found = db.scalar(
        select(Reception.id)
        .join(Appointment, Appointment.id == Reception.appointment_id)
        .where(Appointment.code == appointment_code)
    )
    if found is None:
        raise NotHere
    return found


def seat_of_officer(db: Session, who: Who, code: str) -> Seat:
    """Return an officer's own place in a reception. Raises NotHere when they have or took none."""
    found = receptions.reception_for(db, who, code)
    row = db.scalar(
        select(ReceptionMember).where(
            ReceptionMember.reception_id == found.id, ReceptionMember.officer_id == who.officer_id
        )
    )
    if row is None:
        raise NotHere
    return _seat(db, row, is_open_to=cases.is_open_to(db, who, db.get_one(Case, found.case_id)))


def seat_of_ward_room(db: Session, who: Who, code: str) -> Seat:
    """Return the place of the ward's room screen, for those who may open that screen. Raises NotHere."""
    found = receptions.reception_for(db, who, code)
    if found.unit_id != who.unit_id or who.role not in reception_rules.DESK:
        raise NotHere
    row = db.scalars(
        select(ReceptionMember).where(
            ReceptionMember.reception_id == found.id, ReceptionMember.room_role == RoomRole.WARD_ROOM
        )
    ).one()
    return _seat(db, row, is_open_to=False)


def _seat(db: Session, row: ReceptionMember, *, is_open_to: bool) -> Seat:
    kinds = db.scalars(
        select(RoomNote.kind)
        .where(RoomNote.reception_id == row.reception_id, RoomNote.member == row.member, RoomNote.kind.in_(rules.STEPS))
        .order_by(RoomNote.seq)
    )
    watcher = Watcher(RoomRole(row.room_role), rules.is_inside(kinds), is_open_to)
    code = db.scalars(select(Reception.code).where(Reception.id == row.reception_id)).one()
    return Seat(row.reception_id, code, row.member, row.name, watcher)


def inside(db: Session, reception_id: int) -> list[str]:
    """Return the members who are in the room now."""
    rows = db.execute(
        select(RoomNote.member, RoomNote.kind)
        .where(RoomNote.reception_id == reception_id, RoomNote.kind.in_(rules.STEPS))
        .order_by(RoomNote.seq)
    )
    kinds: dict[str, list[str]] = {}
    for member, kind in rows:
        kinds.setdefault(member or "", []).append(kind)
    return [member for member, own in kinds.items() if rules.is_inside(own)]


@dataclass(frozen=True, slots=True)
class Shown:
    """The page everybody sees now, with its stamp."""

    id: int
    file: str
    name: str
    sha256: str
    page: int
    pages: int
    at: datetime
    by: str


def shown(db: Session, seat: Seat) -> Shown | None:
    """Return what is shown now to whoever sits here; None while nothing is, or for who may not see it."""
    state = db.get_one(Reception, seat.reception).state
    row = shown_row(db, seat.reception)
    return _shown(db, row) if row is not None and state in rules.RUNNING and rules.may_see(seat.watcher) else None


def shown_row(db: Session, reception_id: int) -> ShownPage | None:
    """Return the row of the page that is shown now."""
    return db.scalar(
        select(ShownPage)
        .where(ShownPage.reception_id == reception_id, ShownPage.until.is_(None))
        .order_by(ShownPage.id.desc())
        .limit(1)
    )


def _shown(db: Session, row: ShownPage) -> Shown:
    table = Attachment if row.attachment_id is not None else Document
    code = db.scalars(select(table.code).where(table.id == (row.attachment_id or row.document_id))).one()
    return Shown(row.id, code, row.name, row.sha256, row.page, row.pages, row.at, row.officer_name)


class Stored(NamedTuple):
    """Where a shown page lies, and which of its pages it is."""

    stored_as: str
    content_type: str
    page: int


def stored_page(db: Session, seat: Seat, shown_id: int) -> Stored:
    """Return where the shown page lies. Raises NotHere for any page that is not shown now to this person."""
    found, row = shown(db, seat), shown_row(db, seat.reception)
    if found is None or row is None or row.id != shown_id:
        raise NotHere
    table = Attachment if row.attachment_id is not None else Document
    stored_as, kind = db.execute(
        select(table.stored_as, table.content_type).where(table.id == (row.attachment_id or row.document_id))
    ).one()
    return Stored(stored_as, kind, row.page)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of the case as the desk is offered it; ``why_not`` is the code of why it cannot be shown."""

    code: str
    name: str
    bytes: int
    sha256: str
    href: str
    stored_as: str
    content_type: str
    why_not: str
    attachment_id: int | None = None
    document_id: int | None = None


def files(db: Session, who: Who, code: str) -> list[CaseFile]:
    """Return the papers of a reception's case for whoever holds its desk. Raises NotHere for anybody else."""
    found = receptions.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK:
        raise NotHere
    is_restricted = db.get_one(Case, found.case_id).is_restricted
    return [*_attachments(db, found.case_id, is_restricted), *_documents(db, found.case_id, is_restricted)]


def _attachments(db: Session, case_id: int, is_restricted: bool) -> list[CaseFile]:  # noqa: FBT001 private
    rows = db.execute(
        select(Attachment, ReceptionRequest)
        .join(ReceptionRequest, ReceptionRequest.id == Attachment.request_id)
        .where(ReceptionRequest.case_id == case_id)
        .order_by(Attachment.id.desc())
        .limit(MOST_FILES)
    )
    return [
        CaseFile(
            row.code, row.name, row.bytes, row.sha256, f"/dang-ky-moi/{request.code}/tep/{row.code}", row.stored_as,
            row.content_type,
            "page_secret" if is_restricted
            else rules.why_not(Origin(row.content_type, request.kind, request.is_without_content)),
            attachment_id=row.id,
        )
        for row, request in rows
    ]  # fmt: skip


def _documents(db: Session, case_id: int, is_restricted: bool) -> list[CaseFile]:  # noqa: FBT001 private
    rows = db.execute(
        select(Document, OfficialPaper.form)
        .outerjoin(OfficialPaper, (OfficialPaper.document_id == Document.id) | (OfficialPaper.scan_id == Document.id))
        .where(Document.case_id == case_id)
        .order_by(Document.id.desc())
        .limit(MOST_FILES)
    )
    return [
        CaseFile(
            row.code, row.name, row.bytes, row.sha256, f"/giay-to/{row.code}", row.stored_as, row.content_type,
            "page_secret" if is_restricted else rules.why_not(Origin(row.content_type, form=form)),
            document_id=row.id,
        )
        for row, form in rows
    ]  # fmt: skip


def file_to_show(db: Session, who: Who, code: str, file: str) -> CaseFile:
    """Return one paper of a reception's case for its desk. Raises NotHere."""
    one = next((each for each in files(db, who, code) if each.code == file), None)
    if one is None:
        raise NotHere
    return one
