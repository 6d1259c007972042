"""Minutes of a leader's day to which nobody came (domain.md 3.3): numbered here, printed and filed by a job."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.adapters.files import Kept
from server.audit import About
from server.clock import local
from server.errors import Refused
from server.jobs.runner import book
from server.office import actions as office
from server.office.rules import MINUTES, minutes_number
from server.scheduling import queries, queries_empty, rules_plan
from server.tables import DayMinutes, Document, ReceptionDay
from server.who import Who, the_system
from server.words import DayState, DocumentKind, Origin

PDF = "application/pdf"
JOB = "print_day_minutes"


def leave_minutes(db: Session, who: Who, at: datetime, day: ReceptionDay) -> None:
    """Write the minutes of a closed leader's day to which nobody came; other days, and twice, change nothing."""
    if day.state is not DayState.CLOSED or queries_empty.minutes_of(db, day.id) is not None:
        return
    if not rules_plan.needs_empty_minutes(day.kind, queries_empty.kept_count(db, day.id)):
        return
    number = minutes_number(office.next_number(db, day.unit_id, MINUTES, local(at).year))
    db.add(DayMinutes(day_id=day.id, number=number, written_by=who.name, written_at=at))
    db.flush()
    book(db, JOB, f"{JOB}:{day.code}", at, {"day": day.code})
    where = About("reception_day", day.id, day.code, unit_id=day.unit_id)
    audit.record(db, who, at, "wrote_empty_minutes", where, number=number)


def write_empty(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write the minutes of a day that was closed before they wrote themselves. Raises NotHere, Refused("day_had_citizens")."""
    day = db.get_one(ReceptionDay, queries.day_for(db, who, code).day.id)
    leave_minutes(db, who, at, day)
    if queries_empty.minutes_of(db, day.id) is None:
        raise Refused("day_had_citizens")


def keep_printed(db: Session, at: datetime, code: str, kept: Kept) -> bool:
    """File the printed minutes of a day; False when they were filed before and this print is not needed."""
    row = db.scalars(
        select(DayMinutes)
        .join(ReceptionDay, ReceptionDay.id == DayMinutes.day_id)
        .where(ReceptionDay.code == code)
        .with_for_update(of=DayMinutes)
    ).one()
    if row.document_id is not None:
        return False
    day = db.get_one(ReceptionDay, row.day_id)
    paper = Document(
        code=text.new_code("GT", 4, 4),
        unit_id=day.unit_id,
        case_id=None,
        reception_id=None,
        kind=DocumentKind.MINUTES,
        name=f"bien-ban-{day.code}.pdf",
        number=row.number,
        issued_on=local(row.written_at).date(),
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
    where = About("document", paper.id, paper.code, None, day.unit_id)
    audit.record(db, the_system(day.unit_id), at, "filed_document", where, sha256=kept.sha256, day=day.code)
    return True


def note_opening(db: Session, who: Who, at: datetime, code: str) -> None:
    """Log that somebody opened the minutes of a day. Raises NotHere."""
    found = queries_empty.paper_of(db, who, code)
    where = About("document", found.document_id, found.document_code, None, found.unit_id)
    audit.record(db, who, at, "viewed_document", where)
