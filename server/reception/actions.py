"""Open a reception for an appointment, let people in, call others in, keep what was checked."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.clock import local
from server.errors import NotHere, Refused
from server.office import actions as office
from server.office.queries import setting
from server.reception import actions_guest, queries, queries_guest, queries_people, rules
from server.reception.actions_seats import Sitter, seat
from server.reception.queries import ReceptionFile
from server.scheduling.queries import kind_found
from server.scheduling.rules import may_enter_lobby, may_receive_online
from server.tables import (
    Appointment,
    Citizen,
    GuestLink,
    Officer,
    OfficerRole,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    Representative,
    Slot,
    Unit,
)
from server.who import Who
from server.words import AppointmentState, IdentityCheck, Place, ReceptionState
from signaling.roles import RoomRole


def reception_of(db: Session, at: datetime, appointment_code: str) -> int:
    """Return the reception of an appointment, made with its first people when asked for the first time.

    Raises NotHere, or Refused("not_online_room") for an appointment in person, one that is not booked, and a denunciation.
    """
    row = db.execute(
        select(Appointment, Slot, ReceptionDay, ReceptionRequest)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionDay, ReceptionDay.id == Slot.day_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .where(Appointment.code == appointment_code)
        .with_for_update(of=Appointment)
    ).first()
    if row is None:
        raise NotHere
    appointment, _, day, request = row
    made = db.scalar(select(Reception.id).where(Reception.appointment_id == appointment.id))
    if made is not None:
        return made
    if appointment.is_in_person or request.case_id is None or appointment.state is not AppointmentState.BOOKED:
        raise Refused("not_online_room")
    # Found to be a denunciation after it was booked (F41).
    is_allowed = setting(db, day.unit_id, "is_denunciation_online") == 1
    if not may_receive_online(kind_found(db, request), denunciations_allowed=is_allowed):
        raise Refused("not_online_room")
    reception = Reception(
        code=text.new_code("LT", 4, 4),
        unit_id=day.unit_id,
        appointment_id=appointment.id,
        case_id=request.case_id,
        chair_id=day.chair_id,
        state=ReceptionState.SCHEDULED,
        created_at=at,
    )
    db.add(reception)
    db.flush()
    _first_members(db, at, reception, request)
    return reception.id


def _first_members(db: Session, at: datetime, reception: Reception, request: ReceptionRequest) -> None:
    citizen = db.get_one(Citizen, request.citizen_id)
    names = db.scalars(
        select(Representative.name).where(Representative.request_id == request.id).order_by(Representative.id)
    )
    unit = db.get_one(Unit, reception.unit_id)
    db.add(
        ReceptionMember(
            reception_id=reception.id,
            member=text.new_code("c", 8),
            room_role=RoomRole.CITIZEN,
            name=citizen.name,
            site="home" if request.place is Place.HOME else "ward",
            people=[[name, ""] for name in names],
            citizen_id=citizen.id,
            created_at=at,
        )
    )
    db.add(
        ReceptionMember(
            reception_id=reception.id,
            member=text.new_code("w", 8),
            room_role=RoomRole.WARD_ROOM,
            name=unit.name,
            unit_name=unit.name,
            site="ward",
            people=[],
            created_at=at,
        )
    )
    db.flush()


@dataclass(frozen=True, slots=True)
class Admission:
    """What a ticket is made of."""

    room: str
    reception_id: int
    member: str
    name: str
    title: str
    role: RoomRole
    site: str
    people: tuple[tuple[str, str], ...]
    not_before: datetime
    until: datetime


def admit_officer(db: Session, who: Who, at: datetime, code: str, *, as_ward_room: bool) -> Admission:
    """Give an officer the place in the room that the rules name, or that of the ward's room screen.

    Raises NotHere, Refused: ``room_early``, ``room_over``, ``room_ended``.
    """
    found = queries.reception_for(db, who, code)
    rules.check_may_enter(found.state, found.starts_at, found.ends_at, at)
    if as_ward_room:
        if who.unit_id != found.unit_id:
            raise NotHere
        member = _member(db, found.id, ReceptionMember.room_role == RoomRole.WARD_ROOM)
    else:
        member = _officer_member(db, who, at, found)
    about = About("reception", found.id, found.code, found.case_id, found.unit_id)
    audit.record(db, who, at, "entered_room", about, member=member.member, role=member.room_role)
    return _admission(db, found, member, found.starts_at - rules.STAFF_ENTER_BEFORE)


def admit_citizen(db: Session, at: datetime, appointment_code: str) -> Admission:
    """Give the citizen of a proven link a place. Raises NotHere, Refused."""
    found = queries.reception_file(db, reception_of(db, at, appointment_code))
    if not may_enter_lobby(found.starts_at, found.ends_at, at):
        raise Refused("lobby_closed")
    rules.check_may_enter(found.state, found.starts_at, found.ends_at, at)
    return _admission(db, found, _member(db, found.id, ReceptionMember.room_role == RoomRole.CITIZEN), at)


DIGITS_WINDOW = timedelta(minutes=15)
DIGITS_OF_NETWORK = 30
DIGITS_OF_PHONE = 8


def try_digits(db: Session, at: datetime, digits: str, phone: str, network: str) -> str | None:
    """Return the code of the appointment that six digits and a telephone name; None, and the try counts.

    An empty text says that this network, or whoever tries this telephone, has to wait.
    """
    bucket = f"digits:{hashlib.sha256(phone.encode()).hexdigest()[:32]}"
    of_phone = office.count_try(db, at, bucket, DIGITS_WINDOW)
    if office.count_try(db, at, f"digits:{network}", DIGITS_WINDOW) > DIGITS_OF_NETWORK or of_phone > DIGITS_OF_PHONE:
        return ""
    found = queries.by_digits(db, digits, phone, local(at).date())
    if found is not None:
        office.forget_tries(db, bucket)
    return found


def admit_guest(db: Session, at: datetime, guest_code: str, mark: str) -> Admission:
    """Give the guest of a proven link a place; ``mark`` is that of their browser. Raises NotHere, Refused."""
    reception_id, member = queries_guest.guest_reception(db, guest_code)
    found = queries.reception_file(db, reception_id)
    if not may_enter_lobby(found.starts_at, found.ends_at, at):
        raise Refused("lobby_closed")
    rules.check_may_enter(found.state, found.starts_at, found.ends_at, at)
    actions_guest.use(db, at, guest_code, mark)
    return _admission(db, found, _member(db, reception_id, ReceptionMember.member == member), at)


def _admission(db: Session, found: ReceptionFile, member: ReceptionMember, not_before: datetime) -> Admission:
    state = db.scalars(select(Appointment.state).where(Appointment.code == found.appointment_code)).one()
    if state not in rules.ENTERABLE:
        raise Refused("not_online_room")
    return Admission(
        room=found.code,
        reception_id=found.id,
        member=member.member,
        name=member.name,
        title=member.title,
        role=RoomRole(member.room_role),
        site=member.site,
        people=tuple((str(p[0]), str(p[1])) for p in member.people),
        not_before=not_before,
        until=rules.ticket_until(found.ends_at),
    )


def _member(db: Session, reception_id: int, condition: object) -> ReceptionMember:
    return db.scalars(
        select(ReceptionMember).where(ReceptionMember.reception_id == reception_id, condition)  # type: ignore[arg-type]
    ).one()


def _officer_member(db: Session, who: Who, at: datetime, found: ReceptionFile) -> ReceptionMember:
    role = found.room_role or RoomRole.OBSERVER
    sitter = Sitter.of(who, role)
    member, _ = seat(db, at, found.id, sitter)
    member.room_role = role
    return member


def call_in(db: Session, who: Who, at: datetime, code: str, officer_role_id: int) -> str:
    """Invite an officer of the city board or a department; twice is one invitation. Returns the member."""
    found = _desk(db, who, code)
    row = db.execute(
        select(Officer, OfficerRole, Unit)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(OfficerRole.id == officer_role_id, Officer.closed_at.is_(None))
    ).first()
    role = rules.invited_role(row[1].role) if row else None
    offered = {one.officer_role_id for one in queries_people.invitable(db, who, found.case_id)}
    if row is None or role is None or officer_role_id not in offered:
        raise NotHere
    officer, _, unit = row
    sitter = Sitter(officer.id, officer.name, officer.title, unit.name, role, invited_by=who.officer_id)
    member, is_made = seat(db, at, found.id, sitter)
    if is_made:
        _record(db, who, at, "called_in", found, member=member.member, role=role.value)
    return member.member


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account who is called in by a link of their own."""

    name: str
    title: str
    unit_name: str
    role: RoomRole


def invite_guest(db: Session, who: Who, at: datetime, code: str, guest: Guest) -> str:
    """Make a one-person link for a guest and return its code; whoever has a live one keeps it.

    Raises NotHere, Refused("guests_full").
    """
    found = _desk(db, who, code)
    known = actions_guest.live_link(db, found.id, (guest.name, guest.title, guest.unit_name, guest.role))
    if known is not None:
        return known
    live = actions_guest.count_links(db, found.id, is_live=True)
    if live >= rules.MOST_GUESTS or actions_guest.count_links(db, found.id) >= rules.MOST_LINKS:
        raise Refused("guests_full", most=rules.MOST_GUESTS)
    member = text.new_code("g", 8)
    db.add(
        ReceptionMember(
            reception_id=found.id,
            member=member,
            room_role=guest.role,
            site="other",
            name=guest.name,
            title=guest.title,
            unit_name=guest.unit_name,
            people=[],
            invited_by=who.officer_id,
            created_at=at,
        )
    )
    link = GuestLink(code=text.new_code("KM", 4, 4), reception_id=found.id, member=member, created_at=at)
    db.add(link)
    db.flush()
    _record(db, who, at, "invited_guest", found, member=member, role=guest.role.value)
    return link.code


def keep_identity(db: Session, who: Who, at: datetime, code: str, check: IdentityCheck) -> None:
    """Keep how the citizen's identity was checked; no picture of a paper is ever kept (F19)."""
    found = _desk(db, who, code)
    rules.check_identity(found.identity_check, check)
    reception = db.get_one(Reception, found.id)
    reception.identity_check, reception.identity_checked_by = check, who.officer_id
    _record(db, who, at, "checked_identity", found, method=check.value)


def keep_people(db: Session, who: Who, at: datetime, code: str, people: tuple[tuple[str, str], ...]) -> None:
    """Keep who sits in the ward's room behind its one camera."""
    found = _desk(db, who, code)
    room = _member(db, found.id, ReceptionMember.room_role == RoomRole.WARD_ROOM)
    room.people = [[name, title] for name, title in people]
    _record(db, who, at, "named_people", found, count=len(people))


def name_clerk(db: Session, who: Who, at: datetime, code: str) -> None:
    """The acting officer takes the pen; the last one who does so writes the minutes."""
    found = _desk(db, who, code)
    db.get_one(Reception, found.id).clerk_id = who.officer_id
    _record(db, who, at, "took_pen", found)


def _desk(db: Session, who: Who, code: str) -> ReceptionFile:
    found = queries.reception_for(db, who, code)
    if found.unit_id != who.unit_id:
        raise NotHere
    return found


def _record(db: Session, who: Who, at: datetime, verb: str, found: ReceptionFile, **facts: object) -> None:
    audit.record(db, who, at, verb, About("reception", found.id, found.code, found.case_id, found.unit_id), **facts)


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Log that somebody opened the desk of a reception."""
    _record(db, who, at, "viewed_reception", queries.reception_for(db, who, code))
