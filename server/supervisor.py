"""The parent of one machine: starts the web process and the media workers, starts again what dies, stops all on Ctrl-C.

A web process that dies does not disturb a talk: media workers are processes of their own
and wait for it to come back.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from server import migrations
from server.clock import Clock
from server.config import BadSettings, Settings, bare_environment
from server.terminal import say
from server.worker_settings import names, settings_of, write

DEMO_LINK = "demo-citizen.txt"
"""In the data folder: for which day the demo was filled, and the token of the citizen's link."""

STOP_WITHIN = 15.0
READY_WITHIN = 30.0
_PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_STEADY_AFTER = 30.0
_FAULTS = {
    -getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS")
    if hasattr(signal, name)
}
"""Exit codes of a process that its own machine code brought down."""


@dataclass(slots=True)
class Child:
    """One process we keep alive."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    told: bytes = b""
    careful: bytes = b""
    """What it is told instead from the first fault in its machine code on; empty when nothing is safer."""
    environment: dict[str, str] | None = None
    deaths: int = 0
    due: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the parent."""
        self.process = subprocess.Popen(
            self.command, start_new_session=True, stdin=subprocess.PIPE, env=self.environment
        )
        pipe = self.process.stdin
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError), pipe:
                pipe.write(self.told)
        self.started = time.monotonic()

    def mind(self) -> None:
        """Start it again if it died: at once the first time, later after a growing pause."""
        at = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self.deaths = 1 if at - self.started > _STEADY_AFTER else self.deaths + 1
            self.due = at + _PAUSES[min(self.deaths - 1, len(_PAUSES) - 1)]
            if self.process.returncode in _FAULTS and self.careful:
                self.told, self.careful = self.careful, b""
                say("fault", name=self.name)
            self.process = None
        if at >= self.due:
            self.start()


@dataclass(slots=True)
class Supervisor:
    """All processes of one machine."""

    settings: Settings
    children: list[Child] = field(default_factory=list[Child])
    is_demo: bool = False
    is_stopping: bool = False

    def run(self) -> int:
        """Keep the processes alive until SIGINT or SIGTERM, then stop them and wait."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start()
        self._announce()
        while not self.is_stopping:
            for child in self.children:
                child.mind()
            time.sleep(0.1)
        return self._end()

    def _stop(self, _: int, __: FrameType | None) -> None:
        self.is_stopping = True

    def _announce(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while not self.is_stopping and time.monotonic() < until:
            if self._answers():
                say("ready", url=self.settings.base_url, data=str(self.settings.folder))
                if self.is_demo:
                    _tell_demo(self.settings)
                return
            time.sleep(0.05)
            for child in self.children:
                child.mind()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self._host(), self.settings.port), 1) as asked:
            asked.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return asked.recv(64).split(b" ")[1:2] == [b"200"]
        return False

    def _host(self) -> str:
        return "127.0.0.1" if self.settings.host in {"0.0.0.0", ""} else self.settings.host  # noqa: S104 compared, not bound

    def _end(self) -> int:
        say("stopping")
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_WITHIN
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return 0


def serve(settings: Settings, *, is_demo: bool) -> int:
    """Bring the schema up to date, found the demo office if asked, and run everything."""
    _assert_free(settings)
    if not _is_founded(settings.database_url) or (is_demo and _demo_day(settings)[0] != str(Clock().today())):
        from server import founding  # noqa: PLC0415 slow to load, and needed at the first start only

        migrations.upgrade(settings.database_url)
        founding.prepare(settings, is_demo=is_demo)
        if is_demo:
            _fill_demo(settings)
    common = ["--data", str(settings.folder), "--host", settings.host, "--port", str(settings.port)]
    common += ["--parent", str(os.getpid())]
    program = [sys.executable, "-m", "server"]
    children = [Child("web", [*program, "web", *common]), *(media_child(settings, name) for name in names(settings))]
    return Supervisor(settings, children, is_demo).run()


def media_child(settings: Settings, name: str) -> Child:
    """Return the media worker of this name, not started."""
    command = [
        sys.executable,
        "-m",
        "server",
        "media",
        "--name",
        name,
        "--parent",
        str(os.getpid()),
        "--data",
        str(settings.folder),
    ]
    told = settings_of(settings, name)
    # People must be able to talk on: a fault in the native packet path is met once, then Python forwards.
    careful = b"" if told.hot_path == "python" else write(replace(told, hot_path="python"))
    return Child(name, command, told=write(told), careful=careful, environment=bare_environment())


def _is_founded(url: str) -> bool:
    is_newest = migrations.present(url) == migrations.newest()
    return is_newest and migrations.ask(url, "select id from units limit 1") is not None


def _fill_demo(settings: Settings) -> None:
    from server import demo  # noqa: PLC0415 only the demo needs the slices
    from server.db import Database  # noqa: PLC0415 the same

    clock, db = Clock(), Database(settings.database_url)
    try:
        token = db.write_now(demo.fill, clock.now(), settings.key("links"))
    finally:
        db.close()
    (settings.folder / DEMO_LINK).write_text(f"{clock.today()} {token}\n")


def _demo_day(settings: Settings) -> tuple[str, str]:
    """For which day the demo was filled, and the token of its citizen's link; empty when it was not."""
    try:
        day, token = (settings.folder / DEMO_LINK).read_text().split()
    except (OSError, ValueError):
        return "", ""
    return day, token


def _tell_demo(settings: Settings) -> None:
    listed = tomllib.loads(Path(__file__).with_name("founding.toml").read_text(encoding="utf-8"))
    say("demo", url=settings.base_url, password=str(listed["password"]))
    link = f"{settings.base_url}/vao/{_demo_day(settings)[1]}"
    say("demo_citizen", link=link, letters=str(settings.folder / "letters"))


def _assert_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise BadSettings(f"port: {settings.host}:{settings.port}: {error.strerror}") from error
