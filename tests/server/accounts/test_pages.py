"""Sign-in, roles and accounts through their pages."""

import unicodedata

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.accounts import forms, rules
from server.accounts.actions import RANDOM_HASHER
from server.house import House
from server.tables import Officer
from tests.conftest import OpenBrowser

pytestmark = pytest.mark.second_engine_slow


async def test_sign_in_opens_the_day(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    assert await browser.post("/dang-nhap", username="tu", password="tiepdan-demo") == "/hom-nay"


async def test_wrong_password_says_so_at_the_field_and_keeps_the_name(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    page = await browser.post("/dang-nhap", username="tu", password="wrong", status=422)
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in page
    assert 'value="tu"' in page


async def test_unknown_name_and_wrong_password_look_alike(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    known = await browser.post("/dang-nhap", username="tu", password="wrong", status=422)
    unknown = await browser.post("/dang-nhap", username="tx", password="wrong", status=422)
    assert unknown.replace("tx", "tu") == known


async def test_five_wrong_passwords_lock_for_a_while(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    for _ in range(5):
        await browser.post("/dang-nhap", username="tu", password="wrong", status=422)
    page = await browser.post("/dang-nhap", username="tu", password="tiepdan-demo", status=429)
    assert "tạm khóa" in page


async def test_leaves_only_to_our_own_pages(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    assert await browser.post("/dang-nhap", username="tu", password="tiepdan-demo", den="//evil.invalid/") == "/hom-nay"


async def test_sign_out_ends_the_login(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu")
    await browser.get("/tai-khoan")
    await browser.post("/dang-xuat")
    assert (await browser.get("/tai-khoan", 303)).startswith("/dang-nhap")


async def test_an_officer_with_two_roles_changes_role_without_signing_out(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu")
    page = await browser.get("/tai-khoan")
    role = page.split('name="role" value="')[2].split('"')[0]
    assert await browser.post("/tai-khoan/vai-tro", role=role) == "/hom-nay?da=role_changed"


async def test_role_of_somebody_else_is_not_here(open_browser: OpenBrowser) -> None:
    browser = await open_browser("quan")
    await browser.get("/tai-khoan")
    await browser.post("/tai-khoan/vai-tro", role="1", status=404)


async def test_administrator_opens_and_closes_an_account(open_browser: OpenBrowser) -> None:
    browser = await open_browser("quantri")
    page = await browser.get("/can-bo/moi")
    unit = page.split("Ủy ban nhân dân phường Thạch Khôi")[0].rsplit('value="', 1)[1].split('"')[0]
    form = {
        "name": "Lý Thu An",
        "title": "Công chức",
        "unit_id": unit,
        "role": "case_officer",
        "username": "an",
        "password": "câu dài dễ nhớ",
    }
    assert await browser.post("/can-bo/moi", form) == "/can-bo?da=account_opened"
    assert "đã có người dùng" in await browser.post("/can-bo/moi", form, status=409)
    assert "Lý Thu An" in await browser.get("/can-bo")


async def test_bad_officer_form_keeps_what_was_typed(open_browser: OpenBrowser) -> None:
    browser = await open_browser("quantri")
    page = await browser.post(
        "/can-bo/moi", {"name": "<script>", "role": "citizen", "phone": "12", "username": "tên"}, status=422
    )
    assert "&lt;script&gt;" in page
    assert "Xin chọn một mục" in page


async def test_officer_list_is_not_for_officers(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu")
    await browser.get("/can-bo", 403)


async def test_form_from_elsewhere_is_refused(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu")
    await browser.get("/tai-khoan")
    async with browser.http.post(
        "/dang-xuat", data={"csrf_token": browser.form_token()}, headers={"Origin": "https://evil.invalid"}
    ) as answer:
        assert answer.status == 403
    async with browser.http.post("/dang-xuat", data={"csrf_token": "x"}) as answer:
        assert answer.status == 403


WORDS = "Đất lành chim đậu, người về"
COMPOSED, APART = (unicodedata.normalize(form, WORDS) for form in ("NFC", "NFD"))


def test_a_new_password_has_one_form_wherever_it_was_typed() -> None:
    typed = {"password": APART, "again": COMPOSED.replace(" ", "\u00a0")}
    assert forms.new_password(typed, "tu") == COMPOSED
    longest = "ễ" + "ệữ" * (rules.LONGEST_PASSWORD // 2 - 1) + "a"
    assert forms.sign_in({"username": "tu", "password": unicodedata.normalize("NFD", longest)}).password.endswith("a")


@pytest.mark.one_engine
async def test_a_password_is_the_same_on_every_keyboard_and_an_old_one_still_holds(
    house: House, open_browser: OpenBrowser
) -> None:
    for stored, typed in ((COMPOSED, APART), (COMPOSED, COMPOSED), (APART, APART)):
        kept = update(Officer).values(password_hash=RANDOM_HASHER.hash(stored))
        await house.db.write(Session.execute, kept)
        assert await (await open_browser()).post("/dang-nhap", username="tu", password=typed) == "/hom-nay"
    await (await open_browser()).post("/dang-nhap", username="tu", password=APART[:-1], status=422)
