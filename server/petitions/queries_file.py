"""All that one page shows of a petition."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.cases.queries import CaseCard
from server.errors import NotHere
from server.intake.queries import Paper, paper_of
from server.office import queries as office
from server.petitions import queries, rules_competence, rules_people
from server.petitions.queries import Earlier, PetitionCard
from server.petitions.rules_competence import Matter, Proposal
from server.petitions.rules_people import Crowd, Standing
from server.tables import (
    AppointmentPaper,
    Attachment,
    Citizen,
    Petition,
    PetitionContent,
    PetitionPerson,
    PetitionStep,
)
from server.who import Who
from server.words import Direction, Gap, PetitionPart, PetitionState, PetitionVerb, Role, Target


@dataclass(frozen=True, slots=True)
class Content:
    """One content of a petition."""

    number: int
    words: str
    withdrawn_on: date | None
    withdrawn_paper: str
    reopened_on: date | None
    reopened_grounds: str

    @property
    def is_standing(self) -> bool:
        """Whether it is still to be handled."""
        return self.withdrawn_on is None or self.reopened_on is not None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who stands in a petition."""

    part: PetitionPart
    name: str
    id_number: str
    phone: str
    address: str
    paper: str
    is_certified: bool
    content: int | None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of handling."""

    verb: PetitionVerb
    state: PetitionState
    direction: Direction | None
    words: str
    paper_number: str
    officer_name: str
    role: Role
    at: datetime


@dataclass(frozen=True, slots=True)
class PetitionFile:
    """A petition with all that hangs on it."""

    petition: PetitionCard
    citizen: tuple[str, str, str, str]
    people: tuple[PersonLine, ...]
    contents: tuple[Content, ...]
    steps: tuple[StepLine, ...]
    earlier: tuple[Earlier, ...]
    proposal: Proposal
    owed: tuple[str, ...]
    parent: tuple[str, str] | None
    parts: tuple[tuple[str, str], ...]
    repeats: tuple[str, str] | None
    times: int
    request_code: str
    case_code: str
    case: CaseCard | None
    withdrawal: str
    appointment: Paper | None = None
    """The written appointment of representatives, when it was handed in."""


def matter(me: PetitionCard) -> Matter:
    """Return what competence is judged by; a target not yet named counts as the ward's own."""
    return Matter(
        me.kind,
        me.target or Target.WARD,
        me.instance,
        me.is_anonymous,
        me.is_pending_elsewhere,
        me.repeats_id is not None,
        frozenset(Gap(gap) for gap in me.gaps),
    )


def proposal(db: Session, me: PetitionCard) -> Proposal:
    """Return the direction the house proposes for a petition."""
    return rules_competence.propose(matter(me), me.received_on, office.calendar(db))


def crowd(db: Session, me: PetitionCard) -> Crowd:
    """Return who stands in a petition, as the rules of people ask it."""
    standing = tuple(Standing(one.part, one.name, one.content) for one in people(db, me.id))
    return Crowd(me.kind, me.group_size, standing, len(contents(db, me.id)), appointment(db, me) is not None)


def appointment(db: Session, me: PetitionCard) -> Paper | None:
    """Return the written appointment of representatives: of the petition, the one it was split from, or its registration."""
    whole = AppointmentPaper.petition_id.in_([me.id, me.parent_id or me.id])
    where = or_(whole, AppointmentPaper.request_id == me.request_id) if me.request_id else whole
    row = db.scalar(
        select(Attachment)
        .join(AppointmentPaper, AppointmentPaper.attachment_id == Attachment.id)
        .where(where)
        .order_by(Attachment.id.desc())
        .limit(1)
    )
    return None if row is None else paper_of(row)


def petition_file(db: Session, who: Who, code: str) -> PetitionFile:
    """Return a whole petition. Raises NotHere."""
    me = queries.petition_for(db, who, code)
    citizen = db.get(Citizen, me.citizen_id) if me.citizen_id else None
    request_code, case_code = queries.codes_of(db, me)
    steps = _steps(db, me.id)
    return PetitionFile(
        me,
        (citizen.name, citizen.id_number, citizen.phone, citizen.address) if citizen else ("", "", "", ""),
        people(db, me.id),
        contents(db, me.id),
        steps,
        tuple(queries.earlier(db, who, me)),
        proposal(db, me),
        rules_people.missing(crowd(db, me)),
        _named(db, who, me.parent_id),
        _parts(db, who, me.id),
        _named(db, who, me.repeats_id),
        _times(db, me),
        request_code,
        case_code,
        _case(db, who, me),
        next((one.words for one in steps if one.verb is PetitionVerb.WITHDRAW), ""),
        appointment(db, me),
    )


def _case(db: Session, who: Who, me: PetitionCard) -> CaseCard | None:
    """The case of a petition, for whom it is open."""
    try:
        return cases.case_for(db, who, me.case_id) if me.case_id else None
    except NotHere:
        return None


def people(db: Session, petition_id: int) -> tuple[PersonLine, ...]:
    """Return who stands in a petition, in the order they were added."""
    rows = db.scalars(
        select(PetitionPerson).where(PetitionPerson.petition_id == petition_id).order_by(PetitionPerson.id)
    )
    return tuple(
        PersonLine(p.part, p.name, p.id_number, p.phone, p.address, p.paper, p.is_certified, p.content) for p in rows
    )


def contents(db: Session, petition_id: int) -> tuple[Content, ...]:
    """Return the contents of a petition in their order."""
    rows = db.scalars(
        select(PetitionContent).where(PetitionContent.petition_id == petition_id).order_by(PetitionContent.number)
    )
    return tuple(
        Content(c.number, c.words, c.withdrawn_on, c.withdrawn_paper, c.reopened_on, c.reopened_grounds) for c in rows
    )


def _steps(db: Session, petition_id: int) -> tuple[StepLine, ...]:
    rows = db.scalars(
        select(PetitionStep).where(PetitionStep.petition_id == petition_id).order_by(PetitionStep.id.desc()).limit(100)
    )
    return tuple(
        StepLine(s.verb, s.state, s.direction, s.words, s.paper_number, s.officer_name, s.role, s.at) for s in rows
    )


def _named(db: Session, who: Who, petition_id: int | None) -> tuple[str, str] | None:
    if petition_id is None:
        return None
    row = db.execute(
        select(Petition.code, Petition.number).where(Petition.id == petition_id, *queries.visible(db, who))
    ).first()
    return None if row is None else (row.code, row.number)


def _parts(db: Session, who: Who, petition_id: int) -> tuple[tuple[str, str], ...]:
    rows = db.execute(
        select(Petition.code, Petition.title)
        .where(Petition.parent_id == petition_id, *queries.visible(db, who))
        .order_by(Petition.id)
    )
    return tuple((code, title) for code, title in rows)


def _times(db: Session, me: PetitionCard) -> int:
    """How many times this matter was received: the first petition and all confirmed repeats of it."""
    first = me.repeats_id or me.id
    rows = db.scalars(select(Petition.id).where(Petition.repeats_id == first).limit(500))
    return 1 + len(rows.all())
