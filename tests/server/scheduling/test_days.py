"""Planning, publishing, postponing, cancelling and closing a day."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.clock import at_office
from server.errors import BadForm, NotHere, Refused, Stale
from server.scheduling import actions, actions_days, queries, queries_plan, queries_slips
from server.scheduling.actions_days import Postponing
from server.scheduling.rules import SlotPlan
from server.tables import AuditEntry, ReceptionRequest
from server.who import Who
from server.words import (
    AppointmentState,
    AppointmentVerb,
    DayState,
    Kind,
    LetterState,
    RequestState,
    Role,
)
from tests.people import LAN, MINH
from tests.server.scheduling.stage import MORNING, SUBJECT, Stage, key

pytestmark = pytest.mark.second_engine_slow

JULY_16, JULY_23 = date(2026, 7, 16), date(2026, 7, 23)


def postpone(stage: Stage, code: str, to: date, *, is_followed: bool = True) -> str:
    new = Postponing(code, "Chủ tịch họp thành phố", to, is_followed, key())
    return stage.house.db.write_now(actions_days.postpone, stage.who, stage.at, stage.links, new)


@pytest.mark.parametrize(("published_on", "is_late"), [(29, False), (30, True)])
def test_f01_late_after_the_fifth_working_day_before(
    stage: Stage, move_clock: Callable[[datetime], None], published_on: int, is_late: bool
) -> None:
    move_clock(at_office(date(2026, 6, published_on), 16, 0))
    code = stage.open_day(date(2026, 7, 6))
    assert stage.publish(code) is is_late
    assert stage.publish(code) is is_late
    assert stage.sheet(code).day.is_posted_late is is_late


def test_opening_twice_with_one_key_makes_one_day(stage: Stage) -> None:
    new = stage.new_day(JULY_16)
    codes = {stage.house.db.write_now(actions_days.open_day, stage.who, stage.at, new) for _ in range(2)}
    assert len(codes) == 1


def test_a_chair_is_not_at_two_days_at_once(stage: Stage) -> None:
    stage.open_day(JULY_16)
    with pytest.raises(BadForm) as refused:
        stage.open_day(JULY_16)
    assert refused.value.fields["held_on"].code == "chair_busy"
    stage.open_day(JULY_16, chair="phuc")
    stage.open_day(JULY_16, plan=SlotPlan(((time(10), time(11)),), 30, 0, 1))


def test_a_day_of_yesterday_is_not_planned(stage: Stage) -> None:
    with pytest.raises(BadForm) as refused:
        stage.open_day(date(2026, 7, 5))
    assert refused.value.fields["held_on"].code == "day_past"


def test_somebody_elses_officer_does_not_preside(stage: Stage) -> None:
    with pytest.raises(BadForm) as refused:
        stage.open_day(JULY_16, chair="quan")
    assert refused.value.fields["chair_id"].code == "choice"


def test_a_deputys_day_is_delegated(stage: Stage) -> None:
    assert stage.sheet(stage.open_day(JULY_16, chair="phuc")).day.is_delegated
    assert not stage.sheet(stage.open_day(JULY_23)).day.is_delegated


def test_f08_a_citizens_name_is_not_published(stage: Stage) -> None:
    stage.accepted(MINH)
    new = replace(stage.new_day(JULY_16), expected_content="Tiếp ông Trần Văn Minh")
    with pytest.raises(BadForm) as refused:
        stage.house.db.write_now(actions_days.open_day, stage.who, stage.at, new)
    assert refused.value.fields["expected_content"].code == "gives_away"


@pytest.mark.parametrize(("heard_for", "is_refused"), [(timedelta(days=300), True), (timedelta(days=400), False)])
def test_f08_who_was_heard_is_named_nowhere_for_a_year(stage: Stage, heard_for: timedelta, is_refused: bool) -> None:
    stage.accepted(MINH)
    heard = {"state": RequestState.HEARD, "changed_at": stage.at - heard_for}
    stage.house.db.write_now(lambda db: db.execute(update(ReceptionRequest).values(heard)))
    new = replace(stage.new_day(JULY_16), expected_content="Tiếp ông Trần Văn Minh")
    with pytest.raises(BadForm) if is_refused else nullcontext():
        stage.house.db.write_now(actions_days.open_day, stage.who, stage.at, new)


def test_f08_the_public_reads_neither_name_nor_subject(stage: Stage) -> None:
    new = replace(stage.new_day(JULY_16), expected_content="Nghe việc của Trần Văn Minh")
    code = stage.house.db.write_now(actions_days.open_day, stage.who, stage.at, new)
    stage.publish(code)
    request = stage.accepted(MINH, Kind.DENUNCIATION)
    stage.book(request, stage.slot(code), is_in_person=True)
    unit_id = stage.who.unit_id
    (shown,) = stage.house.db.read_now(queries_slips.public_days, unit_id, date(2026, 7, 6))
    assert MINH.name not in repr(shown)
    assert SUBJECT not in repr(shown)


def test_a_draft_is_changed_and_a_stale_change_refused(stage: Stage) -> None:
    code = stage.open_day(JULY_16)
    version = stage.sheet(code).day.version
    change = replace(stage.new_day(JULY_16), place="Phòng họp tầng 2")

    def edit() -> None:
        stage.house.db.write_now(actions_days.edit_day, stage.who, stage.at, code, change, version)

    edit()
    assert stage.sheet(code).day.place == "Phòng họp tầng 2"
    assert len(stage.sheet(code).slots) == 4
    with pytest.raises(Stale):
        edit()
    stage.publish(code)
    with pytest.raises(Refused, match="day_step"):
        edit()


def test_f07_postponing_takes_the_citizens_along(stage: Stage) -> None:
    old = stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(), stage.slot(old, 1))
    new = postpone(stage, old, JULY_23)
    sheet = stage.sheet(new)
    assert sheet.day.state is DayState.PUBLISHED
    (follower,) = sheet.slots[1].appointments
    assert follower.starts_at == at_office(JULY_23, 8, 30)
    assert [slot.booked for slot in sheet.slots] == [0, 1, 0, 0]
    before = stage.sheet(old)
    assert (before.day.state, before.day.moved_to_on) == (DayState.POSTPONED, JULY_23)
    assert before.day.booked == 0
    slip = stage.house.db.read_now(queries_slips.slip, made.code)
    assert (slip.state, slip.next_code) == (AppointmentState.MOVED, follower.code)
    assert all(letter.facts["date"] == "23/07/2026" for letter in stage.letters("day_postponed"))
    waiting = stage.letters("reminder_day_before", LetterState.WAITING)
    assert {letter.facts["code"] for letter in waiting} == {follower.code}
    public = stage.house.db.read_now(queries_slips.public_days, stage.who.unit_id, date(2026, 7, 6))
    assert [day.held_on for day in public] == [JULY_16, JULY_23]
    assert (public[0].ground, public[0].moved_to_on) == ("Chủ tịch họp thành phố", JULY_23)


def test_postponing_without_following_keeps_the_requests(stage: Stage) -> None:
    old, request = stage.posted_day(JULY_16), stage.accepted()
    stage.book(request, stage.slot(old))
    new = postpone(stage, old, JULY_23, is_followed=False)
    assert stage.sheet(new).coming == 0
    assert {letter.facts["kept"] for letter in stage.letters("day_postponed")} == {""}
    assert not stage.letters("reminder_day_before", LetterState.WAITING)
    stage.book(request, stage.slot(new))


def test_postponing_twice_with_one_key_makes_one_day(stage: Stage) -> None:
    old = stage.posted_day(JULY_16)
    new = Postponing(old, "Bão", JULY_23, is_followed=True, key=key())
    codes = {stage.house.db.write_now(actions_days.postpone, stage.who, stage.at, stage.links, new) for _ in range(2)}
    assert len(codes) == 1
    with pytest.raises(Refused, match="day_step"):
        postpone(stage, old, date(2026, 7, 30))


@pytest.mark.parametrize(("to", "code"), [(JULY_16, "same_day"), (date(2026, 7, 6), "day_past")])
def test_the_new_date_must_be_another_and_to_come(stage: Stage, to: date, code: str) -> None:
    day = stage.posted_day(JULY_16)
    with pytest.raises(BadForm) as refused:
        postpone(stage, day, to)
    assert refused.value.fields["new_on"].code == code


def test_cancelling_a_day_writes_to_all_and_keeps_requests(stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    codes = [stage.accepted(LAN), stage.accepted(MINH)]
    for number, code in enumerate(codes):
        stage.book(code, stage.slot(day, number))
    ground = "Bận giải quyết tố cáo"
    with pytest.raises(BadForm) as refused:
        # It goes into a letter (F66).
        stage.house.db.write_now(actions_days.cancel_day, stage.who, stage.at, stage.links, day, ground)
    assert set(refused.value.fields) == {"cancel_ground"}
    for _ in range(2):
        stage.house.db.write_now(actions_days.cancel_day, stage.who, stage.at, stage.links, day, "Bão số 3")
    assert len(stage.letters("cancelled")) == 4
    other = stage.posted_day(JULY_23)
    for number, code in enumerate(codes):
        stage.book(code, stage.slot(other, number))


def test_a_day_closes_when_all_are_marked(stage: Stage, move_clock: Callable[[datetime], None]) -> None:
    day = stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(), stage.slot(day))

    def close() -> None:
        stage.house.db.write_now(actions_days.close, stage.who, stage.at, day)

    with pytest.raises(Refused, match="day_not_over"):
        close()
    move_clock(at_office(JULY_16, 17, 0))
    with pytest.raises(Refused, match="appointments_open"):
        close()
    stage.house.db.write_now(actions.mark, stage.who, stage.at, made.code, AppointmentVerb.KEEP)
    close()
    close()
    (month,) = stage.house.db.read_now(queries_plan.chair_months, stage.who, [(2026, 7)], date(2026, 7, 31))
    assert (month.in_person, month.is_short) == (1, True)


def test_police_read_times_and_no_names(stage: Stage, who_of: Callable[..., Who]) -> None:
    day = stage.posted_day(JULY_16)
    stage.book(stage.accepted(MINH, Kind.DENUNCIATION), stage.slot(day), is_in_person=True)
    stage.book(stage.accepted(LAN), stage.slot(day, 1))
    for username in ("cuong", "khoa", "loan"):
        seen = repr(stage.house.db.read_now(queries.day_for, who_of(username), day))
        assert MINH.name not in seen
        assert MINH.phone not in seen
        assert (LAN.name in seen) is (username == "loan")
    police = stage.house.db.read_now(queries.day_for, who_of("cuong"), day)
    assert [one.group_size for slot in police.slots for one in slot.appointments] == [0, 1]


def test_the_office_head_cannot_open_a_denunciations_appointment(stage: Stage, who_of: Callable[..., Who]) -> None:
    day = stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(MINH, Kind.DENUNCIATION), stage.slot(day), is_in_person=True)
    with pytest.raises(NotHere):
        stage.house.db.read_now(queries.appointment_for, who_of("loan"), made.code)


def test_every_step_is_in_the_log_without_names(stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(), stage.slot(day))
    holder = stage.house.db.read_now(queries_slips.slip, made.code).holder
    stage.house.db.write_now(actions.confirm, holder, stage.at, made.code)
    postpone(stage, day, JULY_23)

    def entries(db: Session) -> list[tuple[str, str, str]]:
        wanted = select(AuditEntry.about_kind, AuditEntry.verb, AuditEntry.who_name)
        return [(*row,) for row in db.execute(wanted.order_by(AuditEntry.id))]

    found = stage.house.db.read_now(entries)
    steps = [(kind, verb) for kind, verb, _ in found if kind in {"reception_day", "appointment"}]
    assert steps == [
        ("reception_day", "opened"),
        ("reception_day", "published"),
        ("appointment", "booked"),
        ("appointment", "confirmed"),
        ("reception_day", "postponed"),
    ]
    assert all(LAN.name != name for _, _, name in found)


def test_a_deputy_chair_does_not_plan(stage: Stage, who_of: Callable[..., Who]) -> None:
    assert who_of("phuc").role is Role.WARD_VICE_CHAIR
    day = stage.open_day(JULY_16, plan=MORNING)
    assert stage.house.db.read_now(queries.day_for, who_of("phuc"), day).day.code == day
