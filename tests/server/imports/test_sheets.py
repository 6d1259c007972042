"""Tables are read as text and written as text; a broken one ends in a sentence."""

import io
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from openpyxl import Workbook, load_workbook

from server.adapters import sheets_in
from server.errors import BadForm

FORMULA = '=HYPERLINK("http://evil.invalid","Lan")'


def xlsx(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def fault(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(BadForm) as bad:
        sheets_in.read(content, name)
    return bad.value.fields["file"].code


def test_a_formula_is_text_on_the_way_in_and_out() -> None:
    (row,) = sheets_in.read(xlsx([FORMULA, "=1+1", "+84912345678"]), "a.xlsx")
    assert row.cells == (FORMULA, "=1+1", "+84912345678")
    written = sheets_in.write(["Họ và tên"], [[FORMULA], ["=1+1"]])
    cells = [cell for line in load_workbook(io.BytesIO(written)).worksheets[0].iter_rows() for cell in line]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert cells[1].value == FORMULA


def test_cells_are_what_people_read() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Văn Hòa")
    day = datetime(2024, 2, 5, tzinfo=UTC).replace(tzinfo=None)
    rows = sheets_in.read(xlsx(["Sổ tiếp công dân"], [], [name, 12.0, 912345678, day, None, "a\u202eb"]), "a.xlsx")
    assert [row.number for row in rows] == [1, 3]
    assert rows[1].cells == ("Nguyễn Văn Hòa", "12", "912345678", "05/02/2024", "", "ab")
    assert unicodedata.is_normalized("NFC", rows[1].cells[0])


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_of_any_program(letters: str, mark: str) -> None:
    content = f"Tên{mark}Loại\nPhường Đồng Tâm{mark}phường\n".encode(letters)
    assert [row.cells for row in sheets_in.read(content, "a.csv")] == [("Tên", "Loại"), ("Phường Đồng Tâm", "phường")]


def test_what_is_no_table_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault(b"PK\x03\x04broken") == "sheet_broken"
    assert fault(b"%PDF-1.7", "a.pdf") == "sheet_kind"
    assert fault("Tên,Loại".encode("cp1258", "ignore") + b"\xff\xfe\xfd", "a.csv") == "sheet_letters"
    assert fault(xlsx([None, None])) == "sheet_empty"
    assert fault(b"", "a.csv") == "sheet_empty"
    assert fault(xlsx(["x"] * (sheets_in.MOST_COLUMNS + 1))) == "sheet_columns"
    monkeypatch.setattr(sheets_in, "MOST_UNPACKED", 100_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets_in.MOST_UNPACKED + 1))
    assert fault(packed.getvalue()) == "sheet_large"


def test_a_list_that_lies_about_its_size_is_not_counted_through() -> None:
    told = '<dimension ref="A1:XFD1048576"/><sheetData>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in (1, 2_000_000_000))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheets_in.write(["A"], []))) as good, zipfile.ZipFile(made, "w") as lie:
        for part in good.namelist():
            content = good.read(part).decode()
            if part.startswith("xl/worksheets/"):
                begin = content.index("<sheetPr") if "<sheetPr" in content else content.index("<dimension")
                content = f"{content[:begin]}{told}{rows}</sheetData></worksheet>"
            lie.writestr(part, content)
    assert fault(made.getvalue()) == "sheet_rows"
