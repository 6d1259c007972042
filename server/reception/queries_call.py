"""Calls for the city's board: as the ward's desk sees them, and as the board does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.errors import NotHere
from server.reception import rules, rules_call
from server.reception.rules_call import Called
from server.tables import (
    Appointment,
    BoardCall,
    Case,
    Officer,
    Reception,
    ReceptionDay,
    RoomNote,
    Slot,
    Unit,
)
from server.who import Who
from server.words import CallStand, CallState, Kind, Role, UnitKind, Urgency

MOST_LINES = 100
"""Calls of one city that stand at the same time; more are never read."""
_KNOWABLE = (Case.is_restricted.is_(False), Case.kind != Kind.DENUNCIATION)
"""What turns out to be a denunciation is no longer the board's to know (F40)."""
KEPT_FOR = timedelta(hours=24)
"""Calls of a room that somebody forgot to end leave the board's list after a day."""


@dataclass(frozen=True, slots=True)
class DeskCall:
    """A call as the ward that made it sees it. Times are aware; ``leaves_at`` is when the wished stay is over."""

    code: str
    stand: CallStand
    urgency: Urgency
    hand_over: str
    stay_minutes: int
    asked_at: datetime
    until: datetime
    seen_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    answered_title: str
    ground: str
    offered_at: datetime | None
    came_at: datetime | None
    leaves_at: datetime | None
    member: str

    @property
    def late_at(self) -> datetime | None:
        """From when somebody who accepted and did not come is late."""
        return self.answered_at + rules_call.COME_FOR if self.answered_at else None

    @property
    def is_answered_late(self) -> bool:
        """Whether the answer came after the time in which it was expected."""
        return self.answered_at is not None and self.answered_at >= self.until

    @property
    def may_withdraw(self) -> bool:
        """Whether the ward may still take it back."""
        return self.stand in rules_call.OPEN | {CallStand.PUT_OFF}


def calls_of(db: Session, reception_id: int, at: datetime) -> tuple[DeskCall, ...]:
    """Return the calls of a reception, the newest first."""
    rows = db.execute(
        select(BoardCall, Officer.name, Officer.title)
        .outerjoin(Officer, Officer.id == BoardCall.answered_by)
        .where(BoardCall.reception_id == reception_id)
        .order_by(BoardCall.id.desc())
        .limit(MOST_LINES)
    )
    return tuple(_desk_call(db, call, name or "", title or "", at) for call, name, title in rows)


def _desk_call(db: Session, call: BoardCall, name: str, title: str, at: datetime) -> DeskCall:
    came_at = came(db, call)
    return DeskCall(
        code=call.code,
        stand=rules_call.stand(Called(call.state, call.asked_at, call.answered_at, came_at), at),
        urgency=call.urgency,
        hand_over=call.hand_over,
        stay_minutes=call.stay_minutes,
        asked_at=call.asked_at,
        until=rules_call.answer_until(call.asked_at),
        seen_at=call.seen_at,
        answered_at=call.answered_at,
        answered_by=name,
        answered_title=title,
        ground=call.ground,
        offered_at=call.offered_at,
        came_at=came_at,
        leaves_at=came_at + timedelta(minutes=call.stay_minutes) if came_at else None,
        member=call.member,
    )


def came(db: Session, call: BoardCall) -> datetime | None:
    """Return when whoever accepted a call was first in the room after that."""
    if call.state is not CallState.ACCEPTED or call.answered_at is None:
        return None
    return db.scalar(
        select(func.min(RoomNote.at)).where(
            RoomNote.reception_id == call.reception_id,
            RoomNote.member == call.member,
            RoomNote.kind.in_(("connected", "returned")),
            RoomNote.at >= call.answered_at,
        )
    )


@dataclass(frozen=True, slots=True)
class CityCall:
    """A call as the board sees it: what was handed over, where and when. No citizen, no subject.

    ``reception_code`` is filled for who accepted it; the way into the room is theirs alone.
    """

    code: str
    stand: CallStand
    unit_name: str
    unit_phone: str
    place: str
    starts_at: datetime
    kind: Kind
    urgency: Urgency
    hand_over: str
    stay_minutes: int
    asked_at: datetime
    until: datetime
    answered_by: str
    offered_at: datetime | None
    reception_code: str
    leaves_at: datetime | None

    @property
    def may_answer(self) -> bool:
        """Whether this is for anybody of the board to answer now."""
        return self.stand in {CallStand.ASKED, CallStand.UNANSWERED, CallStand.PUT_OFF}


def city_calls(db: Session, who: Who, at: datetime) -> tuple[CityCall, ...]:
    """Return the calls that the acting member's board has to answer or has accepted, the urgent and oldest first.

    Empty for everybody else. What turned out to be a denunciation is never among them (F40).
    """
    if who.role is not Role.CITY_BOARD_MEMBER:
        return ()
    by = aliased(Officer)
    rows = db.execute(
        select(BoardCall, Reception.code, Unit, ReceptionDay.place, Slot.starts_at, Case.kind, by.name)
        .join(Reception, Reception.id == BoardCall.reception_id)
        .join(Case, Case.id == Reception.case_id)
        .join(Appointment, Appointment.id == Reception.appointment_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(Unit, Unit.id == BoardCall.unit_id)
        .outerjoin(by, by.id == BoardCall.answered_by)
        .where(
            BoardCall.board_id == who.unit_id,
            BoardCall.state.in_((CallState.ASKED, CallState.ACCEPTED, CallState.PUT_OFF)),
            BoardCall.asked_at > at - KEPT_FOR,
            Reception.state.not_in(rules.OVER),
            *_KNOWABLE,
        )
        .order_by(BoardCall.asked_at)
        .limit(MOST_LINES)
    )
    found = [_city_call(db, who, at, row) for row in rows]
    return tuple(sorted(found, key=lambda one: (not one.may_answer, one.urgency is not Urgency.NOW)))


def _city_call(db: Session, who: Who, at: datetime, row: Any) -> CityCall:
    call: BoardCall = row.BoardCall
    seen = _desk_call(db, call, row.name or "", "", at)
    is_mine = call.state is CallState.ACCEPTED and call.answered_by == who.officer_id
    return CityCall(
        code=call.code,
        stand=seen.stand,
        unit_name=row.Unit.name,
        unit_phone=row.Unit.phone,
        place=row.place,
        starts_at=row.starts_at,
        kind=row.kind,
        urgency=call.urgency,
        hand_over=call.hand_over,
        stay_minutes=call.stay_minutes,
        asked_at=call.asked_at,
        until=seen.until,
        answered_by=seen.answered_by,
        offered_at=call.offered_at,
        reception_code=row.code if is_mine else "",
        leaves_at=seen.leaves_at,
    )


def call_for(db: Session, who: Who, code: str) -> BoardCall:
    """Return a call, held for change, that the acting member's board may know of. Raises NotHere."""
    call = db.scalar(
        select(BoardCall)
        .join(Reception, Reception.id == BoardCall.reception_id)
        .join(Case, Case.id == Reception.case_id)
        .where(BoardCall.code == code, BoardCall.board_id == who.unit_id, *_KNOWABLE)
        .with_for_update(of=BoardCall)
        .execution_options(populate_existing=True)
    )
    if call is None or who.role is not Role.CITY_BOARD_MEMBER:
        raise NotHere
    return call


def board_of(db: Session, unit_id: int) -> int | None:
    """Return the reception board of the city that a ward belongs to."""
    ward = db.get_one(Unit, unit_id)
    return db.scalar(
        select(Unit.id)
        .where(Unit.kind == UnitKind.CITY_BOARD, Unit.parent_id == ward.parent_id, Unit.closed_at.is_(None))
        .order_by(Unit.id)
        .limit(1)
    )
