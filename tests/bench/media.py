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
from typing import Any

from tests.bench import fairness, ours, parts, servers
from tests.bench.runs import Failed, keep_off

LOADS = ("8x3", "4x6", "8x6", "16x6")
METHOD = """\
Load: 720p30 VP8 at 1.2 Mb/s (128 packets/s, 1174 bytes on average, in pairs 5 ms apart) and Opus (50/s)
from everybody to everybody else of a room; RTP/SRTP AES-128-GCM; reports once a second both ways.
Server on core {0}, generator (own process, media in a C thread) on core {1}, all over loopback.
us/packet: scheduler run time of all the server's threads, by packets received by subscribers.
Latency: stamp in the payload of one packet in 16, decrypted and compared, to the kernel's receive time.
Loss: gaps in the numbers received. Ratio: to janus (event_loops = 1) in this run.
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="./tiepdan bench media", description=__doc__)
    parser.add_argument("--server", default="", help=f"some of {','.join(servers.NAMES)} (default: all there are)")
    parser.add_argument("--part", default=",".join(parts.PARTS), help="comma-separated (default: %(default)s)")
    parser.add_argument(
        "--load", default=",".join(LOADS), help="rooms x parties, comma-separated (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one measurement (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=1, help="measure everything so many times (default: %(default)s)")
    parser.add_argument(
        "--wait", type=float, default=0.0, help="be so many seconds patient with a busy machine (default: %(default)s)"
    )
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


def chosen_parts(text: str) -> tuple[str, ...]:
    """Return the parts asked for. Raises Unfair for one nobody knows."""
    names = tuple(text.split(","))
    for name in names:
        if name not in parts.PARTS:
            raise fairness.Unfair(f"no such part: {name} (there are {', '.join(parts.PARTS)})")
    return names


def sized(text: str) -> tuple[int, int]:
    """Return rooms and parties of a load like 4x6. Raises Unfair."""
    rooms, _, parties = text.partition("x")
    if not (rooms.isdigit() and parties.isdigit() and int(rooms) >= 1 and 2 <= int(parties) <= 8):
        raise fairness.Unfair(f"not a load: {text} (rooms x parties, 2 to 8 parties; for example 4x6)")
    return int(rooms), int(parties)


def main(arguments: list[str]) -> int:
    """Measure; 2 when it would not be fair."""
    options = parse(arguments)
    try:
        wanted = chosen_parts(options.part)
        names = chosen(options.server)
        loads = {load: sized(load) for load in options.load.split(",")}
        cores = fairness.require(names, options.wait)
    except fairness.Unfair as unfair:
        print(f"Not measured: {unfair}.", file=sys.stderr)
        return 2
    keep_off(cores[0])
    plan = parts.Plan(names, loads, options.seconds, options.repeat, cores, options.wait)
    print(METHOD.format(*cores))
    machine = {"cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version()}
    found: dict[str, Any] = {"machine": machine, "seconds": options.seconds}
    try:
        for name in wanted:
            found[name] = asyncio.run(parts.PARTS[name](plan))
            print()
    except (Failed, servers.NotStarted, fairness.Unfair) as failed:
        print(f"Failed: {failed}", file=sys.stderr)
        return 1
    if plan.disturbed:
        print(f"Disturbed by others (over {fairness.MOST_OTHERS} cores), measure again: {', '.join(plan.disturbed)}")
    if options.json:
        print(json.dumps(found))
    return 0
