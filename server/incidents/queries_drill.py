"""The drills of a day: a ward's own, and those of all wards for the city."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.incidents import rules_check, rules_drill
from server.tables import Appointment, Officer, ReceptionDay, RoomDrill, Slot, Unit
from server.who import Who
from server.words import AppointmentState, DrillLight, UnitKind

MOST_WARDS = 500


@dataclass(frozen=True, slots=True)
class Drill:
    """The last drill of a day in one ward."""

    light: DrillLight
    troubles: tuple[tuple[str, str], ...]
    done_by: str
    done_at: datetime


@dataclass(frozen=True, slots=True)
class WardDrill:
    """A ward on the city's screen."""

    unit_name: str
    unit_phone: str
    receptions: int
    light: DrillLight
    troubles: tuple[tuple[str, str], ...]
    done_at: datetime | None


def drill_of(db: Session, unit_id: int, on: date) -> Drill | None:
    """Return the last drill of a ward on a day, or None."""
    row = db.execute(
        select(RoomDrill, Officer.name)
        .join(Officer, Officer.id == RoomDrill.done_by)
        .where(RoomDrill.unit_id == unit_id, RoomDrill.held_on == on)
    ).first()
    if row is None:
        return None
    drill, name = row
    return Drill(drill.light, rules_check.troubles(drill.steps), name, drill.done_at)


def city_drills(db: Session, who: Who, on: date) -> list[WardDrill]:
    """Return every ward of the city whose board asks, those that need somebody first. Raises NotHere for others."""
    board = db.get(Unit, who.unit_id)
    if board is None or board.kind is not UnitKind.CITY_BOARD or who.role not in rules_drill.CITY:
        raise NotHere
    receptions = {row[0]: row[1] for row in db.execute(_online_receptions(on))}
    rows = db.execute(
        select(Unit, RoomDrill)
        .outerjoin(RoomDrill, and_(RoomDrill.unit_id == Unit.id, RoomDrill.held_on == on))
        .where(Unit.parent_id == board.parent_id, Unit.kind == UnitKind.WARD, Unit.closed_at.is_(None))
        .order_by(Unit.name_sort)
        .limit(MOST_WARDS)
    )
    found = [_ward(unit, drill, receptions.get(unit.id, 0)) for unit, drill in rows]
    return sorted(found, key=lambda ward: (not ward.receptions, rules_drill.WORST_FIRST.index(ward.light)))


def _online_receptions(on: date) -> Select[int, int]:
    return (
        select(ReceptionDay.unit_id, func.count())
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(
            ReceptionDay.held_on == on,
            Appointment.is_in_person.is_(False),
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.KEPT)),
        )
        .group_by(ReceptionDay.unit_id)
    )


def _ward(unit: Unit, drill: RoomDrill | None, receptions: int) -> WardDrill:
    return WardDrill(
        unit_name=unit.name,
        unit_phone=unit.phone,
        receptions=receptions,
        light=drill.light if drill else DrillLight.NOT_DONE,
        troubles=rules_check.troubles(drill.steps) if drill else (),
        done_at=drill.done_at if drill else None,
    )
