"""Floods: from strangers and from a member. Who floods hurts only himself."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from aioice import stun

from signaling.passthrough import police
from signaling.passthrough import port as door
from signaling.passthrough.datagrams import BATCH, Cell
from signaling.passthrough.inside import Address
from signaling.passthrough.police import BURST, CHECKS, FROM_ONE, PACKET, RATE, STRANGERS, Budget, Strangers
from signaling.passthrough.port import MediaPort
from tests.signaling.loopback_client import until

TURNS, GARBAGE = 1000, 50
"""50,000 packets of garbage each way beside a thousand honest ones."""


class Member:
    """A connection that counts; media begins with 0x80."""

    def __init__(self, name: str) -> None:
        self.ufrag = name
        self.budget = Budget()
        self.media: list[bytes] = []
        self.stun = 0

    def take_media(self, cell: Cell, size: int, now: float) -> None:
        self.media.append(cell.buffer[:size])

    def take(self, packet: bytes, now: float) -> None:
        self.media.append(packet)

    def take_stun(self, packet: bytes, address: Address) -> None:
        self.stun += 1

    def hold(self, packet: bytes, address: Address) -> bool:
        return False

    def asked(self, transaction: bytes) -> bool:
        return False

    def tick(self, now: float) -> None:
        return None


@pytest.fixture(params=[True, False], ids=["batches", "singly"])
async def port(request: pytest.FixtureRequest) -> AsyncIterator[MediaPort]:
    opened = await MediaPort.open("127.0.0.1", 0, batches=request.param)
    yield opened
    opened.close()


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    made = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
    for each in made:
        each.bind(("127.0.0.1", 0))
    yield made
    for each in made:
        each.close()


def check(name: str) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = name
    return bytes(message)


async def test_a_flood_from_strangers_and_a_member_takes_nothing_from_another(
    port: MediaPort, sockets: list[socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No room comes back: what each may send does not depend on how long this takes.
    monkeypatch.setattr(police, "RATE", 0)
    honest, flooder = Member("honest"), Member("flooder")
    for member, sock in zip((honest, flooder), sockets, strict=False):
        port.join(member)
        port.verify(sock.getsockname(), member)
    mine, his, stranger = sockets
    noise = [b"\x80" + os.urandom(59), b"\x16\xfe\xfd" + os.urandom(57), os.urandom(60), check("nobody:x")]
    for turn in range(TURNS):
        for each in range(GARBAGE):
            his.sendto(b"\x80" + bytes(59), port.address)
            stranger.sendto(noise[each % len(noise)], port.address)
        mine.sendto(b"\x80" + turn.to_bytes(2, "big"), port.address)
        wanted = (turn + 1) * (2 * GARBAGE + 1)
        while port.counts["received"] < wanted:  # noqa: ASYNC110 - the kernel's buffer is small: read before more is sent
            await asyncio.sleep(0)
    assert honest.media == [b"\x80" + turn.to_bytes(2, "big") for turn in range(TURNS)]
    assert len(flooder.media) <= BURST // (60 + PACKET) + 1
    counts = port.counts
    assert counts["policed"] == TURNS * GARBAGE - len(flooder.media) == flooder.budget.refused
    from_strangers = counts["strangers"] + counts["unknown_stun"] + counts["refused_stun"]
    assert from_strangers == TURNS * GARBAGE
    assert honest.budget.refused == 0


async def test_a_stranger_who_floods_does_not_keep_a_newcomer_out(
    port: MediaPort, sockets: list[socket.socket]
) -> None:
    member = Member("member")
    port.join(member)
    flooding, coming, _ = sockets
    for _ in range(FROM_ONE + 50):
        flooding.sendto(check("nobody:x"), port.address)
    await until(lambda: port.counts["received"] == FROM_ONE + 50)
    assert port.counts["refused_stun"] >= 1
    coming.sendto(check("member:x"), port.address)
    await until(lambda: member.stun == 1)


async def test_a_busy_port_is_read_by_the_clock_and_an_idle_one_at_once(
    port: MediaPort, sockets: list[socket.socket]
) -> None:
    member = Member("member")
    port.join(member)
    port.verify(sockets[0].getsockname(), member)
    sent = 0
    async with asyncio.timeout(20):
        while port._resting is None:
            for _ in range(2 * door.BUSY):
                sockets[0].sendto(b"\x80" + sent.to_bytes(4, "big"), port.address)
                sent += 1
            await asyncio.sleep(door.TICK / 2)
    sockets[0].sendto(b"\x80last", port.address)
    await until(lambda: member.media[-1] == b"\x80last")
    await until(lambda: port._resting is None)
    sockets[0].sendto(b"\x80more", port.address)
    await until(lambda: member.media[-1] == b"\x80more")
    port.leave(member)
    await until(lambda: port._timer is None)
    assert port._resting is None


async def test_a_port_closed_in_the_middle_of_a_batch_reads_no_more(
    port: MediaPort, sockets: list[socket.socket]
) -> None:
    class Closing(Member):
        def take_media(self, cell: Cell, size: int, now: float) -> None:
            super().take_media(cell, size, now)
            port.close()

    member = Closing("member")
    port.join(member)
    port.verify(sockets[0].getsockname(), member)
    for _ in range(3 * BATCH):
        sockets[0].sendto(b"\x80now", port.address)
    await until(lambda: member.media)
    received = port.counts["received"]
    port._drain_and_rest()
    await asyncio.sleep(3 * door.REST)
    assert port.counts["received"] == received <= BATCH
    assert port._resting is None


def test_room_comes_back_with_time_and_never_beyond() -> None:
    budget = Budget()
    budget.room = 0
    budget.pass_time(0.1)
    assert budget.room == pytest.approx(RATE * 0.1)
    budget.pass_time(100)
    assert budget.room == BURST


def test_checks_are_limited_for_each_person() -> None:
    budget = Budget()
    assert sum(budget.may_check() for _ in range(CHECKS + 10)) == CHECKS
    assert budget.refused == 10
    budget.pass_time(0.5)
    assert sum(budget.may_check() for _ in range(CHECKS)) == CHECKS // 2


def test_strangers_are_limited_together_and_forgotten() -> None:
    strangers = Strangers()
    heard = sum(strangers.may_speak(each.to_bytes(6, "big")) for each in range(STRANGERS + 500))
    assert heard == STRANGERS
    assert len(strangers._seen) <= STRANGERS
    strangers.pass_time(1.0)
    assert not strangers._seen
    assert strangers.may_speak(b"again!")
