"""Letters twice as large on a narrow telephone (WCAG 1.4.4): no page of the tour scrolls sideways, no control is cut."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests import tour
from tests.journeys import judge
from tests.tour import Look
from tests.tour_office import Place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TWICE = "--blink-settings=defaultFontSize=32"
"""As somebody sets it in the browser, so that sheets which ask for widths in letters see it too."""

CUT = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowX);
  const clips = e => /hidden|clip/.test(getComputedStyle(e).overflowX) && e !== document.body;
  const found = [];
  for (const e of document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=tab]")) {
    if (e.type === "hidden" || e.closest("[inert]") || !e.checkVisibility({ visibilityProperty: true })) continue;
    const r = e.getBoundingClientRect();
    // What is there for screen readers alone, or comes into sight with the focus, is cut on purpose.
    if (r.width <= 1 || r.height <= 1 || r.right <= 0 || r.bottom <= 0) continue;
    let left = 0, right = wide;
    for (let box = e.parentElement; box && box !== document.body; box = box.parentElement) {
      // What a box of its own scrolls can be scrolled to.
      if (scrolls(box)) { left = -Infinity; right = Infinity; break; }
      if (!clips(box)) continue;
      const b = box.getBoundingClientRect();
      [left, right] = [Math.max(left, b.left), Math.min(right, b.right)];
    }
    const isOut = r.left < left - 1 || r.right > right + 1;
    const isOver = e.matches("button, a, summary") && clips(e) && e.scrollWidth > e.clientWidth + 1;
    if (isOut || isOver) found.push(`${Math.round(r.left)} to ${Math.round(r.right)} px: ${e.outerHTML.slice(0, 160)}`);
  }
  return found;
}"""
"""Controls of which a part can be neither seen nor scrolled to sideways."""

FAULTY = """<!doctype html><html lang="vi"><title>Một trang</title><body>
<div style="width: 5rem; overflow: hidden"><button style="width: 9rem">Cắt mất</button></div>
<div style="width: 5rem; overflow: auto"><button style="width: 9rem">Kéo tới được</button></div>
<button>Còn nguyên</button></body>"""


@pytest.fixture
async def large() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, tour.browser(playwright, TWICE) as running:
        yield running


async def cut(page: Page) -> list[str]:
    """Controls of this page that are cut."""
    return [f"{page.url} cuts off: {each}" for each in await page.evaluate(CUT)]


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_page_fits_letters_twice_as_large(place: Place, large: Browser, language: str) -> None:
    found, seen = list[str](), 0
    async for _, stop, page in tour.walk(large, place, Look(360, "light", language)):
        seen += 1
        assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        found += [f"{stop.name}: {each}" for each in (*await judge.sideways(page), *await cut(page))]
    assert not found, "\n".join(found)
    assert seen == len(tour.stops())


async def test_a_cut_control_is_seen(large: Browser) -> None:
    page = await large.new_page(viewport={"width": 360, "height": 740})
    await page.set_content(FAULTY)
    assert ["Cắt mất" in each for each in await cut(page)] == [True]
