"""Keep what the drill of a ward's room found."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.clock import local
from server.incidents import rules_drill
from server.incidents.rules_check import Finding
from server.tables import RoomDrill, Unit
from server.who import Who
from server.words import DrillLight


def keep(db: Session, who: Who, at: datetime, found: Finding) -> DrillLight:
    """Keep the drill of the acting officer's ward for today; the last one counts. Return its light."""
    on = local(at).date()
    # Held, so that two drills at once keep one row.
    db.scalars(select(Unit.id).where(Unit.id == who.unit_id).with_for_update()).one()
    row = db.scalar(select(RoomDrill).where(RoomDrill.unit_id == who.unit_id, RoomDrill.held_on == on))
    if row is None:
        row = RoomDrill(unit_id=who.unit_id, held_on=on)
        db.add(row)
    row.light, row.steps = rules_drill.light_of(found.steps), dict(found.steps)
    row.device, row.done_by, row.done_at = text.one_line(found.device), who.officer_id or 0, at
    db.flush()
    about = About("room_drill", row.id, on.isoformat(), unit_id=who.unit_id)
    audit.record(db, who, at, "drilled_room", about, light=row.light.value)
    return row.light
