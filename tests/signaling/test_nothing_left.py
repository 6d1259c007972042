"""A thousand people come and go: nothing of them stays in the process."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.bench import servers
from tests.bench.processes import own_address, run_time
from tests.signaling.both_paths import needs_compiler
from tests.signaling.loopback_client import Client, until

MANY = 1000
FIRST = 100
"""What is loaded on demand, and what is kept for the next one, is there after these."""
AT_ONCE = 4
ROOMS = 25
GROWTH = 4e6
"""Bytes of memory; a connection holds some 700,000 while it is there."""

Ask = Callable[..., Awaitable[dict[str, Any]]]


@asynccontextmanager
async def asking(path: str) -> AsyncIterator[Ask]:
    """Give the way to ask the server."""
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 20)
    turn = asyncio.Lock()

    async def ask(**asked: object) -> dict[str, Any]:
        async with turn:
            writer.write(json.dumps(asked).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await reader.readline())
        return answer

    yield ask
    writer.close()


async def come_and_go(ask: Ask, number: int) -> None:
    client, room, member = Client(None, slots=4), f"r{number % ROOMS}", f"m{number}"
    answer = await ask(join=member, room=room, sdp=await client.offer())
    await client.accept(answer["sdp"])
    await until(lambda: client.pc.connectionState == "connected", 30)
    await ask(leave=member, room=room)
    await client.pc.close()


async def come_and_go_all(ask: Ask, numbers: range) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with turns:
            await come_and_go(ask, number)

    async with asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(one(number))


@pytest.mark.slow
@pytest.mark.alone("nothing left")
@pytest.mark.parametrize("server", ["python", pytest.param("native", marks=needs_compiler)])
async def test_a_thousand_joins_leave_nothing_behind(server: str, request: pytest.FixtureRequest) -> None:
    if own_address().startswith("127."):
        pytest.skip("this machine has no address but loopback, which browsers and aiortc do not offer")
    async with servers.running(server, os.sched_getaffinity(0)) as there, asking(there.address) as ask:
        await come_and_go_all(ask, range(FIRST))
        before, spent = await ask(held=True), run_time(there.pid)
        await come_and_go_all(ask, range(FIRST, FIRST + MANY))
        after, spent = await ask(held=True), run_time(there.pid) - spent
    request.node.user_properties += [("before", before), ("after", after), ("server ms each", spent / 1e6 / MANY)]
    for what in ("files", "threads", "tasks", "peers"):
        assert after[what] == before[what], what
    assert before["peers"] == 0
    assert after["memory"] - before["memory"] < GROWTH
