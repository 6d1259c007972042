"""`./tiepdan shots`: pictures of every page at 360 and 1280 px, in both themes and languages, into shots/."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests import tour
from tests.office_process import OfficeProcess, running_office
from tests.tour import Look

FOLDER = Path("shots")
LOOKS = (
    Look(360, "light", "vi"),
    Look(1280, "light", "vi"),
    Look(360, "dark", "vi"),
    Look(1280, "light", "en"),
)


async def photograph(opened: Browser, office: OfficeProcess, codes: dict[str, str], look: Look) -> int:
    """Take every page in one look; return how many."""
    count = 0
    for username, paths in {"": tour.ANYBODY, **tour.STAFF}.items():
        page = await tour.enter(opened, office, username, look)
        for path in paths:
            await page.goto(office.url + path.format(**codes))
            name = path.strip("/").replace("/", "-").replace("{", "").replace("}", "").replace("?", "-") or "dau-trang"
            await page.screenshot(path=FOLDER / look.name / f"{username or 'khach'}-{name}.png", full_page=True)
            count += 1
        await page.context.close()
    return count


async def main() -> int:
    """Start an office, take all pictures, stop."""
    async with running_office() as office, async_playwright() as playwright, tour.browser(playwright) as opened:
        codes = tour.fill(office)
        for look in LOOKS:
            (FOLDER / look.name).mkdir(parents=True, exist_ok=True)
            print(f"{look.name}: {await photograph(opened, office, codes, look)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
