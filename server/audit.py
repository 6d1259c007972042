"""The append-only, hash-linked log. Always written inside the caller's transaction.

Each unit has its own chain. An entry's hash covers every field and the hash before it,
so a changed or removed row shows at that row; a cut tail shows only against an anchor
kept elsewhere (``head`` gives it).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.tables import AuditEntry, ReceptionRequest
from server.who import Who

START = "0" * 64


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: a kind of thing, its id and code, and the case it belongs to."""

    kind: str
    id: int | None = None
    code: str = ""
    case_id: int | None = None
    unit_id: int | None = None


def record(db: Session, who: Who, at: datetime, verb: str, about: About, **facts: Any) -> None:
    """Add one entry to the chain of the unit concerned. ``facts`` are JSON and carry no words of a case.

    A citizen is known to the log by the code of the request alone (domain.md 2.9).
    """
    unit_id = about.unit_id if about.unit_id is not None else who.unit_id
    if db.get_bind().dialect.name == "postgresql":
        # Two transactions must not continue one chain from the same link.
        db.execute(text("select pg_advisory_xact_lock(7400, :unit)"), {"unit": unit_id})
    seq, previous = head(db, unit_id)
    entry = AuditEntry(
        unit_id=unit_id,
        seq=seq + 1,
        at=at,
        officer_id=who.officer_id,
        who_name=_name(db, who),
        role=who.role,
        verb=verb,
        about_kind=about.kind,
        about_id=about.id,
        about_code=about.code,
        case_id=about.case_id,
        facts=facts,
        previous_hash=previous,
        entry_hash="",
    )
    entry.entry_hash = fingerprint(entry)
    db.add(entry)
    db.flush()


def record_once(db: Session, who: Who, at: datetime, verb: str, about: About, within: timedelta) -> None:
    """Add an entry unless this officer has the same one from a short while ago: what is read piece by piece."""
    known = select(AuditEntry.id).where(
        AuditEntry.about_kind == about.kind,
        AuditEntry.about_id == about.id,
        AuditEntry.verb == verb,
        AuditEntry.officer_id == who.officer_id,
        AuditEntry.at > at - within,
    )
    if db.scalar(known.limit(1)) is None:
        record(db, who, at, verb, about)


def _name(db: Session, who: Who) -> str:
    if who.is_staff or who.request_id is None:
        return who.name
    return db.scalar(select(ReceptionRequest.code).where(ReceptionRequest.id == who.request_id)) or ""


def head(db: Session, unit_id: int) -> tuple[int, str]:
    """Return (sequence number, hash) of the newest entry of a unit's chain; (0, zeros) when empty."""
    row = db.execute(
        select(AuditEntry.seq, AuditEntry.entry_hash)
        .where(AuditEntry.unit_id == unit_id)
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    ).first()
    return (0, START) if row is None else (row.seq, row.entry_hash)


def fingerprint(entry: AuditEntry) -> str:
    """Return the SHA-256 over an entry's fields and the hash of the entry before it."""
    fields = [
        entry.unit_id,
        entry.seq,
        entry.at.astimezone(UTC).isoformat(),
        entry.officer_id,
        entry.who_name,
        str(entry.role),
        entry.verb,
        entry.about_kind,
        entry.about_id,
        entry.about_code,
        entry.case_id,
        entry.facts,
        entry.previous_hash,
    ]
    return hashlib.sha256(
        json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def first_broken(entries: Iterable[AuditEntry]) -> int | None:
    """Return the sequence number of the first entry that does not fit its chain, or None. Entries come in order."""
    previous, expected = START, 1
    for entry in entries:
        if entry.seq != expected or entry.previous_hash != previous or entry.entry_hash != fingerprint(entry):
            return expected
        previous, expected = entry.entry_hash, expected + 1
    return None


def verify(db: Session, unit_id: int) -> int | None:
    """Return the first broken sequence number of a unit's chain, or None when whole."""
    rows = db.scalars(select(AuditEntry).where(AuditEntry.unit_id == unit_id).order_by(AuditEntry.seq))
    return first_broken(rows)
