"""Reports as records: who may see which units, their rows, what stands behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, FromClause, func, select, true
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.cases.queries_lists import visible
from server.clock import local
from server.errors import NotHere
from server.office import queries as office
from server.office.rules import SETTINGS
from server.reports import rules
from server.reports.queries_petitions import Span
from server.reports.queries_sources import SOURCES, span_of
from server.reports.rules import Column, Form
from server.reports.rules_period import Period
from server.tables import Case, ReportCorrection, SentReport, Unit, UnitSetting
from server.who import Who
from server.words import Role, UnitKind

RECEIVING = (UnitKind.CITY, UnitKind.CITY_BOARD, UnitKind.WARD)
PAGE = 50
CROWD = "crowd_from"


@dataclass(frozen=True, slots=True)
class UnitHead:
    """A unit that reports."""

    id: int
    code: str
    name: str
    kind: UnitKind


def scope(db: Session, who: Who) -> tuple[UnitHead, ...]:
    """Return the units whose reports this person may see: a ward its own, the city all below. Raises NotHere."""
    own = office.unit_card(db, who.unit_id)
    if own.kind is UnitKind.WARD:
        return (UnitHead(own.id, own.code, own.name, own.kind),)
    if own.kind is UnitKind.DEPARTMENT and who.role is not Role.INSPECTOR:
        raise NotHere
    top = own.id if own.kind is UnitKind.CITY else own.parent_id or own.id
    rows = db.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.kind)
        .where(Unit.id.in_(accounts.units_below(db, top)), Unit.kind.in_(RECEIVING))
        .order_by(Unit.kind != UnitKind.CITY, Unit.kind != UnitKind.CITY_BOARD, Unit.name_sort)
    )
    found = tuple(UnitHead(*row) for row in rows)
    if not found:
        raise NotHere
    return found


def chosen(units: tuple[UnitHead, ...], code: str) -> tuple[UnitHead, ...]:
    """Return the one unit asked for, or all when none is. Raises NotHere for one outside the scope."""
    if not code:
        return units
    found = tuple(unit for unit in units if unit.code == code)
    if not found:
        raise NotHere
    return found


def crowds(db: Session, units: tuple[UnitHead, ...]) -> dict[int, int]:
    """Return from how many people on each unit counts a large group: its own setting, else the nearest above."""
    usual = SETTINGS[CROWD].default
    rows = db.execute(select(UnitSetting.unit_id, UnitSetting.value).where(UnitSetting.name == CROWD))
    chosen_by = {row.unit_id: int(row.value) for row in rows}
    if not chosen_by:
        return {unit.id: usual for unit in units}
    parents = {row.id: row.parent_id for row in db.execute(select(Unit.id, Unit.parent_id))}
    found = {}
    for unit in units:
        above: int | None = unit.id
        while above is not None and above not in chosen_by:
            above = parents.get(above)
        found[unit.id] = usual if above is None else chosen_by[above]
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows by unit, and how many eligible petitions nobody sorted by field yet (they stand under "other")."""

    rows: Mapping[int, Mapping[str, int]]
    unsorted: int


def count(db: Session, form: Form, span: Span) -> Counted:
    """Count a table: one statement per source, in which every column is a sum of the matters it asks for."""
    rows: dict[int, dict[str, int]] = {}
    unsorted = 0
    for source in form.sources:
        base = SOURCES[source](span).subquery()
        columns = form.counted_from(source)
        sums = [func.sum(base.c[column.sum]).filter(*_asked(base, column)) for column in columns]
        is_sortable = any("field" in column.where for column in columns)
        if is_sortable:
            kinds = columns[0].where["kind"]
            sums.append(
                func.count().filter(base.c.eligible == "yes", base.c.sorted == "no", base.c.kind.in_(sorted(kinds)))
            )
        for unit_id, *found in db.execute(select(base.c.unit_id, *sums).group_by(base.c.unit_id)):
            unsorted += found.pop() if is_sortable else 0
            row = rows.setdefault(unit_id, rules.empty_row(form))
            row.update((column.code, int(value or 0)) for column, value in zip(columns, found, strict=True))
    return Counted(rows, unsorted)


def _asked(base: FromClause, column: Column) -> list[ColumnElement[bool]]:
    """The conditions under which a matter counts in a column."""
    return [true(), *(base.c[way].in_(sorted(values)) for way, values in sorted(column.where.items()))]


@dataclass(frozen=True, slots=True)
class Sent:
    """The newest edition a unit sent up."""

    edition: int
    figures: Mapping[str, int]
    is_zero: bool
    remark: str
    officer_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's row. ``figures`` are those sent, or, while nothing was sent, those counted now with corrections."""

    unit: UnitHead
    figures: Mapping[str, int]
    counted: Mapping[str, int]
    present: Mapping[str, int]
    sent: Sent | None

    @property
    def is_missing(self) -> bool:
        """Whether the unit has sent nothing yet; what stands here is provisional and no zero report."""
        return self.sent is None

    @property
    def has_changed(self) -> bool:
        """Whether what is counted today differs from what was sent."""
        return self.sent is not None and dict(self.present) != dict(self.sent.figures)


@dataclass(frozen=True, slots=True)
class Report:
    """A table of one period: a line per unit and their sum."""

    form: Form
    period: Period
    lines: tuple[Line, ...]
    total: Mapping[str, int]
    unsorted: int

    @property
    def missing(self) -> int:
        """How many units have not sent it."""
        return sum(line.is_missing for line in self.lines)

    @property
    def is_broken(self) -> bool:
        """Whether a sum fails in any row; then a program error counted wrongly and says so."""
        return any(rules.broken(self.form, line.figures) for line in self.lines)


def report(db: Session, form: Form, period: Period, units: tuple[UnitHead, ...]) -> Report:
    """Return a table for units that were found open to the person."""
    span = span_of(db, period, crowds(db, units))
    counted = count(db, form, span)
    differences = _differences(db, form, period, span.units)
    sent = newest_sent(db, form.slug, period, span.units)
    nothing = rules.empty_row(form)
    lines = []
    for unit in units:
        row = counted.rows.get(unit.id, nothing)
        present = rules.add(form, (row, differences.get(unit.id, {})))
        last = sent.get(unit.id)
        lines.append(Line(unit, last.figures if last else present, row, present, last))
    total = rules.add(form, (line.figures for line in lines))
    return Report(form, period, tuple(lines), total, counted.unsorted)


def asked_for(db: Session, who: Who, form: Form, period: Period, unit: str) -> tuple[tuple[UnitHead, ...], Report]:
    """Return the units a person may choose from, and a table of the one chosen or of all. Raises NotHere."""
    units = scope(db, who)
    return units, report(db, form, period, chosen(units, unit))


def _differences(db: Session, form: Form, period: Period, units: tuple[int, ...]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    rows = db.execute(
        select(ReportCorrection.unit_id, ReportCorrection.column_code, func.sum(ReportCorrection.difference))
        .where(
            ReportCorrection.form == form.slug,
            ReportCorrection.from_on == period.from_on,
            ReportCorrection.until_on == period.until_on,
            ReportCorrection.unit_id.in_(units),
        )
        .group_by(ReportCorrection.unit_id, ReportCorrection.column_code)
    )
    for unit_id, code, difference in rows:
        found.setdefault(unit_id, {})[code] = int(difference)
    return found


def newest_sent(db: Session, slug: str, period: Period, units: tuple[int, ...]) -> dict[int, Sent]:
    """Return the newest edition of each unit that sent this table for this period."""
    rows = db.scalars(
        select(SentReport)
        .where(
            SentReport.form == slug,
            SentReport.from_on == period.from_on,
            SentReport.until_on == period.until_on,
            SentReport.unit_id.in_(units),
        )
        .order_by(SentReport.edition)
    )
    return {
        row.unit_id: Sent(row.edition, row.figures, row.is_zero, row.remark, row.officer_name, row.at) for row in rows
    }


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure changed by hand."""

    column: str
    counted: int
    difference: int
    ground: str
    officer_name: str
    at: datetime


def corrections(db: Session, form: Form, period: Period, unit_id: int) -> tuple[Correction, ...]:
    """Return what was changed by hand in a unit's table, newest first."""
    rows = db.scalars(
        select(ReportCorrection)
        .where(
            ReportCorrection.unit_id == unit_id,
            ReportCorrection.form == form.slug,
            ReportCorrection.from_on == period.from_on,
            ReportCorrection.until_on == period.until_on,
        )
        .order_by(ReportCorrection.id.desc())
        .limit(200)
    )
    return tuple(Correction(r.column_code, r.counted, r.difference, r.ground, r.officer_name, r.at) for r in rows)


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter behind a figure. Title and way in only for whom the case is open anyway."""

    code: str
    on: date
    unit_name: str
    case_code: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Behind:
    """What a figure counts: how many in all, how many are kept back, one page of the others."""

    total: int
    kept_back: int
    matters: tuple[Matter, ...]
    page: int
    pages: int


def behind(db: Session, who: Who, column: Column, period: Period, units: tuple[UnitHead, ...], page: int) -> Behind:
    """Return the matters behind a figure; of denunciations the number alone (domain.md 2.9)."""
    base = SOURCES[column.source](span_of(db, period, crowds(db, units))).subquery()
    where = _asked(base, column)
    secret, total = db.execute(
        select(func.count().filter(base.c.is_secret.is_(True)), func.count()).select_from(base).where(*where)
    ).one()
    pages = max(1, -(-(total - secret) // PAGE))
    page = min(page, pages)
    open_to_me = Case.id.in_(select(Case.id).where(*visible(db, who)))
    rows = db.execute(
        select(base.c.code, base.c.on, base.c.unit_id, Case.code, Case.number, Case.title, open_to_me)
        .select_from(base)
        .outerjoin(Case, Case.id == base.c.case_id)
        .where(*where, base.c.is_secret.is_(False))
        .order_by(base.c.on, base.c.code)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    names = {unit.id: unit.name for unit in units}
    matters = tuple(
        Matter(
            code,
            local(on).date() if isinstance(on, datetime) else on,
            names[unit_id],
            (case_code or "") if is_open else "",
            number or "",
            (title or "") if is_open else "",
        )
        for code, on, unit_id, case_code, number, title, is_open in rows
    )
    return Behind(total, secret, matters, page, pages)
