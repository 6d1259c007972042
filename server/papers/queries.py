"""Find a paper for a person; lists; who can sign; the matter that a paper is about."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.accounts import queries as accounts
from server.cases import queries as cases
from server.cases import rules as case_rules
from server.errors import NotHere
from server.intake import queries as intake
from server.papers import rules
from server.papers.rules_forms import FORMS, Signs
from server.tables import Assignment, Case, Document, OfficialPaper, ReceptionRequest
from server.who import Who
from server.words import Kind, PaperForm, PaperState, Role

PAGE = 30


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a paper: its code in the office, its fingerprint, who scanned it."""

    code: str
    sha256: str
    converted_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper with everything that may be shown of it."""

    id: int
    code: str
    unit_id: int
    case_id: int | None
    case_code: str
    request_id: int | None
    request_code: str
    form: PaperForm
    state: PaperState
    words: dict[str, str]
    signer_id: int | None
    number_text: str
    issued_on: date | None
    sealed: dict[str, Any]
    printed: Kept | None
    scan: Kept | None
    return_ground: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_ground: str
    replaces: str
    replaced_by: str
    created_at: datetime
    changed_at: datetime
    version: int


def row_for(db: Session, who: Who, code: str) -> OfficialPaper:
    """Return a paper this person may open. Raises NotHere: its existence is a secret too."""
    row = db.scalar(select(OfficialPaper).where(OfficialPaper.code == code))
    if row is None or not is_open_to(db, who, row):
        raise NotHere
    return row


def is_open_to(db: Session, who: Who, row: OfficialPaper) -> bool:
    """Whether this person may know of a paper: who opens its matter; what is not issued yet stays at its desk."""
    if not who.is_staff:
        return False
    is_own_desk = who.unit_id == row.unit_id and who.role in rules.DRAFTERS
    if row.issued_on is None and not is_own_desk:
        return False
    if row.case_id is not None:
        case = db.get_one(Case, row.case_id)
        is_open = cases.is_open_to(db, who, case)
        is_secret = case.is_restricted
    else:
        request = db.get_one(ReceptionRequest, row.request_id)
        is_open = intake.is_open_to(db, who, request)
        later = db.get(Case, request.case_id) if request.case_id else None
        is_secret = request.kind is Kind.DENUNCIATION or (later is not None and later.is_restricted)
    # A deputy who is named to sign reads what is signed, without being assigned to the case.
    is_signer = row.signer_id is not None and row.signer_id == who.officer_id
    return is_open or (is_own_desk and is_signer and not is_secret)


def paper_for(db: Session, who: Who, code: str) -> Paper:
    """Return a paper this person may open. Raises NotHere."""
    return paper(db, row_for(db, who, code))


def paper(db: Session, row: OfficialPaper) -> Paper:
    """Return the frozen record of a row."""
    case_code = db.scalar(select(Case.code).where(Case.id == row.case_id)) if row.case_id else ""
    request = (
        db.scalar(select(ReceptionRequest.code).where(ReceptionRequest.id == row.request_id)) if row.request_id else ""
    )
    before = db.scalar(select(OfficialPaper.code).where(OfficialPaper.id == row.replaces_id)) if row.replaces_id else ""
    after = db.scalar(select(OfficialPaper.code).where(OfficialPaper.replaces_id == row.id))
    return Paper(
        row.id, row.code, row.unit_id, row.case_id, case_code or "", row.request_id, request or "", row.form, row.state,
        {name: str(given) for name, given in row.words.items()}, row.signer_id, row.number_text, row.issued_on,
        row.sealed, _kept(db, row.document_id), _kept(db, row.scan_id), row.return_ground, row.withdrawn_at,
        row.withdrawn_by, row.withdrawn_ground, before or "", after or "", row.created_at, row.changed_at, row.version,
    )  # fmt: skip


def _kept(db: Session, document_id: int | None) -> Kept | None:
    found = db.get(Document, document_id) if document_id else None
    return Kept(found.code, found.sha256, found.converted_by, found.created_at) if found else None


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """What the list shows; every part stands in the address."""

    states: tuple[PaperState, ...]
    page: int = 1


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in a list. What it is about is not shown: a list lies open on a desk."""

    code: str
    form: PaperForm
    state: PaperState
    number_text: str
    issued_on: date | None
    changed_at: datetime
    matter: str


@dataclass(frozen=True, slots=True)
class PaperList:
    """One page of papers."""

    lines: tuple[PaperLine, ...]
    total: int
    pages: int


def papers(db: Session, who: Who, wanted: PaperFilter) -> PaperList:
    """Return the papers of this person's desk, newest first."""
    base = _desk(who).where(OfficialPaper.state.in_(wanted.states))
    total = db.scalar(select(func.count()).select_from(base.subquery())) or 0
    rows = db.execute(base.order_by(OfficialPaper.id.desc()).limit(PAGE).offset((wanted.page - 1) * PAGE))
    return PaperList(tuple(_line(*row) for row in rows), total, max(1, -(-total // PAGE)))


def waiting_for(db: Session, who: Who) -> int:
    """Return how many papers wait for this person's signature."""
    if who.role not in rules.SIGNERS:
        return 0
    base = _desk(who).where(OfficialPaper.state == PaperState.SUBMITTED, OfficialPaper.signer_id == who.officer_id)
    return db.scalar(select(func.count()).select_from(base.subquery())) or 0


def _desk(who: Who) -> Any:
    base: Any = (
        select(OfficialPaper, Case.number, ReceptionRequest.code)
        .outerjoin(Case, Case.id == OfficialPaper.case_id)
        .outerjoin(ReceptionRequest, ReceptionRequest.id == OfficialPaper.request_id)
        .where(OfficialPaper.unit_id == who.unit_id)
    )
    later = aliased(Case)
    if who.role not in case_rules.RECEIVERS:
        base = base.where(
            or_(Case.id.is_(None), Case.is_restricted.is_(False)),
            or_(ReceptionRequest.id.is_(None), ReceptionRequest.kind != Kind.DENUNCIATION),
            # A paper drafted before its registration had a case hangs on the registration alone.
            ~exists().where(later.id == ReceptionRequest.case_id, later.is_restricted.is_(True)),
        )
    if who.role is Role.WARD_VICE_CHAIR:
        mine = select(Assignment.case_id).where(Assignment.officer_id == who.officer_id, Assignment.ended_at.is_(None))
        base = base.where(or_(OfficialPaper.signer_id == who.officer_id, OfficialPaper.case_id.in_(mine)))
    return base


def _line(row: OfficialPaper, case_number: str | None, request_code: str | None) -> PaperLine:
    matter = case_number or request_code or ""
    return PaperLine(row.code, row.form, row.state, row.number_text, row.issued_on, row.changed_at, matter)


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who can be named under a paper; ``is_deputy`` signs for the chair (KT.)."""

    id: int
    name: str
    title: str
    is_deputy: bool


def signers(db: Session, unit_id: int, form: PaperForm, *, is_secret: bool) -> list[Signer]:
    """Return who can sign a form of a unit: leaders, the chair first; receivers for what they sign themselves.

    What is secret is signed by those who know of it: the chair, and receivers.
    """
    is_heads = FORMS[form].signs is Signs.HEAD
    roles = {Role.WARD_CHAIR} if is_secret else {Role.WARD_CHAIR, Role.WARD_VICE_CHAIR}
    if not is_heads:
        roles = set(case_rules.RECEIVERS if is_secret else case_rules.WARD_DESK)
    deputies = {one.id for one in accounts.holders(db, unit_id, frozenset({Role.WARD_VICE_CHAIR}))}
    found = [
        Signer(one.id, one.name, one.title, is_heads and one.id in deputies)
        for one in accounts.holders(db, unit_id, frozenset(roles))
    ]
    # The chair first among leaders; among receivers the chair, who seldom writes a receipt, last.
    chairs = {one.id for one in accounts.holders(db, unit_id, frozenset({Role.WARD_CHAIR}))}
    return sorted(found, key=lambda one: (one.id not in chairs) == is_heads)
