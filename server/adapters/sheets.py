"""Tables as an XLSX file, by openpyxl (one tool, so no interface).

Whatever a person typed stays text: a cell that begins with ``=``, ``+``, ``-`` or ``@`` is written
as a string and marked so, and no spreadsheet takes it for a formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None

LONGEST_CELL = 32_767
"""Characters a cell of the format holds."""


@dataclass(frozen=True, slots=True)
class Band:
    """A heading above headings: its words, the first column it covers (from 0), how many columns and rows."""

    words: str
    column: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines above, headings with widths in characters, rows. ``landscape`` says how it prints.

    ``bands`` are rows of headings that cover several columns and stand above ``headings``.
    """

    title: str
    headings: tuple[tuple[str, float], ...]
    rows: Sequence[Sequence[Cell]]
    above: tuple[str, ...] = field(default=())
    is_landscape: bool = True
    bands: tuple[tuple[Band, ...], ...] = field(default=())


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with these sheets. Blocks for long tables: call it in a thread."""
    from server.adapters import sheets_drawn  # noqa: PLC0415 openpyxl is slow to load, and seldom needed

    return sheets_drawn.workbook(sheets)
