"""The life of a paper through its pages: draft, sign, number, print, scan, withdraw; and who must not know of it."""

import hashlib
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

import pytest
from aiohttp import FormData
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from server.clock import Clock
from server.house import House
from server.jobs import registry
from server.jobs.runner import Runner
from server.security import cookie_name
from server.tables import Case, Deadline, Document, FollowUp, OfficialPaper, OutboxLetter
from server.tables.base import Base
from server.words import DocumentKind, Kind, Origin, PaperForm, PaperState, Role
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Held
from tests.server.papers import samples

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

Lay = Callable[..., Held]


@pytest.fixture
def lay(house: House, clock: Clock) -> Lay:
    """Return a function that lays Lan's matter, of the wanted kind, on the morning of its reception."""

    def begin(kind: Kind = Kind.FEEDBACK) -> Held:
        held = house.db.write_now(receptions.book)
        clock.set(NINE + timedelta(hours=1))
        house.db.write_now(_turn_into, held.case_id, kind)
        return held

    return begin


def _turn_into(db: Session, case_id: int, kind: Kind) -> None:
    case = db.get_one(Case, case_id)
    case.kind, case.is_restricted = kind, kind is Kind.DENUNCIATION


def case_code(house: House, held: Held) -> str:
    return house.db.read_now(lambda db: db.get_one(Case, held.case_id).code)


def _change(db: Session, change: dict[str, object]) -> None:
    db.execute(update(OfficialPaper).values(change))


Row = TypeVar("Row", bound=Base)


def rows(house: House, table: type[Row]) -> list[Row]:
    """Every row of a table, to be looked at after the transaction."""

    def load(db: Session) -> list[Row]:
        found = list(db.scalars(select(table)))
        db.expunge_all()
        return found

    return house.db.read_now(load)


async def draft(browser: Browser, case: str, form: PaperForm) -> str:
    page = await browser.get(f"/van-ban/moi?vu-viec={case}")
    key = page.split('name="key" value="')[1].split('"')[0]
    fields = {"form": form.value, "case": case, "request": "", "key": key}
    where = await browser.post("/van-ban/moi", fields)
    assert where == await browser.post("/van-ban/moi", fields)
    return where.split("?")[0]


async def work(house: House) -> None:
    runner = Runner(house, tuple(kind for kind in registry.KINDS if kind.name == "print_official"))
    while await runner.run_one():
        pass


async def as_citizen(open_browser: OpenBrowser, held: Held) -> Browser:
    browser = await open_browser()
    await browser.post("/tra-cuu", {"code": held.request_code, "phone": LAN.phone})
    assert any(c.key == cookie_name(browser.house.settings, "login") for c in browser.http.session.cookie_jar)
    return browser


async def scan(browser: Browser, path: str, content: bytes) -> None:
    form = FormData({"csrf_token": browser.form_token()})
    form.add_field("scan", content, filename="ban-ky.pdf", content_type="application/pdf")
    async with browser.http.post(f"{path}/ban-ky", data=form, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()


async def test_a_notice_from_draft_to_the_citizens_hand(lay: Lay, house: House, open_browser: OpenBrowser) -> None:
    held = lay()
    tu, hanh = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("hanh")
    paper = await draft(tu, case_code(house, held), PaperForm.HANDLING_NOTICE)
    page = await tu.get(paper)
    assert "06/07/2026" in page or "20/06/2026" in page
    words = samples.typed(PaperForm.HANDLING_NOTICE)
    empty = await tu.post(paper, {**words, "handling": "", "then": "submit"}, status=422)
    assert words["content"] in empty
    await tu.post(paper, {**words, "met": "31/02/2026"}, status=422)
    await tu.post(paper, {**words, "then": "submit"})
    await tu.post(f"{paper}/ban-hanh", status=403)
    assert "/van-ban/" in await hanh.get("/van-ban?loc=cho-ky")
    for _ in range(2):
        await hanh.post(f"{paper}/ban-hanh", {"number": ""})
    await work(house)
    await work(house)
    (row,) = rows(house, OfficialPaper)
    assert (row.state, row.number_text, row.issued_on) == (PaperState.ISSUED, "01/TB-UBND", NINE.date())
    assert "reception_law_28@2026-07-01" in row.sealed["basis_versions"]
    (document,) = [one for one in rows(house, Document) if one.id == row.document_id]
    content = house.files.path(document.stored_as).read_bytes()
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert "ngày 06 tháng 7 năm 2026" in " ".join(p.extract_text() for p in PdfReader(io.BytesIO(content)).pages)
    assert all(one.met_on == NINE.date() for one in rows(house, Deadline) if one.rule == "D1")
    assert "paper_ready" in {one.template for one in rows(house, OutboxLetter)}
    assert "01/TB-UBND" in await tu.get(f"/vu-viec/{case_code(house, held)}")
    lan = await as_citizen(open_browser, held)
    assert f"/giay-to/{document.code}" in await lan.get(f"/tra-cuu/{held.request_code}/ho-so")
    await lan.get(f"/giay-to/{document.code}")
    await (await open_browser("quan")).get(paper, status=404)
    await (await open_browser("quan")).get(f"/giay-to/{document.code}", status=404)
    await _taken_back(house, held, document.code, paper, (tu, hanh, lan))


async def _taken_back(
    house: House, held: Held, document: str, paper: str, people: tuple[Browser, Browser, Browser]
) -> None:
    """The term it had met runs again, and the citizen reads why."""
    tu, hanh, lan = people
    for _ in range(2):
        await hanh.post(f"{paper}/thu-hoi", {"ground": "Ghi nhầm nội dung xử lý"})
    assert all(one.met_on is None for one in rows(house, Deadline) if one.rule == "D1")
    assert "Chạy lại vì văn bản đã thu hồi" in await tu.get(f"/vu-viec/{case_code(house, held)}")
    file = await lan.get(f"/tra-cuu/{held.request_code}/ho-so")
    assert "Đã thu hồi ngày 06/07/2026" in file
    assert "Lý do: Ghi nhầm nội dung xử lý" in file
    assert document not in file
    await lan.get(f"/giay-to/{document}", status=404)
    assert "paper_withdrawn" in {one.template for one in rows(house, OutboxLetter)}


@pytest.mark.one_engine
async def test_f54_f50_a_scan_has_its_mark_and_an_issued_paper_is_replaced_not_changed(
    lay: Lay, house: House, open_browser: OpenBrowser
) -> None:
    held = lay()
    hanh = await open_browser("hanh")
    paper = await draft(hanh, case_code(house, held), PaperForm.PETITION_TRANSFER)
    words = samples.typed(PaperForm.PETITION_TRANSFER)
    await hanh.post(paper, words)
    await hanh.post(f"{paper}/ban-hanh", {"number": "0"}, status=422)
    await hanh.post(f"{paper}/ban-hanh", {"number": "7"})
    for _ in range(2):
        await scan(hanh, paper, PDF)
    (kept,) = [one for one in rows(house, Document) if one.kind is DocumentKind.SCAN]
    assert (kept.origin, kept.converted_by, kept.number) == (Origin.SCANNED, "Đỗ Thị Hạnh", "07/PC-UBND")
    assert "Đỗ Thị Hạnh" in await hanh.get(paper)
    await hanh.post(paper, words, status=409)
    changes: tuple[dict[str, object], ...] = ({"number": 8}, {"issued_on": date(2026, 1, 1)}, {"words": {}})
    for change in changes:
        with pytest.raises(DatabaseError, match="sealed"):
            house.db.write_now(_change, change)
    await hanh.post(f"{paper}/thu-hoi", {"ground": ""}, status=422)
    for _ in range(2):
        await hanh.post(f"{paper}/thu-hoi", {"ground": "Ghi sai cơ quan nhận"})
    again = (await hanh.post(f"{paper}/thay-the")).split("?")[0]
    assert again == (await hanh.post(f"{paper}/thay-the")).split("?")[0] != paper
    used = await hanh.post(f"{again}/ban-hanh", {"number": "07/PC-UBND"}, status=422)
    assert "Số 7 đã dùng" in used
    assert "8." in used
    await hanh.post(f"{again}/ban-hanh", {"number": ""})
    assert [one.number for one in rows(house, OfficialPaper)] == [7, 8]
    lan = await as_citizen(open_browser, held)
    assert kept.code not in await lan.get(f"/tra-cuu/{held.request_code}/ho-so")


@pytest.mark.one_engine
async def test_f76_an_urging_letter_comes_from_what_is_overdue(
    lay: Lay, house: House, clock: Clock, open_browser: OpenBrowser
) -> None:
    held = lay()
    code = case_code(house, held)
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    page = await tu.get(f"/vu-viec/{code}")
    key = page.split('name="key" value="')[1].split('"')[0]
    unit = house.db.read_now(lambda db: db.get_one(Case, held.case_id).unit_id)
    owed = {
        "words": "Kiểm tra xưởng",
        "owner_unit_id": str(unit),
        "owner_name": "Vũ Tiến Dũng",
        "due_on": "08/07/2026",
        "key": key,
    }
    await tu.post(f"/vu-viec/{code}/viec", owed)
    follow_up = house.db.read_now(lambda db: db.scalars(select(FollowUp.code)).one())
    await tu.post("/van-ban/don-doc", {"follow_up": follow_up}, status=409)
    clock.set(NINE + timedelta(days=8))
    tu, hanh = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("hanh")
    assert "cần công văn đôn đốc" in await tu.get("/viec-theo-doi")
    paper = (await tu.post("/van-ban/don-doc", {"follow_up": follow_up})).split("?")[0]
    assert paper == (await tu.post("/van-ban/don-doc", {"follow_up": follow_up})).split("?")[0]
    page = await tu.get(paper)
    assert "Kiểm tra xưởng" in page
    assert "08/07/2026" in page
    await hanh.post(f"{paper}/ban-hanh", {"number": ""})
    assert "đã gửi 1 công văn đôn đốc" in await tu.get("/viec-theo-doi")
    lan = await as_citizen(open_browser, held)
    assert "Kiểm tra xưởng" in await lan.get(f"/tra-cuu/{held.request_code}")
    assert "UBND-TCD" not in await lan.get(f"/tra-cuu/{held.request_code}/ho-so")


@pytest.mark.one_engine
async def test_papers_of_a_denunciation_are_for_receivers_only(
    lay: Lay, house: House, open_browser: OpenBrowser
) -> None:
    held = lay(Kind.DENUNCIATION)
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    paper = await draft(tu, case_code(house, held), PaperForm.DENUNCIATION_MINUTES)
    words = samples.typed(PaperForm.DENUNCIATION_MINUTES)
    await tu.post(paper, words)
    await tu.post(f"{paper}/ban-hanh", {"number": ""})
    for other in ("yen", "phuc"):
        browser = await open_browser(other)
        await browser.get(paper, status=404)
        await browser.post(paper, words, status=404)
        assert paper not in await browser.get("/van-ban?loc=da-ban-hanh")
    assert paper in await tu.get("/van-ban?loc=da-ban-hanh")
