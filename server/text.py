"""Vietnamese text: one normal form, an accent-free search form, sorting, telephone and identity numbers.

Both databases store what these functions give, so search and order are the same on each
(SQLite's own folding does not know đ, PostgreSQL's collations differ by installation).
"""

import re
import secrets
import unicodedata

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No 0/O and no 1/I: codes are read out on the telephone."""

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(0x100 + n) for n, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPES = {"\u0306", "\u0302", "\u031b"}
_CONTROLS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_MOBILE = re.compile(r"0[35789][0-9]{8}")
_LANDLINE = re.compile(r"02[0-9]{8,9}")


def tidy(text: str) -> str:
    """Return text in NFC without control or direction characters and halves of pairs, line ends as LF, trimmed."""
    # Taken out first: what stood apart only by one of them joins afterwards.
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def one_line(text: str) -> str:
    """Return tidy text with every run of white space as one blank."""
    return _SPACES.sub(" ", tidy(text))


def fold(text: str) -> str:
    """Return the accent-free, lower-case search form (``Đường Kính`` → ``duong kinh``)."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return one_line("".join(c for c in plain if not unicodedata.combining(c)))


def fold_number(text: str) -> str:
    """Return a document number for searching: ``37 /KH-UBND`` and ``37/KH-UBND`` are one."""
    return fold(text).replace(" ", "")


def sort_key(text: str) -> str:
    """Return a key that sorts in Vietnamese order: letters first, tones after (ngang huyền hỏi ngã sắc nặng)."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", one_line(text).lower()):
        parts = unicodedata.normalize("NFD", char)
        shape = parts[0] + "".join(c for c in parts[1:] if c in _SHAPES)
        letters.append(_RANK.get(unicodedata.normalize("NFC", shape), char))
        tones.append(next((_TONES[c] for c in parts[1:] if c in _TONES), "0"))
    return "".join(letters) + "\u0001" + "".join(tones)


def name_sort_key(name: str) -> str:
    """Return a sort key for a person: given name first, as Vietnamese lists do."""
    words = one_line(name).split(" ")
    return sort_key(words[-1]) + "\u0002" + sort_key(" ".join(words[:-1]))


def phone_number(text: str) -> str | None:
    """Return a Vietnamese telephone number as ``0…`` digits, or None if it is not one."""
    digits = re.sub(r"[\s.\-()]", "", tidy(text))
    if digits.startswith("+84"):
        digits = "0" + digits[3:]
    elif digits.startswith("84") and len(digits) in {11, 12}:
        digits = "0" + digits[2:]
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None


def is_card_number(text: str) -> bool:
    """Whether this is a well-formed 12-digit personal identity number."""
    return re.fullmatch(r"[0-9]{12}", text) is not None


def card_disagrees(number: str, born_year: int | None, *, is_female: bool | None) -> str | None:
    """Say what in a 12-digit number disagrees with year of birth or sex (``sex``, ``year``), or None.

    A disagreement is a warning, never a refusal: the registers contain errors.
    """
    century, female = divmod(int(number[3]), 2)
    if is_female is not None and bool(female) != is_female:
        return "sex"
    if born_year is not None and 1900 + 100 * century + int(number[4:6]) != born_year:
        return "year"
    return None


def new_code(prefix: str, *groups: int) -> str:
    """Return a fresh code such as ``TD-7K4M-29``: random letters in groups, fit for the telephone."""
    parts = ["".join(secrets.choice(CODE_LETTERS) for _ in range(size)) for size in groups]
    return "-".join([prefix, *parts])


def tidy_code(text: str) -> str:
    """Return a code as stored, from what a person typed: capitals, dashes where they belong left out of doubt."""
    return re.sub(r"[\s_–—]+", "-", tidy(text)).upper().strip("-")
