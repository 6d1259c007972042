"""What the generator asks of a server, whichever it is; and ours, by its control socket."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Protocol, Self

from aiortc import RTCCertificate

from tests.bench import sdp
from tests.bench.connection import Connection
from tests.bench.engine import Engine, Publishing

CONNECT_WITHIN = 10.0
MOST_RETRIES = 2
"""Once in some hundred joins libnice and aioice do not find together, on a busy machine."""


@dataclass(frozen=True)
class Means:
    """What clients are made of; one certificate for all, because making one costs more than joining."""

    engine: Engine
    certificate: RTCCertificate

    async def connection(self) -> Connection:
        return await Connection(self.engine, self.certificate).open()


def ssrcs(index: int) -> tuple[int, int]:
    """Return a client's own numbers for sound and picture."""
    return 0x10000000 + 2 * index, 0x10000001 + 2 * index


def publishing(index: int) -> Publishing:
    """Return what a client sends under; as `sdp.offer` says it."""
    audio, video = ssrcs(index)
    return Publishing(audio, sdp.OPUS, video, sdp.VP8, sdp.LEVEL_ID, sdp.TIME_ID, sdp.MID_ID)


class Clients(Protocol):
    """Everybody who takes part, at one server."""

    connections: list[Connection]
    """Every connection that was made."""

    async def join(self, room: str, member: str) -> int:
        """Let one more person come in; return the index under which the engine sends for it."""
        ...

    async def seat(self) -> None:
        """Let everybody hear and see everybody else of the same room."""

    async def close(self) -> None:
        """Leave."""


class OurClients:
    """One connection each: microphone, picture, and slots to receive."""

    def __init__(self, means: Means, slots: int) -> None:
        self.connections: list[Connection] = []
        self._means = means
        self._slots = slots
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def dial(self, path: str) -> Self:
        self._streams = await asyncio.open_unix_connection(path, limit=1 << 20)
        return self

    async def _ask(self, **asked: Any) -> dict[str, Any]:
        assert self._streams is not None
        reader, writer = self._streams
        async with self._turn:
            writer.write(json.dumps(asked).encode() + b"\n")
            line = await reader.readline()
        if not line:
            raise ConnectionError("the server hung up")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def join(self, room: str, member: str) -> int:
        connection = await self._means.connection()
        self.connections.append(connection)
        offer = sdp.offer(connection, ssrcs(connection.index), self._slots)
        answered = await self._ask(join=member, room=room, sdp=offer)
        there, _ = sdp.read(answered["sdp"])
        async with asyncio.timeout(CONNECT_WITHIN):
            await connection.connect(there, controlling=True)
        self._means.engine.publish(connection.index, publishing(connection.index))
        return connection.index

    async def seat(self) -> None:
        await self._ask(seat=True)

    async def record(self, *, on: bool) -> None:
        await self._ask(record=on)

    async def close(self) -> None:
        assert self._streams is not None
        self._streams[1].close()
