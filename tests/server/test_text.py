"""Vietnamese text: one form, one search form, one order (domain.md F09, F13, F17)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import text


@pytest.mark.parametrize(
    ("number", "is_card"),
    [("031090001234", True), ("31090001234", False), ("0310900012345", False), ("03109000123a", False), ("", False)],
)
def test_f09_card_numbers(number: str, is_card: bool) -> None:
    assert text.is_card_number(number) is is_card


def test_arabic_digits_are_no_card_number() -> None:
    assert not text.is_card_number("٠٣١٠٩٠٠٠١٢٣٤")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912345678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("84912345678", "0912345678"),
        ("091 234 56 78", "0912345678"),
        ("(0912).345-678", "0912345678"),
        ("0225 3 123 456", "02253123456"),
        ("024 3825 1234", "02438251234"),
        ("091234567", None),
        ("09123456789", None),
        ("0112345678", None),
        ("12345678", None),
        ("", None),
        ("0912345678 ext 5", None),
        ("０９１２３４５６７８", None),
    ],
)
def test_f13_telephone_numbers(typed: str, stored: str | None) -> None:
    assert text.phone_number(typed) == stored


def test_f17_one_person_in_both_forms() -> None:
    composed = unicodedata.normalize("NFC", "Nguyễn Văn Hòa")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert text.tidy(decomposed) == composed
    assert text.fold(decomposed) == text.fold(composed) == text.fold("Nguyễn Văn Hoà") == "nguyen van hoa"
    assert text.sort_key(decomposed) == text.sort_key(composed)


def test_d_with_stroke_is_found_as_d() -> None:
    assert text.fold("Đường ĐẶNG Đình") == "duong dang dinh"


def test_document_numbers_ignore_blanks() -> None:
    assert text.fold_number("37 /KH-UBND") == text.fold_number("37/kh-ubnd")


def test_controls_and_directions_are_removed() -> None:
    assert text.tidy(" a\u202eb\u0000c\r\nd\re\u200b ") == "abc\nd\ne"
    # A file name whose bytes are no UTF-8 reaches us with halves of pairs in it.
    assert text.tidy("\udcffa\u200b\u0301") == "á"
    assert text.one_line("  a \n\t b  ") == "a b"


def test_known_list_is_in_order() -> None:
    known = [
        "An",
        "Ân",
        "Ba",
        "Bà",
        "Bả",
        "Bã",
        "Bá",
        "Bạ",
        "Băng",
        "Bân",
        "Cao",
        "Dung",
        "Đào",
        "Đông",
        "Em",
        "Én",
        "Êm",
        "Oanh",
        "Ông",
        "Ơn",
        "Uyên",
        "Ưng",
        "Yên",
    ]
    assert sorted(known, key=text.sort_key) == known


def test_people_stand_by_given_name() -> None:
    names = ["Trần Văn Minh", "Nguyễn Thị Lan", "Đỗ An", "Nguyễn Ánh", "Lê Thị Lan", "Bùi Đức Anh"]
    assert sorted(names, key=text.name_sort_key) == [
        "Đỗ An",
        "Bùi Đức Anh",
        "Nguyễn Ánh",
        "Lê Thị Lan",
        "Nguyễn Thị Lan",
        "Trần Văn Minh",
    ]


@pytest.mark.parametrize(
    ("number", "born_year", "is_female", "what"),
    [
        ("031190001234", 1990, True, None),
        ("031190001234", 1990, False, "sex"),
        ("031190001234", 1991, True, "year"),
        ("031301009876", 2001, True, None),
        ("031201009876", 2001, False, None),
        ("031201009876", None, None, None),
    ],
)
def test_what_a_card_number_says(number: str, born_year: int | None, is_female: bool | None, what: str | None) -> None:
    assert text.card_disagrees(number, born_year, is_female=is_female) == what


def test_codes_hold_no_letter_that_is_misread() -> None:
    code = text.new_code("TD", 4, 2)
    assert len(code) == len("TD-7K4M-29")
    assert not set("01IO") & set(text.CODE_LETTERS)
    assert text.tidy_code(f" {code.lower().replace('-', ' ')} ") == code


@given(st.text())
def test_any_text_has_one_form(anything: str) -> None:
    once = text.tidy(anything)
    assert text.tidy(once) == once
    assert text.fold(text.fold(anything)) == text.fold(anything)
    assert text.fold(unicodedata.normalize("NFD", anything)) == text.fold(unicodedata.normalize("NFC", anything))
    assert text.sort_key(anything) == text.sort_key(unicodedata.normalize("NFD", anything))
    text.phone_number(anything)
    text.tidy_code(anything)
    text.name_sort_key(anything)
