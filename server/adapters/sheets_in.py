"""Tables from outside: XLSX and CSV, read as text; those to be filled in are written here, too.

A formula is what somebody typed, never a thing to be computed: it is read as its letters and
written as its letters, so that ``=HYPERLINK(…)`` in a name stays a name wherever it is opened.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from server import text
from server.adapters.sheets import Sheet, workbook
from server.errors import BadForm, FieldError

MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 5_000
LAST_ROW = 1_048_576
"""Of the format; a file that names a later one wants us to count to it."""
MOST_UNPACKED = 200 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number as the program that wrote it shows it; cells are tidy text in NFC."""

    number: int
    cells: tuple[str, ...]


def read(content: bytes, name: str) -> tuple[SheetRow, ...]:
    """Return the filled rows of the first sheet. Raises BadForm for the field ``file``; blocks: call it in a thread."""
    try:
        rows = _read_xlsx(content) if content[:2] == b"PK" else _read_csv(content, name)
        found = tuple(_filled(rows))
    except BadForm:
        raise
    except Exception as error:  # a broken file makes the library raise nearly anything
        raise _fault("sheet_broken") from error
    if not found:
        raise _fault("sheet_empty")
    return found


def _fault(code: str, **facts: int) -> BadForm:
    return BadForm({"file": FieldError(code, facts)})


def _filled(rows: Iterable[Sequence[Any]]) -> Iterator[SheetRow]:
    count = wide = 0
    for number, cells in enumerate(rows, 1):
        if number > LAST_ROW:
            raise _fault("sheet_rows", most=MOST_ROWS)
        if not cells:
            continue
        wide += len(cells) > MOST_COLUMNS
        if len(cells) > MOST_COLUMNS and (wide > MOST_ROWS or any(cells[MOST_COLUMNS:])):
            raise _fault("sheet_columns", most=MOST_COLUMNS)
        read_cells = tuple(text_of(cell) for cell in cells[:MOST_COLUMNS])
        if not any(read_cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise _fault("sheet_rows", most=MOST_ROWS)
        yield SheetRow(number, read_cells)


def text_of(cell: Any) -> str:
    """Return what stands in a cell as people read it: dates 05/02/2026, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        day = cell.strftime("%d/%m/%Y")
        return day if cell.time() == time() else f"{day} {cell:%H:%M}"
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return text.tidy(str(cell))[:LONGEST_CELL]


def _read_xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook  # noqa: PLC0415 slow to load, and seldom needed

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
            raise _fault("sheet_large")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        # What a file says of its own size is not believed: every cell that is not there would be made.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)
    finally:
        book.close()


def _read_csv(content: bytes, name: str) -> Iterator[Sequence[Any]]:
    if not name.lower().endswith((".csv", ".txt")) or b"\0" in content[:2000].replace(b"\xff\xfe", b"")[:1]:
        raise _fault("sheet_kind")
    try:
        letters = content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        raise _fault("sheet_letters") from None
    first = letters.partition("\n")[0]
    mark = max(";,\t", key=first.count)
    yield from csv.reader(io.StringIO(letters), delimiter=mark)


def write(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return an XLSX file to be filled in or mended and read again. Blocks for long tables: call it in a thread."""
    headings = tuple((title, float(max(14, len(title) + 4))) for title in titles)
    return workbook([Sheet("1", headings, rows)])
