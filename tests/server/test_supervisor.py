"""The parent of one machine as it is run: it starts again what dies and leaves nothing behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.supervisor import Child
from server.tables import Unit
from signaling.passthrough.hot import choose
from tests.office_process import ROOT, OfficeProcess, free_port, running_office

BACK_WITHIN = 30.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[OfficeProcess]:
    async with running_office() as running:
        yield running


async def until_other(office: OfficeProcess, command: str, old: int) -> int:
    """Wait for a child that is not the old one; return its process id."""
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            number = office.child(command)
            if number not in {0, old}:
                return number
            await asyncio.sleep(0.05)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("command", ["web", "media"])
async def test_what_is_killed_is_there_again_and_the_other_never_left(office: OfficeProcess, command: str) -> None:
    other = {"web": "media", "media": "web"}[command]
    old, stays = office.child(command), office.child(other)
    office.kill(command)
    assert await until_other(office, command, old) != old
    await office.until_ready()
    assert office.child(other) == stays


@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_committed_outlives_the_web_process(office: OfficeProcess) -> None:
    """A write that returned is read by a process that was started after the writer was killed."""
    program = (
        "import os, signal, sys\n"
        "from sqlalchemy import update\n"
        "from server.db import Database\n"
        "from server.tables import Unit\n"
        "db = Database(sys.argv[1])\n"
        "db.write_now(lambda s: s.execute(update(Unit).where(Unit.code == 'thach-khoi').values(phone=sys.argv[2])).rowcount)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for number in ("0220000001", "0220000002"):
        command = [sys.executable, "-c", program, office.settings.database_url, number]
        done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False)
        assert done.returncode == -signal.SIGKILL
        db = office.database()
        assert db.read_now(phone) == number
        db.close()


def phone(db: Session) -> str:
    return db.scalars(select(Unit.phone).where(Unit.code == "thach-khoi")).one()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: sockets lie in it."""
    made = Path(tempfile.mkdtemp(prefix="td-", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def serve(folder: Path, port: int, *more: str) -> "subprocess.Popen[bytes]":
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TIEPDAN_")}  # noqa: TID251 the child needs PATH
    command = [sys.executable, "-m", "server", "serve", "--data", str(folder), "--port", str(port), *more]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env={**surroundings, "TIEPDAN_MEDIA_PORT": "0"})


def answers(port: int, within: float) -> float:
    """Return how long it took until somebody listened and answered."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as asked:
            asked.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            if b" 200 " in asked.recv(64):
                return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"no answer within {within} s")


def of_folder(folder: Path) -> list[int]:
    """Every process that works in a data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and str(folder).encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def gone(folder: Path, within: float) -> bool:
    until = time.monotonic() + within
    while of_folder(folder) and time.monotonic() < until:
        time.sleep(0.05)
    return not of_folder(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_everything(folder: Path, number: signal.Signals) -> None:
    port = free_port()
    running = serve(folder, port)
    answers(port, 60)
    running.send_signal(number)
    _, told = running.communicate(timeout=30)
    assert running.returncode == 0, told.decode()
    assert gone(folder, 2)
    assert (folder / "first-sign-in.txt").stat().st_mode & 0o777 == 0o600


def test_the_children_go_when_their_parent_is_killed(folder: Path) -> None:
    port = free_port()
    running = serve(folder, port)
    answers(port, 60)
    assert len(of_folder(folder)) >= 3
    running.kill()
    running.communicate(timeout=30)
    assert gone(folder, 20)


def test_a_taken_port_is_one_sentence_and_exit_code_2(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = serve(folder, taken.getsockname()[1])
        _, told = running.communicate(timeout=60)
    assert running.returncode == 2
    assert told.decode().startswith("port:")
    assert "Traceback" not in told.decode()


@pytest.mark.slow
def test_a_second_start_is_quick(folder: Path) -> None:
    """Three seconds on an idle machine; the bound here allows for a busy one. The figure is printed."""
    port, taken = free_port(), 0.0
    for _ in range(2):
        running = serve(folder, port, "--demo")
        taken = answers(port, 60)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
    print(f"second start: first answer after {taken:.2f} s")  # noqa: T201 the figure is wanted
    assert taken < 20


def test_a_child_that_dies_at_once_is_started_ever_more_slowly() -> None:
    child = Child("x", ["/bin/false"])
    starts, until = 0, time.monotonic() + 1.5
    child.start()
    while time.monotonic() < until:
        before = child.started
        child.mind()
        starts += child.started != before
        time.sleep(0.01)
    assert 2 <= starts <= 5
    assert child.process is None or child.process.wait(5) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_worker_knows_no_setting_of_the_office(office: OfficeProcess) -> None:
    environment, command = _said_to(office.child("media"))
    assert b"PATH=" in environment
    assert b"TIEPDAN_" not in environment
    assert office.settings.secret.encode() not in command


@pytest.mark.asyncio(loop_scope="module")
async def test_a_worker_forwards_in_c_where_there_is_a_compiler(office: OfficeProcess) -> None:
    wanted = choose("auto").path == "native"
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            if _uses_native(office.child("media")) == wanted:
                return
            await asyncio.sleep(0.05)


def _uses_native(process: int) -> bool:
    return "/native/hot-" in Path(f"/proc/{process}/maps").read_text()


def _said_to(process: int) -> tuple[bytes, bytes]:
    about = Path(f"/proc/{process}")
    return (about / "environ").read_bytes(), (about / "cmdline").read_bytes()
