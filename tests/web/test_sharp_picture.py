"""The camera that shows a roomful of people is sharp soon: 720p within five seconds on a good line."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, async_playwright

from tests import parts
from tests.room_server import serve
from tests.web.test_room_page import KNOWS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.alone("sharp")]

FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
WITHIN = 5.0
"""Seconds, from the press that joins."""
WIDTH = "() => document.querySelector('[data-member=\"m-san\"] video')?.videoWidth ?? 0"


async def come(stack: AsyncExitStack, play: Playwright, base: str, who: str) -> Page:
    # A browser each: the pages of one would share its camera at one size.
    browser = await play.chromium.launch(executable_path=str(parts.require("browser")), args=list(FLAGS))
    stack.push_async_callback(browser.close)
    page = await browser.new_page(locale="vi-VN")
    await page.goto(f"{base}/phong/{who}")
    await page.get_by_role("button", name=KNOWS).wait_for()
    return page


async def test_the_screen_of_the_ward_room_is_sharp_within_five_seconds(tmp_path: Path) -> None:
    runner = await serve(0, tmp_path / "recordings")
    base = f"http://localhost:{runner.addresses[0][1]}"
    async with async_playwright() as play, AsyncExitStack() as stack:
        tu, san = await come(stack, play, base, "tu"), await come(stack, play, base, "san")
        await tu.get_by_role("button", name=KNOWS).click()
        await san.get_by_role("button", name=KNOWS).click()
        pressed = time.monotonic()
        async with asyncio.timeout(60):
            while await tu.evaluate(WIDTH) < 1280:  # noqa: ASYNC110 - the page tells nobody
                await asyncio.sleep(0.05)
        passed = time.monotonic() - pressed
    await runner.cleanup()
    assert passed < WITHIN
