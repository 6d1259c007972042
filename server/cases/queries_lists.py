"""Lists: the cases a person may open, and what is owed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session

from server import text
from server.cases import queries, rules, rules_terms
from server.errors import NotHere
from server.office import queries as office
from server.office.rules import Calendar
from server.tables import Assignment, Case, Citizen, Deadline, FollowUp, OfficialPaper, Unit
from server.who import Who
from server.words import CaseState, EscalationStep, FollowUpState, Kind, PaperForm, PaperState, Role

PAGE = 30


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the list shows; every part stands in the address."""

    is_open: bool | None = True
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the list. The kind is not shown: a list lies open on a desk."""

    code: str
    number: str
    title: str
    citizen_name: str
    state: CaseState
    opened_at: datetime
    due_on: date | None
    unit_name: str


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of cases."""

    lines: tuple[CaseLine, ...]
    total: int
    pages: int


def cases(db: Session, who: Who, wanted: CaseFilter) -> CaseList:
    """Return the cases this person may open, newest first; words are found without accents."""
    where = visible(db, who)
    if wanted.is_open is not None:
        where.append(Case.state.not_in(rules.OVER) if wanted.is_open else Case.state.in_(rules.OVER))
    if wanted.words:
        like = f"%{text.fold(wanted.words)}%"
        number = f"%{text.fold_number(wanted.words)}%"
        where.append(
            or_(
                Citizen.name_folded.like(like),
                Case.title_folded.like(like),
                Case.code.like(f"%{text.tidy_code(wanted.words)}%"),
                Case.number.like(number),
            )
        )
    due = select(func.min(Deadline.due_on)).where(Deadline.case_id == Case.id, *running()).scalar_subquery()
    base = (
        select(Case, Citizen.name, due, Unit.name)
        .join(Citizen, Citizen.id == Case.citizen_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(*where)
    )
    total = db.scalar(select(func.count()).select_from(Case).join(Citizen).where(*where)) or 0
    rows = db.execute(base.order_by(Case.opened_at.desc()).limit(PAGE).offset((wanted.page - 1) * PAGE))
    lines = tuple(
        CaseLine(c.code, c.number, c.title, name, c.state, c.opened_at, due_on, unit) for c, name, due_on, unit in rows
    )
    return CaseList(lines, total, max(1, -(-total // PAGE)))


def visible(db: Session, who: Who) -> list[Any]:
    """Return the conditions under which this person may open a case: ``rules.may_open`` as SQL."""
    mine = Case.id.in_(
        select(Assignment.case_id).where(Assignment.officer_id == (who.officer_id or 0), Assignment.ended_at.is_(None))
    )
    match who.role:
        case Role.RECEPTION_OFFICER | Role.WARD_CHAIR:
            return [Case.unit_id == who.unit_id]
        case Role.PETITION_OFFICER | Role.OFFICE_HEAD:
            return [Case.unit_id == who.unit_id, Case.is_restricted.is_(False)]
        case Role.WARD_VICE_CHAIR:
            return [or_(Case.is_restricted.is_(False), Case.unit_id == who.unit_id), mine]
        case Role.CASE_OFFICER | Role.CITY_BOARD_MEMBER:
            own = Case.unit_id == who.unit_id if who.role in rules.BYPASS else false()
            came = and_(Case.is_restricted.is_(True), own)
            return [or_(and_(Case.is_restricted.is_(False), mine), came)]
        case Role.INSPECTOR:
            return [Case.is_restricted.is_(False), Case.unit_id.in_(queries.watched_units(db, who))]
        case _:
            return [Case.id == 0]


@dataclass(frozen=True, slots=True)
class Owed:
    """Something someone owes by a date, and what this person may do about it."""

    id: int
    code: str
    case_id: int
    case_code: str
    case_number: str
    case_title: str
    words: str
    owner_name: str
    owner_unit_id: int
    owner_unit_name: str
    due_on: date
    state: FollowUpState
    evidence: str
    created_at: datetime
    done_at: datetime | None
    version: int
    is_overdue: bool
    is_mine: bool
    is_case_open_to_me: bool
    letters: int = 0
    """Urging letters that went out."""
    step: EscalationStep = EscalationStep.NONE


@dataclass(frozen=True, slots=True)
class OwedFilter:
    """Which of what is owed: all that is not closed, what is late, or what was closed."""

    which: str = "con-lai"


def owed(db: Session, who: Who, wanted: OwedFilter, today: date) -> list[Owed]:
    """Return what this person owes or watches, soonest first."""
    where: list[Any] = [owed_to_see(db, who)]
    if wanted.which == "tre-han":
        where += [FollowUp.state.in_(rules.LATE_STATES), FollowUp.due_on < today]
    elif wanted.which == "da-xong":
        where.append(FollowUp.state == FollowUpState.CLOSED)
    else:
        where.append(FollowUp.state != FollowUpState.CLOSED)
    return _owed(db, who, where, today)


def owed_in_case(db: Session, who: Who, case_id: int, today: date) -> list[Owed]:
    """Return what is owed in a case that was already found open to this person."""
    return _owed(db, who, [FollowUp.case_id == case_id], today)


def follow_up_for(db: Session, who: Who, code: str, today: date) -> Owed:
    """Return one promise this person owes or watches. Raises NotHere."""
    found = _owed(db, who, [FollowUp.code == code, owed_to_see(db, who)], today)
    if not found:
        raise NotHere
    return found[0]


def owed_to_see(db: Session, who: Who) -> Any:
    """Return the condition under which a promise may be seen: its case is open, or it is owed."""
    open_cases = select(Case.id).where(*visible(db, who))
    owner = [FollowUp.owner_id == (who.officer_id or 0)]
    if who.role is Role.CASE_OFFICER:
        owner.append(FollowUp.owner_unit_id == who.unit_id)
    plain = select(Case.id).where(Case.is_restricted.is_(False))
    return or_(FollowUp.case_id.in_(open_cases), FollowUp.case_id.in_(plain) & or_(*owner))


def _owed(db: Session, who: Who, where: list[Any], today: date) -> list[Owed]:
    open_cases = set(
        db.scalars(select(Case.id).where(*visible(db, who), Case.id.in_(select(FollowUp.case_id).where(*where))))
    )
    rows = _promises(db, where)
    late = [f.id for f, *_ in rows if rules.is_overdue(f.state, f.due_on, today)]
    letters = urged_on(db, late) if late else {}
    calendar = office.calendar(db) if late else Calendar()
    return [
        Owed(
            f.id,
            f.code,
            c.id,
            c.code,
            c.number,
            c.title if c.id in open_cases else "",
            f.words,
            f.owner_name,
            f.owner_unit_id,
            unit,
            f.due_on,
            f.state,
            f.evidence,
            f.created_at,
            f.done_at,
            f.version,
            rules.is_overdue(f.state, f.due_on, today),
            is_owner(who, f),
            c.id in open_cases,
            len(letters.get(f.id, ())),
            _step(f, letters.get(f.id, ()), today, calendar),
        )
        for f, c, unit in rows
    ]


def _promises(db: Session, where: list[Any]) -> list[tuple[FollowUp, Case, str]]:
    rows = db.execute(
        select(FollowUp, Case, Unit.name)
        .join(Case, Case.id == FollowUp.case_id)
        .join(Unit, Unit.id == FollowUp.owner_unit_id)
        .where(*where)
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(300)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _step(row: FollowUp, letters: tuple[date, ...], today: date, calendar: Calendar) -> EscalationStep:
    if not rules.is_overdue(row.state, row.due_on, today):
        return EscalationStep.NONE
    return rules.escalation(row.due_on, letters, today, calendar)


def urged_on(db: Session, follow_ups: list[int]) -> dict[int, tuple[date, ...]]:
    """Return on which days urging letters were issued, by what they urge; a withdrawn letter does not count."""
    found: dict[int, tuple[date, ...]] = {}
    rows = db.execute(
        select(OfficialPaper.follow_up_id, OfficialPaper.issued_on).where(
            OfficialPaper.follow_up_id.in_(follow_ups),
            OfficialPaper.form == PaperForm.URGING,
            OfficialPaper.state == PaperState.ISSUED,
        )
    )
    for follow_up_id, on in rows:
        if follow_up_id is None or on is None:
            continue
        found[follow_up_id] = (*found.get(follow_up_id, ()), on)
    return found


def is_owner(who: Who, row: FollowUp) -> bool:
    """Whether this person, or the department this person works for, owes it."""
    return (row.owner_id is not None and row.owner_id == who.officer_id) or (
        who.role is Role.CASE_OFFICER and row.owner_unit_id == who.unit_id
    )


def late_count(db: Session, who: Who, today: date) -> int:
    """Return how many promises this person owes or watches are late."""
    return (
        db.scalar(
            select(func.count())
            .select_from(FollowUp)
            .where(owed_to_see(db, who), FollowUp.state.in_(rules.LATE_STATES), FollowUp.due_on < today)
        )
        or 0
    )


def due_soon_count(db: Session, who: Who, until: date) -> int:
    """Return how many cases this person may open have a date of law that ends by a day."""
    late = select(Deadline.case_id).where(*running(), Deadline.due_on <= until)
    where = [*visible(db, who), Case.id.in_(late), Case.state.not_in(rules.OVER)]
    return db.scalar(select(func.count()).select_from(Case).where(*where)) or 0


def running() -> list[Any]:
    """Return what narrows terms to those whose clock runs for the office: not met, not standing still, not the citizen's."""
    return [Deadline.met_on.is_(None), Deadline.paused_on.is_(None), Deadline.rule.not_in(rules_terms.OF_CITIZENS)]


def kinds_shown(kind: Kind, who: Who) -> bool:
    """Whether the kind itself may stand on a page for this person."""
    return kind is not Kind.DENUNCIATION or who.role in rules.RECEIVERS | {Role.WARD_VICE_CHAIR}
