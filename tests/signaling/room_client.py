"""A browser's stand-in: a WebSocket that speaks the protocol, and a real aiortc client."""

import asyncio
import json
from typing import Any, Self

from aiohttp import ClientSession, ClientWebSocketResponse, UnixConnector, WSMsgType

from tests.signaling.loopback_client import Client

WITHIN = 45.0


class Guest:
    """One person with a ticket. Keeps the newest state; pings like a browser."""

    def __init__(self, ticket: str, brightness: int = 60) -> None:
        self.ticket = ticket
        self.brightness = brightness
        self.state: dict[str, Any] = {}
        self.slots: dict[str, int] = {}
        self.bye: dict[str, Any] | None = None
        self.refusals: list[str] = []
        self.ticks = 0
        self.durable_seconds = 0.0
        self.client: Client | None = None
        self.connection = 0
        self._news = asyncio.Event()
        self._answer: asyncio.Future[str] | None = None
        self._session: ClientSession | None = None
        self._socket: ClientWebSocketResponse | None = None
        self._beside: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        if self.client is not None:
            await self.client.pc.close()

    async def dial(self, path: str) -> None:
        """Connect to a worker's Unix socket and say hello."""
        await self._dial(ClientSession(connector=UnixConnector(path=path)), "http://worker/ws")

    async def dial_url(self, url: str) -> None:
        """Connect by way of a web process and say hello."""
        await self._dial(ClientSession(), url)

    async def _dial(self, session: ClientSession, url: str) -> None:
        self.bye, self.state, self._session = None, {}, session
        async with asyncio.timeout(WITHIN):
            self._socket = await session.ws_connect(url)
        await self.say("hello", ticket=self.ticket, device="stand-in")
        loop = asyncio.get_running_loop()
        self._beside = [loop.create_task(self._listen()), loop.create_task(self._ping())]

    async def hang_up(self) -> None:
        """Break the WebSocket; media goes on."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def say(self, kind: str, **fields: object) -> None:
        """Send one message."""
        assert self._socket is not None
        await self._socket.send_json({"type": kind, **fields})

    async def connect(self) -> None:
        """Make a new media connection and take it into use."""
        before, self.client = self.client, Client(self.brightness, slots=7)
        self.connection += 1
        self._answer = asyncio.get_running_loop().create_future()
        await self.say("offer", sdp=await self.client.offer(), connection=self.connection)
        async with asyncio.timeout(WITHIN):
            await self.client.accept(await self._answer)
        await self.until(lambda: self.status == "connected")
        if before is not None:
            await before.pc.close()

    @property
    def status(self) -> str | None:
        """One's own status, as last told."""
        return str(self.state["you"]["status"]) if self.state else None

    @property
    def recording(self) -> tuple[str, bool] | None:
        """State of the recording, and whether it is proven."""
        if not self.state:
            return None
        return self.state["recording"]["state"], self.state["recording"]["proven"]

    async def until(self, is_so: Any) -> None:
        """Wait until what was heard makes it so."""
        async with asyncio.timeout(WITHIN):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def see(self, other: "Guest", code: str) -> None:
        """Wait until the other's picture is in the seat that was announced."""
        await self.until(lambda: code in self.slots)
        assert self.client is not None
        await self.client.see_brightness(self.slots[code], other.brightness)

    async def _listen(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                self._take(json.loads(message.data))
                self._news.set()

    def _take(self, fields: dict[str, Any]) -> None:
        match fields["type"]:
            case "state":
                self.state = fields
            case "answer" if fields["connection"] == self.connection and self._answer:
                self._answer.set_result(fields["sdp"])
            case "slots":
                self.slots = {each["member"]: each["slot"] for each in fields["seats"]}
            case "refused":
                self.refusals.append(fields["code"])
            case "bye":
                self.bye = fields
            case "tick":
                self.ticks += 1
                self.durable_seconds = fields["durable_seconds"]
            case _:
                pass

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self.say("ping")
