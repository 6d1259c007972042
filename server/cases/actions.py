"""Open a case and promise something."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import queries, rules
from server.cases.actions_terms import add_deadline
from server.clock import local
from server.errors import Refused, Stale
from server.office import actions as office_actions
from server.tables import Case, FollowUp, Unit
from server.who import Who
from server.words import CaseState, CaseVerb, FollowUpState, Kind

__all__ = [
    "REGISTER",
    "NewCase",
    "NewFollowUp",
    "Opened",
    "add_deadline",
    "add_follow_up",
    "expect_version",
    "open_case",
]

REGISTER = "case"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What a case begins with. ``received_on`` is the day from which terms run (today if None)."""

    unit_id: int
    citizen_id: int
    kind: Kind
    title: str
    is_restricted: bool = False
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened."""

    id: int
    code: str


def open_case(db: Session, who: Who, at: datetime, new: NewCase) -> Opened:
    """Open a case with the next number of its unit and year, and start its terms of law."""
    today = local(at).date()
    number = f"{today.year}/{office_actions.next_number(db, new.unit_id, REGISTER, today.year):04d}"
    unit = db.get_one(Unit, new.unit_id)
    code = f"{text.fold(unit.short_code).upper()}-{number.replace('/', '-')}"
    if db.scalar(select(Case.id).where(Case.code == code)) is not None:
        code = f"{code}-{unit.id}"
    title = text.one_line(new.title)
    case = Case(
        code=code,
        number=number,
        unit_id=new.unit_id,
        citizen_id=new.citizen_id,
        kind=new.kind,
        title=title,
        title_folded=text.fold(title),
        state=CaseState.OPEN,
        is_restricted=new.is_restricted,
        opened_at=at,
    )
    db.add(case)
    db.flush()
    for rule in rules.terms_at_opening(new.kind):
        add_deadline(db, case.id, rule, new.received_on or today)
    audit.record(db, who, at, "opened_case", About("case", case.id, code, case.id, new.unit_id))
    return Opened(case.id, code)


@dataclass(frozen=True, slots=True)
class NewFollowUp:
    """Something someone owes by a date. ``key`` makes a repeated command harmless."""

    case_id: int
    reception_id: int | None
    owner_unit_id: int
    owner_id: int | None
    owner_name: str
    words: str
    due_on: date
    key: str


def add_follow_up(db: Session, who: Who, at: datetime, new: NewFollowUp) -> int:
    """Keep a promise with its owner and date; returns its id. Raises NotHere."""
    known = db.scalar(select(FollowUp.id).where(FollowUp.idempotency_key == new.key))
    if known is not None:
        return known
    case = queries.case_for(db, who, new.case_id)
    if case.state is CaseState.ON_PAPER:
        raise Refused("case_flow")
    row = FollowUp(
        code=text.new_code("VD", 4, 2),
        case_id=case.id,
        reception_id=new.reception_id,
        owner_unit_id=new.owner_unit_id,
        owner_id=new.owner_id,
        owner_name=text.one_line(new.owner_name),
        words=text.tidy(new.words),
        due_on=new.due_on,
        state=FollowUpState.OPEN,
        idempotency_key=new.key,
        created_at=at,
    )
    db.add(row)
    found = db.get_one(Case, case.id)
    if CaseVerb.FOLLOW_UP in rules.CASE_FLOW[found.state]:
        found.state = rules.CASE_FLOW[found.state][CaseVerb.FOLLOW_UP].to
    db.flush()
    audit.record(
        db,
        who,
        at,
        "added_follow_up",
        About("follow_up", row.id, row.code, case.id, case.unit_id),
        due_on=new.due_on.isoformat(),
    )
    return row.id


def expect_version(found: int, given: int | None) -> None:
    """Raise Stale when the page that asks was made from an older state."""
    if given is not None and found != given:
        raise Stale
