"""The ward calls the city's board into a reception; the board answers; the ward takes a call back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.errors import BadForm, FieldError, NotHere, Refused
from server.reception import queries, queries_call, rules, rules_call
from server.reception.actions_seats import Sitter, seat
from server.reception.queries import ReceptionFile
from server.scheduling.rules import NEVER_IN_LETTERS, gives_away
from server.tables import (
    BoardCall,
    Case,
    Citizen,
    Officer,
    Reception,
    ReceptionMember,
    ReceptionRequest,
    Representative,
)
from server.who import Who
from server.words import CallState, CallVerb, Urgency
from signaling.roles import DESK, RoomRole


@dataclass(frozen=True, slots=True)
class Asking:
    """What the ward asks for; ``key`` makes pressing twice one call."""

    urgency: Urgency
    stay_minutes: int
    hand_over: str
    key: str


@dataclass(frozen=True, slots=True)
class Answering:
    """One of the board's answers: the ground of a refusal, or another time with a word about it."""

    verb: CallVerb
    ground: str = ""
    offered_at: datetime | None = None


def ask(db: Session, who: Who, at: datetime, code: str, asking: Asking) -> str:
    """Call the board; return the call's code.

    Raises NotHere, BadForm, Refused: ``room_early``, ``room_over``, ``room_ended``,
    ``board_not_for_this``, ``no_board``, ``call_open``, ``calls_full``.
    """
    found = _desk(db, who, code)
    # Held, so that two who press at once make one call.
    db.scalars(select(Reception.id).where(Reception.id == found.id).with_for_update()).one()
    made = db.scalar(select(BoardCall).where(BoardCall.key == asking.key))
    if made is not None:
        if made.reception_id != found.id:
            raise NotHere
        return made.code
    board_id = _check_may_ask(db, found, at)
    if gives_away(asking.hand_over, [*_names(db, found), NEVER_IN_LETTERS]):
        raise BadForm({"hand_over": FieldError("hand_over_names")})
    call = BoardCall(
        code=text.new_code("GT", 4, 4),
        reception_id=found.id,
        unit_id=found.unit_id,
        board_id=board_id,
        state=CallState.ASKED,
        urgency=asking.urgency,
        hand_over=asking.hand_over,
        stay_minutes=asking.stay_minutes,
        asked_by=who.officer_id,
        asked_at=at,
        key=asking.key,
    )
    db.add(call)
    db.flush()
    facts = {"urgency": asking.urgency.value, "minutes": asking.stay_minutes}
    audit.record(db, who, at, "called_board", _about(call, found.case_id), **facts)
    return call.code


def _check_may_ask(db: Session, found: ReceptionFile, at: datetime) -> int:
    rules.check_may_enter(found.state, found.starts_at, found.ends_at, at)
    case = db.get_one(Case, found.case_id)
    rules_call.check_may_call(case.kind, is_restricted=case.is_restricted)
    board_id = queries_call.board_of(db, found.unit_id)
    if board_id is None:
        raise Refused("no_board")
    known = queries_call.calls_of(db, found.id, at)
    if any(one.stand in rules_call.OPEN for one in known):
        raise Refused("call_open")
    if len(known) >= rules_call.MOST_CALLS:
        raise Refused("calls_full", most=rules_call.MOST_CALLS)
    return board_id


def _names(db: Session, found: ReceptionFile) -> list[str]:
    """What points at a person: names, telephone and paper of the citizen and of those who speak for others."""
    citizen = db.scalars(
        select(Citizen)
        .join(ReceptionRequest, ReceptionRequest.citizen_id == Citizen.id)
        .where(ReceptionRequest.code == found.request_code)
    ).one()
    others = db.scalars(
        select(Representative.name)
        .join(ReceptionRequest, ReceptionRequest.id == Representative.request_id)
        .where(ReceptionRequest.code == found.request_code)
    )
    return [each for each in (citizen.name, citizen.phone, citizen.id_number, *others) if each]


def note_seen(db: Session, who: Who, at: datetime, codes: tuple[str, ...]) -> None:
    """Keep that a member of the board has these calls on the screen: for the ward at once, for the audit hourly."""
    for call in db.scalars(select(BoardCall).where(BoardCall.code.in_(codes), BoardCall.board_id == who.unit_id)):
        call.seen_at = call.seen_at or at
        case_id = db.scalars(select(Reception.case_id).where(Reception.id == call.reception_id)).one()
        audit.record_once(db, who, at, "viewed_board_call", _about(call, case_id), rules_call.SEEN_AGAIN)


def answer(db: Session, who: Who, at: datetime, call_code: str, answering: Answering) -> str:
    """Answer a call; return the reception's code. Saying the same twice is once.

    Raises NotHere, Refused: ``room_ended``, ``call_over``, ``call_taken``, ``call_has_come``.
    """
    call = queries_call.call_for(db, who, call_code)
    reception = db.get_one(Reception, call.reception_id)
    to = rules_call.after(call.state, answering.verb)
    is_others = call.state is CallState.ACCEPTED and call.answered_by != who.officer_id
    if is_others:
        raise Refused("call_taken", name=db.get_one(Officer, call.answered_by).name)
    if (to, answering.offered_at) == (call.state, call.offered_at):
        return reception.code
    if reception.state in rules.OVER:
        raise Refused("room_ended")
    _leave_seat(db, call)
    call.state, call.answered_by, call.answered_at = to, who.officer_id, at
    call.ground, call.offered_at = answering.ground, answering.offered_at
    if to is CallState.ACCEPTED:
        _take_seat(db, who, at, call)
    db.flush()
    audit.record(db, who, at, "answered_board_call", _about(call, reception.case_id), answer=answering.verb.value)
    return reception.code


def withdraw(db: Session, who: Who, at: datetime, code: str, call_code: str) -> None:
    """Take a call back. Twice is once. Raises NotHere, Refused: ``call_over``, ``call_has_come``."""
    found = _desk(db, who, code)
    call = db.scalar(
        select(BoardCall)
        .where(BoardCall.code == call_code, BoardCall.reception_id == found.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if call is None:
        raise NotHere
    if rules_call.after(call.state, CallVerb.WITHDRAW) is call.state:
        return
    _leave_seat(db, call)
    call.state, call.withdrawn_at = CallState.WITHDRAWN, at
    audit.record(db, who, at, "withdrew_board_call", _about(call, found.case_id))


def _take_seat(db: Session, who: Who, at: datetime, call: BoardCall) -> None:
    """Whoever accepted gets the one place that goes with the call, and waits to be let in like everybody."""
    sitter = Sitter.of(who, RoomRole.CITY_BOARD)
    member, _ = seat(db, at, call.reception_id, sitter)
    call.is_seat_made = member.invited_by is None
    member.invited_by = member.invited_by or call.asked_by
    call.member = member.member


def _leave_seat(db: Session, call: BoardCall) -> None:
    if call.state is not CallState.ACCEPTED:
        return
    if queries_call.came(db, call) is not None:
        raise Refused("call_has_come")
    if call.is_seat_made:
        member = db.scalars(
            select(ReceptionMember).where(
                ReceptionMember.reception_id == call.reception_id, ReceptionMember.member == call.member
            )
        ).one()
        member.invited_by = None


def _desk(db: Session, who: Who, code: str) -> ReceptionFile:
    found = queries.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK:
        raise NotHere
    return found


def _about(call: BoardCall, case_id: int) -> About:
    return About("board_call", call.id, call.code, case_id, call.unit_id)
