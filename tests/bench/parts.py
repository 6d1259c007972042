"""What is measured: plain loads, a storm of people joining, and how much a core carries."""

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.bench import fairness, servers
from tests.bench.generator import Figures, Result, Task
from tests.bench.runs import run

RECORDED_LOAD = (4, 6)
RECORDED_PAIRS = 6
STORM = 240
STORM_FOR = 7.0
STORM_LOAD = (4, 6)
FULL_ROOMS = (8, 12, 16, 20, 24, 28, 32)
FULL_PARTIES = 6
FULL_STEP_FOR = 3.0
GENERATOR_IS_FULL = 0.95

Row = dict[str, Any]


@dataclass
class Plan:
    """What was asked for; `disturbed` gathers the rows that others spoilt."""

    servers: tuple[str, ...]
    loads: dict[str, tuple[int, int]]
    seconds: float
    repeat: int
    cores: tuple[int, int]
    wait: float = 0.0
    is_ticking: bool = False
    disturbed: list[str] = field(default_factory=list)

    @property
    def in_turn(self) -> list[str]:
        """The servers, first the one the others are compared to."""
        return sorted(self.servers, key=lambda name: name != servers.ANCHOR)

    async def run(self, server: str, task: Task) -> Result:
        """Measure; again, as long as there is patience, when others disturbed it. Raises what `run` raises, Unfair."""
        while True:
            if self.wait:
                self.wait = await asyncio.to_thread(fairness.require_quiet, self.wait)
            began = time.monotonic()
            result = await run(server, replace(task, is_ticking=self.is_ticking), self.cores)
            others = max(each.others_cores for each in result.steps)
            if others <= fairness.MOST_OTHERS:
                return result
            self.wait = max(0.0, self.wait - (time.monotonic() - began))
            if not self.wait:
                self.disturbed.append(f"{server} {task.rooms}x{task.parties}")
                return result


def _row(server: str, result: Result, figures: Figures) -> Row:
    grown = (result.memory_after - result.memory_before) / max(1, result.connections - 1)
    return {
        "server": server,
        **asdict(figures),
        "loss": round(figures.loss, 5),
        "connections": result.connections,
        "mb_per_connection": round(grown / 1e6, 2),
        "join_cpu_ms": round(result.join_cpu_ms, 1),
    }


async def loads(plan: Plan) -> list[Row]:
    """Measure every load at every server, side by side."""
    rows: list[Row] = []
    print(
        "load    server          us/packet  ratio  packets/s   core  p50 ms  p99 ms  loss %"
        "  connections  MB each  join ms each  others"
    )
    for load, (rooms, parties) in plan.loads.items():
        for _ in range(plan.repeat):
            anchor = 0.0
            for server in plan.in_turn:
                result = await plan.run(server, Task(rooms, parties, plan.seconds))
                figures = result.steps[0]
                anchor = figures.cpu_us if server == servers.ANCHOR else anchor
                row = {"load": load, **_row(server, result, figures)}
                row["ratio"] = round(figures.cpu_us / anchor, 3) if anchor else None
                rows.append(row)
                _print_load(row)
    return rows


def _print_load(row: Row) -> None:
    ratio = f"{row['ratio']:.2f}" if row["ratio"] else "-"
    print(
        f"{row['load']:<7} {row['server']:<15} {row['cpu_us']:9.2f} {ratio:>6} {row['delivered']:10.0f}"
        f" {row['server_cores']:6.2f} {row['p50_ms']:7.2f} {row['p99_ms']:7.2f} {100 * row['loss']:7.2f}"
        f" {row['connections']:12} {row['mb_per_connection']:8.2f} {row['join_cpu_ms']:13.1f} {row['others_cores']:7.2f}",
        flush=True,
    )


async def storm(plan: Plan) -> list[Row]:
    """Measure 4x6 while many more connections are made."""
    rows: list[Row] = []
    rooms, parties = STORM_LOAD
    print(f"storm: {STORM} connections join within {STORM_FOR:.0f} s while {rooms}x{parties} talk")
    print("server             joined  seconds  packets/s   core  p50 ms  p99 ms  worst ms  loss %  others")
    for server in plan.in_turn:
        task = Task(rooms, parties, STORM_FOR, storm=STORM)
        result = await plan.run(server, task)
        figures = result.steps[0]
        row = _row(server, result, figures)
        rows.append(row)
        print(
            f"{server:<15} {figures.joined:9} {figures.seconds:8.1f} {figures.delivered:10.0f} {figures.server_cores:6.2f}"
            f" {figures.p50_ms:7.2f} {figures.p99_ms:7.2f} {figures.worst_ms:9.2f} {100 * figures.loss:7.2f}"
            f" {figures.others_cores:7.2f}",
            flush=True,
        )
    return rows


async def saturation(plan: Plan) -> list[Row]:
    """Let more and more rooms talk until a server, which has one core, no longer carries them."""
    rows: list[Row] = []
    print(f"saturation: rooms of {FULL_PARTIES}, more and more, until packets are lost or late")
    print("server           rooms    offered  delivered   core  p50 ms  p99 ms  loss %  us/packet  generator")
    for server in plan.in_turn:
        task = Task(FULL_ROOMS[-1], FULL_PARTIES, FULL_STEP_FOR, steps=FULL_ROOMS, until_full=True)
        result = await plan.run(server, task)
        for figures in result.steps:
            print(
                f"{server:<15} {figures.rooms:6} {figures.offered:10.0f} {figures.delivered:10.0f}"
                f" {figures.server_cores:6.2f} {figures.p50_ms:7.2f} {figures.p99_ms:7.2f} {100 * figures.loss:7.2f}"
                f" {figures.cpu_us:10.2f} {figures.generator_cores:10.2f}",
                flush=True,
            )
        carried = [each for each in result.steps if not each.is_full]
        most = max((each.delivered for each in carried), default=0)
        row = {"server": server, "carried": most, "steps": [asdict(each) for each in result.steps]}
        last = result.steps[-1]
        row["is_full"] = last.is_full and last.generator_cores < GENERATOR_IS_FULL
        rows.append(row)
        tail = "" if row["is_full"] else " at least (the ladder ended, or the generator's core)"
        print(f"{server}: carries {most:.0f} packets/s{tail}", flush=True)
    return rows


async def relay(plan: Plan) -> list[Row]:
    """Let one room of three use aiortc's MediaRelay, and the same room the others."""
    rows: list[Row] = []
    print(
        "one room of three, real VP8 and Opus, both cores, beside aiortc's MediaRelay (decodes and encodes everything)"
    )
    print("server            cores  Mb/s delivered     MB  others")
    for server in (servers.RELAY, *plan.in_turn):
        result = await plan.run(server, Task(1, 3, plan.seconds, is_film=True))
        figures = result.steps[0]
        row = {**_row(server, result, figures), "memory": result.memory_after}
        rows.append(row)
        print(
            f"{server:<15} {figures.server_cores:7.3f} {figures.megabits:15.2f}"
            f" {result.memory_after / 1e6:6.0f} {figures.others_cores:7.2f}",
            flush=True,
        )
    return rows


async def recording(plan: Plan) -> list[Row]:
    """Measure what it costs to record everybody, in turn with the same rooms unrecorded."""
    rows: list[Row] = []
    rooms, parties = RECORDED_LOAD
    print(
        f"recording: everybody of {rooms}x{parties}, {RECORDED_PAIRS} times off and on in one run (share of a core each)"
    )
    print("server           core without  core with  % each   least   most  others")
    for server in plan.in_turn:
        if server not in servers.OURS:
            continue
        task = Task(rooms, parties, plan.seconds, pairs=RECORDED_PAIRS)
        result = await plan.run(server + servers.RECORDING, task)
        steps = result.steps[1:]
        plain, recorded = ([each.server_cores for each in steps[which::2]] for which in (0, 1))
        costs = sorted((more - less) / (rooms * parties) for less, more in zip(plain, recorded, strict=True))
        each, others = statistics.median(costs), max(one.others_cores for one in steps)
        rows.append({"server": server, "plain": plain, "recorded": recorded, "each": each})
        print(
            f"{server:<15} {statistics.median(plain):13.3f} {statistics.median(recorded):10.3f} {100 * each:7.2f}"
            f" {100 * costs[0]:7.2f} {100 * costs[-1]:6.2f} {others:7.2f}",
            flush=True,
        )
    return rows


PARTS: dict[str, Callable[[Plan], Coroutine[Any, Any, list[Row]]]] = {
    "loads": loads,
    "storm": storm,
    "saturation": saturation,
    "relay": relay,
    "recording": recording,
}
