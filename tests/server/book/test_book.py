"""The reception book: F46, F47, F48; a redacted copy; nothing typed becomes a formula."""

import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook
from sqlalchemy import Executable, delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from server.adapters import sheets
from server.adapters.sheets import Sheet
from server.book import actions, rules
from server.book.actions import Correcting
from server.book.rules import EmptyDay, Line
from server.clock import Clock
from server.demo import officer_named
from server.house import House
from server.tables import BookCorrection, BookLine, Case
from server.who import the_system
from server.words import BookCell, Kind, Role
from tests.conftest import OpenBrowser
from tests.people import LAN, MINH
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Room

COLUMNS = [
    "STT", "Ngày tiếp", "Họ tên – Địa chỉ", "CMND/Hộ chiếu (CCCD)", "Nội dung vụ việc", "Phân loại đơn / Số người",
    "Cơ quan đã giải quyết", "Thụ lý để giải quyết", "Trả lại đơn và hướng dẫn", "Chuyển đơn",
    "Theo dõi kết quả giải quyết", "Ghi chú",
]  # fmt: skip
SECRET = "Tố giác cán bộ địa chính nhận tiền"


def hold(db: Session) -> int:
    """A reception is held and ends; returns its case."""
    held = receptions.book(db)
    room = Room(held)
    room.begin(db, [receptions.enter(db, officer_named(db, "hanh"), held.code)])
    room.note(db, "ended", 25, by="x")
    return held.case_id


def _run(db: Session, change: Executable) -> None:
    db.execute(change)


def _nothing_goes(house: House, *changes: Executable) -> None:
    for change in changes:
        with pytest.raises(DatabaseError, match="sealed"):
            house.db.write_now(_run, change)


def form(key: str, **more: str) -> dict[str, str]:
    return {
        "received_on": "06/07/2026", "name": MINH.name, "address": MINH.address, "identity": MINH.id_number,
        "matter": '=HYPERLINK("http://x.invalid","bấm")', "kind": "complaint", "people": "7", "remark": "@ghi chú",
        "key": key * 16, **more,
    }  # fmt: skip


def lines(house: House) -> list[tuple[int, str]]:
    return house.db.read_now(
        lambda db: [(n, p) for n, p in db.execute(select(BookLine.number, BookLine.person).order_by(BookLine.number))]
    )


async def test_f46_f48_the_book_of_a_year(house: House, clock: Clock, open_browser: OpenBrowser) -> None:
    case_id = house.db.write_now(hold)
    clock.set(NINE + timedelta(hours=1))
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    assert "1 lượt tiếp chưa vào sổ" in await tu.get("/so-tiep?nam=0000")
    for _ in range(2):
        await tu.post("/so-tiep/vao-so")
        await tu.post("/so-tiep", form("a"))
    await tu.post("/so-tiep", form("b", kind="denunciation", matter=SECRET, name="Người cần giữ kín"))
    assert "31/02/2026" in await tu.post("/so-tiep", form("c", received_on="31/02/2026"), status=422)
    await tu.post("/so-tiep", form("c", received_on="07/07/2026"), status=422)
    assert [n for n, _ in lines(house)] == [1, 2, 3]
    assert lines(house)[0][1] == f"{LAN.name}\n{LAN.address}"
    _nothing_goes(house, delete(BookLine), update(BookLine).values(number=9))
    correction = {"cell": "transferred", "words": "Sở Nông nghiệp", "ground": "Ghi nơi chuyển", "version": "1"}
    await tu.post("/so-tiep/dong/1", correction)
    assert "vừa được sửa" in await tu.post("/so-tiep/dong/1", {**correction, "words": "Sở khác"}, status=409)
    assert "Thiếu số văn bản" in await tu.get("/so-tiep")
    entry = Correcting(BookCell.TRANSFERRED, "Sở Nông nghiệp, 12/PC-UBND (06/07/2026)", "12/PC-UBND")
    for _ in range(2):
        house.db.write_now(actions.note_paper, the_system(1), clock.now(), case_id, entry)
    page = await tu.get("/so-tiep/dong/1")
    assert "Sở Nông nghiệp; Sở Nông nghiệp, 12/PC-UBND (06/07/2026)" in page
    assert page.count("Lý do: Ghi nơi chuyển") == 1
    assert "Thiếu số văn bản" not in page
    back = Correcting(BookCell.TRANSFERRED, entry.words, "12/PC-UBND: Ghi sai nơi nhận")
    for _ in range(2):
        house.db.write_now(actions.take_back_paper, the_system(1), clock.now(), case_id, back)
    page = await tu.get("/so-tiep/dong/1")
    assert page.count("Ghi sai nơi nhận") == 1
    assert "Sở Nông nghiệp; Sở Nông nghiệp, 12/PC-UBND (06/07/2026)" in page
    assert "Thiếu số văn bản" in page
    _nothing_goes(house, delete(BookCorrection))
    yen = await open_browser("yen")
    assert LAN.name in await yen.get("/so-tiep")
    house.db.write_now(_run, update(Case).where(Case.id == case_id).values(is_restricted=True))
    assert LAN.name not in await yen.get("/so-tiep")
    await yen.get("/so-tiep/dong/1", status=404)
    await (await open_browser("quan")).get("/so-tiep/dong/1", status=404)
    assert LAN.name not in await (await open_browser("quan")).get("/so-tiep")


@pytest.mark.one_engine
async def test_f47_an_export_has_twelve_columns_in_a_whole_and_a_redacted_copy(
    house: House, open_browser: OpenBrowser
) -> None:
    tu, yen = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("yen")
    await tu.post("/so-tiep", form("a"))
    await tu.post("/so-tiep", form("b", kind="denunciation", matter=SECRET, name="Người cần giữ kín"))
    assert "kín" not in await yen.get("/so-tiep")
    await yen.get("/so-tiep/dong/2", status=404)
    await yen.get("/so-tiep/tep.xlsx?ban=day-du", status=403)
    await yen.post("/so-tiep", form("c", kind="denunciation"), status=422)
    for browser, wanted, is_whole in ((yen, "che-ten", False), (tu, "che-ten", False), (tu, "day-du", True)):
        async with browser.http.get(f"/so-tiep/tep.xlsx?nam=2026&ban={wanted}") as answer:
            page = load_workbook(io.BytesIO(await answer.read())).active
        heads, first, second = (list(row) for row in page.iter_rows(min_row=5, max_row=7, values_only=True))
        assert heads == COLUMNS
        assert first[4] == '=HYPERLINK("http://x.invalid","bấm")'
        assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
        assert (SECRET in second) == is_whole
        assert any("kín" in str(cell) for cell in second) == is_whole
    async with tu.http.get("/so-tiep/tep.pdf?nam=2026") as answer:
        assert (await answer.read()).startswith(b"%PDF")


def test_no_cell_ever_becomes_a_formula() -> None:
    typed = ["=1+1", "+84912345678", "-2", "@SUM(A1)", "=HYPERLINK(1)", "\x13=cmd|x", "=" * 40_000, "﹦1", "\t=1"]
    made = sheets.workbook([Sheet("a/b:*?", (("=x", 10.0),), [(words,) for words in typed], ("=above",))])
    cells = [cell for row in load_workbook(io.BytesIO(made)).active.iter_rows() for cell in row if cell.value]
    assert len(cells) == len(typed) + 2
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert cells[2].value == "=1+1"
    assert cells[2].quotePrefix


def test_what_a_cell_can_hold() -> None:
    assert rules.cell_fault(BookCell.PEOPLE, "0")
    assert rules.cell_fault(BookCell.PEOPLE, "x")
    assert rules.cell_fault(BookCell.PEOPLE, "30") is None
    assert rules.cell_fault(BookCell.MATTER, "")
    assert rules.cell_fault(BookCell.KIND, Kind.COMPLAINT.value) is None
    assert rules.lacks_number("Sở Nông nghiệp")
    assert not rules.lacks_number("Sở Nông nghiệp, 12/PC-UBND")
    assert rules.added("A", "B") == "A; B"
    assert rules.added("A; B", "B") == "A; B"
    today = date(2026, 7, 6)
    assert rules.day_fault(date(2026, 7, 7), today)
    assert rules.day_fault(date(2024, 12, 31), today)
    assert rules.day_fault(date(2025, 12, 31), today) is None


def one_line(number: int, received_on: date) -> Line:
    return Line(
        number, received_on.year, number, received_on, None, False, "", "", "", Kind.COMPLAINT, 1,
        "", "", "", "", "", "", "", NINE, 1,
    )  # fmt: skip


DATES = some.lists(some.dates(date(2026, 7, 1), date(2026, 7, 9)), max_size=5)


@settings(max_examples=40)
@given(received=DATES, empty=DATES)
def test_f05_days_nobody_came_to_stand_among_the_lines_and_take_no_number(
    received: list[date], empty: list[date]
) -> None:
    book = [one_line(number, on) for number, on in enumerate(received, 1)]
    days = [EmptyDay(f"{n}", on, "Bà A", f"{n:02}/BB-UBND") for n, on in enumerate(empty)]
    found = rules.in_order(book, days)
    assert [one.number for one in found if isinstance(one, Line)] == [line.number for line in book]
    assert [one.held_on for one in found if isinstance(one, EmptyDay)] == sorted(empty)
    if received == sorted(received):
        held = [one.held_on if isinstance(one, EmptyDay) else one.received_on for one in found]
        assert held == sorted(held)
    for is_whole in (True, False):
        assert all(len(rules.columns(one, str, is_whole=is_whole)) == rules.COLUMNS for one in found)
