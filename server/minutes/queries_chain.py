"""What of other tables the head of the minutes tells: who was there when, the city's board, earlier receptions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.minutes import rules_devices
from server.minutes.rules_devices import Switch
from server.minutes.rules_head import BoardLine, Earlier
from server.reception import queries_call
from server.tables import Appointment, Minutes, Reception, RoomNote
from server.words import CallStand
from signaling.presence import KINDS, Presence, presence

MOST_SWITCHES = 100
MOST_EARLIER = 20
"""Receptions of one request; a matter that is broken off more often has other troubles."""


def presence_of(db: Session, reception: Reception) -> Presence:
    """Return who was present when, by member."""
    notes = db.scalars(
        select(RoomNote).where(RoomNote.reception_id == reception.id, RoomNote.kind.in_(KINDS)).order_by(RoomNote.seq)
    )
    return presence(notes, reception.began_at, reception.ended_at)


def devices_of(db: Session, reception: Reception) -> tuple[Switch, ...]:
    """Return who went on from another device during the reception."""
    notes = db.execute(
        select(RoomNote.member, RoomNote.at, RoomNote.facts)
        .where(RoomNote.reception_id == reception.id, RoomNote.kind == "device_changed")
        .order_by(RoomNote.seq)
        .limit(MOST_SWITCHES)
    )
    told = ((row.member or "", row.at, row.facts) for row in notes)
    return rules_devices.switches(told, reception.began_at, reception.ended_at)


def board(db: Session, reception: Reception) -> tuple[BoardLine, ...]:
    """Return the calls for the city's board, the oldest first, as they stood at the end or stand now."""
    calls = queries_call.calls_of(db, reception.id, reception.ended_at or reception.created_at)
    return tuple(
        BoardLine(
            # What was not answered by the end never will be.
            stand=_at_the_end(one.stand, reception),
            asked_at=one.asked_at,
            stay_minutes=one.stay_minutes,
            answered_at=one.answered_at,
            answered_by=", ".join(part for part in (one.answered_by, one.answered_title) if part),
            ground=one.ground,
            offered_at=one.offered_at,
            came_at=one.came_at,
        )
        for one in reversed(calls)
    )


def _at_the_end(stand: CallStand, reception: Reception) -> str:
    is_open = stand is CallStand.ASKED and reception.ended_at is not None
    return CallStand.UNANSWERED.value if is_open else stand.value


def earlier(db: Session, reception: Reception) -> tuple[Earlier, ...]:
    """Return the receptions of the same request that began before this one, the oldest first."""
    mine = select(Appointment.request_id).where(Appointment.id == reception.appointment_id).scalar_subquery()
    rows = db.execute(
        select(Reception, Minutes.code, Minutes.number)
        .join(Appointment, Appointment.id == Reception.appointment_id)
        .outerjoin(Minutes, Minutes.reception_id == Reception.id)
        .where(Appointment.request_id == mine, Reception.id < reception.id, Reception.began_at.is_not(None))
        .order_by(Reception.id)
        .limit(MOST_EARLIER)
    )
    return tuple(
        Earlier(one.code, began_at, code or "", number or "", one.outcome, _ground(db, one.id))
        for one, code, number in rows
        if (began_at := one.began_at) is not None
    )


def _ground(db: Session, reception_id: int) -> str:
    """Why the chair broke a reception off."""
    last = db.scalar(
        select(RoomNote)
        .where(RoomNote.reception_id == reception_id, RoomNote.kind == "failure_choice")
        .order_by(RoomNote.seq.desc())
        .limit(1)
    )
    return str(last.facts.get("ground") or "") if last is not None else ""
