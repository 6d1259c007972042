"""Receptions for tests of minutes: booked, held and ended by what a room would note."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import text
from server.birth import of_day
from server.cases import actions as cases
from server.cases.actions import NewCase
from server.clock import at_office
from server.reception import actions as receptions
from server.reception import actions_notes
from server.reception.actions_notes import NoteIn
from server.tables import (
    Appointment,
    Citizen,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionMember,
    ReceptionRequest,
    Slot,
    Unit,
)
from server.who import Who
from server.words import (
    AppointmentState,
    DayKind,
    DayState,
    IdentityCheck,
    IdKind,
    Kind,
    Place,
    RequestState,
    Role,
)
from tests.people import LAN

ON = date(2026, 7, 6)
NINE = at_office(ON, 9, 0)
SHA = "a" * 64


@dataclass(frozen=True, slots=True)
class Held:
    """A reception and what tests need of it."""

    id: int
    code: str
    appointment_code: str
    request_code: str
    request_id: int
    citizen_member: str
    case_id: int


def _lan(at: datetime) -> Citizen:
    return Citizen(
        name=LAN.name, name_folded=text.fold(LAN.name), name_sort=text.name_sort_key(LAN.name), id_kind=IdKind.CARD,
        id_number=LAN.id_number, id_issued_on=date(2022, 3, 15), id_issued_by="Cục CSQLHC về TTXH",
        born=of_day(LAN.born_on), sex=LAN.sex, phone=LAN.phone, email=LAN.email, address=LAN.address, created_at=at,
    )  # fmt: skip


def book(db: Session, place: Place = Place.HOME) -> Held:
    """Lan is booked with the chair of phường Thạch Khôi for nine o'clock on Monday 6 July 2026."""
    at = datetime(2026, 6, 20, 2, 0, tzinfo=UTC)
    unit = db.scalars(select(Unit).where(Unit.code == "thach-khoi")).one()
    chair = db.scalars(select(Officer).where(Officer.username == "hanh")).one()
    tu = db.scalars(select(Officer).where(Officer.username == "tu")).one()
    who = Who(Role.RECEPTION_OFFICER, unit.id, unit.name, tu.name, officer_id=tu.id)
    citizen = _lan(at)
    db.add(citizen)
    db.flush()
    subject = "Nước thải chảy vào ruộng tổ 4"
    case = cases.open_case(db, who, at, NewCase(unit.id, citizen.id, Kind.FEEDBACK, subject))
    request = ReceptionRequest(
        code=text.new_code("TD", 4, 2), unit_id=unit.id, citizen_id=citizen.id, kind=Kind.FEEDBACK,
        state=RequestState.SCHEDULED, subject=subject, subject_folded=text.fold(subject),
        content="Nước thải từ xưởng chảy vào ruộng.", place=place, case_id=case.id, received_at=at, changed_at=at,
        idempotency_key=text.new_code("K", 12),
    )  # fmt: skip
    day = ReceptionDay(
        code=text.new_code("KT", 4), unit_id=unit.id, kind=DayKind.PERIODIC, held_on=ON, place=unit.reception_place,
        chair_id=chair.id, state=DayState.PUBLISHED, published_at=at, created_at=at,
    )  # fmt: skip
    db.add_all([request, day])
    db.flush()
    slot = Slot(day_id=day.id, starts_at=NINE, ends_at=NINE + timedelta(minutes=30), capacity=1, booked=1)
    db.add(slot)
    db.flush()
    appointment = Appointment(
        code=text.new_code("LH", 4, 2), slot_id=slot.id, request_id=request.id, state=AppointmentState.BOOKED,
        digits="481920", booked_at=at, changed_at=at,
    )  # fmt: skip
    db.add(appointment)
    db.flush()
    reception_id = receptions.reception_of(db, at, appointment.code)
    reception = db.get_one(Reception, reception_id)
    reception.clerk_id, reception.identity_check = tu.id, IdentityCheck.CARD_SHOWN
    return Held(
        reception_id, reception.code, appointment.code, request.code, request.id, _seat(db, reception_id), case.id
    )


def _seat(db: Session, reception_id: int) -> str:
    return db.scalars(
        select(ReceptionMember.member).where(
            ReceptionMember.reception_id == reception_id, ReceptionMember.room_role == "citizen"
        )
    ).one()


def enter(db: Session, who: Who, code: str) -> str:
    """An officer comes into the room; returns their member code."""
    return receptions.admit_officer(db, who, NINE, code, as_ward_room=False).member


class Room:
    """What a room would note of a reception, in order."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.seq = 0

    def note(self, db: Session, kind: str, minute: float, of: str | None = None, **facts: object) -> None:
        self.seq += 1
        at = NINE + timedelta(minutes=minute)
        one = NoteIn(self.held.code, self.seq, at, kind, of, facts)
        assert actions_notes.take_notes(db, at, "m1", self.held.code, [one]) == self.seq

    def begin(self, db: Session, members: list[str]) -> None:
        self.note(db, "room_opened", -5)
        for member in [*members, self.held.citizen_member]:
            self.note(db, "acknowledged", -3, member)
            self.note(db, "connected", -2, member, connection=1)
            self.note(db, "segment_opened", -1, member, segment=1)
        present = {"chair": members[0], "citizen": self.held.citizen_member}
        ground = "Thư ký ốm, người chủ trì tự ghi"
        self.note(db, "began", 0, by=members[0], is_waived=False, present=present, lacking=["writer"], ground=ground)

    def incidents(self, db: Session) -> None:
        """Lan's line drops for two minutes, the chair goes on by sound alone; then the chair pauses."""
        self.note(db, "lost", 5, self.held.citizen_member, media_only=False, role="citizen")
        self.note(db, "failure_rung", 5.5, rung=1, seconds=30, missing=[self.held.citizen_member])
        self.note(db, "failure_choice", 6, by="x", choice="sound_only", ground="", waited=60)
        self.note(db, "failure_over", 7, rung=1)
        self.note(db, "returned", 7, self.held.citizen_member)
        self.note(db, "paused", 10, by="x", ground="Mất điện tại trụ sở")
        self.note(db, "resumed", 12, by="x")
        ground, lan = "Hội ý hướng giải quyết", self.held.citizen_member
        phone, desk = "Mozilla/5.0 (Linux; Android 14) Mobile | 384x854", "Mozilla/5.0 (Windows NT 10.0) | 1920x1080"
        self.note(db, "device_changed", 13, lan, device=desk, before=phone, both=True)
        self.note(db, "consultation_began", 15, by="x", rule="unrecorded", ground=ground, members=["x", lan])
        self.note(db, "consultation_ended", 18, by="x", reason="ended", members=["x", lan])

    def end(self, db: Session, members: list[str]) -> None:
        self.note(db, "ended", 25, by=members[0])
        for member in [*members, self.held.citizen_member]:
            self.note(
                db, "segment_closed", 25, member, member=member, segment=1, file=f"{member}-001.webm", bytes=1000,
                sha256=SHA, zero_ms=0, started_at=NINE.isoformat(), has_audio=True, has_video=True,
                ended_at=(NINE + timedelta(minutes=25)).isoformat(), closed="clean",
            )  # fmt: skip
