"""Find entries of a unit for a person; the list; differences; what a month's sheet holds."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.national import rules
from server.tables import Case, Minutes, NationalDifference, NationalEntry, NationalMonth, NationalReceipt, Reception
from server.who import Who
from server.words import NationalAccount, NationalEvent, NationalState

PAGE = 50
MOST = 5_000
"""Entries in one file or sheet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to enter, without any word of the matter."""

    id: int
    code: str
    unit_id: int
    event: NationalEvent
    account: NationalAccount
    about_id: int
    about_code: str
    is_restricted: bool
    happened_on: date
    state: NationalState
    national_code: str
    note: str
    officer_name: str
    changed_at: datetime | None
    version: int


_OF_CASE = (NationalEvent.CASE_ACCEPTED, NationalEvent.CASE_CONCLUDED)


def _is_secret(who: Who) -> Any:
    """Whether an entry is restricted now: a matter may turn out to be a denunciation after it was gathered."""
    cases = select(Case.id).where(Case.unit_id == who.unit_id, Case.is_restricted.is_(True))
    held = select(Reception.id).where(Reception.unit_id == who.unit_id, Reception.case_id.in_(cases))
    return or_(
        NationalEntry.is_restricted.is_(True),
        and_(NationalEntry.event.in_(_OF_CASE), NationalEntry.about_id.in_(cases)),
        and_(NationalEntry.event == NationalEvent.RECEPTION_HELD, NationalEntry.about_id.in_(held)),
    )


def _entries(db: Session, who: Who, found: Any) -> tuple[Entry, ...]:
    """Return the entries of a statement over ``NationalEntry``, as secret as they are now."""
    rows = db.execute(found.add_columns(_is_secret(who)))
    return tuple(_entry(row, is_restricted=bool(is_secret)) for row, is_secret in rows)


def _entry(row: NationalEntry, *, is_restricted: bool) -> Entry:
    known = {name: getattr(row, name) for name in Entry.__slots__}
    return Entry(**{**known, "is_restricted": is_restricted})


def visible(who: Who) -> list[Any]:
    """Return what a query of entries is narrowed by: the person's unit, and what they may know of."""
    seen: list[Any] = [NationalEntry.unit_id == who.unit_id]
    if not rules.may_see(who.role, is_restricted=True):
        seen.append(~_is_secret(who))
    return seen


def entry_for(db: Session, who: Who, code: str) -> Entry:
    """Return an entry this person may know of. Raises NotHere."""
    found = _entries(db, who, select(NationalEntry).where(NationalEntry.code == code, *visible(who)))
    if not found:
        raise NotHere
    return found[0]


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What the list shows; every part stands in the address."""

    is_waiting: bool = True
    account: NationalAccount | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class EntryList:
    """One page of entries, with how many wait in each account."""

    lines: tuple[Entry, ...]
    counts: dict[NationalAccount, int]
    total: int
    pages: int


def entries(db: Session, who: Who, wanted: EntryFilter) -> EntryList:
    """Return entries of the unit, the oldest that wait first."""
    where = visible(who)
    waiting = NationalEntry.state.in_(rules.WAITING)
    rows = db.execute(
        select(NationalEntry.account, func.count()).where(*where, waiting).group_by(NationalEntry.account)
    )
    counts = {account: count for account, count in rows}  # noqa: C416 rows are not pairs to mypy
    if wanted.is_waiting:
        where.append(waiting)
    if wanted.account is not None:
        where.append(NationalEntry.account == wanted.account)
    total = db.scalar(select(func.count()).select_from(NationalEntry).where(*where)) or 0
    order = NationalEntry.happened_on if wanted.is_waiting else NationalEntry.happened_on.desc()
    shown = (
        select(NationalEntry)
        .where(*where)
        .order_by(order, NationalEntry.id)
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    )
    return EntryList(_entries(db, who, shown), counts, total, max(1, -(-total // PAGE)))


def waiting(db: Session, who: Who) -> int:
    """Return how many entries wait to be typed."""
    where = [*visible(who), NationalEntry.state.in_(rules.WAITING)]
    return db.scalar(select(func.count()).select_from(NationalEntry).where(*where)) or 0


@dataclass(frozen=True, slots=True)
class Span:
    """The entries of a stretch of days, of one account or of all."""

    from_on: date
    until_on: date
    account: NationalAccount | None = None


def in_span(db: Session, who: Who, span: Span) -> tuple[Entry, ...]:
    """Return the entries whose event happened in these days, oldest first."""
    where = [*visible(who), NationalEntry.happened_on.between(span.from_on, span.until_on)]
    if span.account is not None:
        where.append(NationalEntry.account == span.account)
    found = select(NationalEntry).where(*where).order_by(NationalEntry.happened_on, NationalEntry.id).limit(MOST)
    return _entries(db, who, found)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between paper and national entry."""

    id: int
    entry_code: str
    about_code: str
    field: str
    before: str
    after: str
    found_on: date
    due_on: date
    found_by: str
    fixed_on: date | None
    fixed_by: str

    def is_late(self, today: date) -> bool:
        """Whether its five working days have passed unmended."""
        return self.fixed_on is None and self.due_on < today


def differences(
    db: Session, who: Who, *, entry_id: int | None = None, is_open: bool = False, span: Span | None = None
) -> list[Difference]:
    """Return differences of the unit, the most urgent first: of one entry, the open ones, or of entries in a span."""
    where = visible(who)
    if entry_id is not None:
        where.append(NationalDifference.entry_id == entry_id)
    if is_open:
        where.append(NationalDifference.fixed_on.is_(None))
    if span is not None:
        where.append(NationalEntry.happened_on.between(span.from_on, span.until_on))
    rows = db.execute(
        select(NationalDifference, NationalEntry.code, NationalEntry.about_code)
        .join(NationalEntry, NationalEntry.id == NationalDifference.entry_id)
        .where(*where)
        .order_by(NationalDifference.due_on, NationalDifference.id)
        .limit(MOST)
    )
    return [
        Difference(
            d.id, code, about, d.field, d.before, d.after, d.found_on, d.due_on, d.found_by, d.fixed_on, d.fixed_by
        )
        for d, code, about in rows
    ]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that was made."""

    code: str
    account: NationalAccount | None
    from_on: date
    until_on: date
    entries: int
    withheld: int
    sha256: str
    officer_name: str
    made_at: datetime


def receipts(db: Session, who: Who) -> list[Receipt]:
    """Return the newest files made by the unit."""
    rows = db.scalars(
        select(NationalReceipt)
        .where(NationalReceipt.unit_id == who.unit_id)
        .order_by(NationalReceipt.made_at.desc())
        .limit(20)
    )
    return [Receipt(**{name: getattr(row, name) for name in Receipt.__slots__}) for row in rows]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One event of a month beside its paper: the minutes, if it is a reception."""

    entry: Entry
    paper: str
    open_differences: int


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """The reconciliation of a month or a quarter."""

    lines: tuple[SheetLine, ...]
    differences: tuple[Difference, ...]
    signed_by: str
    signed_at: datetime | None
    signed_figures: tuple[int, int, int] | None

    @property
    def figures(self) -> tuple[int, int, int]:
        """How many events, how many of them entered, how many open differences."""
        entered = sum(line.entry.state not in rules.WAITING for line in self.lines)
        return len(self.lines), entered, sum(line.open_differences for line in self.lines)


def month_sheet(db: Session, who: Who, month: str, span: Span) -> MonthSheet:
    """Return what was to be entered in a month or quarter, beside the paper."""
    found = in_span(db, who, span)
    receptions = [e.about_id for e in found if e.event is NationalEvent.RECEPTION_HELD]
    rows = db.execute(
        select(Minutes.reception_id, Minutes.number).where(
            Minutes.reception_id.in_(receptions), Minutes.sealed_at.is_not(None)
        )
    )
    numbers = {reception_id: number for reception_id, number in rows}  # noqa: C416 rows are not pairs to mypy
    wrong = differences(db, who, span=span)
    still = [one.entry_code for one in wrong if one.fixed_on is None]
    lines = tuple(
        SheetLine(
            e,
            numbers.get(e.about_id, "") if e.event is NationalEvent.RECEPTION_HELD else e.about_code,
            still.count(e.code),
        )
        for e in found
    )
    signed = db.scalar(select(NationalMonth).where(NationalMonth.unit_id == who.unit_id, NationalMonth.month == month))
    return MonthSheet(
        lines,
        tuple(wrong),
        signed.officer_name if signed else "",
        signed.signed_at if signed else None,
        (signed.total, signed.entered, signed.differences) if signed else None,
    )
