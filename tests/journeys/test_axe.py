"""Every page: axe-core finds nothing at AA in both themes and languages, and the page works without JavaScript."""

import pytest
from playwright.async_api import Browser

from server.app import ROUTES
from server.intake.pages_draft import STEPS
from tests import tour
from tests.journeys import judge
from tests.tour import Look
from tests.tour_office import Place

WIDE = 1280
LOOKS = (
    pytest.param(Look(360, "light", "vi"), marks=pytest.mark.alone("axe in Vietnamese")),
    pytest.param(Look(WIDE, "dark", "en"), marks=pytest.mark.slow),
    pytest.param(Look(360, "dark", "vi"), marks=pytest.mark.slow),
    pytest.param(Look(WIDE, "light", "en"), marks=pytest.mark.slow),
)
"""A walk takes a minute and a half: one by default, the other themes and languages behind --all."""


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_axe_finds_nothing_and_tab_reaches_everything(place: Place, opened: Browser, look: Look) -> None:
    found: list[str] = []
    async for _, stop, page in tour.walk(opened, place, look):
        told = [*await judge.faults(page), *await judge.sideways(page)]
        if look.width == WIDE:
            # Narrow pages hold the same controls, folded.
            told += await judge.unreached(page)
        found += [f"{stop.name}: {fault}" for fault in told]
    assert not found, "\n".join(found)


@pytest.mark.browser
@pytest.mark.alone("axe without script")
@pytest.mark.parametrize("who", ["visitors", pytest.param("everybody", marks=pytest.mark.slow)])
async def test_pages_stand_without_javascript(place: Place, opened: Browser, who: str) -> None:
    """The forms of the tour are sent without a script too, so that everything typed arrives."""
    found: list[str] = []
    plain = tour.walk(opened, place, Look(360, "light", "vi"), script=False, visitors_only=who == "visitors")
    async for _, stop, page in plain:
        found += [f"{stop.name}: {fault}" for fault in await judge.sideways(page)]
        if await page.locator("h1").count() != 1:
            found.append(f"{stop.name}: not one heading")
    assert not found, "\n".join(found)


def test_the_tour_leaves_nothing_out() -> None:
    """A new page is in the tour, or in a list with the reason why not."""
    seen = {stop.address.partition("?")[0] for stop in tour.stops()}
    fixed = {route.path for route in ROUTES if "{" not in route.path}
    missed = []
    for route in ROUTES:
        if route.method != "GET" or route.path in tour.NOT_PAGES:
            continue
        if not any(_is_at(address, route.path, fixed) for address in seen):
            missed.append(route.path)
    assert not missed
    assert set(tour.NOT_PAGES) <= {route.path for route in ROUTES if route.method == "GET"}


def _is_at(address: str, path: str, fixed: set[str]) -> bool:
    """Whether an address of the tour is answered by a route: a fixed one goes before one with gaps."""
    if address in fixed or "{" not in path:
        return address == path
    one, other = address.split("/"), path.split("/")
    return len(one) == len(other) and all(a == b or b.startswith("{") for a, b in zip(one, other, strict=True))


def test_the_tour_takes_every_step_of_the_registration() -> None:
    seen = {stop.address for stop in tour.REGISTERING}
    assert {f"/dang-ky/{step}" for step in STEPS[1:]} | {"/dang-ky"} == seen


def test_stops_have_names_of_their_own() -> None:
    names = [(username, stop.name) for act in tour.ACTS for username, some in act.stops.items() for stop in some]
    assert len(names) == len(set(names))


FAULTY = """<!doctype html><html lang="vi"><title>Một trang</title><body>
<main><h1>Một trang</h1><p style="color:#bbb">Chữ quá nhạt</p><div style="width:2000px">Quá rộng</div>
<a href="#a" tabindex="-1">Không tới được</a><style>button:focus { outline: none }</style>
<button>Không thấy được</button></main>"""


@pytest.mark.browser
async def test_the_judge_sees_faults(opened: Browser) -> None:
    page = await opened.new_page(viewport={"width": 360, "height": 800})
    await page.set_content(FAULTY)
    assert ["color-contrast" in each for each in await judge.faults(page)] == [True]
    assert any("Quá rộng" in each for each in await judge.sideways(page))
    told = " ".join(await judge.unreached(page))
    assert "Không tới được" in told
    assert "Không thấy được" in told
