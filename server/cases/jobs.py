"""Remind owners of what falls due, urge what is late, keep the calendar. Run any number of times a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, outbox
from server.accounts import queries as accounts
from server.audit import About
from server.cases import actions_terms, queries_lists, rules
from server.clock import local
from server.house import House
from server.office import queries as office
from server.office.rules import Calendar, add_working_days, written_at
from server.outbox import Letter
from server.tables import Case, FollowUp, Officer
from server.who import the_system
from server.words import EscalationStep, Role

_ANSWERABLE = frozenset({Role.CASE_OFFICER, Role.OFFICE_HEAD, Role.CITY_BOARD_MEMBER})


async def remind(house: House, _: Mapping[str, Any]) -> None:
    """Write to owners of follow-ups: once before the day, and once a week when it has passed."""
    await house.db.write(remind_all, house.clock.now())


async def keep_calendar(house: House, _: Mapping[str, Any]) -> None:
    """Enter the known special days of this year and the next; what people changed stays. Harmless twice."""
    await house.db.write(actions_terms.keep_calendar, the_system(), house.clock.now())


def remind_all(db: Session, at: datetime) -> int:
    """Put the letters due today into the outbox; returns for how many promises. Harmless twice."""
    calendar = office.calendar(db)
    rows = db.scalars(select(FollowUp).where(FollowUp.state.in_(rules.LATE_STATES)).order_by(FollowUp.id))
    return sum(_remind(db, at, row, calendar) for row in rows)


def _remind(db: Session, at: datetime, row: FollowUp, calendar: Calendar) -> bool:
    today = local(at).date()
    case = db.get_one(Case, row.case_id)
    ahead = office.setting(db, case.unit_id, "urge_before_working_days")
    is_late = rules.is_overdue(row.state, row.due_on, today)
    if not is_late and row.due_on > add_working_days(today, ahead, calendar):
        return False
    week = (today - row.due_on).days // 7 if is_late else "soon"
    phone, email = _address(db, row)
    letter = Letter(
        key=f"follow_up:{row.code}:{row.due_on.isoformat()}:{week}",
        template="follow_up_late" if is_late else "follow_up_due",
        unit_id=case.unit_id,
        phone=phone,
        email=email,
        facts={"code": row.code, "due_on": row.due_on.strftime("%d/%m/%Y")},
    )
    outbox.put(db, letter, at, written_at(at, calendar))
    if is_late:
        _tell_head(db, at, row, case, calendar)
    if is_late and (row.urged_at is None or (today - local(row.urged_at).date()).days >= 7):  # noqa: PLR2004 a week
        row.urged_at = at
        where = About("follow_up", row.id, row.code, case.id, case.unit_id)
        audit.record(db, the_system(case.unit_id), at, "urged_follow_up", where)
    return True


def _tell_head(db: Session, at: datetime, row: FollowUp, case: Case, calendar: Calendar) -> None:
    """After letters that did not help, the head is told, once for each letter."""
    letters = queries_lists.urged_on(db, [row.id]).get(row.id, ())
    if rules.escalation(row.due_on, letters, local(at).date(), calendar) is not EscalationStep.REPORT:
        return
    for head in accounts.holders(db, case.unit_id, frozenset({Role.WARD_CHAIR})):
        letter = Letter(
            key=f"follow_up_report:{row.code}:{len(letters)}:{head.id}",
            template="follow_up_report",
            unit_id=case.unit_id,
            phone=head.phone,
            facts={"code": row.code, "due_on": row.due_on.strftime("%d/%m/%Y")},
        )
        outbox.put(db, letter, at)


def _address(db: Session, row: FollowUp) -> tuple[str, str]:
    if row.owner_id is not None:
        officer = db.get_one(Officer, row.owner_id)
        return officer.phone, officer.email
    for held in accounts.holders(db, row.owner_unit_id, _ANSWERABLE):
        if held.phone:
            return held.phone, ""
    return "", ""
