"""The desk of the national database: what is to be entered where, what differs, what leaves the house."""

import hashlib
import io
import json
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.clock import Clock
from server.errors import Refused
from server.house import House
from server.national import rules
from server.office.rules import Calendar
from server.tables import Case, Reception
from server.words import NationalEvent, NationalState, NationalVerb, Role
from tests.conftest import Browser, OpenBrowser
from tests.journeys import whole_matter
from tests.server.minutes.receptions import NINE
from tests.server.petitions.test_pages import go, lodge

DESK = "/csdl-quoc-gia"
SPAN = {"from_on": "01/07/2026", "until_on": "06/07/2026"}


def test_f74_a_difference_is_mended_in_five_working_days() -> None:
    calendar = Calendar({date(2026, 11, 24): False})
    assert rules.mend_by(date(2026, 11, 20), calendar) == date(2026, 11, 30)


def test_f75_each_event_names_its_account() -> None:
    assert set(rules.ACCOUNTS) == set(NationalEvent)
    assert len(set(rules.ACCOUNTS.values())) == 4


def test_the_flow_refuses_what_it_does_not_name() -> None:
    for state in NationalState:
        for verb in NationalVerb:
            if verb in rules.verbs(state):
                assert rules.moved(state, verb) in set(NationalState)
            else:
                with pytest.raises(Refused):
                    rules.moved(state, verb)


def test_periods_of_the_sheet() -> None:
    assert rules.period("2026-12") == (date(2026, 12, 1), date(2026, 12, 31))
    assert rules.period("2026-Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    for odd in ("2026-13", "2026-Q5", "1026-01", "", "2026", "9999-12", "9999-Q4"):
        assert rules.period(odd) is None


async def entry_of(browser: Browser, path: str) -> str:
    code = path.rsplit("/", maxsplit=1)[-1]
    line = (await browser.get(DESK)).split(f">{code}<")[0]
    return f"{DESK}/muc/" + line.rsplit("/muc/", 1)[1].split('"')[0]


async def download(browser: Browser, kind: str) -> bytes:
    form = {**SPAN, "kind_of_file": kind, "csrf_token": browser.form_token()}
    async with browser.http.post(f"{DESK}/xuat", data=form) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.one_engine
async def test_an_entry_is_typed_comes_back_is_mended_and_signed(open_browser: OpenBrowser, clock: Clock) -> None:
    tu, hanh = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("hanh")
    path = await lodge(tu, kind="complaint", title="=HYPERLINK(1)")
    assert path.split("/")[-1] not in await tu.get(DESK)
    await go(tu, path, "kiem-tra", {})
    await go(tu, path, "phan-loai", {"kind": "complaint", "target": "ward", "petition_field": "land"})
    entry = await entry_of(tu, path)
    page = await tu.get(entry)
    assert "Nhập bằng tài khoản: Xử lý đơn" in page
    assert "<span data-copy>Trần Thị Hòa</span>" in page
    await tu.post(entry, {"verb": "give_back", "note": "Sai ngày"}, status=409)
    await tu.post(entry, {"verb": "enter", "national_code": "KN-1"})
    await tu.post(entry, {"verb": "enter", "national_code": "KN-1"})
    assert "Xin ghi lý do bị trả lại" in await tu.post(entry, {"verb": "give_back"}, status=422)
    wrong = {"field": "Ngày nhận", "before": "01/07", "after": "02/07", "key": "a difference of tests"}
    assert "Ngày phát hiện phải" in await tu.post(entry, {**wrong, "found_on": "07/07/2026"}, status=422)
    for _ in range(2):
        await tu.post(entry, {**wrong, "found_on": "06/07/2026"})
    page = await tu.get(entry)
    assert page.count("Chậm nhất 13/07/2026") == 1
    difference = page.split('name="difference" value="')[1].split('"')[0]
    await tu.post(entry, {"difference": difference})
    assert "Đã sửa ngày 06/07/2026" in await tu.get(entry)
    await hanh.post(f"{DESK}/doi-chieu", {"thang": "2026-07"}, status=422)
    await tu.post(f"{DESK}/doi-chieu", {"thang": "2026-06"}, status=403)
    clock.set(clock.now() + timedelta(days=31))
    hanh = await open_browser("hanh")
    await hanh.post(f"{DESK}/doi-chieu", {"thang": "2026-07"})
    page = await hanh.get(f"{DESK}/doi-chieu?thang=2026-07")
    assert "tổng số 1, đã nhập 1, sai lệch chưa sửa 0" in page


async def test_no_word_of_a_denunciation_is_in_a_file(open_browser: OpenBrowser) -> None:
    tu, yen, quan = (
        await open_browser("tu", Role.RECEPTION_OFFICER),
        await open_browser("yen"),
        await open_browser("quan"),
    )
    first = await lodge(tu, title="=cmd()", kind="complaint")
    second = await lodge(tu, title="Tố giác cán bộ", key="another key of the tests", name="Người Bí Mật")
    for path, kind in ((first, "complaint"), (second, "denunciation")):
        await go(tu, path, "kiem-tra", {})
        await go(tu, path, "phan-loai", {"kind": kind, "target": "ward", "petition_field": "land"})
    entry = await entry_of(tu, second)
    assert "Người Bí Mật" in await tu.get(entry)
    for browser in (yen, quan):
        await browser.get(entry, status=404)
        await browser.post(entry, {"verb": "enter"}, status=404)
        assert second.split("/")[-1] not in await browser.get(f"{DESK}?loc=tat-ca")
    body = await download(tu, "json")
    found = json.loads(body)
    assert [row["withheld"] for row in found["entries"]] == [False, True]
    assert found["entries"][1]["fields"] == {}
    book = load_workbook(io.BytesIO(await download(tu, "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    text = json.dumps([str(cell.value) for cell in cells], ensure_ascii=False)
    for leaked in ("Bí Mật", "Tố giác"):
        assert leaked not in body.decode()
        assert leaked not in text
    assert [cell.data_type for cell in cells if cell.value == "=cmd()"] == ["s"]
    page = await tu.get(DESK)
    assert found["receipt"] in page
    assert hashlib.sha256(body).hexdigest()[:16] in page
    assert len(json.loads(await download(yen, "json"))["entries"]) == 1
    bad = {"from_on": "06/07/2026", "until_on": "01/07/2026", "kind_of_file": "json"}
    assert "Đến ngày phải bằng hoặc sau" in await tu.post(f"{DESK}/xuat", bad, status=422)


@pytest.mark.one_engine
async def test_f75_a_held_reception_is_to_be_entered_by_the_reception_account(
    open_browser: OpenBrowser, house: House, clock: Clock
) -> None:
    clock.set(NINE + timedelta(minutes=30))
    codes = await house.db.write(whole_matter.lay, house.settings.key("links"), "x")
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    assert codes.reception not in await tu.get(DESK)
    await house.db.write(_end, codes.reception)
    entry = await entry_of(tu, f"/{codes.reception}")
    page = await tu.get(entry)
    assert "Nhập bằng tài khoản: Tiếp công dân" in page
    assert whole_matter.WORDS in page
    # Found to be a denunciation later on: nobody else at the desk reads it, and no file tells of it.
    loan = await open_browser("loan")
    assert whole_matter.WORDS in await loan.get(entry)
    await house.db.write(_restrict, codes.reception)
    await loan.get(entry, status=404)
    assert codes.reception not in await loan.get(f"{DESK}?loc=tat-ca")
    for browser, expected in ((loan, []), (tu, [True])):
        rows = json.loads(await download(browser, "json"))["entries"]
        assert [row["withheld"] for row in rows if row["event"] == "reception_held"] == expected


def _restrict(db: Session, code: str) -> None:
    case_id = db.scalars(select(Reception.case_id).where(Reception.code == code)).one()
    db.execute(update(Case).where(Case.id == case_id).values(is_restricted=True))


def _end(db: Session, code: str) -> None:
    db.execute(update(Reception).where(Reception.code == code).values(ended_at=NINE + timedelta(minutes=29)))
