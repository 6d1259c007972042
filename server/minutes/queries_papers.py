"""Papers of the office: who may open one, and those of a request or a reception."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.errors import NotHere
from server.intake import queries as intake
from server.reception import queries as receptions
from server.tables import Appointment, Case, Document, Minutes, OfficialPaper, Reception, ReceptionRequest
from server.who import Who
from server.words import FOR_CITIZENS, DocumentKind, MinutesState, Origin, PaperForm, PaperState, Role


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
        is_of_office = row.kind in {DocumentKind.SLIP, DocumentKind.OFFICIAL}
        is_of_reception = not is_of_office and row.reception_id in _own_receptions(db, who)
        return is_of_reception or row.id in _own_official(db, who)
    case = db.get(Case, row.case_id) if row.case_id else None
    if case is not None and cases.is_open_to(db, who, case):
        return True
    if case is None and row.reception_id is None:
        return _is_of_open_request(db, who, row)
    if row.reception_id is None or (case is not None and case.is_restricted):
        return False
    try:
        receptions.reception_for(db, who, db.get_one(Reception, row.reception_id).code)
    except NotHere:
        return False
    return True


def _is_of_open_request(db: Session, who: Who, row: Document) -> bool:
    """A paper that answered a registration before there was a case."""
    request = db.scalars(
        select(ReceptionRequest)
        .join(OfficialPaper, OfficialPaper.request_id == ReceptionRequest.id)
        .where(or_(OfficialPaper.document_id == row.id, OfficialPaper.scan_id == row.id))
        .limit(1)
    ).first()
    return request is not None and intake.is_open_to(db, who, request)


def _own_official(db: Session, who: Who) -> set[int]:
    """The papers issued to the citizen of the own request that the citizen may read, and their signed scans."""
    if who.request_id is None:
        return set()
    rows = db.execute(
        select(OfficialPaper.form, OfficialPaper.document_id, OfficialPaper.scan_id).where(
            OfficialPaper.request_id == who.request_id, OfficialPaper.state == PaperState.ISSUED
        )
    )
    return {kept for form, *files in rows if form in FOR_CITIZENS for kept in files if kept is not None}


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
    # A scan of an official paper follows its paper, not the reception it came from.
    official = select(OfficialPaper.id).where(OfficialPaper.scan_id == Document.id).exists()
    rows = db.scalars(
        select(Document)
        .where(
            or_(
                Document.reception_id.in_(_own_receptions(db, who))
                & Document.kind.not_in({DocumentKind.SLIP, DocumentKind.OFFICIAL})
                & ~official,
                Document.id.in_(_own_official(db, who)),
            )
        )
        .order_by(Document.id.desc())
    )
    return [_paper(row) for row in rows]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A paper the citizen could read and that was withdrawn since."""

    form: PaperForm
    number: str
    issued_on: date | None
    withdrawn_at: datetime | None
    ground: str


def taken_back_of_request(db: Session, who: Who, code: str) -> list[TakenBack]:
    """Return the withdrawn papers of the citizen's own request, newest first. Raises NotHere for any other code."""
    request_id = db.scalar(select(ReceptionRequest.id).where(ReceptionRequest.code == code))
    if request_id is None or who.request_id != request_id:
        raise NotHere
    rows = db.scalars(
        select(OfficialPaper)
        .where(
            OfficialPaper.request_id == request_id,
            OfficialPaper.state == PaperState.WITHDRAWN,
            OfficialPaper.form.in_(FOR_CITIZENS),
            OfficialPaper.document_id.is_not(None),
        )
        .order_by(OfficialPaper.id.desc())
    )
    return [TakenBack(row.form, row.number_text, row.issued_on, row.withdrawn_at, row.withdrawn_ground) for row in rows]


def papers_of_reception(db: Session, reception_id: int) -> list[Paper]:
    """Return the papers filed with a reception; the caller has proven its right to the reception."""
    rows = db.scalars(select(Document).where(Document.reception_id == reception_id).order_by(Document.id))
    return [_paper(row) for row in rows]
