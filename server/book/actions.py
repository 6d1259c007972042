"""Enter who was received, correct a cell keeping both texts, note which paper answered.

A number is taken in the same transaction as its line is written, so STT runs 1…n without a gap:
a transaction that fails gives its number back.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.book import queries, rules
from server.clock import local
from server.errors import BadForm, FieldError, Stale
from server.i18n import date_vi
from server.office import actions as office
from server.tables import (
    Appointment,
    BookCorrection,
    BookLine,
    Case,
    Citizen,
    Officer,
    Reception,
    ReceptionRequest,
    Unit,
)
from server.who import Who, the_system
from server.words import BookCell, Kind


@dataclass(frozen=True, slots=True)
class NewLine:
    """A reception that was held in person and is entered by hand. ``key`` makes a repeated command harmless."""

    received_on: date
    person: str
    identity: str
    matter: str
    kind: Kind
    people: int
    key: str
    remark: str = ""


def enter(db: Session, who: Who, at: datetime, new: NewLine) -> int:
    """Enter a line by hand; returns its id. Twice with one key is once. Raises BadForm."""
    _hold(db, who.unit_id)
    known = db.scalar(select(BookLine.id).where(BookLine.idempotency_key == f"{who.unit_id}:{new.key}"))
    if known is not None:
        return known
    fault = rules.day_fault(new.received_on, local(at).date())
    if fault is not None:
        raise BadForm({"received_on": fault})
    row = BookLine(
        unit_id=who.unit_id,
        year=new.received_on.year,
        number=0,
        received_on=new.received_on,
        is_restricted=new.kind is Kind.DENUNCIATION,
        person=text.tidy(new.person),
        identity=text.one_line(new.identity),
        matter=text.tidy(new.matter),
        kind=new.kind,
        people=new.people,
        remark=text.tidy(new.remark),
        entered_by=who.name,
        entered_at=at,
        idempotency_key=f"{who.unit_id}:{new.key}",
    )
    return _add(db, who, at, row)


def enter_held(db: Session, at: datetime, unit_id: int | None = None) -> int:
    """Enter every reception that was held and is not in the book; returns how many. Harmless twice."""
    missing = queries.held_and_missing(db, unit_id)
    for each in missing:
        reception = db.get_one(Reception, each)
        _hold(db, reception.unit_id)
        if db.scalar(select(BookLine.id).where(BookLine.reception_id == each)) is None:
            _add(db, the_system(reception.unit_id), at, _of_reception(db, at, reception))
    return len(missing)


def _of_reception(db: Session, at: datetime, reception: Reception) -> BookLine:
    case = db.get_one(Case, reception.case_id)
    request, citizen = db.execute(
        select(ReceptionRequest, Citizen)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .join(Appointment, Appointment.request_id == ReceptionRequest.id)
        .where(Appointment.id == reception.appointment_id)
    ).one()
    clerk = db.get_one(Officer, reception.clerk_id or reception.chair_id)
    issued = ", ".join(filter(None, (date_vi(citizen.id_issued_on), citizen.id_issued_by)))
    on = local(reception.began_at or at).date()
    return BookLine(
        unit_id=reception.unit_id,
        year=on.year,
        number=0,
        received_on=on,
        reception_id=reception.id,
        case_id=case.id,
        is_restricted=case.is_restricted,
        person="\n".join(filter(None, (citizen.name, citizen.address))),
        identity=text.one_line(f"{citizen.id_number} ({issued})" if issued else citizen.id_number)[:500],
        matter=case.title,
        kind=case.kind,
        people=request.group_size,
        resolved_by=text.one_line(request.prior_resolution)[: rules.LONGEST_CELL],
        entered_by=clerk.name,
        entered_at=at,
        idempotency_key=f"reception:{reception.id}",
    )


def _hold(db: Session, unit_id: int) -> None:
    """One writer of a unit's book at a time: two presses must not take two numbers."""
    db.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())


def _add(db: Session, who: Who, at: datetime, row: BookLine) -> int:
    row.number = office.next_number(db, row.unit_id, rules.REGISTER, row.year)
    db.add(row)
    db.flush()
    audit.record(db, who, at, "entered_book_line", _about(row))
    return row.id


def _about(row: BookLine) -> About:
    return About("book_line", row.id, f"{row.number}/{row.year}", row.case_id, row.unit_id)


@dataclass(frozen=True, slots=True)
class Correcting:
    """A new text for one cell, with its ground and the version the page was made from."""

    cell: BookCell
    words: str
    ground: str
    version: int | None = None


def correct(db: Session, who: Who, at: datetime, line_id: int, given: Correcting) -> None:
    """Correct one cell; the old text is kept beside the new one. Raises NotHere, Stale, BadForm."""
    row = queries.row_for(db, who, line_id)
    if given.version is not None and row.version != given.version:
        raise Stale
    words = text.tidy(given.words)
    fault = rules.cell_fault(given.cell, words)
    if fault is not None:
        raise BadForm({"words": fault})
    if words == queries.line(row).cell(given.cell):
        raise BadForm({"words": FieldError("book_same")})
    _write(db, who, at, row, Correcting(given.cell, words, text.tidy(given.ground)))


def _write(db: Session, who: Who, at: datetime, row: BookLine, given: Correcting) -> None:
    db.add(
        BookCorrection(
            line_id=row.id,
            cell=given.cell,
            old_text=queries.line(row).cell(given.cell),
            new_text=given.words,
            ground=given.ground,
            officer_id=who.officer_id,
            officer_name=who.name,
            at=at,
        )
    )
    value: object = given.words
    if given.cell is BookCell.KIND:
        value = Kind(given.words)
        # Once secret, always secret: a name that was hidden does not appear by a correction.
        row.is_restricted = row.is_restricted or value is Kind.DENUNCIATION
    elif given.cell is BookCell.PEOPLE:
        value = int(given.words)
    setattr(row, given.cell.value, value)
    db.flush()
    audit.record(db, who, at, "corrected_book_line", _about(row), cell=given.cell.value)


def note_paper(db: Session, who: Who, at: datetime, case_id: int, entry: Correcting) -> None:
    """Note in the newest line of a case which paper answered it (columns 8 to 11). Twice is once; no line, no note."""
    row = db.scalars(
        select(BookLine)
        .where(BookLine.case_id == case_id)
        .order_by(BookLine.received_on.desc(), BookLine.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        return
    old = queries.line(row).cell(entry.cell)
    words = rules.added(old, entry.words)
    if words != old and rules.cell_fault(entry.cell, words) is None:
        _write(db, who, at, row, Correcting(entry.cell, words, entry.ground))


def take_back_paper(db: Session, who: Who, at: datetime, case_id: int, entry: Correcting) -> None:
    """Take the entry of a withdrawn paper out of the lines of its case; both texts are kept. Twice is once."""
    rows = db.scalars(select(BookLine).where(BookLine.case_id == case_id).order_by(BookLine.id).with_for_update())
    for row in rows.all():
        old = queries.line(row).cell(entry.cell)
        words = rules.removed(old, entry.words)
        if words != old:
            _write(db, who, at, row, Correcting(entry.cell, words, entry.ground))


def note_copy(db: Session, who: Who, at: datetime, year: int, *, is_whole: bool) -> None:
    """Write down that somebody took a copy of the book."""
    about = About("book", None, str(year), unit_id=who.unit_id)
    audit.record(db, who, at, "copied_book", about, is_whole=is_whole)


def note_reading(db: Session, who: Who, at: datetime, year: int) -> None:
    """Write down that somebody read in the book."""
    audit.record(db, who, at, "read_book", About("book", None, str(year), unit_id=who.unit_id))
