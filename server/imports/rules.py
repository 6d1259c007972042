"""What lists there are, which columns they have, and how a table's headings are recognised.

A list is read in four steps that people see: the table is handed in, its columns are given a
meaning, every row is checked without changing anything, and only then is it taken over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server import text
from server.errors import BadForm, Fact, FieldError
from server.words import ImportKind, Role

HEADINGS_WITHIN = 20
"""Printed books begin with the name of the office and a title; headings stand within these rows."""
MAY_IMPORT: Mapping[ImportKind, frozenset[Role]] = {
    ImportKind.UNITS: frozenset({Role.SYS_ADMIN}),
    ImportKind.ACCOUNTS: frozenset({Role.SYS_ADMIN}),
    # Only who may open every kind of case may bring every kind in.
    ImportKind.CASES: frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR}),
}
IMPORTERS = frozenset[Role]().union(*MAY_IMPORT.values())


def kinds_for(role: Role) -> tuple[ImportKind, ...]:
    """Return the lists that a role may read in."""
    return tuple(kind for kind, roles in MAY_IMPORT.items() if role in roles)


@dataclass(frozen=True, slots=True)
class Column:
    """A meaning that a column may have. ``known_as``: headings without accents that mean it."""

    name: str
    is_needed: bool
    known_as: tuple[str, ...]
    most: int = 200


LONGEST_TITLE = 500
"""What a case can hold. A longer cell is refused at its row: cut, it would lose words that nobody misses in time."""

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.UNITS: (
        Column("unit_name", True, ("ten don vi", "ten co quan", "don vi", "ten", "phuong xa dac khu")),
        Column("unit_kind", True, ("loai", "loai don vi", "cap", "loai hinh")),
        Column("unit_code", False, ("ma", "ma don vi", "ma so"), 40),
        Column("unit_parent", False, ("truc thuoc", "don vi cap tren", "cap tren", "thuoc")),
        Column("unit_short", False, ("ky hieu", "viet tat"), 20),
        Column("unit_phone", False, ("dien thoai", "so dien thoai"), 40),
        Column("unit_address", False, ("dia chi", "tru so", "dia chi tru so"), 300),
        Column("unit_place", False, ("noi tiep cong dan", "noi tiep", "dia diem tiep"), 300),
        Column("unit_locality", False, ("dia danh",)),
    ),
    ImportKind.ACCOUNTS: (
        Column("person_name", True, ("ho va ten", "ho ten", "ho ten can bo", "ten can bo")),
        Column("person_title", True, ("chuc danh", "chuc vu")),
        Column("username", True, ("ten dang nhap", "tai khoan", "dang nhap"), 60),
        Column("person_unit", True, ("don vi", "co quan", "co quan don vi", "noi cong tac", "ma don vi")),
        Column("role", True, ("vai tro", "quyen", "nhiem vu")),
        Column("phone", False, ("dien thoai", "so dien thoai", "di dong"), 40),
        Column("email", False, ("thu dien tu", "email", "e mail", "hop thu")),
    ),
    ImportKind.CASES: (
        Column("citizen_name", True, ("ho va ten", "ho ten", "ho ten cong dan", "cong dan", "ten cong dan"), 120),
        Column("received_on", True, ("ngay tiep", "ngay tiep nhan", "ngay nhan", "ngay nhan don", "ngay"), 40),
        Column(
            "title", True, ("noi dung", "noi dung vu viec", "tieu de", "noi dung trinh bay", "trich yeu"), LONGEST_TITLE
        ),
        Column("case_kind", True, ("loai", "phan loai", "loai don", "phan loai don"), 80),
        Column("number", False, ("so", "so vu viec", "so ho so", "so thu ly", "ma ho so", "stt"), 20),
        Column("id_number", False, ("so giay to", "cmnd", "cccd", "can cuoc", "so can cuoc", "cmnd cccd"), 40),
        Column("born", False, ("ngay sinh", "nam sinh", "sinh nam", "ngay thang nam sinh"), 40),
        Column("phone", False, ("dien thoai", "so dien thoai"), 40),
        Column("address", False, ("dia chi", "noi o", "ho ten dia chi"), 300),
        Column("case_state", False, ("tinh trang", "trang thai", "ket qua", "theo doi ket qua"), 200),
        Column("closed_on", False, ("ngay ket thuc", "ngay dong", "ngay giai quyet", "ngay tra ket qua"), 40),
    ),
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell: the meaning of its column, a code and the facts of its sentence."""

    column: str
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])

    def as_list(self) -> list[object]:
        """Return the form in which it is stored."""
        return [self.column, self.code, dict(self.facts)]


Cells = Mapping[str, str]
"""The cells of one row by the meaning of their column; every meaning is there, blank if unmapped."""


def folded(heading: str) -> str:
    """Return a heading as ``known_as`` writes it."""
    letters = "".join(char if char.isalnum() else " " for char in text.fold(heading))
    return text.one_line(letters)


def find_headings(kind: ImportKind, rows: Sequence[Sequence[str]]) -> int:
    """Return the place of the row with the headings: the one most of whose cells are known, else the first with two."""
    known = {name for column in COLUMNS[kind] for name in column.known_as}
    scores: list[int] = [sum(folded(cell) in known for cell in row) for row in rows[:HEADINGS_WITHIN]]
    best = max(scores, default=0)
    if best:
        return scores.index(best)
    return next((n for n, row in enumerate(rows[:HEADINGS_WITHIN]) if sum(map(bool, row)) > 1), 0)


def guess(kind: ImportKind, headings: Sequence[str]) -> dict[str, int]:
    """Return which column means what, as far as the headings tell; a column means one thing."""
    mapping: dict[str, int] = {}
    names = [folded(heading) for heading in headings]
    for column in COLUMNS[kind]:
        for known in column.known_as:
            place = next((n for n, name in enumerate(names) if name == known and n not in mapping.values()), None)
            if place is not None:
                mapping[column.name] = place
                break
    return mapping


def checked_mapping(kind: ImportKind, typed: Mapping[str, str], width: int) -> dict[str, int]:
    """Return the mapping that somebody chose. Raises BadForm: a needed meaning without a column, one column twice."""
    mapping: dict[str, int] = {}
    faults: dict[str, FieldError] = {}
    for column in COLUMNS[kind]:
        chosen = typed.get(column.name, "")
        if not chosen:
            if column.is_needed:
                faults[column.name] = FieldError("required")
            continue
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 4 and int(chosen) < width):  # noqa: PLR2004 no table is that wide
            faults[column.name] = FieldError("choice")
        elif int(chosen) in mapping.values():
            faults[column.name] = FieldError("column_twice")
        else:
            mapping[column.name] = int(chosen)
    if faults:
        raise BadForm(faults)
    return mapping


def cells_by_meaning(kind: ImportKind, mapping: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    """Return a row by meaning; what is not mapped or not written is blank."""
    found = {}
    for column in COLUMNS[kind]:
        place = mapping.get(column.name)
        found[column.name] = text.one_line(cells[place]) if place is not None and place < len(cells) else ""
    return found


def common_faults(kind: ImportKind, cells: Cells) -> list[RowFault]:
    """Return what is wrong whatever the list: needed cells that are blank, cells that are too long."""
    faults = []
    for column in COLUMNS[kind]:
        value = cells[column.name]
        if column.is_needed and not value:
            faults.append(RowFault(column.name, "required"))
        elif len(value) > column.most:
            faults.append(RowFault(column.name, "too_long", {"most": column.most}))
    return faults


def first_of_each(faults: Sequence[RowFault]) -> list[RowFault]:
    """Return one fault for each column: of a blank cell it is enough to say that it is needed."""
    return list({fault.column: fault for fault in reversed(faults)}.values())[::-1]


def word_meant(value: str, meanings: Mapping[str, str]) -> str | None:
    """Return what a word means by its accent-free form, or None."""
    return meanings.get(folded(value))
