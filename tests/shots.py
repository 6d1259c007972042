"""`./tiepdan shots`: pictures of every page at 360 and 1280 px, in both themes and languages, into shots/."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from tests import tour
from tests.tour import Look
from tests.tour_office import running_place

FOLDER = Path("shots")
LOOKS = (
    Look(360, "light", "vi"),
    Look(1280, "light", "vi"),
    Look(360, "dark", "vi"),
    Look(1280, "dark", "vi"),
    Look(360, "light", "en"),
    Look(1280, "light", "en"),
)


async def photograph(look: Look) -> int:
    """Take every page in one look; return how many."""
    folder, count = FOLDER / look.name, 0
    folder.mkdir(parents=True, exist_ok=True)
    async with running_place() as place, async_playwright() as playwright, tour.browser(playwright) as opened:
        async for username, stop, page in tour.walk(opened, place, look):
            name = f"{username or 'khach'}-{stop.name}.png"
            await page.screenshot(path=folder / name, full_page=True)
            count += 1
    return count


async def main() -> int:
    """Take all pictures."""
    for look in LOOKS:
        print(f"{look.name}: {await photograph(look)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
