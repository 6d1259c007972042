"""What the conclusions of a reception made somebody owe, and who can be made to."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.office import queries as office
from server.tables import FollowUp, Unit
from server.words import FollowUpState, UnitKind


@dataclass(frozen=True, slots=True)
class Owner:
    """A unit that can be given something to do."""

    id: int
    name: str


def owners(db: Session, unit_id: int) -> list[Owner]:
    """Return the unit itself, its departments, and the city's reception board."""
    path = office.path_up(db, unit_id)
    rows = db.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.closed_at.is_(None),
            (Unit.id == unit_id)
            | (Unit.parent_id == unit_id)
            | ((Unit.kind == UnitKind.CITY_BOARD) & Unit.parent_id.in_(path)),
        )
        .order_by((Unit.id != unit_id), Unit.name_sort)
    )
    return [Owner(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Owed:
    """Something owed because of this reception."""

    code: str
    words: str
    owner_name: str
    due_on: date
    state: FollowUpState


def owed(db: Session, reception_id: int) -> list[Owed]:
    """Return what is owed because of a reception, the earliest first."""
    rows = db.scalars(
        select(FollowUp).where(FollowUp.reception_id == reception_id).order_by(FollowUp.due_on, FollowUp.id)
    )
    return [Owed(f.code, f.words, f.owner_name, f.due_on, f.state) for f in rows]
