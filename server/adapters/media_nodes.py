"""The media workers as the web process sees them: where rooms are, and the way to them.

A room stays on the worker that first took it. That is remembered here and, because the web
process may be started again while receptions go on, asked of the workers when it is not.
Browsers speak to one origin only, so their WebSockets are relayed to the worker's Unix socket.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    UnixConnector,
    WSCloseCode,
    WSMsgType,
    web,
)

from server.clock import Clock
from server.config import Settings
from server.errors import Unavailable
from server.worker_settings import names, socket_path
from signaling.answers import Bye, write
from signaling.errors import BadTicket
from signaling.messages import CLOSE_CODES, ByeCode
from signaling.tickets import Ticket, verify

MAX_MESSAGE = 600 * 1024
"""Bytes relayed in one piece; the worker's own limits are far below."""

HELLO_WITHIN = 5.0
ASK_FOR = ClientTimeout(total=3)


Judge = Callable[[Ticket], Awaitable[bool]]
"""Whether the office still stands by a ticket."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A worker's word on itself."""

    name: str
    members: int
    rooms: tuple[str, ...]
    facts: Mapping[str, Any]


class MediaNodes:
    """The workers that are our children, by name. Used on one event loop."""

    def __init__(self, sockets: Mapping[str, Path], key: bytes, now: Callable[[], datetime]) -> None:
        """`key` is what tickets are signed with, so that a WebSocket finds its room's worker."""
        self._sockets = dict(sockets)
        self._key = key
        self._now = now
        self._sessions: dict[str, ClientSession] = {}
        self._places: dict[str, str] = {}
        self._is_placing = asyncio.Lock()
        self._browsers: set[web.WebSocketResponse] = set()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The workers `m1`, `m2`, … that the supervisor starts."""
        sockets = {name: socket_path(settings.folder, name) for name in names(settings)}
        return cls(sockets, settings.key("tickets"), Clock().now)

    async def place(self, room: str) -> str:
        """The worker that holds `room`, or the least loaded one that lives.

        Raises Unavailable("media") when no worker answers.
        """
        async with self._is_placing:
            if room in self._places:
                return self._places[room]
            nodes = [each for each in await self.status() if each is not None]
            holding = [each for each in nodes if room in each.rooms]
            free = [each for each in nodes if each.facts.get("may_open", True)] or nodes
            if not free and not holding:
                raise Unavailable("media")
            best = holding[0] if holding else min(free, key=lambda each: each.members)
            self._places[room] = best.name
            return best.name

    def forget(self, room: str) -> None:
        """The room has ended; nobody will ask for it again."""
        self._places.pop(room, None)

    async def is_answering(self) -> bool:
        """Whether at least one worker answers."""
        return any(each is not None for each in await self.status())

    async def status(self) -> list[NodeStatus | None]:
        """What each worker says of itself; None for one that does not answer."""
        return list(await asyncio.gather(*(self._status_of(name) for name in self._sockets)))

    async def status_by_name(self) -> list[tuple[str, NodeStatus | None]]:
        """The same with the workers' names."""
        return list(zip(self._sockets, await self.status(), strict=True))

    async def room_numbers(self, room: str) -> dict[str, Any] | None:
        """What the worker of a room says of it, and how late that worker runs; None: the room is not open."""
        for node in await self.status():
            if node is not None and room in node.rooms:
                told = next(each for each in node.facts["rooms"] if each["room"] == room)
                return {**told, "lag_ms": node.facts.get("lag_ms")}
        return None

    async def announce(self, room: str, topic: str, version: int) -> bool:
        """Tell everybody in the room that `topic` changed; False: the room is not open."""
        return await self._tell(room, "announce", {"topic": topic, "version": version})

    async def close_room(self, room: str, ground: str) -> bool:
        """End the reception in the room; False: the room is not open."""
        return await self._tell(room, "close", {"ground": ground})

    async def put_out(self, room: str, member: str, since: datetime) -> None:
        """Void a guest's tickets that are good from `since` or before, and put the guest out if there.

        Every worker is told, because none may keep a guest that the office no longer knows of. One that does not
        run keeps nobody; one that does not answer may: Unavailable("media").
        """
        fields = {"member": member, "since": since.isoformat()}
        for name in self._sockets:
            try:
                url = f"http://worker/rooms/{room}/withdraw"
                async with self._session(name).post(url, json=fields, timeout=ASK_FOR) as answer:
                    if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
                        raise Unavailable("media")
            except ClientConnectorError:
                continue
            except (ClientError, OSError, TimeoutError) as trouble:
                raise Unavailable("media") from trouble

    async def relay(self, request: web.Request, worker: str, is_good: Judge) -> web.WebSocketResponse:
        """Relay a browser's WebSocket. The caller has checked the Origin.

        `worker` is what the browser was told, maybe long ago. The room decides: two workers
        must never open the same one. A ticket that is not `is_good` any more comes no further than here.
        """
        if worker not in self._sockets:
            raise web.HTTPNotFound
        browser = web.WebSocketResponse(max_msg_size=MAX_MESSAGE, compress=False, timeout=2.0)
        try:
            await browser.prepare(request)
        except ConnectionResetError:
            # The page was closed or gave up while its cookie and its Origin were looked at.
            return browser
        self._browsers.add(browser)
        try:
            hello = await browser.receive(timeout=HELLO_WITHIN)
            if hello.type is not WSMsgType.TEXT:
                return browser
            ticket = self._ticket(hello.data)
            if ticket is not None and not await is_good(ticket):
                await browser.send_str(write(Bye(code=ByeCode.WITHDRAWN)))
                await browser.close(code=CLOSE_CODES[ByeCode.WITHDRAWN])
                return browser
            # Whatever is wrong with a ticket, the worker says so in the protocol's own words.
            async with await self._reach(worker if ticket is None else await self.place(ticket.room)) as node:
                await node.send_str(hello.data)
                await _join(browser, node)
        except (ClientError, OSError, TimeoutError, Unavailable):
            await browser.close(code=WSCloseCode.TRY_AGAIN_LATER)
        finally:
            self._browsers.discard(browser)
        return browser

    async def send_away(self, _: web.Application | None = None) -> None:
        """This web process stops: tell browsers to come back. To be put on `on_shutdown`."""
        partings = [each.close(code=WSCloseCode.SERVICE_RESTART) for each in self._browsers]
        await asyncio.gather(*partings, return_exceptions=True)

    async def close(self) -> None:
        """Let go of all connections; workers and rooms go on."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _ticket(self, hello: str) -> Ticket | None:
        try:
            return verify(json.loads(hello)["ticket"], self._key, self._now())
        except (ValueError, KeyError, TypeError, RecursionError, BadTicket):
            return None

    async def _reach(self, worker: str) -> ClientWebSocketResponse:
        return await self._session(worker).ws_connect(
            "http://worker/ws", max_msg_size=MAX_MESSAGE, timeout=ClientWSTimeout(ws_close=2.0)
        )

    async def _status_of(self, name: str) -> NodeStatus | None:
        try:
            async with self._session(name).get("http://worker/status", timeout=ASK_FOR) as answer:
                facts = await answer.json()
                rooms = tuple(str(each["room"]) for each in facts["rooms"])
                return NodeStatus(name, int(facts["members"]), rooms, facts)
        except (ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError):
            return None

    async def _tell(self, room: str, verb: str, fields: Mapping[str, object]) -> bool:
        worker = await self._find(room)
        if worker is None:
            return False
        url = f"http://worker/rooms/{room}/{verb}"
        try:
            async with self._session(worker).post(url, json=fields, timeout=ASK_FOR) as answer:
                return answer.ok
        except (ClientError, OSError, TimeoutError) as trouble:
            raise Unavailable("media") from trouble

    async def _find(self, room: str) -> str | None:
        if room in self._places:
            return self._places[room]
        for node in await self.status():
            if node is not None and room in node.rooms:
                self._places[room] = node.name
                return node.name
        return None

    def _session(self, name: str) -> ClientSession:
        if name not in self._sessions:
            connector = UnixConnector(path=str(self._sockets[name]), limit=0, force_close=True)
            # No connection is used twice: a worker may have been started again in between.
            # A WebSocket lives as long as a reception.
            self._sessions[name] = ClientSession(connector=connector, timeout=ClientTimeout(total=None, sock_connect=3))
        return self._sessions[name]


async def _join(browser: web.WebSocketResponse, node: ClientWebSocketResponse) -> None:
    async def up() -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            async for message in browser:
                if message.type is not WSMsgType.TEXT:
                    break
                await node.send_str(message.data)
        await node.close(code=browser.close_code or WSCloseCode.GOING_AWAY)

    async def down() -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            async for message in node:
                if message.type is not WSMsgType.TEXT:
                    break
                await browser.send_str(message.data)
        code = node.close_code
        if code is None or code == WSCloseCode.ABNORMAL_CLOSURE:
            # A worker that fell says nothing; to the browser that is a service restart.
            code = WSCloseCode.SERVICE_RESTART
        await browser.close(code=code)

    async with asyncio.TaskGroup() as pumps:
        pumps.create_task(up())
        pumps.create_task(down())
