"""What the kernel says of a process: CPU time to the nanosecond, memory, cores."""

import os
import socket
import time
from pathlib import Path


def run_time(pid: int) -> int:
    """Return the nanoseconds that all threads of a process have run.

    Scheduler time, not ticks. A thread that ended is no longer in it.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def resident(pid: int) -> int:
    """Return the bytes a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def busy_seconds() -> tuple[float, float]:
    """Return what all cores together have worked since boot, and what the hypervisor took away."""
    fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = fields
    tick = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) / tick, steal / tick


def load_of_others(seconds: float) -> float:
    """Return how many cores are busy while this process sleeps."""
    before, stolen = busy_seconds()
    time.sleep(seconds)
    after, stolen_after = busy_seconds()
    return (after - before + stolen_after - stolen) / seconds


def two_cores() -> tuple[int, int]:
    """Return a core for the server and one for the generator, not of one physical core if it can be.

    ValueError when this process may use one only.
    """
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise ValueError(usable)
    server = usable[-1]
    apart = [core for core in usable[:-1] if core not in _siblings(server)]
    return server, (apart or usable)[0]


def _siblings(core: int) -> set[int]:
    listed = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    found = {core}
    for part in listed.read_text().strip().split(",") if listed.exists() else ():
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def own_address() -> str:
    """Return this machine's address for all media: it stays inside, and Janus refuses 127.0.0.1.

    Loopback when there is no other.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: connecting UDP only asks the routing table.
            probe.connect(("10.255.255.255", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
