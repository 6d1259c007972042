"""Change a figure with a ground, send a report up, note that somebody took a table away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused
from server.reports import queries, rules
from server.reports.queries import Line, UnitHead
from server.reports.rules import Form
from server.reports.rules_period import Period
from server.tables import ReportCorrection, SentReport
from server.who import Who


@dataclass(frozen=True, slots=True)
class Table:
    """Which table of which period."""

    form: Form
    period: Period


@dataclass(frozen=True, slots=True)
class Changing:
    """A whole row as it shall read. Only what differs from the present row is a change."""

    figures: Mapping[str, int]
    ground: str
    key: str


def own_line(db: Session, who: Who, table: Table) -> Line:
    """Return the row of the acting person's own unit. Raises NotHere for a unit that reports nothing."""
    unit = own_unit(db, who)
    return queries.report(db, table.form, table.period, (unit,)).lines[0]


def own_unit(db: Session, who: Who) -> UnitHead:
    """Return the acting person's unit among those they may see. Raises NotHere."""
    found = next((unit for unit in queries.scope(db, who) if unit.id == who.unit_id), None)
    if found is None:
        raise NotHere
    return found


def correct(db: Session, who: Who, at: datetime, table: Table, changing: Changing) -> None:
    """Change figures of one's own unit. Raises BadForm at the column whose sum would fail (F72), NotYours.

    Pressed twice it is kept once.
    """
    if who.role not in rules.CORRECTORS or who.officer_id is None:
        raise NotYours("report_not_yours")
    if _is_known(db, changing.key):
        return
    line = own_line(db, who, table)
    faults = {f"c{code}": fault for code, fault in rules.broken(table.form, changing.figures).items()}
    if faults:
        raise BadForm(faults)
    changed = {code: value for code, value in changing.figures.items() if value != line.present[code]}
    if not changed:
        raise BadForm({"ground": FieldError("nothing_changed")})
    for code, value in changed.items():
        db.add(
            ReportCorrection(
                unit_id=who.unit_id,
                form=table.form.slug,
                from_on=table.period.from_on,
                until_on=table.period.until_on,
                column_code=code,
                counted=line.counted[code],
                difference=value - line.present[code],
                ground=changing.ground,
                officer_id=who.officer_id,
                officer_name=who.name,
                at=at,
                idempotency_key=changing.key,
            )
        )
    _record(db, who, at, "corrected_report", table, columns=sorted(changed, key=int))


def _is_known(db: Session, key: str) -> bool:
    return db.scalar(select(ReportCorrection.id).where(ReportCorrection.idempotency_key == key).limit(1)) is not None


def send(db: Session, who: Who, at: datetime, table: Table, remark: str, key: str) -> None:
    """Close one's own unit's table and send it up, nought included: only this makes it a zero report.

    Raises NotYours; Refused while the period still runs, when a sum fails, and when nothing differs from what was
    sent. Pressed twice it is sent once.
    """
    if who.role not in rules.SENDERS or who.officer_id is None:
        raise NotYours("report_not_yours")
    if db.scalar(select(SentReport.id).where(SentReport.idempotency_key == key)) is not None:
        return
    line = own_line(db, who, table)
    check_sendable(table, line, local(at).date())
    edition = db.scalar(
        select(func.max(SentReport.edition)).where(
            SentReport.unit_id == who.unit_id,
            SentReport.form == table.form.slug,
            SentReport.from_on == table.period.from_on,
            SentReport.until_on == table.period.until_on,
        )
    )
    is_zero = not any(line.present.values())
    db.add(
        SentReport(
            unit_id=who.unit_id,
            form=table.form.slug,
            period=table.period.kind,
            from_on=table.period.from_on,
            until_on=table.period.until_on,
            edition=(edition or 0) + 1,
            figures=dict(line.present),
            is_zero=is_zero,
            remark=remark,
            officer_id=who.officer_id,
            officer_name=who.name,
            at=at,
            idempotency_key=key,
        )
    )
    _record(db, who, at, "sent_report", table, edition=(edition or 0) + 1, is_zero=is_zero)


def check_sendable(table: Table, line: Line, today: date) -> None:
    """Raise Refused when this row cannot be sent today."""
    if table.period.until_on >= today:
        raise Refused("report_period_open")
    if rules.broken(table.form, line.present):
        raise Refused("report_broken")
    if line.sent is not None and not line.has_changed:
        raise Refused("report_unchanged")


def note_looked_behind(db: Session, who: Who, at: datetime, table: Table, column: str, units: int) -> None:
    """Log that somebody looked at the matters behind a figure."""
    _record(db, who, at, "looked_behind_report", table, column=column, units=units)


def note_taken(db: Session, who: Who, at: datetime, table: Table, kind: str) -> None:
    """Log that somebody took a table away as a file."""
    _record(db, who, at, "took_report", table, kind=kind)


def _record(db: Session, who: Who, at: datetime, verb: str, table: Table, **facts: object) -> None:
    audit.record(db, who, at, verb, About("report", code=table.form.slug), period=table.period.slug, **facts)
