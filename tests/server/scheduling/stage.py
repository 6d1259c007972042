"""A ward's schedule to play on: days, accepted requests, bookings."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.house import House
from server.intake import actions as intake
from server.intake.actions_register import NewPerson, NewRequest, register
from server.scheduling import actions, actions_days, queries
from server.scheduling.actions import Booked, NewAppointment
from server.scheduling.actions_days import NewDay
from server.scheduling.rules import SlotPlan
from server.tables import Officer, OutboxLetter, ReceptionRequest
from server.who import Who
from server.words import DayKind, Kind, LetterState
from tests.people import LAN, Person

SUBJECT = "Xin cấp giấy chứng nhận quyền sử dụng đất thửa 112"
MORNING = SlotPlan(((time(8, 0), time(10, 0)),), minutes=30, gap=0, capacity=1)
KEY = b"links of the tests"


def key() -> str:
    return secrets.token_hex(16)


def officer_id(db: Session, username: str) -> int:
    return db.scalars(select(Officer.id).where(Officer.username == username)).one()


@dataclass(frozen=True, slots=True)
class Stage:
    """The house at one time, with one officer acting."""

    house: House
    who: Who

    @property
    def at(self) -> datetime:
        return self.house.clock.now()

    @property
    def links(self) -> bytes:
        return self.house.settings.key("links")

    def new_day(self, on: date, chair: str = "hanh", plan: SlotPlan = MORNING) -> NewDay:
        chair_id = self.house.db.read_now(officer_id, chair)
        return NewDay(DayKind.PERIODIC, on, "Phòng tiếp công dân", chair_id, "", "", plan, key())

    def open_day(self, on: date, chair: str = "hanh", plan: SlotPlan = MORNING) -> str:
        new = self.new_day(on, chair, plan)
        return self.house.db.write_now(actions_days.open_day, self.who, self.at, new)

    def publish(self, code: str) -> bool:
        return self.house.db.write_now(actions_days.publish, self.who, self.at, code)

    def posted_day(self, on: date, chair: str = "hanh", plan: SlotPlan = MORNING) -> str:
        code = self.open_day(on, chair, plan)
        self.publish(code)
        return code

    def sheet(self, code: str) -> queries.DaySheet:
        return self.house.db.read_now(queries.day_for, self.who, code)

    def slot(self, code: str, number: int = 0) -> int:
        return self.sheet(code).slots[number].id

    def accepted(self, person: Person = LAN, kind: Kind = Kind.RECOMMENDATION) -> str:
        """Register a request, accept it, and return its code."""
        return self.accepted_many([person], kind)[0]

    def accepted_many(self, people: list[Person], kind: Kind = Kind.RECOMMENDATION) -> list[str]:
        """Register a request of each person, all accepted into one case; return their codes."""

        def enter(db: Session) -> list[str]:
            codes = []
            for person in people:
                new = NewRequest(
                    unit_id=self.who.unit_id,
                    kind=kind,
                    subject=SUBJECT,
                    person=NewPerson(person.name, person.phone, person.email),
                    key=key(),
                    content="Nội dung chỉ công chức được đọc.",
                )
                codes.append(register(db, self.at, new).code)
            # Opening a case costs more than all else here, and hundreds of them would prove nothing.
            intake.accept(db, self.who, self.at, codes[0])
            first = db.scalars(select(ReceptionRequest).where(ReceptionRequest.code == codes[0])).one()
            others = update(ReceptionRequest).where(ReceptionRequest.code.in_(codes[1:]))
            db.execute(others.values(state=first.state, case_id=first.case_id))
            return codes

        return self.house.db.write_now(enter)

    def book(self, request_code: str, slot_id: int, *, is_in_person: bool = False) -> Booked:
        new = NewAppointment(request_code, slot_id, is_in_person, key())
        return self.house.db.write_now(actions.book, self.who, self.at, self.links, new)

    def letters(self, template: str = "", state: LetterState | None = None) -> list[OutboxLetter]:
        def find(db: Session) -> list[OutboxLetter]:
            found = db.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).all()
            db.expunge_all()
            return list(found)

        return [
            letter
            for letter in self.house.db.read_now(find)
            if template in {"", letter.template} and state in {None, letter.state}
        ]
