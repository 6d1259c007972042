"""The door of the media port: who is let in, and that nothing sent to it can break it."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator

import pytest
from aioice import stun

from signaling.passthrough import NativePort, police
from signaling.passthrough.datagrams import Cell
from signaling.passthrough.inside import Address
from signaling.passthrough.police import Budget
from signaling.passthrough.port import MediaPort, find_ufrag, is_stun
from tests.signaling.both_paths import needs_compiler
from tests.signaling.loopback_client import open_files, until


class Guest:
    """A connection that writes down what reaches it."""

    ufrag = "guest"

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.stun: list[bytes] = []
        self.held: list[bytes] = []
        self.waits_for = b""
        self.ticks = 0
        self.budget = Budget()
        self.came = asyncio.Event()

    def take(self, packet: bytes, now: float) -> None:
        self.taken.append(packet)
        self.came.set()
        if packet == b"\x80boom":
            raise RuntimeError

    def take_media(self, cell: Cell, size: int, now: float) -> None:
        self.take(cell.buffer[:size], now)

    def take_stun(self, packet: bytes, address: Address) -> None:
        self.stun.append(packet)
        self.came.set()
        stun.parse_message(packet)

    def hold(self, packet: bytes, address: Address) -> bool:
        if self.held:
            return False
        self.held.append(packet)
        return True

    def asked(self, transaction: bytes) -> bool:
        return transaction == self.waits_for

    def tick(self, now: float) -> None:
        self.ticks += 1
        if self.ticks == 1:
            raise RuntimeError


@pytest.fixture(params=["batches", "singly", pytest.param("native", marks=needs_compiler)])
async def port(request: pytest.FixtureRequest) -> AsyncIterator[MediaPort]:
    if request.param == "native":
        opened: MediaPort = await NativePort.open("127.0.0.1", 0)
    else:
        opened = await MediaPort.open("127.0.0.1", 0, batches=request.param == "batches")
    yield opened
    opened.close()


@pytest.fixture
def stranger() -> "socket.socket":
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def binding_request(name: str) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = name
    message.add_message_integrity(b"x" * 22)
    return bytes(message)


async def reach(port: MediaPort, sender: socket.socket, *packets: bytes) -> None:
    before = port.counts["received"]
    for packet in packets:
        sender.sendto(packet, port.address)
    await until(lambda: port.counts["received"] >= before + len(packets))


async def test_strangers_are_dropped_and_counted(port: MediaPort, stranger: socket.socket) -> None:
    guest = Guest()
    port.join(guest)
    hello = b"\x16\xfe\xff" + bytes(60)
    await reach(port, stranger, hello, b"\x15\xfe\xff" + bytes(12), b"\x80" * 20, b"", b"\x00")
    assert port.counts["strangers"] == 5
    assert not guest.taken
    stranger.close()


async def test_a_verified_address_is_let_in_until_its_owner_leaves(port: MediaPort, stranger: socket.socket) -> None:
    guest = Guest()
    port.join(guest)
    stranger.bind(("127.0.0.1", 0))
    port.expect(stranger.getsockname(), guest)
    await reach(port, stranger, b"\x16early", b"\x16again")
    assert guest.held == [b"\x16early"]
    assert (port.counts["early"], port.counts["strangers"]) == (1, 0)
    port.verify(stranger.getsockname(), guest)
    await reach(port, stranger, b"\x80one", b"\x80boom", b"\x80two")
    assert guest.taken == [b"\x80one", b"\x80boom", b"\x80two"]
    assert port.counts["malformed"] == 1
    port.leave(guest)
    port.verify(stranger.getsockname(), guest)
    await reach(port, stranger, b"\x80three")
    assert len(guest.taken) == 3
    assert port.counts["strangers"] == 1
    stranger.close()


async def test_stun_finds_its_connection_by_name_or_by_transaction(port: MediaPort, stranger: socket.socket) -> None:
    guest = Guest()
    port.join(guest)
    await reach(port, stranger, binding_request("guest:them"), binding_request("other:them"), binding_request("guest"))
    assert len(guest.stun) == 2
    assert port.counts["unknown_stun"] == 1
    answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)
    await reach(port, stranger, bytes(answer))
    assert port.counts["unknown_stun"] == 2
    guest.waits_for = answer.transaction_id
    await reach(port, stranger, bytes(answer))
    assert len(guest.stun) == 3
    stranger.close()


async def test_nothing_sent_to_it_breaks_it(
    port: MediaPort, stranger: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(police, "FROM_ONE", 1000)
    monkeypatch.setattr(police, "CHECKS", 1000)
    guest = Guest()
    port.join(guest)
    chance = random.Random(7)
    good = binding_request("guest:them")
    packets = [b"", bytes(2000)]
    for _ in range(200):
        bent = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            bent[chance.randrange(20, len(bent))] = chance.randrange(256)
        packets.append(bytes(bent[: chance.randrange(20, len(bent) + 1)]))
        packets.append(os.urandom(chance.randrange(1, 60)))
    await reach(port, stranger, *packets)
    await reach(port, stranger, good)
    assert guest.stun[-1] == good
    assert port.counts["malformed"]
    stranger.close()


async def test_a_tick_that_fails_does_not_stop_the_clock(port: MediaPort) -> None:
    guest = Guest()
    port.join(guest)
    await until(lambda: guest.ticks >= 3)


async def test_closing_gives_everything_back() -> None:
    before = open_files()
    port = await MediaPort.open("127.0.0.1", 0)
    with pytest.raises(OSError, match="use"):
        await MediaPort.open("127.0.0.1", port.address[1])
    port.join(Guest())
    port.close()
    port.close()
    assert open_files() == before
    assert not port.callers
    assert not port.send(b"late", ("127.0.0.1", 9))


async def test_a_wildcard_must_say_what_to_announce() -> None:
    with pytest.raises(ValueError, match="announced"):
        await MediaPort.open("0.0.0.0", 0)
    port = await MediaPort.open("0.0.0.0", 0, ("203.0.113.7",))
    assert port.announced == ("203.0.113.7",)
    port.close()


async def test_what_cannot_be_sent_is_counted(port: MediaPort) -> None:
    assert not port.send(bytes(70_000), ("127.0.0.1", 9))
    assert port.counts["unsent"] == 1


def test_stun_is_told_by_its_cookie() -> None:
    assert is_stun(binding_request("a:b"))
    assert not is_stun(b"\x00\x01" + bytes(30))
    assert not is_stun(b"\x16" + binding_request("a:b")[1:])
    assert find_ufrag(binding_request("abc:def")) == "abc"
    assert find_ufrag(bytes(20)) == ""
    assert find_ufrag(bytes(20) + b"\x00\x06\xff\xffab") == "ab"
