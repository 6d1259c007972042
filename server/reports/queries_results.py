"""How a complaint ended."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.errors import NotHere
from server.reports.rules_results import Result
from server.tables import CaseResult, ResultAmount
from server.who import Who
from server.words import Kind


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint, and how it ended at each instance so far."""

    code: str
    number: str
    title: str
    results: Mapping[str, Result]


def complaint_for(db: Session, who: Who, code: str) -> Complaint:
    """Return a complaint of one's own unit that this person may open. Raises NotHere."""
    case = cases.case_for(db, who, code)
    if case.unit_id != who.unit_id or case.kind is not Kind.COMPLAINT:
        raise NotHere
    results = {}
    for row in db.scalars(select(CaseResult).where(CaseResult.case_id == case.id)):
        sums = db.execute(select(ResultAmount.amount, ResultAmount.value).where(ResultAmount.result_id == row.id))
        results[row.instance.value] = Result(
            instance=row.instance,
            way=row.way,
            decided_on=row.decided_on,
            is_in_time=row.is_in_time,
            finding=row.finding,
            has_execution=row.has_execution,
            executed_on=row.executed_on,
            amounts={sum_of.amount: sum_of.value for sum_of in sums},
        )
    return Complaint(case.code, case.number, case.title, results)
