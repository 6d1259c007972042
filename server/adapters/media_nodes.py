"""The media workers as the web process sees them: where rooms are, and the way to them.

A room stays on the worker that first took it. That is remembered here and, because the web
process may be started again while receptions go on, asked of the workers when it is not.
Browsers speak to one origin only, so their WebSockets are relayed to the worker's Unix socket.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import (
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

from server.config import Settings
from server.errors import Unavailable

MAX_MESSAGE = 600 * 1024
"""Bytes relayed in one piece; the worker's own limits are far below."""

ASK_FOR = ClientTimeout(total=3)
_log = logging.getLogger(__name__)


def socket_path(folder: Path, worker: str) -> Path:
    """Where a worker of this machine listens."""
    return folder / "run" / f"{worker}.sock"


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A worker's word on itself."""

    name: str
    members: int
    rooms: tuple[str, ...]
    facts: Mapping[str, Any]


class MediaNodes:
    """The workers that are our children, by name. Used on one event loop."""

    def __init__(self, sockets: Mapping[str, Path]) -> None:
        self._sockets = dict(sockets)
        self._sessions: dict[str, ClientSession] = {}
        self._places: dict[str, str] = {}
        self._is_placing = asyncio.Lock()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The workers `m1`, `m2`, … that the supervisor starts."""
        names = [f"m{number}" for number in range(1, settings.media_workers + 1)]
        return cls({name: socket_path(settings.folder, name) for name in names})

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

    async def announce(self, room: str, topic: str, version: int) -> bool:
        """Tell everybody in the room that `topic` changed; False: the room is not open."""
        return await self._tell(room, "announce", {"topic": topic, "version": version})

    async def close_room(self, room: str, ground: str) -> bool:
        """End the reception in the room; False: the room is not open."""
        return await self._tell(room, "close", {"ground": ground})

    async def relay(self, request: web.Request, worker: str) -> web.WebSocketResponse:
        """Relay a browser's WebSocket to `worker`. The caller has checked the Origin."""
        if worker not in self._sockets:
            raise web.HTTPNotFound
        browser = web.WebSocketResponse(max_msg_size=MAX_MESSAGE, compress=False, timeout=2.0)
        try:
            node = await self._session(worker).ws_connect(
                "http://worker/ws",
                max_msg_size=MAX_MESSAGE,
                autoping=True,
                timeout=ClientWSTimeout(ws_close=2.0),
            )
        except (ClientError, OSError, TimeoutError):
            await browser.prepare(request)
            await browser.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return browser
        async with node:
            await browser.prepare(request)
            await _join(browser, node)
        return browser

    async def close(self) -> None:
        """Let go of all connections; workers and rooms go on."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

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
            connector = UnixConnector(path=str(self._sockets[name]), limit=0)
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
