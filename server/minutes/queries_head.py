"""Gathers what the head of the minutes is made of, from rows the office and the room wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.minutes import queries, queries_chain, queries_shown, rules, rules_head
from server.minutes.rules_head import Attendee, HeadFacts, Noted, Original, Received
from server.tables import (
    Appointment,
    Case,
    Citizen,
    Minutes,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    ReceptionTick,
    Representative,
    RoomNote,
    Segment,
    Slot,
    Unit,
)
from server.words import MinutesField, TickList

_INCIDENTS = (
    "began",
    "paused",
    "resumed",
    "lost",
    "returned",
    "recording_interrupted",
    "recording_resumed",
    "segment_broken",
    "failure_rung",
    "failure_choice",
    "failure_over",
    "stopped_here",
    "consultation_began",
    "consultation_ended",
)


def head_now(db: Session, reception_id: int) -> dict[str, Any]:
    """Return the head of the minutes as the log stands now."""
    return rules_head.head_of(facts_of(db, reception_id))


def facts_of(db: Session, reception_id: int) -> HeadFacts:
    """Return everything the head of a reception's minutes is made of."""
    reception = db.get_one(Reception, reception_id)
    request, day = _request_and_day(db, reception)
    unit = db.get_one(Unit, reception.unit_id)
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    chair = db.get_one(Officer, reception.chair_id)
    clerk = db.get(Officer, reception.clerk_id) if reception.clerk_id else None
    case = db.get_one(Case, reception.case_id)
    members = _members(db, reception.id)
    site = next((one.site for one in members if one.role == "citizen"), "home")
    return HeadFacts(
        reception_code=reception.code,
        case_number=case.number,
        request_code=request.code,
        kind=case.kind.value,
        parent_agency=parent.name if parent else "",
        agency=unit.name,
        locality=unit.locality,
        place=day.place or unit.reception_place,
        started_at=reception.began_at,
        ended_at=reception.ended_at,
        chair=(chair.name, chair.title),
        is_deputy=day.is_delegated,
        clerk=(clerk.name, clerk.title) if clerk else ("", ""),
        attendees=members,
        citizen=_received(db, request, site),
        identity_check=reception.identity_check.value,
        without_recording_ground=reception.without_recording_ground,
        notes=_notes(db, reception.id),
        originals=_originals(db, reception.id),
        opening=_opening(db, reception.id),
        presence=queries_chain.presence_of(db, reception),
        devices=queries_chain.devices_of(db, reception),
        board=queries_chain.board(db, reception),
        earlier=queries_chain.earlier(db, reception),
        spoken=_spoken(db, reception.id),
        shown=queries_shown.shown(db, reception.id),
        handed=queries_shown.handed(db, reception.id),
        quorum=_quorum(db, reception.id),
    )


def _request_and_day(db: Session, reception: Reception) -> tuple[ReceptionRequest, ReceptionDay]:
    row = db.execute(
        select(ReceptionRequest, ReceptionDay)
        .join(Appointment, Appointment.request_id == ReceptionRequest.id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .where(Appointment.id == reception.appointment_id)
    ).one()
    return row[0], row[1]


def _received(db: Session, request: ReceptionRequest, site: str) -> Received:
    citizen = db.get_one(Citizen, request.citizen_id)
    names = db.scalars(
        select(Representative.name).where(Representative.request_id == request.id).order_by(Representative.id)
    )
    return Received(
        name=citizen.name,
        id_kind=citizen.id_kind.value,
        id_number=citizen.id_number,
        id_issued_on=citizen.id_issued_on,
        id_issued_by=citizen.id_issued_by,
        address=citizen.address,
        phone=citizen.phone,
        site=site,
        group_size=request.group_size,
        representatives=tuple(names),
        interpreter=request.interpreter,
    )


def _members(db: Session, reception_id: int) -> tuple[Attendee, ...]:
    rows = db.scalars(
        select(ReceptionMember).where(ReceptionMember.reception_id == reception_id).order_by(ReceptionMember.id)
    )
    return tuple(
        Attendee(
            member=m.member,
            role=m.room_role,
            site=m.site,
            name=m.name,
            title=m.title,
            unit_name=m.unit_name,
            people=tuple((str(p[0]), str(p[1])) for p in m.people),
            acknowledged_at=m.acknowledged_at,
            connected_at=m.first_connected_at,
            left_at=m.last_left_at,
        )
        for m in rows
    )


def _notes(db: Session, reception_id: int) -> tuple[Noted, ...]:
    rows = db.scalars(
        select(RoomNote)
        .where(RoomNote.reception_id == reception_id, RoomNote.kind.in_(_INCIDENTS))
        .order_by(RoomNote.seq)
    )
    return tuple(_noted(n) for n in rows)


def _noted(note: RoomNote) -> Noted:
    # The ground of a stop is for the desk alone, and a choice is what its ground belongs to.
    ground = "" if note.kind == "stopped_here" else str(note.facts.get("ground") or "")
    people = tuple(note.facts.get("members") or ()) if note.kind.startswith("consultation") else ()
    match note.kind:
        case "failure_choice":
            kind = f"choice_{note.facts['choice']}"
        case "consultation_began":
            kind = f"consultation_{note.facts['rule']}"
        case _:
            kind = note.kind
    return Noted(kind, note.at, note.member or "", ground, people)


def _quorum(db: Session, reception_id: int) -> dict[str, Any]:
    """What the room noted of who was there when it began; a room of before this was checked noted nothing."""
    began = db.scalar(select(RoomNote).where(RoomNote.reception_id == reception_id, RoomNote.kind == "began").limit(1))
    return dict(began.facts) if began else {}


def _opening(db: Session, reception_id: int) -> tuple[tuple[str, datetime], ...]:
    rows = db.execute(
        select(ReceptionTick.code, ReceptionTick.at)
        .where(ReceptionTick.reception_id == reception_id, ReceptionTick.list == TickList.OPENING)
        .order_by(ReceptionTick.at, ReceptionTick.id)
    )
    return tuple((code, at) for code, at in rows)


def _spoken(db: Session, reception_id: int) -> dict[str, int]:
    """Seconds of speech by member, as the room counted them when it ended."""
    last = db.scalar(
        select(RoomNote)
        .where(RoomNote.reception_id == reception_id, RoomNote.kind.in_(("ended", "stopped_here", "paused")))
        .order_by(RoomNote.seq.desc())
        .limit(1)
    )
    return {str(member): int(seconds) for member, seconds in (last.facts.get("spoken") or {}).items()} if last else {}


def _originals(db: Session, reception_id: int) -> tuple[Original, ...]:
    rows = db.scalars(
        select(Segment).where(Segment.reception_id == reception_id).order_by(Segment.started_at, Segment.member)
    )
    return tuple(Original(s.member, s.file, s.bytes, s.sha256, s.started_at, s.ended_at, s.closed) for s in rows)


def to_print(db: Session, minutes_code: str) -> dict[str, Any] | None:
    """Return sealed minutes that were not printed yet, or None."""
    row = db.scalars(select(Minutes).where(Minutes.code == minutes_code)).one()
    return None if row.document_id is not None or row.sealed_at is None else row.sealed_head


def as_it_stands(db: Session, minutes_id: int) -> dict[str, Any]:
    """Return minutes as they would be sealed now, without number and day; sealed ones as they were sealed."""
    row = db.get_one(Minutes, minutes_id)
    return row.sealed_head if row.sealed_at is not None else sealed_facts(db, row, None)


def sealed_facts(db: Session, row: Minutes, sealed_at: datetime | None) -> dict[str, Any]:
    """Return all that is printed and kept when minutes are sealed: head, parts, answers, confirmation."""
    texts = queries.texts_of(db, row.id)
    answers = rules.standing(queries.answers_of(db, row.id), texts)
    given = {(one.field, one.paragraph): one for one in answers}
    return {
        "head": head_now(db, row.reception_id),
        "number": row.number,
        "code": row.code,
        "parts": {
            field.value: [
                {
                    "words": p.words,
                    "sha256": p.words_sha256,
                    "answer": given[(field, p.paragraph)].answer.value if (field, p.paragraph) in given else "",
                    "objection": given[(field, p.paragraph)].objection if (field, p.paragraph) in given else "",
                }
                for p in rules.paragraphs(texts.get(field, ""))
            ]
            for field in MinutesField
        },
        "words_sha256": rules.fingerprint(texts),
        "read_back_at": row.shown_at.isoformat() if row.shown_at else "",
        "method": row.method.value if row.method else "",
        "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at else "",
        "refused_ground": row.refused_ground,
        "witness": row.witness,
        "sealed_at": sealed_at.isoformat() if sealed_at else "",
    }
