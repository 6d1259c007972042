"""Run the flow of a request and sort it. Registering stands in ``actions_register``."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, outbox, text
from server.accounts import queries as accounts
from server.audit import About
from server.cases import actions as case_actions
from server.cases import queries as cases
from server.cases.actions import NewCase
from server.clock import local
from server.errors import BadForm, FieldError, Refused, Stale
from server.intake import queries, rules, rules_sorting
from server.intake.rules_sorting import Sorting
from server.outbox import Letter
from server.tables import (
    Attachment,
    Case,
    Citizen,
    ReceptionRequest,
    TriageDecision,
)
from server.who import Who
from server.words import (
    DeclineGround,
    Kind,
    RequestState,
    RequestVerb,
    Role,
)


def about(row: ReceptionRequest) -> About:
    """Name a request in the audit, without its subject."""
    return About("request", row.id, row.code, row.case_id, row.unit_id)


def in_audit(who: Who, row: ReceptionRequest) -> Who:
    """Return the acting person as the audit knows them: a citizen by the code alone (2.9)."""
    return replace(who, name=row.code) if who.role is Role.CITIZEN else who


def write_to_citizen(db: Session, at: datetime, row: ReceptionRequest, template: str) -> None:
    """Put a letter into the outbox: the code and where to read more, never the subject (F66)."""
    citizen = db.get_one(Citizen, row.citizen_id)
    step = len(db.scalars(select(TriageDecision.id).where(TriageDecision.request_id == row.id)).all())
    outbox.put(
        db,
        Letter(
            key=f"{template}:{row.code}:{step}",
            template=template,
            unit_id=row.unit_id,
            phone=citizen.phone,
            email=citizen.email,
            locale=row.locale,
            facts={"code": row.code},
            request_id=row.id,
        ),
        at,
    )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What goes with a step: the page's version, the words to the citizen, a legal ground."""

    version: int | None = None
    words: str = ""
    ground: DeclineGround | None = None


PLAIN = Ruling()
LETTERS = {
    RequestVerb.ASK: "ask_more",
    RequestVerb.ACCEPT: "accepted",
    RequestVerb.REFER: "referred",
    RequestVerb.DECLINE: "declined",
    RequestVerb.WITHDRAW: "withdrawn",
}


def move(
    db: Session, who: Who, at: datetime, request_id: int, verb: RequestVerb, ruling: Ruling = PLAIN
) -> RequestState:
    """Run the flow of a request one step and return its new state.

    Raises Refused("request_flow"), NotYours, Stale. Writes audit, the step, and the letter that
    belongs to it; whoever calls has already asked ``request_for``.
    """
    row = db.get_one(ReceptionRequest, request_id)
    if ruling.version is not None and ruling.version != row.version:
        raise Stale
    state = rules.moved(row.state, verb, who)
    row.state, row.changed_at = state, at
    add_step(db, who, at, row, verb, ruling)
    facts = {"ground": ruling.ground.value} if ruling.ground else {}
    audit.record(db, in_audit(who, row), at, f"request_{verb.value}", about(row), **facts)
    if verb in LETTERS:
        write_to_citizen(db, at, row, LETTERS[verb])
    return state


def add_step(db: Session, who: Who, at: datetime, row: ReceptionRequest, verb: RequestVerb, ruling: Ruling) -> None:
    """Keep one step of a request with its words."""
    db.add(
        TriageDecision(
            request_id=row.id,
            verb=verb,
            state=row.state,
            ground=ruling.ground,
            words=ruling.words,
            officer_id=who.officer_id,
            officer_name=who.name if who.is_staff else "",
            role=who.role,
            at=at,
        )
    )
    db.flush()


def accept(db: Session, who: Who, at: datetime, code: str, join: str = "", ruling: Ruling = PLAIN) -> str:
    """Take a request on: open a case, or join the case ``join``; returns the case's code."""
    request = queries.request_for(db, who, code)
    row = db.get_one(ReceptionRequest, request.id)
    if ruling.version is not None and ruling.version != row.version:
        raise Stale
    if row.case_id is None:
        row.case_id = _joined(db, who, request, join) if join else _opened(db, who, at, request)
        for paper in db.scalars(select(Attachment).where(Attachment.request_id == row.id)):
            paper.case_id = row.case_id
    move(db, who, at, row.id, RequestVerb.ACCEPT, replace(ruling, version=None))
    case = db.get_one(Case, row.case_id)
    return case.code


def _joined(db: Session, who: Who, request: queries.RequestFile, code: str) -> int:
    case = cases.case_for(db, who, code)
    citizen = db.get_one(Citizen, case.citizen_id)
    is_same = (
        citizen.id == request.citizen.id
        or (bool(citizen.id_number) and citizen.id_number == request.citizen.id_number)
        or citizen.name_folded == text.fold(request.citizen.name)
    )
    if case.unit_id != request.unit_id or not is_same:
        raise Refused("case_of_other")
    if case.is_restricted != request.is_restricted:
        raise Refused("case_restricted")
    return case.id


def _opened(db: Session, who: Who, at: datetime, request: queries.RequestFile) -> int:
    new = NewCase(
        unit_id=request.unit_id,
        citizen_id=request.citizen.id,
        kind=request.kind,
        title=request.subject,
        is_restricted=request.is_restricted,
        received_on=local(request.received_at).date(),
    )
    return case_actions.open_case(db, who, at, new).id


def decide(db: Session, who: Who, at: datetime, code: str, verb: RequestVerb, ruling: Ruling) -> RequestState:
    """Ask for more or refer elsewhere, in words to the citizen. Raises NotHere and as ``move``."""
    return move(db, who, at, queries.request_for(db, who, code).id, verb, ruling)


def decline(db: Session, who: Who, at: datetime, code: str, ruling: Ruling, prior_decision: str = "") -> RequestState:
    """Decline on a ground of Article 9 (F31, F32); the chair is told of 9(1) and 9(2).

    Raises BadForm when words or the prior decision are missing, NotYours when only the head may.
    """
    request = queries.request_for(db, who, code)
    ground = ruling.ground or DeclineGround.OTHER_LAW
    faults = rules.decline_faults(who, ground, ruling.words, prior_decision)
    if faults:
        raise BadForm(faults)
    words = f"{ruling.words}\n({prior_decision})" if prior_decision else ruling.words
    state = move(db, who, at, request.id, RequestVerb.DECLINE, replace(ruling, ground=ground, words=words))
    if ground in {DeclineGround.NO_CONTROL, DeclineGround.DISORDER}:
        for chair in accounts.holders(db, request.unit_id, rules.HEADS):
            outbox.put(
                db,
                Letter(
                    key=f"declined_report:{code}:{chair.id}",
                    template="declined_report",
                    unit_id=request.unit_id,
                    phone=chair.phone,
                    facts={"code": code},
                ),
                at,
            )
    return state


@dataclass(frozen=True, slots=True)
class Classified:
    """How a registration counts; the kind None where it stays."""

    sorting: Sorting
    kind: Kind | None = None
    version: int | None = None


def classify(db: Session, who: Who, at: datetime, code: str, said: Classified) -> None:
    """Say how a registration counts, and before a case exists its kind; the title stays as it was written (F20).

    Raises NotHere, Stale, BadForm, Refused("request_flow", or "request_is_petition": there it is said).
    """
    request = queries.request_for(db, who, code)
    row = db.get_one(ReceptionRequest, request.id)
    if said.version is not None and said.version != row.version:
        raise Stale
    kind = said.kind or row.kind
    if row.state not in (rules.OPEN_STATES if kind is not row.kind else rules.SORTABLE_STATES):
        raise Refused("request_flow")
    if queries.petitions_of(db, request):
        raise Refused("request_is_petition")
    is_sent_away = row.state is RequestState.REFERRED
    faults = rules_sorting.sorting_faults(kind, said.sorting, local(at).date(), is_sent_away=is_sent_away)
    if said.sorting.field is None and row.state not in rules.OPEN_STATES:
        faults["petition_field"] = FieldError("required")
    if faults:
        raise BadForm(faults)
    row.kind, row.field, row.standing = kind, said.sorting.field, said.sorting.standing
    row.instance, row.direction, row.replied_on = said.sorting.instance, said.sorting.direction, said.sorting.replied_on
    if db.is_modified(row):
        row.changed_at = at
        # The kinds are not written down: the audit is read by people who may not know.
        audit.record(db, who, at, "request_classified", about(row))


def note_view(db: Session, who: Who, at: datetime, code: str, verb: str = "viewed_request") -> None:
    """Write down that somebody looked. Raises NotHere."""
    request = queries.request_for(db, who, code)
    row = db.get_one(ReceptionRequest, request.id)
    audit.record(db, in_audit(who, row), at, verb, about(row))
