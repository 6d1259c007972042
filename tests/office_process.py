"""A whole office as it is run: supervisor, web process and media worker, in a folder of its own."""

import asyncio
import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from server.config import Settings, load
from server.db import Database
from tests import engines

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 40.0
STOP_WITHIN = 25.0
PASSWORD = "tiepdan-demo"
FAULT = re.compile(r"[\d:]+ [EC] ")


class OfficeProcess:
    """The processes of one office with the invented units and officers, and nobody's matter yet."""

    def __init__(self, folder: Path, more: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "log.txt"
        engines.found(f"sqlite:///{folder / 'tiepdan.sqlite3'}")
        command = [sys.executable, "-m", "server", "serve", "--data", str(folder), "--port", str(self.port)]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TIEPDAN_")}  # noqa: TID251
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                # Any free port, so that offices can run side by side.
                env={**surroundings, "TIEPDAN_MEDIA_PORT": "0", **more},
            )

    @property
    def settings(self) -> Settings:
        """Return the settings that the office runs with."""
        return load({"data": str(self.folder), "port": self.port}, {})

    async def until_ready(self) -> None:
        """Wait until the web process and a media worker answer."""
        async with asyncio.timeout(READY_WITHIN):
            while not await asyncio.to_thread(self._is_ready):
                assert self._process.poll() is None, self.log.read_text(errors="replace")[-3000:]
                await asyncio.sleep(0.1)

    def _is_ready(self) -> bool:
        asked = http.client.HTTPConnection("localhost", self.port, timeout=3)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()

    def child(self, command: str) -> int:
        """Return the process id of the running ``web`` or ``media`` child; 0 when there is none."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if command in words and str(self.folder) in words and words[1:3] == ["-m", "server"]:
                    return int(entry.name)
        return 0

    def kill(self, command: str) -> float:
        """Kill a child without any warning; return the wall-clock time at which it was done."""
        number = self.child(command)
        assert number, command
        at = time.time()
        os.kill(number, signal.SIGKILL)
        return at

    @contextlib.contextmanager
    def frozen(self, command: str) -> Iterator[None]:
        """Let a child stand still, as one does that is not scheduled, until the block is left."""
        number = self.child(command)
        assert number, command
        os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(number, signal.SIGCONT)

    def database(self) -> Database:
        """Open the database a second time, as a stranger would; close it afterwards."""
        return Database(self.settings.database_url)

    async def letter(self, phone: str, words: str, within: float = 20.0) -> str:
        """Wait for a short message to a number that contains some words; return it."""
        async with asyncio.timeout(within):
            while True:
                for path in sorted((self.folder / "letters").glob("*.sms.txt")):
                    number, _, text = path.read_text(encoding="utf-8").partition("\n")
                    if number == phone and words in text:
                        return text
                await asyncio.sleep(0.1)

    def recordings(self) -> Path:
        """Return the folder with one folder for each recorded reception."""
        return self.folder / "recordings"

    def faults(self) -> list[str]:
        """Return what the processes logged as going wrong."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if "Traceback" in line or FAULT.match(line)]

    def stop(self) -> None:
        """Stop it as Ctrl-C does; kill what does not go."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def running_office(**more: str) -> AsyncIterator[OfficeProcess]:
    """Give a running office, with ``more`` settings as environment variables; its processes and folder are gone at the end."""
    # A socket's path must be short, so this is no place below pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="td-", dir="/tmp"))
    office = None
    try:
        office = OfficeProcess(folder, more)
        await office.until_ready()
        yield office
    except BaseException:
        if office is not None:
            print("\n".join(office.log.read_text(errors="replace").splitlines()[-80:]))  # noqa: T201 pytest shows it with the failure
        raise
    finally:
        if office is not None:
            await asyncio.to_thread(office.stop)
        shutil.rmtree(folder, ignore_errors=True)
