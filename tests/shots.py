"""`./tiepdan shots`: pictures of every page and of every state of the room, in both themes and languages, into shots/.

`./tiepdan shots readme` makes only the picture of the README, `./tiepdan shots 360-dark-vi` one look of the pages.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, Playwright, async_playwright

from tests import portraits, room_tour, tour
from tests.room_tour import Cast
from tests.tour import Look
from tests.tour_office import running_place

FOLDER = Path("shots")
README = Path("web/screenshots/room.png")
LOOKS = (
    Look(360, "light", "vi"),
    Look(1280, "light", "vi"),
    Look(360, "dark", "vi"),
    Look(1280, "dark", "vi"),
    Look(360, "light", "en"),
    Look(1280, "light", "en"),
)
COLOURS = 256
"""A picture of the README in so many colours is a third as large and looks the same."""


async def photograph(look: Look) -> int:
    """Take every page in one look; return how many."""
    folder, count = FOLDER / look.name, 0
    folder.mkdir(parents=True, exist_ok=True)
    async with running_place() as place, async_playwright() as playwright, tour.browser(playwright) as opened:
        async for username, stop, page in tour.walk(opened, place, look):
            await page.screenshot(path=folder / f"{username or 'khach'}-{stop.name}.png", full_page=True)
            count += 1
    return count


async def photograph_room(language: str) -> int:
    """Take every state of the room in one language; return how many pictures there are."""
    looks, count = [look for look in LOOKS if look.language == language], 0
    async with staged(language) as cast:
        async for scene in room_tour.scenes(cast):
            for look in looks:
                (FOLDER / look.name).mkdir(parents=True, exist_ok=True)
                await _wear(scene.page, look)
                await scene.page.screenshot(path=FOLDER / look.name / f"phong-{scene.name}.png", full_page=True)
                count += 1
            await _wear(scene.page, looks[0] if scene.name.startswith("lan") else looks[1])
    return count


async def _wear(page: Page, look: Look) -> None:
    await page.set_viewport_size({"width": look.width, "height": 800})
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", look.theme)


async def photograph_readme() -> None:
    """Take the picture of the README: the chair's desk while three people talk, beside the minutes."""
    async with staged("vi") as cast:
        async for scene in room_tour.scenes(cast):
            if scene.name == "hanh-tiep-bien-ban":
                await scene.page.screenshot(path=README)
                with Image.open(README) as image:
                    image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(README, optimize=True)
                return


@asynccontextmanager
async def staged(language: str) -> AsyncIterator[Cast]:
    """Give a reception in which everybody has a browser and a drawn picture of their own."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_place() as place, async_playwright() as playwright, AsyncExitStack() as stack:
            browsers = {
                who: await stack.enter_async_context(_seat(playwright, who, folder)) for who in room_tour.PEOPLE
            }
            yield await room_tour.gather(browsers, place, language, "light")


@asynccontextmanager
async def _seat(playwright: Playwright, who: str, folder: str) -> AsyncIterator[Browser]:
    async with tour.browser(playwright, *portraits.make(who, Path(folder)).flags) as opened:
        yield opened


async def main(wanted: list[str]) -> int:
    """Take all pictures, or those asked for."""
    if wanted == ["readme"]:
        await photograph_readme()
        return 0
    for look in LOOKS:
        if not wanted or look.name in wanted:
            print(f"{look.name}: {await photograph(look)}", flush=True)
    for language in ("vi", "en"):
        if not wanted or f"room-{language}" in wanted:
            print(f"room in {language}: {await photograph_room(language)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
