"""Petitions still to be sorted, what was said of one, and how a complaint ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.clock import local
from server.errors import NotHere
from server.intake import queries as intake
from server.reports.rules_sorting import Result, Sorting
from server.tables import CaseResult, PetitionSorting, ReceptionRequest, ResultAmount
from server.who import Who
from server.words import Kind, RequestState, Role
from server.words_reports import Competence

MOST = 100
SORTABLE = (RequestState.ACCEPTED, RequestState.SCHEDULED, RequestState.HEARD, RequestState.REFERRED)
_KNOW_ALL = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR})


@dataclass(frozen=True, slots=True)
class ToSort:
    """A petition nobody has sorted yet."""

    code: str
    subject: str
    received_on: date


def to_sort(db: Session, who: Who) -> tuple[ToSort, ...]:
    """Return petitions of one's own unit that count but are not sorted, oldest first, a hundred at most."""
    where = [
        ReceptionRequest.unit_id == who.unit_id,
        ReceptionRequest.state.in_(SORTABLE),
        PetitionSorting.id.is_(None),
    ]
    if who.role not in _KNOW_ALL:
        where.append(ReceptionRequest.kind != Kind.DENUNCIATION)
    rows = db.scalars(
        select(ReceptionRequest)
        .outerjoin(PetitionSorting, PetitionSorting.request_id == ReceptionRequest.id)
        .where(*where)
        .order_by(ReceptionRequest.received_at, ReceptionRequest.id)
        .limit(MOST)
    )
    return tuple(ToSort(row.code, row.subject, local(row.received_at).date()) for row in rows)


@dataclass(frozen=True, slots=True)
class Petition:
    """A petition to be sorted, and what was said of it."""

    code: str
    kind: Kind
    subject: str
    received_on: date
    is_referred: bool
    said: Sorting | None


def petition_for(db: Session, who: Who, code: str) -> Petition:
    """Return a petition of one's own unit that this person may open. Raises NotHere."""
    request = intake.request_for(db, who, code)
    if request.unit_id != who.unit_id:
        raise NotHere
    row = db.scalar(select(PetitionSorting).where(PetitionSorting.request_id == request.id))
    said = None
    if row is not None:
        competence = row.competence or Competence.OWN
        said = Sorting(row.field, row.standing, row.instance, competence, row.direction, row.replied_on)
    is_referred = request.state is RequestState.REFERRED
    return Petition(request.code, request.kind, request.subject, local(request.received_at).date(), is_referred, said)


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
