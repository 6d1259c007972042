"""Headers that no browser sends get a page or a coded refusal, never an error of the system."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from server import app as office_app
from server.house import House

BAD = b"\xff\xfe\xed\xa0\x80\xf4\x90"
LONG = b"\xff" * 64
ODD = (
    b"Origin: http://[",
    b"Origin: ",
    b"Origin: " + BAD,
    b"Referer: http://[",
    b"Referer: //[::1%",
    b"Referer: " + BAD,
    b"Host: [",
    b"Host: ",
    b"Host: a b/c?d#e@f:99999999",
    b"Host: " + BAD,
    b"X-Forwarded-For: [, fe80::1%lo, 999.1.1.1",
    b"X-Forwarded-For: " + BAD,
    b"Accept: application/json;;;q=" + BAD,
    b"Accept-Language: ;;q=x,, " + BAD,
    b"User-Agent: " + BAD,
    b"Cookie: tiepdan-form=" + LONG[:43],
    b"Cookie: tiepdan-login=" + BAD,
    b"Cookie: tiepdan-language=" + BAD + b"; tiepdan-theme=" + BAD + b"; tiepdan-text-size=../..",
    b'Cookie: ==;;=;"; tiepdan-login="\\377\\000"',
    b"Content-Type: multipart/form-data",
    b"Content-Type: application/x-www-form-urlencoded; charset=" + BAD,
    b"Content-Type: application/x-www-form-urlencoded; charset=undefined",
    b"Content-Type: application/x-www-form-urlencoded; charset=utf-7",
    b"Content-Type: ;;;",
    b"Range: bytes=9-1,x",
    b"If-Modified-Since: " + BAD,
    b'If-None-Match: "',
    b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: " + BAD,
)
ASKED = (
    *((address, odd) for odd in ODD for address in (b"GET /dang-nhap", b"POST /dang-nhap")),
    (b"GET /dang-ky/noi-dung", b"Cookie: tiepdan-draft=" + BAD),
    (b"POST /internal/notes", b"X-Worker-Signature: " + LONG),
)
"""First lines of requests, and the header that goes with each."""


@pytest.fixture
async def port(house: House) -> AsyncIterator[int]:
    async with TestServer(office_app.build(house, with_jobs=False)) as server:
        yield server.port or 0


async def answer(port: int, address: bytes, odd: bytes) -> bytes:
    """Send one request as written and return the answer whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [address + b" HTTP/1.1", odd, b"Connection: close"]
    if not odd.startswith(b"Host"):
        lines.append(b"Host: 127.0.0.1")
    body = b"csrf_token=%2B2AA-&username=tu&password=x" if address.startswith(b"POST") else b""
    if body:
        lines.append(b"Content-Length: %d" % len(body))
        if not odd.startswith(b"Content-Type"):
            lines.append(b"Content-Type: application/x-www-form-urlencoded")
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    await writer.drain()
    answered = await reader.read()
    writer.close()
    return answered


@pytest.mark.one_engine
async def test_odd_headers_are_answered_with_a_page_or_a_refusal(port: int) -> None:
    answers = {each: int((await answer(port, *each)).split(b" ", 2)[1]) for each in ASKED}
    assert not {each: status for each, status in answers.items() if status not in {200, 303, 400, 403, 404, 422}}


@pytest.mark.one_engine
@pytest.mark.parametrize("origin", [b"", b"null", b"http://["])
async def test_an_origin_that_names_no_place_is_foreign_even_to_no_host(port: int, origin: bytes) -> None:
    odd = b"Host: \r\nAccept: application/json\r\nOrigin: " + origin
    assert b'"foreign_site"' in await answer(port, b"POST /dang-nhap", odd)
