"""Janus as Debian ships it: started with settings of our own, spoken to over its WebSocket.

VideoRoom, multistream: everybody has one connection to publish and one to receive all others,
as with ours. Encryption is what the clients offer, AES-GCM-128.
"""

import asyncio
import contextlib
import itertools
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.bench import sdp
from tests.bench.clients import CONNECT_WITHIN, MOST_RETRIES, Means, publishing, ssrcs
from tests.bench.connection import Connection, NotConnected, There
from tests.bench.processes import own_address

INSTALL = "sudo apt-get install janus"
MOST_PUBLISHERS = 16
_ASK_WITHIN = 30.0


def find() -> str | None:
    """Return the path of Janus, None when it is not installed."""
    return shutil.which("janus") or ("/usr/bin/janus" if Path("/usr/bin/janus").exists() else None)


def version() -> str:
    """Return the version of the Janus that is installed, "" without one."""
    found = find()
    if found is None:
        return ""
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return said.partition("(")[2].partition(")")[0]


def write_settings(folder: Path, port: int, event_loops: int) -> None:
    """Write a folder of settings: one address, one plugin, one API, no STUN."""
    libraries = next(iter(Path("/usr/lib").glob("*/janus")), Path("/usr/lib/janus"))
    loops = f"event_loops = {event_loops}" if event_loops else ""
    (folder / "janus.jcfg").write_text(f"""
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  events_folder = "{libraries}/events"
  loggers_folder = "{libraries}/loggers"
  debug_level = 2
  interface = "{own_address()}"
  session_timeout = 0
  {loops}
}}
media: {{ rtp_port_range = "20000-30000" }}
nat: {{ ice_enforce_list = "{own_address()}" full_trickle = false ice_nomination = "aggressive" }}
plugins: {{ disable = "{",".join(_others(libraries / "plugins", "libjanus_videoroom.so"))}" }}
transports: {{ disable = "{",".join(_others(libraries / "transports", "libjanus_websockets.so"))}" }}
""")
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ json = "compact" ws = true ws_port = {port} ws_ip = "127.0.0.1" }}\n'
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: {}\n")


def _others(folder: Path, wanted: str) -> list[str]:
    return [path.name for path in sorted(folder.glob("*.so")) if path.name != wanted]


class Refused(Exception):
    """Janus said no; the text is its own."""


class _Api:
    """One WebSocket, one session, many handles."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._session = 0
        self._http: ClientSession | None = None
        self._socket: ClientWebSocketResponse | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, url: str) -> Self:
        self._http = ClientSession()
        self._socket = await self._http.ws_connect(url, protocols=("janus-protocol",), max_msg_size=0)
        self._tasks.append(asyncio.get_running_loop().create_task(self._listen()))
        self._session = int((await self.ask(janus="create"))["data"]["id"])
        return self

    async def close(self) -> None:
        assert self._http is not None
        for task in self._tasks:
            task.cancel()
        await self._http.close()

    async def ask(self, **asked: Any) -> dict[str, Any]:
        """Return the answer, or the event that an acknowledged request leads to. Raises Refused."""
        assert self._socket is not None
        transaction = str(next(self._numbers))
        if self._session:
            asked["session_id"] = self._session
        future = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({**asked, "transaction": transaction})
        answer: dict[str, Any] = await asyncio.wait_for(future, _ASK_WITHIN)
        inner = answer.get("plugindata", {}).get("data", {})
        if answer["janus"] == "error" or "error" in inner:
            raise Refused(str(answer.get("error") or inner))
        return answer

    async def attach(self) -> int:
        answer = await self.ask(janus="attach", plugin="janus.plugin.videoroom")
        return int(answer["data"]["id"])

    async def say(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """Send a message to the plugin; return its whole event."""
        extra = {} if jsep is None else {"jsep": jsep}
        return await self.ask(janus="message", handle_id=handle, body=body, **extra)

    async def _listen(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type != WSMsgType.TEXT:
                continue
            said = message.json()
            if said["janus"] == "ack":
                continue
            future = self._waiting.pop(said.get("transaction", ""), None)
            if future is not None and not future.done():
                future.set_result(said)


class JanusClients:
    """Two connections each: one that publishes, one that receives all others."""

    def __init__(self, means: Means) -> None:
        self.connections: list[Connection] = []
        self._means = means
        self._api = _Api()
        self._feeds: dict[str, list[int]] = {}
        self._rooms: dict[str, asyncio.Task[int]] = {}

    async def dial(self, url: str) -> Self:
        await self._api.open(url)
        return self

    async def join(self, room: str, member: str) -> int:
        if room not in self._rooms:
            self._rooms[room] = asyncio.get_running_loop().create_task(self._create(room))
        number = await self._rooms[room]
        handle = await self._api.attach()
        joined = await self._api.say(handle, {"request": "join", "ptype": "publisher", "room": number})
        feed = int(joined["plugindata"]["data"]["id"])
        connection = await self._connection()
        offer = sdp.offer(connection, ssrcs(connection.index), slots=0)
        answered = await self._api.say(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        there, _ = sdp.read(answered["jsep"]["sdp"])
        await self._connect(handle, connection, there, controlling=True)
        self._means.engine.publish(connection.index, publishing(connection.index))
        self._feeds.setdefault(room, []).append(feed)
        return connection.index

    async def seat(self) -> None:
        turns = asyncio.Semaphore(8)

        async def one(room: str, feed: int) -> None:
            others = [each for each in self._feeds[room] if each != feed]
            async with turns:
                for _ in range(MOST_RETRIES):
                    with contextlib.suppress(TimeoutError, NotConnected):
                        return await self._subscribe(room, others)
                return await self._subscribe(room, others)

        async with asyncio.TaskGroup() as group:
            for room, feeds in self._feeds.items():
                for feed in feeds:
                    group.create_task(one(room, feed))

    async def close(self) -> None:
        await self._api.close()

    async def _create(self, room: str) -> int:
        handle = await self._api.attach()
        wanted = {
            "request": "create", "permanent": False, "publishers": MOST_PUBLISHERS, "bitrate": 2_500_000,
            "audiocodec": "opus", "videocodec": "vp8", "notify_joining": False,
        }  # fmt: skip
        answer = await self._api.say(handle, wanted)
        return int(answer["plugindata"]["data"]["room"])

    async def _connection(self) -> Connection:
        connection = await self._means.connection()
        self.connections.append(connection)
        return connection

    async def _connect(self, handle: int, connection: Connection, there: There, *, controlling: bool) -> None:
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await connection.connect(there, controlling=controlling)
        except (TimeoutError, NotConnected):
            # Or Janus would go on to forward to nobody, at its own cost.
            await self._api.ask(janus="detach", handle_id=handle)
            raise

    async def _subscribe(self, room: str, feeds: list[int]) -> None:
        number = await self._rooms[room]
        handle = await self._api.attach()
        streams = [{"feed": feed} for feed in feeds]
        body = {"request": "join", "ptype": "subscriber", "room": number, "streams": streams}
        offered = await self._api.say(handle, body)
        there, sections = sdp.read(offered["jsep"]["sdp"])
        connection = await self._connection()
        answer = {"type": "answer", "sdp": sdp.answer(connection, sections)}
        await self._api.say(handle, {"request": "start"}, answer)
        await self._connect(handle, connection, there, controlling=False)
