"""Start a term of law, extend it, stop and start its clock, and compute all open ones again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.cases import queries, queries_terms, rules, rules_terms
from server.cases.rules_terms import PLAIN, Level
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused, Stale
from server.office import actions_calendar
from server.office import queries as office
from server.office.actions_calendar import DayChange
from server.office.rules import Calendar
from server.tables import Case, Deadline, DeadlineChange
from server.who import Who
from server.words import CaseState, Complexity, TermChange

OLDEST_START = 3660
"""Days back from which a term may still be entered."""


def add_deadline(
    db: Session, case_id: int, rule: str, started_on: date, level: Level = PLAIN, given_on: date | None = None
) -> date:
    """Start a term of law for a case and return its last day by law; doing it twice changes nothing.

    ``given_on``: the day the head fixed, for a rule that leaves it to the head. Raises Refused("term_level").
    """
    case = db.get_one(Case, case_id)
    known = db.scalar(
        select(Deadline.due_on).where(
            Deadline.case_id == case_id, Deadline.rule == rule, Deadline.started_on == started_on
        )
    )
    if known is not None:
        return known
    kind = rules_terms.RULES[rule]
    row = Deadline(
        case_id=case_id,
        rule=rule,
        rule_version=kind.version,
        article=kind.article,
        started_on=started_on,
        given_on=given_on,
        is_remote=level.is_remote,
        complexity=level.complexity,
        internal_days=_internal_days(db, case.unit_id, rule, level),
        extensions=0,
        extended_days=0,
        pauses=[],
    )
    _compute(row, office.calendar(db))
    db.add(row)
    db.flush()
    return row.due_on


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term started by hand."""

    rule: str
    started_on: date
    level: Level
    given_on: date | None = None


def start_term(db: Session, who: Who, at: datetime, code: str, new: NewTerm) -> None:
    """Start a term from the day of its event. Raises NotHere, NotYours, BadForm, Refused("term_level")."""
    case = _handled(db, who, code)
    today, faults = local(at).date(), dict[str, FieldError]()
    if new.rule not in rules_terms.startable(case.kind):
        faults["rule"] = FieldError("choice")
    elif new.level not in rules_terms.RULES[new.rule].limits:
        faults["level"] = FieldError("term_level")
    if new.started_on > today:
        faults["started_on"] = FieldError("event_to_come")
    elif (today - new.started_on).days > OLDEST_START:
        faults["started_on"] = FieldError("event_too_old")
    is_given = not faults and rules_terms.RULES[new.rule].is_given
    if is_given and (new.given_on is None or new.given_on <= new.started_on):
        faults["given_on"] = FieldError("required" if new.given_on is None else "given_before")
    if faults:
        raise BadForm(faults)
    due = add_deadline(db, case.id, new.rule, new.started_on, new.level, new.given_on if is_given else None)
    where = About("case", case.id, case.code, case.id, case.unit_id)
    audit.record(db, who, at, "started_term", where, rule=new.rule, due_on=due.isoformat())


@dataclass(frozen=True, slots=True)
class Extension:
    """A decision to extend a term. ``seen``: how many extensions the page knew of."""

    complexity: Complexity
    days: int
    decision: str
    decided_on: date
    ground: str
    seen: int


def extend(db: Session, who: Who, at: datetime, code: str, term_id: int, new: Extension) -> None:
    """Lengthen a term from its running end by a written decision (F59).

    Raises NotHere, NotYours, Stale, Refused("term_over", "term_paused"), BadForm.
    """
    row = _running(db, who, code, term_id)
    if row.extensions != new.seen:
        raise Stale
    faults = dict[str, FieldError]()
    fault = rules_terms.extension_fault(row.rule, row.extensions, new.complexity)
    if fault is not None:
        faults["complexity"] = FieldError(fault)
    if new.decided_on > local(at).date():
        faults["decided_on"] = FieldError("event_to_come")
    elif new.decided_on > row.due_on:
        faults["decided_on"] = FieldError("decided_after_end")
    if faults:
        raise BadForm(faults)
    before = row.due_on
    row.complexity, row.extensions, row.extended_days = new.complexity, row.extensions + 1, row.extended_days + new.days
    _compute(row, office.calendar(db))
    _note(db, who, at, row, _Note(TermChange.EXTENDED, before, new.ground, new.decision))


@dataclass(frozen=True, slots=True)
class Variation:
    """Another limit of the same rule, and why."""

    level: Level
    ground: str


def vary(db: Session, who: Who, at: datetime, code: str, term_id: int, new: Variation) -> None:
    """Count a term by another limit of its rule: complex, remote. Twice changes nothing.

    Raises NotHere, NotYours, Refused("term_over", "term_paused", "term_level").
    """
    row = _running(db, who, code, term_id)
    if (row.is_remote, row.complexity) == (new.level.is_remote, new.level.complexity):
        return
    rules_terms.limit_of(row.rule, new.level)
    before, unit_id = row.due_on, db.get_one(Case, row.case_id).unit_id
    row.is_remote, row.complexity = new.level.is_remote, new.level.complexity
    row.internal_days = _internal_days(db, unit_id, row.rule, new.level)
    _compute(row, office.calendar(db))
    _note(db, who, at, row, _Note(TermChange.VARIED, before, new.ground))


def pause_all(db: Session, who: Who, at: datetime, case_id: int) -> None:
    """Stop the clock of every term of a case that suspension stops. Twice changes nothing."""
    today = local(at).date()
    for row in _open(db, Deadline.case_id == case_id):
        if rules_terms.RULES[row.rule].can_pause and row.paused_on is None and row.due_on >= today:
            row.paused_on = max(today, row.started_on)
            _note(db, who, at, row, _Note(TermChange.PAUSED, row.due_on))


def resume_all(db: Session, who: Who, at: datetime, case_id: int) -> None:
    """Let the clocks of a case go on: what remained is counted from today. Twice changes nothing."""
    today, calendar = local(at).date(), office.calendar(db)
    for row in _open(db, Deadline.case_id == case_id):
        if row.paused_on is not None:
            before = row.due_on
            row.pauses = [*row.pauses, [row.paused_on.isoformat(), max(today, row.paused_on).isoformat()]]
            row.paused_on = None
            _compute(row, calendar)
            _note(db, who, at, row, _Note(TermChange.RESUMED, before))


def reopen(db: Session, who: Who, at: datetime, row: Deadline, paper: str) -> None:
    """Let a term run again whose paper was taken back: by the calendar of today, standing still with its case."""
    before, today = row.due_on, local(at).date()
    _compute(row, office.calendar(db))
    if db.get_one(Case, row.case_id).state is CaseState.SUSPENDED and rules_terms.RULES[row.rule].can_pause:
        row.paused_on = max(today, row.started_on)
    _note(db, who, at, row, _Note(TermChange.REOPENED, before, decision=paper))


def change_calendar(db: Session, who: Who, at: datetime, change: DayChange) -> int:
    """Change the working calendar and move the open terms it touches; returns how many moved.

    Raises what ``office.actions_calendar.change_day`` raises.
    """
    version = actions_calendar.change_day(db, who, at, change)
    moved = recompute(db, who, at, [change.on], change.ground)
    if moved:
        actions_calendar.note_moved(db, version, moved)
    return moved


def keep_calendar(db: Session, who: Who, at: datetime) -> int:
    """Enter what is known of this year and the next, and move the open terms that this touches."""
    year = local(at).year
    added = actions_calendar.seed_calendar(db, who, at, (year, year + 1))
    return recompute(db, who, at, added)


def recompute(db: Session, who: Who, at: datetime, days: Iterable[date], ground: str = "") -> int:
    """Compute the open terms over these days again; log and keep each that moves; returns how many did.

    Terms that were met, and those of cases that are over, never move. Twice changes nothing.
    """
    changed = sorted(days)
    if not changed:
        return 0
    calendar, touched = office.calendar(db), list[Deadline]()
    # A term is touched only by a day between its start and its end.
    for row in _open(db, Deadline.started_on < changed[-1], Deadline.due_on >= changed[0]):
        before, internal = row.due_on, row.internal_on
        if row.paused_on is not None or row.rule_version != rules_terms.RULES[row.rule].version:
            continue
        _compute(row, calendar)
        if row.due_on == before and row.internal_on == internal:
            continue
        db.add(_change(who, at, row, _Note(TermChange.RECOMPUTED, before, ground)))
        touched.append(row)
    db.flush()
    _log_moved(db, who, at, touched, calendar.version)
    return len(touched)


def _log_moved(db: Session, who: Who, at: datetime, touched: list[Deadline], version: int) -> None:
    """Write one entry for each unit: thousands may move at once, and each keeps its trace beside the term."""
    by_unit: dict[int, list[str]] = {}
    wanted = select(Case.id, Case.code, Case.unit_id).join(Deadline, Deadline.case_id == Case.id).distinct()
    cases = {row.id: row for row in db.execute(wanted.where(Deadline.calendar_version == version))} if touched else {}
    for row in touched:
        case = cases[row.case_id]
        by_unit.setdefault(case.unit_id, []).append(f"{case.code} {row.rule} {row.due_on.isoformat()}")
    for unit_id, terms in sorted(by_unit.items()):
        where = About("calendar", unit_id=unit_id)
        audit.record(db, who, at, "terms_recomputed", where, version=version, terms=terms)


def _open(db: Session, *where: object) -> list[Deadline]:
    return list(
        db.scalars(
            select(Deadline)
            .join(Case, Case.id == Deadline.case_id)
            .where(Deadline.met_on.is_(None), Case.state.not_in(rules.OVER), *where)  # type: ignore[arg-type]
            .order_by(Deadline.id)
        )
    )


def _handled(db: Session, who: Who, code: str) -> queries.CaseCard:
    case = queries.case_for(db, who, code)
    if who.role not in rules.HANDLERS:
        raise NotYours("case_not_yours")
    return case


def _running(db: Session, who: Who, code: str, term_id: int) -> Deadline:
    case = _handled(db, who, code)
    row = db.scalar(select(Deadline).where(Deadline.id == term_id).with_for_update())
    if row is None or row.case_id != case.id:
        raise NotHere
    if row.met_on is not None or case.state in rules.OVER:
        raise Refused("term_over")
    if row.paused_on is not None:
        raise Refused("term_paused")
    return row


def _internal_days(db: Session, unit_id: int, rule: str, level: Level) -> int | None:
    limit = rules_terms.limit_of(rule, level)
    return rules_terms.internal_count(limit, office.setting(db, unit_id, limit.setting) if limit.setting else None)


def _compute(row: Deadline, calendar: Calendar) -> None:
    run = queries_terms.run_of(row)
    limit = rules_terms.limit_of(row.rule, queries_terms.level_of(row))
    due = rules_terms.last_day(row.rule, limit.count, run, calendar)
    own = row.internal_days and rules_terms.last_day(row.rule, row.internal_days, run, calendar)
    if (due, own) != (row.due_on, row.internal_on):
        row.due_on, row.internal_on = due, own or None
        row.calendar_version = calendar.version


@dataclass(frozen=True, slots=True)
class _Note:
    what: TermChange
    before: date
    ground: str = ""
    decision: str = ""


def _note(db: Session, who: Who, at: datetime, row: Deadline, note: _Note) -> None:
    case = db.get_one(Case, row.case_id)
    db.add(_change(who, at, row, note))
    db.flush()
    where = About("case", case.id, case.code, case.id, case.unit_id)
    facts = {"rule": row.rule, "before": note.before.isoformat(), "after": row.due_on.isoformat()}
    audit.record(db, who, at, f"term_{note.what.value}", where, **facts)


def _change(who: Who, at: datetime, row: Deadline, note: _Note) -> DeadlineChange:
    return DeadlineChange(
        deadline_id=row.id,
        what=note.what,
        before_on=note.before,
        after_on=row.due_on,
        ground=note.ground,
        decision=note.decision,
        calendar_version=row.calendar_version,
        at=at,
        by_name=who.name,
    )
