"""Write the weekly digest; let an officer switch the letter off."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server import audit, outbox
from server.audit import About
from server.clock import local
from server.i18n import date_vi
from server.office import queries as office
from server.office.rules import written_at
from server.outbox import Letter
from server.reports import queries_week, rules_week
from server.reports.queries_week import Week
from server.tables import DigestRefusal
from server.who import Who


def put_digest(db: Session, at: datetime, unit_id: int) -> int:
    """Put the letters of one unit into the outbox once in the week, in working hours; returns how many. Harmless twice.

    A server that was down on the first day worked so writes as soon as it is up and somebody works.
    """
    if written_at(at, office.calendar(db)) != at:
        return 0
    today = local(at).date()
    found = queries_week.still_to_write(db, unit_id, rules_week.week_of(today)[0])
    for one in found:
        said = queries_week.week(db, one.who, today)
        letter = Letter(
            key=one.key(said.monday),
            template="weekly_digest",
            unit_id=unit_id,
            phone=one.phone,
            email=one.email,
            facts=facts(said),
        )
        outbox.put(db, letter, at)
    return len(found)


def facts(said: Week) -> dict[str, str]:
    """Return what the letter tells: counts and days, never a name or a subject (F66)."""
    return {
        "from_on": date_vi(said.monday),
        "until_on": date_vi(said.sunday),
        "terms_late": str(said.terms_late.count),
        "owed_late": str(said.owed_late.count),
        "terms_due": str(said.terms_due.count),
        "owed_due": str(said.owed_due.count),
        "late": str(said.terms_late.count + said.owed_late.count),
        "due": str(said.terms_due.count + said.owed_due.count),
        "receptions": str(said.receptions),
        "chair_days": str(said.chair.in_person),
        "chair_planned": str(said.chair.planned),
        "chair_needed": str(said.chair.needed),
    }


def want(db: Session, who: Who, at: datetime, *, wants: bool) -> None:
    """Switch the weekly letter of this officer on or off; twice is once."""
    if who.officer_id is None or queries_week.wants_letter(db, who) is wants:
        return
    if wants:
        db.execute(delete(DigestRefusal).where(DigestRefusal.officer_id == who.officer_id))
    else:
        db.add(DigestRefusal(officer_id=who.officer_id, at=at))
        db.flush()
    audit.record(db, who, at, "digest_on" if wants else "digest_off", About("officer", who.officer_id))
