"""Find a person, a signed-in browser, the officers of a unit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server import text
from server.accounts import rules
from server.errors import NotHere, Refused
from server.tables import Citizen, Login, Officer, OfficerRole, ReceptionRequest, Unit
from server.who import UnitFacts, Who
from server.words import Role, UnitKind


def token_hash(token: str) -> str:
    """Return what is stored of a login token."""
    return hashlib.sha256(token.encode()).hexdigest()


def who_is(db: Session, token: str, at: datetime) -> Who | None:
    """Return who holds this login token, in the role in use; None when it is unknown, ended or too old."""
    login = db.scalar(select(Login).where(Login.token_hash == token_hash(token)))
    if login is None or login.ended_at is not None or at >= login.expires_at or at - login.seen_at > rules.IDLE_FOR:
        return None
    return _officer(db, login) if login.officer_id is not None else _citizen(db, login)


def _officer(db: Session, login: Login) -> Who | None:
    row = db.execute(
        select(Officer, OfficerRole, Unit)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(OfficerRole.id == login.officer_role_id, Officer.closed_at.is_(None))
    ).first()
    if row is None:
        return None
    officer, role, unit = row
    return Who(
        role=role.role,
        unit_id=unit.id,
        unit_name=unit.name,
        name=officer.name,
        officer_id=officer.id,
        login_id=login.id,
        title=officer.title,
        seen_at=login.seen_at,
        must_change_password=officer.must_change_password,
    )


def _citizen(db: Session, login: Login) -> Who | None:
    row = db.execute(
        select(ReceptionRequest, Citizen, Unit)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .join(Unit, Unit.id == ReceptionRequest.unit_id)
        .where(ReceptionRequest.id == login.request_id)
    ).first()
    if row is None:
        return None
    request, citizen, unit = row
    return Who(
        role=Role.CITIZEN,
        unit_id=unit.id,
        unit_name=unit.name,
        name=citizen.name,
        request_id=request.id,
        login_id=login.id,
        seen_at=login.seen_at,
    )


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role that an officer may act in."""

    id: int
    role: Role
    unit_id: int
    unit_name: str


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer in a list, without secrets."""

    id: int
    username: str
    name: str
    title: str
    phone: str
    is_closed: bool
    roles: tuple[RoleHeld, ...]


def roles_of(db: Session, officer_id: int) -> tuple[RoleHeld, ...]:
    """Return the roles an officer holds, in the order given."""
    rows = db.execute(
        select(OfficerRole.id, OfficerRole.role, OfficerRole.unit_id, Unit.name)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(OfficerRole.officer_id == officer_id)
        .order_by(OfficerRole.id)
    )
    return tuple(RoleHeld(*row) for row in rows)


PAGE = 50
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class OfficerPage:
    """One page of officers."""

    lines: tuple[OfficerLine, ...]
    total: int
    pages: int


def officers(db: Session, who: Who, page: int = 1) -> OfficerPage:
    """Return a page of the officers of the acting person's unit and the units below it, in Vietnamese order."""
    mine = _of_units(units_below(db, who.unit_id))
    total = db.scalar(select(func.count()).select_from(Officer).where(mine)) or 0
    rows = db.scalars(
        select(Officer).where(mine).order_by(Officer.name_sort, Officer.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return OfficerPage(_lines(db, rows), total, max(1, -(-total // PAGE)))


def officers_named(db: Session, who: Who, typed: str) -> tuple[OfficerLine, ...]:
    """Return the officers one may manage whose name, login or telephone carries what was typed, without accents."""
    like = f"%{text.fold(typed)}%"
    found = or_(Officer.name_folded.like(like), Officer.username.like(like), Officer.phone.like(like))
    rows = db.scalars(
        select(Officer)
        .where(_of_units(units_below(db, who.unit_id)), found)
        .order_by(Officer.name_sort)
        .limit(MOST_NAMED)
    ).all()
    return _lines(db, rows)


def _of_units(unit_ids: list[int]) -> ColumnElement[bool]:
    return Officer.id.in_(select(OfficerRole.officer_id).where(OfficerRole.unit_id.in_(unit_ids)))


def _lines(db: Session, rows: Sequence[Officer]) -> tuple[OfficerLine, ...]:
    held: dict[int, list[RoleHeld]] = {}
    roles = (
        select(OfficerRole.officer_id, OfficerRole.id, OfficerRole.role, OfficerRole.unit_id, Unit.name)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(OfficerRole.officer_id.in_([row.id for row in rows]))
        .order_by(OfficerRole.id)
    )
    for officer_id, role_id, role, unit_id, unit_name in db.execute(roles):
        held.setdefault(officer_id, []).append(RoleHeld(role_id, role, unit_id, unit_name))
    return tuple(
        OfficerLine(o.id, o.username, o.name, o.title, o.phone, o.closed_at is not None, tuple(held.get(o.id, ())))
        for o in rows
    )


def officer_for(db: Session, who: Who, officer_id: int) -> OfficerLine:
    """Return one officer whom the acting person may manage. Raises NotHere."""
    mine = _of_units(units_below(db, who.unit_id))
    found = db.scalars(select(Officer).where(Officer.id == officer_id, mine)).all()
    if not found:
        raise NotHere
    return _lines(db, found)[0]


def wholly_managed(db: Session, who: Who, officer_id: int) -> OfficerLine:
    """Return an officer whose every role the acting person manages. Raises NotHere, Refused("account_beyond").

    Who takes an account over takes over all it may do: an administrator of a ward must not reach what
    its holder may do in the city.
    """
    line = officer_for(db, who, officer_id)
    if not {held.unit_id for held in line.roles} <= set(units_below(db, who.unit_id)):
        raise Refused("account_beyond")
    return line


def must_change_password(db: Session, username: str) -> bool:
    """Whether an account still has the password that somebody else made for it."""
    return bool(db.scalar(select(Officer.must_change_password).where(Officer.username == username.lower())))


def account_of(db: Session, who: Who) -> OfficerLine:
    """Return the acting officer's own account."""
    own = db.get_one(Officer, who.officer_id)
    return OfficerLine(
        own.id, own.username, own.name, own.title, own.phone, own.closed_at is not None, roles_of(db, own.id)
    )


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in a list."""

    id: int
    name: str
    kind: UnitKind


def units_for(db: Session, who: Who) -> list[UnitLine]:
    """Return the units that the acting person may manage, in Vietnamese order."""
    rows = db.execute(
        select(Unit.id, Unit.name, Unit.kind).where(Unit.id.in_(units_below(db, who.unit_id))).order_by(Unit.name_sort)
    )
    return [UnitLine(*row) for row in rows]


def units_below(db: Session, unit_id: int) -> list[int]:
    """Return a unit and everything below it."""
    found, edge = [unit_id], [unit_id]
    while edge:
        edge = list(
            db.scalars(
                select(Unit.id).where(or_(*[Unit.parent_id == parent for parent in edge]), Unit.closed_at.is_(None))
            )
        )
        found.extend(edge)
    return found


def unit_facts(db: Session, unit_id: int | None) -> UnitFacts | None:
    """Return what pages say about a unit; for None the unit on top of the tree; None before the founding."""
    wanted = Unit.id == unit_id if unit_id is not None else Unit.parent_id.is_(None)
    row = db.execute(
        select(Unit.id, Unit.name, Unit.phone, Unit.address).where(wanted).order_by(Unit.id).limit(1)
    ).first()
    return None if row is None else UnitFacts(*row)


def holders(db: Session, unit_id: int, roles: frozenset[Role]) -> list[OfficerLine]:
    """Return the officers who hold one of the roles in a unit, in Vietnamese order."""
    found = db.scalars(
        select(Officer)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .where(OfficerRole.unit_id == unit_id, OfficerRole.role.in_(roles), Officer.closed_at.is_(None))
        .order_by(Officer.name_sort)
        .distinct()
    )
    return [OfficerLine(o.id, o.username, o.name, o.title, o.phone, is_closed=False, roles=()) for o in found]
