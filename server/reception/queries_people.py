"""Who can be called into a reception."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.office import queries as office
from server.reception import rules
from server.tables import Case, Officer, OfficerRole, Unit
from server.who import Who
from server.words import Role, UnitKind

_TAKES_PART = (Role.CITY_BOARD_MEMBER, Role.CASE_OFFICER)


@dataclass(frozen=True, slots=True)
class Invitable:
    """An officer who can be called in: of the city board or a department to take part, others to watch."""

    officer_role_id: int
    name: str
    title: str
    unit_name: str
    role: Role


def invitable(db: Session, who: Who, case_id: int) -> list[Invitable]:
    """Return the officers of the ward's own city board and of this ward's departments, in Vietnamese order.

    To watch: the ward's own police, and the inspectorate that stands beside the ward. To a denunciation
    nobody is called in: the board is not competent, departments read a copy without its denouncer.
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
            or_(
                and_(
                    OfficerRole.role.in_(_TAKES_PART),
                    ((Unit.kind == UnitKind.CITY_BOARD) & Unit.parent_id.in_(above)) | (Unit.parent_id == who.unit_id),
                ),
                and_(OfficerRole.role == Role.WARD_POLICE, Unit.id == who.unit_id),
                and_(OfficerRole.role == Role.INSPECTOR, Unit.parent_id.in_(above[1:])),
            ),
        )
        .order_by(Officer.name_sort)
    )
    return [Invitable(*row) for row in rows if rules.invited_role(row.role) is not None]
