"""What pages rely on: local redirects, forms of our own pages, JSON of our own scripts, sentences we said."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server import app as office_app
from server import pagekit
from server.errors import BadForm, FieldError, NotHere, Refused, Stale, TooMuch, Unavailable
from server.house import House
from server.pagekit import local_path, see_other
from tests.conftest import Browser, OpenBrowser

FOREIGN = (
    "//evil.invalid",
    "/\\evil.invalid",
    "https://evil.invalid",
    "evil",
    "",
    None,
    "/a\\b",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("path", FOREIGN)
def test_a_foreign_path_is_not_followed(path: str | None) -> None:
    assert local_path(path, "/hom-nay") == "/hom-nay"


@pytest.mark.parametrize("path", ["//evil.invalid", "https://evil.invalid", ""])
def test_a_redirect_never_leaves_the_office(path: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        see_other(path)


def test_a_redirect_carries_no_line_end() -> None:
    assert see_other("/hen/a\r\nSet-Cookie: x=1?da=b").headers["Location"] == "/hen/a%0D%0ASet-Cookie:%20x=1?da=b"
    assert see_other("/\\evil.invalid").headers["Location"] == "/%5Cevil.invalid"
    assert see_other("/hen/ỹ#đoạn").headers["Location"].isascii()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    """A browser of an office with one page that repeats what it was sent, and one that refuses everything."""
    application = office_app.build(house, with_jobs=False)

    async def repeat(request: web.Request) -> web.Response:
        form = await pagekit.posted(request)
        return web.json_response({name: str(value) for name, value in form.items()})

    async def repeat_json(request: web.Request) -> web.Response:
        return web.json_response(await pagekit.posted_json(request))

    async def refuse(request: web.Request) -> web.Response:
        raise REFUSALS[request.match_info["which"]]

    pagekit.mount(application, (pagekit.post("/lap", repeat), pagekit.post("/lap-json", repeat_json)))
    pagekit.mount(application, (pagekit.get("/no/{which}", refuse),))
    async with TestClient(TestServer(application)) as http:
        yield Browser(http, house)


REFUSALS = {
    "here": NotHere(),
    "rule": Refused("request_flow"),
    "stale": Stale(),
    "often": TooMuch("too_often"),
    "large": TooMuch("too_large", 413),
    "down": Unavailable("database_unavailable"),
    "form": BadForm({"name": FieldError("required")}),
}


@pytest.mark.one_engine
async def test_a_form_comes_without_its_token_and_without_nul(browser: Browser) -> None:
    text = await browser.post("/lap", {"words": "a\0b", "other": "đ"}, status=200)
    assert json.loads(text) == {"words": "ab", "other": "đ"}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"a": "x\\u0000\\ud800y", "b": ["\\u0000"], "c": {"d": "\\u0000", "e": 1}}', "application/json", 200),
        ("[1]", "application/json", 422),
        ("{", "application/json", 422),
        ("[" * 100_000, "application/json", 422),
        ("a=1", "application/x-www-form-urlencoded", 403),
        ('{"a": 1}', "text/plain", 403),
    ],
)
async def test_json_is_an_object_of_our_own_script(browser: Browser, body: str, content_type: str, status: int) -> None:
    await browser.get("/")
    headers = {"X-CSRF-Token": browser.form_token(), "Content-Type": content_type, "Accept": "application/json"}
    async with browser.http.post("/lap-json", data=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        if status == 200:
            assert await answer.json() == {"a": "xy", "b": [""], "c": {"d": "", "e": 1}}


@pytest.mark.one_engine
async def test_json_without_the_token_is_refused(browser: Browser) -> None:
    await browser.get("/")
    async with browser.http.post("/lap-json", json={}, headers={"Accept": "application/json"}) as answer:
        assert answer.status == 403
        assert (await answer.json())["code"] == "stale_form"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("which", "status"),
    [("here", 404), ("rule", 409), ("stale", 409), ("often", 429), ("large", 413), ("down", 503), ("form", 422)],
)
async def test_every_no_is_a_page_and_json(browser: Browser, which: str, status: int) -> None:
    page = await browser.get(f"/no/{which}", status)
    assert "<h1" in page
    async with browser.http.get(f"/no/{which}", headers={"Accept": "application/json"}) as answer:
        assert answer.status == status
        told = await answer.json()
        assert told["text"] != f"{told['code']}.text"
        assert told["incident"] == answer.headers["X-Request-Id"]
        assert set(told["fields"]) == ({"name"} if which == "form" else set())


@pytest.mark.one_engine
async def test_only_what_the_office_said_is_shown(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    page = await browser.get("/?da=Goi+so+0900000000+de+nhan+tien")
    assert "Goi so" not in page
    assert "said." not in page
    assert "notice" in await browser.get("/?da=signed_out")


@pytest.mark.one_engine
async def test_language_and_look_are_the_persons_choice(browser: Browser) -> None:
    assert '<html lang="vi"' in await browser.get("/")
    browser.http.session.cookie_jar.update_cookies({"tiepdan-language": "en", "tiepdan-theme": "dark"})
    page = await browser.get("/")
    assert '<html lang="en"' in page
    assert 'data-theme="dark"' in page
    browser.http.session.cookie_jar.update_cookies({"tiepdan-language": "<script>", "tiepdan-theme": '"><script>'})
    page = await browser.get("/")
    assert '<html lang="vi"' in page
    assert '"><script>' not in page


async def test_nul_in_an_address_is_not_here(browser: Browser) -> None:
    await browser.get("/no/%00", 404)
    await browser.get("/no/here?trang=%00", 404)
