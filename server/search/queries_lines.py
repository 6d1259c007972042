"""Say what was found: a line for each thing, and the people among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, false, func, or_, select
from sqlalchemy.orm import Session

from server.cases import queries_lists
from server.intake import queries as intake
from server.intake import rules as intake_rules
from server.search import queries, rules
from server.search.queries import Hit
from server.search.rules import Asked
from server.tables import Attachment, Case, Citizen, Document, ReceptionRequest, Unit
from server.who import Who
from server.words import Kind, SearchKind

MOST_PEOPLE = 12


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A thing on the page of results."""

    kind: SearchKind
    href: str
    code: str
    title: str
    person: str
    unit_name: str
    held_on: date


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A citizen among what was found, with how many matters of theirs are."""

    id: int
    name: str
    phone: str
    matters: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results."""

    lines: tuple[FoundLine, ...]
    people: tuple[FoundPerson, ...]
    total: int
    page: int
    pages: int
    is_cut: bool
    is_begun: bool


def search(db: Session, who: Who, wanted: Asked, kind: SearchKind | None, page: int) -> Found:
    """Return a page of what carries the words, newest first, and the people whose name does."""
    found = queries.find(db, who, wanted, kind)
    pages = max(1, -(-len(found.hits) // rules.PAGE))
    page = min(page, pages)
    shown = found.hits[(page - 1) * rules.PAGE : page * rules.PAGE]
    people = _people(db, found.hits, wanted) if page == 1 else ()
    return Found(_lines(db, shown), people, len(found.hits), page, pages, found.is_cut, found.is_begun)


def matters_of(db: Session, who: Who, citizen_id: int) -> tuple[str, tuple[FoundLine, ...]]:
    """Return a citizen's name and the matters of theirs this person may know of; blank and none when there are none."""
    open_cases = select(Case.id).where(Case.citizen_id == citizen_id, Case.is_restricted.is_(False))
    asked = select(ReceptionRequest.id).where(
        ReceptionRequest.citizen_id == citizen_id,
        ReceptionRequest.kind != Kind.DENUNCIATION,
        ~exists().where(Case.id == ReceptionRequest.case_id, Case.is_restricted.is_(True)),
    )
    if who.role not in rules.FINDS_MATTERS:
        return "", ()
    case_ids = db.scalars(open_cases.where(*queries_lists.visible(db, who)).limit(rules.PAGE)).all()
    request_ids: Sequence[int] = ()
    if who.role in intake_rules.READERS:
        request_ids = db.scalars(asked.where(*intake.visible(db, who)).limit(rules.PAGE)).all()
    nowhere = date.min
    hits = [Hit(0, SearchKind.CASE, each, nowhere) for each in case_ids]
    hits += [Hit(0, SearchKind.REQUEST, each, nowhere) for each in request_ids]
    lines = tuple(sorted(_lines(db, hits), key=lambda line: line.code, reverse=True))
    return (lines[0].person if lines else ""), lines


def _lines(db: Session, hits: Sequence[Hit]) -> tuple[FoundLine, ...]:
    by_kind: dict[tuple[SearchKind, int], FoundLine] = {}
    for kind, statement in _STATEMENTS.items():
        ids = {hit.ref_id: hit.held_on for hit in hits if hit.kind is kind}
        if not ids:
            continue
        table = _TABLES[kind]
        for ref_id, code, title, person, is_hidden, unit, target in db.execute(statement.where(table.id.in_(ids))):
            href = _href(kind, code, target)
            name = "" if is_hidden else person
            line = FoundLine(kind, href, code, "" if is_hidden else title, name or "", unit, ids[ref_id])
            by_kind[kind, ref_id] = line
    return tuple(by_kind[key] for hit in hits if (key := (hit.kind, hit.ref_id)) in by_kind)


def _href(kind: SearchKind, code: str, target: str | None) -> str:
    match kind:
        case SearchKind.CASE:
            return f"/vu-viec/{code}"
        case SearchKind.REQUEST:
            return f"/dang-ky-moi/{code}"
        case _:
            return f"/vu-viec/{target}" if target else ""


_TABLES: dict[SearchKind, Any] = {
    SearchKind.CASE: Case,
    SearchKind.REQUEST: ReceptionRequest,
    SearchKind.DOCUMENT: Document,
    SearchKind.ATTACHMENT: Attachment,
}
_STATEMENTS: dict[SearchKind, Any] = {
    SearchKind.CASE: select(Case.id, Case.code, Case.title, Citizen.name, Case.is_restricted, Unit.name, Case.code)
    .join(Citizen, Citizen.id == Case.citizen_id)
    .join(Unit, Unit.id == Case.unit_id),
    SearchKind.REQUEST: select(
        ReceptionRequest.id,
        ReceptionRequest.code,
        ReceptionRequest.subject,
        Citizen.name,
        or_(ReceptionRequest.kind == Kind.DENUNCIATION, func.coalesce(Case.is_restricted, false())),
        Unit.name,
        ReceptionRequest.code,
    )
    .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
    .join(Unit, Unit.id == ReceptionRequest.unit_id)
    .outerjoin(Case, Case.id == ReceptionRequest.case_id),
    SearchKind.DOCUMENT: select(
        Document.id, Document.number, Document.name, Citizen.name, Case.is_restricted, Unit.name, Case.code
    )
    .join(Unit, Unit.id == Document.unit_id)
    .join(Case, Case.id == Document.case_id)
    .join(Citizen, Citizen.id == Case.citizen_id),
    SearchKind.ATTACHMENT: select(
        Attachment.id, Attachment.code, Attachment.name, Citizen.name, Case.is_restricted, Unit.name, Case.code
    )
    .join(Case, Case.id == Attachment.case_id)
    .join(Unit, Unit.id == Case.unit_id)
    .join(Citizen, Citizen.id == Case.citizen_id),
}


def _people(db: Session, hits: Sequence[Hit], wanted: Asked) -> tuple[FoundPerson, ...]:
    """People whose name carries every word. Restricted matters carry no name, so they cannot lead to one."""
    case_ids = [hit.ref_id for hit in hits if hit.kind is SearchKind.CASE]
    request_ids = [hit.ref_id for hit in hits if hit.kind is SearchKind.REQUEST]
    counts: dict[int, int] = {}
    for table, ids in ((Case, case_ids), (ReceptionRequest, request_ids)):
        plain = Case.is_restricted.is_(False) if table is Case else ReceptionRequest.kind != Kind.DENUNCIATION
        if ids:
            for citizen_id in db.scalars(select(table.citizen_id).where(table.id.in_(ids), plain)):
                counts[citizen_id] = counts.get(citizen_id, 0) + 1
    if not counts:
        return ()
    rows = db.execute(
        select(Citizen.id, Citizen.name, Citizen.name_folded, Citizen.phone)
        .where(Citizen.id.in_(counts))
        .order_by(Citizen.name_sort)
    )
    named = [
        FoundPerson(found_id, name, phone, counts[found_id])
        for found_id, name, folded, phone in rows
        if rules.is_name_asked(folded, wanted) or phone in wanted.words
    ]
    return tuple(named[:MOST_PEOPLE])
