"""Find a petition for a person; the list of petitions; earlier ones that may be the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server import birth, text
from server.cases import queries as cases
from server.errors import NotHere
from server.intake.rules import likeness
from server.petitions import rules
from server.tables import Case, Citizen, Petition, ReceptionRequest
from server.who import Who
from server.words import Direction, Instance, Kind, PetitionField, PetitionState, Role, Standing, Target

PAGE = 30
_CANDIDATES = 30


@dataclass(frozen=True, slots=True)
class PetitionCard:
    """What a petition is: the row without the people and contents in it."""

    id: int
    code: str
    number: str
    unit_id: int
    request_id: int | None
    case_id: int | None
    parent_id: int | None
    repeats_id: int | None
    citizen_id: int | None
    kind: Kind
    target: Target | None
    state: PetitionState
    title: str
    body_concerned: str
    name_folded: str
    id_number: str
    is_anonymous: bool
    group_size: int
    instance: Instance
    field: PetitionField | None
    standing: Standing | None
    replied_on: date | None
    prior_decision: str
    is_pending_elsewhere: bool
    gaps: tuple[str, ...]
    direction: Direction | None
    directed_to: str
    direction_words: str
    paper_number: str
    paper_reference: str
    received_on: date
    version: int

    @property
    def is_restricted(self) -> bool:
        """Whether only receivers may know of it."""
        return self.kind is Kind.DENUNCIATION


def card(row: Petition) -> PetitionCard:
    """Return the frozen record of a row."""
    names = [name for name in PetitionCard.__slots__ if name != "gaps"]
    return PetitionCard(**{name: getattr(row, name) for name in names}, gaps=tuple(row.gaps))


def petition_for(db: Session, who: Who, code_or_id: str | int) -> PetitionCard:
    """Return a petition this person may know of. Raises NotHere."""
    where = Petition.id == code_or_id if isinstance(code_or_id, int) else Petition.code == code_or_id
    row = db.scalar(select(Petition).where(where, *visible(db, who)))
    if row is None:
        raise NotHere
    return card(row)


def visible(db: Session, who: Who) -> list[Any]:
    """Return what a query of petitions is narrowed by: the same rule as ``rules.may_open``, in SQL."""
    units = cases.watched_units(db, who) if who.role is Role.INSPECTOR else [who.unit_id]
    is_plain = Petition.kind != Kind.DENUNCIATION
    seen: list[Any] = [Petition.unit_id.in_(units)]
    if who.role in rules.BOARD:
        return seen
    if who.role not in rules.RECEIVERS:
        return [*seen, is_plain]
    return [*seen, or_(is_plain, Petition.target.is_(None), Petition.target.not_in(rules.HIDDEN))]


@dataclass(frozen=True, slots=True)
class PetitionFilter:
    """What the list shows; every part stands in the address."""

    which: str = "dang-xu-ly"
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class PetitionLine:
    """A petition in the list. The kind is not shown: a list lies open on a desk."""

    code: str
    number: str
    title: str
    state: PetitionState
    received_on: date


@dataclass(frozen=True, slots=True)
class PetitionList:
    """One page of the list."""

    lines: tuple[PetitionLine, ...]
    total: int
    pages: int


def petitions(db: Session, who: Who, wanted: PetitionFilter) -> PetitionList:
    """Return the petitions of this person's unit that they may know of, newest first."""
    where = visible(db, who)
    if wanted.which == "dang-xu-ly":
        where.append(Petition.state.in_(rules.OPEN))
    elif wanted.which == "cho-duyet":
        where.append(Petition.state == PetitionState.PROPOSED)
    if wanted.words:
        like = f"%{text.fold(wanted.words)}%"
        where.append(
            or_(
                Petition.title_folded.like(like),
                Petition.name_folded.like(like),
                Petition.code.like(f"%{text.tidy_code(wanted.words)}%"),
            )
        )
    total = db.scalar(select(func.count()).select_from(Petition).where(*where)) or 0
    rows = db.scalars(
        select(Petition)
        .where(*where)
        .order_by(Petition.received_on.desc(), Petition.id.desc())
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    )
    lines = tuple(PetitionLine(p.code, p.number, p.title, p.state, p.received_on) for p in rows)
    return PetitionList(lines, total, max(1, -(-total // PAGE)))


def waiting(db: Session, who: Who) -> int:
    """Return how many petitions wait for a step of this person: to be sorted, for heads to be decided."""
    states = {PetitionState.PROPOSED} if who.role in rules.HEADS else rules.OPEN - {PetitionState.PROPOSED}
    where = [*visible(db, who), Petition.state.in_(states)]
    return db.scalar(select(func.count()).select_from(Petition).where(*where)) or 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier petition that may be the same, and why. People decide: neighbours share names."""

    id: int
    code: str
    title: str
    state: PetitionState
    received_on: date
    is_same_number: bool
    is_same_name: bool
    is_same_body: bool
    likeness: float
    born_fits: bool | None
    """Whether both writers can be born on the same day; None while a date is not known at all."""


def earlier(db: Session, who: Who, me: PetitionCard) -> list[Earlier]:
    """Return earlier petitions of the unit by normalised name, number, or body with a like title."""
    keys: list[Any] = []
    if me.name_folded:
        keys.append(Petition.name_folded == me.name_folded)
    if me.id_number:
        keys.append(Petition.id_number == me.id_number)
    if me.body_concerned:
        same = (Petition.body_folded == text.fold(me.body_concerned), Petition.title_folded == text.fold(me.title))
        keys.append(and_(*same))
    if not keys:
        return []
    born = db.scalar(select(Citizen.born).join(Petition, Petition.citizen_id == Citizen.id).where(Petition.id == me.id))
    rows = db.execute(
        select(Petition, Citizen.born)
        .outerjoin(Citizen, Citizen.id == Petition.citizen_id)
        .where(or_(*keys), *visible(db, who), Petition.unit_id == me.unit_id, Petition.id < me.id)
        .order_by(Petition.id.desc())
        .limit(_CANDIDATES)
    )
    title, body = text.fold(me.title), text.fold(me.body_concerned)
    found = [
        Earlier(
            p.id,
            p.code,
            p.title,
            p.state,
            p.received_on,
            bool(p.id_number) and p.id_number == me.id_number,
            bool(p.name_folded) and p.name_folded == me.name_folded,
            bool(body) and p.body_folded == body,
            likeness(title, p.title_folded),
            birth.both_fit(born, other_born),
        )
        for p, other_born in rows
        if p.parent_id is None or p.parent_id != me.parent_id
    ]
    return sorted(found, key=lambda one: (one.is_same_number, one.is_same_body, one.likeness), reverse=True)


def codes_of(db: Session, me: PetitionCard) -> tuple[str, str]:
    """Return the code of the registration and of the case of a petition; blank when there is none."""
    request = db.scalar(select(ReceptionRequest.code).where(ReceptionRequest.id == me.request_id))
    case = db.scalar(select(Case.code).where(Case.id == me.case_id))
    return request or "", case or ""
