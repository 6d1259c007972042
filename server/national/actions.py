"""Collect what happened, note what was typed, found, mended, handed over and signed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from server import audit
from server import text as words
from server.audit import About
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused, Stale
from server.national import queries, queries_fields, rules
from server.national.queries import Span
from server.office import queries as office
from server.tables import (
    AuditEntry,
    Case,
    NationalDifference,
    NationalEntry,
    NationalMonth,
    NationalReceipt,
    Petition,
    Reception,
)
from server.who import Who
from server.words import CaseState, Kind, NationalEvent, NationalState, NationalVerb, PetitionState

FORMAT = "tiepdan-national/1"
_AT_ONCE = 500
_UNNAMED = frozenset(
    {PetitionState.RECEIVED, PetitionState.INELIGIBLE, PetitionState.ELIGIBLE, PetitionState.SPLIT}
    | {PetitionState.ON_PAPER}
)
"""Not yet classified, so nobody knows what to enter; or replaced by its parts; or off the system."""
_DONE = (CaseState.CONCLUDED, CaseState.FOLLOWED_UP, CaseState.CLOSED)


@dataclass(frozen=True, slots=True)
class _Happened:
    event: NationalEvent
    about_id: int
    about_code: str
    on: date
    is_restricted: bool


def gather(db: Session, who: Who, at: datetime, unit_id: int) -> int:
    """Add an entry for each event of a unit that has none; returns how many. Harmless twice, and side by side."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("select pg_advisory_xact_lock(7406, :unit)"), {"unit": unit_id})
    found = [*_receptions(db, unit_id), *_petitions(db, unit_id), *_cases(db, unit_id, at)]
    for one in found:
        db.add(
            NationalEntry(
                code=words.new_code("QG", 4, 4),
                unit_id=unit_id,
                event=one.event,
                account=rules.ACCOUNTS[one.event],
                about_id=one.about_id,
                about_code=one.about_code,
                is_restricted=one.is_restricted,
                happened_on=one.on,
                state=NationalState.TO_ENTER,
                created_at=at,
            )
        )
    db.flush()
    if found:
        audit.record(db, who, at, "gathered_national", About("national", unit_id=unit_id), entries=len(found))
    return len(found)


def _is_new(event: NationalEvent, about_id: Any) -> Any:
    return ~exists().where(NationalEntry.event == event, NationalEntry.about_id == about_id)


def _receptions(db: Session, unit_id: int) -> Iterator[_Happened]:
    event = NationalEvent.RECEPTION_HELD
    rows = db.execute(
        select(Reception, Case.is_restricted)
        .join(Case, Case.id == Reception.case_id)
        .where(
            Reception.unit_id == unit_id,
            Reception.began_at.is_not(None),
            Reception.ended_at.is_not(None),
            _is_new(event, Reception.id),
        )
        .order_by(Reception.id)
        .limit(_AT_ONCE)
    )
    for row, is_restricted in rows:
        yield _Happened(event, row.id, row.code, local(row.ended_at or row.created_at).date(), is_restricted)


def _petitions(db: Session, unit_id: int) -> Iterator[_Happened]:
    for event in (NationalEvent.PETITION_RECEIVED, NationalEvent.PETITION_DIRECTED):
        is_directed = event is NationalEvent.PETITION_DIRECTED
        rows = db.scalars(
            select(Petition)
            .where(
                Petition.unit_id == unit_id,
                Petition.directed_at.is_not(None) if is_directed else Petition.state.not_in(_UNNAMED),
                _is_new(event, Petition.id),
            )
            .order_by(Petition.id)
            .limit(_AT_ONCE)
        )
        for row in rows:
            on = local(row.directed_at).date() if is_directed and row.directed_at else row.received_on
            yield _Happened(event, row.id, row.code, on, row.kind is Kind.DENUNCIATION)


def _cases(db: Session, unit_id: int, at: datetime) -> Iterator[_Happened]:
    accepted = exists().where(Petition.case_id == Case.id, Petition.state == PetitionState.ACCEPTED)
    for event, is_it in (
        (NationalEvent.CASE_ACCEPTED, accepted),
        (NationalEvent.CASE_CONCLUDED, Case.state.in_(_DONE)),
    ):
        rows = db.scalars(
            select(Case)
            .where(Case.unit_id == unit_id, Case.state != CaseState.ON_PAPER, is_it, _is_new(event, Case.id))
            .order_by(Case.id)
            .limit(_AT_ONCE)
        )
        for row in rows:
            on = local(row.opened_at).date() if event is NationalEvent.CASE_ACCEPTED else _concluded_on(db, row, at)
            yield _Happened(event, row.id, row.code, on, row.is_restricted)


def _concluded_on(db: Session, case: Case, at: datetime) -> date:
    found = db.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.case_id == case.id, AuditEntry.verb == "case_conclude")
        .order_by(AuditEntry.id)
        .limit(1)
    )
    return local(found or case.closed_at or at).date()


def about(row: NationalEntry) -> About:
    """Name an entry in the audit."""
    return About("national", row.id, row.code, None, row.unit_id)


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that somebody read the fields of an entry. Raises NotHere."""
    audit.record(db, who, at, "viewed_national", about(_row(db, who, code, None)))


def _row(db: Session, who: Who, code: str, version: int | None) -> NationalEntry:
    row = db.get_one(NationalEntry, queries.entry_for(db, who, code).id)
    if version is not None and row.version != version:
        raise Stale
    return row


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person says about an entry: the step, the code given by the national database, a note."""

    verb: NationalVerb
    national_code: str = ""
    note: str = ""


def move(db: Session, who: Who, at: datetime, code: str, said: Typed, version: int | None) -> NationalState:
    """Note that an entry was typed, came back or was corrected. The same step twice changes nothing.

    Raises BadForm when the national code belongs to another entry, or what came back has no reason.
    """
    row = _row(db, who, code, None)
    if said.verb is NationalVerb.ENTER and row.state is NationalState.ENTERED:
        return row.state
    if version is not None and row.version != version:
        raise Stale
    state = rules.moved(row.state, said.verb)
    if said.verb is NationalVerb.GIVE_BACK and not said.note:
        raise BadForm({"note": FieldError("returned_why")})
    if said.national_code:
        taken = select(NationalEntry.id).where(
            NationalEntry.unit_id == row.unit_id,
            NationalEntry.event == row.event,
            NationalEntry.national_code == said.national_code,
            NationalEntry.id != row.id,
        )
        if db.scalar(taken.limit(1)) is not None:
            raise BadForm({"national_code": FieldError("national_code_used")})
        row.national_code = said.national_code
    row.state, row.note, row.changed_at = state, said.note, at
    row.officer_id, row.officer_name = who.officer_id, who.name
    db.flush()
    audit.record(db, who, at, f"national_{said.verb.value}", about(row))
    return state


@dataclass(frozen=True, slots=True)
class Found:
    """A difference: in which field, what the national entry says, what the paper says."""

    field: str
    before: str
    after: str
    found_on: date
    key: str


def find_difference(db: Session, who: Who, at: datetime, code: str, found: Found) -> date:
    """Keep a difference and return the last day for mending it; the same key keeps one."""
    row = _row(db, who, code, None)
    known = db.scalar(select(NationalDifference.due_on).where(NationalDifference.idempotency_key == found.key))
    if known is not None:
        return known
    if row.state is NationalState.TO_ENTER:
        raise Refused("national_not_entered")
    if found.found_on > local(at).date() or found.found_on < row.happened_on:
        raise BadForm({"found_on": FieldError("found_on_odd")})
    due_on = rules.mend_by(found.found_on, office.calendar(db))
    db.add(
        NationalDifference(
            unit_id=row.unit_id,
            entry_id=row.id,
            field=found.field,
            before=found.before,
            after=found.after,
            found_on=found.found_on,
            due_on=due_on,
            found_by=who.name,
            idempotency_key=found.key,
        )
    )
    db.flush()
    audit.record(db, who, at, "national_difference", about(row), due_on=due_on.isoformat())
    return due_on


def mend_difference(db: Session, who: Who, at: datetime, code: str, difference_id: int) -> None:
    """Note that a difference was mended in the national database today. Twice changes nothing."""
    row = _row(db, who, code, None)
    found = db.get(NationalDifference, difference_id)
    if found is None or found.entry_id != row.id:
        raise NotHere
    if found.fixed_on is not None:
        return
    found.fixed_on, found.fixed_by = local(at).date(), who.name
    if NationalVerb.CORRECT in rules.NATIONAL_FLOW[row.state]:
        row.state, row.changed_at = rules.moved(row.state, NationalVerb.CORRECT), at
        row.officer_id, row.officer_name = who.officer_id, who.name
    db.flush()
    audit.record(db, who, at, "national_correct", about(row))


def export(db: Session, who: Who, at: datetime, span: Span) -> tuple[str, dict[str, Any]]:
    """Return the code of the receipt and the content of a file (``FORMAT.md``); the receipt keeps its fingerprint."""
    rows = queries_fields.exported(db, queries.in_span(db, who, span))
    code = words.new_code("BN", 4, 4)
    content: dict[str, Any] = {
        "format": FORMAT,
        "receipt": code,
        "unit": office.unit_card(db, who.unit_id).code,
        "made_at": at.isoformat(),
        "from_on": span.from_on.isoformat(),
        "until_on": span.until_on.isoformat(),
        "account": span.account.value if span.account else None,
        "entries": rows,
    }
    db.add(
        NationalReceipt(
            code=code,
            unit_id=who.unit_id,
            account=span.account,
            from_on=span.from_on,
            until_on=span.until_on,
            entries=len(rows),
            withheld=sum(row["withheld"] for row in rows),
            sha256=hashlib.sha256(encoded(content)).hexdigest(),
            officer_id=who.officer_id,
            officer_name=who.name,
            made_at=at,
        )
    )
    db.flush()
    audit.record(db, who, at, "national_export", About("national", unit_id=who.unit_id, code=code), entries=len(rows))
    return code, content


def encoded(content: dict[str, Any]) -> bytes:
    """Return the bytes of the JSON file: the receipt's fingerprint is over these."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode()


def sign_month(db: Session, who: Who, at: datetime, month: str) -> None:
    """Sign the reconciliation of a month or quarter that is over, with its figures. Twice changes nothing."""
    if who.role not in rules.ANSWERABLE:
        raise NotYours("national_chair_only")
    days = rules.period(month)
    if days is None:
        raise BadForm({"thang": FieldError("month_form")})
    if days[1] >= local(at).date():
        raise BadForm({"thang": FieldError("month_not_over")})
    sheet = queries.month_sheet(db, who, month, Span(*days))
    if sheet.signed_at is not None:
        return
    total, entered, differences = sheet.figures
    db.add(
        NationalMonth(
            unit_id=who.unit_id,
            month=month,
            total=total,
            entered=entered,
            differences=differences,
            officer_id=who.officer_id,
            officer_name=who.name,
            signed_at=at,
        )
    )
    db.flush()
    audit.record(db, who, at, "national_signed", About("national", unit_id=who.unit_id, code=month))
