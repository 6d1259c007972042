"""The web side: rooms find their worker, and a dead web process disturbs nobody."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from server.adapters.media_nodes import MediaNodes
from server.config import BadSettings
from server.errors import Unavailable
from server.media_worker import running
from server.worker_settings import LONGEST_SOCKET_PATH, WorkerSettings, socket_path
from signaling.roles import RoomRole
from signaling.tickets import Ticket, sign
from tests.playbook import START, ticket
from tests.signaling.room_client import Guest

KEY = b"k" * 32


def settings(folder: Path, name: str) -> WorkerSettings:
    return WorkerSettings(
        name=name,
        socket_path=folder / f"{name}.sock",
        recordings_path=folder / "recordings",
        spool_path=folder / "spool" / name,
        ticket_key=KEY,
        web_url="http://127.0.0.1:9",
        announced=("127.0.0.1",),
        free_bytes_floor=0,
    )


def nodes_of(folder: Path) -> MediaNodes:
    sockets = {name: settings(folder, name).socket_path for name in ("m1", "m2")}
    return MediaNodes(sockets, KEY, lambda: START)


GONE = "gone"


async def is_good(ticket: Ticket) -> bool:
    return ticket.member != GONE


def good(member: str, role: RoomRole = RoomRole.CHAIR, room: str = "P-1") -> str:
    return sign(ticket(member, role, room), KEY)


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[Path]:
    async with AsyncExitStack() as stack:
        for name in ("m1", "m2"):
            await stack.enter_async_context(running(settings(tmp_path, name), lambda: START))
        yield tmp_path


@pytest.fixture
async def web_process(workers: Path) -> AsyncIterator[Callable[[], Awaitable[TestServer]]]:
    async with AsyncExitStack() as stack:

        async def start() -> TestServer:
            nodes = nodes_of(workers)
            stack.push_async_callback(nodes.close)

            async def relay(request: web.Request) -> web.WebSocketResponse:
                return await nodes.relay(request, request.match_info["worker"], is_good)

            app = web.Application()
            app.router.add_get("/ws/{worker}", relay)
            app.on_shutdown.append(nodes.send_away)
            server = TestServer(app)
            await server.start_server()
            stack.push_async_callback(server.close)
            return server

        yield start


async def test_rooms_go_where_there_is_least_to_do_and_stay(workers: Path) -> None:
    nodes = nodes_of(workers)
    async with Guest(good("hanh")) as hanh:
        await hanh.dial(str(workers / "m2.sock"))
        await hanh.until(lambda: hanh.state)
        assert await nodes.place("P-1") == "m2", "it is open there already"
        assert await nodes.place("P-2") == "m1"
        assert await nodes.place("P-2") == "m1"
    await nodes.close()


async def test_nobody_answers(tmp_path: Path) -> None:
    nodes = nodes_of(tmp_path)
    assert not await nodes.is_answering()
    with pytest.raises(Unavailable):
        await nodes.place("P-1")
    assert not await nodes.announce("P-1", "minutes", 1)
    await nodes.put_out("P-1", "vy", START)
    await nodes.close()


async def test_a_room_is_never_open_twice(workers: Path, web_process: Callable[[], Awaitable[TestServer]]) -> None:
    server = await web_process()
    nodes = nodes_of(workers)
    async with Guest(good("hanh")) as hanh, Guest(good("tu", RoomRole.CLERK)) as tu:
        await hanh.dial_url(str(server.make_url("/ws/m1")))
        await hanh.until(lambda: hanh.state)
        await tu.dial_url(str(server.make_url("/ws/m2")))
        await hanh.until(lambda: len(hanh.state["members"]) == 2)
        statuses = [each for each in await nodes.status() if each is not None]
        assert sorted(len(each.rooms) for each in statuses) == [0, 1]
    await nodes.close()


async def test_a_bad_ticket_is_answered_in_the_protocols_words(
    web_process: Callable[[], Awaitable[TestServer]],
) -> None:
    server = await web_process()
    async with Guest("forged.ticket") as guest:
        await guest.dial_url(str(server.make_url("/ws/m1")))
        await guest.until(lambda: guest.bye)
        assert guest.bye is not None
        assert guest.bye["ground"] == "forged"


async def test_a_page_that_gave_up_before_is_no_fault(workers: Path, caplog: pytest.LogCaptureFixture) -> None:
    nodes = nodes_of(workers)
    is_over = asyncio.Event()

    async def relay(request: web.Request) -> web.WebSocketResponse:
        while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        try:
            return await nodes.relay(request, "m1", is_good)
        finally:
            is_over.set()

    app = web.Application()
    app.router.add_get("/ws", relay)
    async with TestServer(app) as server:
        _, page = await asyncio.open_connection("127.0.0.1", server.port)
        page.write(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await page.drain()
        page.close()
        await is_over.wait()
    await nodes.close()
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


async def test_media_outlives_the_web_process(
    web_process: Callable[[], Awaitable[TestServer]],
) -> None:
    first = await web_process()
    async with Guest(good("hanh"), 60) as hanh, Guest(good("tu", RoomRole.CLERK), 180) as tu:
        for guest in (hanh, tu):
            await guest.dial_url(str(first.make_url("/ws/m1")))
            await guest.until(lambda guest=guest: guest.state)
            await guest.connect()
        await hanh.see(tu, "tu")
        await first.close()
        assert hanh.client is not None
        await hanh.client.see_brightness(hanh.slots["tu"], 180)
        second = await web_process()
        for guest in (hanh, tu):
            await guest.hang_up()
            await guest.dial_url(str(second.make_url("/ws/m1")))
            await guest.until(lambda guest=guest: guest.status == "connected")
        await hanh.client.see_brightness(hanh.slots["tu"], 180)


async def test_a_guest_whose_link_was_taken_back_is_out_and_comes_no_further_than_the_door(
    workers: Path, web_process: Callable[[], Awaitable[TestServer]]
) -> None:
    server, nodes = await web_process(), nodes_of(workers)
    async with Guest(good("hanh")) as hanh, Guest(good("vy", RoomRole.INTERPRETER)) as vy, Guest(good(GONE)) as late:
        for guest in (hanh, vy):
            await guest.dial_url(str(server.make_url("/ws/m1")))
            await guest.until(lambda guest=guest: guest.state)
        await hanh.until(lambda: hanh.state["waiting"])
        await nodes.put_out("P-1", "vy", START)
        await vy.until(lambda: vy.bye)
        await hanh.until(lambda: not hanh.state["waiting"])
        await late.dial_url(str(server.make_url("/ws/m1")))
        await late.until(lambda: late.bye)
        assert vy.bye is not None
        assert late.bye is not None
        assert vy.bye["code"] == late.bye["code"] == "withdrawn"
    await nodes.close()


async def test_a_worker_that_is_not_there_is_try_again(tmp_path: Path, aiohttp_client: Callable[..., Any]) -> None:
    nodes = nodes_of(tmp_path)

    async def relay(request: web.Request) -> web.WebSocketResponse:
        return await nodes.relay(request, "m1", is_good)

    app = web.Application()
    app.router.add_get("/ws", relay)
    client = await aiohttp_client(app)
    socket = await client.ws_connect("/ws")
    await socket.send_str(json.dumps({"type": "hello", "ticket": good("hanh")}))
    assert (await socket.receive()).type is WSMsgType.CLOSE
    assert socket.close_code == 1013
    await nodes.close()


def test_a_socket_has_a_short_path() -> None:
    with pytest.raises(BadSettings):
        socket_path(Path("/" + "a" * LONGEST_SOCKET_PATH), "m1")
