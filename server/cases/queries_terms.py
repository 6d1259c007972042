"""The terms of law of a case, with what they were computed from and how they moved."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries, rules, rules_terms
from server.cases.queries import CaseCard
from server.cases.rules_terms import Level, Limit, Rule, Run
from server.errors import NotHere
from server.office import queries as office
from server.tables import Case, Deadline, DeadlineChange
from server.who import Who
from server.words import Complexity, TermChange


@dataclass(frozen=True, slots=True)
class Moved:
    """One change of a running term."""

    at: datetime
    what: TermChange
    before_on: date
    after_on: date
    ground: str
    decision: str
    by_name: str
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Term:
    """A date of law. ``internal_on``: the office's own, when it is earlier. ``left``: days to the end.

    What binds the citizen is never overdue for the office.
    """

    id: int
    rule: str
    article: str
    started_on: date
    due_on: date
    met_on: date | None
    is_overdue: bool
    internal_on: date | None
    paused_on: date | None
    is_citizens: bool
    extensions: int
    left: int
    changes: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class TermSheet:
    """One term with its reckoning. ``nominal_on``: where it would end if that day were worked."""

    case: CaseCard
    term: Term
    rule: Rule
    limit: Limit
    level: Level
    complexity: Complexity
    run: Run
    nominal_on: date | None
    version: str
    calendar_version: int
    today: date


def terms(db: Session, case_id: int, today: date) -> tuple[Term, ...]:
    """Return the terms of a case that the caller may open, the soonest first."""
    rows = db.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.due_on, Deadline.rule)
    ).all()
    moved: dict[int, list[Moved]] = {}
    changes = (
        select(DeadlineChange)
        .where(DeadlineChange.deadline_id.in_([row.id for row in rows]))
        .order_by(DeadlineChange.id.desc())
    )
    for one in db.scalars(changes):
        moved.setdefault(one.deadline_id, []).append(
            Moved(
                one.at,
                one.what,
                one.before_on,
                one.after_on,
                one.ground,
                one.decision,
                one.by_name,
                one.calendar_version,
            )
        )
    is_over = db.get_one(Case, case_id).state in rules.OVER
    return tuple(_term(row, today, tuple(moved.get(row.id, ())), is_over=is_over) for row in rows)


def term_sheet(db: Session, who: Who, code: str, term_id: int, today: date) -> TermSheet:
    """Return one term of a case. Raises NotHere."""
    case = queries.case_for(db, who, code)
    row = db.get(Deadline, term_id)
    if row is None or row.case_id != case.id:
        raise NotHere
    rule = rules_terms.RULES[row.rule]
    level = level_of(row)
    limit = rules_terms.limit_of(row.rule, level)
    run = run_of(row)
    return TermSheet(
        case=case,
        term=next(one for one in terms(db, case.id, today) if one.id == term_id),
        rule=rule,
        limit=limit,
        level=level,
        complexity=row.complexity,
        run=run,
        nominal_on=rules_terms.nominal_day(row.rule, limit.count, run),
        version=row.rule_version,
        calendar_version=row.calendar_version,
        today=today,
    )


def own_limits(db: Session, unit_id: int) -> dict[str, int]:
    """Return the office's own limits in force, by the name of their setting."""
    return {
        limit.setting: office.setting(db, unit_id, limit.setting)
        for rule in rules_terms.RULES.values()
        for limit in rule.limits.values()
        if limit.setting
    }


def run_of(row: Deadline) -> Run:
    """Return what a kept term is computed from."""
    pauses = tuple((date.fromisoformat(since), date.fromisoformat(until)) for since, until in row.pauses)
    return Run(row.started_on, row.extended_days, pauses, row.given_on)


def level_of(row: Deadline) -> Level:
    """Return the level whose limit a kept term has: an extension makes a matter complex without another limit."""
    level = Level(row.is_remote, row.complexity)
    return level if level in rules_terms.RULES[row.rule].limits else rules_terms.PLAIN


def _term(row: Deadline, today: date, changes: tuple[Moved, ...], *, is_over: bool) -> Term:
    is_citizens = row.rule in rules_terms.OF_CITIZENS
    is_running = row.met_on is None and row.paused_on is None and not is_citizens and not is_over
    return Term(
        id=row.id,
        rule=row.rule,
        article=row.article,
        started_on=row.started_on,
        due_on=row.due_on,
        met_on=row.met_on,
        is_overdue=is_running and row.due_on < today,
        internal_on=row.internal_on,
        paused_on=row.paused_on,
        is_citizens=is_citizens,
        extensions=row.extensions,
        left=(row.due_on - (row.paused_on or today)).days,
        changes=changes,
    )
