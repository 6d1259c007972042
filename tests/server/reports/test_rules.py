"""Periods, tables as data, and figures as they are typed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import FieldError
from server.intake.rules_sorting import Sorting, sorting_faults
from server.reports import forms_entry, rules, rules_period, rules_results
from server.reports.rules import Column
from server.words import Direction, Instance, Kind, PetitionField, Standing
from server.words_reports import PeriodKind, ResultWay

ALL = {form.slug: form for form in rules.all_forms()}


def test_f71_the_annual_report_runs_from_15_december_to_14_december() -> None:
    year = rules_period.period(PeriodKind.YEAR, 2026)
    assert (year.from_on, year.until_on) == (date(2025, 12, 15), date(2026, 12, 14))


def test_the_circulars_periods() -> None:
    def days(kind: PeriodKind, number: int = 1) -> tuple[date, date]:
        found = rules_period.period(kind, 2026, number)
        return found.from_on, found.until_on

    assert days(PeriodKind.QUARTER, 1) == (date(2025, 12, 15), date(2026, 3, 14))
    assert days(PeriodKind.QUARTER, 2) == (date(2026, 3, 15), date(2026, 6, 14))
    assert days(PeriodKind.QUARTER, 3) == (date(2026, 6, 15), date(2026, 9, 14))
    assert days(PeriodKind.QUARTER, 4) == (date(2026, 9, 15), date(2026, 12, 14))
    assert days(PeriodKind.SIX_MONTHS) == (date(2025, 12, 15), date(2026, 6, 14))
    assert days(PeriodKind.NINE_MONTHS) == (date(2025, 12, 15), date(2026, 9, 14))


@pytest.mark.parametrize("kind", sorted(rules_period.NUMBERED))
@given(year=st.integers(2001, 2098))
@settings(max_examples=20)
def test_months_and_quarters_cover_the_year_without_gap(kind: PeriodKind, year: int) -> None:
    parts = [rules_period.period(kind, year, n) for n in range(1, 12 // rules_period.MONTHS_OF[kind] + 1)]
    whole = rules_period.period(PeriodKind.YEAR, year)
    assert parts[0].from_on == whole.from_on
    assert parts[-1].until_on == whole.until_on
    assert all(b.from_on - a.until_on == timedelta(1) for a, b in pairwise(parts))


@given(on=st.dates(date(2001, 1, 1), date(2098, 12, 31)))
@settings(max_examples=30)
def test_every_day_lies_in_its_month_quarter_and_year(on: date) -> None:
    for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR):
        found = rules_period.current(kind, on)
        assert found.from_on <= on <= found.until_on
        assert rules_period.read(found.slug) == found


def test_a_free_range_is_read_and_a_foolish_one_is_not() -> None:
    chosen = rules_period.free(date(2025, 8, 1), date(2026, 7, 31))
    assert chosen.kind is PeriodKind.FREE
    assert rules_period.read(chosen.slug) == chosen
    assert rules_period.free(date(2025, 12, 15), date(2026, 3, 14)).kind is PeriodKind.QUARTER
    for bad in ("quy-5-2026", "quy-2026", "nam-99999", "2026-02-31_2026-03-01", "2026-03-01_2026-02-01", "", "x"):
        assert rules_period.read(bad) is None
    assert rules_period.free_fault(date(2026, 2, 2), date(2026, 2, 1)) == FieldError("range_backwards")


def test_f81_an_annual_report_is_never_disposed_of() -> None:
    made, far = date(2026, 12, 20), date(2090, 1, 1)
    assert not rules_period.may_be_disposed(PeriodKind.YEAR, made, far)
    assert not rules_period.may_be_disposed(PeriodKind.QUARTER, made, date(2031, 12, 31))
    assert rules_period.may_be_disposed(PeriodKind.QUARTER, made, date(2032, 1, 1))
    assert not rules_period.may_be_disposed(PeriodKind.SIX_MONTHS, made, date(2036, 12, 31))
    assert rules_period.may_be_disposed(PeriodKind.SIX_MONTHS, made, date(2037, 1, 1))


def test_the_seven_tables_have_all_their_columns() -> None:
    columns = {slug: [column.code for column in form.columns] for slug, form in ALL.items()}
    most = {
        "01-tcd-2024": 29, "01-xld-2024": 22, "02-xld-2024": 26, "03-xld-2024": 27, "04-xld-2024": 20,
        "01-kqgq-2024": 26, "02-kqgq-2024": 19,
    }  # fmt: skip
    assert columns == {slug: [str(n) for n in range(1, last + 1)] for slug, last in most.items()}


@pytest.mark.parametrize("form", ALL.values(), ids=ALL)
def test_sums_name_columns_that_exist_and_the_head_covers_each_once(form: rules.Form) -> None:
    known = {column.code for column in form.columns}
    for column in form.columns:
        assert {code for sums in column.equals for code in sums} <= known
        assert not column.within or column.within in known
    leaves = [head for row in rules.headings(form) for head in row if head.is_leaf]
    assert sorted(head.at for head in leaves) == list(range(len(form.columns)))


def test_the_misprinted_sum_is_kept_as_printed_and_checked_as_it_must_be() -> None:
    column = ALL["04-xld-2024"].column("8")
    assert column.printed.endswith("15+18")
    assert ("15", "16") in column.equals
    assert ("15", "18") not in column.equals


@pytest.mark.parametrize("form", ALL.values(), ids=ALL)
def test_f72_a_change_of_one_column_alone_breaks_its_sum(form: rules.Form) -> None:
    nothing = rules.empty_row(form)
    assert not rules.broken(form, nothing)
    for column in form.columns:
        for code in {column.code} | {code for sums in column.equals for code in sums} if column.equals else ():
            assert rules.broken(form, {**nothing, code: 1}), code


@given(value=st.integers(0, rules.MOST), scale=st.sampled_from([1, 10, 1_000_000]))
@settings(max_examples=60)
def test_a_figure_is_read_as_it_is_shown(value: int, scale: int) -> None:
    column = Column("1", "", scale=scale)
    shown = rules.shown(value, column)
    assert rules.figure(shown, column) == value
    assert rules.figure(shown.replace(".", ""), column) == value


@pytest.mark.parametrize("words", ["", "-1", "1,5", "=1+1", "1e3", "١", "1.2.3", "99999999999999999999", "9" * 5000])
def test_what_is_no_count_is_refused(words: str) -> None:
    assert isinstance(rules.figure(words, Column("1", "")), FieldError)


def test_a_complaint_outside_competence_is_guided_never_transferred() -> None:
    def faults(kind: Kind, direction: Direction | None) -> set[str]:
        sorting = Sorting(PetitionField.LAND, Standing.NEW, direction=direction)
        return set(sorting_faults(kind, sorting, date(2026, 7, 6), is_sent_away=False))

    assert faults(Kind.COMPLAINT, Direction.TRANSFER) == {"direction"}
    assert not faults(Kind.COMPLAINT, Direction.GUIDE)
    assert faults(Kind.DENUNCIATION, Direction.GUIDE) == {"direction"}
    assert not faults(Kind.DENUNCIATION, Direction.TRANSFER)
    assert not faults(Kind.FEEDBACK, None)


def test_a_result_says_what_fits_its_instance() -> None:
    decided = {"way": ResultWay.DECISION, "decided_on": date(2026, 7, 1), "is_in_time": True}
    made = forms_entry.result(
        {
            "instance": "second",
            "way": "decision",
            "finding": "upheld",
            "decided_on": "01/07/2026",
            "a_state_money": "1,5",
        },
        rules.amounts("01-kqgq-2024"),
    )
    assert made.amounts["state_money"] == 1_500_000
    assert not rules_results.result_faults(made, {}, date(2026, 7, 6))
    first = rules_results.Result(instance=Instance.FIRST, finding=made.finding, **decided)  # type: ignore[arg-type]
    assert set(rules_results.result_faults(first, {}, date(2026, 7, 6))) == {"finding"}
