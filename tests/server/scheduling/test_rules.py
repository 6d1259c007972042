"""Planning and deciding, by tables of cases."""

import secrets
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.clock import at_office
from server.errors import BadForm, Refused
from server.scheduling import forms, rules
from server.scheduling.forms_plan import PlanForm
from server.scheduling.rules import ChairDay, SlotPlan, SlotTime
from server.words import AppointmentState, AppointmentVerb, DayKind, DayState, DayVerb, Kind, Role

JULY_9 = date(2026, 7, 9)


def plan(*stretches: tuple[int, int], minutes: int = 30, gap: int = 0, capacity: int = 1) -> SlotPlan:
    return SlotPlan(tuple((time(a), time(b)) for a, b in stretches), minutes, gap, capacity)


def test_a_day_is_cut_into_whole_slots() -> None:
    slots = rules.slots_on(JULY_9, plan((8, 10), (14, 15), minutes=25, gap=5))
    assert [slot.starts_at for slot in slots] == [
        at_office(JULY_9, hour, minute) for hour, minute in ((8, 0), (8, 30), (9, 0), (9, 30), (14, 0), (14, 30))
    ]
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=25) for slot in slots)


def test_a_slot_never_reaches_past_its_stretch() -> None:
    assert len(rules.slots_on(JULY_9, plan((8, 9), minutes=40))) == 1


def test_the_form_gets_back_the_plan_it_gave() -> None:
    given_plan = plan((8, 10), (14, 16), minutes=25, gap=5, capacity=3)
    again = rules.plan_of(rules.slots_on(JULY_9, given_plan))
    assert rules.slots_on(JULY_9, again) == rules.slots_on(JULY_9, given_plan)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (plan((10, 8)), ("ends_1", "ends_before_start")),
        (plan((8, 10), (9, 11)), ("begins_2", "stretch_overlaps")),
        (plan((8, 9), minutes=90), ("minutes", "no_slot_fits")),
        (plan((7, 17), minutes=10), ("minutes", "too_many_slots")),
        (plan(), ("begins_1", "required")),
        (plan((8, 10)), None),
    ],
)
def test_a_plan_says_what_is_wrong_with_it(made: SlotPlan, fault: tuple[str, str] | None) -> None:
    assert rules.plan_fault(made) == fault


def test_slots_that_touch_do_not_overlap() -> None:
    early, late = rules.slots_on(JULY_9, plan((8, 9))), rules.slots_on(JULY_9, plan((9, 10)))
    assert not rules.overlaps(early, late)
    assert rules.overlaps(early, early)


def test_a_postponed_day_keeps_its_hours() -> None:
    slots = rules.slots_on(JULY_9, plan((8, 9)))
    assert rules.shifted(slots, date(2026, 7, 16)) == rules.slots_on(date(2026, 7, 16), plan((8, 9)))


@pytest.mark.parametrize("state", DayState)
@pytest.mark.parametrize("verb", DayVerb)
def test_days_move_by_the_table_only(state: DayState, verb: DayVerb) -> None:
    if (state, verb) in rules.DAY_FLOW:
        assert rules.day_after(state, verb) is rules.DAY_FLOW[state, verb]
    else:
        with pytest.raises(Refused, match="day_step"):
            rules.day_after(state, verb)


@pytest.mark.parametrize("verb", AppointmentVerb)
@pytest.mark.parametrize("state", AppointmentState)
def test_only_a_booked_appointment_moves(state: AppointmentState, verb: AppointmentVerb) -> None:
    if state is AppointmentState.BOOKED:
        assert rules.appointment_after(state, verb) is not state
    else:
        with pytest.raises(Refused, match="appointment_step"):
            rules.appointment_after(state, verb)


def test_f03_a_deputys_day_does_not_count_for_the_chair() -> None:
    days = [
        ChairDay(date(2026, 7, 9), DayState.CLOSED, DayKind.PERIODIC, is_delegated=False),
        ChairDay(date(2026, 7, 23), DayState.CLOSED, DayKind.PERIODIC, is_delegated=True),
        ChairDay(date(2026, 7, 24), DayState.CANCELLED, DayKind.PERIODIC, is_delegated=False),
        ChairDay(date(2026, 7, 27), DayState.CLOSED, DayKind.REGULAR, is_delegated=False),
        ChairDay(date(2026, 7, 28), DayState.CLOSED, DayKind.PERIODIC, is_delegated=False, is_without_chair=True),
        ChairDay(date(2026, 8, 6), DayState.CLOSED, DayKind.PERIODIC, is_delegated=False),
    ]
    counted = rules.chair_month(days, 2026, 7, date(2026, 7, 31))
    assert (counted.in_person, counted.needed, counted.delegated, counted.without_chair) == (1, 2, 1, 1)
    assert counted.is_short


@pytest.mark.parametrize(
    ("lacking", "is_without"),
    [((), False), (("writer",), False), (("chair",), True), (("chair", "writer"), True), (("chair", "citizen"), False)],
)
def test_a_reception_began_without_the_chair_unless_both_sat_in_the_wards_room(
    lacking: tuple[str, ...], is_without: bool
) -> None:
    assert rules.began_without_chair(lacking) is is_without


def test_a_planned_day_keeps_the_month_from_being_short() -> None:
    days = [
        ChairDay(JULY_9, DayState.CLOSED, DayKind.PERIODIC, is_delegated=False),
        ChairDay(date(2026, 7, 30), DayState.PUBLISHED, DayKind.PERIODIC, is_delegated=False),
    ]
    assert not rules.chair_month(days, 2026, 7, date(2026, 7, 20)).is_short


def test_a_link_lives_to_the_end_of_its_day() -> None:
    ends_at = at_office(JULY_9, 9, 0)
    assert rules.is_link_alive(ends_at, at_office(JULY_9, 23, 59))
    assert not rules.is_link_alive(ends_at, at_office(date(2026, 7, 10), 0, 0))


def test_the_lobby_opens_half_an_hour_before() -> None:
    starts_at, ends_at = at_office(JULY_9, 9, 0), at_office(JULY_9, 9, 30)
    assert not rules.may_enter_lobby(starts_at, ends_at, at_office(JULY_9, 8, 29))
    assert rules.may_enter_lobby(starts_at, ends_at, at_office(JULY_9, 8, 30))
    assert rules.may_enter_lobby(starts_at, ends_at, at_office(JULY_9, 20, 0))


def test_reminders_come_at_five_the_day_before_and_one_hour_before() -> None:
    assert rules.reminders_at(at_office(JULY_9, 8, 30)) == (
        ("reminder_day_before", datetime(2026, 7, 8, 10, 0, tzinfo=UTC)),
        ("reminder_hour_before", datetime(2026, 7, 9, 0, 30, tzinfo=UTC)),
    )


@given(some.binary(min_size=16, max_size=32), some.text("ABCDEFGH23456789-", min_size=1))
def test_a_link_opens_only_with_its_own_mark(key: bytes, code: str) -> None:
    token = rules.link_token(key, code)
    assert rules.code_of(key, token) == code
    assert rules.code_of(key + b"x", token) is None
    assert rules.code_of(key, "X" + token) is None
    assert rules.code_of(key, token[:-1]) is None


def test_a_strange_link_is_refused_quietly() -> None:
    for token in ("", ".", "ê.ê", "a" * 5000, secrets.token_urlsafe()):
        assert rules.code_of(b"key", token) is None


@pytest.mark.parametrize(
    ("digits", "is_plain"),
    [("000000", True), ("123456", True), ("654321", True), ("890123", True), ("482913", False)],
)
def test_plain_digits_are_seen(digits: str, is_plain: bool) -> None:
    assert rules.are_plain_digits(digits) is is_plain


@pytest.mark.parametrize(
    ("text", "is_leak"),
    [
        ("Tiếp ông Trần Văn Minh, tổ 9", True),
        ("tiep tran van minh", True),
        ("Trần Văn Minhh", False),
        ("Tiếp nhận phản ánh về đất đai", False),
    ],
)
def test_f08_a_public_text_with_a_name_is_seen(text: str, is_leak: bool) -> None:
    assert rules.gives_away(text, ["Trần Văn Minh"]) is is_leak


def test_a_denunciation_is_shown_to_receivers_only() -> None:
    seen = {role for role in Role if rules.what_is_shown(role, Kind.DENUNCIATION) == "all"}
    assert seen == {Role.RECEPTION_OFFICER, Role.WARD_CHAIR}


def test_police_and_technicians_see_times_only() -> None:
    for role in (Role.WARD_POLICE, Role.TECHNICIAN, Role.CASE_OFFICER):
        assert rules.what_is_shown(role, Kind.COMPLAINT) == "time_only"


def test_a_denunciation_is_received_online_only_where_allowed() -> None:
    assert not rules.may_receive_online(Kind.DENUNCIATION, denunciations_allowed=False)
    assert rules.may_receive_online(Kind.COMPLAINT, denunciations_allowed=False)


def test_a_slot_about_to_begin_is_not_given_away() -> None:
    at = datetime(2026, 7, 9, 1, 0, tzinfo=UTC)
    rules.may_book(DayState.PUBLISHED, at + timedelta(minutes=15), at)
    with pytest.raises(Refused, match="slot_past"):
        rules.may_book(DayState.PUBLISHED, at + timedelta(minutes=14), at)
    with pytest.raises(Refused, match="day_not_open"):
        rules.may_book(DayState.DRAFT, at + timedelta(days=1), at)


def test_calendar_lines_are_folded_by_octets() -> None:
    line = rules.folded_line("SUMMARY:" + "ế" * 60)
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n"))
    assert line.replace("\r\n ", "").strip() == "SUMMARY:" + "ế" * 60


def test_slots_of_another_zone_are_none() -> None:
    slot = SlotTime(at_office(JULY_9, 8, 0), at_office(JULY_9, 8, 30), 1)
    assert slot.starts_at == datetime(2026, 7, 9, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [("minutes", "9" * 5000, "number_shape"), ("key", "x", "choice"), ("weeks", "1, 0" + "9" * 5000, "day_numbers")],
)
def test_what_no_page_sends_is_answered_in_a_sentence(name: str, typed: str, code: str) -> None:
    with pytest.raises(BadForm) as refused:
        forms.read(PlanForm, {name: typed})
    assert refused.value.fields[name].code == code
