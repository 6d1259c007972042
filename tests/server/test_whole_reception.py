"""Two real clients, a real recorder, a real disk; once in peace, once with the worker killed."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.adapters.room_events import Spool
from signaling.effects import Note, NoteKind
from signaling.roles import RoomRole
from signaling.tickets import Ticket, sign
from tests.playbook import START, ticket
from tests.signaling.room_client import Guest

pytestmark = pytest.mark.slow

KEY = "k" * 32
WORKER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from server.media_worker import run
from server.worker_settings import WorkerSettings

folder = Path(sys.argv[1])
run(
    WorkerSettings(
        name="m1",
        socket_path=folder / "m1.sock",
        recordings_path=folder / "recordings",
        spool_path=folder / "spool",
        ticket_key=sys.argv[2].encode(),
        web_url="http://127.0.0.1:9",
        announced=("127.0.0.1",),
        free_bytes_floor=0,
    ),
    lambda: datetime.fromtimestamp(float(sys.argv[3]) + time.monotonic(), UTC),
)
"""


async def start(folder: Path) -> Process:
    """A worker in a process of its own, listening."""
    path = folder / "m1.sock"
    path.unlink(missing_ok=True)
    # The machine's monotonic clock goes on from one worker to the next, as a real clock would.
    shift = START.timestamp()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, str(folder), KEY, str(shift))
    async with asyncio.timeout(60):
        while not path.exists():
            assert process.returncode is None
            await asyncio.sleep(0.05)
    return process


async def stop(process: Process, how: signal.Signals) -> int:
    """End a worker one way or the other."""
    if process.returncode is None:
        process.send_signal(how)
    async with asyncio.timeout(60):
        return await process.wait()


def good(member: str, role: RoomRole) -> str:
    """A ticket for long enough that the machine's uptime does not matter."""
    one = ticket(member, role)
    fields = {name: getattr(one, name) for name in one.__dataclass_fields__}
    fields |= {"until": START.replace(year=START.year + 5)}
    return sign(Ticket(**fields), KEY.encode())


@asynccontextmanager
async def people() -> AsyncIterator[tuple[Guest, Guest]]:
    """The chair and a citizen, each with a picture of their own."""
    async with (
        Guest(good("hanh", RoomRole.CHAIR), 60) as hanh,
        Guest(good("lan", RoomRole.CITIZEN), 180) as lan,
    ):
        yield hanh, lan


async def begin(folder: Path, hanh: Guest, lan: Guest) -> None:
    """Everything from the first hello to a live, proven reception."""
    path = str(folder / "m1.sock")
    await hanh.dial(path)
    await lan.dial(path)
    await hanh.until(lambda: hanh.state.get("waiting"))
    await hanh.say("admit", member="lan")
    for guest in (hanh, lan):
        await guest.until(lambda guest=guest: guest.status == "admitted")
        await guest.say("acknowledge_recording")
        await guest.connect()
    await hanh.see(lan, "lan")
    await lan.see(hanh, "hanh")
    await hanh.say("recording_start")
    await hanh.until(lambda: hanh.recording == ("on", True))
    await hanh.say("begin", ground="thư ký vắng")
    await lan.until(lambda: lan.state["phase"] == "live")


def noted(folder: Path) -> list[Note]:
    """What the room put on record."""
    return Spool(folder / "spool").read("P-1")


def kinds(folder: Path) -> list[str]:
    return [note.kind.value for note in noted(folder)]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_a_reception_in_peace(tmp_path: Path) -> None:
    worker = await start(tmp_path)
    try:
        async with people() as (hanh, lan):
            await begin(tmp_path, hanh, lan)
            await lan.connect()
            await hanh.see(lan, "lan")
            await hanh.until(lambda: hanh.recording == ("on", True))
            await hanh.until(lambda: hanh.durable_seconds >= 4)
            await hanh.say("end")
            await lan.until(lambda: lan.bye is not None)
            assert lan.bye is not None
            assert lan.bye["code"] == "ended"
            await until((tmp_path / "spool" / "P-1.over").exists)
        closed = [each for each in noted(tmp_path) if each.kind == NoteKind.SEGMENT_CLOSED]
        found = {str(each.facts["file"]): (each.facts["has_audio"], each.facts["has_video"]) for each in closed}
        assert set(found) == {"hanh-001.webm", "lan-001.webm", "lan-002.webm"}
        assert found["hanh-001.webm"] == (True, True)
        # A stretch of a second or two may end before its first whole picture came.
        assert all(any(each) for each in found.values()), found
        assert {each.facts["closed"] for each in closed} == {"clean"}
        files = list((tmp_path / "recordings").rglob("*.webm"))
        assert sum(each.stat().st_size for each in files) == sum(int(str(each.facts["bytes"])) for each in closed)
    finally:
        assert await stop(worker, signal.SIGTERM) == 0


async def test_a_killed_worker_is_not_the_end(tmp_path: Path) -> None:
    worker = await start(tmp_path)
    async with people() as (hanh, lan):
        await begin(tmp_path, hanh, lan)
        await asyncio.sleep(1)
        await stop(worker, signal.SIGKILL)
        worker = await start(tmp_path)
        try:
            for guest in (hanh, lan):
                await guest.hang_up()
                await guest.dial(str(tmp_path / "m1.sock"))
                await guest.until(lambda guest=guest: guest.status == "admitted")
                assert guest.state["phase"] == "live"
                await guest.connect()
            await hanh.see(lan, "lan")
            await hanh.until(lambda: hanh.recording == ("on", True))
            assert "recording_resumed" in kinds(tmp_path)
            await hanh.say("end")
            await until((tmp_path / "spool" / "P-1.over").exists)
        finally:
            assert await stop(worker, signal.SIGTERM) == 0
    closed = [each for each in noted(tmp_path) if each.kind == NoteKind.SEGMENT_CLOSED]
    assert sorted((str(each.facts["file"]), each.facts["closed"]) for each in closed) == [
        ("hanh-001.webm", "repaired"),
        ("hanh-002.webm", "clean"),
        ("lan-001.webm", "repaired"),
        ("lan-002.webm", "clean"),
    ]
    assert [each.seq for each in noted(tmp_path)] == list(range(1, len(noted(tmp_path)) + 1))
