"""Keep the words of everything that can be found, in the transaction that changes it.

A session notes which cases, requests, papers and citizens were made or changed, and writes
their words before it commits: whatever slice changes a thing, search knows at once. Statements
that change rows without loading them are not seen; nobody changes titles or names that way.

A matter that is or may be a denunciation is found by code and number only: the name of who
denounces and the words of it are never among the words (Law on Denunciations, Article 56).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, event, exists, insert, inspect, select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.clock import local
from server.search import rules
from server.tables import (
    Attachment,
    Case,
    Citizen,
    Document,
    ReceptionRequest,
    Representative,
    SearchEntry,
    SearchWord,
)
from server.who import Who
from server.words import Kind, SearchKind

BATCH = 500
_TOUCHED = "search_touched"
Target = tuple[SearchKind, int]
_KINDS: dict[type[Any], SearchKind] = {
    Case: SearchKind.CASE,
    ReceptionRequest: SearchKind.REQUEST,
    Document: SearchKind.DOCUMENT,
    Attachment: SearchKind.ATTACHMENT,
}
_HANGING: dict[type[Any], tuple[tuple[Any, SearchKind], ...]] = {
    Case: (
        (ReceptionRequest, SearchKind.REQUEST),
        (Document, SearchKind.DOCUMENT),
        (Attachment, SearchKind.ATTACHMENT),
    ),
    ReceptionRequest: ((Attachment, SearchKind.ATTACHMENT),),
}
"""What takes its words, or its secrecy, from what it hangs on."""
_WATCHED = frozenset(
    {
        "title", "code", "number", "is_restricted", "kind", "unit_id", "citizen_id", "subject", "case_id", "name",
        "phone", "id_number", "request_id", "issued_on",
    }
)  # fmt: skip


@event.listens_for(Session, "after_flush")
def _note_touched(db: Session, _: object) -> None:
    """Remember what was made, or changed in a way that changes its words, or deleted."""
    touched: set[tuple[type[Any], int]] = db.info.setdefault(_TOUCHED, set())
    for row in db.new:
        _note(touched, row)
    for row in db.dirty:
        state = inspect(row)
        if any(state.attrs[name].history.has_changes() for name in _WATCHED if name in state.attrs):
            _note(touched, row)
    for row in db.deleted:
        _note(touched, row)


def _note(touched: set[tuple[type[Any], int]], row: object) -> None:
    if isinstance(row, Representative):
        touched.add((ReceptionRequest, row.request_id))
    elif isinstance(row, Case | ReceptionRequest | Document | Attachment | Citizen):
        touched.add((type(row), row.id))


@event.listens_for(Session, "before_commit")
def _write_touched(db: Session) -> None:
    db.flush()
    touched: set[tuple[type[Any], int]] = db.info.pop(_TOUCHED, set())
    if touched:
        write(db, sorted(_targets(db, touched)))


def _targets(db: Session, touched: set[tuple[type[Any], int]]) -> set[Target]:
    """What has to be written anew: the things themselves and what takes its words from them."""
    found: set[Target] = set()
    for table, row_id in touched:
        if table is Citizen:
            found |= {(SearchKind.CASE, each) for each in db.scalars(select(Case.id).where(Case.citizen_id == row_id))}
            asked = select(ReceptionRequest.id).where(ReceptionRequest.citizen_id == row_id)
            found |= {(SearchKind.REQUEST, each) for each in db.scalars(asked)}
        else:
            found.add((_KINDS[table], row_id))
        for other, kind in _HANGING.get(table, ()):
            column = other.case_id if table is Case else other.request_id
            found |= {(kind, each) for each in db.scalars(select(other.id).where(column == row_id))}
    return found


def write(db: Session, targets: Iterable[Target]) -> None:
    """Write the words of these things as they are now, none of what is gone; doing it twice changes nothing."""
    for kind, ref_id in targets:
        found = _READ[kind](db, ref_id)
        if found is None:
            _forget(db, kind, ref_id)
            continue
        place, words = found
        _store(db, SearchEntry(kind=kind, ref_id=ref_id, **place), words)


def _forget(db: Session, kind: SearchKind, ref_id: int) -> None:
    gone = select(SearchEntry.id).where(SearchEntry.kind == kind, SearchEntry.ref_id == ref_id)
    db.execute(delete(SearchWord).where(SearchWord.entry_id.in_(gone)))
    db.execute(delete(SearchEntry).where(SearchEntry.kind == kind, SearchEntry.ref_id == ref_id))


def _store(db: Session, new: SearchEntry, words: frozenset[str]) -> None:
    place = {name: getattr(new, name) for name in ("unit_id", "case_id", "request_id", "held_on")}
    known = db.execute(
        select(SearchEntry.id, SearchEntry.unit_id).where(
            SearchEntry.kind == new.kind, SearchEntry.ref_id == new.ref_id
        )
    ).first()
    if known is None:
        made = insert(SearchEntry).values(kind=new.kind, ref_id=new.ref_id, **place).returning(SearchEntry.id)
        entry_id, before = db.scalars(made).one(), frozenset[str]()
    else:
        entry_id = known.id
        db.execute(update(SearchEntry).where(SearchEntry.id == entry_id).values(**place))
        if known.unit_id != new.unit_id:
            db.execute(delete(SearchWord).where(SearchWord.entry_id == entry_id))
        before = frozenset(db.scalars(select(SearchWord.word).where(SearchWord.entry_id == entry_id)))
    gone, fresh = before - words, words - before
    if gone:
        db.execute(delete(SearchWord).where(SearchWord.entry_id == entry_id, SearchWord.word.in_(gone)))
    if fresh:
        rows = [{"unit_id": new.unit_id, "word": each, "entry_id": entry_id} for each in sorted(fresh)]
        db.execute(insert(SearchWord), rows)


Read = tuple[dict[str, Any], frozenset[str]]


def _place(unit_id: int, case_id: int | None, request_id: int | None, held_on: date) -> dict[str, Any]:
    return {"unit_id": unit_id, "case_id": case_id, "request_id": request_id, "held_on": held_on}


def _case(db: Session, row_id: int) -> Read | None:
    row = db.get(Case, row_id)
    if row is None:
        return None
    words = [row.code, row.number]
    if not _is_hidden(row):
        citizen = db.get_one(Citizen, row.citizen_id)
        words += [row.title, citizen.name, citizen.phone, citizen.id_number]
    return _place(row.unit_id, row.id, None, local(row.opened_at).date()), rules.words_of(*words)


def _request(db: Session, row_id: int) -> Read | None:
    row = db.get(ReceptionRequest, row_id)
    if row is None:
        return None
    words = [row.code]
    case = db.get(Case, row.case_id) if row.case_id else None
    if row.kind is not Kind.DENUNCIATION and not _is_hidden(case):
        citizen = db.get_one(Citizen, row.citizen_id)
        speakers = select(Representative.name, Representative.phone).where(Representative.request_id == row.id)
        words += [row.subject, row.body_concerned, citizen.name, citizen.phone, citizen.id_number]
        words += [each for speaker in db.execute(speakers) for each in speaker]
    return _place(row.unit_id, row.case_id, row.id, local(row.received_at).date()), rules.words_of(*words)


def _document(db: Session, row_id: int) -> Read | None:
    row = db.get(Document, row_id)
    if row is None or row.case_id is None:
        return None
    # A scan writes `37 /KH-UBND`; without its blanks it is the number people look for.
    words = [row.code, row.number, text.fold_number(row.number)]
    if not _is_hidden(db.get(Case, row.case_id)):
        words.append(row.name)
    on = row.issued_on or local(row.created_at).date()
    return _place(row.unit_id, row.case_id, None, on), rules.words_of(*words)


def _attachment(db: Session, row_id: int) -> Read | None:
    row = db.get(Attachment, row_id)
    case = db.get(Case, row.case_id) if row is not None and row.case_id else None
    if row is None or case is None:
        return None
    words = [row.code] if _is_hidden(case) else [row.code, row.name]
    return _place(case.unit_id, case.id, None, local(row.uploaded_at).date()), rules.words_of(*words)


def _is_hidden(case: Case | None) -> bool:
    return case is not None and (case.is_restricted or case.kind is Kind.DENUNCIATION)


_READ = {
    SearchKind.CASE: _case,
    SearchKind.REQUEST: _request,
    SearchKind.DOCUMENT: _document,
    SearchKind.ATTACHMENT: _attachment,
}


def write_missing(db: Session) -> int:
    """Write the words of things made before there was a search, some at a time; returns how many."""
    missing: list[Target] = []
    for table, kind in _KINDS.items():
        known = exists().where(SearchEntry.kind == kind, SearchEntry.ref_id == table.id)
        where = [~known, table.case_id.is_not(None)] if table in {Document, Attachment} else [~known]
        missing += [(kind, each) for each in db.scalars(select(table.id).where(*where).limit(BATCH - len(missing)))]
        if len(missing) >= BATCH:
            break
    write(db, missing)
    return len(missing)


def note_search(db: Session, who: Who, at: datetime, hits: int) -> None:
    """Write down that somebody searched; never for what."""
    audit.record(db, who, at, "searched", About("search"), hits=hits)
