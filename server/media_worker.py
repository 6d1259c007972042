"""The media process: rooms and their recorder behind one Unix socket and one UDP port.

It needs no database and no office: it believes signed tickets, writes recordings and notes
to its own disk, and brings the notes to the office when the office answers. Killed at any
moment and started again, it mends the recordings and rebuilds its rooms from the notes.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from aiohttp import web

from recordings.manifest import BadManifest
from recordings.recorder import Recorder
from recordings.repair import finished, repair_all
from recordings.shelf import Shelf
from server.adapters.room_events import Courier, Office, Spool
from server.worker_settings import WorkerSettings
from signaling import memory
from signaling.effects import Note, NoteKind
from signaling.endpoint import Endpoint
from signaling.events import FileClosed
from signaling.hub import Hub, Means
from signaling.passthrough import MediaPort, open_port

LAG_EVERY = 0.25
MAX_BODY = 16 * 1024

_log = logging.getLogger(__name__)


class Lag:
    """How late the loop is, at worst, in the last ten seconds."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []

    async def watch(self) -> None:
        """Measure for ever. Cancel it to stop."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(LAG_EVERY)
            now = loop.time()
            self._late = [each for each in self._late if each[0] > now - 10]
            self._late.append((now, now - before - LAG_EVERY))

    @property
    def milliseconds(self) -> float:
        """The worst."""
        return round(1000 * max((late for _, late in self._late), default=0.0), 1)


class Worker:
    """One media process's parts, put together. Use `running`."""

    def __init__(self, settings: WorkerSettings, port: MediaPort, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.port = port
        self.lag = Lag()
        self.shelf = Shelf(settings.recordings_path, settings.free_bytes_floor)
        self.spool = Spool(settings.spool_path)
        self.hub = Hub(
            Means(
                port=port,
                recorder_for=lambda room: Recorder(self.shelf, room),
                book=self.spool,
                now=now,
            ),
            may_open=self.has_space,
        )
        self.endpoint = Endpoint(self.hub, settings.ticket_key, now)

    def has_space(self) -> bool:
        """Whether there is room on the disk for another reception."""
        return self.shelf.space().level != "none"

    async def restore(self, at: datetime) -> None:
        """Mend what a crash left on disk and rebuild the rooms that were open."""
        await asyncio.to_thread(repair_all, self.shelf, at)
        for room in self.spool.open_rooms():
            notes = await asyncio.to_thread(self.spool.read, room)
            if notes:
                closed = await asyncio.to_thread(self._untold_files, room, notes)
                self.hub.restore(room, notes, closed)

    def routes(self) -> list[web.RouteDef]:
        """All that a worker answers to. The socket's file mode keeps strangers out."""
        return [
            web.get("/ws", self.endpoint.attend),
            web.get("/status", self._status),
            web.post("/rooms/{room}/announce", self._announce),
            web.post("/rooms/{room}/close", self._close),
            web.post("/rooms/{room}/withdraw", self._withdraw),
        ]

    def _untold_files(self, room: str, notes: list[Note]) -> list[FileClosed]:
        """Files that are complete on disk while the notes do not say so yet."""
        try:
            complete = finished(self.shelf.folder(room))
        except (OSError, BadManifest):
            _log.exception("room %s: its recording cannot be read", room)
            return []
        told = {(note.member, note.facts.get("segment")) for note in notes if note.kind == NoteKind.SEGMENT_CLOSED}
        return [
            FileClosed(facts.member, facts.segment, asdict(facts))
            for facts in complete
            if (facts.member, facts.segment) not in told
        ]

    async def _status(self, _: web.Request) -> web.Response:
        rooms = self.hub.status()
        space = self.shelf.space()
        return web.json_response(
            {
                "worker": self.settings.name,
                "may_open": self.has_space(),
                "members": sum(each.inside + each.waiting for each in rooms),
                "connections": self.port.callers,
                "packets": dict(self.port.counts),
                "queue_depth": max((each.queued for each in rooms), default=0),
                "lag_ms": self.lag.milliseconds,
                "free_bytes": space.free,
                "space": space.level,
                "rooms": [asdict(each) for each in rooms],
            }
        )

    async def _announce(self, request: web.Request) -> web.Response:
        fields = await _fields(request)
        topic, version = fields.get("topic"), fields.get("version")
        if not isinstance(topic, str) or not isinstance(version, int):
            raise web.HTTPBadRequest
        return _told(is_open=self.hub.announce(request.match_info["room"], topic, version))

    async def _close(self, request: web.Request) -> web.Response:
        ground = (await _fields(request)).get("ground")
        if not isinstance(ground, str) or not ground.strip():
            raise web.HTTPBadRequest
        return _told(is_open=self.hub.close(request.match_info["room"], ground.strip()))

    async def _withdraw(self, request: web.Request) -> web.Response:
        fields = await _fields(request)
        member, since = fields.get("member"), fields.get("since")
        try:
            moment = datetime.fromisoformat(since) if isinstance(since, str) else None
        except ValueError:
            moment = None
        if not isinstance(member, str) or moment is None or moment.tzinfo is None:
            raise web.HTTPBadRequest
        return _told(is_open=self.hub.withdraw(request.match_info["room"], member, moment))


async def _fields(request: web.Request) -> dict[str, object]:
    try:
        fields = await request.json()
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(fields, dict):
        raise web.HTTPBadRequest
    return fields


def _told(*, is_open: bool) -> web.Response:
    text = json.dumps({"is_open": is_open})
    return web.Response(text=text, content_type="application/json", status=200 if is_open else 404)


@contextlib.asynccontextmanager
async def running(settings: WorkerSettings, now: Callable[[], datetime]) -> AsyncIterator[Worker]:
    """A worker that serves inside the block, and drains at its end."""
    port = await open_port(settings.media_host, settings.media_port, settings.announced, settings.hot_path)
    worker = Worker(settings, port, now)
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(worker.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    courier = Courier(worker.spool, Office(settings.web_url, settings.ticket_key, settings.name))
    try:
        async with asyncio.TaskGroup() as tasks:
            await worker.restore(now())
            await _listen(runner, settings.socket_path)
            beside = [tasks.create_task(courier.run()), tasks.create_task(worker.lag.watch())]
            try:
                yield worker
            finally:
                await worker.hub.drain()
                await runner.cleanup()
                for task in beside:
                    task.cancel()
                await courier.bring_last()
    finally:
        port.close()


async def _listen(runner: web.AppRunner, path: Path) -> None:
    await asyncio.to_thread(_clear, path)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    await asyncio.to_thread(path.chmod, 0o600)


def _clear(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # What a killed worker left would keep the next one from listening.
    path.unlink(missing_ok=True)


async def serve(settings: WorkerSettings, now: Callable[[], datetime]) -> None:
    """Serve until SIGTERM or SIGINT, then drain: files closed, browsers told to come back."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings, now):
        memory.settle()
        _log.info("media worker %s listens", settings.name)
        await stop.wait()
        _log.info("media worker %s drains", settings.name)


def run(settings: WorkerSettings, now: Callable[[], datetime]) -> None:
    """Serve in this process until told to stop."""
    if settings.core >= 0:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {settings.core})
    asyncio.run(serve(settings, now))
