"""Who can be called into a reception."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.office import queries as office
from server.reception import rules
from server.tables import Case, Officer, OfficerRole, Unit
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


def invitable(db: Session, who: Who, case_id: int) -> list[Invitable]:
    """Return the officers of the ward's own city board and of this ward's departments, in Vietnamese order.

    To a denunciation nobody is called in: the board is not competent, departments read a copy without its denouncer.
    """
    if db.get_one(Case, case_id).is_restricted:
        return []
    above = office.path_up(db, who.unit_id)
    rows = db.execute(
        select(OfficerRole.id, Officer.name, Officer.title, Unit.name, OfficerRole.role)
        .join(Officer, Officer.id == OfficerRole.officer_id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            Officer.closed_at.is_(None),
            OfficerRole.role.in_(_CALLABLE),
            ((Unit.kind == UnitKind.CITY_BOARD) & Unit.parent_id.in_(above)) | (Unit.parent_id == who.unit_id),
        )
        .order_by(Officer.name_sort)
    )
    return [Invitable(*row) for row in rows if rules.invited_role(row.role) is not None]
