"""Check one row of earlier cases: dates that can be, a number nobody has, a kind of the law."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server import birth, text
from server.birth import BirthDate
from server.imports.rules import Cells, RowFault, common_faults, first_of_each, folded, word_meant
from server.imports.rules_lists import phone_of
from server.words import IdKind, ImportKind, Kind

KIND_WORDS: Mapping[str, str] = {
    "khieu nai": Kind.COMPLAINT,
    "kn": Kind.COMPLAINT,
    "to cao": Kind.DENUNCIATION,
    "tc": Kind.DENUNCIATION,
    "kien nghi": Kind.RECOMMENDATION,
    "phan anh": Kind.FEEDBACK,
    "kien nghi phan anh": Kind.RECOMMENDATION,
    "knpa": Kind.RECOMMENDATION,
}
_DAY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?:\s.*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:\s.*)?")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/.\-]{0,19}")
_OF_YEAR = re.compile(r"(\d{4})/(\d{1,6})")
EARLIEST = 1945


@dataclass(slots=True)
class CasesKnown:
    """Numbers of the unit's cases, and those of the rows above; the day it is."""

    numbers: set[str]
    today: date
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """A row that was read."""

    name: str
    received_on: date
    title: str
    kind: Kind
    number: str
    id_kind: IdKind
    id_number: str
    born: BirthDate | None
    phone: str
    address: str
    closed_on: date | None

    @property
    def is_closed(self) -> bool:
        """Whether the matter was over when it was read in."""
        return self.closed_on is not None


def read_day(written: str) -> date | None:
    """Return the day a cell names, or None for one that cannot be (31/02/2024)."""
    parts, iso = _DAY.fullmatch(written), _ISO.fullmatch(written)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None


def case_faults(cells: Cells, known: CasesKnown) -> list[RowFault]:
    """Return what is wrong with a row; the number of a good one is taken for the rows below it."""
    faults = common_faults(ImportKind.CASES, cells)
    received = read_day(cells["received_on"])
    if cells["received_on"]:
        faults += _day_faults("received_on", received, cells["received_on"], known.today)
    if cells["closed_on"]:
        closed = read_day(cells["closed_on"])
        faults += _day_faults("closed_on", closed, cells["closed_on"], known.today)
        if closed and received and closed < received:
            faults.append(RowFault("closed_on", "day_order"))
    if cells["case_kind"] and word_meant(cells["case_kind"], KIND_WORDS) is None:
        faults.append(RowFault("case_kind", "case_kind", {"value": cells["case_kind"]}))
    number = tidy_number(cells["number"])
    if cells["number"] and not _NUMBER.fullmatch(number):
        faults.append(RowFault("number", "case_number", {"value": cells["number"]}))
    elif number and not number.isdigit() and number in known.numbers:
        faults.append(RowFault("number", "case_number_used", {"value": number}))
    faults += _person_faults(cells, known.today)
    if not faults and number:
        known.numbers.add(number)
    return first_of_each(faults)


def _day_faults(column: str, day: date | None, written: str, today: date) -> list[RowFault]:
    if day is None or day.year < EARLIEST:
        return [RowFault(column, "day_impossible", {"value": written})]
    return [RowFault(column, "day_ahead", {"value": written})] if day > today else []


def _person_faults(cells: Cells, today: date) -> list[RowFault]:
    faults = []
    born = birth.of_paper(cells["born"])
    if cells["born"] and (born is None or born.first_on > today):
        faults.append(RowFault("born", "born_written", {"value": cells["born"]}))
    if cells["phone"] and phone_of(cells["phone"]) is None:
        faults.append(RowFault("phone", "phone"))
    if (digits := re.sub(r"[\s.]", "", cells["id_number"])).isdigit() and len(digits) == 11:  # noqa: PLR2004 a card has 12
        faults.append(RowFault("id_number", "id_dropped_nought"))
    return faults


def tidy_number(written: str) -> str:
    """Return the number of a case as it is kept."""
    return re.sub(r"\s", "", written).upper()


def read_case(cells: Cells) -> EarlierCase:
    """Return a row without faults as a record. A matter without an end that says it is over ended when it came."""
    received = read_day(cells["received_on"])
    assert received is not None  # noqa: S101 the row was checked
    digits = re.sub(r"[\s.]", "", cells["id_number"]).upper()
    return EarlierCase(
        name=cells["citizen_name"],
        received_on=received,
        title=cells["title"],
        kind=Kind(word_meant(cells["case_kind"], KIND_WORDS) or Kind.FEEDBACK),
        number=tidy_number(cells["number"]),
        id_kind=IdKind.CARD if text.is_card_number(digits) else IdKind.OTHER,
        id_number=digits,
        born=birth.of_paper(cells["born"]),
        phone=phone_of(cells["phone"]) or "" if cells["phone"] else "",
        address=cells["address"],
        closed_on=read_day(cells["closed_on"]) or (received if is_over(cells["case_state"]) else None),
    )


def is_over(state: str) -> bool:
    """Whether words say that a matter is over; blank means an old book, where everything is."""
    return not folded(state).startswith(("dang", "chua"))


def of_year(number: str) -> tuple[int, int] | None:
    """Return (year, count) of a number like 2024/0012, which the office's own sequence must not give again."""
    found = _OF_YEAR.fullmatch(number)
    return (int(found[1]), int(found[2])) if found else None
