"""Life for the invented office: a published reception day today and three matters in three states.

Made anew for each day on which the demo is started, by the same actions that people use.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import birth, founding
from server.clock import local
from server.intake import actions as intake
from server.intake import actions_register
from server.intake.actions_register import NewPerson, NewRequest
from server.scheduling import actions as scheduling
from server.scheduling import actions_days
from server.scheduling.actions import NewAppointment
from server.scheduling.actions_days import NewDay
from server.scheduling.rules import SlotPlan, link_token
from server.tables import Officer, OfficerRole, ReceptionDay, Slot, Unit
from server.who import Who
from server.words import DayKind, IdKind, Kind, Place, Sex

FIRST_SLOT_AFTER = timedelta(minutes=16)
"""A slot must lie at least a quarter of an hour ahead to be given away."""
SLOT_MINUTES = 30
DAYS_AHEAD = 14


def fill(db: Session, at: datetime, links: bytes) -> str:
    """Lay the day and the matters of today; harmless when they are there. Returns the link token."""
    demo = founding.listed()["demo"]
    clerk, chair = officer_named(db, demo["officer"]), officer_named(db, demo["chair"])
    first = _round_up(local(at) + FIRST_SLOT_AFTER)
    day = _day(db, clerk, at, chair, first)
    _day(db, clerk, at, chair, (first + timedelta(days=DAYS_AHEAD)).replace(hour=8, minute=0))
    booked = ""
    for one in demo["requests"]:
        booked = _matter(db, clerk, at, links, one, day) or booked
    return link_token(links, booked)


def _round_up(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 10, seconds=moment.second, microseconds=moment.microsecond)
    up = moment - over + timedelta(minutes=10)
    # So late at night no slot fits before midnight; the day is tomorrow.
    last = up.replace(hour=23, minute=0)
    return up if up <= last else (up + timedelta(days=1)).replace(hour=8, minute=0)


def officer_named(db: Session, username: str) -> Who:
    """Return an officer of the invented office in the first of their roles."""
    officer, held, unit = db.execute(
        select(Officer, OfficerRole, Unit)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(Officer.username == username)
        .order_by(OfficerRole.id)
        .limit(1)
    ).one()
    return Who(
        role=held.role,
        unit_id=unit.id,
        unit_name=unit.name,
        name=officer.name,
        officer_id=officer.id,
        title=officer.title,
    )


def _day(db: Session, clerk: Who, at: datetime, chair: Who, first: datetime) -> str:
    demo = founding.listed()["demo"]
    known = db.scalar(
        select(ReceptionDay.code).where(ReceptionDay.unit_id == clerk.unit_id, ReceptionDay.held_on == first.date())
    )
    if known is not None:
        return known
    until = min(time(23, 59), (first + timedelta(hours=4)).time()) if first.hour < 19 else time(23, 59)  # noqa: PLR2004 four hours fit before midnight
    code = actions_days.open_day(
        db,
        clerk,
        at,
        NewDay(
            kind=DayKind.PERIODIC,
            held_on=first.date(),
            place=demo["place"],
            chair_id=chair.officer_id or 0,
            attendees=demo["attendees"],
            expected_content=demo["expected_content"],
            plan=SlotPlan(((first.time(), until),), SLOT_MINUTES, 0, 1),
            key=f"demo:{first.date()}",
        ),
    )
    actions_days.publish(db, clerk, at, code)
    return code


def _matter(db: Session, clerk: Who, at: datetime, links: bytes, one: dict[str, Any], day: str) -> str:
    made = actions_register.register(
        db,
        at,
        NewRequest(
            unit_id=clerk.unit_id,
            kind=Kind(one["kind"]),
            subject=one["subject"],
            content=one["content"],
            demand=one["demand"],
            body_concerned=one.get("body_concerned", ""),
            place=Place(one["place"]),
            key=f"demo:{day}:{one['phone']}",
            person=NewPerson(
                name=one["name"],
                phone=one["phone"],
                email=one["email"],
                id_kind=IdKind.CARD,
                id_number=one["id_number"],
                born=birth.read(one["born"]),
                sex=Sex(one["sex"]),
                address=one["address"],
            ),
        ),
    )
    if made.is_new and one["state"] != "received":
        intake.accept(db, clerk, at, made.code)
    if one["state"] != "scheduled":
        return ""
    slot_id = db.scalars(
        select(Slot.id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(ReceptionDay.code == day)
        .order_by(Slot.starts_at)
        .limit(1)
    ).one()
    new = NewAppointment(request_code=made.code, slot_id=slot_id, is_in_person=False, key=f"demo:{day}")
    return scheduling.book(db, clerk, at, links, new).code
