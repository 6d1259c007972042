"""A consultation with real packets, a real recorder and real files: what crosses the door, and what is on disk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from recordings.recorder import Recorder
from recordings.shelf import Shelf
from signaling.effects import NoteKind
from signaling.endpoint import Endpoint
from signaling.hub import Hub, Means
from signaling.passthrough import MediaPort
from signaling.roles import RoomRole
from signaling.tickets import sign
from tests.playbook import ticket
from tests.room_server import Book
from tests.signaling.loopback_client import until
from tests.signaling.room_client import Guest

KEY = b"k" * 32
ROLES = {"hanh": RoomRole.CHAIR, "ban": RoomRole.CITY_BOARD, "lan": RoomRole.CITIZEN}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - files and packets keep real time


class Site:
    """A hub on a Unix socket with a shelf of its own."""

    def __init__(self, folder: Path, hub: Hub, book: Book) -> None:
        self.folder, self.hub, self.book = folder, hub, book

    @property
    def path(self) -> str:
        return str(self.folder / "m.sock")

    def guest(self, member: str, brightness: int) -> Guest:
        good = replace(ticket(member, ROLES[member]), not_before=now() - timedelta(1), until=now() + timedelta(1))
        return Guest(sign(good, KEY), brightness)

    def written(self, member: str, *, under_seal: bool = False) -> int:
        """Bytes of a member's files on disk, of the ordinary ones or of those under seal."""
        found = self.folder.rglob(f"{member}-*.webm")
        return sum(each.stat().st_size for each in found if each.name.endswith(".sealed.webm") == under_seal)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    port, book, shelf = await MediaPort.open("127.0.0.1"), Book(), Shelf(tmp_path / "r", floor=0)
    hub = Hub(Means(port, lambda room: Recorder(shelf, room), book, now))
    app = web.Application()
    app.router.add_get("/ws", Endpoint(hub, KEY, now).attend)
    runner = web.AppRunner(app)
    await runner.setup()
    place = Site(tmp_path, hub, book)
    await web.UnixSite(runner, place.path).start()
    yield place
    await hub.drain()
    await runner.cleanup()
    port.close()


def packets(guest: Guest) -> dict[str, int]:
    """How many packets of sound and picture came from each of the others."""
    assert guest.client is not None
    found = dict[str, int]()
    for member, slot in guest.slots.items():
        found[member] = sum(_received(each) for each in guest.client.receivers[slot])
    return found


def _received(receiver: object) -> int:
    streams = getattr(receiver, "_RTCRtpReceiver__remote_streams")  # noqa: B009 - nobody else counts packets
    return sum(each.packets_received for each in streams.values())


async def begin(site: Site, guests: dict[str, Guest]) -> None:
    """Let everybody in; begin, recorded and proven."""
    hanh = guests["hanh"]
    for name, guest in guests.items():
        await guest.dial(site.path)
        if name != "hanh":
            await hanh.until(lambda: hanh.state.get("waiting"))
            await hanh.say("admit", member=name)
        await guest.until(lambda guest=guest: guest.status == "admitted")
        await guest.say("acknowledge_recording")
        await guest.connect()
    await hanh.say("recording_start")
    await hanh.until(lambda: hanh.recording == ("on", True))
    await hanh.say("begin", ground="thư ký vắng")
    await until(lambda: all(packets(guests["lan"]).get(each, 0) > 20 for each in ("hanh", "ban")), 30)


async def go_aside(hanh: Guest, ban: Guest, rule: str) -> None:
    """The chair calls the city's board aside; return when both may be heard by the other."""
    await hanh.say("consult", rule=rule, ground="hội ý")
    await hanh.say("consult_invite", member="ban")
    await ban.until(lambda: (ban.state["consultation"] or {}).get("you") == "invited")
    await ban.say("consult_answer", yes=True)
    for guest in (hanh, ban):
        await guest.until(lambda guest=guest: (guest.state["consultation"] or {}).get("ready"))


@pytest.mark.slow
async def test_not_one_packet_crosses_and_nothing_is_written(site: Site) -> None:
    async with AsyncExitStack() as stack:
        tones = zip(ROLES, (40, 120, 220), strict=True)
        guests = {name: await stack.enter_async_context(site.guest(name, tone)) for name, tone in tones}
        hanh, ban, lan = guests.values()
        await begin(site, guests)
        await go_aside(hanh, ban, "unrecorded")
        files = {name: site.written(name) for name in guests}
        # What the wire still carried comes before what those inside send each other; after that nothing may.
        start = packets(ban)["hanh"]
        await until(lambda: packets(ban)["hanh"] > start + 20, 30)
        before = {name: packets(guest) for name, guest in guests.items()}
        await until(lambda: packets(ban)["hanh"] > before["ban"]["hanh"] + 60, 30)
        await until(lambda: site.written("lan") > files["lan"], 30)
        after = {name: packets(guest) for name, guest in guests.items()}
        for inside in ("hanh", "ban"):
            assert after["lan"][inside] == before["lan"][inside], "the one outside gets packets of one inside"
            assert after[inside]["lan"] == before[inside]["lan"], "one inside gets packets of the one outside"
            assert site.written(inside) == files[inside], "written though not to be recorded"

        await hanh.say("consult_end")
        await until(lambda: packets(lan)["hanh"] > after["lan"]["hanh"] + 20, 30)
        await hanh.until(lambda: hanh.recording == ("on", True))
        await until(lambda: site.written("ban") > files["ban"], 30)
        kinds = [each.kind for each in site.book.notes]
        assert kinds.count(NoteKind.CONSULTATION_UNTAPPED) == 2


@pytest.mark.slow
async def test_under_seal_everybody_is_written_and_nothing_into_an_ordinary_file(site: Site) -> None:
    async with AsyncExitStack() as stack:
        tones = zip(ROLES, (40, 120, 220), strict=True)
        guests = {name: await stack.enter_async_context(site.guest(name, tone)) for name, tone in tones}
        hanh, ban, lan = guests.values()
        await begin(site, guests)
        await go_aside(hanh, ban, "sealed")
        start = packets(ban)["hanh"]
        await until(lambda: packets(ban)["hanh"] > start + 20, 30)
        files = {name: site.written(name) for name in guests}
        before = packets(lan)
        await until(lambda: all(site.written(name, under_seal=True) > 20_000 for name in guests), 30)
        await until(lambda: packets(ban)["hanh"] > start + 120, 30)
        assert packets(lan) == before, "the one outside gets packets of one inside"
        assert {name: site.written(name) for name in guests} == files, "a sealed second in an ordinary file"

        await hanh.say("consult_end")
        await until(lambda: all(site.written(name) > files[name] for name in guests), 30)
        sealed = {name: site.written(name, under_seal=True) for name in guests}
        await until(lambda: packets(lan)["hanh"] > before["hanh"] + 60, 30)
        assert {name: site.written(name, under_seal=True) for name in guests} == sealed, "still under seal"
        kinds = [each.kind for each in site.book.notes]
        assert kinds.count(NoteKind.CONSULTATION_UNTAPPED) == 3
