"""`./tiepdan bench media`: our forwarding beside Janus, same load, same machine, same run.

CPU is the scheduler's run time of all threads of the server, divided by the RTP packets that
arrived at subscribers. The ratio to Janus (`event_loops = 1`) of the same run is the result;
microseconds by themselves say as much of the machine as of the program.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from dataclasses import asdict
from typing import Any

from tests.bench import fairness, ours, servers
from tests.bench.generator import Task
from tests.bench.runs import Failed, keep_off, run

LOADS = ("8x3", "4x6", "8x6", "16x6")
METHOD = """\
Load: 720p30 VP8 at 1.2 Mb/s (128 packets/s, 1174 bytes on average, in pairs 5 ms apart) and Opus (50/s)
from everybody to everybody else of a room; RTP/SRTP AES-128-GCM; reports once a second both ways.
Server on core {0}, generator (own process, media in a C thread) on core {1}, all over loopback.
us/packet: scheduler run time of all the server's threads, by packets received by subscribers.
Latency: stamp in the payload of one packet in 16, decrypted and compared, to the kernel's receive time.
Loss: gaps in the numbers received. Ratio: to janus (event_loops = 1) in this run.
"""
HEAD = "load    server          us/packet  ratio  packets/s   core  p50 ms  p99 ms   loss %  MB/conn  join ms  others"


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="./tiepdan bench media", description=__doc__)
    parser.add_argument("--server", default="", help=f"some of {','.join(servers.NAMES)} (default: all there are)")
    parser.add_argument(
        "--load", default=",".join(LOADS), help="rooms x parties, comma-separated (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one measurement (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="measure everything so many times (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    return parser.parse_args(arguments)


def chosen(text: str) -> tuple[str, ...]:
    """Return the servers asked for, or all there are. Raises Unfair for one nobody knows."""
    if not text:
        return tuple(name for name in servers.NAMES if name not in servers.OURS or name in ours.hot_paths())
    names = tuple(text.split(","))
    for name in names:
        if name not in servers.NAMES:
            raise fairness.Unfair(f"no such server: {name} (there are {', '.join(servers.NAMES)})")
    return names


def sized(text: str) -> tuple[int, int]:
    """Return rooms and parties of a load like 4x6. Raises Unfair."""
    rooms, _, parties = text.partition("x")
    if not (rooms.isdigit() and parties.isdigit() and int(rooms) >= 1 and 2 <= int(parties) <= 8):
        raise fairness.Unfair(f"not a load: {text} (rooms x parties, 2 to 8 parties; for example 4x6)")
    return int(rooms), int(parties)


def line(load: str, server: str, row: dict[str, Any]) -> str:
    """Return a row of the table."""
    ratio = f"{row['ratio']:.2f}" if row.get("ratio") else ""
    loss = 100 * row["lost"] / max(1, row["lost"] + row["counts"]["received"])
    return (
        f"{load:<7} {server:<15} {row['cpu_us']:9.2f} {ratio:>6} {row['delivered']:10.0f} {row['server_cores']:6.2f} "
        f"{row['p50_ms']:7.2f} {row['p99_ms']:7.2f} {loss:8.2f} {row['mb_per_connection']:8.2f} "
        f"{row['join_cpu_ms']:8.1f} {row['others_cores']:7.2f}"
    )


async def measure_loads(
    names: tuple[str, ...], options: argparse.Namespace, cores: tuple[int, int]
) -> list[dict[str, Any]]:
    """Measure every load at every server, side by side; print as it goes."""
    rows: list[dict[str, Any]] = []
    print(HEAD)
    for load in options.load.split(","):
        rooms, parties = sized(load)
        for _ in range(options.repeat):
            together = []
            for name in sorted(names, key=lambda name: name != servers.ANCHOR):
                task = Task("", "", 0, rooms, parties, options.seconds)
                result = await run(name, task, cores)
                grown = (result.memory_after - result.memory_before) / max(1, result.connections - 1)
                row = {"load": load, "server": name, **asdict(result.steps[0])}
                row |= {"mb_per_connection": round(grown / 1e6, 2), "join_cpu_ms": round(result.join_cpu_ms, 1)}
                together.append(row)
                anchor = next((each["cpu_us"] for each in together if each["server"] == servers.ANCHOR), None)
                row["ratio"] = round(row["cpu_us"] / anchor, 3) if anchor else None
                print(line(load, name, row), flush=True)
            rows += together
    return rows


def main(arguments: list[str]) -> int:
    """Measure; 2 when it would not be fair."""
    options = parse(arguments)
    try:
        names = chosen(options.server)
        for load in options.load.split(","):
            sized(load)
        cores = fairness.require(names)
    except fairness.Unfair as unfair:
        print(f"Not measured: {unfair}.", file=sys.stderr)
        return 2
    keep_off(cores[0])
    print(METHOD.format(*cores))
    try:
        loads = asyncio.run(measure_loads(names, options, cores))
    except (Failed, servers.NotStarted) as failed:
        print(f"Failed: {failed}", file=sys.stderr)
        return 1
    if options.json:
        machine = {"cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version()}
        print(json.dumps({"machine": machine, "seconds": options.seconds, "loads": loads}))
    return 0
