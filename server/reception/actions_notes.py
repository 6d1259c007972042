"""Takes over what rooms note: each note once, in order, with all that follows from it in one transaction.

A worker sends its notes until they are acknowledged, so the same note may come twice; a gap
means that an earlier letter is still on its way, and what comes after it is left for later.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.archive import actions as archive
from server.audit import About
from server.incidents import actions as actions_incidents
from server.intake import actions as intake
from server.jobs.runner import book
from server.reception import rules
from server.scheduling import actions as scheduling
from server.scheduling.rules import appointment_after
from server.tables import Case, Reception, ReceptionMember, ReceptionRequest, RoomNote, Unit
from server.who import Who, the_system
from server.words import AppointmentState, AppointmentVerb, Outcome, ReceptionState, RequestState, RequestVerb

log = logging.getLogger("tiepdan.reception")

COMPOSE_AFTER = timedelta(seconds=3)
"""Segments of a room that has ended are closed and told within this time; the job waits for the rest."""


@dataclass(frozen=True, slots=True)
class NoteIn:
    """A note as a worker sent it."""

    room: str
    seq: int
    at: datetime
    kind: str
    member: str | None
    facts: Mapping[str, Any]


def take_notes(
    db: Session,
    at: datetime,
    worker: str,
    room: str,
    notes: Sequence[NoteIn],
    numbers: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Take a room's notes over; return the number up to which all are kept. An unknown room keeps nothing.

    ``numbers``: how the room fares now, for what its notes tell technicians.
    """
    reception = db.scalar(select(Reception).where(Reception.code == room).with_for_update())
    if reception is None:
        log.warning("notes of a room that no reception has", extra={"facts": {"room": room}})
        return max(note.seq for note in notes)
    for note in sorted(notes, key=lambda each: each.seq):
        if note.seq <= reception.notes_until:
            continue
        if note.seq != reception.notes_until + 1:
            break
        actions_incidents.hear_note(db, reception, note, numbers)
        _take(db, at, worker, reception, note)
        reception.notes_until = note.seq
    return reception.notes_until


def _take(db: Session, at: datetime, worker: str, reception: Reception, note: NoteIn) -> None:
    db.add(
        RoomNote(
            reception_id=reception.id,
            seq=note.seq,
            at=note.at,
            kind=note.kind,
            member=note.member,
            facts=dict(note.facts),
            worker=worker,
            stored_at=at,
        )
    )
    reception.media_node = worker
    reception.state = rules.after_note(reception.state, note.kind)
    if note.member:
        _mark_member(db, reception, note)
    match note.kind:
        case "room_opened":
            reception.opened_at = reception.opened_at or note.at
        case "began":
            reception.began_at = reception.began_at or note.at
            keep_appointment(db, at, reception)
        case "recording_waived":
            reception.without_recording_ground = str(note.facts.get("ground", ""))
        case "segment_closed":
            _register(db, at, reception, note)
        case "stopped_here":
            _stop(db, at, reception, note)
        case "ended":
            _end(db, at, reception, note)
        case _:
            pass


def _mark_member(db: Session, reception: Reception, note: NoteIn) -> None:
    member = db.scalar(
        select(ReceptionMember).where(
            ReceptionMember.reception_id == reception.id, ReceptionMember.member == note.member
        )
    )
    if member is None:
        return
    if note.kind == "acknowledged":
        member.acknowledged_at = member.acknowledged_at or note.at
    elif note.kind in {"connected", "returned"}:
        member.first_connected_at = member.first_connected_at or note.at
    elif note.kind in {"lost", "left", "removed"}:
        member.last_left_at = note.at


def keep_appointment(db: Session, at: datetime, reception: Reception) -> None:
    """The citizen came: the appointment is kept, the request heard. Done again, it changes nothing."""
    appointment = scheduling.locked_appointment(db, reception.appointment_id)
    if appointment.state is not AppointmentState.BOOKED:
        return
    who = _unit_who(db, reception)
    kept = appointment_after(appointment.state, AppointmentVerb.KEEP)
    scheduling.leave(db, at, appointment, kept, "")
    request = db.get_one(ReceptionRequest, appointment.request_id)
    if request.state is RequestState.SCHEDULED:
        intake.move(db, who, at, request.id, RequestVerb.HEAR)


def _stop(db: Session, at: datetime, reception: Reception, note: NoteIn) -> None:
    """Quarantine what exists: from here on only those know of the case whom the law lets (domain.md 2.9, 1.10).

    Nothing playable is ever made of the recording, and the words of the minutes stay as they are.
    """
    reception.stopped_at, reception.stopped_by = note.at, str(note.facts.get("by") or "")
    reception.stopped_ground = str(note.facts.get("ground") or "")
    db.get_one(Case, reception.case_id).is_restricted = True
    about = About("reception", reception.id, reception.code, reception.case_id, reception.unit_id)
    audit.record(db, _unit_who(db, reception), at, "reception_stopped", about, by=reception.stopped_by)


def _end(db: Session, at: datetime, reception: Reception, note: NoteIn) -> None:
    reception.ended_at = reception.ended_at or note.at
    reception.outcome = str(note.facts.get("outcome") or reception.outcome)
    about = About("reception", reception.id, reception.code, reception.case_id, reception.unit_id)
    audit.record(db, _unit_who(db, reception), at, "reception_ended", about, state=reception.state.value)
    if reception.outcome == Outcome.ADJOURNED:
        _adjourn(db, at, reception)
    if reception.state is ReceptionState.ENDED:
        _compose(db, at, reception, f"compose:{reception.code}")


def _compose(db: Session, at: datetime, reception: Reception, key: str) -> None:
    book(db, "compose", key, at, {"reception": reception.code}, due_at=at + COMPOSE_AFTER)


def _register(db: Session, at: datetime, reception: Reception, note: NoteIn) -> None:
    if archive.register_segment(db, at, reception.id, note.facts):
        # Its worker was down when the others were put together.
        _compose(db, at, reception, f"compose:{reception.code}:{note.member}:{note.facts['segment']}")


def _adjourn(db: Session, at: datetime, reception: Reception) -> None:
    """The request goes back among those that wait for a day."""
    appointment = scheduling.locked_appointment(db, reception.appointment_id)
    request = db.get_one(ReceptionRequest, appointment.request_id)
    if request.state is RequestState.HEARD:
        intake.move(db, _unit_who(db, reception), at, request.id, RequestVerb.ADJOURN)


def _unit_who(db: Session, reception: Reception) -> Who:
    unit = db.get_one(Unit, reception.unit_id)
    system = the_system(unit.id)
    return Who(role=system.role, unit_id=unit.id, unit_name=unit.name, name=system.name)
