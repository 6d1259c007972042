"""How `sheets` become a file: the one place that knows openpyxl's way of writing."""

import io
import re
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from server.adapters.sheets import LONGEST_CELL, Band, Cell, Sheet

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_FACE = "Times New Roman"
_THIN = Side(style="thin", color="FF808080")


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
    first = row
    for bands in sheet.bands:
        for band in bands:
            _band(page, row, band)
        row += 1
    for column, (words, width) in enumerate(sheet.headings, 1):
        head = _write(page, row, column, words)
        head.font = Font(name=_FACE, size=12, bold=True)
        _box(head, "center")
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"A{row + 1}"
    page.print_title_rows = f"{first}:{row}"
    for line in sheet.rows:
        row += 1
        for column, value in enumerate(line, 1):
            cell = _write(page, row, column, value)
            cell.font = Font(name=_FACE, size=12)
            _box(cell, "left" if isinstance(value, str) else "right")
    page.page_setup.orientation = "landscape" if sheet.is_landscape else "portrait"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _band(page: Worksheet, row: int, band: Band) -> None:
    for down in range(band.rows):
        for across in range(band.columns):
            cell = _write(page, row + down, band.column + across + 1, None)
            _box(cell, "center")
    head = _write(page, row, band.column + 1, band.words)
    head.font = Font(name=_FACE, size=12, bold=True)
    page.merge_cells(
        start_row=row,
        end_row=row + band.rows - 1,
        start_column=band.column + 1,
        end_column=band.column + band.columns,
    )


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
