"""Every address of the office against everybody who may not ask for it (platform.md D.7: 7, 18, 19, 22)."""

import re

import pytest
from aiohttp import hdrs

from server import app
from server.house import House
from server.pagekit import Route
from server.words import Role
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import Booked, book_lan

pytestmark = pytest.mark.one_engine

CLOSED = [route for route in app.ROUTES if route.roles]
HOLDERS = {
    Role.WARD_CHAIR: "hanh",
    Role.WARD_VICE_CHAIR: "phuc",
    Role.OFFICE_HEAD: "loan",
    Role.RECEPTION_OFFICER: "tu",
    Role.PETITION_OFFICER: "yen",
    Role.CASE_OFFICER: "dung",
    Role.WARD_POLICE: "cuong",
    Role.TECHNICIAN: "khoa",
    Role.RECORDS_OFFICER: "thu",
    Role.CITY_BOARD_MEMBER: "bao",
    Role.INSPECTOR: "linh",
    Role.SYS_ADMIN: "quantri",
}


def filled(route: Route, code: str) -> str:
    """The route's path with ``code`` in the place of every name."""
    return re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", lambda m: "999999999" if r"\d" in m[0] else code, route.path)


def absent(route: Route) -> set[int]:
    """What says no more than that there is no such thing; a script's address refuses every form before it looks."""
    is_scripts = route.method == hdrs.METH_POST and route.path.startswith("/phong/{code}/bien-ban/")
    return {403} if is_scripts else {404, 422}


async def ask(browser: Browser, route: Route, path: str, *, as_script: bool = False) -> int:
    fields = {"csrf_token": browser.form_token()} if route.method == hdrs.METH_POST else None
    # This one sends browsers on to a page, whatever the code is.
    headers = {"Accept": "application/json"} if route.key == "GET /phong/{code}/bien-ban" and as_script else {}
    async with browser.http.request(route.method, path, data=fields, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return answer.status


async def test_nobody_comes_in_without_signing_in(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await browser.get("/dang-nhap")
    for route in CLOSED:
        status = await ask(browser, route, filled(route, "LT-AAAA-AAAA"))
        assert status == (303 if route.method == hdrs.METH_GET else 401), route.key


@pytest.mark.parametrize("role", HOLDERS)
async def test_no_role_comes_where_it_has_no_business(open_browser: OpenBrowser, role: Role) -> None:
    browser = await open_browser(HOLDERS[role], role)
    await browser.get("/tai-khoan")
    for route in CLOSED:
        if role not in route.roles:
            assert await ask(browser, route, filled(route, "LT-AAAA-AAAA")) == 403, route.key


@pytest.mark.parametrize("role", HOLDERS)
async def test_what_is_not_there_is_not_there_for_anybody(open_browser: OpenBrowser, role: Role) -> None:
    browser = await open_browser(HOLDERS[role], role)
    await browser.get("/tai-khoan")
    for route in CLOSED:
        if role in route.roles and "{" in route.path:
            assert await ask(browser, route, filled(route, "LT-AAAA-AAAA"), as_script=True) in absent(route), route.key


async def test_an_officer_of_another_ward_opens_nothing_of_ours(open_browser: OpenBrowser, house: House) -> None:
    booked: Booked = await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))
    ward, stranger = await open_browser("tu"), await open_browser("quan")
    await stranger.get("/tai-khoan")
    room = (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]
    codes = (booked.appointment_code, booked.case_code, booked.request_code, room, "KT-TEST-01")
    for route in CLOSED:
        for code in codes if "{" in route.path and Role.RECEPTION_OFFICER in route.roles else ():
            assert await ask(stranger, route, filled(route, code), as_script=True) in absent(route), (route.key, code)


@pytest.mark.parametrize("method", [hdrs.METH_PUT, hdrs.METH_DELETE, hdrs.METH_PATCH])
async def test_no_address_knows_other_methods(open_browser: OpenBrowser, method: str) -> None:
    browser = await open_browser("hanh")
    for path in sorted({filled(route, "LT-AAAA-AAAA") for route in app.ROUTES}):
        async with browser.http.request(method, path, allow_redirects=False) as answer:
            assert answer.status == 405, path


async def test_nothing_changes_by_a_link(open_browser: OpenBrowser) -> None:
    browser = await open_browser("hanh")
    posts = {route.path for route in app.ROUTES if route.method == hdrs.METH_POST}
    only_posts = posts - {route.path for route in app.ROUTES if route.method == hdrs.METH_GET}
    # An address of the form /x/{code} may also be a page of its own.
    pages = [re.compile(re.sub(r"\{[^{}]*\}", "[^/]+", r.path)) for r in app.ROUTES if r.method == hdrs.METH_GET]
    for path in sorted(only_posts):
        asked = re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "1", path)
        if not any(page.fullmatch(asked) for page in pages):
            await browser.get(asked, 405)


async def test_a_form_without_its_token_changes_nothing(open_browser: OpenBrowser) -> None:
    browser = await open_browser("tu", Role.RECEPTION_OFFICER)
    await browser.get("/tai-khoan")
    for route in app.ROUTES:
        if route.method == hdrs.METH_POST and (not route.roles or Role.RECEPTION_OFFICER in route.roles):
            path = filled(route, "LT-AAAA-AAAA")
            async with browser.http.post(path, data={"key": "0" * 32}, allow_redirects=False) as answer:
                assert answer.status in {403, 404}, route.key
