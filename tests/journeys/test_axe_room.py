"""The room in all its states: axe-core finds nothing in both themes and languages, nothing sticks out at both widths."""

import pytest
from playwright.async_api import Browser, Page

from tests import room_tour
from tests.journeys import judge
from tests.tour_office import Place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = {"vi": (1280, 360), "en": (360, 1280)}
"""The last of the two is the one that axe-core judges: all its rules cost more than the reception."""
LOOKS = (("vi", "light"), ("en", "dark"), ("vi", "dark"), ("en", "light"))
"""A reception each, behind --all."""


async def told(page: Page, language: str) -> list[str]:
    """The faults of one scene; the window is as it was afterwards."""
    size, found = page.viewport_size, list[str]()
    assert size is not None
    for width in WIDTHS[language]:
        await page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} px: {each}" for each in await judge.sideways(page)]
    found += await judge.faults(page)
    await page.set_viewport_size(size)
    return found


@pytest.mark.parametrize(("language", "theme"), LOOKS)
async def test_axe_finds_nothing_in_the_room(place: Place, opened: Browser, language: str, theme: str) -> None:
    cast = await room_tour.gather(dict.fromkeys(room_tour.PEOPLE, opened), place, language, theme)
    found, seen = list[str](), list[str]()
    async for scene in room_tour.scenes(cast):
        seen.append(scene.name)
        found += [f"{scene.name}: {fault}" for fault in await told(scene.page, language)]
        if scene.name == "hanh-tiep-bien-ban":
            screen = await room_tour.screen(opened, cast)
            found += [f"man-hinh: {fault}" for fault in await told(screen, language)]
            await screen.context.close()
    assert not found, "\n".join(found)
    assert len(seen) == len(set(seen)) > 15
