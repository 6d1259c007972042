"""What an office says of itself, and its audit log."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import audit
from server.tables import AuditEntry, Unit
from server.words import Role, UnitKind


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """The facts of a unit that its own people may change."""

    name: str
    phone: str
    address: str
    reception_place: str
    locality: str
    short_code: str


@dataclass(frozen=True, slots=True)
class ReceivingUnit:
    """A unit that receives citizens, as the public sees it."""

    id: int
    code: str
    name: str
    phone: str
    address: str
    reception_place: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry of the log."""

    seq: int
    at: datetime
    who_name: str
    role: Role
    verb: str
    about_kind: str
    about_code: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log; ``broken_at`` is the first entry that does not fit its chain, None when whole."""

    lines: tuple[AuditLine, ...]
    pages: int
    head: str
    broken_at: int | None


def unit_details(db: Session, unit_id: int) -> UnitDetails:
    """Return the facts of a unit."""
    unit = db.get_one(Unit, unit_id)
    return UnitDetails(unit.name, unit.phone, unit.address, unit.reception_place, unit.locality, unit.short_code)


def receiving_units(db: Session) -> list[ReceivingUnit]:
    """Return the wards that receive citizens, in Vietnamese order."""
    rows = db.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.phone, Unit.address, Unit.reception_place)
        .where(Unit.kind == UnitKind.WARD, Unit.closed_at.is_(None))
        .order_by(Unit.name_sort)
    )
    return [ReceivingUnit(*row) for row in rows]


def audit_page(db: Session, unit_id: int, page: int, length: int) -> AuditPage:
    """Return a page of a unit's log, newest first; the whole chain is checked each time."""
    count = db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.unit_id == unit_id)) or 0
    rows = db.execute(
        select(
            AuditEntry.seq,
            AuditEntry.at,
            AuditEntry.who_name,
            AuditEntry.role,
            AuditEntry.verb,
            AuditEntry.about_kind,
            AuditEntry.about_code,
        )
        .where(AuditEntry.unit_id == unit_id)
        .order_by(AuditEntry.seq.desc())
        .offset((page - 1) * length)
        .limit(length)
    )
    lines = tuple(AuditLine(*row) for row in rows)
    return AuditPage(lines, max(1, ceil(count / length)), audit.head(db, unit_id)[1], audit.verify(db, unit_id))
