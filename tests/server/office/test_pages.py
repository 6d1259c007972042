"""Front page, help, look, settings and the log through their pages."""

import pytest

from tests.conftest import OpenBrowser

pytestmark = pytest.mark.one_engine


async def test_front_page_and_help_need_nobody(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    assert "Đăng ký được tiếp" in await browser.get("/")
    assert "0220 3 555 111" in await browser.get("/giup-do")


async def test_look_is_remembered(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    assert (
        await browser.post("/giao-dien", {"theme": "dark", "locale": "en", "text_size": "xlarge", "back": "/giup-do"})
        == "/giup-do"
    )
    page = await browser.get("/")
    assert 'lang="en" data-theme="dark" data-text="xlarge"' in page


async def test_office_head_changes_the_office(open_browser: OpenBrowser) -> None:
    browser = await open_browser("loan")
    form = {
        "name": "Ủy ban nhân dân phường Thạch Khôi",
        "phone": "0220 3 555 999",
        "short_code": "TK",
        "locality": "Thạch Khôi",
    }
    assert await browser.post("/cai-dat", form) == "/cai-dat?da=settings_changed"
    assert "0220 3 555 999" in await browser.get("/cai-dat")
    assert "Xin điền mục này." in await browser.post("/cai-dat", {**form, "name": " "}, status=422)


async def test_log_is_whole_and_reading_it_is_logged(open_browser: OpenBrowser) -> None:
    browser = await open_browser("hanh")
    await browser.get("/nhat-ky")
    page = await browser.get("/nhat-ky")
    assert "còn nguyên vẹn" in page
    assert "Xem nhật ký" in page


async def test_unknown_pages_answer_politely(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    page = await browser.get("/khong-co", 404)
    assert "Mã sự cố" in page
