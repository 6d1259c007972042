"""Pages of the reception book, one line with its corrections, the whole book of a year."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.book import rules
from server.book.rules import EmptyDay, Line
from server.errors import NotHere
from server.tables import BookCorrection, BookLine, Case, DayMinutes, Officer, Reception, ReceptionDay, Unit
from server.who import Who
from server.words import BookCell, Kind, ReceptionState

PAGE = 30
MOST_LINES = 20_000
"""Lines in one copy: more than any office receives in a year."""
HELD = frozenset({ReceptionState.ENDED, ReceptionState.SEALED})


@dataclass(frozen=True, slots=True)
class BookFilter:
    """What a page of the book shows; every part stands in the address."""

    year: int
    on: date | None = None
    kind: Kind | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class BookPage:
    """One page of the book, newest line first."""

    lines: tuple[Line, ...]
    total: int
    pages: int
    years: tuple[int, ...]
    waiting: int
    """Receptions that were held and are not in the book yet."""
    empty_days: tuple[EmptyDay, ...]


MOST_EMPTY = 60
"""Days on a page of the book; a copy has every one of its year."""
MOST_IN_A_YEAR = 1_000


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction with both texts."""

    cell: BookCell
    old_text: str
    new_text: str
    ground: str
    officer_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LineFile:
    """One line with everything that was ever changed in it."""

    line: Line
    case_code: str
    corrections: tuple[Correction, ...]


def line(row: BookLine) -> Line:
    """Return the frozen record of a row."""
    return Line(
        row.id, row.year, row.number, row.received_on, row.case_id, row.is_restricted, row.person, row.identity,
        row.matter, row.kind, row.people, row.resolved_by, row.accepted, row.guided, row.transferred, row.result,
        row.remark, row.entered_by, row.entered_at, row.version,
    )  # fmt: skip


def _secret(unit_id: int) -> Any:
    """The cases of a unit that are restricted now: a matter may become secret after it was entered."""
    mine = or_(Case.unit_id == unit_id, Case.id.in_(_entered(unit_id)))
    return select(Case.id).where(mine, Case.is_restricted.is_(True))


def _entered(unit_id: int) -> Any:
    return select(BookLine.case_id).where(BookLine.unit_id == unit_id, BookLine.case_id.is_not(None))


def _closed(unit_id: int) -> Any:
    """The cases in a unit's book that left it because nobody there may know of them."""
    return select(Case.id).where(Case.unit_id != unit_id, Case.is_restricted.is_(True), Case.id.in_(_entered(unit_id)))


def _lines(db: Session, unit_id: int, rows: Iterable[BookLine]) -> list[Line]:
    secret, closed = set(db.scalars(_secret(unit_id))), set(db.scalars(_closed(unit_id)))
    return [
        replace(line(row), is_restricted=row.is_restricted or row.case_id in secret, is_closed=row.case_id in closed)
        for row in rows
    ]


def book(db: Session, who: Who, wanted: BookFilter) -> BookPage:
    """Return one page of the book of this person's unit."""
    where: list[Any] = [BookLine.unit_id == who.unit_id, BookLine.year == wanted.year]
    if wanted.on is not None:
        where.append(BookLine.received_on == wanted.on)
    if wanted.kind is not None:
        where.append(BookLine.kind == wanted.kind)
        if who.role not in rules.WHOLE:
            # The kind itself would tell what a redacted line keeps secret.
            where.append(BookLine.is_restricted.is_(False))
            where.append(or_(BookLine.case_id.is_(None), BookLine.case_id.not_in(_secret(who.unit_id))))
    total = db.scalar(select(func.count()).select_from(BookLine).where(*where)) or 0
    rows = db.scalars(
        select(BookLine).where(*where).order_by(BookLine.number.desc()).limit(PAGE).offset((wanted.page - 1) * PAGE)
    )
    years = db.scalars(select(BookLine.year).where(BookLine.unit_id == who.unit_id).distinct())
    return BookPage(
        tuple(_lines(db, who.unit_id, rows)),
        total,
        max(1, -(-total // PAGE)),
        tuple(sorted({*years, wanted.year}, reverse=True)),
        len(held_and_missing(db, who.unit_id)),
        empty_days(db, who, wanted) if wanted.kind is None else (),
    )


def empty_days(db: Session, who: Who, wanted: BookFilter, most: int = MOST_EMPTY) -> tuple[EmptyDay, ...]:
    """Return the days of the own unit to which nobody came, the newest first."""
    first, last = (wanted.on, wanted.on) if wanted.on else (date(wanted.year, 1, 1), date(wanted.year, 12, 31))
    rows = db.execute(
        select(ReceptionDay.code, ReceptionDay.held_on, Officer.name, DayMinutes.number)
        .join(DayMinutes, DayMinutes.day_id == ReceptionDay.id)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .where(ReceptionDay.unit_id == who.unit_id, ReceptionDay.held_on.between(first, last))
        .order_by(ReceptionDay.held_on.desc(), ReceptionDay.id.desc())
        .limit(most)
    )
    return tuple(EmptyDay(*row) for row in rows)


def whole_year(db: Session, who: Who, year: int) -> list[Line | EmptyDay]:
    """Return the book of a year from line 1, to be copied, with the days to which nobody came in their places."""
    rows = db.scalars(
        select(BookLine)
        .where(BookLine.unit_id == who.unit_id, BookLine.year == year)
        .order_by(BookLine.number)
        .limit(MOST_LINES)
    )
    days = empty_days(db, who, BookFilter(year), MOST_IN_A_YEAR)
    return rules.in_order(_lines(db, who.unit_id, rows), days)


def row_for(db: Session, who: Who, line_id: int) -> BookLine:
    """Return a line of this person's unit that they read whole. Raises NotHere."""
    row = db.get(BookLine, line_id)
    if row is None or row.unit_id != who.unit_id or who.role not in rules.READERS:
        raise NotHere
    case = db.get(Case, row.case_id) if row.case_id else None
    is_restricted = row.is_restricted or (case is not None and case.is_restricted)
    is_closed = case is not None and case.is_restricted and case.unit_id != row.unit_id
    if not rules.may_read_whole(who.role, is_restricted=is_restricted, is_closed=is_closed):
        raise NotHere
    return row


def line_for(db: Session, who: Who, line_id: int) -> LineFile:
    """Return one line with its corrections. Raises NotHere."""
    row = row_for(db, who, line_id)
    found = db.scalars(select(BookCorrection).where(BookCorrection.line_id == row.id).order_by(BookCorrection.id))
    code = db.scalar(select(Case.code).where(Case.id == row.case_id)) if row.case_id else ""
    return LineFile(
        line(row),
        code or "",
        tuple(Correction(c.cell, c.old_text, c.new_text, c.ground, c.officer_name, c.at) for c in found),
    )


def held_and_missing(db: Session, unit_id: int | None) -> list[int]:
    """Return the receptions that were held and have no line yet, in the order in which they began."""
    where = [Reception.unit_id == unit_id] if unit_id is not None else []
    entered = select(BookLine.id).where(BookLine.reception_id == Reception.id)
    rows = db.scalars(
        select(Reception.id)
        .where(*where, Reception.state.in_(HELD), Reception.began_at.is_not(None), ~entered.exists())
        .order_by(Reception.began_at, Reception.id)
        .limit(500)
    )
    return list(rows)


@dataclass(frozen=True, slots=True)
class Agency:
    """What stands on the cover of the book."""

    name: str
    parent: str
    locality: str


def agency(db: Session, unit_id: int) -> Agency:
    """Return the office and the one above it."""
    unit = db.get_one(Unit, unit_id)
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    return Agency(unit.name, parent.name if parent else "", unit.locality)
