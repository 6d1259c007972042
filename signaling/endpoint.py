"""From a WebSocket to the hub and back. Knows the wire, the limits and the clock, no rules.

A browser that breaks a limit loses its own WebSocket and nothing else. Each WebSocket has one
reader (the request's own task) and one writer; what the room says never waits for a slow line,
because only the newest state and the newest tick are kept for it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from aiohttp import WSCloseCode, WSMsgType, web

from signaling.answers import Bye, Captioned, ServerMessage, State, Tick, write
from signaling.errors import BadTicket, BrokenProtocol
from signaling.events import Device
from signaling.hub import Hub
from signaling.messages import (
    BAD_TICKET,
    CLOSE_CODES,
    MAX_OFFER,
    ByeCode,
    Command,
    Hello,
    parse,
)
from signaling.tickets import Ticket, verify

HELLO_WITHIN = 5.0
SILENT_AFTER = 10.0
"""Seconds without a message; a browser pings every two."""

WRITE_WITHIN = 10.0
PER_SECOND = 30
BURST = 60
MAX_UNSENT = 100

_log = logging.getLogger(__name__)


class Bucket:
    """Allows `BURST` messages at once and `PER_SECOND` in the long run."""

    def __init__(self, now: float) -> None:
        self._tokens, self._at = float(BURST), now

    def take(self, now: float) -> None:
        """Count one message at `now` (seconds), or raise BrokenProtocol too_fast."""
        self._tokens = min(float(BURST), self._tokens + (now - self._at) * PER_SECOND)
        self._at = now
        if self._tokens < 1:
            raise BrokenProtocol("too_fast")
        self._tokens -= 1


class Line:
    """The writing half of one WebSocket; the hub's `Outlet`."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._unsent: deque[ServerMessage] = deque()
        self._is_wanted = asyncio.Event()
        self._close_code: int | None = None

    def send(self, message: ServerMessage) -> None:
        """Send when the line allows; an older unsent state or tick is replaced, of captions the last three wait."""
        if self._close_code is not None:
            return
        for each in self._stale(message):
            self._unsent.remove(each)
        self._unsent.append(message)
        self._is_wanted.set()
        if len(self._unsent) > MAX_UNSENT:
            self._unsent.clear()
            self.close(ByeCode.BROKEN, "too_slow")

    def _stale(self, message: ServerMessage) -> list[ServerMessage]:
        if not isinstance(message, (State, Tick, Captioned)):
            return []
        # What could not be sent in time is not worth reading late; a browser shows three captions at most.
        kept = 2 if isinstance(message, Captioned) else 0
        unsent: list[ServerMessage] = [each for each in self._unsent if type(each) is type(message)]
        return unsent[: max(0, len(unsent) - kept)]

    def close(self, code: ByeCode, ground: str | None = None, close_code: int | None = None) -> None:
        """Say what is still unsent, then goodbye, then close. Closing twice is closing once."""
        if self._close_code is None:
            self._unsent.append(Bye(code=code, ground=ground))
            self._close_code = close_code or CLOSE_CODES[code]
            self._is_wanted.set()

    def gone(self) -> None:
        """Stop: the other side is not there any more."""
        self._unsent.clear()
        self._close_code = self._close_code or WSCloseCode.GOING_AWAY
        self._is_wanted.set()

    async def write_out(self) -> None:
        """Write until closed; then close the WebSocket."""
        while True:
            await self._is_wanted.wait()
            self._is_wanted.clear()
            try:
                async with asyncio.timeout(WRITE_WITHIN):
                    while self._unsent:
                        await self._socket.send_str(write(self._unsent.popleft()))
                    if self._close_code is not None:
                        await self._socket.close(code=self._close_code)
                        return
            except (TimeoutError, ConnectionError, RuntimeError):
                # Nobody reads. Cutting the line wakes the reader, who tells the room.
                self._abort()
                return

    def _abort(self) -> None:
        transport = self._socket.get_extra_info("transport") or None
        self._close_code = self._close_code or WSCloseCode.ABNORMAL_CLOSURE
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class Endpoint:
    """Receives browsers for one hub. `key` is what tickets are signed with."""

    def __init__(self, hub: Hub, key: bytes, now: Callable[[], datetime]) -> None:
        self._hub = hub
        self._key = key
        self._now = now

    async def attend(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one WebSocket from hello to goodbye."""
        socket = web.WebSocketResponse(max_msg_size=2 * MAX_OFFER, compress=False, timeout=2.0)
        await socket.prepare(request)
        line = Line(socket)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(line.write_out())
            try:
                await self._converse(socket, line)
            except BrokenProtocol as broken:
                line.close(ByeCode.BROKEN, broken.code)
            except BadTicket as bad:
                is_late = bad.code in ("early", "expired")
                code = ByeCode.EXPIRED if is_late else ByeCode.BROKEN
                line.close(code, bad.code, close_code=BAD_TICKET)
            finally:
                if socket.closed:
                    line.gone()
        return socket

    async def _converse(self, socket: web.WebSocketResponse, line: Line) -> None:
        hello, ticket = await self._greet(socket)
        place = await self._hub.enter(ticket, line, Device(hello.device, hello.browser, hello.again))
        if place is None:
            return
        bucket = Bucket(asyncio.get_running_loop().time())
        try:
            while (text := await _receive(socket, SILENT_AFTER)) is not None:
                bucket.take(asyncio.get_running_loop().time())
                await self._hub.say(place, _command(text))
            # A frozen tab or a dead line is nobody's fault: no goodbye, it may come back.
            line.gone()
        finally:
            self._hub.leave(place)

    async def _greet(self, socket: web.WebSocketResponse) -> tuple[Hello, Ticket]:
        text = await _receive(socket, HELLO_WITHIN)
        if text is None:
            raise BrokenProtocol("no_hello")
        hello = parse(text)
        if not isinstance(hello, Hello):
            raise BrokenProtocol("no_hello")
        return hello, verify(hello.ticket, self._key, self._now())


def _command(text: str) -> Command:
    message = parse(text)
    if isinstance(message, Hello):
        raise BrokenProtocol("hello_twice")
    return message


async def _receive(socket: web.WebSocketResponse, patience: float) -> str | None:
    """The next text; None when the other side closed or kept silent too long."""
    try:
        message = await socket.receive(timeout=patience)
    except TimeoutError:
        return None
    match message.type:
        case WSMsgType.TEXT:
            return str(message.data)
        case WSMsgType.BINARY:
            raise BrokenProtocol("not_text")
        case _:
            return None
