"""Reports through their pages: who sees what, changing a figure, sending, files, sorting."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.house import House
from server.reports.rules_period import period
from server.tables import AuditEntry, Case, ReportCorrection, SentReport, Unit
from server.words import Kind
from server.words_reports import PeriodKind
from tests.conftest import Browser, OpenBrowser
from tests.server.reports.offices import Heard, Ward

pytestmark = pytest.mark.one_engine

TABLE = "/bao-cao/bieu/01-tcd-2024"
QUARTER = "ky=quy-2-2026"
KEY = "k" * 32
YEAR = period(PeriodKind.YEAR, 2026)


def row_of(**figures: str) -> dict[str, str]:
    """A corrected row as a form sends it: noughts but for these columns."""
    return {**{f"c{n}": "0" for n in range(1, 30)}, **figures, "ground": "Sổ giấy số 12 ngày 02/5/2026", "key": KEY}


async def bytes_of(browser: Browser, path: str) -> bytes:
    async with browser.http.get(path) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_every_role_reaches_its_reports_from_the_rail(open_browser: OpenBrowser, house: House) -> None:
    Ward(house).receive(Ward(house).case(), Heard(date(2026, 5, 4)))
    for username in ("tu", "hanh", "bao", "linh"):
        browser = await open_browser(username)
        desk = await browser.get("/bao-cao")
        assert '<a class="rail__link" href="/bao-cao"' in desk
        assert TABLE in desk
        assert "chart__bar--regular" in desk
    browser = await open_browser("loan")
    for form in ("01-xld", "02-kqgq"):
        assert "</table>" in await browser.get(f"/bao-cao/bieu/{form}-2024?ky=nam-2026")
    await (await open_browser("cuong")).get("/bao-cao", 403)


async def test_a_ward_sees_itself_and_the_city_sees_its_wards(open_browser: OpenBrowser, house: House) -> None:
    Ward(house, "duong-kinh").receive(Ward(house, "duong-kinh").case(), Heard(date(2026, 5, 4)))
    ward = await open_browser("tu")
    assert "Dương Kinh" not in await ward.get(f"{TABLE}?{QUARTER}")
    for page in ("", "/chi-tiet", "/xlsx", "/pdf"):
        await ward.get(f"{TABLE}{page}?{QUARTER}&don-vi=duong-kinh&cot=1", 404)
    city = await open_browser("bao")
    page = await city.get(f"{TABLE}?{QUARTER}")
    assert "Dương Kinh" in page
    assert "Thạch Khôi" in page
    await city.get(f"{TABLE}?{QUARTER}&don-vi=tk-kinh-te", 404)
    await city.get("/bao-cao/bieu/khong-co", 404)
    await city.get(f"{TABLE}/chi-tiet?{QUARTER}&cot=77", 404)


async def test_f72_a_manual_change_that_breaks_a_sum_is_refused_at_its_field(
    open_browser: OpenBrowser, house: House
) -> None:
    browser = await open_browser("tu")
    page = await browser.post(f"{TABLE}/sua?{QUARTER}", row_of(c1="3", c4="2"), 422)
    assert "Cột 1 phải bằng tổng các cột 4 + 13 + 22, là 2; đang ghi 3." in page
    assert 'value="3"' in page
    page = await browser.post(f"{TABLE}/sua?{QUARTER}", {**row_of(c4="=1+1"), "ground": "ngắn"}, 422)
    assert "Xin nhập số không âm" in page
    assert 'id="f-ground-error"' in page
    right = row_of(c1="2", c4="2", c2="2", c5="2", c3="1", c6="1")
    for _ in range(2):
        assert await browser.post(f"{TABLE}/sua?{QUARTER}", right) == f"{TABLE}?{QUARTER}&da=report_corrected"
    shown = await browser.get(f"{TABLE}?{QUARTER}")
    assert "đếm được 0" in shown
    assert "Sổ giấy số 12" in shown

    def kept(db: Session) -> tuple[list[tuple[str, int]], int]:
        rows = [(r.column_code, r.difference) for r in db.scalars(select(ReportCorrection))]
        logged = db.scalars(select(AuditEntry).where(AuditEntry.verb == "corrected_report")).all()
        return rows, len(logged)

    rows, logged = house.db.read_now(kept)
    assert sorted(rows) == [("1", 2), ("2", 2), ("3", 1), ("4", 2), ("5", 2), ("6", 1)]
    assert logged == 1
    await (await open_browser("yen")).get(f"{TABLE}/sua?{QUARTER}", 403)


async def test_a_zero_report_is_not_a_missing_one(open_browser: OpenBrowser, house: House) -> None:
    city, chair = await open_browser("bao"), await open_browser("hanh")
    house.clock.set(datetime(2026, 7, 6, 2, tzinfo=UTC))
    assert "Không phát sinh" not in await city.get(f"{TABLE}?{QUARTER}")
    # The year is not over.
    assert "chưa hết" in await chair.post(f"{TABLE}/chot?ky=nam-2026", {"remark": "", "key": KEY}, 409)
    for _ in range(2):
        await chair.post(f"{TABLE}/chot?{QUARTER}", {"remark": "", "key": KEY})
    page = await city.get(f"{TABLE}?{QUARTER}")
    assert page.count("Không phát sinh") == 1
    assert "Chưa nộp" in page
    assert len(house.db.read_now(lambda db: db.scalars(select(SentReport.id)).all())) == 1
    await (await open_browser("tu")).post(f"{TABLE}/chot?{QUARTER}", {"remark": "", "key": "x" * 32}, 403)


async def test_what_was_sent_stays_until_it_is_sent_again(open_browser: OpenBrowser, house: House) -> None:
    chair, ward = await open_browser("hanh"), Ward(house)
    await chair.post(f"{TABLE}/chot?{QUARTER}", {"remark": "", "key": KEY})
    ward.receive(ward.case(), Heard(date(2026, 5, 4)))
    assert "Số liệu đã thay đổi sau khi chốt" in await chair.get(f"{TABLE}?{QUARTER}")
    await chair.post(f"{TABLE}/chot?{QUARTER}", {"remark": "Bổ sung", "key": "2" * 32})
    assert "Đã chốt lần 2" in await chair.get(f"{TABLE}?{QUARTER}")


async def test_behind_a_figure_a_denunciation_is_a_number_without_a_name(
    open_browser: OpenBrowser, house: House
) -> None:
    ward = Ward(house)
    ward.receive(ward.case(), Heard(date(2026, 5, 4)))
    secret = ward.receive(ward.case(Kind.DENUNCIATION), Heard(date(2026, 5, 5), matter=Kind.DENUNCIATION))
    code = house.db.read_now(lambda db: db.scalars(select(Case.code).where(Case.is_restricted)).one())
    for username in ("hanh", "loan", "bao"):
        browser = await open_browser(username)
        page = await browser.get(f"{TABLE}/chi-tiet?{QUARTER}&cot=4&don-vi=thach-khoi")
        assert "Có 2 mục" in page
        assert "1 mục không liệt kê" in page
        for word in (secret, code, "Việc bí mật", "05/05/2026"):
            assert word not in page
        assert ("Việc đất đai" in page) == (username != "bao")
        assert secret not in await browser.get(f"/bao-cao/bieu/03-xld-2024/chi-tiet?{QUARTER}&cot=3")
    assert "looked_behind_report" in house.db.read_now(lambda db: db.scalars(select(AuditEntry.verb)).all())


async def test_the_spreadsheet_holds_no_formula(open_browser: OpenBrowser, house: House) -> None:
    def rename(db: Session) -> None:
        db.scalars(select(Unit).where(Unit.code == "thach-khoi")).one().name = '=HYPERLINK("http://x","a")'

    house.db.write_now(rename)
    browser = await open_browser("bao")
    book = load_workbook(io.BytesIO(await bytes_of(browser, f"{TABLE}/xlsx?{QUARTER}")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert any(cell.value == '=HYPERLINK("http://x","a")' for cell in cells)
    assert any(cell.value == "1 = 4+13+22" for cell in cells)


async def test_the_paper_is_printed(open_browser: OpenBrowser, tmp_path: Path) -> None:
    browser = await open_browser("hanh")
    assert (await bytes_of(browser, f"{TABLE}/pdf?{QUARTER}")).startswith(b"%PDF")


async def test_a_range_that_cannot_be_is_told_at_its_field(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu")
    assert "Ngày cuối đang trước ngày đầu" in await browser.get(f"{TABLE}?tu=02/05/2026&den=01/05/2026", 422)
    assert "Ngày cần có dạng" in await browser.get(f"{TABLE}?tu=32/05/2026&den=01/05/2026", 422)
    assert "từ 01/05/2026 đến 31/05/2026" in await browser.get(f"{TABLE}?tu=01/05/2026&den=31/05/2026")


async def test_a_petition_is_sorted_and_a_complaint_gets_its_result(open_browser: OpenBrowser, house: House) -> None:
    ward, browser = Ward(house), await open_browser("tu")
    case = ward.case(Kind.COMPLAINT)
    code = ward.receive(case, Heard(date(2026, 5, 4), matter=Kind.COMPLAINT))
    assert code in await browser.get("/bao-cao/phan-loai")
    told = {"petition_field": "land", "standing": "new", "direction": "transfer", "replied_on": ""}
    where = f"/dang-ky-moi/{code}"
    assert "Cách xử lý này không dùng" in await browser.post(f"{where}/phan-loai", told, 422)
    assert 'id="f-petition_field-error"' in await browser.post(
        f"{where}/phan-loai", {**told, "petition_field": ""}, 422
    )
    await browser.post(f"{where}/phan-loai", {**told, "direction": "guide"})
    assert code not in await browser.get("/bao-cao/phan-loai")
    assert ward.row("02-xld-2024", YEAR)["24"] == 1
    await browser.post(f"{where}/phan-loai", {**told, "direction": ""})
    case_code = house.db.read_now(lambda db: db.get_one(Case, case).code)
    assert f"/bao-cao/ket-qua/{case_code}" in await browser.get(f"/vu-viec/{case_code}")
    ended = {"instance": "first", "way": "decision", "decided_on": "01/07/2026", "is_in_time": "1", "finding": "right"}
    wrong = await browser.post(f"/bao-cao/ket-qua/{case_code}", {**ended, "a_state_money": "x", "finding": ""}, 422)
    assert "Xin nhập số không âm" in wrong
    await browser.post(f"/bao-cao/ket-qua/{case_code}", {**ended, "a_state_money": "1.250,5"})
    row = ward.row("01-kqgq-2024", YEAR)
    assert (row["5"], row["7"], row["20"], row["25"]) == (1, 1_250_500_000, 1, 1)
    assert "1.250,5" in await browser.get("/bao-cao/bieu/01-kqgq-2024?ky=nam-2026")
    await (await open_browser("quan")).get(f"/bao-cao/ket-qua/{case_code}", 404)
    await (await open_browser("quan")).get(where, 404)
