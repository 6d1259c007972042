"""The tables: columns, what each counts, and the sums that must hold. The tables themselves are data in ``forms/``.

A form's file keeps the printed formula as the circular prints it, and beside it the sums that
are checked; the two differ where the print is wrong (04/XLD, column 8). A column says what it
counts: a source, the ways its matters must be, and what is added up.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.errors import FieldError, NotHere
from server.words import Role

FORMS = Path(__file__).parent / "forms"

READERS = frozenset(
    {
        Role.RECEPTION_OFFICER,
        Role.PETITION_OFFICER,
        Role.WARD_CHAIR,
        Role.WARD_VICE_CHAIR,
        Role.OFFICE_HEAD,
        Role.CITY_BOARD_MEMBER,
        Role.INSPECTOR,
        Role.RECORDS_OFFICER,
    }
)
CORRECTORS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR, Role.OFFICE_HEAD, Role.CITY_BOARD_MEMBER})
"""May change a figure of their own unit, with a ground."""
SENDERS = frozenset({Role.WARD_CHAIR, Role.OFFICE_HEAD, Role.CITY_BOARD_MEMBER})
"""May close a report of their own unit and send it up."""
MOST = 10**15

Row = Mapping[str, int]
"""Figures of one unit by code of column, in the column's stored measure."""
Where = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its printed head, what it counts, and the sums it must equal."""

    code: str
    title: str
    under: tuple[str, ...] = ()
    printed: str = ""
    equals: tuple[tuple[str, ...], ...] = ()
    within: str = ""
    source: str = ""
    sum: str = "entries"
    where: Where = field(default_factory=dict[str, frozenset[str]])
    scale: int = 1
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A table of one version. ``slug`` names it in addresses and in what is stored."""

    slug: str
    place: int
    code: str
    version: str
    title: str
    basis: str
    columns: tuple[Column, ...]

    def column(self, code: str) -> Column:
        """Return a column. Raises NotHere."""
        found = next((column for column in self.columns if column.code == code), None)
        if found is None:
            raise NotHere
        return found

    def counted_from(self, source: str) -> tuple[Column, ...]:
        """Return the columns that count from a source."""
        return tuple(column for column in self.columns if column.source == source)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources it counts from, in order."""
        return tuple(dict.fromkeys(column.source for column in self.columns))


@functools.cache
def all_forms() -> tuple[Form, ...]:
    """Return every table, in the order of the circular."""
    return tuple(sorted(map(_form, FORMS.glob("*.toml")), key=lambda form: form.place))


def form_named(slug: str) -> Form:
    """Return a table. Raises NotHere."""
    found = next((form for form in all_forms() if form.slug == slug), None)
    if found is None:
        raise NotHere
    return found


def _form(path: Path) -> Form:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    everywhere = data.get("where", {})
    columns = tuple(_column(one, everywhere.get(one["source"], {})) for one in data["columns"])
    return Form(path.stem, data["place"], data["code"], data["version"], data["title"], data["basis"], columns)


def _column(one: Mapping[str, Any], everywhere: Mapping[str, list[str]]) -> Column:
    ways = {**everywhere, **one.get("where", {})}
    return Column(
        code=one["code"],
        title=one["title"],
        under=tuple(one.get("under", ())),
        printed=one.get("printed", ""),
        equals=tuple(terms(sums) for sums in one.get("equals", ())),
        within=one.get("within", ""),
        source=one["source"],
        sum=one.get("sum", "entries"),
        where={way: frozenset(values) for way, values in ways.items()},
        scale=one.get("scale", 1),
        measure=one.get("measure", ""),
    )


def terms(sums: str) -> tuple[str, ...]:
    """Return the columns a sum adds: ``4+13+22``."""
    return tuple(re.split(r"\s*\+\s*", sums.strip()))


def empty_row(form: Form) -> dict[str, int]:
    """Return a row of noughts."""
    return dict.fromkeys((column.code for column in form.columns), 0)


def add(form: Form, rows: Iterable[Row]) -> dict[str, int]:
    """Return the sum of rows."""
    total = empty_row(form)
    for row in rows:
        for code in total:
            total[code] += row.get(code, 0)
    return total


def broken(form: Form, row: Row) -> dict[str, FieldError]:
    """Return what does not fit in a row, by column: sums that fail, parts larger than their whole, figures below nought."""
    faults: dict[str, FieldError] = {}
    for column in form.columns:
        value = row[column.code]
        if value < 0:
            faults[column.code] = FieldError("figure_negative")
            continue
        for sum_of in column.equals:
            expected = sum(row[code] for code in sum_of)
            if value != expected:
                facts = {"column": column.code, "terms": " + ".join(sum_of)}
                faults[column.code] = FieldError(
                    "identity", {**facts, "expected": shown(expected, column), "given": shown(value, column)}
                )
                break
        else:
            if column.within and value > row[column.within]:
                whole = shown(row[column.within], column)
                faults[column.code] = FieldError("part_larger", {"whole": column.within, "most": whole})
    return faults


def shown(value: int, column: Column) -> str:
    """Return a figure the Vietnamese way, in the measure of its column (``1.234,5``)."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole, rest = divmod(value, column.scale)
    digits = str(rest).rjust(len(str(column.scale)) - 1, "0").rstrip("0") if column.scale > 1 else ""
    return sign + f"{whole:,}".replace(",", ".") + ("," + digits if digits else "")


_LONGEST = 40
"""Letters of a figure; what is longer is no figure of ours, and Python would not read it."""
_FIGURE = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?")


def figure(words: str, column: Column) -> int | FieldError:
    """Return a typed figure as it is stored, or what is wrong with it. ``1.234,5`` and ``1234,5`` are one."""
    found = _FIGURE.fullmatch(re.sub(r"\s", "", words)) if len(words) <= _LONGEST else None
    if found is None or not words.isascii():
        return FieldError("figure")
    places = len(str(column.scale)) - 1
    rest = found[2] or ""
    if len(rest.rstrip("0")) > places:
        return FieldError("figure_places", {"places": places}) if places else FieldError("figure_whole")
    value = int(found[1].replace(".", "")) * column.scale + int(rest.rstrip("0").ljust(places, "0") or 0)
    return value if value <= MOST else FieldError("figure")


@dataclass(frozen=True, slots=True)
class Heading:
    """A cell of the head of a table: how many columns and rows it covers, and how it is printed."""

    title: str
    columns: int
    rows: int
    at: int
    is_leaf: bool


def headings(form: Form) -> tuple[tuple[Heading, ...], ...]:
    """Return the head of the table, row by row; equal titles side by side share one cell."""
    depth = max(len(column.under) for column in form.columns) + 1
    rows: list[list[Heading]] = [[] for _ in range(depth)]
    for at, column in enumerate(form.columns):
        for level, title in enumerate(column.under):
            if at and form.columns[at - 1].under[: level + 1] == column.under[: level + 1]:
                last = rows[level][-1]
                rows[level][-1] = Heading(title, last.columns + 1, 1, last.at, is_leaf=False)
            else:
                rows[level].append(Heading(title, 1, 1, at, is_leaf=False))
        level = len(column.under)
        rows[level].append(Heading(column.title, 1, depth - level, at, is_leaf=True))
    return tuple(tuple(row) for row in rows)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money, land or people of a result: its name, the column that adds it up, and what it is a part of."""

    name: str
    column: Column
    whole: str


def amounts(slug: str) -> tuple[Amount, ...]:
    """Return what one table adds up of results, in the order of its columns."""
    named = {c.code: next(iter(c.where["amount"])) for c in form_named(slug).columns if "amount" in c.where}
    return tuple(Amount(named[c.code], c, named.get(c.within, "")) for c in form_named(slug).columns if c.code in named)
