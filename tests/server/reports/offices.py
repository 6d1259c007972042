"""An office whose receptions and petitions are put down row by row."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import at_office
from server.house import House
from server.reports import queries, rules
from server.reports.rules_period import Period
from server.tables import (
    Appointment,
    Case,
    Citizen,
    Officer,
    Reception,
    ReceptionDay,
    ReceptionRequest,
    Slot,
    TriageDecision,
    Unit,
)
from server.words import (
    AppointmentState,
    CaseState,
    DayKind,
    DayState,
    IdKind,
    Kind,
    Place,
    ReceptionState,
    RequestState,
    RequestVerb,
    Role,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One reception to be put down."""

    on: date
    kind: DayKind = DayKind.REGULAR
    is_delegated: bool = False
    group: int = 1
    matter: Kind = Kind.RECOMMENDATION
    end: ReceptionState | None = None
    state: AppointmentState = AppointmentState.KEPT


class Ward:
    """A ward of the invented office; every reception gets a day, a slot and a request of its own."""

    def __init__(self, house: House, code: str = "thach-khoi") -> None:
        self.house, self.code = house, code
        self.number = 0

    def case(self, kind: Kind = Kind.RECOMMENDATION) -> int:
        def make(db: Session) -> int:
            self.number += 1
            at = at_office(date(2026, 1, 5), 8, 0)
            person = Citizen(
                name="Người Thử", name_folded="nguoi thu", name_sort="", id_kind=IdKind.OTHER, id_number="", phone="",
                address="", created_at=at,
            )  # fmt: skip
            db.add(person)
            db.flush()
            case = Case(
                code=f"V{self.code}{self.number}", number=f"2026/{self.number:04d}", unit_id=self.unit(db), kind=kind,
                citizen_id=person.id, title="Việc bí mật" if kind is Kind.DENUNCIATION else "Việc đất đai",
                title_folded="", state=CaseState.OPEN, is_restricted=kind is Kind.DENUNCIATION, opened_at=at,
            )  # fmt: skip
            db.add(case)
            db.flush()
            return case.id

        return self.house.db.write_now(make)

    def unit(self, db: Session) -> int:
        return db.scalars(select(Unit.id).where(Unit.code == self.code)).one()

    def day(self, db: Session, one: Heard, state: DayState = DayState.PUBLISHED) -> ReceptionDay:
        self.number += 1
        day = ReceptionDay(
            code=f"L{self.code}{self.number}", unit_id=self.unit(db), kind=one.kind, held_on=one.on, place="",
            chair_id=db.scalars(select(Officer.id).limit(1)).one(), is_delegated=one.is_delegated, state=state,
            created_at=at_office(one.on, 6, 0),
        )  # fmt: skip
        db.add(day)
        db.flush()
        return day

    def held_day(self, on: date, kind: DayKind = DayKind.PERIODIC, *, is_delegated: bool = False) -> None:
        """A day that was closed; whether anybody came is another matter."""
        self.house.db.write_now(lambda db: self.day(db, Heard(on, kind, is_delegated), DayState.CLOSED).id)

    def receive(self, case_id: int, one: Heard) -> str:
        """Put down a reception; return the code of its request."""

        def make(db: Session) -> str:
            day, at = self.day(db, one, DayState.CLOSED), at_office(one.on, 9, 0)
            case = db.get_one(Case, case_id)
            request = ReceptionRequest(
                code=f"D{self.code}{self.number}", unit_id=day.unit_id, citizen_id=case.citizen_id, kind=one.matter,
                state=RequestState.HEARD, subject="Tóm tắt", subject_folded="", content="", place=Place.HOME,
                group_size=one.group, case_id=case_id, received_at=at - timedelta(2), changed_at=at,
                idempotency_key=f"{self.code}{self.number}",
            )  # fmt: skip
            slot = Slot(day_id=day.id, starts_at=at, ends_at=at + timedelta(minutes=30), capacity=1, booked=1)
            db.add_all([request, slot])
            db.flush()
            db.add(
                TriageDecision(
                    request_id=request.id, verb=RequestVerb.ACCEPT, state=RequestState.ACCEPTED,
                    role=Role.RECEPTION_OFFICER, at=at - timedelta(1),
                )
            )  # fmt: skip
            kept = Appointment(
                code=f"H{self.code}{self.number}", slot_id=slot.id, request_id=request.id, state=one.state, digits="0",
                booked_at=at, changed_at=at,
            )  # fmt: skip
            db.add(kept)
            db.flush()
            if one.end is not None:
                db.add(
                    Reception(
                        code=f"B{self.code}{self.number}", unit_id=day.unit_id, appointment_id=kept.id,
                        case_id=case_id, chair_id=day.chair_id, state=one.end, created_at=at,
                    )
                )  # fmt: skip
            return request.code

        return self.house.db.write_now(make)

    def row(self, slug: str, period: Period) -> dict[str, int]:
        """Return the ward's present row, without the columns that are nought."""

        def read(db: Session) -> dict[str, int]:
            unit = db.scalars(select(Unit).where(Unit.code == self.code)).one()
            head = queries.UnitHead(unit.id, unit.code, unit.name, unit.kind)
            line = queries.report(db, rules.form_named(slug), period, (head,)).lines[0]
            return {code: value for code, value in line.figures.items() if value}

        return self.house.db.read_now(read)
