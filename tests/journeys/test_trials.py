"""Trying out for real: the drill of a ward's room proves a recording; a rehearsal goes from the notice to the end.

Nothing of either is left on the disk.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, async_playwright

from tests import parts
from tests.office_process import PASSWORD, OfficeProcess, running_office

CHROMIUM = parts.chromium()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PATIENCE = 60.0
FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SHAPES = ({"width": 360, "height": 740}, {"width": 1280, "height": 800})
MEASURED = """() => Object.fromEntries([...document.querySelectorAll("[data-measured]")]
  .map(each => [each.dataset.measured, each.dataset.state]))"""


@asynccontextmanager
async def opened(office: OfficeProcess, username: str = "", shape: int = 1) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(locale="vi-VN", viewport={**SHAPES[shape]})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE * 1000)
        page = await context.new_page()
        if username:
            await page.goto(f"{office.url}/dang-nhap")
            await page.fill("[name=username]", username)
            await page.fill("[name=password]", PASSWORD)
            await page.click("main button[type=submit]")
            await page.wait_for_url("**/hom-nay*")
        yield page
        await browser.close()


async def hinted(page: Page, words: str) -> None:
    """The strip says what is next."""
    await page.locator("[data-hint]", has_text=words).wait_for()


async def nothing_left(office: OfficeProcess) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(office.recordings().glob("THU-*")):  # noqa: ASYNC110 the disk tells nobody
            await asyncio.sleep(0.2)


async def test_a_drill_proves_that_the_room_can_record() -> None:
    async with running_office() as office, opened(office, "khoa") as page:
        await page.goto(f"{office.url}/thu-phong")
        await page.click("[data-begin]")
        await page.click("[data-heard]")
        await page.locator("[data-measured=relay][data-state]").wait_for(state="attached")
        assert (await page.evaluate(MEASURED))["recording"] == "ok"
        await page.locator("[data-summary]:not([hidden])").wait_for()
        await page.reload()
        await page.get_by_text("Lần thử gần nhất").wait_for()
        await nothing_left(office)


async def test_a_citizen_rehearses_to_the_end() -> None:
    async with running_office() as office, opened(office, shape=0) as page:
        await page.goto(f"{office.url}/giup-do")
        await page.get_by_role("link", name="Tập thử buổi tiếp").click()
        await page.get_by_role("link", name="Tập như công dân").click()
        await page.get_by_role("button", name="Tôi đã biết").click()
        await hinted(page, "Giơ tay")
        assert await page.evaluate("document.documentElement.scrollWidth") == SHAPES[0]["width"]
        await page.get_by_role("button", name="Giơ tay").click()
        await hinted(page, "Rời phòng")
        await page.get_by_role("button", name="Rời phòng").click()
        await page.locator("dialog").get_by_role("button", name="Rời phòng").click()
        await hinted(page, "Không có gì được giữ lại")
        assert not any(office.recordings().glob("*"))


ALL_CONNECTED = """() => {
  const view = window.tiepdan.state().view;
  return !view.waiting.length && view.members.every(m => m.status === "connected");
}"""


async def test_an_officer_rehearses_and_even_pressing_record_keeps_nothing() -> None:
    async with running_office() as office, opened(office, "tu") as page:
        await page.goto(f"{office.url}/tap-thu")
        await page.get_by_role("link", name="Tập như cán bộ").click()
        await page.get_by_role("button", name="Tôi đã biết").click()
        await page.get_by_role("button", name="Mời vào").click()
        # Whoever begins before the citizen's line stands is asked for a ground.
        await page.wait_for_function(ALL_CONNECTED)
        await page.get_by_role("button", name="Bắt đầu tiếp").click()
        await page.get_by_role("button", name="Bắt đầu ghi").click()
        await page.get_by_text("Không ghi hình", exact=True).first.wait_for()
        await page.get_by_role("button", name="Mời phát biểu").first.wait_for()
        await hinted(page, "giơ tay")
        await page.get_by_role("button", name="Kết thúc").click()
        await page.get_by_role("button", name="Kết thúc buổi tiếp").click()
        await hinted(page, "Không có gì được giữ lại")
        await nothing_left(office)
