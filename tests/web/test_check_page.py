"""A real browser tries its devices: a call to itself through the real server, remembered; or help when it is blocked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests import parts
from tests.room_server import ROOMS, serve

CHROMIUM = parts.chromium()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PATIENCE = 30.0
DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@asynccontextmanager
async def opened(folder: Path, *flags: str) -> AsyncIterator[tuple[Browser, str, web.AppRunner]]:
    runner = await serve(0, folder)
    base = f"http://localhost:{runner.addresses[0][1]}"
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *flags])
        try:
            yield browser, base, runner
        finally:
            await browser.close()
            await runner.cleanup()


async def phone(browser: Browser) -> Page:
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", is_mobile=True, has_touch=True
    )
    return await context.new_page()


async def until(page: Page, script: str, wanted: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while await page.evaluate(script) != wanted:  # noqa: ASYNC110 the page tells nobody
            await asyncio.sleep(0.1)


STEPS = "() => Object.fromEntries([...document.querySelectorAll('[data-measured]')].map(e => [e.dataset.measured, e.dataset.state]))"
LINE = "() => document.querySelector('[data-step=line]').dataset.state"


async def test_the_check_rehearses_the_call_and_is_remembered(tmp_path: Path) -> None:
    async with opened(tmp_path, *DEVICES) as (browser, base, runner):
        page = await phone(browser)
        await page.goto(f"{base}/vao/lan")
        await page.get_by_role("button", name="Bắt đầu kiểm tra").tap()
        await page.get_by_role("button", name="Tôi nghe thấy").tap()
        await until(page, LINE, "ok")
        found = await page.evaluate(STEPS)
        assert found == {"socket": "ok", "media": "ok", "bandwidth": found["bandwidth"], "again": "ok", "relay": "none"}
        room_server = runner.app[ROOMS]
        async with asyncio.timeout(PATIENCE):
            while not room_server.checks or room_server.hub.status():
                await asyncio.sleep(0.1)
        sent = room_server.checks[-1]
        assert sent["result"] == "good"
        assert sent["steps"]["again"] == "ok.ok"  # type: ignore[index]
        await page.reload()
        await page.get_by_text("Không cần thử lại").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await page.get_by_role("link", name="Vào phòng chờ").first.tap()
        await page.wait_for_url("**/phong/lan")
        await until(page, "() => window.tiepdan?.state().view?.you.status", "waiting")


async def test_a_blocked_microphone_is_explained_and_told(tmp_path: Path) -> None:
    async with opened(tmp_path, "--deny-permission-prompts") as (browser, base, runner):
        page = await phone(browser)
        await page.goto(f"{base}/vao/lan")
        await page.get_by_role("button", name="Bắt đầu kiểm tra").tap()
        await page.get_by_text("Phường đã được báo").wait_for()
        assert await page.locator("[data-step=permission] .check__advice").inner_text()
        assert runner.app[ROOMS].checks[-1]["result"] == "failed"
