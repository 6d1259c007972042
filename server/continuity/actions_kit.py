"""Keep the printed kits of today, and forget those of days that are over."""

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server import audit
from server.adapters.files import Kept
from server.audit import About
from server.clock import local
from server.tables import PaperKit, Unit
from server.who import Who


def keep(db: Session, at: datetime, unit_id: int, content_sha256: str, kept: Kept) -> str:
    """Keep the kit of a ward's today in place of the one before; return the file nobody needs any more, or ""."""
    on = local(at).date()
    # Held, so that the job and a press at once keep one row.
    db.scalars(select(Unit.id).where(Unit.id == unit_id).with_for_update()).one()
    row = db.scalar(select(PaperKit).where(PaperKit.unit_id == unit_id, PaperKit.held_on == on))
    if row is None:
        row = PaperKit(unit_id=unit_id, held_on=on, stored_as="")
        db.add(row)
    before, row.stored_as = row.stored_as, kept.stored_as
    row.content_sha256, row.bytes, row.made_at = content_sha256, kept.bytes, at
    return before


def forget(db: Session, ids: list[int]) -> None:
    """Forget kits whose day is over; their files are dropped by the caller."""
    db.execute(delete(PaperKit).where(PaperKit.id.in_(ids)))


def note_opening(db: Session, who: Who, at: datetime, on: date) -> None:
    """Log that somebody opened the kit of a day: it carries names and telephones."""
    audit.record(db, who, at, "opened_kit", About("paper_kit", None, on.isoformat(), unit_id=who.unit_id))
