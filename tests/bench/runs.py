"""One run: a server is started, the generator comes, both go."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from typing import Any

from tests.bench import servers
from tests.bench.generator import Figures, Result, Task


class Failed(Exception):
    """The generator ended without figures; the text is what it said last."""


async def run(server: str, task: Task, cores: tuple[int, int]) -> Result:
    """Let the generator carry out `task` at a fresh server. Raises Failed, NotStarted."""
    server_core, generator_core = cores
    allowed = {server_core, generator_core} if task.is_film else {server_core}
    async with servers.running(server, allowed) as there:
        whole = replace(task, api=there.api, address=there.address, pid=there.pid, core=generator_core)
        command = [sys.executable, "-m", "tests.bench.generator", json.dumps(asdict(whole))]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said, complained = await process.communicate()
        if process.returncode:
            raise Failed(complained.decode()[-2000:])
        sys.stderr.write(complained.decode())
        return read_result(json.loads(said))


def read_result(fields: dict[str, Any]) -> Result:
    """Read a Result from JSON."""
    steps = [Figures(**each) for each in fields.pop("steps")]
    return Result(**fields, steps=steps)


def keep_off(core: int) -> None:
    """Leave `core` to somebody else."""
    os.sched_setaffinity(0, os.sched_getaffinity(0) - {core})
