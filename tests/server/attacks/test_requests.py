"""Requests that no page of ours sends (platform.md D.7: 7, 8, 16, 47, 50, 52, 53)."""

import asyncio
import io
import json
import shutil
from pathlib import Path

import pytest

from server.house import House
from server.security import network_of
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import book_lan
from tests.server.reception.test_entry import link

pytestmark = pytest.mark.one_engine
EVIL = ("//evil.invalid", "/\\evil.invalid", "/\t/evil.invalid", "/\n/evil.invalid", "https://evil.invalid", "\\\\evil")


@pytest.mark.parametrize("path", EVIL)
async def test_no_page_sends_people_elsewhere(open_browser: OpenBrowser, path: str) -> None:
    browser, officer = await open_browser(), await open_browser("tu")
    assert await browser.post("/dang-nhap", username="tu", password="tiepdan-demo", den=path) == "/hom-nay"
    assert await browser.post("/giao-dien", back=path, theme="dark") == "/"
    async with officer.http.get("/dang-nhap", params={"den": path}, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/hom-nay"


async def send(browser: Browser, path: str, body: bytes, kind: str, **headers: str) -> int:
    async with browser.http.post(path, data=io.BytesIO(body), headers={"Content-Type": kind, **headers}) as answer:
        await answer.read()
        return answer.status


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"username=\xff\xfe", FORM),
        (b"a=1", f"{FORM}; charset=klingon"),
        (b"no boundary at all", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff', "multipart/form-data; boundary=x"),
    ],
)
async def test_what_is_no_form_is_refused_without_an_incident(
    open_browser: OpenBrowser, body: bytes, kind: str
) -> None:
    browser = await open_browser()
    for path in ("/dang-nhap", "/tra-cuu", "/nhap-ma", "/dang-ky"):
        assert await send(browser, path, body, kind) in {403, 422}, path


@pytest.mark.parametrize(
    "head",
    [
        b"GET /dang-ky HTTP/1.1\r\nCookie: tiepdan-draft=\xff; tiepdan-login=\xff; tiepdan-theme=\xff\r\n",
        b"GET / HTTP/1.1\r\nCookie: tiepdan-form=" + b"\xff" * 43 + b"\r\n",
        b"POST /dang-nhap HTTP/1.1\r\nContent-Length: 0\r\nReferer: http://[x\r\n",
        (
            b"POST /dang-nhap HTTP/1.1\r\nContent-Length: 17\r\nContent-Type: %s; charset=unicode_escape\r\n\r\n"
            b"csrf_token=\\ud800" % FORM.encode()
        ),
    ],
)
async def test_headers_of_no_browser_are_no_incident(open_browser: OpenBrowser, head: bytes) -> None:
    server = (await open_browser()).http.make_url("/")
    reader, writer = await asyncio.open_connection(server.host, server.port)
    start, _, body = head.partition(b"\r\n\r\n")
    writer.write(start.rstrip(b"\r\n") + b"\r\nHost: x\r\n\r\n" + body)
    answer = await reader.readline()
    writer.close()
    assert answer.split()[1] in {b"200", b"403", b"422"}


async def test_words_are_held_to_the_size_of_words(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await browser.get("/dang-nhap")
    large = b"username=" + b"a" * (3 * 1024 * 1024) + b"&csrf_token=" + browser.form_token().encode()
    for path in ("/dang-nhap", "/tra-cuu", "/nhap-ma", "/dang-ky", "/giao-dien"):
        assert await send(browser, path, large, FORM) == 413, path


async def test_a_stranger_fills_no_memory_through_the_workers_door(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    large = bytes(6 * 1024 * 1024)
    assert await send(browser, "/internal/notes", large, "application/json") == 403
    signed = {"X-Worker-Signature": "0" * 64}
    assert await send(browser, "/internal/notes", large, "application/json", **signed) == 413


@pytest.mark.parametrize("body", ["[]", "1", "{", '{"result":' * 3000, '{"result": 1e999}'])
async def test_json_that_is_no_object_is_a_bad_form(open_browser: OpenBrowser, house: House, body: str) -> None:
    booked = await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))
    browser = await open_browser()
    await browser.get("/dang-nhap")
    path = f"/vao/{link(house, booked)}/thu"
    token = {"X-CSRF-Token": browser.form_token()}
    assert await send(browser, path, body.encode(), "application/json", **token) == 422
    # What a form of another site could send.
    assert await send(browser, path, body.encode(), "text/plain", **token) == 403
    assert await send(browser, path, json.dumps({"result": "good"}).encode(), "application/json") == 403


async def test_odd_paths_are_not_here(open_browser: OpenBrowser) -> None:
    browser = await open_browser("hanh")
    for path in (
        "/static/x/%00",
        "/static/x/..%2f..%2fserver%2fapp.py",
        "/static/x/../../../server/app.py",
        "/vu-viec/%00",
        "/vu-viec?tim=%00",
        "/giay-to/..%2f..%2fsecret",
        "/ban-ghi/x/..%2f..%2fsecret.webm",
    ):
        await browser.get(path, 404)


async def test_numbers_beyond_all_numbers_are_field_errors(open_browser: OpenBrowser, house: House) -> None:
    booked = await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))
    browser = await open_browser("tu")
    huge = "9" * 30
    for path in ("/dang-ky-moi?trang=", "/vu-viec?trang=", "/lich?thang="):
        await browser.get(path + "9" * 5000)
    form = {"slot_id": huge, "mode": "home", "key": "0" * 32, "ground": "Bận"}
    await browser.post(f"/lich/hen/{booked.appointment_code}/doi", form, status=422)
    await browser.post("/tai-khoan/vai-tro", role="9" * 5000, status=409)
    desk = await browser.post(f"/luot-tiep/mo/{booked.appointment_code}")
    await browser.post(f"{desk}/goi", officer_role=huge, status=422)
    await browser.post(f"/vu-viec/{booked.case_code}/giao", officer_id=str(2**31), status=422)


@pytest.mark.parametrize("words", ["%", "_", "'", '"', "' or 1=1 --", "NEAR(", "*", "\\", "{{7*7}}", "<script>"])
async def test_search_takes_everything_as_words(open_browser: OpenBrowser, words: str) -> None:
    browser = await open_browser("hanh")
    for path in ("/vu-viec", "/dang-ky-moi"):
        async with browser.http.get(path, params={"tim": words, "loc": "'; drop table cases"}) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert "<script>" not in page.split("<main")[1]
            assert ">49<" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.invalid"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_posts_of_other_sites_are_refused(open_browser: OpenBrowser, headers: dict[str, str]) -> None:
    browser = await open_browser("tu")
    await browser.get("/tai-khoan")
    form = {"csrf_token": browser.form_token()}
    async with browser.http.post("/dang-xuat", data=form, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
    await browser.get("/tai-khoan")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.invalid"])
async def test_sockets_of_other_sites_are_refused(open_browser: OpenBrowser, origin: str | None) -> None:
    browser = await open_browser()
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | ({"Origin": origin} if origin else {})  # fmt: skip
    async with browser.http.get("/ws/m1", headers=headers) as answer:
        assert answer.status == 403


async def test_every_answer_carries_the_headers(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    for path, status in (
        ("/", 200),
        ("/khong-co", 404),
        ("/hom-nay", 303),
        ("/static/x/khong", 404),
        ("/healthz", 200),
    ):
        async with browser.http.get(path, allow_redirects=False) as answer:
            assert answer.status == status
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
            assert "no-store" in answer.headers["Cache-Control"]


def take_away(house: House) -> Path:
    """Put a folder where the database file was; nothing can be opened there."""
    file = Path(house.db.url.removeprefix("sqlite:///"))
    house.db._reader.dispose()
    for beside in file.parent.glob(f"{file.name}*"):
        beside.rename(f"{beside}.away")
    file.mkdir()
    return file


async def test_an_office_without_its_database_says_so(open_browser: OpenBrowser, house: House) -> None:
    browser, stranger = await open_browser("tu"), await open_browser()
    await browser.get("/tai-khoan")
    file = take_away(house)
    try:
        for one, path in ((browser, "/tai-khoan"), (stranger, "/"), (stranger, "/lich-tiep")):
            async with one.http.get(path, allow_redirects=False) as answer:
                page = await answer.text()
                assert answer.status == (200 if path == "/" else 503), path
                assert "Traceback" not in page
                assert "Content-Security-Policy" in answer.headers
    finally:
        shutil.rmtree(file)


def test_an_old_address_in_a_new_coat_is_the_same_network() -> None:
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("fe80::1%eth0") == "fe80::/56"
