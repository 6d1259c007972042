"""Register a request: one transaction, one code, one receipt letter."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, birth, text
from server.audit import About
from server.birth import BirthDate
from server.errors import Refused
from server.intake import queries, queries_known, rules
from server.intake.actions import about, write_to_citizen
from server.tables import AppointmentPaper, Attachment, Citizen, ReceptionRequest, Representative
from server.who import Who
from server.words import IdKind, Kind, Origin, Place, RequestState, Role, Sex


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who registers, as typed and checked."""

    name: str
    phone: str
    email: str = ""
    id_kind: IdKind = IdKind.OTHER
    id_number: str = ""
    id_issued_on: date | None = None
    id_issued_by: str = ""
    born: BirthDate | None = None
    sex: Sex | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A file that already lies in the store."""

    name: str
    content_type: str
    bytes: int
    sha256: str
    stored_as: str
    is_appointment: bool = False
    """Whether it is the written appointment of a group's representatives (F23)."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A registration, whole. ``key`` makes a repeated sending give the same request."""

    unit_id: int
    kind: Kind
    subject: str
    person: NewPerson
    key: str
    content: str = ""
    demand: str = ""
    body_concerned: str = ""
    prior_resolution: str = ""
    place: Place = Place.HOME
    interpreter: str = ""
    support_needed: str = ""
    group_size: int = 1
    representatives: tuple[queries.Spokesperson, ...] = ()
    preferred_on: date | None = None
    papers: tuple[NewPaper, ...] = ()
    locale: str = "vi"
    is_without_content: bool = False
    card_note: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a citizen gets: the code to keep. ``is_new`` is False for a repeated sending."""

    id: int
    code: str
    is_new: bool


def register(db: Session, at: datetime, new: NewRequest, officer: Who | None = None) -> Registered:
    """Write a registration, its papers and its receipt letter; the same key gives the same one."""
    sent = db.scalar(select(ReceptionRequest).where(ReceptionRequest.idempotency_key == new.key))
    if sent is not None:
        return Registered(sent.id, sent.code, is_new=False)
    row = ReceptionRequest(
        code=_fresh_code(db),
        unit_id=new.unit_id,
        citizen_id=known_or_new(db, at, new.person).id,
        kind=new.kind,
        state=RequestState.RECEIVED,
        is_without_content=new.is_without_content,
        subject=new.subject,
        subject_folded=text.fold(new.subject),
        content=new.content,
        demand=new.demand,
        body_concerned=new.body_concerned,
        prior_resolution=new.prior_resolution,
        place=new.place,
        interpreter=new.interpreter,
        support_needed=new.support_needed,
        group_size=new.group_size,
        preferred_on=new.preferred_on,
        locale=new.locale,
        received_at=at,
        changed_at=at,
        idempotency_key=new.key,
    )
    db.add(row)
    db.flush()
    for one in new.representatives:
        db.add(Representative(request_id=row.id, name=one.name, id_number=one.id_number, phone=one.phone))
    add_papers(db, at, row.id, new.papers)
    citizen = Who(Role.CITIZEN, row.unit_id, "", row.code, request_id=row.id)
    facts = {"card_note": new.card_note} if new.card_note else {}
    audit.record(db, officer or citizen, at, "registered", about(row), papers=len(new.papers), **facts)
    write_to_citizen(db, at, row, "registered")
    return Registered(row.id, row.code, is_new=True)


def take_known(db: Session, who: Who, at: datetime, citizen_id: int) -> queries.Person:
    """Return a citizen whom the unit knows, to fill the form again; that it was looked at is written down.

    Raises NotHere.
    """
    found = queries_known.known_citizen(db, who, citizen_id)
    audit.record(db, who, at, "took_known_citizen", About("citizen", citizen_id))
    return found


def _fresh_code(db: Session) -> str:
    while True:
        code = text.new_code("TD", 4, 2)
        if db.scalar(select(ReceptionRequest.id).where(ReceptionRequest.code == code)) is None:
            return code


def known_or_new(db: Session, at: datetime, new: NewPerson) -> Citizen:
    """Return the known citizen whom these facts name, else a new one."""
    # Nobody proved who they are: a known person is found again only when number, name and all
    # that letters are sent to agree; other blanks are filled.
    row = known(db, new) if new.id_number else None
    if row is None:
        row = Citizen(
            name=new.name,
            name_folded=text.fold(new.name),
            name_sort=text.name_sort_key(new.name),
            id_kind=new.id_kind,
            id_number=new.id_number,
            id_issued_on=new.id_issued_on,
            id_issued_by=new.id_issued_by,
            born=new.born,
            sex=new.sex,
            phone=new.phone,
            email=new.email,
            address=new.address,
            created_at=at,
        )
        db.add(row)
    row.id_issued_on = row.id_issued_on or new.id_issued_on
    row.id_issued_by = row.id_issued_by or new.id_issued_by
    row.born = birth.more_exact(row.born, new.born)
    row.sex = row.sex or new.sex
    row.address = new.address or row.address
    db.flush()
    return row


def known(db: Session, new: NewPerson) -> Citizen | None:
    """Return the citizen whose number, name and all that letters are sent to agree, or None."""
    return db.scalar(
        select(Citizen).where(
            Citizen.id_kind == new.id_kind,
            Citizen.id_number == new.id_number,
            Citizen.phone == new.phone,
            Citizen.name_folded == text.fold(new.name),
            # Links and one-time codes go to this address: whoever knows a person's number and
            # telephone must not be able to add theirs.
            Citizen.email == new.email,
        )
    )


def add_papers(db: Session, at: datetime, request_id: int, papers: tuple[NewPaper, ...]) -> None:
    """Hang stored files onto a request (and onto its case, when it has one)."""
    case_id = db.scalar(select(ReceptionRequest.case_id).where(ReceptionRequest.id == request_id))
    for paper in papers:
        row = attachment(at, paper)
        row.request_id, row.case_id = request_id, case_id
        db.add(row)
        db.flush()
        if paper.is_appointment:
            db.add(AppointmentPaper(attachment_id=row.id, request_id=request_id, added_at=at))
    db.flush()


def attachment(at: datetime, paper: NewPaper) -> Attachment:
    """Return the row of a stored file, hung onto nothing yet."""
    return Attachment(
        code=text.new_code("TL", 4, 4),
        name=paper.name,
        content_type=paper.content_type,
        bytes=paper.bytes,
        sha256=paper.sha256,
        stored_as=paper.stored_as,
        origin=Origin.BORN_DIGITAL,
        uploaded_at=at,
    )


def add_appointment(db: Session, who: Who, at: datetime, code: str, paper: NewPaper) -> bool:
    """Hang the written appointment of a group's representatives onto its registration, brought after it.

    False when there is one already: nothing changes. Raises NotHere, Refused("request_flow") once it is over.
    """
    request = queries.request_for(db, who, code)
    if request.state not in rules.TAKES_APPOINTMENT:
        raise Refused("request_flow")
    if not request.lacks_appointment:
        return False
    add_papers(db, at, request.id, (replace(paper, is_appointment=True),))
    audit.record(db, who, at, "added_appointment", about(db.get_one(ReceptionRequest, request.id)))
    return True
