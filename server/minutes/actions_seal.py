"""Seal the minutes, keep the printed paper and signed scans, turn conclusions into follow-ups."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, outbox, text
from server.adapters.files import Kept
from server.audit import About
from server.cases import actions as cases
from server.cases import rules as case_rules
from server.cases.actions import NewFollowUp
from server.clock import local
from server.errors import BadForm, FieldError, Refused
from server.jobs.runner import book
from server.minutes import queries, queries_head, queries_owed, queries_papers, rules
from server.minutes.actions import Place, StaffDoor, about, hold
from server.office import actions as office
from server.office.rules import MINUTES, minutes_number
from server.outbox import Letter
from server.reception import rules as reception_rules
from server.tables import Appointment, Case, Citizen, Document, Minutes, Reception, ReceptionRequest
from server.who import Who, the_system
from server.words import CaseState, CaseVerb, DocumentKind, MinutesState, MinutesVerb, Origin

PDF = "application/pdf"
NOTICE = "D1"
"""Notice of how the matter is handled, within ten working days of the reception (Law 42/2013, Article 28)."""
MOST_SCANS = 10


def seal(db: Session, who: Who, at: datetime, code: str) -> None:
    """Close the minutes for good: number, head and words are fixed here, the paper is printed by a job. Twice is once."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    row, found = place.row, place.found
    if row.sealed_at is not None:
        return
    rules.check_seal(row.state, found.state, queries.recorded_of(db, found))
    year = local(at).year
    row.number = minutes_number(office.next_number(db, row.unit_id, MINUTES, year))
    # In one statement: from the moment the row is sealed, the database refuses every other.
    sealed_head = queries_head.sealed_facts(db, row, at)
    row.sealed_at, row.sealed_head = at, sealed_head
    cases.add_deadline(db, found.case_id, NOTICE, local(found.began_at or found.ended_at or at).date())
    _conclude(db, who, at, place)
    book(db, "print_minutes", f"print_minutes:{row.code}", at, {"minutes": row.code})
    audit.record(db, who, at, "sealed_minutes", about(place), number=row.number, state=row.state.value)


def _conclude(db: Session, who: Who, at: datetime, place: Place) -> None:
    """The chair concluded in the minutes; what was promised already keeps the case followed up."""
    case = db.scalars(select(Case).where(Case.id == place.found.case_id).with_for_update()).one()
    if case.state is CaseState.FOLLOWED_UP or CaseVerb.CONCLUDE not in case_rules.CASE_FLOW[case.state]:
        return
    case.state = case_rules.CASE_FLOW[case.state][CaseVerb.CONCLUDE].to
    audit.record(db, who, at, "concluded_case", About("case", case.id, case.code, case.id, case.unit_id), by="minutes")


def keep_sealed(db: Session, at: datetime, minutes_code: str, kept: Kept) -> bool:
    """File the printed paper; False when it was filed before and this print is not needed."""
    row = db.scalars(select(Minutes).where(Minutes.code == minutes_code).with_for_update()).one()
    if row.document_id is not None or row.sealed_at is None:
        return False
    reception = db.get_one(Reception, row.reception_id)
    paper = Document(
        code=text.new_code("GT", 4, 4),
        unit_id=row.unit_id,
        case_id=reception.case_id,
        reception_id=reception.id,
        kind=DocumentKind.MINUTES,
        name=f"bien-ban-{row.code}.pdf",
        number=row.number,
        issued_on=local(row.sealed_at).date(),
        content_type=PDF,
        bytes=kept.bytes,
        sha256=kept.sha256,
        stored_as=kept.stored_as,
        origin=Origin.BORN_DIGITAL,
        created_at=at,
    )
    db.add(paper)
    db.flush()
    row.document_id = paper.id
    row.state = rules.moved(row.state, MinutesVerb.SEAL)
    reception.state = reception_rules.after_note(reception.state, "sealed")
    _tell_citizen(db, at, row)
    system = the_system(row.unit_id)
    on = About("document", paper.id, paper.code, reception.case_id, row.unit_id)
    audit.record(db, system, at, "filed_document", on, sha256=kept.sha256, minutes=row.code)
    return True


def _tell_citizen(db: Session, at: datetime, row: Minutes) -> None:
    citizen, request = db.execute(
        select(Citizen, ReceptionRequest)
        .join(ReceptionRequest, ReceptionRequest.citizen_id == Citizen.id)
        .join(Appointment, Appointment.request_id == ReceptionRequest.id)
        .join(Reception, Reception.appointment_id == Appointment.id)
        .where(Reception.id == row.reception_id)
    ).one()
    outbox.put(
        db,
        Letter(
            key=f"minutes_ready:{row.code}",
            template="minutes_ready",
            unit_id=row.unit_id,
            phone=citizen.phone,
            email=citizen.email,
            locale=request.locale,
            facts={"code": request.code},
            request_id=request.id,
        ),
        at,
    )


@dataclass(frozen=True, slots=True)
class Scan:
    """A signed page that was scanned; the scanner is whoever files it (F54)."""

    name: str
    content_type: str
    kept: Kept


def file_scan(db: Session, who: Who, at: datetime, code: str, scan: Scan) -> bool:
    """File a scan of signed pages with its conversion mark; False when these very bytes are kept already."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    if place.row.state is MinutesState.DRAFTING:
        raise Refused("minutes_not_shown")
    papers = [one for one in queries_papers.papers_of_reception(db, place.found.id) if one.kind is DocumentKind.SCAN]
    if scan.kept.sha256 in {one.sha256 for one in papers}:
        return False
    if len(papers) >= MOST_SCANS:
        raise Refused("scans_full", most=MOST_SCANS)
    paper = Document(
        code=text.new_code("GT", 4, 4),
        unit_id=place.found.unit_id,
        case_id=place.found.case_id,
        reception_id=place.found.id,
        kind=DocumentKind.SCAN,
        name=scan.name,
        number=place.row.number,
        content_type=scan.content_type,
        bytes=scan.kept.bytes,
        sha256=scan.kept.sha256,
        stored_as=scan.kept.stored_as,
        origin=Origin.SCANNED,
        converted_by=who.name,
        created_at=at,
    )
    db.add(paper)
    db.flush()
    on = About("document", paper.id, paper.code, paper.case_id, paper.unit_id)
    audit.record(db, who, at, "filed_scan", on, sha256=paper.sha256)
    return True


def note_opening(db: Session, who: Who, at: datetime, code: str) -> None:
    """Log that somebody opened a paper. Raises NotHere."""
    paper = queries_papers.document_for(db, who, code)
    on = About("document", paper.id, paper.code, paper.case_id, paper.unit_id)
    audit.record(db, who, at, "viewed_document", on)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the chair's conclusion makes somebody owe."""

    owner_unit_id: int
    owner_name: str
    words: str
    due_on: date
    key: str


def promise(db: Session, who: Who, at: datetime, code: str, new: Promise) -> int:
    """Turn a conclusion into a follow-up of the case; twice with one key is one. Raises BadForm, NotHere."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    if new.owner_unit_id not in {unit.id for unit in queries_owed.owners(db, place.found.unit_id)}:
        raise BadForm({"owner_unit": FieldError("choice")})
    if new.due_on < local(at).date():
        raise BadForm({"due_on": FieldError("due_in_past")})
    owner = next(unit for unit in queries_owed.owners(db, place.found.unit_id) if unit.id == new.owner_unit_id)
    return cases.add_follow_up(
        db,
        who,
        at,
        NewFollowUp(
            case_id=place.found.case_id,
            reception_id=place.found.id,
            owner_unit_id=owner.id,
            owner_id=None,
            owner_name=new.owner_name or owner.name,
            words=new.words,
            due_on=new.due_on,
            key=f"minutes:{place.row.id}:{new.key}",
        ),
    )
