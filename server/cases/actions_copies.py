"""Give a copy of a denunciation's content to the officer who checks it, take it back, log who reads it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import queries_copies, rules_copies
from server.errors import BadForm, FieldError, NotHere
from server.tables import Officer, VerificationCopy
from server.who import Who

ABOUT = "verification_copy"


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A typed copy and its reader. ``key`` makes a repeated command harmless."""

    words: str
    officer_id: int
    key: str


def _about(row: VerificationCopy) -> About:
    return About(ABOUT, row.id, row.code, row.case_id, row.unit_id)


def give(db: Session, who: Who, at: datetime, case_code: str, new: NewCopy) -> str:
    """Give a copy to an officer who checks; returns its code.

    Raises NotHere, and BadForm when the words still name somebody who denounces (``copy_words``).
    """
    case = queries_copies.denunciation_for(db, who, case_code)
    key = f"{who.officer_id}:{new.key}"
    known = db.scalar(select(VerificationCopy.code).where(VerificationCopy.idempotency_key == key))
    if known is not None:
        return known
    words = text.tidy(new.words)
    if rules_copies.without_denouncer(words, queries_copies.denouncers(db, case)) != words:
        raise BadForm({"copy_words": FieldError("copy_names_denouncer")})
    if new.officer_id not in {one.id for one in queries_copies.readers(db, case.unit_id)}:
        raise BadForm({"officer_id": FieldError("choice")})
    row = VerificationCopy(
        code=text.new_code("BC", 4, 4),
        case_id=case.id,
        unit_id=case.unit_id,
        words=words,
        given_to=new.officer_id,
        given_by=who.officer_id or new.officer_id,
        given_at=at,
        idempotency_key=key,
    )
    db.add(row)
    db.flush()
    audit.record(db, who, at, "gave_copy", _about(row), officer=db.get_one(Officer, new.officer_id).name)
    return row.code


def take_back(db: Session, who: Who, at: datetime, case_code: str, code: str) -> None:
    """Close a copy to its reader; twice is once. Raises NotHere."""
    case = queries_copies.denunciation_for(db, who, case_code)
    row = db.scalar(select(VerificationCopy).where(VerificationCopy.code == code, VerificationCopy.case_id == case.id))
    if row is None:
        raise NotHere
    if row.ended_at is None:
        row.ended_at = at
        db.flush()
        audit.record(db, who, at, "took_back_copy", _about(row))


def hand_on(db: Session, who: Who, at: datetime, old: Officer, new: Officer) -> int:
    """Give what one officer has to check to another who may check; returns how many copies went over.

    The copy of before ends and stays on the case with its reader's name; the words and who answers for them stay the same.
    """
    moved = 0
    for row in queries_copies.held_by(db, old.id):
        if new.id not in {one.id for one in queries_copies.readers(db, row.unit_id)}:
            continue
        row.ended_at = at
        fresh = VerificationCopy(
            code=text.new_code("BC", 4, 4),
            case_id=row.case_id,
            unit_id=row.unit_id,
            words=row.words,
            given_to=new.id,
            given_by=row.given_by,
            given_at=at,
            idempotency_key=f"handed on:{row.id}",
        )
        db.add(fresh)
        db.flush()
        audit.record(db, who, at, "handed_over_copy", _about(fresh), before=row.code, officer=old.name, to=new.name)
        moved += 1
    return moved


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that the reader opened a copy. Raises NotHere."""
    audit.record(db, who, at, queries_copies.VIEWED, _about(queries_copies.row_for(db, who, code)))
