"""Take a petition in, check it, classify it, propose where it goes, decide."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import actions as case_actions
from server.cases import actions_papers as case_papers
from server.cases.actions import NewCase
from server.clock import local
from server.errors import BadForm, FieldError, Refused, Stale
from server.intake import queries as intake
from server.intake.actions_register import NewPerson, known_or_new
from server.intake.rules_sorting import SENT_AWAY, Sorting, sorting_faults
from server.office import actions as office_actions
from server.office import queries as office
from server.petitions import actions_secret, queries, queries_file, rules, rules_competence, rules_people
from server.petitions.queries import PetitionCard
from server.tables import NationalEntry, Petition, PetitionContent, PetitionPerson, PetitionStep, Unit
from server.who import Who
from server.words import (
    Direction,
    Gap,
    Instance,
    Kind,
    PetitionPart,
    PetitionState,
    PetitionVerb,
    Target,
    UnitKind,
)

REGISTER = "petition"


@dataclass(frozen=True, slots=True)
class NewPetition:
    """A petition as it came in. ``person`` is None for an anonymous one, or when ``request_code`` names the registration."""

    kind: Kind
    title: str
    received_on: date
    key: str
    person: NewPerson | None = None
    request_code: str = ""
    is_anonymous: bool = False
    body_concerned: str = ""
    contents: tuple[str, ...] = ()
    group_size: int = 1
    instance: Instance = Instance.FIRST
    prior_decision: str = ""


def about(row: Petition | PetitionCard) -> About:
    """Name a petition in the audit, without its title."""
    return About("petition", row.id, row.code, row.case_id, row.unit_id)


def lodge(db: Session, who: Who, at: datetime, new: NewPetition) -> str:
    """Enter a petition into the register and return its code; the same key gives the same one.

    Raises NotHere when the registration it came from is none of this person's.
    """
    known = db.scalar(select(Petition.code).where(Petition.idempotency_key == new.key))
    if known is not None:
        return known
    request = intake.request_for(db, who, new.request_code) if new.request_code else None
    citizen_id = request.citizen.id if request else None
    if citizen_id is None and new.person is not None and not new.is_anonymous:
        citizen_id = known_or_new(db, at, new.person).id
    name = request.citizen.name if request else (new.person.name if new.person and not new.is_anonymous else "")
    number = request.citizen.id_number if request else (new.person.id_number if new.person else "")
    row = Petition(
        code=fresh_code(db),
        number=next_number(db, who.unit_id, at),
        unit_id=who.unit_id,
        request_id=request.id if request else None,
        case_id=request.case_id if request else None,
        citizen_id=citizen_id,
        kind=new.kind,
        state=PetitionState.RECEIVED,
        title=text.one_line(new.title),
        title_folded=text.fold(new.title),
        body_concerned=new.body_concerned,
        body_folded=text.fold(new.body_concerned),
        name_folded=text.fold(name),
        id_number="" if new.is_anonymous else number,
        is_anonymous=new.is_anonymous,
        group_size=new.group_size,
        instance=new.instance,
        prior_decision=new.prior_decision,
        field=request.sorting.field if request else None,
        standing=request.sorting.standing if request else None,
        received_on=new.received_on,
        created_at=at,
        idempotency_key=new.key,
    )
    db.add(row)
    db.flush()
    _lay_inside(db, at, row, name, new, request)
    audit.record(db, who, at, "lodged_petition", about(row))
    return row.code


def _lay_inside(
    db: Session, at: datetime, row: Petition, name: str, new: NewPetition, request: intake.RequestFile | None
) -> None:
    for number, words in enumerate(new.contents, 1):
        db.add(PetitionContent(petition_id=row.id, number=number, words=words))
    people = [(PetitionPart.PETITIONER, name)] if name else []
    speakers = request.representatives if request else ()
    people += [(PetitionPart.PETITIONER, one.name) for one in speakers if text.fold(one.name) != text.fold(name)]
    for part, one in people:
        db.add(PetitionPerson(petition_id=row.id, part=part, name=one, added_at=at))
    db.flush()


def fresh_code(db: Session) -> str:
    """Return a code that no petition has."""
    while True:
        code = text.new_code("DT", 4, 2)
        if db.scalar(select(Petition.id).where(Petition.code == code)) is None:
            return code


def next_number(db: Session, unit_id: int, at: datetime) -> str:
    """Return the next number in the register of petitions of a unit and year."""
    year = local(at).year
    return f"{year}/{office_actions.next_number(db, unit_id, REGISTER, year):04d}"


def begin(db: Session, who: Who, code: str, version: int | None) -> Petition:
    """Return the row of a petition to be changed. Raises NotHere, Stale."""
    # Held, so that two who add to it at once see each other's.
    row = db.get_one(Petition, queries.petition_for(db, who, code).id, with_for_update=True)
    if version is not None and row.version != version:
        raise Stale
    return row


@dataclass(frozen=True, slots=True)
class Said:
    """What goes with a step."""

    words: str = ""
    paper_number: str = ""


def step(db: Session, who: Who, at: datetime, row: Petition, verb: PetitionVerb, said: Said = Said()) -> PetitionState:
    """Run the flow one step, keep the step, write the audit. Raises Refused, NotYours."""
    row.state = rules.moved(row.state, verb, who.role)
    if row.state not in rules.OPEN and row.handled_at is None:
        row.handled_at = at
    note(db, who, at, row, verb, said)
    audit.record(db, who, at, f"petition_{verb.value}", about(row))
    return row.state


def note(db: Session, who: Who, at: datetime, row: Petition, verb: PetitionVerb, said: Said) -> None:
    """Keep a step with its words."""
    db.add(
        PetitionStep(
            petition_id=row.id,
            verb=verb,
            state=row.state,
            direction=row.direction,
            words=said.words,
            paper_number=said.paper_number,
            officer_id=who.officer_id,
            officer_name=who.name,
            role=who.role,
            at=at,
        )
    )
    db.flush()


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that somebody looked. Raises NotHere."""
    audit.record(db, who, at, "viewed_petition", about(queries.petition_for(db, who, code)))


def check(db: Session, who: Who, at: datetime, code: str, gaps: frozenset[Gap], version: int | None) -> PetitionState:
    """Keep what a petition lacks; it is eligible when nothing that counts for its kind is missing."""
    row = begin(db, who, code, version)
    counted = rules_competence.gaps_that_count(row.kind, gaps, is_anonymous=row.is_anonymous)
    row.gaps = sorted(gap.value for gap in gaps)
    if counted and row.state is PetitionState.INELIGIBLE:
        note(db, who, at, row, PetitionVerb.FAIL_CHECK, Said())
        audit.record(db, who, at, "petition_fail_check", about(row))
        return row.state
    return step(db, who, at, row, PetitionVerb.FAIL_CHECK if counted else PetitionVerb.PASS_CHECK)


@dataclass(frozen=True, slots=True)
class Classified:
    """The kind by content, aim and demand (never by the title), and whose decision or act it is about."""

    kind: Kind
    target: Target
    sorting: Sorting
    prior_decision: str = ""
    is_pending_elsewhere: bool = False
    links: bytes = b""
    """The key of links, for the letter when an appointment has to change."""


def classify(db: Session, who: Who, at: datetime, code: str, found: Classified, version: int | None) -> bool:
    """Classify a petition; True when it left for the city because the ward may not know of it (F27).

    Raises NotHere, Stale, Refused("petition_flow" or "no_board").
    """
    row = begin(db, who, code, version)
    _keep_sorting(row, found.kind, found.sorting, local(at).date())
    row.kind, row.target, row.prior_decision = found.kind, found.target, found.prior_decision
    row.instance = found.sorting.instance
    row.is_pending_elsewhere = found.is_pending_elsewhere
    row.direction = None
    told = NationalEntry.event.in_(actions_secret.ABOUT_PETITIONS), NationalEntry.about_id == row.id
    db.execute(update(NationalEntry).where(*told).values(is_restricted=row.kind is Kind.DENUNCIATION))
    is_leaving = rules.is_hidden_from_ward(found.kind, found.target) and who.role not in rules.BOARD
    if is_leaving:
        _to_board(db, who, at, row)
    elif row.kind is Kind.DENUNCIATION:
        actions_secret.keep_secret(db, at, found.links, row)
    step(db, who, at, row, PetitionVerb.CLASSIFY)
    return is_leaving


def _keep_sorting(row: Petition, kind: Kind, said: Sorting, today: date) -> None:
    faults = sorting_faults(kind, said, today, is_sent_away=row.direction in SENT_AWAY)
    if faults:
        raise BadForm(faults)
    row.field, row.standing, row.replied_on = said.field, said.standing, said.replied_on


def sort(db: Session, who: Who, at: datetime, code: str, said: Sorting, version: int | None) -> None:
    """Say how a petition counts that has its direction already. Raises NotHere, Stale, BadForm, Refused."""
    row = begin(db, who, code, version)
    if row.state not in rules.DIRECTED:
        raise Refused("petition_flow")
    _keep_sorting(row, row.kind, said, local(at).date())
    if db.is_modified(row):
        audit.record(db, who, at, "petition_classify", about(row))


def _to_board(db: Session, who: Who, at: datetime, row: Petition) -> None:
    """Give a petition to the city's board, with its registration and case; nothing of it stays at the ward."""
    path = office.path_up(db, row.unit_id)
    board = db.scalar(select(Unit.id).where(Unit.kind == UnitKind.CITY_BOARD, Unit.parent_id.in_(path)).limit(1))
    if board is None:
        raise Refused("no_board")
    actions_secret.leave_ward(db, who, at, row, board)
    row.unit_id, row.number = board, next_number(db, board, at)
    actions_secret.forget_national(db, row.id)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposed direction: to which body, with which words to the citizen or the body."""

    direction: Direction
    to: str = ""
    words: str = ""


def propose(db: Session, who: Who, at: datetime, code: str, found: Proposed, version: int | None) -> PetitionState:
    """Propose where a petition goes; the head decides. Raises BadForm when it cannot go there."""
    row = begin(db, who, code, version)
    faults = _direction_faults(db, queries.card(row), found)
    if faults:
        raise BadForm(faults)
    row.direction, row.directed_to, row.direction_words = found.direction, found.to, found.words
    return step(db, who, at, row, PetitionVerb.PROPOSE, Said(found.words))


def _direction_faults(db: Session, me: PetitionCard, found: Proposed) -> dict[str, FieldError]:
    if found.direction is Direction.ACCEPT:
        return _acceptance_faults(db, me)
    if found.direction is Direction.VERIFY and not _is_nameless(me):
        return {"direction": FieldError("verify_anonymous_only")}
    if found.direction is Direction.TRANSFER and me.kind is Kind.COMPLAINT:
        return {"direction": FieldError("complaint_not_transferred")}
    if found.direction in rules.TO_A_BODY and not found.to:
        return {"directed_to": FieldError("body_needed")}
    return {}


def _is_nameless(me: PetitionCard) -> bool:
    gaps = frozenset(Gap(gap) for gap in me.gaps)
    return rules_competence.is_nameless(me.kind, gaps, is_anonymous=me.is_anonymous)


def _acceptance_faults(db: Session, me: PetitionCard) -> dict[str, FieldError]:
    gaps = frozenset(Gap(gap) for gap in me.gaps)
    if _is_nameless(me):
        return {"direction": FieldError("accept_anonymous")}
    if rules_competence.gaps_that_count(me.kind, gaps, is_anonymous=False):
        return {"direction": FieldError("accept_ineligible")}
    owed = rules_people.missing(queries_file.crowd(db, me))
    if "representatives" in owed:
        return {"direction": FieldError("accept_without_representatives")}
    if "appointment" in owed:
        return {"direction": FieldError("accept_without_appointment")}
    return {}


def decide(db: Session, who: Who, at: datetime, code: str, paper_number: str, version: int | None) -> PetitionState:
    """Carry the proposed direction out. A case is opened when it is accepted.

    Without a number of the paper it stays marked as incomplete (F48). Raises BadForm when the number is taken.
    """
    row = begin(db, who, code, version)
    direction = row.direction
    if direction is None:
        raise Refused("petition_flow")
    take_paper_number(db, row, paper_number)
    step(db, who, at, row, PetitionVerb(direction.value), Said(row.direction_words, row.paper_number))
    row.directed_at = at
    if row.state is PetitionState.ACCEPTED:
        _open_case(db, who, at, row)
    db.flush()
    _run_terms(db, who, at, row)
    return row.state


def _run_terms(db: Session, who: Who, at: datetime, row: Petition) -> None:
    """The resolution runs from the acceptance; without a number of its paper it has not gone out yet (F48)."""
    if row.state is PetitionState.ACCEPTED and row.paper_number and row.case_id and row.directed_at:
        case_papers.settle_accepted(db, who, at, row.case_id, row.paper_number, local(row.directed_at).date())


def _open_case(db: Session, who: Who, at: datetime, row: Petition) -> None:
    case_id = actions_secret.case_to_join(db, row)
    if case_id is None:
        new = NewCase(
            unit_id=row.unit_id,
            citizen_id=row.citizen_id or 0,
            kind=row.kind,
            title=row.title,
            is_restricted=row.kind is Kind.DENUNCIATION,
            received_on=row.received_on,
        )
        case_id = case_actions.open_case(db, who, at, new).id
    row.case_id = case_id


def send_back(db: Session, who: Who, at: datetime, code: str, words: str, version: int | None) -> PetitionState:
    """Give a proposal back to the desk with the reason."""
    row = begin(db, who, code, version)
    state = step(db, who, at, row, PetitionVerb.SEND_BACK, Said(words))
    row.direction = None
    db.flush()
    return state


def set_number(db: Session, who: Who, at: datetime, code: str, paper_number: str, version: int | None) -> None:
    """Add the number of the paper to a direction that went out without one. Once given it stays."""
    row = begin(db, who, code, version)
    if row.direction is None or row.state not in rules.DIRECTED or row.paper_number:
        raise Refused("petition_flow")
    take_paper_number(db, row, paper_number)
    audit.record(db, who, at, "petition_numbered", about(row))
    _run_terms(db, who, at, row)


def take_paper_number(db: Session, row: Petition, paper_number: str) -> None:
    """Keep the number of an outgoing paper. Raises BadForm when another petition of the unit has it this year."""
    number = text.one_line(paper_number)
    if not number:
        return
    folded = text.fold_number(number)
    first = date(row.received_on.year, 1, 1)
    used = db.scalars(
        select(Petition.paper_number).where(
            Petition.unit_id == row.unit_id,
            Petition.id != row.id,
            Petition.paper_number != "",
            Petition.received_on >= first,
            Petition.paper_number.like(f"%{number.split('/')[0].strip()}%"),
        )
    )
    if any(text.fold_number(one) == folded for one in used):
        raise BadForm({"paper_number": FieldError("paper_number_used", {"number": number})})
    row.paper_number = number
    db.flush()
