"""Find a request for a person; the inbox; likely duplicates; what a citizen may see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from server import birth, text
from server.birth import BirthDate
from server.cases import queries as cases
from server.errors import NotHere
from server.intake import rules
from server.intake.rules_sorting import Sorting
from server.tables import AppointmentPaper, Attachment, AuditEntry, Case, Citizen, Petition, ReceptionRequest
from server.who import Who
from server.words import IdKind, Kind, Place, RequestState, RequestVerb, Role, Sex

PAGE = 30


@dataclass(frozen=True, slots=True)
class Person:
    """The citizen behind a request, as told."""

    id: int
    name: str
    id_kind: IdKind
    id_number: str
    id_issued_on: date | None
    id_issued_by: str
    born: BirthDate | None
    sex: Sex | None
    phone: str
    email: str
    address: str

    @property
    def card_disagrees(self) -> str | None:
        """What in the 12 digits disagrees with birth date or sex, or None."""
        if self.id_kind is not IdKind.CARD or not text.is_card_number(self.id_number):
            return None
        is_female = None if self.sex is None else self.sex is Sex.FEMALE
        return text.card_disagrees(self.id_number, self.born.year if self.born else None, is_female=is_female)


@dataclass(frozen=True, slots=True)
class Spokesperson:
    """Who speaks for a group."""

    name: str
    id_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file handed in."""

    code: str
    name: str
    content_type: str
    bytes: int
    sha256: str
    stored_as: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One step of sorting, in the words told to the citizen."""

    verb: RequestVerb
    state: RequestState
    ground: str
    words: str
    officer_name: str
    role: Role
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestFile:
    """All that is known of a request."""

    id: int
    code: str
    unit_id: int
    kind: Kind
    state: RequestState
    is_without_content: bool
    subject: str
    content: str
    demand: str
    body_concerned: str
    prior_resolution: str
    place: Place
    interpreter: str
    support_needed: str
    group_size: int
    preferred_on: date | None
    locale: str
    case_id: int | None
    case_code: str
    received_at: datetime
    changed_at: datetime
    version: int
    citizen: Person
    representatives: tuple[Spokesperson, ...]
    papers: tuple[Paper, ...]
    steps: tuple[Step, ...]
    sorting: Sorting
    lacks_appointment: bool = False
    """Whether it is a group's, and the written appointment of those who speak for it was not handed in yet (F23)."""

    @property
    def is_restricted(self) -> bool:
        """Whether only receivers may know of it."""
        return self.kind is Kind.DENUNCIATION


def request_for(db: Session, who: Who, code_or_id: str | int) -> RequestFile:
    """Return a request this person may open: their own, or one of their unit. Raises NotHere."""
    where = ReceptionRequest.id == code_or_id if isinstance(code_or_id, int) else ReceptionRequest.code == code_or_id
    row = db.scalar(_whole().where(where))
    if row is None or not is_open_to(db, who, row):
        raise NotHere
    return _file(db, row)


def is_open_to(db: Session, who: Who, row: ReceptionRequest) -> bool:
    """Whether this person may know of a request."""
    if who.role is Role.CITIZEN:
        return who.request_id == row.id
    if not who.is_staff:
        return who.role is Role.SYS_ADMIN
    if who.role is Role.INSPECTOR and row.unit_id not in cases.watched_units(db, who):
        return False
    # What turned out to be a denunciation, in the room or on its petition, is as secret as what was registered as one.
    case = db.get(Case, row.case_id) if row.case_id else None
    return rules.may_open(who, row.unit_id, Kind.DENUNCIATION if case is not None and case.is_restricted else row.kind)


def _whole() -> Select[Any]:
    return select(ReceptionRequest).options(
        selectinload(ReceptionRequest.citizen),
        selectinload(ReceptionRequest.representatives),
        selectinload(ReceptionRequest.attachments),
        selectinload(ReceptionRequest.decisions),
    )


def person(row: Citizen) -> Person:
    """Return the frozen record of a citizen."""
    return Person(
        row.id,
        row.name,
        row.id_kind,
        row.id_number,
        row.id_issued_on,
        row.id_issued_by,
        row.born,
        row.sex,
        row.phone,
        row.email,
        row.address,
    )


def _file(db: Session, row: ReceptionRequest) -> RequestFile:
    case_code = db.scalar(select(Case.code).where(Case.id == row.case_id)) if row.case_id else ""
    return RequestFile(
        id=row.id,
        code=row.code,
        unit_id=row.unit_id,
        kind=row.kind,
        state=row.state,
        is_without_content=row.is_without_content,
        subject=row.subject,
        content=row.content,
        demand=row.demand,
        body_concerned=row.body_concerned,
        prior_resolution=row.prior_resolution,
        place=row.place,
        interpreter=row.interpreter,
        support_needed=row.support_needed,
        group_size=row.group_size,
        preferred_on=row.preferred_on,
        locale=row.locale,
        case_id=row.case_id,
        case_code=case_code or "",
        received_at=row.received_at,
        changed_at=row.changed_at,
        version=row.version,
        citizen=person(row.citizen),
        representatives=tuple(Spokesperson(r.name, r.id_number, r.phone) for r in row.representatives),
        papers=tuple(paper_of(a) for a in sorted(row.attachments, key=lambda a: a.id)),
        steps=tuple(
            Step(d.verb, d.state, d.ground or "", d.words, d.officer_name, d.role, d.at) for d in row.decisions
        ),
        sorting=sorting(row),
        lacks_appointment=rules.needs_appointment_paper(row.group_size)
        and not row.is_without_content
        and not has_appointment(db, row.id),
    )


def sorting(row: ReceptionRequest | Petition) -> Sorting:
    """Return how a matter counts."""
    return Sorting(row.field, row.standing, row.instance, row.direction, row.replied_on)


def paper_of(row: Attachment) -> Paper:
    """Return the frozen record of a file."""
    return Paper(row.code, row.name, row.content_type, row.bytes, row.sha256, row.stored_as, row.uploaded_at)


def has_appointment(db: Session, request_id: int) -> bool:
    """Whether the written appointment of representatives was handed in with a registration."""
    return db.scalar(select(AppointmentPaper.id).where(AppointmentPaper.request_id == request_id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What the inbox shows; every part stands in the address."""

    state: RequestState | None = RequestState.RECEIVED
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A request in the list. The kind is not shown: a list lies open on a desk."""

    code: str
    subject: str
    citizen_name: str
    state: RequestState
    place: Place
    group_size: int
    received_at: datetime
    preferred_on: date | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of the inbox, with how many wait in each state."""

    lines: tuple[InboxLine, ...]
    counts: dict[RequestState, int]
    total: int
    pages: int


def inbox(db: Session, who: Who, wanted: InboxFilter) -> Inbox:
    """Return the requests of the acting person's unit that they may know of, oldest first."""
    seen = visible(db, who)
    by_state = db.execute(select(ReceptionRequest.state, func.count()).where(*seen).group_by(ReceptionRequest.state))
    counts = {state: count for state, count in by_state}  # noqa: C416 rows are not pairs to mypy
    where = list(seen)
    if wanted.state is not None:
        where.append(ReceptionRequest.state == wanted.state)
    if wanted.words:
        like = f"%{text.fold(wanted.words)}%"
        where.append(
            or_(
                Citizen.name_folded.like(like),
                ReceptionRequest.subject_folded.like(like),
                ReceptionRequest.code.like(f"%{text.tidy_code(wanted.words)}%"),
            )
        )
    base = select(ReceptionRequest, Citizen.name).join(Citizen).where(*where)
    total = db.scalar(select(func.count()).select_from(base.subquery())) or 0
    waiting = wanted.state in rules.OPEN_STATES
    order = ReceptionRequest.received_at if waiting else ReceptionRequest.received_at.desc()
    rows = db.execute(base.order_by(order).limit(PAGE).offset((wanted.page - 1) * PAGE))
    lines = tuple(
        InboxLine(
            r.code,
            r.subject,
            name,
            r.state,
            r.place,
            r.group_size,
            r.received_at,
            r.preferred_on,
        )
        for r, name in rows
    )
    return Inbox(lines, counts, total, max(1, -(-total // PAGE)))


def waiting(db: Session, who: Who) -> int:
    """Return how many requests wait to be sorted by this person's unit."""
    if who.role not in rules.SORTERS:
        return 0
    where = [*visible(db, who), ReceptionRequest.state == RequestState.RECEIVED]
    return db.scalar(select(func.count()).select_from(ReceptionRequest).where(*where)) or 0


def visible(db: Session, who: Who) -> list[Any]:
    """Return the conditions under which staff may know of a request: ``is_open_to`` as SQL."""
    units = cases.watched_units(db, who) if who.role is Role.INSPECTOR else [who.unit_id]
    seen: list[Any] = [ReceptionRequest.unit_id.in_(units)]
    if who.role not in rules.RECEIVERS:
        seen.append(ReceptionRequest.kind != Kind.DENUNCIATION)
        # A name of its own: whoever asks may have the case beside the request.
        apart = aliased(Case)
        seen.append(~exists().where(apart.id == ReceptionRequest.case_id, apart.is_restricted.is_(True)))
    return seen


@dataclass(frozen=True, slots=True)
class Likely:
    """An earlier request that may be about the same, and why it was found. People decide."""

    code: str
    subject: str
    citizen_name: str
    state: RequestState
    received_at: datetime
    case_id: int | None
    case_code: str
    is_same_number: bool
    is_same_name: bool
    is_same_body: bool
    likeness: float
    born_fits: bool | None
    """Whether both can be born on the same day; None while one of the dates is not known at all."""


def likely_duplicates(db: Session, who: Who, request_id: int) -> list[Likely]:
    """Return requests of the same unit by the same number or name, most alike first."""
    me = request_for(db, who, request_id)
    same = [Citizen.name_folded == text.fold(me.citizen.name)]
    if me.citizen.id_number:
        same.append(Citizen.id_number == me.citizen.id_number)
    rows = db.execute(
        select(ReceptionRequest, Citizen, Case.code)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(
            or_(*same),
            ReceptionRequest.unit_id == me.unit_id,
            ReceptionRequest.id != me.id,
            *visible(db, who),
        )
        .order_by(ReceptionRequest.received_at.desc())
        .limit(20)
    )
    folded = text.fold(me.subject)
    found = [
        Likely(
            r.code,
            r.subject,
            c.name,
            r.state,
            r.received_at,
            r.case_id,
            case_code or "",
            bool(c.id_number) and c.id_number == me.citizen.id_number,
            c.name_folded == text.fold(me.citizen.name),
            bool(me.body_concerned) and text.fold(r.body_concerned) == text.fold(me.body_concerned),
            rules.likeness(folded, r.subject_folded),
            birth.both_fit(me.citizen.born, c.born),
        )
        for r, c, case_code in rows
    ]
    return sorted(found, key=lambda one: (one.is_same_number, one.likeness), reverse=True)


def petitions_of(db: Session, request: RequestFile) -> list[tuple[str, str]]:
    """Return code and number of the petitions entered from a registration and still at its unit."""
    rows = db.execute(
        select(Petition.code, Petition.number)
        .where(Petition.request_id == request.id, Petition.unit_id == request.unit_id)
        .order_by(Petition.id)
        .limit(PAGE)
    )
    return [(code, number) for code, number in rows]


def card_note(db: Session, request_id: int) -> str:
    """Return what the citizen noted when number and birth date or sex did not agree."""
    facts = db.scalar(
        select(AuditEntry.facts).where(
            AuditEntry.about_kind == "request",
            AuditEntry.about_id == request_id,
            AuditEntry.verb == "registered",
        )
    )
    return str((facts or {}).get("card_note", ""))
