"""Every address, asked by every role, by nobody, by a citizen and by officers of another ward.

The list of addresses is the office's own, so a new page is tested the day it is mounted. What is
asked: the declared roles hold; nothing is ever a bug; a form without its token changes nothing; and
for another ward a thing of ours answers exactly as a thing that does not exist.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server import security
from server.app import ROUTES
from server.clock import Clock
from server.house import House
from server.pagekit import CITIZEN, Route
from server.words import Role
from tests.conftest import Browser, OpenBrowser
from tests.journeys import whole_matter
from tests.journeys.whole_matter import Codes
from tests.server.minutes.receptions import NINE

OURS = {
    "hanh": Role.WARD_CHAIR,
    "phuc": Role.WARD_VICE_CHAIR,
    "loan": Role.OFFICE_HEAD,
    "tu": Role.RECEPTION_OFFICER,
    "yen": Role.PETITION_OFFICER,
    "dung": Role.CASE_OFFICER,
    "cuong": Role.WARD_POLICE,
    "khoa": Role.TECHNICIAN,
    "thu": Role.RECORDS_OFFICER,
    "bao": Role.CITY_BOARD_MEMBER,
    "linh": Role.INSPECTOR,
    "quantri": Role.SYS_ADMIN,
}
ASKERS = ("tu", "hanh", "bao", "quantri")
OTHERS = ("quan", "nga")
INTERNAL = ("/internal/", "/ws/")
# Who holds the link may come in; that is what a link is for.
BY_LINK = ("/hen/", "/vao/")

Lay = Callable[[], Awaitable[Codes]]


@pytest.fixture
def lay(house: House, clock: Clock) -> Lay:
    """Return a function that furnishes phường Thạch Khôi and sets the clock to the middle of the reception."""

    async def furnish() -> Codes:
        kept = await house.files.keep_bytes(b"%PDF-", ".pdf")
        clock.set(NINE + timedelta(minutes=20))
        codes = await house.db.write(whole_matter.lay, house.settings.key("links"), kept.stored_as)
        playable = house.settings.folder / "recordings" / codes.reception / "playable"
        _write(playable)
        return codes

    return furnish


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def routes(method: str) -> Iterator[Route]:
    for route in ROUTES:
        if route.method == method and not route.path.startswith(INTERNAL):
            yield route


def forget_rates(browser: Browser) -> None:
    """Nobody asks a hundred addresses a second but this test."""
    assert browser.http.app is not None
    for key in (security.READS, security.WRITES):
        browser.http.app[key]._buckets.clear()


async def status(browser: Browser, route: Route, codes: Codes, *, with_token: bool = False) -> int:
    """What a browser gets; a POST carries an empty form."""
    form = {"csrf_token": browser.form_token()} if with_token else {}
    data = form if route.method == "POST" else None
    path = codes.fill(route.path)
    forget_rates(browser)
    async with browser.http.request(route.method, path, data=data, allow_redirects=False) as answer:
        await answer.read()
        assert answer.status != 500, f"{route.key} ({path}): {answer.status}"
        return answer.status


async def json_status(browser: Browser, route: Route, codes: Codes) -> int:
    """What a script of ours gets that sends an empty object."""
    headers = {"Accept": "application/json", "X-CSRF-Token": browser.form_token()}
    path = codes.fill(route.path)
    forget_rates(browser)
    async with browser.http.post(path, json={}, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        assert answer.status != 500, f"{route.key} ({path}) as JSON: {answer.status}"
        return answer.status


@pytest.mark.one_engine
async def test_nobody_is_sent_to_sign_in(lay: Lay, open_browser: OpenBrowser) -> None:
    codes, browser = await lay(), await open_browser()
    wrong = []
    for route in (*routes("GET"), *routes("POST")):
        found = await status(browser, route, codes)
        expected = {303} if route.method == "GET" else {401}
        if route.roles and found not in expected:
            wrong.append(f"{route.key}: {found}")
    assert not wrong


@pytest.mark.one_engine
@pytest.mark.parametrize("username", OURS)
async def test_pages_open_for_their_roles_only(lay: Lay, open_browser: OpenBrowser, username: str) -> None:
    codes, role = await lay(), OURS[username]
    browser, wrong = await open_browser(username, role), []
    for route in routes("GET"):
        found = await status(browser, route, codes)
        if route.roles and (found == 403) != (role not in route.roles):
            wrong.append(f"{route.key}: {found} for {role}")
    assert not wrong


@pytest.mark.one_engine
@pytest.mark.parametrize("username", ["tu", "khoa"])
async def test_a_form_without_its_token_changes_nothing(lay: Lay, open_browser: OpenBrowser, username: str) -> None:
    codes = await lay()
    browser = await open_browser(username, OURS[username])
    await browser.get("/hom-nay")
    found = {route.key: await status(browser, route, codes) for route in routes("POST")}
    assert {key: each for key, each in found.items() if each not in {403, 404}} == {}


@pytest.mark.one_engine
@pytest.mark.parametrize("username", OTHERS)
async def test_another_ward_cannot_tell_ours_from_nothing(lay: Lay, open_browser: OpenBrowser, username: str) -> None:
    codes = await lay()
    nothing = whole_matter.invented(codes)
    browser, wrong = await open_browser(username), []
    await browser.get("/hom-nay")
    for route in (*routes("GET"), *routes("POST")):
        # A table's name is nobody's secret; whose figures it shows is asked for apart.
        if "{" not in route.path.replace("{form}", "") or route.path.startswith(BY_LINK) or not route.roles:
            continue
        ours = await status(browser, route, codes, with_token=True)
        none = await status(browser, route, nothing, with_token=True)
        # An empty form may be refused before the thing is looked up; a page may lead to one that is not here.
        if ours != none or ours not in {403, 404, 422 if route.method == "POST" else 303}:
            wrong.append(f"{route.key}: {ours} for ours, {none} for nothing")
        if route.method == "POST" and await json_status(browser, route, codes) != await json_status(
            browser, route, nothing
        ):
            wrong.append(f"{route.key}: JSON tells them apart")
    assert not wrong


def first_who_may(route: Route) -> str | None:
    """Name the officer who asks for a route; None for what is open to nobody of the office."""
    return next((name for name in ASKERS if not route.roles or OURS[name] in route.roles), None)


def test_every_form_is_asked_by_somebody() -> None:
    left = {route.key for route in routes("POST") if first_who_may(route) is None and route.roles != CITIZEN}
    assert not left


@pytest.mark.one_engine
@pytest.mark.parametrize("username", ASKERS)
async def test_an_empty_form_is_never_a_bug(lay: Lay, open_browser: OpenBrowser, username: str) -> None:
    codes = await lay()
    browser = await open_browser(username, OURS[username])
    await browser.get("/hom-nay")
    for route in routes("POST"):
        if route.path != "/dang-xuat" and first_who_may(route) == username:
            await status(browser, route, codes, with_token=True)
            await status(browser, route, whole_matter.of_booked(codes), with_token=True)
            await json_status(browser, route, codes)


@pytest.mark.one_engine
async def test_an_empty_form_from_nobody_is_never_a_bug(lay: Lay, open_browser: OpenBrowser) -> None:
    codes, browser = await lay(), await open_browser()
    await browser.get("/")
    for route in routes("POST"):
        await status(browser, route, codes, with_token=True)
        await json_status(browser, route, codes)


async def test_a_citizen_opens_her_own_request_only(lay: Lay, open_browser: OpenBrowser) -> None:
    codes, browser, wrong = await lay(), await open_browser(), []
    await browser.post("/tra-cuu", code=codes.request, phone=codes.phone)
    for route in routes("GET"):
        mine = await status(browser, route, codes)
        if route.roles == CITIZEN and mine not in {200, 303}:
            wrong.append(f"{route.key}: {mine} for her own")
        if route.roles == CITIZEN and "{code}" in route.path:
            other = await status(browser, route, whole_matter.of_booked(codes))
            if other != 404:
                wrong.append(f"{route.key}: {other} for another")
        if route.roles and Role.CITIZEN not in route.roles and mine not in {303, 403}:
            wrong.append(f"{route.key}: {mine} for a citizen")
    assert not wrong


@pytest.mark.one_engine
async def test_a_forged_link_opens_nothing(lay: Lay, open_browser: OpenBrowser) -> None:
    codes, browser = await lay(), await open_browser()
    nothing, wrong = whole_matter.invented(codes), []
    await browser.get("/")
    for route in ROUTES:
        if route.path.startswith(BY_LINK):
            found = await status(browser, route, nothing, with_token=True)
            if found != 404:
                wrong.append(f"{route.key}: {found}")
    assert not wrong


async def test_odd_codes_are_not_here(lay: Lay, open_browser: OpenBrowser) -> None:
    """Whatever stands in an address where a code belongs, it is looked up and not found."""
    await lay()
    browser = await open_browser("tu")
    for odd in ("-1", "9" * 300, "%00", "%27%20or%201=1", "%E1%BB%B9", "%ff", "%0a"):
        for route in routes("GET"):
            if "{code}" in route.path or "{token}" in route.path:
                path = route.path.replace("{code}", odd).replace("{token}", odd).replace("{paper}", odd)
                path = path.replace("{playback}", odd)
                forget_rates(browser)
                async with browser.http.get(path, allow_redirects=False) as answer:
                    assert answer.status in {303, 400, 403, 404}, f"{path}: {answer.status}"
