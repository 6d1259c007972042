"""Dates and numbers as offices write them, and sentences that are never missing for a citizen."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server import i18n
from server.i18n import Catalogue, load_catalogue


@pytest.mark.parametrize(
    ("on", "written"),
    [
        (date(2026, 2, 5), ("05", "02", "2026")),
        (date(2026, 6, 5), ("05", "6", "2026")),
        (date(2026, 1, 10), ("10", "01", "2026")),
        (date(2026, 3, 1), ("01", "3", "2026")),
        (date(2026, 12, 31), ("31", "12", "2026")),
    ],
)
def test_f51_dates_on_papers(on: date, written: tuple[str, str, str]) -> None:
    assert i18n.paper_date(on) == written


def test_times_are_those_of_the_office() -> None:
    at = datetime(2026, 7, 5, 17, 30, 5, tzinfo=UTC)
    assert i18n.datetime_vi(at) == "00:30 06/07/2026"
    assert i18n.date_vi(at) == "06/07/2026"
    assert i18n.time_vi(at) == "00:30"
    assert i18n.clock_vi(at) == "00:30:05"
    assert i18n.day_of(at) == date(2026, 7, 6)
    assert i18n.day_of_week(i18n.day_of(at)) == "weekday.monday"


def test_nothing_is_written_for_no_date() -> None:
    assert i18n.date_vi(None) + i18n.time_vi(None) + i18n.datetime_vi(None) + i18n.clock_vi(None) + i18n.iso(None) == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (999, "999"), (1000, "1.000"), (1234.5, "1.234,5"), (12345678, "12.345.678"), (-1500, "-1.500")],
)
def test_numbers(value: float, written: str) -> None:
    assert i18n.number_vi(value) == written


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 B"), (1023, "1.023 B"), (1024, "1 kB"), (1_468_006, "1,4 MB"), (5 << 40, "5.120 GB")]
)
def test_sizes(count: int, written: str) -> None:
    assert i18n.size_vi(count) == written


@pytest.mark.parametrize(("length", "written"), [(0, "00:00"), (725_999, "12:05"), (3_725_000, "1:02:05")])
def test_lengths(length: int, written: str) -> None:
    assert i18n.duration_vi(length) == written


CATALOGUE = Catalogue({"labels": {"a.b": "Chào {name}"}, "refusals": {}, "fields": {}}, {"Chào {name}": "Hello {name}"})


def test_a_missing_translation_is_vietnamese_and_a_missing_sentence_its_code() -> None:
    assert CATALOGUE.find("labels", "a.b", "en", {"name": "Lan"}) == "Hello Lan"
    assert CATALOGUE.find("labels", "a.b", "vi", {"name": "Lan"}) == "Chào Lan"
    assert CATALOGUE.say("Không có", "en") == "Không có"
    assert CATALOGUE.find("refusals", "nobody_wrote_it.text", "vi") == "nobody_wrote_it.text"
    assert not CATALOGUE.has("refusals", "nobody_wrote_it.text")


def test_a_fact_is_never_read_as_a_gap() -> None:
    words = {"labels": {"x": "{a} {b}"}, "refusals": {}, "fields": {}}
    assert Catalogue(words, {}).find("labels", "x", "vi", {"a": "{b}", "b": "secret"}) == "{b} secret"


def test_the_real_catalogue_loads() -> None:
    catalogue = load_catalogue(Path("web"))
    assert catalogue.find("refusals", "not_here.text", "vi") != "not_here.text"
    assert catalogue.say("Giúp đỡ", "en") == "Help"
