"""Which words a thing is found by, and which words a question has."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.search import rules


def words(typed: str) -> set[str]:
    found = rules.asked(typed)
    return set(found.words) if found else set()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("thach khoi", "Ủy ban nhân dân phường Thạch Khôi"),
        ("duong kinh", "Đường đi phường Dương Kinh"),
        ("Đất ĐAI", "Tranh chấp đất đai"),
        ("2026/0147", "TK-2026-0147 2026/0147"),
        ("TD-7K4M-29", "TD-7K4M-29"),
        ("td 7k4m 29", "TD-7K4M-29"),
        ("0912 345 678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("031 190 001 234", "031190001234"),
        ("Nguyễn Văn Hoà", "Nguyễn Văn Hòa"),
    ],
)
def test_what_is_typed_finds_what_is_stored(typed: str, stored: str) -> None:
    assert words(typed)
    assert words(typed) <= rules.words_of(stored)


def test_f53_a_document_number_is_found_however_it_is_spaced() -> None:
    assert words("37/KH-UBND") == {"37/kh-ubnd"}
    for stored in ("37/KH-UBND", "37 /KH-UBND", "Kế hoạch số 37 / KH-UBND ngày 05/02/2026"):
        assert "37/kh-ubnd" in rules.words_of(stored)
    assert "37/kh-ubnd" not in rules.words_of("137/KH-UBND")


def test_f17_nfd_and_nfc_are_one_person() -> None:
    name = "Nguyễn Văn Hòa"
    composed, apart = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert composed != apart
    assert rules.words_of(composed) == rules.words_of(apart)
    assert words("nguyen van hoa") == words(apart) == words("NGUYỄN VĂN HOÀ")


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "-", "'; drop", '"', "…", "\u200b"])
def test_odd_questions_are_no_error(typed: str) -> None:
    assert words(typed) <= {"drop"}


def test_a_begun_name_is_not_a_name() -> None:
    hoa = rules.asked("nguyen hoa")
    assert hoa is not None
    assert rules.is_name_asked("nguyen van hoa", hoa)
    assert not rules.is_name_asked("nguyen van hoang", hoa)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_what_is_asked_word_by_word_is_found(text: str) -> None:
    asked = rules.asked(text)
    stored = rules.words_of(text)
    for word in asked.words if asked else ():
        assert word in stored or word.isdigit()
    assert all(0 < len(word) <= rules.LONGEST_WORD for word in stored)
