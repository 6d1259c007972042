"""What a paper is about: the office, the citizen, the case, the reception; and what a draft can be filled with."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.cases import queries_copies
from server.cases.rules_copies import Denouncer
from server.tables import (
    Appointment,
    Case,
    Citizen,
    FollowUp,
    Minutes,
    MinutesText,
    OfficialPaper,
    Reception,
    ReceptionMember,
    ReceptionRequest,
    Unit,
)
from server.words import Kind, MinutesField, Sex

_NOT_LISTED = ("citizen", "recorder", "observer")


@dataclass(frozen=True, slots=True)
class Person:
    """The citizen as papers name them."""

    name: str
    sex: Sex | None
    id_number: str
    id_issued_on: date | None
    id_issued_by: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Promise:
    """Something owed in the case."""

    words: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything a paper can quote."""

    unit_id: int
    agency: str
    parent: str
    locality: str
    reception_place: str
    kind: Kind
    is_secret: bool
    case_number: str
    title: str
    content: str
    prior_resolution: str
    received_at: datetime
    person: Person
    met_at: datetime | None
    conclusion: str
    presented: str
    attendees: tuple[str, ...]
    owed: tuple[Promise, ...]
    urged: Promise | None


def matter_of(db: Session, row: OfficialPaper) -> Matter:
    """Return what a paper is about, as it stands now."""
    case_id = row.case_id or case_of(db, row)
    case = db.get(Case, case_id) if case_id else None
    request = _request(db, row)
    citizen = db.get_one(Citizen, request.citizen_id if request else case.citizen_id if case else 0)
    unit = db.get_one(Unit, row.unit_id)
    parent = db.get(Unit, unit.parent_id) if unit.parent_id else None
    held = _reception(db, row, case)
    urged = db.get(FollowUp, row.follow_up_id) if row.follow_up_id else None
    kind = case.kind if case else request.kind if request else Kind.FEEDBACK
    return Matter(
        unit_id=unit.id,
        agency=unit.name,
        parent=parent.name if parent else "",
        locality=unit.locality,
        reception_place=unit.reception_place,
        kind=kind,
        is_secret=case.is_restricted if case else kind is Kind.DENUNCIATION,
        case_number=case.number if case else "",
        title=case.title if case else request.subject if request else "",
        content=request.content if request else "",
        prior_resolution=request.prior_resolution if request else "",
        received_at=request.received_at if request else row.created_at,
        person=_person(citizen),
        met_at=held.began_at if held else None,
        conclusion=_minutes_text(db, held, MinutesField.CHAIR_CONCLUSION),
        presented=_minutes_text(db, held, MinutesField.CONTENT_PRESENTED),
        attendees=_attendees(db, held),
        owed=_owed(db, case, held),
        urged=_promise(db, urged) if urged else None,
    )


def case_of(db: Session, row: OfficialPaper) -> int | None:
    """Return the case that the registration of a paper has by now, or None."""
    if row.request_id is None:
        return None
    return db.scalar(select(ReceptionRequest.case_id).where(ReceptionRequest.id == row.request_id))


def denouncers_of(db: Session, row: OfficialPaper) -> tuple[Denouncer, ...]:
    """Return everybody known to denounce in the case of a paper; before there is one, nothing was written down."""
    case_id = row.case_id or case_of(db, row)
    return queries_copies.denouncers(db, cases.card(db.get_one(Case, case_id))) if case_id else ()


def _request(db: Session, row: OfficialPaper) -> ReceptionRequest | None:
    if row.request_id is not None:
        return db.get_one(ReceptionRequest, row.request_id)
    return db.scalars(
        select(ReceptionRequest)
        .where(ReceptionRequest.case_id == row.case_id)
        .order_by(ReceptionRequest.id.desc())
        .limit(1)
    ).first()


def _person(citizen: Citizen) -> Person:
    return Person(
        citizen.name,
        citizen.sex,
        citizen.id_number,
        citizen.id_issued_on,
        citizen.id_issued_by,
        citizen.address,
        citizen.phone,
    )


def _reception(db: Session, row: OfficialPaper, case: Case | None) -> Reception | None:
    if row.reception_id is not None:
        return db.get(Reception, row.reception_id)
    if case is None:
        return None
    where = [Reception.case_id == case.id, Reception.began_at.is_not(None)]
    query = select(Reception).where(*where)
    if row.request_id is not None:
        # Of a case that several citizens brought, a paper quotes what its own addressee said.
        query = query.join(Appointment, Appointment.id == Reception.appointment_id).where(
            Appointment.request_id == row.request_id
        )
    return db.scalars(query.order_by(Reception.began_at.desc()).limit(1)).first()


def _minutes_text(db: Session, held: Reception | None, field: MinutesField) -> str:
    if held is None:
        return ""
    found = (
        select(MinutesText.words)
        .join(Minutes, Minutes.id == MinutesText.minutes_id)
        .where(Minutes.reception_id == held.id, MinutesText.field == field)
    )
    return db.scalar(found) or ""


def _attendees(db: Session, held: Reception | None) -> tuple[str, ...]:
    if held is None:
        return ()
    rows = db.scalars(
        select(ReceptionMember)
        .where(ReceptionMember.reception_id == held.id, ReceptionMember.first_connected_at.is_not(None))
        .order_by(ReceptionMember.id)
    )
    return tuple(
        ", ".join(filter(None, (one.name, one.title, one.unit_name)))
        for one in rows
        if one.room_role not in _NOT_LISTED
    )


def _owed(db: Session, case: Case | None, held: Reception | None) -> tuple[Promise, ...]:
    if case is None:
        return ()
    where = [FollowUp.case_id == case.id]
    if held is not None:
        where.append(FollowUp.reception_id == held.id)
    rows = db.scalars(select(FollowUp).where(*where).order_by(FollowUp.id).limit(60))
    return tuple(_promise(db, row) for row in rows)


def _promise(db: Session, row: FollowUp) -> Promise:
    unit = db.get_one(Unit, row.owner_unit_id).name
    owner = row.owner_name if row.owner_name == unit else f"{unit} – {row.owner_name}"
    return Promise(row.words, owner if row.owner_name else unit, row.due_on)
