"""Start and meet the terms of a case by an issued paper; take that back with the paper."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.cases import actions_terms, rules_papers
from server.cases.rules_papers import Answer
from server.clock import local
from server.tables import Case, Deadline, DeadlineChange, Petition, ReceptionRequest
from server.who import Who
from server.words import Instance


def received_on(db: Session, case_id: int) -> date:
    """Return the day a matter was received: its first term runs from there."""
    found = db.scalar(select(func.min(Deadline.started_on)).where(Deadline.case_id == case_id, Deadline.rule == "D1"))
    return found or local(db.get_one(Case, case_id).opened_at).date()


def settle(db: Session, who: Who, at: datetime, case_id: int, paper: Answer) -> None:
    """Start the terms whose event this paper is, and meet those it answers; each is kept with the paper."""
    _start(db, who, at, case_id, paper)
    open_terms = select(Deadline).where(
        Deadline.case_id == case_id, Deadline.rule.in_(paper.meets), Deadline.met_on.is_(None)
    )
    for term in db.scalars(open_terms):
        term.met_on, term.met_by_id = paper.issued_on, paper.paper_id
        _note(db, who, at, case_id, "met_deadline", paper, rule=term.rule, started_on=term.started_on.isoformat())
    db.flush()


def settle_accepted(db: Session, who: Who, at: datetime, case_id: int, number: str, accepted_on: date) -> None:
    """Let the terms of resolution run for a matter whose acceptance was written and numbered elsewhere.

    Those that a paper of this system started already stay as they are; twice changes nothing.
    """
    if (found := rules_papers.ACCEPTED.get(db.get_one(Case, case_id).kind)) is not None:
        settle(db, who, at, case_id, Answer(None, number, accepted_on, found.meets, found.starts))


def _start(db: Session, who: Who, at: datetime, case_id: int, paper: Answer) -> None:
    for rule in rules_papers.of_instance(paper.starts, _instance(db, case_id)) if paper.starts else ():
        known = select(Deadline.id).where(Deadline.case_id == case_id, Deadline.rule == rule)
        if db.scalar(known.limit(1)) is not None:
            continue
        begun = rules_papers.started_on(rule, received_on(db, case_id), paper)
        actions_terms.add_deadline(db, case_id, rule, begun)
        db.scalars(known.with_only_columns(Deadline)).one().started_by_id = paper.paper_id
        _note(db, who, at, case_id, "started_term", paper, rule=rule)


def _instance(db: Session, case_id: int) -> Instance:
    """As the newest petition says, else the registration; the first one when neither is there."""
    for table in (Petition, ReceptionRequest):
        said = db.scalar(select(table.instance).where(table.case_id == case_id).order_by(table.id.desc()).limit(1))
        if said is not None:
            return said
    return Instance.FIRST


def unsettle(db: Session, who: Who, at: datetime, case_id: int, paper: Answer, others: Sequence[Answer]) -> None:
    """Open again what a paper had met when it was taken back, unless another one in force meets it.

    A term that ran only because of the paper ends with it; met by another one, it stays as it was.
    """
    ended = select(Deadline).where(Deadline.started_by_id == paper.paper_id, Deadline.met_on.is_(None))
    for term in db.scalars(ended).all():
        if rules_papers.ends_with_paper(term.rule):
            db.execute(delete(DeadlineChange).where(DeadlineChange.deadline_id == term.id))
            db.delete(term)
            _note(db, who, at, case_id, "dropped_deadline", paper, rule=term.rule)
    db.flush()
    # Another paper in force may be the event of the same term.
    for one in sorted(others, key=lambda one: one.issued_on):
        _start(db, who, at, case_id, one)
    for term in db.scalars(select(Deadline).where(Deadline.met_by_id == paper.paper_id)).all():
        other = rules_papers.still_met(term.rule, term.started_on, others)
        term.met_on = other.issued_on if other else None
        term.met_by_id = other.paper_id if other else None
        if other is None:
            actions_terms.reopen(db, who, at, term, paper.number)
    db.flush()


def _note(db: Session, who: Who, at: datetime, case_id: int, verb: str, paper: Answer, **facts: str) -> None:
    case = db.get_one(Case, case_id)
    where = About("case", case.id, case.code, case.id, case.unit_id)
    audit.record(db, who, at, verb, where, paper=paper.number, **facts)
