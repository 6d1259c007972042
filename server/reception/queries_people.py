"""Who can be called into a reception."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.reception import rules
from server.tables import Attachment, Officer, OfficerRole, ReceptionRequest, Unit
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


def invitable(db: Session, who: Who) -> list[Invitable]:
    """Return the officers of the city board and of this ward's departments, in Vietnamese order.

    To watch: the ward's own police, and the inspectorate that stands beside the ward.
    """
    above = select(Unit.parent_id).where(Unit.id == who.unit_id).scalar_subquery()
    rows = db.execute(
        select(OfficerRole.id, Officer.name, Officer.title, Unit.name, OfficerRole.role)
        .join(Officer, Officer.id == OfficerRole.officer_id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            Officer.closed_at.is_(None),
            or_(
                and_(
                    OfficerRole.role.in_(_TAKES_PART),
                    (Unit.kind == UnitKind.CITY_BOARD) | (Unit.parent_id == who.unit_id),
                ),
                and_(OfficerRole.role == Role.WARD_POLICE, Unit.id == who.unit_id),
                and_(OfficerRole.role == Role.INSPECTOR, Unit.parent_id == above),
            ),
        )
        .order_by(Officer.name_sort)
    )
    return [Invitable(*row) for row in rows if rules.invited_role(row.role) is not None]


@dataclass(frozen=True, slots=True)
class Paper:
    """A file handed in with a request of the case."""

    code: str
    name: str
    bytes: int
    request_code: str


def papers(db: Session, case_id: int) -> list[Paper]:
    """Return the files of a case that ``reception_for`` let through, in the order handed in."""
    rows = db.execute(
        select(Attachment.code, Attachment.name, Attachment.bytes, ReceptionRequest.code)
        .join(ReceptionRequest, ReceptionRequest.id == Attachment.request_id)
        .where(ReceptionRequest.case_id == case_id)
        .order_by(Attachment.id)
    )
    return [Paper(*row) for row in rows]
