"""Tables as an XLSX file, by openpyxl (one tool, so no interface).

Whatever a person typed stays text: a cell that begins with ``=``, ``+``, ``-`` or ``@`` is written
as a string and marked so, and no spreadsheet takes it for a formula.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | None

LONGEST_CELL = 32_767
"""Characters a cell of the format holds."""
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_FACE = "Times New Roman"
_THIN = Side(style="thin", color="FF808080")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines above, headings with widths in characters, rows. ``landscape`` says how it prints."""

    title: str
    headings: tuple[tuple[str, float], ...]
    rows: Sequence[Sequence[Cell]]
    above: tuple[str, ...] = field(default=())
    is_landscape: bool = True


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(_NOT_IN_TITLES.sub(" ", sheet.title)[:31]), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    row = 1
    for number, words in enumerate(sheet.above):
        _write(page, row, 1, words).font = Font(name=_FACE, size=14 if number == 0 else 12, bold=number == 0)
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(sheet.headings))
        row += 1
    row += 1 if sheet.above else 0
    for column, (words, width) in enumerate(sheet.headings, 1):
        head = _write(page, row, column, words)
        head.font = Font(name=_FACE, size=12, bold=True)
        _box(head, "center")
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"A{row + 1}"
    page.print_title_rows = f"{row}:{row}"
    for line in sheet.rows:
        row += 1
        for column, value in enumerate(line, 1):
            cell = _write(page, row, column, value)
            cell.font = Font(name=_FACE, size=12)
            _box(cell, "left")
    page.page_setup.orientation = "landscape" if sheet.is_landscape else "portrait"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write(page: Worksheet, row: int, column: int, value: Cell) -> Any:
    cell = page.cell(row, column)
    if isinstance(value, str):
        cell.value = _FORBIDDEN.sub("", value)[:LONGEST_CELL]
        # openpyxl takes a leading "=" for a formula unless told what it is.
        cell.data_type = "s"
        cell.quotePrefix = True
    else:
        cell.value = value
    return cell


def _box(cell: Any, across: str) -> None:
    cell.alignment = Alignment(horizontal=across, vertical="top", wrap_text=True)
    cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
