"""The servers that are compared, each started as a process of its own on one core."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.bench import janus

OURS = ("python", "native")
JANUS = ("janus", "janus-default")
NAMES = (*OURS, *JANUS)
RELAY = "relay"
RECORDING = "+recording"
"""Behind the name of one of ours: everybody is also recorded."""

ANCHOR = "janus"
"""With `event_loops = 1`, its best setting; `janus-default` has a thread for each handle."""

START_WITHIN = 20.0


class NotStarted(Exception):
    """A server ended before it was ready; the text is the end of what it said."""


@dataclass(frozen=True)
class Running:
    """How the generator reaches a server."""

    api: str
    address: str
    pid: int


@contextlib.asynccontextmanager
async def running(name: str, cores: set[int]) -> AsyncIterator[Running]:
    """A server that is ready; ended afterwards. Raises NotStarted."""
    with tempfile.TemporaryDirectory(prefix="tiepdan-bench-") as made:
        folder = Path(made)
        with (folder / "said").open("w+") as said:
            command, server = _command(name, folder)
            with _process(command, said, cores) as process:
                await _wait(process, server, said)
                yield Running(server.api, server.address, process.pid)


def _command(name: str, folder: Path) -> tuple[list[str], Running]:
    if name in JANUS:
        port = _free_port()
        janus.write_settings(folder, port, event_loops=1 if name == ANCHOR else 0)
        found = janus.find()
        assert found is not None
        return [found, "-F", str(folder)], Running("janus", f"ws://127.0.0.1:{port}/", 0)
    path = str(folder / "control")
    if name == RELAY:
        return [sys.executable, "-m", "tests.bench.relay", path], Running("ours", path, 0)
    base, _, is_recorded = name.partition(RECORDING[0])
    shelf = [str(folder / "recordings")] if is_recorded else []
    return [sys.executable, "-m", "tests.bench.ours", path, base, *shelf], Running("ours", path, 0)


@contextlib.contextmanager
def _process(command: list[str], said: IO[str], cores: set[int]) -> Iterator["subprocess.Popen[str]"]:
    here = os.sched_getaffinity(0)
    # Inherited, so that not even its first threads run elsewhere.
    os.sched_setaffinity(0, cores)
    with subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, text=True, start_new_session=True) as process:
        os.sched_setaffinity(0, here)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


async def _wait(process: "subprocess.Popen[str]", server: Running, said: IO[str]) -> None:
    async with asyncio.timeout(START_WITHIN):
        while not await _answers(server):
            if process.poll() is not None:
                said.seek(0)
                raise NotStarted(said.read()[-2000:])
            await asyncio.sleep(0.05)


async def _answers(server: Running) -> bool:
    if server.api == "ours":
        return os.path.exists(server.address)  # noqa: ASYNC240, PTH110 - a look at memory
    host, port = server.address.removeprefix("ws://").rstrip("/").split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
