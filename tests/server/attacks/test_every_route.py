"""What no address of the office answers to (platform.md D.7: 7). Who may ask for which: tests/journeys/test_access.py."""

import re

import pytest
from aiohttp import hdrs

from server import app
from server.pagekit import Route
from tests.conftest import OpenBrowser

pytestmark = pytest.mark.one_engine


def filled(route: Route, code: str) -> str:
    """The route's path with ``code`` in the place of every name."""
    return re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", lambda m: "999999999" if r"\d" in m[0] else code, route.path)


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
