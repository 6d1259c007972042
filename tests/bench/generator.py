"""The load generator: a process of its own, on a core of its own.

`python -m tests.bench.generator TASK`, TASK being a Task as JSON; prints a Result as JSON.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from aiortc import RTCCertificate

from tests.bench import film
from tests.bench.clients import MOST_RETRIES, Clients, Means, OurClients
from tests.bench.connection import NotConnected
from tests.bench.engine import Engine
from tests.bench.janus import JanusClients
from tests.bench.processes import busy_seconds, resident, run_time

WARM_FOR = 1.5
FLOWS_WITHIN = 20.0
AT_ONCE = 8
STORM_ROOM = 6
CARRIED_LOSS = 0.001
CARRIED_SHARE = 0.98
SILENCE = 2.0
SETTLED_AFTER = 2.0
"""Seconds in which every file is opened and proven, or closed and read back."""


@dataclass(frozen=True)
class Task:
    """What to do to which server; where it is, is filled in when it has been started.

    `steps`: how many of the rooms speak, one after the other, each for `seconds`.
    `until_full`: stop at the first step that the server cannot carry.
    `pairs`: so many times, measure unrecorded and then recorded, in turn.
    `storm`: how many more connections join while the (only) step is measured.
    `balance`: at the end let everybody speak once more for so many seconds, from silence to
    silence, so that what was sent and what arrived can be compared to the packet.
    `is_film`: send real sound and picture, for a server that looks inside.
    `is_ticking`: look for packets every half millisecond instead of being woken by them.
    """

    rooms: int
    parties: int
    seconds: float
    steps: tuple[int, ...] = ()
    until_full: bool = False
    pairs: int = 0
    storm: int = 0
    balance: float = 0.0
    is_film: bool = False
    is_ticking: bool = False
    api: str = ""
    address: str = ""
    pid: int = 0
    core: int = -1


@dataclass
class Figures:
    """What was seen during one step."""

    rooms: int
    seconds: float
    offered: float
    delivered: float
    megabits: float
    lost: int
    cpu_us: float
    server_cores: float
    generator_cores: float
    others_cores: float
    p50_ms: float
    p99_ms: float
    worst_ms: float
    counts: dict[str, int] = field(default_factory=dict)
    joined: int = 0

    @property
    def loss(self) -> float:
        """Share of packets that did not arrive, by their numbers."""
        return self.lost / max(1, self.lost + self.counts["received"])

    @property
    def is_full(self) -> bool:
        """Whether the server no longer carries the load."""
        return self.loss > CARRIED_LOSS or self.delivered < CARRIED_SHARE * self.offered


@dataclass
class Result:
    """What came of a Task; memory in bytes. The last three are of its balance."""

    connections: int
    join_cpu_ms: float
    memory_before: int
    memory_after: int
    steps: list[Figures] = field(default_factory=list)
    sent: int = 0
    expected: int = 0
    arrived: int = 0


class Moment:
    """Every clock that matters, read together."""

    def __init__(self, pid: int) -> None:
        self.at = time.monotonic()
        self.server = run_time(pid) / 1e9
        self.own = run_time(os.getpid()) / 1e9
        self.all = sum(busy_seconds())


class Load:
    """Everybody at one server."""

    def __init__(self, task: Task, engine: Engine, clients: Clients) -> None:
        self.task = task
        self.engine = engine
        self.clients = clients
        self.rooms: list[list[int]] = [[] for _ in range(task.rooms)]

    async def join(self) -> Result:
        """Bring everybody in and let them sit; nobody speaks yet."""
        task = self.task
        # The first one pays for what a server loads on demand.
        self.rooms[0].append(await self.clients.join("r0", "r0-0"))
        before, memory = run_time(task.pid), resident(task.pid)
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(room: int, seat: int) -> None:
            async with turns:
                self.rooms[room].append(await self._come_in(f"r{room}", f"r{room}-{seat}"))

        async with asyncio.TaskGroup() as group:
            for room in range(task.rooms):
                for seat in range(room == 0, task.parties):
                    group.create_task(one(room, seat))
        await self.clients.seat()
        made = len(self.clients.connections)
        spent = (run_time(task.pid) - before) / 1e6
        return Result(made, spent / max(1, made - 1), memory, 0)

    async def _come_in(self, room: str, member: str) -> int:
        for _ in range(MOST_RETRIES):
            with contextlib.suppress(TimeoutError, NotConnected):
                return await self.clients.join(room, member)
            print(f"{member} comes again", file=sys.stderr)
        return await self.clients.join(room, f"{member}-again")

    async def speak(self, rooms: int) -> None:
        """Let exactly the first rooms speak; return when everybody there hears and sees."""
        for number, room in enumerate(self.rooms):
            for index in room:
                self.engine.send(index, on=number < rooms)
        await asyncio.sleep(WARM_FOR)
        parties = self.task.parties
        wanted = rooms * parties * (parties - 1) * 2
        ends = time.monotonic() + FLOWS_WITHIN
        while time.monotonic() < ends:
            self.engine.window()
            await asyncio.sleep(0.5)
            if self.engine.counts()["flowing"] >= wanted:
                return
        print(f"only {self.engine.counts()['flowing']} of {wanted} streams flow", file=sys.stderr)

    async def measure(self, rooms: int) -> Figures:
        """Look for some seconds."""
        task, drops = self.task, self.drops
        came: list[int] = []
        self.engine.window()
        before = Moment(task.pid)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(task.seconds):
                await self._storm(came)
                await asyncio.sleep(task.seconds)
        after = Moment(task.pid)
        counts, latencies = self.engine.counts(), self.engine.latencies()
        passed = after.at - before.at
        server, own = after.server - before.server, after.own - before.own
        counts["generator_drops"] = self.drops - drops
        offered = counts["sent"] * (task.parties - 1)
        return Figures(
            rooms=rooms,
            seconds=round(passed, 3),
            offered=round(offered / passed),
            delivered=round(counts["received"] / passed),
            megabits=round(counts["received_octets"] * 8e-6 / passed, 2),
            lost=counts["lost"],
            cpu_us=round(server * 1e6 / max(1, counts["received"]), 2),
            server_cores=round(server / passed, 3),
            generator_cores=round(own / passed, 3),
            others_cores=round(max(0.0, after.all - before.all - server - own) / passed, 3),
            p50_ms=quantile(latencies, 0.5),
            p99_ms=quantile(latencies, 0.99),
            worst_ms=quantile(latencies, 1.0),
            counts=counts,
            joined=len(came),
        )

    async def balance(self) -> tuple[int, int, int]:
        """Return how many packets were sent, had to arrive, and arrived."""
        await self._hush()
        self.engine.window()
        for index in self._everybody:
            self.engine.send(index, on=True)
        await asyncio.sleep(self.task.balance)
        await self._hush()
        counts = self.engine.counts()
        return counts["sent"], counts["sent"] * (self.task.parties - 1), counts["received"]

    async def _hush(self) -> None:
        for index in self._everybody:
            self.engine.send(index, on=False)
        arrived, silent_since = -1, time.monotonic()
        while time.monotonic() - silent_since < SILENCE:
            await asyncio.sleep(0.1)
            if arrived != (arrived := self.engine.counts()["received"]):
                silent_since = time.monotonic()

    @property
    def _everybody(self) -> list[int]:
        return [index for room in self.rooms for index in room]

    @property
    def drops(self) -> int:
        return sum(each.drops for each in self.clients.connections)

    async def _storm(self, came: list[int]) -> None:
        """Let silent people come in, evenly; whoever is in is in `came`."""

        async def one(room: int, seat: int) -> None:
            # Who does not come in is missing in `came`; the talk is what is measured.
            with contextlib.suppress(TimeoutError, OSError, NotConnected):
                came.append(await self.clients.join(f"storm{room}", f"storm{room}-{seat}"))

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(self.task.storm):
                group.create_task(one(*divmod(number, STORM_ROOM)))
                due = began + self.task.seconds * (number + 1) / self.task.storm
                await asyncio.sleep(max(0.0, due - time.monotonic()))


def quantile(ordered: list[int], share: float) -> float:
    """Return milliseconds, from nanoseconds in order of size; 0 of nothing."""
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6, 3)


async def dial(task: Task, means: Means) -> Clients:
    """Reach the server."""
    if task.api == "janus":
        return await JanusClients(means).dial(task.address)
    return await OurClients(means, slots=max(7, task.parties - 1)).dial(task.address)


async def carry_out(task: Task) -> Result:
    """Join, speak, measure, leave."""
    engine = Engine(is_ticking=task.is_ticking)
    loop = asyncio.get_running_loop()
    loop.add_reader(engine.fileno(), engine.deliver)
    if task.is_film:
        engine.play(film.make())
    clients = await dial(task, Means(engine, RTCCertificate.generateCertificate()))
    load = Load(task, engine, clients)
    result = await load.join()
    for rooms in task.steps or (task.rooms,):
        await load.speak(rooms)
        result.steps.append(await load.measure(rooms))
        if task.until_full and result.steps[-1].is_full:
            break
    for is_recorded in (False, True) * task.pairs:
        assert isinstance(clients, OurClients)
        await clients.record(on=is_recorded)
        await asyncio.sleep(SETTLED_AFTER)
        result.steps.append(await load.measure(task.rooms))
    if task.balance:
        result.sent, result.expected, result.arrived = await load.balance()
    result.memory_after = resident(task.pid)
    result.connections = len(clients.connections)
    await clients.close()
    loop.remove_reader(engine.fileno())
    engine.close()
    return result


def read_task(text: str) -> Task:
    """Read a Task from JSON."""
    fields: dict[str, Any] = json.loads(text)
    return Task(**{**fields, "steps": tuple(fields.get("steps", ()))})


def main() -> None:
    task = read_task(sys.argv[1])
    if task.core >= 0:
        os.sched_setaffinity(0, {task.core})
    print(json.dumps(asdict(asyncio.run(carry_out(task)))), flush=True)
    # Not waiting for hundreds of good-byes: the server is ended next.
    os._exit(0)


if __name__ == "__main__":
    main()
