"""Who can be called into a reception."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.reception import rules
from server.tables import Officer, OfficerRole, Unit
from server.who import Who
from server.words import Role, UnitKind

_CALLABLE = (Role.CITY_BOARD_MEMBER, Role.CASE_OFFICER)


@dataclass(frozen=True, slots=True)
class Invitable:
    """An officer of the city board or a department who can be called in."""

    officer_role_id: int
    name: str
    title: str
    unit_name: str
    role: Role


def invitable(db: Session, who: Who) -> list[Invitable]:
    """Return the officers of the city board and of this ward's departments, in Vietnamese order."""
    rows = db.execute(
        select(OfficerRole.id, Officer.name, Officer.title, Unit.name, OfficerRole.role)
        .join(Officer, Officer.id == OfficerRole.officer_id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            Officer.closed_at.is_(None),
            OfficerRole.role.in_(_CALLABLE),
            (Unit.kind == UnitKind.CITY_BOARD) | (Unit.parent_id == who.unit_id),
        )
        .order_by(Officer.name_sort)
    )
    return [Invitable(*row) for row in rows if rules.invited_role(row.role) is not None]
