"""The fields to copy into the national database, read from where they are kept; and the rows of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import local
from server.national.queries import Entry
from server.office import queries as office
from server.tables import (
    Appointment,
    Case,
    Citizen,
    Minutes,
    MinutesText,
    Officer,
    Petition,
    Reception,
    ReceptionRequest,
)
from server.words import MinutesField, NationalEvent


@dataclass(frozen=True, slots=True)
class Field:
    """A field to copy: ``key`` is a key of the labels ``national_field.…``; ``word`` of other labels, for a closed word."""

    key: str
    value: str
    word: str = ""


def fields(db: Session, entry: Entry) -> tuple[Field, ...]:
    """Return the fields of one entry; whoever calls has asked ``entry_for``."""
    of = {
        NationalEvent.RECEPTION_HELD: _reception,
        NationalEvent.PETITION_RECEIVED: _petition,
        NationalEvent.PETITION_DIRECTED: _directed,
        NationalEvent.CASE_ACCEPTED: _case,
        NationalEvent.CASE_CONCLUDED: _case,
    }
    unit = Field("unit", office.unit_card(db, entry.unit_id).name)
    return unit, *of[entry.event](db, entry.about_id)


def _day(on: date | None) -> str:
    return f"{on:%d/%m/%Y}" if on else ""


def _person(db: Session, citizen_id: int | None) -> tuple[Field, ...]:
    citizen = db.get(Citizen, citizen_id) if citizen_id else None
    if citizen is None:
        return (Field("citizen", ""),)
    return (
        Field("citizen", citizen.name),
        Field("id_number", citizen.id_number),
        Field("address", citizen.address),
        Field("phone", citizen.phone),
    )


def _reception(db: Session, reception_id: int) -> tuple[Field, ...]:
    row = db.get_one(Reception, reception_id)
    request = db.scalars(
        select(ReceptionRequest)
        .join(Appointment, Appointment.request_id == ReceptionRequest.id)
        .where(Appointment.id == row.appointment_id)
    ).one()
    minutes = db.scalar(select(Minutes).where(Minutes.reception_id == row.id))
    texts = _texts(db, minutes.id) if minutes else {}
    chair = db.get(Officer, row.chair_id)
    return (
        Field("received_on", _day(local(row.ended_at or row.created_at).date())),
        Field("receiver", chair.name if chair else ""),
        *_person(db, request.citizen_id),
        Field("group_size", str(request.group_size)),
        Field("kind", request.kind.value, "kind"),
        Field("title", request.subject),
        Field("content", texts.get(MinutesField.CONTENT_PRESENTED, "")),
        Field("conclusion", texts.get(MinutesField.CHAIR_CONCLUSION, "")),
        Field("minutes_number", minutes.number if minutes else ""),
    )


def _texts(db: Session, minutes_id: int) -> dict[MinutesField, str]:
    rows = db.execute(select(MinutesText.field, MinutesText.words).where(MinutesText.minutes_id == minutes_id))
    return {field: words for field, words in rows}  # noqa: C416 rows are not pairs to mypy


def _petition(db: Session, petition_id: int) -> tuple[Field, ...]:
    row = db.get_one(Petition, petition_id)
    return (
        Field("petition_number", row.number),
        Field("received_on", _day(row.received_on)),
        *_person(db, row.citizen_id),
        Field("group_size", str(row.group_size)),
        Field("kind", row.kind.value, "kind"),
        Field("title", row.title),
        Field("body_concerned", row.body_concerned),
        Field("target", row.target.value if row.target else "", "target"),
        Field("instance", row.instance.value, "instance"),
    )


def _directed(db: Session, petition_id: int) -> tuple[Field, ...]:
    row = db.get_one(Petition, petition_id)
    return (
        Field("petition_number", row.number),
        Field("title", row.title),
        Field("direction", row.direction.value if row.direction else "", "direction"),
        Field("directed_to", row.directed_to),
        Field("paper_number", row.paper_number),
        Field("directed_on", _day(local(row.directed_at).date()) if row.directed_at else ""),
    )


def _case(db: Session, case_id: int) -> tuple[Field, ...]:
    row = db.get_one(Case, case_id)
    return (
        Field("case_number", row.number),
        Field("kind", row.kind.value, "kind"),
        Field("title", row.title),
        *_person(db, row.citizen_id),
        Field("opened_on", _day(local(row.opened_at).date())),
        Field("case_state", row.state.value, "case_state"),
    )


def exported(db: Session, found: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return the rows of a file. A denunciation is listed, but none of its fields leaves the desk."""
    return [
        {
            "code": e.code,
            "event": e.event.value,
            "account": e.account.value,
            "happened_on": e.happened_on.isoformat(),
            "state": e.state.value,
            "national_code": e.national_code,
            "withheld": e.is_restricted,
            "fields": {} if e.is_restricted else {f.key: f.value for f in fields(db, e)},
        }
        for e in found
    ]
