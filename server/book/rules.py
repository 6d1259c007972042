"""The twelve columns of the reception book, what is left out of a redacted copy, what a line still lacks.

Source: Circular 04/2021/TT-TTCP, Mẫu số 03 (domain.md 4.2). A line of a denunciation, or of any restricted
matter, is shown whole to receivers only (2.9); everybody else reads that it is there, and nothing of it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.cases import rules as cases
from server.errors import FieldError
from server.i18n import date_vi
from server.words import BookCell, Kind, Role

REGISTER = "book"
"""The number sequence of the book."""
COLUMNS = 12
WRITERS = cases.WARD_DESK
"""Enter and correct lines."""
READERS = cases.WARD_DESK | {Role.WARD_VICE_CHAIR, Role.RECORDS_OFFICER}
WHOLE = cases.RECEIVERS
"""Read restricted lines, and may take a copy with every name."""
MOST_PEOPLE = 10_000
LONGEST_CELL = 500
LONGEST_PROSE = 2_000
_PROSE = frozenset({BookCell.PERSON, BookCell.MATTER, BookCell.RESULT, BookCell.REMARK})
_NEEDED = frozenset({BookCell.PERSON, BookCell.MATTER})
_NUMBER = re.compile(r"\d+\s*/\s*\w")

Say = Callable[[str], str]
"""Gives the word for a label's key."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book."""

    id: int
    year: int
    number: int
    received_on: date
    case_id: int | None
    is_restricted: bool
    person: str
    identity: str
    matter: str
    kind: Kind
    people: int
    resolved_by: str
    accepted: str
    guided: str
    transferred: str
    result: str
    remark: str
    entered_by: str
    entered_at: datetime
    version: int
    is_closed: bool = False
    """Its matter went to the city because nobody of the ward may know of it: no role here reads it whole."""

    def cell(self, cell: BookCell) -> str:
        """Return the present text of a cell."""
        return str(getattr(self, cell.value))


@dataclass(frozen=True, slots=True)
class EmptyDay:
    """A leader's day to which nobody came: one sitting without a line (domain.md 3.3), told by its minutes."""

    code: str
    held_on: date
    chair: str
    number: str


def in_order(lines: Sequence[Line], days: Iterable[EmptyDay]) -> list[Line | EmptyDay]:
    """Return lines by their number, each empty day after the last line that is not later than it.

    A day has no number, so those of the lines go on without a gap.
    """
    found: list[Line | EmptyDay] = list(lines)
    for day in sorted(days, key=lambda day: day.held_on):
        after = (at for at in range(len(found), 0, -1) if _on(found[at - 1]) <= day.held_on)
        found.insert(next(after, 0), day)
    return found


def _on(one: Line | EmptyDay) -> date:
    return one.held_on if isinstance(one, EmptyDay) else one.received_on


def may_read_whole(role: Role, *, is_restricted: bool, is_closed: bool = False) -> bool:
    """Whether this role reads every cell of a line."""
    return not is_closed and (not is_restricted or role in WHOLE)


def columns(line: Line | EmptyDay, say: Say, *, is_whole: bool) -> tuple[str, ...]:
    """Return the twelve columns in the order of the form. Of a restricted line that is not read whole, day and people.

    Of an empty day its date, and in the place of the matter what its minutes say.
    """
    if isinstance(line, EmptyDay):
        told = (say("book.empty_day"), say("book.empty_count"), line.chair, f"{say('book.minutes')} {line.number}")
        return ("", date_vi(line.held_on), "", "", "\n".join(told), *("",) * 7)
    if line.is_closed or (line.is_restricted and not is_whole):
        secret = say("book.secret")
        return (str(line.number), date_vi(line.received_on), secret, "", "", str(line.people), *("",) * 6)
    return (
        str(line.number),
        date_vi(line.received_on),
        line.person,
        line.identity,
        line.matter,
        f"{say(f'book_kind.{line.kind.value}')} / {line.people}",
        line.resolved_by,
        line.accepted,
        line.guided,
        line.transferred,
        line.result,
        line.remark,
    )


def lacks_number(text: str) -> bool:
    """Whether a cell names a body and not yet the number of the paper that went there (columns 9 and 10)."""
    return bool(text) and _NUMBER.search(text) is None


def is_incomplete(line: Line) -> bool:
    """Whether a guidance or a transfer stands without its number (F48)."""
    return lacks_number(line.guided) or lacks_number(line.transferred)


def added(old: str, more: str) -> str:
    """Return a cell with one more entry; what stands there already stays once."""
    if _entry(more).search(old):
        return old
    return f"{old}; {more}" if old else more


def removed(old: str, entry: str) -> str:
    """Return a cell without one of its entries; one that does not stand there changes nothing."""
    return _entry(entry).sub("", old, count=1).removeprefix("; ")


def _entry(words: str) -> re.Pattern[str]:
    """Finds a whole entry among others: 05/TB is no part of 105/TB."""
    return re.compile(rf"(?:^|; ){re.escape(words)}(?=; |$)")


def cell_fault(cell: BookCell, text: str) -> FieldError | None:
    """Say why a text cannot stand in a cell, or None."""
    if cell is BookCell.KIND:
        return None if text in {kind.value for kind in Kind} else FieldError("choice")
    if cell is BookCell.PEOPLE:
        is_count = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PEOPLE))
        if is_count and 1 <= int(text) <= MOST_PEOPLE:
            return None
        return FieldError("number_bounds", {"least": 1, "most": MOST_PEOPLE})
    most = LONGEST_PROSE if cell in _PROSE else LONGEST_CELL
    if len(text) > most:
        return FieldError("too_long", {"most": most, "length": len(text)})
    return FieldError("required") if cell in _NEEDED and not text else None


def day_fault(on: date, today: date) -> FieldError | None:
    """Say why nobody can have been received on a day, or None. Late entries go back to the year before."""
    if on > today:
        return FieldError("book_future")
    return FieldError("book_too_old") if on.year < today.year - 1 else None
