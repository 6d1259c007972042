"""What a media worker is told at its start, and all that it is told.

The supervisor writes it as one line of JSON to the worker's standard input, and starts it
without the office's settings in its environment: a worker knows the key that tickets are
signed with, and no other secret.
"""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from server.config import BadSettings, Settings

_PATHS = ("socket_path", "recordings_path", "spool_path")
LONGEST_SOCKET_PATH = 107
CORES_FOR_PINNING = 4
"""On a smaller machine a worker that may not move would wait for whoever else runs on its core."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Paths are absolute; `ticket_key` is never logged; `core` is the one to run on, -1 any."""

    name: str
    socket_path: Path
    recordings_path: Path
    spool_path: Path
    ticket_key: bytes
    web_url: str
    media_host: str = "127.0.0.1"
    media_port: int = 0
    announced: tuple[str, ...] = ()
    free_bytes_floor: int = 500 * 1024 * 1024
    core: int = -1
    log_format: str = "text"
    hot_path: str = "python"


def write(settings: WorkerSettings) -> bytes:
    """Return the line that tells a worker its settings."""
    facts = asdict(settings) | {each: str(getattr(settings, each)) for each in _PATHS}
    return json.dumps(facts | {"ticket_key": settings.ticket_key.hex()}).encode() + b"\n"


def read(line: bytes) -> WorkerSettings:
    """Read what `write` wrote. Raises BadSettings."""
    try:
        facts = json.loads(line)
        facts |= {each: Path(facts[each]) for each in _PATHS}
        facts["announced"] = tuple(facts["announced"])
        return WorkerSettings(**facts | {"ticket_key": bytes.fromhex(facts["ticket_key"])})
    except (ValueError, KeyError, TypeError) as error:
        raise BadSettings("media: a worker is started by the supervisor, which tells it its settings") from error


def names(settings: Settings) -> tuple[str, ...]:
    """Return the workers of this machine: `m1`, `m2`, …"""
    count = settings.media_workers
    return tuple(f"m{number + 1}" for number in range(max(1, cores() - 1) if count < 0 else count))


def cores() -> int:
    """Return how many cores we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def socket_path(folder: Path, worker: str) -> Path:
    """Where a worker of this machine listens. Raises BadSettings when the path is too long."""
    path = folder / "run" / f"{worker}.sock"
    if len(str(path).encode()) > LONGEST_SOCKET_PATH:
        raise BadSettings(f"data: {folder}: this path is too long for a socket in it")
    return path


def settings_of(settings: Settings, name: str) -> WorkerSettings:
    """Return what the worker of this name is told."""
    number = names(settings).index(name)
    host = "127.0.0.1" if settings.host in {"0.0.0.0", ""} else settings.host  # noqa: S104 compared, not bound
    return WorkerSettings(
        name=name,
        socket_path=socket_path(settings.folder, name),
        recordings_path=settings.folder / "recordings",
        spool_path=settings.folder / "spool" / name,
        ticket_key=settings.key("tickets"),
        web_url=f"http://{host}:{settings.port}",
        media_host=settings.media_host,
        media_port=settings.media_port + number if settings.media_port else 0,
        announced=settings.announced or own_addresses(),
        free_bytes_floor=settings.free_megabytes * 1024 * 1024,
        log_format=settings.log_format,
        hot_path=settings.hot_path,
        core=_core(number, len(names(settings))),
    )


def _core(number: int, workers: int) -> int:
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(usable) < CORES_FOR_PINNING or workers >= len(usable):
        return -1
    # The first is left to the pages.
    return usable[number + 1]


def own_addresses() -> tuple[str, ...]:
    """The address of this machine that other machines reach; loopback when it has no network.

    Which one it is the kernel says when asked for a way out; nothing is sent.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return ("127.0.0.1",)
        return (str(probe.getsockname()[0]),)
