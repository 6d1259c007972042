"""Today's receptions, one reception with its people, and who may enter which room."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.cases import queries as cases
from server.clock import local
from server.errors import NotHere
from server.reception import rules
from server.reception.rules import Seat
from server.tables import (
    Appointment,
    Case,
    Citizen,
    GuestLink,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    Slot,
    Unit,
)
from server.who import Who
from server.words import AppointmentState, IdentityCheck, Place, ReceptionState
from signaling.roles import DESK as HOLDERS
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Someone who may enter the room."""

    member: str
    role: RoomRole
    site: str
    name: str
    title: str
    unit_name: str
    people: tuple[tuple[str, str], ...]
    officer_id: int | None
    guest_code: str
    guest_used_at: datetime | None
    acknowledged_at: datetime | None
    first_connected_at: datetime | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether this is a guest whose link was taken back."""
        is_guest = self.officer_id is None and self.role not in {RoomRole.CITIZEN, RoomRole.WARD_ROOM}
        return is_guest and not self.guest_code


@dataclass(frozen=True, slots=True)
class ReceptionFile:
    """A reception as its desk sees it."""

    id: int
    code: str
    unit_id: int
    unit_name: str
    unit_phone: str
    state: ReceptionState
    version: int
    appointment_code: str
    starts_at: datetime
    ends_at: datetime
    place: str
    case_id: int
    case_code: str
    case_number: str
    request_code: str
    subject: str
    citizen_name: str
    citizen_phone: str
    citizen_place: Place
    group_size: int
    interpreter: str
    support_needed: str
    chair_id: int
    chair_name: str
    clerk_id: int | None
    identity_check: IdentityCheck
    began_at: datetime | None
    ended_at: datetime | None
    without_recording_ground: str
    outcome: str
    stopped_at: datetime | None
    stopped_ground: str
    members: tuple[MemberLine, ...]
    room_role: RoomRole | None


def joined(*columns: Any) -> Select[Any]:
    """Everything of appointments and their receptions, whether or not there is one yet."""
    return (
        select(*columns)
        .select_from(Appointment)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .join(Unit, Unit.id == ReceptionDay.unit_id)
        .join(Officer, Officer.id == ReceptionDay.chair_id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
    )


def reception_for(db: Session, who: Who, code: str) -> ReceptionFile:
    """Return one reception that this person may open. Raises NotHere otherwise."""
    reception = db.scalar(select(Reception).where(Reception.code == code))
    if reception is None or not _may_know(db, who, reception):
        raise NotHere
    seat = seat_of(db, who, reception)
    found = _file(db, reception, rules.room_role(who.role, seat))
    if found.room_role is None:
        raise NotHere
    return found


def _may_know(db: Session, who: Who, reception: Reception) -> bool:
    """A place in the room is not enough where the case is, or may be, a denunciation (domain.md 2.9, F40)."""
    case = db.get_one(Case, reception.case_id)
    return not case.is_restricted or cases.is_open_to(db, who, case) or _held_it(db, who, reception)


def _held_it(db: Session, who: Who, reception: Reception) -> bool:
    """Whoever received or wrote in a reception that was stopped has heard it already, and has to finish it on paper."""
    if reception.stopped_at is None or who.unit_id != reception.unit_id:
        return False
    held = db.scalar(
        select(ReceptionMember.id).where(
            ReceptionMember.reception_id == reception.id,
            ReceptionMember.officer_id == who.officer_id,
            ReceptionMember.room_role.in_([role.value for role in HOLDERS]),
            ReceptionMember.first_connected_at.is_not(None),
        )
    )
    return held is not None


def seat_of(db: Session, who: Who, reception: Reception) -> Seat:
    """Return what decides this officer's place in the room."""
    invited = db.scalar(
        select(ReceptionMember.room_role).where(
            ReceptionMember.reception_id == reception.id,
            ReceptionMember.officer_id == who.officer_id,
            ReceptionMember.invited_by.is_not(None),
        )
    )
    return Seat(
        is_own_unit=who.unit_id == reception.unit_id,
        is_chair=who.officer_id == reception.chair_id,
        is_clerk=who.officer_id == reception.clerk_id,
        invited_as=RoomRole(invited) if invited else None,
    )


def reception_file(db: Session, reception_id: int) -> ReceptionFile:
    """Return a reception for a citizen, a guest or a job that proved its right another way."""
    return _file(db, db.get_one(Reception, reception_id), None)


def _row_of(db: Session, reception: Reception) -> Any:
    return db.execute(
        joined(Appointment, Slot, ReceptionDay, ReceptionRequest, Citizen, Unit, Officer.name, Case)
        .join(Case, Case.id == Reception.case_id)
        .where(Reception.id == reception.id)
    ).one()


def _file(db: Session, reception: Reception, role: RoomRole | None) -> ReceptionFile:
    appointment, slot, day, request, citizen, unit, chair_name, case = _row_of(db, reception)
    return ReceptionFile(
        id=reception.id,
        code=reception.code,
        unit_id=unit.id,
        unit_name=unit.name,
        unit_phone=unit.phone,
        state=reception.state,
        version=reception.version,
        appointment_code=appointment.code,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=day.place,
        case_id=case.id,
        case_code=case.code,
        case_number=case.number,
        request_code=request.code,
        subject=request.subject,
        citizen_name=citizen.name,
        citizen_phone=citizen.phone,
        citizen_place=request.place,
        group_size=request.group_size,
        interpreter=request.interpreter,
        support_needed=request.support_needed,
        chair_id=reception.chair_id,
        chair_name=chair_name,
        clerk_id=reception.clerk_id,
        identity_check=reception.identity_check,
        began_at=reception.began_at,
        ended_at=reception.ended_at,
        without_recording_ground=reception.without_recording_ground,
        outcome=reception.outcome,
        stopped_at=reception.stopped_at,
        stopped_ground=reception.stopped_ground,
        members=members_of(db, reception.id),
        room_role=role,
    )


def members_of(db: Session, reception_id: int) -> tuple[MemberLine, ...]:
    """Return everybody who may enter a room, in the order they were named."""
    rows = db.execute(
        select(ReceptionMember, GuestLink.code, GuestLink.used_at)
        .outerjoin(
            GuestLink,
            (GuestLink.reception_id == ReceptionMember.reception_id)
            & (GuestLink.member == ReceptionMember.member)
            & GuestLink.ended_at.is_(None),
        )
        .where(ReceptionMember.reception_id == reception_id)
        .order_by(ReceptionMember.id)
    )
    return tuple(_member_line(member, code, used_at) for member, code, used_at in rows)


def _member_line(member: ReceptionMember, guest_code: str | None, used_at: datetime | None) -> MemberLine:
    return MemberLine(
        member=member.member,
        role=RoomRole(member.room_role),
        site=member.site,
        name=member.name,
        title=member.title,
        unit_name=member.unit_name,
        people=tuple((str(p[0]), str(p[1])) for p in member.people),
        officer_id=member.officer_id,
        guest_code=guest_code or "",
        guest_used_at=used_at,
        acknowledged_at=member.acknowledged_at,
        first_connected_at=member.first_connected_at,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """What a citizen's or guest's link leads to."""

    appointment_id: int
    appointment_code: str
    request_id: int
    unit_id: int
    unit_name: str
    unit_phone: str
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState
    place: str
    is_in_person: bool
    citizen_name: str
    chair_name: str
    locale: str
    checked_device_at: datetime | None
    device_result: str
    reception_state: ReceptionState


def entry(db: Session, appointment_code: str) -> Entry:
    """Return what a proven appointment link leads to. Raises NotHere for an unknown code."""
    row = db.execute(
        joined(
            Appointment, Slot, ReceptionDay, ReceptionRequest, Citizen.name, Unit, Officer.name, Reception.state
        ).where(Appointment.code == appointment_code)
    ).first()
    if row is None:
        raise NotHere
    appointment, slot, day, request, name, unit, chair_name, state = row
    return Entry(
        appointment_id=appointment.id,
        appointment_code=appointment.code,
        request_id=request.id,
        unit_id=unit.id,
        unit_name=unit.name,
        unit_phone=unit.phone,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=appointment.state,
        place=day.place,
        is_in_person=appointment.is_in_person,
        citizen_name=name,
        chair_name=chair_name,
        locale=request.locale,
        checked_device_at=appointment.checked_device_at,
        device_result=appointment.device_result,
        reception_state=state or ReceptionState.SCHEDULED,
    )


def own_appointment(db: Session, who: Who, code: str) -> str:
    """Return the code of an appointment of the acting officer's unit. Raises NotHere."""
    found = db.scalar(joined(Appointment.code).where(Appointment.code == code, ReceptionDay.unit_id == who.unit_id))
    if found is None:
        raise NotHere
    return str(found)


def by_digits(db: Session, digits: str, phone: str, on: date) -> str | None:
    """Return the code of the appointment to come that six digits and a telephone name, or None.

    A reception that has begun may be come back to until its day is over.
    """
    live = {AppointmentState.BOOKED, AppointmentState.KEPT}
    rows = db.execute(
        joined(Appointment.code, Slot.starts_at)
        .where(Appointment.digits == digits, Citizen.phone == phone, Appointment.state.in_(live))
        .order_by(Slot.starts_at)
    )
    return next((code for code, starts_at in rows if local(starts_at).date() >= on), None)
