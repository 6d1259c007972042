"""An office in this process and one browser, for journeys that need no office of their own as it is run."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests import tour
from tests.tour_office import Place, running_place


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with running_place() as running:
        yield running


@pytest.fixture
async def opened() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, tour.browser(playwright) as running:
        yield running
