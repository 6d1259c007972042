"""Give and end roles, give a new first password, hand matters over, look at access."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import audit
from server.accounts import queries as accounts
from server.audit import About
from server.cases import actions_copies
from server.clock import local
from server.errors import NotHere, Refused
from server.staffing import queries, rules
from server.tables import (
    AccessReview,
    Assignment,
    Case,
    FollowUp,
    Login,
    Officer,
    OfficerRole,
    Reception,
    ReceptionDay,
    ReceptionMember,
)
from server.who import Who
from server.words import DayKind, FollowUpState, Role


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role for an officer in a unit."""

    officer_id: int
    unit_id: int
    role: Role


def give_role(db: Session, who: Who, at: datetime, new: GivenRole) -> None:
    """Give one more role; one that is held changes nothing. Raises NotHere, Refused("account_closed")."""
    officer = _open_officer(db, who, new.officer_id)
    if new.unit_id not in accounts.units_below(db, who.unit_id) or new.role is Role.CITIZEN:
        raise NotHere
    held = select(OfficerRole.id).where(
        OfficerRole.officer_id == officer.id, OfficerRole.unit_id == new.unit_id, OfficerRole.role == new.role
    )
    if db.scalar(held) is None:
        db.add(OfficerRole(officer_id=officer.id, unit_id=new.unit_id, role=new.role, given_at=at))
        about = About("officer", officer.id, officer.username, unit_id=new.unit_id)
        audit.record(db, who, at, "gave_role", about, role=new.role.value)


def end_role(db: Session, who: Who, at: datetime, role_id: int) -> int:
    """End a role and the logins that act in it; returns whose it was. The log keeps that it was held.

    Raises NotHere, Refused: ``last_role`` (close the account instead), ``own_role``.
    """
    held = db.get(OfficerRole, role_id)
    if held is None or held.unit_id not in accounts.units_below(db, who.unit_id):
        raise NotHere
    if held.officer_id == who.officer_id and held.role is who.role:
        raise Refused("own_role")
    if len(accounts.roles_of(db, held.officer_id)) == 1:
        raise Refused("last_role")
    acting = update(Login).where(Login.officer_role_id == held.id)
    db.execute(acting.where(Login.ended_at.is_(None)).values(ended_at=at))
    db.execute(acting.values(officer_role_id=None))
    officer = db.get_one(Officer, held.officer_id)
    about = About("officer", officer.id, officer.username, unit_id=held.unit_id)
    audit.record(db, who, at, "ended_role", about, role=held.role.value)
    db.delete(held)
    return officer.id


def give_first_password(db: Session, who: Who, at: datetime, officer_id: int, password_hash: str) -> None:
    """Replace a lost password by one made here and end every login.

    Raises NotHere, Refused: account_closed, account_beyond.
    """
    accounts.wholly_managed(db, who, officer_id)
    officer = _open_officer(db, who, officer_id)
    officer.password_hash, officer.must_change_password = password_hash, True
    db.execute(update(Login).where(Login.officer_id == officer.id, Login.ended_at.is_(None)).values(ended_at=at))
    audit.record(db, who, at, "gave_first_password", About("officer", officer.id, officer.username))


def _open_officer(db: Session, who: Who, officer_id: int) -> Officer:
    line = accounts.officer_for(db, who, officer_id)
    if line.is_closed:
        raise Refused("account_closed")
    return db.get_one(Officer, officer_id)


@dataclass(frozen=True, slots=True)
class _Handover:
    """Who hands over to whom, when and by whose hand."""

    who: Who
    at: datetime
    old: Officer
    new: Officer

    def note(self, db: Session, verb: str, about: About) -> None:
        """Keep in the log of one thing who had it before."""
        audit.record(db, self.who, self.at, verb, about, officer=self.old.name, to=self.new.name)


def hand_over(db: Session, who: Who, at: datetime, from_id: int, to_id: int) -> bool:
    """Give all that an officer has in hand to a colleague, in one transaction; doing it twice changes nothing.

    What lies behind keeps the old name: ended assignments, ended copies, held receptions and the log stay as they
    were. Reception days go only to somebody who may chair in that unit, copies of denunciations only to one who
    checks. Access does not grow: a case opens to the new person only if their role may know of it. Returns whether
    nothing is left. Raises NotHere, Refused("handover_stranger").
    """
    line = queries.officer_to_hand_over(db, who, from_id)
    if to_id not in {one.id for one in queries.colleagues(db, from_id)}:
        raise Refused("handover_stranger")
    given = _Handover(who, at, db.get_one(Officer, line.id), db.get_one(Officer, to_id))
    deadlines = queries.in_hand(db, line.id, local(at).date()).deadlines
    moved = {
        "cases": _hand_over_cases(db, given),
        "follow_ups": _hand_over_follow_ups(db, given),
        "days": _hand_over_days(db, at, line.id, given.new),
        "receptions": _hand_over_receptions(db, given),
        "copies": actions_copies.hand_on(db, who, at, given.old, given.new),
    }
    if any(moved.values()):
        about = About("officer", line.id, line.username)
        facts = {**moved, "deadlines": deadlines}
        audit.record(db, who, at, "handed_over", about, to=given.new.username, to_name=given.new.name, **facts)
    db.flush()
    return queries.in_hand(db, line.id, local(at).date()).total == 0


def _hand_over_cases(db: Session, given: _Handover) -> int:
    rows = db.execute(
        select(Assignment, Case)
        .join(Case, Case.id == Assignment.case_id)
        .where(Assignment.officer_id == given.old.id, Assignment.ended_at.is_(None))
    ).all()
    held_already = select(Assignment.case_id).where(
        Assignment.officer_id == given.new.id, Assignment.ended_at.is_(None)
    )
    has = set(db.scalars(held_already))
    for held, case in rows:
        held.ended_at = given.at
        if case.id not in has:
            given_by = given.who.officer_id or given.old.id
            db.add(Assignment(case_id=case.id, officer_id=given.new.id, given_by=given_by, given_at=given.at))
            has.add(case.id)
        given.note(db, "handed_over_case", About("case", case.id, case.code, case.id, case.unit_id))
    db.flush()
    return len(rows)


def _hand_over_follow_ups(db: Session, given: _Handover) -> int:
    rows = db.scalars(
        select(FollowUp).where(FollowUp.owner_id == given.old.id, FollowUp.state != FollowUpState.CLOSED)
    ).all()
    for row in rows:
        row.owner_id, row.owner_name = given.new.id, given.new.name
        unit_id = db.get_one(Case, row.case_id).unit_id
        given.note(db, "handed_over_follow_up", About("follow_up", row.id, row.code, row.case_id, unit_id))
    return len(rows)


def _chairs_in(db: Session, officer_id: int) -> set[int]:
    held = select(OfficerRole.unit_id).where(OfficerRole.officer_id == officer_id, OfficerRole.role.in_(rules.CHAIRS))
    return set(db.scalars(held))


def _hand_over_days(db: Session, at: datetime, old_id: int, new: Officer) -> int:
    rows = db.scalars(
        select(ReceptionDay).where(
            ReceptionDay.chair_id == old_id,
            ReceptionDay.state.in_(queries.COMING_DAYS),
            ReceptionDay.held_on >= local(at).date(),
            ReceptionDay.unit_id.in_(_chairs_in(db, new.id)),
        )
    ).all()
    heads = select(OfficerRole.unit_id).where(OfficerRole.officer_id == new.id, OfficerRole.role == Role.WARD_CHAIR)
    headed = set(db.scalars(heads))
    for row in rows:
        row.chair_id = new.id
        row.is_delegated = row.kind is not DayKind.REGULAR and row.unit_id not in headed
    return len(rows)


def _hand_over_receptions(db: Session, given: _Handover) -> int:
    old_id, new = given.old.id, given.new
    coming = Reception.state.in_(queries.COMING_RECEPTIONS)
    chaired = db.scalars(
        select(Reception).where(coming, Reception.chair_id == old_id, Reception.unit_id.in_(_chairs_in(db, new.id)))
    ).all()
    written = db.scalars(select(Reception).where(coming, Reception.clerk_id == old_id)).all()
    for row in chaired:
        row.chair_id = new.id
    for row in written:
        row.clerk_id = new.id
    touched = {row.id: row for row in (*chaired, *written)}
    there = set(db.scalars(select(ReceptionMember.reception_id).where(ReceptionMember.officer_id == new.id)))
    places = select(ReceptionMember).where(
        ReceptionMember.officer_id == old_id,
        ReceptionMember.reception_id.in_(touched.keys() - there),
        ReceptionMember.first_connected_at.is_(None),
    )
    for place in db.scalars(places):
        place.officer_id, place.name, place.title = new.id, new.name, new.title
    for row in touched.values():
        given.note(db, "handed_over_reception", About("reception", row.id, row.code, row.case_id, row.unit_id))
    return len(touched)


def review(db: Session, who: Who, at: datetime, role_ids: Sequence[int]) -> int:
    """Note for this quarter that these roles were looked at and stand; returns how many were new.

    Raises NotHere for a role one does not manage.
    """
    quarter = rules.quarter_of(local(at).date())
    units = set(accounts.units_below(db, who.unit_id))
    made = 0
    for held in db.scalars(select(OfficerRole).where(OfficerRole.id.in_(role_ids))):
        if held.unit_id not in units:
            raise NotHere
        same = (
            AccessReview.quarter == quarter,
            AccessReview.officer_id == held.officer_id,
            AccessReview.unit_id == held.unit_id,
            AccessReview.role == held.role.value,
        )
        if db.scalar(select(AccessReview.id).where(*same)) is None:
            db.add(
                AccessReview(
                    quarter=quarter, officer_id=held.officer_id, unit_id=held.unit_id, role=held.role.value,
                    reviewed_by=who.officer_id or 0, at=at,
                )
            )  # fmt: skip
            made += 1
    if made:
        audit.record(db, who, at, "reviewed_access", About("officer"), quarter=quarter, roles=made)
    return made
