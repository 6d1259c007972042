"""Work on a case: run its flow, assign, mark a term met; work on what is owed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import actions_papers, actions_terms, queries, queries_file, queries_lists, rules
from server.cases.actions import expect_version
from server.cases.queries import CaseCard
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused
from server.tables import Assignment, Case, CaseRuling, Deadline, FollowUp, Officer, VerificationCopy
from server.who import Who
from server.words import CaseState, CaseVerb, FollowUpState, FollowUpVerb, Kind


def about(case: CaseCard) -> About:
    """Name a case in the audit, without its title."""
    return About("case", case.id, case.code, case.id, case.unit_id)


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that somebody looked at a case. Raises NotHere."""
    audit.record(db, who, at, "viewed_case", about(queries.case_for(db, who, code)))


def move(db: Session, who: Who, at: datetime, code: str | int, verb: CaseVerb, version: int | None = None) -> CaseState:
    """Run the flow of a case one step. Raises NotHere, Refused("case_flow"), NotYours, Stale.

    A case is not closed while somebody still owes something (Refused("case_owes")). Suspending stops
    the clock of its terms, resuming lets them go on.
    """
    case = queries.case_for(db, who, code)
    row = db.get_one(Case, case.id)
    expect_version(row.version, version)
    state = rules.moved(row.state, verb, who.role)
    if state is CaseState.CLOSED and _owes(db, case.id):
        raise Refused("case_owes")
    row.state = state
    row.closed_at = at if state in rules.OVER else None
    db.flush()
    audit.record(db, who, at, f"case_{verb.value}", about(case))
    if verb is CaseVerb.SUSPEND:
        actions_terms.pause_all(db, who, at, case.id)
    if verb in {CaseVerb.RESUME, CaseVerb.REOPEN}:
        actions_terms.resume_all(db, who, at, case.id)
    return state


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why a resolution is suspended, ended or passed on, and by which paper."""

    verb: CaseVerb
    words: str
    paper_number: str = ""


def rule(db: Session, who: Who, at: datetime, code: str | int, ruling: Ruling, version: int | None = None) -> CaseState:
    """Run a step that needs a ground and keep the ground. Raises BadForm without one, and as ``move``."""
    if not ruling.words:
        raise BadForm({"ruling_words": FieldError("ruling_words_needed")})
    state = move(db, who, at, code, ruling.verb, version)
    db.add(
        CaseRuling(
            case_id=queries.case_for(db, who, code).id,
            verb=ruling.verb,
            words=text.tidy(ruling.words),
            paper_number=text.one_line(ruling.paper_number),
            officer_id=who.officer_id,
            officer_name=who.name,
            at=at,
        )
    )
    db.flush()
    return state


def step(db: Session, who: Who, at: datetime, code: str | int, ruling: Ruling, version: int | None = None) -> CaseState:
    """Run a step a page asks for, with its ground where the step needs one. Raises as ``move`` and ``rule``.

    Secret matters have a way of their own. The transfer of a denunciation brings up its term (D12).
    """
    if ruling.verb is CaseVerb.TAKE_OFF:
        raise Refused("case_flow")
    if ruling.verb not in rules.RULED:
        return move(db, who, at, code, ruling.verb, version)
    state = rule(db, who, at, code, ruling, version)
    case = queries.case_for(db, who, code)
    if ruling.verb is CaseVerb.TRANSFER and case.kind is Kind.DENUNCIATION:
        actions_terms.add_deadline(db, case.id, rules.TRANSFER_TERM, actions_papers.received_on(db, case.id))
    return state


def take_off(db: Session, who: Who, at: datetime, case_id: int, paper_reference: str) -> None:
    """Leave of a case with a secret element only the reference of its paper file (F68)."""
    case = queries.case_for(db, who, case_id)
    row = db.get_one(Case, case.id)
    if row.state is CaseState.ON_PAPER:
        return
    row.state = rules.moved(row.state, CaseVerb.TAKE_OFF, who.role)
    row.title, row.title_folded, row.closed_at = paper_reference, text.fold(paper_reference), at
    db.execute(update(FollowUp).where(FollowUp.case_id == case.id).values(words="", evidence=""))
    db.execute(update(CaseRuling).where(CaseRuling.case_id == case.id).values(words=""))
    db.execute(update(VerificationCopy).where(VerificationCopy.case_id == case.id).values(words="", ended_at=at))
    db.flush()
    audit.record(db, who, at, "case_take_off", about(case))


def _owes(db: Session, case_id: int) -> bool:
    open_states = set(FollowUpState) - {FollowUpState.CLOSED}
    found = select(FollowUp.id).where(FollowUp.case_id == case_id, FollowUp.state.in_(open_states))
    return db.scalar(found.limit(1)) is not None


def assign(db: Session, who: Who, at: datetime, code: str | int, officer_id: int) -> None:
    """Let an officer open a case; twice changes nothing. Raises NotHere, NotYours."""
    case = queries.case_for(db, who, code)
    row = db.get_one(Case, case.id)
    state = rules.moved(row.state, CaseVerb.ASSIGN, who.role)
    if officer_id not in {one.id for one in queries_file.assignable(db, case)}:
        raise NotHere
    if officer_id in {one.officer_id for one in queries_file.assigned(db, case.id)}:
        return
    db.add(
        Assignment(
            case_id=case.id,
            officer_id=officer_id,
            given_by=who.officer_id or officer_id,
            given_at=at,
        )
    )
    row.state = state
    db.flush()
    name = db.get_one(Officer, officer_id).name
    audit.record(db, who, at, "case_assign", about(case), officer=name)


def end_assignment(db: Session, who: Who, at: datetime, code: str, assignment_id: int) -> None:
    """End an assignment: that officer may not open the case any more."""
    case = queries.case_for(db, who, code)
    if who.role not in rules.CHECKERS:
        raise NotYours("case_not_yours")
    row = db.get(Assignment, assignment_id)
    if row is None or row.case_id != case.id:
        raise NotHere
    if row.ended_at is None:
        row.ended_at = at
        audit.record(db, who, at, "case_unassign", about(case))


def meet_deadline(db: Session, who: Who, at: datetime, code: str, rule: str, started_on: date) -> None:
    """Mark the term of a rule that runs from `started_on` as met today; twice changes nothing."""
    case = queries.case_for(db, who, code)
    if who.role not in rules.HANDLERS:
        raise NotYours("case_not_yours")
    term = db.scalar(
        select(Deadline).where(
            Deadline.case_id == case.id,
            Deadline.rule == rule,
            Deadline.started_on == started_on,
            Deadline.met_on.is_(None),
        )
    )
    if term is not None:
        term.met_on = local(at).date()
        audit.record(db, who, at, "met_deadline", about(case), rule=rule, started_on=started_on.isoformat())


@dataclass(frozen=True, slots=True)
class Progress:
    """What somebody says about a promise: the step, the evidence, the page's version."""

    verb: FollowUpVerb
    evidence: str = ""
    version: int | None = None


def move_follow_up(db: Session, who: Who, at: datetime, code: str, progress: Progress) -> FollowUpState:
    """Start, finish (with evidence), reopen or close what is owed.

    Raises NotHere, NotYours, Refused("follow_up_flow" or "evidence_needed"), Stale.
    """
    seen = queries_lists.follow_up_for(db, who, code, local(at).date())
    row = db.get_one(FollowUp, seen.id)
    expect_version(row.version, progress.version)
    state = rules.FOLLOW_UP_FLOW[row.state].get(progress.verb)
    if state is None:
        raise Refused("follow_up_flow")
    is_checker = seen.is_case_open_to_me and who.role in rules.CHECKERS
    allowed = rules.follow_up_verbs(row.state, is_owner=seen.is_mine, is_checker=is_checker)
    if progress.verb not in allowed:
        raise NotYours("follow_up_not_yours")
    if progress.verb is FollowUpVerb.FINISH:
        if not progress.evidence:
            raise Refused("evidence_needed")
        row.evidence, row.done_at = text.tidy(progress.evidence), at
    if progress.verb is FollowUpVerb.REOPEN:
        row.done_at = None
    row.state = state
    db.flush()
    case = db.get_one(Case, row.case_id)
    where = About("follow_up", row.id, row.code, case.id, case.unit_id)
    audit.record(db, who, at, f"follow_up_{progress.verb.value}", where)
    return state
