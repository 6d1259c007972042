"""The media process for real: its socket, its disk, its death and its return."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, UnixConnector, WSMsgType, web

from server.adapters.media_nodes import MediaNodes
from server.adapters.room_events import SIGNATURE, Spool, read_note, sign_body
from server.media_worker import Worker, running
from server.worker_settings import WorkerSettings
from signaling.effects import NoteKind
from signaling.roles import RoomRole
from signaling.tickets import Ticket, sign
from tests.playbook import ticket

KEY = b"k" * 32


def now() -> datetime:
    """A clock that need not agree with the tickets' day."""
    return datetime.fromtimestamp(asyncio.get_running_loop().time() + 1_784_509_200, UTC)


def good(member: str, role: RoomRole = RoomRole.CITIZEN) -> str:
    """A signed ticket that is good now."""
    one = ticket(member, role)
    fields = {name: getattr(one, name) for name in one.__dataclass_fields__}
    fields |= {"not_before": now() - timedelta(hours=1), "until": now() + timedelta(hours=1)}
    return sign(Ticket(**fields), KEY)


@dataclass
class Desk:
    """The office's inbox: a real web server that checks signatures and can be closed."""

    notes: dict[str, list[int]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    is_open: bool = True

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert request.headers[SIGNATURE] == sign_body(body, KEY)
        if not self.is_open:
            raise web.HTTPServiceUnavailable
        for each in json.loads(body)["notes"]:
            note = read_note(each)
            have = self.notes.setdefault(note.room, [])
            if note.seq == len(have) + 1:
                have.append(note.seq)
                self.kinds.append(note.kind.value)
        return web.json_response({"accepted_until": {k: len(v) for k, v in self.notes.items()}})


@dataclass
class Site:
    """A worker's place on disk, and an office that it brings its notes to."""

    settings: WorkerSettings
    desk: Desk
    nodes: MediaNodes

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        async with running(self.settings, now) as worker:
            yield worker


@pytest.fixture
async def site(tmp_path: Path, aiohttp_server: Callable[..., Any]) -> AsyncIterator[Site]:
    desk = Desk()
    app = web.Application()
    app.router.add_post("/internal/notes", desk.take)
    server = await aiohttp_server(app)
    settings = WorkerSettings(
        name="m1",
        socket_path=tmp_path / "run" / "m1.sock",
        recordings_path=tmp_path / "recordings",
        spool_path=tmp_path / "spool",
        ticket_key=KEY,
        web_url=str(server.make_url("")).rstrip("/"),
        announced=("127.0.0.1",),
        free_bytes_floor=0,
    )
    nodes = MediaNodes({"m1": settings.socket_path}, KEY, now)
    yield Site(settings, desk, nodes)
    await nodes.close()


@asynccontextmanager
async def browser(site: Site, member: str, role: RoomRole) -> AsyncIterator[ClientWebSocketResponse]:
    """A WebSocket straight to the worker, past hello."""
    connector = UnixConnector(path=str(site.settings.socket_path))
    async with (
        ClientSession(connector=connector) as session,
        session.ws_connect("http://worker/ws") as socket,
    ):
        await socket.send_json({"type": "hello", "ticket": good(member, role)})
        yield socket


async def hear(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of one kind."""
    async with asyncio.timeout(30):
        while True:
            message = await socket.receive()
            assert message.type is WSMsgType.TEXT, message
            fields: dict[str, Any] = json.loads(message.data)
            if fields["type"] == kind:
                return fields


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - the other side is a disk or another process
            await asyncio.sleep(0.02)


async def test_a_reception_is_noted_and_ends(site: Site) -> None:
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        welcome = await hear(hanh, "welcome")
        assert welcome["role"] == "chair"
        assert (await hear(hanh, "state"))["you"]["status"] == "admitted"
        await hanh.send_json({"type": "acknowledge_recording", "id": "1"})
        assert (await hear(hanh, "done"))["re"] == "1"
        await hanh.send_json({"type": "begin", "id": "2", "ground": "tập dượt"})
        assert (await hear(hanh, "refused"))["code"] == "recording_not_proven"
        await hanh.send_json({"type": "recording_waive", "ground": "Máy hỏng"})
        await hanh.send_json({"type": "begin", "id": "3", "ground": "tập dượt"})
        assert (await hear(hanh, "done"))["re"] == "3"
        assert await site.nodes.announce("P-1", "minutes", 4)
        assert (await hear(hanh, "changed"))["version"] == 4
        assert (await hear(hanh, "tick"))["speaking"] is None
        await hanh.send_json({"type": "end"})
        assert (await hear(hanh, "bye"))["code"] == "ended"
        assert (await hanh.receive()).type is WSMsgType.CLOSE
        assert hanh.close_code == 4410
        await until(lambda: "ended" in site.desk.kinds)
        await until(lambda: not list(site.settings.spool_path.glob("*.jsonl")))
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as again:
        assert (await hear(again, "bye"))["code"] == "ended"


async def test_the_office_closes_a_room(site: Site) -> None:
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        await hear(hanh, "state")
        assert await site.nodes.place("P-1") == "m1"
        assert not await site.nodes.close_room("P-2", "Hết giờ")
        assert await site.nodes.close_room("P-1", "Hết giờ")
        assert (await hear(hanh, "bye"))["code"] == "ended"


async def test_notes_wait_while_the_office_is_away(site: Site) -> None:
    site.desk.is_open = False
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        await hear(hanh, "state")
        await asyncio.sleep(0.3)
        assert site.desk.kinds == []
        site.desk.is_open = True
        await until(lambda: site.desk.kinds == ["room_opened", "arrived", "admitted"])


async def test_a_drained_worker_says_moving_and_goes_on_after_the_restart(site: Site) -> None:
    async with site.worker() as worker, browser(site, "lan", RoomRole.CITIZEN) as lan:
        async with browser(site, "hanh", RoomRole.CHAIR) as hanh:
            await hear(hanh, "state")
            assert (await hear(lan, "state"))["members"] == []
            await hanh.send_json({"type": "admit", "member": "lan", "id": "a"})
            await hear(hanh, "done")
        await worker.hub.drain()
        assert (await hear(lan, "bye"))["code"] == "moving"
        assert (await lan.receive()).type is WSMsgType.CLOSE
        assert lan.close_code == 1012
    assert site.desk.kinds.count("ended") == 0
    async with site.worker() as worker, browser(site, "lan", RoomRole.CITIZEN) as lan:
        assert (await hear(lan, "state"))["you"]["status"] == "admitted"
        assert [each.room for each in worker.hub.status()] == ["P-1"]


async def test_a_torn_line_is_cut(site: Site) -> None:
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        await hear(hanh, "state")
    path = site.settings.spool_path / "P-1.jsonl"
    with path.open("a") as file:
        file.write('{"room":"P-1","seq":')
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        await hear(hanh, "state")
    notes = Spool(site.settings.spool_path).read("P-1")
    assert [each.seq for each in notes] == list(range(1, len(notes) + 1))
    assert notes[-1].kind == NoteKind.RETURNED


async def test_status_counts_and_names_nobody(site: Site) -> None:
    async with site.worker(), browser(site, "hanh", RoomRole.CHAIR) as hanh:
        await hear(hanh, "state")
        [status] = await site.nodes.status()
        assert status is not None
        assert status.members == 1
        assert status.rooms == ("P-1",)
        assert "hanh" not in json.dumps(dict(status.facts))
    assert await site.nodes.status() == [None]
