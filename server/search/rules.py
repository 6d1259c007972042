"""What counts as a word, of a thing that can be found and of what somebody types.

Why a table of our own: SQLite has FTS5 and PostgreSQL has trigrams, but the second needs an
extension that only a superuser installs, the two cut and fold differently (neither knows that
đ is d), and neither puts the unit first. One table ``(unit, word, thing)`` with that primary
key is read the same way by both, holds what ``text.fold`` gives, and a ward's question touches
the ward's words only.
"""

import re
from dataclasses import dataclass

from server import text
from server.words import Role

LONGEST_WORD = 40
MOST_WORDS = 200
"""Of one thing: a longer title is found by its first words."""
MOST_ASKED = 8
MOST_HITS = 200
"""More hits than this nobody reads; the page asks for another word."""
PAGE = 25
SHORTEST_START = 2

FINDS_MATTERS = frozenset(
    {
        Role.RECEPTION_OFFICER,
        Role.PETITION_OFFICER,
        Role.WARD_CHAIR,
        Role.WARD_VICE_CHAIR,
        Role.OFFICE_HEAD,
        Role.CASE_OFFICER,
        Role.CITY_BOARD_MEMBER,
        Role.INSPECTOR,
    }
)
FINDS_OFFICERS = frozenset({Role.SYS_ADMIN})
SEARCHERS = FINDS_MATTERS | FINDS_OFFICERS

_NUMBER = re.compile(r"\d+\s*/\s*[a-z0-9]+(?:[-/][a-z0-9]+)*")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[\d\s.]{5,}")


def words_of(*texts: str) -> frozenset[str]:
    """Return the words by which a thing is found; a document number is a word, and so are its parts."""
    found: list[str] = []
    for one in texts:
        folded = text.fold(one)
        found += _WORD.findall(folded)
        found += [re.sub(r"\s", "", number) for number in _NUMBER.findall(folded)]
    return frozenset(dict.fromkeys(word[:LONGEST_WORD] for word in found[:MOST_WORDS]))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, as words; every one of them must be there."""

    words: tuple[str, ...]

    @property
    def last(self) -> str:
        """The word that may be only begun."""
        return self.words[-1]


def asked(typed: str) -> Asked | None:
    """Return the words of a question, or None when there is nothing to look for.

    ``37 /KH-UBND`` is one word, and so is a telephone or identity number however it is spaced.
    """
    phone = text.phone_number(typed)
    if phone:
        return Asked((phone,))
    words = (re.sub(r"\D", "", typed)[:LONGEST_WORD],) if _DIGITS.fullmatch(text.tidy(typed)) else _split(typed)
    return Asked(words) if words else None


def _split(typed: str) -> tuple[str, ...]:
    folded = text.fold(typed)
    numbers = [re.sub(r"\s", "", number) for number in _NUMBER.findall(folded)]
    rest = _WORD.findall(_NUMBER.sub(" ", folded))
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in [*numbers, *rest]))[:MOST_ASKED]


def is_name_asked(name_folded: str, wanted: Asked) -> bool:
    """Whether a person's name carries every word that was asked for."""
    return set(wanted.words) <= set(name_folded.split(" "))
