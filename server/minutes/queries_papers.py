"""Papers of the office: who may open one, and those of a request or a reception."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.errors import NotHere
from server.reception import queries as receptions
from server.tables import Appointment, Case, Document, Minutes, Reception, ReceptionRequest
from server.who import Who
from server.words import DocumentKind, MinutesState, Origin, Role


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that is kept."""

    id: int
    code: str
    unit_id: int
    case_id: int | None
    kind: DocumentKind
    name: str
    number: str
    issued_on: date | None
    content_type: str
    bytes: int
    sha256: str
    stored_as: str
    origin: Origin
    converted_by: str
    created_at: datetime


def _paper(row: Document) -> Paper:
    return Paper(
        row.id,
        row.code,
        row.unit_id,
        row.case_id,
        row.kind,
        row.name,
        row.number,
        row.issued_on,
        row.content_type,
        row.bytes,
        row.sha256,
        row.stored_as,
        row.origin,
        row.converted_by,
        row.created_at,
    )


def document_for(db: Session, who: Who, code: str) -> Paper:
    """Return a paper that this person may open. Raises NotHere: not even its existence is told to others."""
    row = db.scalar(select(Document).where(Document.code == code))
    if row is None or not _may_open(db, who, row):
        raise NotHere
    return _paper(row)


def _may_open(db: Session, who: Who, row: Document) -> bool:
    if who.role is Role.CITIZEN:
        return row.kind is not DocumentKind.SLIP and row.reception_id in _own_receptions(db, who)
    case = db.get(Case, row.case_id) if row.case_id else None
    if case is not None and cases.is_open_to(db, who, case):
        return True
    if row.reception_id is None or (case is not None and case.is_restricted):
        return False
    try:
        receptions.reception_for(db, who, db.get_one(Reception, row.reception_id).code)
    except NotHere:
        return False
    return True


def _own_receptions(db: Session, who: Who) -> set[int]:
    """The receptions of the citizen's own request whose minutes are sealed."""
    if who.request_id is None:
        return set()
    return set(
        db.scalars(
            select(Reception.id)
            .join(Appointment, Appointment.id == Reception.appointment_id)
            .join(Minutes, Minutes.reception_id == Reception.id)
            .where(Appointment.request_id == who.request_id, Minutes.state == MinutesState.SEALED)
        )
    )


def documents_of_request(db: Session, who: Who, code: str) -> list[Paper]:
    """Return the papers of the citizen's own request, newest first. Raises NotHere for any other code."""
    request_id = db.scalar(select(ReceptionRequest.id).where(ReceptionRequest.code == code))
    if request_id is None or who.request_id != request_id:
        raise NotHere
    rows = db.scalars(
        select(Document)
        .where(Document.reception_id.in_(_own_receptions(db, who)), Document.kind != DocumentKind.SLIP)
        .order_by(Document.id.desc())
    )
    return [_paper(row) for row in rows]


def papers_of_reception(db: Session, reception_id: int) -> list[Paper]:
    """Return the papers filed with a reception; the caller has proven its right to the reception."""
    rows = db.scalars(select(Document).where(Document.reception_id == reception_id).order_by(Document.id))
    return [_paper(row) for row in rows]
