"""Who may open a case: every permission has the test that Quân, of another ward, cannot."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from server.cases.actions_terms import add_deadline
from server.house import House
from server.tables import Case, Deadline
from server.words import Role
from tests.conftest import Browser, OpenBrowser
from tests.journeys.test_1_register import register
from tests.people import WARD

pytestmark = pytest.mark.second_engine_slow

CASE = "/vu-viec/TK-2026-0001"


async def accepted(open_browser: OpenBrowser) -> Browser:
    code = await register(await open_browser())
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": ""})
    return tu


async def in_person(open_browser: OpenBrowser) -> str:
    browser = await open_browser()
    page = await browser.get(f"/dang-ky/hen-truc-tiep?phuong={WARD}")
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"unit": WARD, "name": "Người hẹn", "phone": "0912345678", "key": key}
    return (await browser.post("/dang-ky/hen-truc-tiep", form)).split("/")[2]


async def test_another_ward_sees_nothing_and_can_do_nothing(open_browser: OpenBrowser) -> None:
    tu = await accepted(open_browser)
    code = await register(await open_browser())
    quan = await open_browser("quan")
    await quan.get(CASE, status=404)
    await quan.get(f"/dang-ky-moi/{code}", status=404)
    for verb in ("nhan", "bo-sung", "huong-dan", "tu-choi", "phan-loai"):
        form = {"join": "", "ask_words": "x" * 20, "refer_to": "y", "refer_words": "x" * 20}
        form |= {"ground": "disorder", "decline_words": "x" * 20, "kind": "feedback"}
        wanted = {
            "nhan": ("join",),
            "bo-sung": ("ask_words",),
            "huong-dan": ("refer_to", "refer_words"),
            "tu-choi": ("ground", "decline_words"),
            "phan-loai": ("kind",),
        }[verb]
        await quan.post(f"/dang-ky-moi/{code}/{verb}", {k: form[k] for k in wanted}, status=404)
    for verb in ("buoc", "thoi-han", "viec"):
        await quan.post(f"{CASE}/{verb}", {}, status=404)
    assert "TK-2026" not in await quan.get("/vu-viec")
    assert code not in await quan.get("/dang-ky-moi?loc=tat-ca")
    assert code in await tu.get("/dang-ky-moi?loc=tat-ca")


@pytest.mark.parametrize("username", ["cuong", "khoa", "quantri", "thu"])
async def test_police_technician_archivist_and_administrator_never(open_browser: OpenBrowser, username: str) -> None:
    await accepted(open_browser)
    browser = await open_browser(username)
    for path in (CASE, "/vu-viec", "/dang-ky-moi"):
        await browser.get(path, status=403)


@pytest.mark.parametrize("username", ["dung", "bao", "phuc"])
async def test_some_see_a_case_only_when_assigned(open_browser: OpenBrowser, username: str) -> None:
    tu = await accepted(open_browser)
    browser = await open_browser(username)
    await browser.get(CASE, status=404)
    page = await tu.get(CASE)
    names = {"dung": "Dũng", "bao": "Bảo", "phuc": "Phúc"}
    options = page.split('name="officer_id"')[1].split("</select>")[0].split("<option")
    officer = next(o for o in options if names[username] in o).split('value="')[1].split('"')[0]
    await tu.post(f"{CASE}/giao", {"officer_id": officer})
    page = await browser.get(CASE)
    assert "TK-2026-0001" in await browser.get("/vu-viec")
    assignment = (await tu.get(CASE)).split('name="assignment_id" value="')[1].split('"')[0]
    await tu.post(f"{CASE}/thoi-giao", {"assignment_id": assignment})
    await browser.get(CASE, status=404)


async def test_the_inspector_reads_and_cannot_act(open_browser: OpenBrowser) -> None:
    tu = await accepted(open_browser)
    linh = await open_browser("linh")
    await linh.get(CASE)
    await linh.post(f"{CASE}/buoc", {"verb": "start"}, status=403)
    assert "Linh" in await tu.get(CASE)


async def test_a_restricted_request_is_known_to_receiver_and_chair_only(
    open_browser: OpenBrowser,
) -> None:
    code = await in_person(open_browser)
    path = f"/dang-ky-moi/{code}"
    for username in ("loan", "yen", "linh"):
        browser = await open_browser(username)
        await browser.get(path, status=404)
        assert code not in await browser.get("/dang-ky-moi?loc=tat-ca")
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    inbox = await tu.get("/dang-ky-moi")
    assert code in inbox
    assert "tố cáo" not in inbox.lower()
    await tu.post(f"{path}/nhan", {"join": ""})
    await (await open_browser("hanh")).get(CASE)
    for username in ("loan", "yen", "linh", "dung", "bao", "phuc"):
        browser = await open_browser(username)
        await browser.get(CASE, status=404)
        assert "TK-2026" not in await browser.get("/vu-viec")


async def test_of_two_terms_of_one_rule_only_the_one_pressed_is_met(open_browser: OpenBrowser, house: House) -> None:
    tu = await accepted(open_browser)
    second = date(2026, 7, 13)
    await house.db.write(lambda db: add_deadline(db, db.scalars(select(Case.id)).one(), "D1", second))
    on_page = re.findall(r'name="started_on" value="([^"]+)"><button[^>]*name="rule" value="D1"', await tu.get(CASE))
    assert on_page == ["06/07/2026", "13/07/2026"]
    for _ in ("pressed", "pressed again"):
        await tu.post(f"{CASE}/thoi-han", {"rule": "D1", "started_on": on_page[1]})
    await tu.post(f"{CASE}/thoi-han", {"rule": "D1", "started_on": "31/02/2026"}, status=422)
    met = await house.db.read(
        lambda db: {each.started_on: each.met_on for each in db.scalars(select(Deadline).where(Deadline.rule == "D1"))}
    )
    assert met == {date(2026, 7, 6): None, second: date(2026, 7, 6)}


async def test_a_case_is_found_without_accents(open_browser: OpenBrowser) -> None:
    tu = await accepted(open_browser)
    for words in ("nguyen thi lan", "thua dat 215", "2026/0001", "tk-2026"):
        assert "TK-2026-0001" in await tu.get(f"/vu-viec?tim={words}")
    assert "TK-2026-0001" not in await tu.get("/vu-viec?tim=khong co gi")


async def test_the_case_runs_its_flow_and_refuses_what_is_not_in_it(open_browser: OpenBrowser) -> None:
    tu = await accepted(open_browser)
    hanh = await open_browser("hanh")
    await tu.post(f"{CASE}/buoc", {"verb": "start"})
    await tu.post(f"{CASE}/buoc", {"verb": "start"}, status=409)
    await tu.post(f"{CASE}/buoc", {"verb": "conclude"}, status=403)
    await hanh.post(f"{CASE}/buoc", {"verb": "conclude"})
    await tu.post(f"{CASE}/thoi-han", {"rule": "D1", "started_on": "06/07/2026"})
    assert "Đã thực hiện ngày 06/07/2026" in await tu.get(CASE)
    await hanh.post(f"{CASE}/buoc", {"verb": "close"})
    assert "TK-2026-0001" not in await hanh.get("/vu-viec")
    assert "TK-2026-0001" in await hanh.get("/vu-viec?loc=da-dong")
