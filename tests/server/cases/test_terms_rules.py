"""Terms of law against the facts of the domain study (section 14), and what holds for every term."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.cases import rules, rules_terms
from server.cases.rules_terms import COMPLEX, PLAIN, REMOTE, REMOTE_COMPLEX, RULES, Level, Run
from server.errors import Refused
from server.office.rules import SETTINGS, Calendar, public_days
from server.words import Complexity, Kind

CALENDAR = Calendar({day.on: day.is_working for day in public_days([2026, 2027])})
JULY_1 = date(2026, 7, 1)


def ends(number: str, level: Level = PLAIN, started_on: date = JULY_1, extended_days: int = 0) -> date:
    count = rules_terms.limit_of(number, level).count
    return rules_terms.last_day(number, count, Run(started_on, extended_days), CALENDAR)


def test_f55_the_handling_notice_is_due_in_ten_working_days() -> None:
    assert ends("D1") == date(2026, 7, 15)


@pytest.mark.parametrize(
    ("level", "due"),
    [
        (PLAIN, date(2026, 7, 31)),
        (COMPLEX, date(2026, 8, 17)),
        (REMOTE, date(2026, 8, 17)),
        (REMOTE_COMPLEX, date(2026, 9, 3)),
    ],
)
def test_f57_a_first_complaint_by_its_level(level: Level, due: date) -> None:
    assert ends("D3", level) == due


def test_f59_a_denunciation_and_its_extensions() -> None:
    assert [ends("D14", extended_days=days) for days in (0, 30, 60)] == [
        date(2026, 7, 31),
        date(2026, 9, 3),
        date(2026, 9, 29),
    ]
    assert rules_terms.nominal_day("D14", 30, Run(JULY_1, 30)) == date(2026, 8, 30)
    fault = rules_terms.extension_fault
    assert fault("D14", 0, Complexity.NORMAL) == "extension_needs_complex"
    assert fault("D14", 0, Complexity.COMPLEX) is None
    assert fault("D14", 1, Complexity.COMPLEX) == "extension_needs_special"
    assert fault("D14", 1, Complexity.SPECIAL) is None
    assert fault("D14", 2, Complexity.SPECIAL) == "term_extended_fully"
    assert fault("D3", 0, Complexity.SPECIAL) == "term_not_extendable"


def test_f61_the_denouncer_is_told_in_five_working_days() -> None:
    assert ends("D13") == date(2026, 7, 8)


def test_f28_a_denunciation_is_transferred_in_five_working_days() -> None:
    assert ends("D12") == date(2026, 7, 8)


def test_f74_a_correction_in_the_national_database() -> None:
    assert ends("D19", started_on=date(2026, 11, 20)) == date(2026, 11, 30)


def test_f01_a_schedule_is_a_term_counted_back() -> None:
    assert ends("D20", started_on=date(2026, 7, 6)) == date(2026, 6, 29)


@pytest.mark.parametrize(
    ("number", "level", "count"),
    [
        ("D2", PLAIN, 10),
        ("D5", PLAIN, 45),
        ("D5", COMPLEX, 60),
        ("D5", REMOTE, 60),
        ("D5", REMOTE_COMPLEX, 70),
        ("D7", PLAIN, 90),
        ("D8", PLAIN, 30),
        ("D8", REMOTE, 45),
        ("D9", PLAIN, 3),
        ("D10", PLAIN, 7),
        ("D11", PLAIN, 7),
        ("D11", COMPLEX, 10),
        ("D17", PLAIN, 15),
    ],
)
def test_every_other_limit_is_that_of_the_law(number: str, level: Level, count: int) -> None:
    assert rules_terms.limit_of(number, level).count == count


def test_every_number_of_the_study_is_a_rule_a_level_or_an_extension() -> None:
    numbers = {*RULES, *rules_terms.LEVEL_OF, *rules_terms.EXTENSION_OF}
    assert numbers == {f"D{number}" for number in range(1, 21)}
    assert all(level in RULES[of].limits for of, level in rules_terms.LEVEL_OF.values())
    assert all(RULES[of].most_extensions[complexity] for of, complexity in rules_terms.EXTENSION_OF.values())


def test_a_level_that_the_law_does_not_know_is_refused() -> None:
    with pytest.raises(Refused, match="term_level"):
        rules_terms.limit_of("D1", COMPLEX)


def test_f62_own_limits_are_bounded_by_the_law() -> None:
    limits = [limit for rule in RULES.values() for limit in rule.limits.values() if limit.setting]
    assert [SETTINGS[limit.setting].most for limit in limits] == [limit.count for limit in limits]
    assert all(SETTINGS[limit.setting].default == limit.count for limit in limits)
    thirty = rules_terms.limit_of("D3", PLAIN)
    assert rules_terms.internal_count(thirty, 29) == 29
    assert rules_terms.internal_count(thirty, 30) is None
    assert rules_terms.internal_count(thirty, 31) is None


def test_terms_at_opening_fit_the_kind() -> None:
    for kind in Kind:
        assert set(rules.terms_at_opening(kind)) <= set(rules_terms.startable(kind))


DAYS = some.dates(date(2026, 1, 1), date(2027, 8, 1))
NUMBERS = some.sampled_from(sorted(RULES))


@settings(max_examples=60, deadline=None)
@given(number=NUMBERS, started_on=DAYS, extended=some.sampled_from([0, 30, 60]), off=some.sets(DAYS, max_size=12))
def test_no_term_ends_on_a_day_off(number: str, started_on: date, extended: int, off: set[date]) -> None:
    calendar = Calendar({**CALENDAR.special, **dict.fromkeys(off, False)})
    for limit in RULES[number].limits.values():
        run = Run(started_on, extended, given_on=started_on + timedelta(days=9))
        due = rules_terms.last_day(number, limit.count, run, calendar)
        assert calendar.is_working(due)
        assert (due < started_on) == RULES[number].is_before
        assert rules_terms.last_day(number, limit.count, run, calendar) == due
        own = rules_terms.last_day(number, max(1, limit.count - 1), run, calendar)
        assert RULES[number].is_before or own <= due


@settings(max_examples=30, deadline=None)
@given(number=NUMBERS, started_on=DAYS, off=some.sets(DAYS, max_size=12))
def test_recomputing_twice_changes_nothing_and_days_outside_a_term_do_not_matter(
    number: str, started_on: date, off: set[date]
) -> None:
    count, run = RULES[number].limits[PLAIN].count, Run(started_on, given_on=started_on + timedelta(days=9))
    due = rules_terms.last_day(number, count, run, CALENDAR)
    first, last = sorted((started_on, due))
    for inside in (True, False):
        changed = {on: False for on in off if (first < on <= last or on == due) == inside}
        calendar = Calendar({**CALENDAR.special, **changed})
        again = rules_terms.last_day(number, count, run, calendar)
        assert again == due or (inside and changed)
        assert again <= due if RULES[number].is_before else again >= due
        # What was computed is what is computed from: a second run over the same calendar moves nothing.
        assert rules_terms.last_day(number, count, run, Calendar({**calendar.special, **changed})) == again


@settings(max_examples=40, deadline=None)
@given(started_on=DAYS, after=some.integers(0, 29), stood=some.integers(0, 200))
def test_a_pause_moves_a_term_by_the_days_it_stood(started_on: date, after: int, stood: int) -> None:
    since = started_on + timedelta(days=after)
    run = Run(started_on, pauses=((since, since + timedelta(days=stood)),))
    assert rules_terms.nominal_day("D3", 30, run) == started_on + timedelta(days=30 + stood)
