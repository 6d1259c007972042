"""Give a case to the body above the ward when nobody of the ward may know of it any more (domain.md 2.9, F27)."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.cases.actions import REGISTER
from server.clock import local
from server.office import actions as office_actions
from server.tables import Assignment, Case, VerificationCopy
from server.who import Who


def leave_ward(db: Session, who: Who, at: datetime, case_id: int, unit_id: int) -> None:
    """Make a case another unit's and secret; whoever had a part in it at the ward has none any more. Twice is once.

    It keeps its code, and gets the next number of the other unit's register.
    """
    case = db.get_one(Case, case_id, with_for_update=True)
    case.is_restricted = True
    if case.unit_id != unit_id:
        year = local(at).year
        case.number = f"{year}/{office_actions.next_number(db, unit_id, REGISTER, year):04d}"
        case.unit_id = unit_id
        audit.record(db, who, at, "case_left_ward", About("case", case.id, case.code, case.id, unit_id))
    for table in (Assignment, VerificationCopy):
        db.execute(update(table).where(table.case_id == case_id, table.ended_at.is_(None)).values(ended_at=at))
    db.flush()
