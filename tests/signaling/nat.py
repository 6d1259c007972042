"""A router on loopback between browsers and the port: it loses packets and changes address."""

import asyncio
import random
import re
from typing import Self

Address = tuple[str, int]


class _Inner(asyncio.DatagramProtocol):
    def __init__(self, nat: "Nat") -> None:
        self.nat = nat

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.nat.outward(data, addr)


class _Outer(asyncio.DatagramProtocol):
    def __init__(self, nat: "Nat", client: Address) -> None:
        self.nat = nat
        self.client = client

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.nat.inward(data, self.client)


class Nat:
    """Stands for the server towards browsers; `loss` is a share from 0 to 1, each way."""

    def __init__(self, server: Address) -> None:
        self.loss = 0.0
        self.lost = 0
        self._server = server
        self._chance = random.Random(3)
        self._inner: asyncio.DatagramTransport | None = None
        self._outer: dict[Address, asyncio.DatagramTransport] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._old: list[asyncio.DatagramTransport] = []

    @classmethod
    async def open(cls, server: Address) -> Self:
        """Listen on a free port."""
        nat = cls(server)
        loop = asyncio.get_running_loop()
        nat._inner, _ = await loop.create_datagram_endpoint(lambda: _Inner(nat), local_addr=("127.0.0.1", 0))
        return nat

    @property
    def address(self) -> Address:
        """Where browsers find it."""
        assert self._inner is not None
        found: Address = self._inner.get_extra_info("sockname")
        return found

    def behind(self, offer: str) -> str:
        """Hide the browser's own addresses, as a router would."""
        return re.sub(r"a=candidate:.*\r\n", "", offer)

    def before(self, answer: str) -> str:
        """Put the router's port in the place of the server's."""
        return answer.replace(f" {self._server[1]} ", f" {self.address[1]} ")

    def move(self) -> None:
        """Take another address towards the server, as after a change of network."""
        self._old += self._outer.values()
        self._outer.clear()

    def close(self) -> None:
        """Give every socket back."""
        for each in [self._inner, *self._outer.values(), *self._old]:
            if each is not None:
                each.close()

    def outward(self, packet: bytes, client: Address) -> None:
        """Browser to server."""
        way = self._outer.get(client)
        if way is None:
            task = asyncio.get_running_loop().create_task(self._open(client, packet))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        elif not self._loses():
            way.sendto(packet, self._server)

    def inward(self, packet: bytes, client: Address) -> None:
        """Server to browser."""
        if self._inner is not None and not self._loses():
            self._inner.sendto(packet, client)

    async def _open(self, client: Address, packet: bytes) -> None:
        loop = asyncio.get_running_loop()
        way, _ = await loop.create_datagram_endpoint(lambda: _Outer(self, client), local_addr=("127.0.0.1", 0))
        known = self._outer.setdefault(client, way)
        if known is not way:
            way.close()
        known.sendto(packet, self._server)

    def _loses(self) -> bool:
        is_lost = self._chance.random() < self.loss
        self.lost += is_lost
        return is_lost
