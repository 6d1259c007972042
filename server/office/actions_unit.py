"""Change what an office says of itself; log that the log was read."""

from datetime import datetime

from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.office.queries_unit import UnitDetails
from server.tables import Unit
from server.who import Who


def change_unit(db: Session, who: Who, at: datetime, entry: UnitDetails) -> None:
    """Change the facts of the acting person's own unit."""
    unit = db.get_one(Unit, who.unit_id)
    unit.name, unit.name_sort = entry.name, text.sort_key(entry.name)
    unit.phone, unit.address, unit.reception_place = entry.phone, entry.address, entry.reception_place
    unit.locality, unit.short_code = entry.locality, entry.short_code
    audit.record(db, who, at, "changed_unit", About("unit", unit.id, unit.code))


def note_audit_read(db: Session, who: Who, at: datetime) -> None:
    """Log that somebody read the log."""
    audit.record(db, who, at, "read_audit", About("audit"))
