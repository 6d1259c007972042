"""Every page: axe-core finds nothing at AA in both themes and languages, and the page works without JavaScript."""

import json
from collections.abc import AsyncIterator
from importlib.resources import files

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests import tour
from tests.office_process import OfficeProcess, running_office
from tests.tour import Look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [Look(1280, "light", "vi"), Look(360, "dark", "en"), Look(360, "light", "vi"), Look(1280, "dark", "vi")]

Place = tuple[OfficeProcess, Browser, dict[str, str]]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with running_office() as office, async_playwright() as playwright, tour.browser(playwright) as opened:
        yield office, opened, tour.fill(office)


async def faults(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(r => JSON.stringify(r.violations.map("
        "v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))",
        RULES,
    )
    return [str(each) for each in json.loads(found)]


async def test_axe_finds_nothing(place: Place) -> None:
    office, opened, codes = place
    found: list[str] = []
    for look in LOOKS:
        for username, paths in {"": tour.ANYBODY, **tour.STAFF}.items():
            page = await tour.enter(opened, office, username, look)
            for path in paths:
                await page.goto(office.url + path.format(**codes))
                found += [f"{look.name} {path}: {fault}" for fault in await faults(page)]
            await page.context.close()
    assert not found, "\n".join(found)


async def test_pages_stand_without_javascript_and_never_scroll_sideways(place: Place) -> None:
    office, opened, codes = place
    for username, paths in {"": tour.ANYBODY, **tour.STAFF}.items():
        page = await tour.enter(opened, office, username, Look(360, "light", "vi"), script=False)
        for path in paths:
            answer = await page.goto(office.url + path.format(**codes))
            assert answer is not None
            assert answer.status in {200, 404} if "khong-co" in path else answer.status == 200, path
            wide = await page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth")
            assert wide <= 0, (path, wide)
            assert await page.locator("h1").count() == 1, path
        await page.context.close()


async def test_every_control_is_reached_by_tab(place: Place) -> None:
    office, opened, codes = place
    for username, path in (("", "/dang-ky"), ("", "/tra-cuu"), ("tu", "/dang-ky-moi/{received}"), ("tu", "/lich/moi")):
        page = await tour.enter(opened, office, username, Look(1280, "light", "vi"))
        await page.goto(office.url + path.format(**codes))
        wanted = await page.evaluate(_NUMBER_CONTROLS)
        reached: set[str] = set()
        for _ in range(wanted * 2 + 10):
            await page.keyboard.press("Tab")
            reached.add(await page.evaluate("document.activeElement?.dataset.walk ?? ''"))
        missed = set(map(str, range(wanted))) - reached
        assert not missed, (path, missed)
        await page.context.close()


_NUMBER_CONTROLS = """() => {
  const seen = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.disabled && e.getClientRects().length)
    .filter(e => e.type !== 'radio' || e === document.querySelector(`input[name="${e.name}"]`));
  seen.forEach((e, n) => { e.dataset.walk = String(n); });
  return seen.length;
}"""
