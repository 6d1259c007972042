"""Giving, moving and taking back slots, on both databases."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.clock import at_office
from server.errors import NotHere, OfficeError, Refused
from server.intake import actions as intake
from server.intake import queries as requests
from server.scheduling import actions, queries, queries_slips
from server.scheduling.actions import Moving, NewAppointment
from server.scheduling.rules import SlotPlan
from server.tables import Appointment, Slot
from server.who import Who, the_system
from server.words import (
    AppointmentState,
    AppointmentVerb,
    Kind,
    LetterState,
    RequestState,
    RequestVerb,
    Role,
)
from tests.people import LAN, MINH
from tests.server.scheduling.stage import MORNING, Stage, key

JULY_16 = date(2026, 7, 16)


def state_of(stage: Stage, request_code: str) -> RequestState:
    return stage.house.db.read_now(requests.request_for, stage.who, request_code).state


def booked_of(stage: Stage, slot_id: int) -> int:
    def count(db: Session) -> int:
        return db.scalars(select(Slot.booked).where(Slot.id == slot_id)).one()

    return stage.house.db.read_now(count)


async def at_once(stage: Stage, wishes: list[NewAppointment]) -> list[str]:
    """Press all at the same time; return the code of each refusal, or ``won``."""

    async def press(new: NewAppointment) -> str:
        try:
            await stage.house.db.write(actions.book, stage.who, stage.at, stage.links, new)
        except OfficeError as error:
            return error.code
        return "won"

    return await asyncio.gather(*(press(new) for new in wishes))


async def test_two_hundred_want_the_last_place_and_one_gets_it(stage: Stage) -> None:
    slot_id = stage.slot(stage.posted_day(JULY_16))
    codes = stage.accepted_many([replace(LAN, phone=f"09{n:08d}") for n in range(200)])
    ends = await at_once(stage, [NewAppointment(c, slot_id, False, key()) for c in codes])
    assert ends.count("won") == 1
    assert set(ends) == {"won", "slot_taken"}
    assert booked_of(stage, slot_id) == 1
    states = [state_of(stage, code) for code in codes]
    assert states.count(RequestState.SCHEDULED) == 1
    assert states[ends.index("won")] is RequestState.SCHEDULED
    assert len(stage.letters("slip")) == 2  # one citizen, by SMS and by mail


async def test_one_request_pressed_into_many_slots_gets_one(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    slots = [slot.id for slot in stage.sheet(day).slots]
    ends = await at_once(stage, [NewAppointment(code, s, False, key()) for s in slots * 5])
    assert ends.count("won") == 1
    assert set(ends) == {"won", "already_booked"}
    assert sum(booked_of(stage, slot_id) for slot_id in slots) == 1


async def test_pressing_twice_books_once(stage: Stage) -> None:
    day = stage.posted_day(JULY_16, plan=SlotPlan(MORNING.stretches, 30, 0, 5))
    new = NewAppointment(stage.accepted(), stage.slot(day), is_in_person=False, key=key())
    db = stage.house.db
    made = await asyncio.gather(*(db.write(actions.book, stage.who, stage.at, stage.links, new) for _ in range(8)))
    assert len(set(made)) == 1
    assert booked_of(stage, new.slot_id) == 1


def test_booking_schedules_the_request_and_gives_digits(stage: Stage) -> None:
    code = stage.accepted()
    made = stage.book(code, stage.slot(stage.posted_day(JULY_16)))
    assert state_of(stage, code) is RequestState.SCHEDULED
    slip = stage.house.db.read_now(queries_slips.slip, made.code)
    assert len(slip.digits) == 6
    assert slip.digits.isdecimal()


def test_a_request_is_not_booked_twice(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    stage.book(code, stage.slot(day))
    with pytest.raises(Refused, match="already_booked"):
        stage.book(code, stage.slot(day, 1))


def test_a_draft_takes_no_bookings(stage: Stage) -> None:
    day, code = stage.open_day(JULY_16), stage.accepted()
    with pytest.raises(Refused, match="day_not_open"):
        stage.book(code, stage.slot(day))


def test_a_denunciation_is_booked_at_the_ward_only(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted(kind=Kind.DENUNCIATION)
    with pytest.raises(Refused, match="not_online"):
        stage.book(code, stage.slot(day))
    assert booked_of(stage, stage.slot(day)) == 0
    stage.book(code, stage.slot(day), is_in_person=True)


def test_another_wards_officer_finds_nothing(stage: Stage, elsewhere: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    slot_id = stage.slot(day)
    theirs = elsewhere.accepted(MINH)
    for attempt in (
        lambda: elsewhere.sheet(day),
        lambda: elsewhere.book(code, slot_id),
        lambda: elsewhere.book(theirs, slot_id),
    ):
        with pytest.raises(NotHere):
            attempt()
    made = stage.book(code, slot_id)
    for action in (
        lambda: stage.house.db.read_now(queries.appointment_for, elsewhere.who, made.code),
        lambda: cancel(elsewhere, made.code),
    ):
        with pytest.raises(NotHere):
            action()


def cancel(stage: Stage, code: str, ground: str = "Chủ trì ốm") -> None:
    stage.house.db.write_now(actions.cancel, stage.who, stage.at, stage.links, code, ground)


def move(stage: Stage, code: str, slot_id: int, *, is_in_person: bool = False) -> actions.Booked:
    moving = Moving(code, slot_id, is_in_person, "Chủ trì họp đột xuất", key())
    return stage.house.db.write_now(actions.move, stage.who, stage.at, stage.links, moving)


def test_cancelling_keeps_the_request_and_drops_reminders(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    made = stage.book(code, stage.slot(day))
    assert len(stage.letters("reminder_day_before", LetterState.WAITING)) == 2
    assert len(stage.letters("reminder_hour_before", LetterState.WAITING)) == 2
    cancel(stage, made.code)
    cancel(stage, made.code)
    assert state_of(stage, code) is RequestState.ACCEPTED
    assert booked_of(stage, stage.slot(day)) == 0
    for template in ("reminder_day_before", "reminder_hour_before"):
        assert not stage.letters(template, LetterState.WAITING)
    assert len(stage.letters("cancelled")) == 2
    again = stage.book(code, stage.slot(day))
    assert again.code != made.code


def test_moving_keeps_digits_and_leads_the_old_link_on(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    made = stage.book(code, stage.slot(day))
    moved = move(stage, made.code, stage.slot(day, 2))
    old = stage.house.db.read_now(queries_slips.slip, made.code)
    new = stage.house.db.read_now(queries_slips.slip, moved.code)
    assert (old.state, new.state) == (AppointmentState.MOVED, AppointmentState.BOOKED)
    assert (old.next_code, new.digits) == (new.code, old.digits)
    assert [booked_of(stage, stage.slot(day, n)) for n in range(3)] == [0, 0, 1]
    waiting = stage.letters("reminder_hour_before", LetterState.WAITING)
    assert {letter.facts["code"] for letter in waiting} == {moved.code}
    assert state_of(stage, code) is RequestState.SCHEDULED


def test_moving_to_a_full_slot_changes_nothing(stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    first = stage.book(stage.accepted(LAN), stage.slot(day))
    stage.book(stage.accepted(MINH), stage.slot(day, 1))
    with pytest.raises(Refused, match="slot_taken"):
        move(stage, first.code, stage.slot(day, 1))
    assert booked_of(stage, stage.slot(day)) == 1
    line = stage.house.db.read_now(queries.appointment_for, stage.who, first.code)
    assert line.state is AppointmentState.BOOKED
    with pytest.raises(Refused, match="same_slot"):
        move(stage, first.code, stage.slot(day))


def test_from_home_to_the_ward_in_the_same_slot(stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(), stage.slot(day))
    moved = move(stage, made.code, stage.slot(day), is_in_person=True)
    assert stage.house.db.read_now(queries_slips.slip, moved.code).is_in_person
    assert booked_of(stage, stage.slot(day)) == 1


def test_who_came_was_heard_and_who_did_not_waits_again(stage: Stage, move_clock: Callable[[datetime], None]) -> None:
    day = stage.posted_day(JULY_16)
    came, missed = stage.accepted(LAN), stage.accepted(MINH)
    one, other = stage.book(came, stage.slot(day)), stage.book(missed, stage.slot(day, 1))
    move_clock(at_office(JULY_16, 10, 30))
    for made, verb in ((one, AppointmentVerb.KEEP), (other, AppointmentVerb.MISS)) * 2:
        stage.house.db.write_now(actions.mark, stage.who, stage.at, made.code, verb)
    assert state_of(stage, came) is RequestState.HEARD
    assert state_of(stage, missed) is RequestState.ACCEPTED


def test_the_room_notes_who_came_and_an_administrator_may_not(stage: Stage, who_of: Callable[..., Who]) -> None:
    made = stage.book(stage.accepted(), stage.slot(stage.posted_day(JULY_16)))
    keep = AppointmentVerb.KEEP
    admin = replace(who_of("quantri"), unit_id=stage.who.unit_id)
    with pytest.raises(NotHere):
        stage.house.db.write_now(actions.mark, admin, stage.at, made.code, keep)
    room = the_system(stage.who.unit_id)
    stage.house.db.write_now(actions.mark, room, stage.at, made.code, keep)


def test_a_withdrawn_request_gives_its_place_back(stage: Stage) -> None:
    day, code = stage.posted_day(JULY_16), stage.accepted()
    stage.book(code, stage.slot(day))
    request = stage.house.db.read_now(requests.request_for, stage.who, code)
    citizen = Who(Role.CITIZEN, stage.who.unit_id, "", code, request_id=request.id)
    stage.house.db.write_now(intake.move, citizen, stage.at, request.id, RequestVerb.WITHDRAW)
    for _ in range(2):
        for appointment_id in stage.house.db.read_now(queries.orphans):
            stage.house.db.write_now(actions.release, the_system(), stage.at, appointment_id)
    assert booked_of(stage, stage.slot(day)) == 0
    assert not stage.letters("reminder_hour_before", LetterState.WAITING)


def test_the_citizen_answers_from_the_slip(stage: Stage) -> None:
    made = stage.book(stage.accepted(), stage.slot(stage.posted_day(JULY_16)))
    holder = stage.house.db.read_now(queries_slips.slip, made.code).holder
    for _ in range(2):
        stage.house.db.write_now(actions.confirm, holder, stage.at, made.code)
        stage.house.db.write_now(actions.ask_cancel, holder, stage.at, made.code, "Ốm")
    line = stage.house.db.read_now(queries.appointment_for, stage.who, made.code)
    assert line.confirmed_at is not None
    assert line.cancel_asked_ground == "Ốm"
    assert stage.house.db.read_now(queries.waiting_counts, stage.who) == {"schedule": 1}
    stranger = replace(holder, request_id=0)
    with pytest.raises(NotHere):
        stage.house.db.write_now(actions.confirm, stranger, stage.at, made.code)


def test_live_digits_are_never_given_twice(stage: Stage) -> None:
    day = stage.posted_day(JULY_16, plan=SlotPlan(MORNING.stretches, 30, 0, 20))
    for n in range(30):
        stage.book(stage.accepted(replace(LAN, phone=f"09{n:08d}")), stage.slot(day, n % 4))

    def distinct(db: Session) -> int:
        return db.scalars(select(func.count(Appointment.digits.distinct()))).one()

    assert stage.house.db.read_now(distinct) == 30
