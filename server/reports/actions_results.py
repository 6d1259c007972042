"""Say how a complaint ended."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.cases import queries as cases
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours
from server.reports import rules_results
from server.reports.rules_results import Result
from server.tables import CaseResult, ResultAmount
from server.who import Who
from server.words import Kind


def record_result(db: Session, who: Who, at: datetime, code: str, result: Result, parts: Mapping[str, str]) -> None:
    """Keep how a complaint ended at one instance; saying it again replaces it. Raises NotHere, NotYours, BadForm."""
    case = cases.case_for(db, who, code)
    if case.kind is not Kind.COMPLAINT:
        raise NotHere
    if who.role not in rules_results.WRITERS or who.officer_id is None or case.unit_id != who.unit_id:
        raise NotYours("report_not_yours")
    _check(rules_results.result_faults(result, parts, local(at).date()))
    row = db.scalar(select(CaseResult).where(CaseResult.case_id == case.id, CaseResult.instance == result.instance))
    if row is None:
        row = CaseResult(case_id=case.id, instance=result.instance)
        db.add(row)
    row.way, row.finding, row.decided_on = result.way, result.finding, result.decided_on
    row.is_in_time, row.has_execution = result.is_in_time, result.has_execution
    row.executed_on, row.changed_at, row.changed_by = result.executed_on, at, who.officer_id
    db.flush()
    db.execute(delete(ResultAmount).where(ResultAmount.result_id == row.id))
    db.add_all(
        ResultAmount(result_id=row.id, amount=name, value=value) for name, value in result.amounts.items() if value
    )
    about = About("case", case.id, case.code, case.id, case.unit_id)
    audit.record(db, who, at, "recorded_result", about, instance=result.instance.value)


def _check(faults: Mapping[str, FieldError]) -> None:
    if faults:
        raise BadForm(faults)
