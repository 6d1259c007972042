"""One person's line: datagrams and TCP streams pass two `Way`s, up and down, in this process.

It stands on the loopback as the address that browsers are told; no network namespaces, no root and
no tc are needed, and what a packet meets is the same: delay, loss, rate, cuts, another address.
"""

import asyncio
import heapq
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Self

from tests.bench.lines_way import HELD_AT_MOST, Way, Weather, next_attempt

Address = tuple[str, int]
Deliver = Callable[[bytes], object]

SEGMENT = 1400
WINDOW = 0.2
"""Seconds of a slow line that TCP keeps in flight at most, before its sender has to wait."""


class Pipe:
    """One direction: what went in comes out when its `Way` says."""

    def __init__(self) -> None:
        self.way = Way()
        self._loop = asyncio.get_running_loop()
        self._order = count()
        self._waiting: list[tuple[float, int, bytes, Deliver]] = []
        self._held: list[tuple[bytes, Deliver]] = []
        self._timer: asyncio.TimerHandle | None = None
        self.open = asyncio.Event()
        self.open.set()

    def set(self, weather: Weather) -> None:
        """Change the weather; what a freeze held goes on at its end."""
        self.way.weather = weather
        if weather.is_cut or weather.is_frozen:
            self.open.clear()
            return
        self.open.set()
        held, self._held = self._held, []
        for packet, deliver in held:
            self.datagram(packet, deliver)

    def datagram(self, packet: bytes, deliver: Deliver) -> None:
        """Take a datagram."""
        if self.way.weather.is_frozen:
            if sum(len(each) for each, _ in self._held) < HELD_AT_MOST:
                self._held.append((packet, deliver))
            return
        due = self.way.datagram(len(packet), self._loop.time())
        if due is not None:
            self._put(due, packet, deliver)

    async def segment(self, piece: bytes, deliver: Deliver, not_before: float) -> float:
        """Take a piece of a stream, in order; return when it will come out."""
        first = self._loop.time()
        is_cut = self.way.weather.is_cut
        await self.open.wait()
        now = self._loop.time()
        if is_cut:
            await asyncio.sleep(next_attempt(first, now) - now)
            now = self._loop.time()
        due = max(not_before, self.way.segment(len(piece), now))
        self._put(due, piece, deliver)
        await asyncio.sleep(max(0.0, self.way.backlog(now) - WINDOW))
        return due

    def close(self) -> None:
        """Deliver nothing any more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _put(self, due: float, packet: bytes, deliver: Deliver) -> None:
        now = self._loop.time()
        if due <= now and not self._waiting:
            deliver(packet)
            return
        heapq.heappush(self._waiting, (due, next(self._order), packet, deliver))
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._waiting[0][0], self._flush) if self._waiting else None

    def _flush(self) -> None:
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, packet, deliver = heapq.heappop(self._waiting)
            deliver(packet)
        self._timer = None
        self._arm()


class _Ear(asyncio.DatagramProtocol):
    """Hands every datagram to `hear`."""

    def __init__(self, hear: Callable[[bytes, Address], None]) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._hear(data, addr)


class UdpDoor:
    """A port that stands for `target`; each client has an address of its own behind it."""

    def __init__(self, target: Address, up: Pipe, down: Pipe) -> None:
        self._target, self._up, self._down = target, up, down
        self._inner: asyncio.DatagramTransport | None = None
        self._outer: dict[Address, asyncio.DatagramTransport] = {}
        self._opening: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, target: Address, up: Pipe, down: Pipe) -> Self:
        """Listen on a free port."""
        door = cls(target, up, down)
        door._inner = await door._listen(door._outward)
        return door

    @property
    def port(self) -> int:
        """Where clients find it."""
        assert self._inner is not None
        return int(self._inner.get_extra_info("sockname")[1])

    def move(self) -> None:
        """Take another address towards the target; what is sent to the old one is lost."""
        for each in self._outer.values():
            each.close()
        self._outer.clear()

    def close(self) -> None:
        """Give every socket back."""
        self.move()
        if self._inner is not None:
            self._inner.close()

    async def _listen(self, hear: Callable[[bytes, Address], None]) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(hear), local_addr=("127.0.0.1", 0))
        return transport

    def _outward(self, packet: bytes, client: Address) -> None:
        self._up.datagram(packet, partial(self._send, client))

    def _send(self, client: Address, packet: bytes) -> None:
        way = self._outer.get(client)
        if way is not None:
            way.sendto(packet, self._target)
            return
        task = asyncio.get_running_loop().create_task(self._begin(client, packet))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _begin(self, client: Address, packet: bytes) -> None:
        way = await self._listen(lambda data, _: self._down.datagram(data, partial(self._back, client)))
        known = self._outer.setdefault(client, way)
        if known is not way:
            way.close()
        known.sendto(packet, self._target)

    def _back(self, client: Address, packet: bytes) -> None:
        if self._inner is not None and not self._inner.is_closing():
            self._inner.sendto(packet, client)


class TcpDoor:
    """A port that stands for `target`."""

    def __init__(self, target: Address, up: Pipe, down: Pipe) -> None:
        self._target, self._up, self._down = target, up, down
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @classmethod
    async def open(cls, target: Address, up: Pipe, down: Pipe) -> Self:
        """Listen on a free port."""
        door = cls(target, up, down)
        door._server = await asyncio.start_server(door._attend, "127.0.0.1", 0)
        return door

    @property
    def port(self) -> int:
        """Where clients find it."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Break every stream."""
        if self._server is not None:
            self._server.close()
        for each in self._writers:
            each.close()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(
            self._copy(reader, far_writer, self._up),
            self._copy(far_reader, writer, self._down),
            return_exceptions=True,
        )
        self._writers -= {writer, far_writer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pipe: Pipe) -> None:
        due = 0.0
        try:
            while piece := await reader.read(SEGMENT):
                due = await pipe.segment(piece, writer.write, due)
        finally:
            left = due - asyncio.get_running_loop().time()
            await asyncio.sleep(max(0.0, left))
            writer.close()


class Line:
    """Everything of one person: both directions and the doors they go through."""

    def __init__(self) -> None:
        self.up, self.down = Pipe(), Pipe()
        self._doors: list[UdpDoor | TcpDoor] = []

    async def udp(self, target: Address) -> UdpDoor:
        """Open a door for datagrams."""
        door = await UdpDoor.open(target, self.up, self.down)
        self._doors.append(door)
        return door

    async def tcp(self, target: Address) -> TcpDoor:
        """Open a door for streams."""
        door = await TcpDoor.open(target, self.up, self.down)
        self._doors.append(door)
        return door

    def set(self, up: Weather, down: Weather) -> None:
        """Change the weather of both directions."""
        self.up.set(up)
        self.down.set(down)

    def move(self) -> None:
        """Another network: every door for datagrams has another address behind it."""
        for each in self._doors:
            if isinstance(each, UdpDoor):
                each.move()

    def close(self) -> None:
        """Leave nothing open."""
        for each in self._doors:
            each.close()
        self.up.close()
        self.down.close()
