"""Calendar, units and settings as plain records."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.office.rules import SETTINGS, Calendar
from server.tables import CalendarChange, SpecialDay, Unit, UnitSetting
from server.words import UnitKind


@dataclass(frozen=True, slots=True)
class UnitCard:
    """What people are told about a unit: its name and how to reach it."""

    id: int
    code: str
    kind: UnitKind
    name: str
    short_code: str
    phone: str
    address: str
    reception_place: str
    parent_id: int | None


def calendar(db: Session) -> Calendar:
    """Return the working calendar in force, with its version."""
    rows = db.execute(select(SpecialDay.on, SpecialDay.is_working))
    version = db.scalar(select(func.max(CalendarChange.version))) or 0
    return Calendar({row.on: row.is_working for row in rows}, version)


def unit_card(db: Session, unit_id: int) -> UnitCard:
    """Return one unit. Raises NotHere."""
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise NotHere
    return _card(unit)


def unit_by_code(db: Session, code: str) -> UnitCard | None:
    """Return the open unit with this code, or None."""
    unit = db.scalar(select(Unit).where(Unit.code == code, Unit.closed_at.is_(None)))
    return None if unit is None else _card(unit)


def wards(db: Session) -> list[UnitCard]:
    """Return the open wards, in Vietnamese order."""
    rows = db.scalars(select(Unit).where(Unit.kind == UnitKind.WARD, Unit.closed_at.is_(None)).order_by(Unit.name_sort))
    return [_card(unit) for unit in rows]


def path_up(db: Session, unit_id: int) -> tuple[int, ...]:
    """Return a unit and everything above it, the city last."""
    found: list[int] = []
    parent: int | None = unit_id
    while parent is not None and parent not in found:
        found.append(parent)
        parent = db.scalar(select(Unit.parent_id).where(Unit.id == parent))
    return tuple(found)


def setting(db: Session, unit_id: int, name: str) -> int:
    """Return a setting in force: the unit's own, else the nearest above, else the default."""
    for above in path_up(db, unit_id):
        value = db.scalar(select(UnitSetting.value).where(UnitSetting.unit_id == above, UnitSetting.name == name))
        if value is not None:
            return int(value)
    return SETTINGS[name].default


def _card(unit: Unit) -> UnitCard:
    return UnitCard(
        unit.id,
        unit.code,
        unit.kind,
        unit.name,
        unit.short_code,
        unit.phone,
        unit.address,
        unit.reception_place,
        unit.parent_id,
    )
