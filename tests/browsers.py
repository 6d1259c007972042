"""Real Chromium browsers, each a process of its own with its own camera and microphone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests import parts, signals
from tests.signals import Signal

FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
)
PHONE = (360, 740)
DESK = (1280, 800)
PATIENCE = 90.0
"""Seconds for what comes at once on a quiet machine; whoever measures how long it takes says so in the test."""
SPY = (Path(__file__).parent / "browsers.js").read_text(encoding="utf-8")
"""Looks on: keeps what the page captured and plays, so that a test can measure it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The picture of one member as it is on the screen of another."""

    colour: tuple[int, int, int]
    bar: int
    """Where the moving bar is, in hundredths of the width."""
    frames: int


@dataclass(slots=True)
class Person:
    """One person in front of one browser."""

    signal: Signal
    page: Page
    troubles: list[str]
    """What the pages complained about."""

    async def until(self, condition: str, within: float = PATIENCE, arg: Any = None) -> None:
        """Wait until a JavaScript condition holds."""
        # Not wait_for_function: it makes the page evaluate text, which the office's pages forbid.
        until = time.monotonic() + within
        while not await self.page.evaluate(condition, arg):
            assert time.monotonic() < until, f"{self.signal.name}: not within {within} s: {condition}"
            await asyncio.sleep(0.05)

    async def sees(self, member: str) -> Seen | None:
        """Return what this browser shows of a member; None while there is no picture."""
        found = await self.page.evaluate("m => spy.see(m)", member)
        return Seen((found["r"], found["g"], found["b"]), found["bar"], found["frames"]) if found else None

    async def hears(self, member: str, seconds: float = 1.3) -> float:
        """Return the loudest tone this browser plays of a member, in Hz; 0 for silence."""
        return float(await self.page.evaluate("([m, s]) => spy.hear(m, s)", [member, seconds]))

    async def room_state(self) -> dict[str, Any]:
        """Return what the page knows of the room."""
        state: dict[str, Any] = await self.page.evaluate("JSON.parse(JSON.stringify(window.tiepdan.state()))")
        return state


class Hall:
    """Opens browsers and closes all of them at the end."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright = playwright
        self._folder = folder
        self._stack = contextlib.AsyncExitStack()
        self._browsers: list[Browser] = []

    async def person(self, signal: Signal, size: tuple[int, int] = DESK) -> Person:
        """Start a browser with this person's picture and tone."""
        files = signals.make(signal, self._folder)
        browser = await self._playwright.chromium.launch(
            executable_path=str(parts.require("browser")),
            headless=True,
            args=[
                *FLAGS,
                f"--use-file-for-fake-video-capture={files.camera}",
                f"--use-file-for-fake-audio-capture={files.microphone}",
            ],
        )
        self._stack.push_async_callback(browser.close)
        self._browsers.append(browser)
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            is_mobile=size[0] < 600,
            has_touch=size[0] < 600,
        )
        return await sit_down(context, signal)

    async def photograph(self) -> None:
        """Keep a picture of every open page in the hall's folder, for whoever wants to know what went wrong."""
        pages = [p for b in self._browsers for c in b.contexts for p in c.pages]
        for number, page in enumerate(pages):
            with contextlib.suppress(Exception):
                await page.screenshot(path=self._folder / f"page-{number}.png")
                print(page.url, self._folder / f"page-{number}.png")  # noqa: T201 pytest shows it with the failure

    async def close(self) -> None:
        """Close every browser."""
        await self._stack.aclose()


async def sit_down(context: BrowserContext, signal: Signal) -> Person:
    """Open a page in a context and note what it complains about."""
    await context.add_init_script(SPY)
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    person = Person(signal, page, [])
    page.on("pageerror", lambda error: person.troubles.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda line: person.troubles.append(f"{page.url}: {line.text}") if line.type == "error" else None,
    )
    return person


@contextlib.asynccontextmanager
async def hall(folder: Path) -> AsyncIterator[Hall]:
    """Give a hall; its browsers are gone at the end."""
    async with async_playwright() as playwright:
        opened = Hall(playwright, folder)
        try:
            yield opened
        except BaseException:
            await opened.photograph()
            raise
        finally:
            await opened.close()
