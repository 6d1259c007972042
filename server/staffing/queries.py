"""What an officer has in hand, who could take it, and which access was looked at this quarter."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.accounts import rules as account_rules
from server.accounts.queries import OfficerLine
from server.cases import rules as case_rules
from server.errors import NotHere
from server.staffing import rules
from server.tables import (
    AccessReview,
    Assignment,
    Case,
    Deadline,
    FollowUp,
    Login,
    Officer,
    OfficerRole,
    Reception,
    ReceptionDay,
    Unit,
    VerificationCopy,
)
from server.who import Who
from server.words import DayState, FollowUpState, ReceptionState, Role

PAGE = 100
COMING_DAYS = (DayState.DRAFT, DayState.PUBLISHED)
COMING_RECEPTIONS = (ReceptionState.SCHEDULED, ReceptionState.OPEN)


@dataclass(frozen=True, slots=True)
class InHand:
    """How much an officer has in hand; never what it is about."""

    cases: int
    follow_ups: int
    days: int
    receptions: int
    copies: int
    """Typed copies of denunciations to be checked."""
    deadlines: int
    """Running terms of law; they go with their cases."""

    @property
    def total(self) -> int:
        """How many things there are to hand over."""
        return self.cases + self.follow_ups + self.days + self.receptions + self.copies


def officer_to_hand_over(db: Session, who: Who, officer_id: int) -> OfficerLine:
    """Return oneself, or an officer one manages. Raises NotHere."""
    if officer_id == who.officer_id:
        return accounts.account_of(db, who)
    if who.role not in account_rules.MANAGES_OFFICERS:
        raise NotHere
    return accounts.officer_for(db, who, officer_id)


def in_hand(db: Session, officer_id: int, today: date) -> InHand:
    """Return how much an officer has in hand."""

    def count(table: type, *where: object) -> int:
        return db.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]

    return InHand(
        count(Assignment, Assignment.officer_id == officer_id, Assignment.ended_at.is_(None)),
        count(FollowUp, FollowUp.owner_id == officer_id, FollowUp.state != FollowUpState.CLOSED),
        count(
            ReceptionDay,
            ReceptionDay.chair_id == officer_id,
            ReceptionDay.state.in_(COMING_DAYS),
            ReceptionDay.held_on >= today,
        ),
        count(
            Reception,
            (Reception.chair_id == officer_id) | (Reception.clerk_id == officer_id),
            Reception.state.in_(COMING_RECEPTIONS),
        ),
        count(VerificationCopy, VerificationCopy.given_to == officer_id, VerificationCopy.ended_at.is_(None)),
        count(
            Deadline,
            Deadline.met_on.is_(None),
            Deadline.case_id.in_(
                select(Assignment.case_id)
                .join(Case, Case.id == Assignment.case_id)
                .where(
                    Assignment.officer_id == officer_id,
                    Assignment.ended_at.is_(None),
                    Case.state.not_in(case_rules.OVER),
                )
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could take matters over."""

    id: int
    name: str
    title: str


def colleagues(db: Session, officer_id: int) -> list[Colleague]:
    """Return the open accounts of the units in which an officer holds a role, without that officer."""
    units = select(OfficerRole.unit_id).where(OfficerRole.officer_id == officer_id)
    holders = select(OfficerRole.officer_id).where(OfficerRole.unit_id.in_(units))
    rows = db.execute(
        select(Officer.id, Officer.name, Officer.title)
        .where(Officer.id.in_(holders), Officer.id != officer_id, Officer.closed_at.is_(None))
        .order_by(Officer.name_sort)
    )
    return [Colleague(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class AccessLine:
    """A role of an officer, when the account was last used, and who looked at it this quarter."""

    role_id: int
    officer_id: int
    name: str
    username: str
    role: Role
    unit_name: str
    seen_at: datetime | None
    remark: str
    reviewed_by: str


@dataclass(frozen=True, slots=True)
class AccessPage:
    """One page of roles, with how many of all are still to be looked at."""

    lines: tuple[AccessLine, ...]
    total: int
    left: int
    pages: int


def access(db: Session, who: Who, at: datetime, quarter: str, page: int) -> AccessPage:
    """Return the roles one manages, those not yet looked at this quarter first."""
    units = accounts.units_below(db, who.unit_id)
    seen = select(Login.officer_id, func.max(Login.seen_at).label("seen_at")).group_by(Login.officer_id).subquery()
    looked = (
        (AccessReview.officer_id == OfficerRole.officer_id)
        & (AccessReview.unit_id == OfficerRole.unit_id)
        & (AccessReview.role == OfficerRole.role)
        & (AccessReview.quarter == quarter)
    )
    base = (
        select(OfficerRole, Officer, Unit.name, seen.c.seen_at, AccessReview.reviewed_by)
        .join(Officer, Officer.id == OfficerRole.officer_id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .outerjoin(seen, seen.c.officer_id == Officer.id)
        .outerjoin(AccessReview, looked)
        .where(OfficerRole.unit_id.in_(units), Officer.closed_at.is_(None))
    )
    total = db.scalar(select(func.count()).select_from(base.subquery())) or 0
    left = db.scalar(select(func.count()).select_from(base.where(AccessReview.id.is_(None)).subquery())) or 0
    rows = db.execute(
        base.order_by(AccessReview.id.is_not(None), Unit.name_sort, Officer.name_sort, OfficerRole.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    names = _names(db, {row[4] for row in rows if row[4] is not None})
    lines = tuple(
        AccessLine(
            held.id, officer.id, officer.name, officer.username, held.role, unit_name, seen_at,
            rules.remark(seen_at, officer.created_at, at), names.get(reviewed_by, ""),
        )
        for held, officer, unit_name, seen_at, reviewed_by in rows
    )  # fmt: skip
    return AccessPage(lines, total, left, max(1, -(-total // PAGE)))


def _names(db: Session, ids: set[int]) -> dict[int, str]:
    rows = db.execute(select(Officer.id, Officer.name).where(Officer.id.in_(ids)))
    return {officer_id: name for officer_id, name in rows}  # noqa: C416 rows are not pairs to mypy
