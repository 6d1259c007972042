"""The room in all its states: axe-core finds nothing, at both widths, in both themes and both languages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests import room_tour, tour
from tests.journeys import judge
from tests.tour_office import Place, running_place

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with running_place() as running:
        yield running


@pytest.fixture
async def opened() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, tour.browser(playwright) as running:
        yield running


async def told_at_both_widths(page: Page) -> list[str]:
    """The faults of one scene; the window is as it was afterwards."""
    size, found = page.viewport_size, list[str]()
    assert size is not None
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        told = [*await judge.faults_of_both_themes(page), *await judge.sideways(page)]
        found += [f"{width} px: {each}" for each in told]
    await page.set_viewport_size(size)
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_axe_finds_nothing_in_the_room(place: Place, opened: Browser, language: str) -> None:
    cast = await room_tour.gather(dict.fromkeys(room_tour.PEOPLE, opened), place, language)
    found, seen = list[str](), list[str]()
    async for scene in room_tour.scenes(cast):
        seen.append(scene.name)
        found += [f"{scene.name}: {fault}" for fault in await told_at_both_widths(scene.page)]
        if scene.name == "hanh-tiep-bien-ban":
            screen = await room_tour.screen(opened, cast)
            found += [f"man-hinh: {fault}" for fault in await told_at_both_widths(screen)]
            await screen.context.close()
    assert not found, "\n".join(found)
    assert len(seen) == len(set(seen)) > 15
