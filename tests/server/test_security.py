"""What every answer carries, whoever asked and however it ended."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server import app as office_app
from server import security
from server.config import Settings
from server.house import House
from server.security import Buckets
from tests.conftest import OpenBrowser

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def http(house: House) -> AsyncIterator[Client]:
    async with TestClient(TestServer(office_app.build(house, with_jobs=False))) as client:
        yield client


HEADERS = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Cache-Control",
    "X-Request-Id",
}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/dang-nhap", 200),
        ("GET", "/khong-co", 404),
        ("GET", "/hom-nay", 303),
        ("POST", "/dang-nhap", 403),
        ("DELETE", "/dang-nhap", 405),
        ("GET", "/healthz", 200),
        ("GET", "/static/x/css/base.css", 200),
        ("GET", "/static/x/css/none.css", 404),
    ],
)
async def test_every_answer_carries_the_headers(http: Client, method: str, path: str, status: int) -> None:
    async with http.request(method, path, allow_redirects=False) as answer:
        assert answer.status == status
        assert not [name for name in HEADERS if name not in answer.headers]
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        if not path.startswith("/static/"):
            assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.one_engine
async def test_a_bug_is_a_number_and_never_a_trace(house: House, caplog: pytest.LogCaptureFixture) -> None:
    application = office_app.build(house, with_jobs=False)

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("a name that must not be shown")

    application.router.add_get("/broken", broken)
    async with TestClient(TestServer(application)) as http, http.get("/broken") as answer:
        text = await answer.text()
        assert answer.status == 500
        assert "must not be shown" not in text
        assert answer.headers["X-Request-Id"] in text
        assert not [name for name in HEADERS if name not in answer.headers]
    assert "RuntimeError" in caplog.text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../../server/config.py",
        "/static/x/%2e%2e/templates/base.html",
        "/static/x/..%2f..%2f..%2fetc/passwd",
    ],
)
async def test_static_files_are_only_those(http: Client, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 404


@pytest.mark.one_engine
async def test_a_nonce_is_never_used_twice(http: Client) -> None:
    found = set()
    for _ in range(5):
        async with http.get("/") as answer:
            found |= set(re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"]))
    assert len(found) == 5


FOREIGN = (
    {"Origin": "https://evil.invalid"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.mark.one_engine
@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_site_cannot_post(open_browser: OpenBrowser, headers: dict[str, str]) -> None:
    browser = await open_browser("tu")
    await browser.get("/hom-nay")
    form = {"csrf_token": browser.form_token()}
    async with browser.http.post("/dang-xuat", data=form, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
    await browser.get("/hom-nay")


@pytest.mark.one_engine
async def test_a_post_needs_the_token_of_this_browser(open_browser: OpenBrowser) -> None:
    browser, other = await open_browser("tu"), await open_browser("quan")
    await browser.get("/hom-nay")
    await other.get("/hom-nay")
    for token in ("", "x", other.form_token(), "ă"):
        async with browser.http.post("/dang-xuat", data={"csrf_token": token}, allow_redirects=False) as answer:
            assert answer.status == 403
    assert await browser.post("/dang-xuat") == "/?da=signed_out"


@pytest.mark.one_engine
async def test_cookies_are_for_this_host_and_no_script(http: Client, open_browser: OpenBrowser) -> None:
    async with http.get("/") as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        assert "Domain" not in cookie


@pytest.mark.one_engine
async def test_over_tls_cookies_are_bound_to_the_host(settings: Settings) -> None:
    secure = replace(settings, public_url="https://tiepdan.example")
    house = office_app.build_house(secure)
    async with TestClient(TestServer(office_app.build(house, with_jobs=False))) as http, http.get("/") as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-tiepdan-form=")
        assert "Secure" in cookie
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "wss://tiepdan.example" in answer.headers["Content-Security-Policy"]


def test_a_bucket_empties_fills_and_forgets() -> None:
    buckets = Buckets(per_second=2, burst=3, most=2)
    assert [buckets.take("a", 0) for _ in range(4)] == [True, True, True, False]
    assert [buckets.take("a", 1) for _ in range(3)] == [True, True, False]
    assert buckets.take("b", 1)
    assert buckets.take("c", 1)
    assert [buckets.take("a", 1) for _ in range(4)] == [True, True, True, False]


@pytest.mark.one_engine
async def test_who_asks_too_often_waits_and_others_do_not(house: House) -> None:
    application = office_app.build(house, with_jobs=False)
    application[security.READS] = Buckets(per_second=0.001, burst=3)
    async with TestClient(TestServer(application)) as http:
        statuses = []
        for _ in range(5):
            async with http.get("/") as answer:
                statuses.append(answer.status)
        assert statuses == [200, 200, 200, 429, 429]
        async with http.get("/static/x/css/base.css") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("address", "network"), [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2345::9", "2001:db8:1:2300::/56")]
)
def test_one_household_is_one_network(address: str, network: str) -> None:
    assert security.network_of(address) == network


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "127.0.0.1"),
        (1, "nonsense", "0.0.0.0"),
        (1, "", "127.0.0.1"),
    ],
)
async def test_only_our_own_proxies_are_believed(settings: Settings, proxies: int, forwarded: str, seen: str) -> None:
    house = office_app.build_house(replace(settings, trusted_proxies=proxies))
    application = office_app.build(house, with_jobs=False)

    async def where(request: web.Request) -> web.Response:
        return web.Response(text=security.client_address(request))

    application.router.add_get("/where", where)
    async with (
        TestClient(TestServer(application)) as http,
        http.get("/where", headers={"X-Forwarded-For": forwarded}) as answer,
    ):
        assert await answer.text() == seen
