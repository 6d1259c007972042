"""Find a case for a person; lists of cases."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.cases import rules
from server.errors import NotHere
from server.office import queries as office
from server.tables import Assignment, Case
from server.who import Who
from server.words import CaseState, Kind, Role


@dataclass(frozen=True, slots=True)
class CaseCard:
    """What a case is, without what is in it."""

    id: int
    code: str
    number: str
    unit_id: int
    citizen_id: int
    kind: Kind
    title: str
    state: CaseState
    is_restricted: bool
    opened_at: datetime
    closed_at: datetime | None
    version: int


def card(case: Case) -> CaseCard:
    """Return the frozen record of a row."""
    return CaseCard(
        case.id,
        case.code,
        case.number,
        case.unit_id,
        case.citizen_id,
        case.kind,
        case.title,
        case.state,
        case.is_restricted,
        case.opened_at,
        case.closed_at,
        case.version,
    )


def case_for(db: Session, who: Who, code_or_id: str | int) -> CaseCard:
    """Return a case this person may open. Raises NotHere: its existence is a secret too."""
    found = (
        db.get(Case, code_or_id)
        if isinstance(code_or_id, int)
        else db.scalar(select(Case).where(Case.code == code_or_id))
    )
    if found is None or not is_open_to(db, who, found):
        raise NotHere
    return card(found)


def is_open_to(db: Session, who: Who, case: Case) -> bool:
    """Whether this person may open this case."""
    path = office.path_up(db, case.unit_id)
    if who.role is Role.INSPECTOR and case.unit_id not in watched_units(db, who):
        return False
    return rules.may_open(who, path, is_restricted=case.is_restricted, is_assigned=is_assigned(db, who, case.id))


def is_assigned(db: Session, who: Who, case_id: int) -> bool:
    """Whether this officer is assigned to the case now."""
    return who.officer_id is not None and (
        db.scalar(
            select(Assignment.id).where(
                Assignment.case_id == case_id,
                Assignment.officer_id == who.officer_id,
                Assignment.ended_at.is_(None),
            )
        )
        is not None
    )


def watched_units(db: Session, who: Who) -> list[int]:
    """Return the units an inspectorate watches: it is a department, what hangs below its parent."""
    unit = office.unit_card(db, who.unit_id)
    return accounts.units_below(db, unit.parent_id or unit.id)
