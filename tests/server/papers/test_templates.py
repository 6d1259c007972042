"""The office's own template through its pages: start, upload, look, in force, a paper in Word, back again."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from aiohttp import FormData
from docx import Document

from server.adapters.docx_child import words_of
from server.adapters.files import Kept
from server.clock import Clock
from server.house import House
from server.papers import actions_templates, queries_templates
from server.papers.actions_templates import NewTemplate
from server.tables import OfficialPaper, PaperTemplate
from server.who import Who
from server.words import PaperForm, Role
from tests.conftest import START, Browser, OpenBrowser
from tests.people import LAN
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE
from tests.server.papers import samples
from tests.server.papers.test_papers import case_code, draft, rows

FORM = PaperForm.HANDLING_NOTICE
BASE = "/cai-dat/mau-van-ban"
PAGE = f"{BASE}/{FORM.value}"
OWN = "Mẫu riêng của phường, bản một."
ODD = "Đã xử lý {{7*7}} & <xong>"


async def upload(browser: Browser, content: bytes, name: str, status: int = 303, key: str = "a key") -> str:
    form = FormData({"csrf_token": browser.form_token(), "key": key})
    form.add_field("template", content, filename=name)
    async with browser.http.post(PAGE, data=form, allow_redirects=False) as answer:
        assert answer.status == status, await answer.text()
        return answer.headers.get("Location") or await answer.text()


async def taken(browser: Browser, path: str) -> bytes:
    async with browser.http.get(path, allow_redirects=False) as answer:
        assert answer.status == 200, path
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return await answer.read()


def own_words(start: bytes, more: str) -> bytes:
    document = Document(io.BytesIO(start))
    document.add_paragraph(more)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def in_force(loan: Browser, house: House) -> str:
    """Make a template from the starting file, go wrong with it twice, look at it and put it in force."""
    assert "{{ ket_qua_xu_ly }}" in await loan.get(PAGE)
    start = await taken(loan, f"{PAGE}/mau-bat-dau")
    # What is not good enough is said at the field, and nothing of it stays.
    assert "đuôi .docx" in await upload(loan, start, "mau.doc", 422)
    assert "Trường “moi” không có" in await upload(loan, own_words(start, "{{ moi }}"), "m.docx", 422)
    assert rows(house, PaperTemplate) == []
    assert "Chưa tải bản nào lên" in await loan.get(PAGE)
    own = own_words(start, OWN)
    look = (await upload(loan, own, "mẫu phường.docx")).split("?")[0]
    seen = await loan.get(look)
    assert OWN in seen
    assert "Đặng Thị Quỳnh Ngữ" in seen
    assert await taken(loan, f"{look}/tep") == own
    return look


@pytest.mark.one_engine
async def test_an_own_template_from_start_to_an_issued_paper(
    house: House, clock: Clock, open_browser: OpenBrowser
) -> None:
    held = house.db.write_now(receptions.book)
    clock.set(NINE + timedelta(hours=1))
    loan, tu = await open_browser("loan"), await open_browser("tu", Role.RECEPTION_OFFICER)
    assert BASE in await loan.get("/cai-dat")
    assert PAGE in await loan.get(BASE)
    look = await in_force(loan, house)
    # Kept is not in force: a draft prints as built in until it is.
    paper = await draft(tu, case_code(house, held), FORM)
    assert "ban-word" not in await tu.get(paper)
    await tu.get(f"{paper}/ban-word", 409)
    for _ in range(2):
        await loan.post(look)
    await tu.post(paper, {**samples.typed(FORM), "handling": ODD, "then": "submit"})
    assert f"{paper}/ban-word" in await tu.get(paper)
    drafted = "\n".join(words_of(await taken(tu, f"{paper}/ban-word")))
    assert all(words in drafted for words in ("DỰ THẢO", "Số: /TB-UBND", ODD, OWN))
    hanh, quan = await open_browser("hanh"), await open_browser("quan")
    await hanh.post(f"{paper}/ban-hanh", {"number": ""})
    await loan.post(f"{PAGE}/mau-san")
    assert "Mẫu của cơ quan, bản" not in await loan.get(BASE)
    # What was issued keeps what it was issued with; a new draft prints as built in.
    issued = "\n".join(words_of(await taken(tu, f"{paper}/ban-word")))
    assert all(words in issued for words in ("Số: 01/TB-UBND", LAN.name, ODD, OWN))
    assert "DỰ THẢO" not in issued
    (row,) = rows(house, OfficialPaper)
    assert row.sealed[queries_templates.SEALED]["number"] == 1
    await hanh.post(f"{paper}/thu-hoi", {"ground": "Nhầm ngày hẹn"})
    await tu.get(f"{paper}/ban-word", 409)
    await quan.get(PAGE, 403)
    await quan.get(f"{paper}/ban-word", 404)


def test_one_version_of_a_form_is_in_force_and_none_is_lost(house: House, who_of: Callable[..., Who]) -> None:
    loan, at, later = who_of("loan"), START, START + timedelta(hours=1)

    def keep(name: str, key: str) -> tuple[int, bool]:
        new = NewTemplate(FORM, name, Kept(f"{key}.docx", 9, key * 64), ("so_van_ban",), key)
        return house.db.write_now(actions_templates.keep, loan, at, new)

    assert keep("một", "a") == (1, True)
    assert keep("một", "a") == (1, False)
    assert keep("hai", "b") == (2, True)
    for number in (1, 2, 2, 1):
        house.db.write_now(actions_templates.put_in_force, loan, later, FORM, number)
        assert house.db.read_now(queries_templates.in_force, loan.unit_id)[FORM].number == number
    assert house.db.read_now(queries_templates.in_force, who_of("quan").unit_id) == {}
    for _ in range(2):
        house.db.write_now(actions_templates.go_back, loan, later, FORM)
    assert house.db.read_now(queries_templates.in_force, loan.unit_id) == {}
    assert [one.number for one in house.db.read_now(queries_templates.versions, loan, FORM)] == [2, 1]
