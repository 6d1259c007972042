"""Real WebSockets: the first word, the limits, who loses a line and who does not."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient

from signaling import endpoint as endpoint_module
from signaling.answers import Captioned, Done
from signaling.effects import Note
from signaling.endpoint import MAX_UNSENT, Bucket, Endpoint, Line
from signaling.errors import BrokenProtocol
from signaling.hub import Hub, Means
from signaling.passthrough import MediaPort
from signaling.roles import RoomRole
from signaling.tickets import sign
from signaling.tracks import RoomRecorder
from tests.playbook import START, ticket

KEY = b"k" * 32
Client = TestClient[web.Request, web.Application]
Dial = Callable[..., Awaitable[ClientWebSocketResponse]]


class Memory:
    """A book that lasts as long as the test."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.over: set[str] = set()

    async def keep(self, notes: Sequence[Note]) -> None:
        self.notes += notes

    async def recall(self, room: str) -> list[Note]:
        return [each for each in self.notes if each.room == room and room not in self.over]

    def is_over(self, room: str) -> bool:
        return room in self.over

    async def close(self, room: str) -> None:
        self.over.add(room)


def no_recorder(room: str) -> RoomRecorder:
    """These rooms are not recorded."""
    raise AssertionError(room)


@pytest.fixture
async def client(aiohttp_client: Callable[..., Awaitable[Client]]) -> AsyncIterator[Client]:
    port = await MediaPort.open()
    began = datetime.now(UTC)  # noqa: TID251 - only to let the test's clock run

    def now() -> datetime:
        return START + (datetime.now(UTC) - began)  # noqa: TID251 - the same

    means = Means(port, no_recorder, Memory(), now)
    hub = Hub(means)
    app = web.Application()
    app.router.add_get("/ws", Endpoint(hub, KEY, now).attend)
    yield await aiohttp_client(app)
    await hub.drain()
    port.close()


@pytest.fixture
def dial(client: Client) -> Dial:
    async def connect(member: str, role: RoomRole = RoomRole.CHAIR) -> ClientWebSocketResponse:
        socket = await client.ws_connect("/ws")
        await socket.send_json({"type": "hello", "ticket": sign(ticket(member, role), KEY)})
        await hear(socket, "welcome")
        return socket

    return connect


async def hear(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of one kind."""
    async with asyncio.timeout(30):
        while True:
            message = await socket.receive()
            assert message.type is WSMsgType.TEXT, message
            fields: dict[str, Any] = json.loads(message.data)
            if fields["type"] == kind:
                return fields


async def goodbye(socket: ClientWebSocketResponse) -> tuple[str, str | None, int | None]:
    """The goodbye and the close code."""
    bye = await hear(socket, "bye")
    assert (await socket.receive()).type is WSMsgType.CLOSE
    return bye["code"], bye["ground"], socket.close_code


@pytest.mark.parametrize(
    ("first", "ground"),
    [
        ("{}", "unknown_type"),
        ("nonsense", "not_json"),
        ('{"type":"ping"}', "no_hello"),
        ('{"type":"hello","ticket":"a","ticket":"b"}', "not_json"),
        ('{"type":"hello","ticket":"a.b","admin":true}', "bad_fields"),
    ],
)
async def test_the_first_word_is_hello(client: Client, first: str, ground: str) -> None:
    socket = await client.ws_connect("/ws")
    await socket.send_str(first)
    assert await goodbye(socket) == ("broken", ground, 4400)


async def test_silence_at_the_door_is_cut(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "HELLO_WITHIN", 0.05)
    socket = await client.ws_connect("/ws")
    assert await goodbye(socket) == ("broken", "no_hello", 4400)


@pytest.mark.parametrize(
    ("shown", "code", "ground"),
    [
        ("x", "broken", "malformed"),
        (sign(ticket("lan"), b"x" * 32), "broken", "forged"),
        (sign(replace(ticket("lan"), until=START - timedelta(1)), KEY), "expired", "expired"),
        (sign(replace(ticket("lan"), not_before=START + timedelta(1)), KEY), "expired", "early"),
    ],
)
async def test_bad_tickets(client: Client, shown: str, code: str, ground: str) -> None:
    socket = await client.ws_connect("/ws")
    await socket.send_json({"type": "hello", "ticket": shown})
    assert await goodbye(socket) == (code, ground, 4401)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ('{"type":"ping","more":1}', "bad_fields"),
        ('{"type":"stop_here","ground":"whatever I like"}', "bad_fields"),
        ('{"type":"choose","choice":"go_home"}', "bad_fields"),
        ('{"type":"pause","ground":"' + "a" * 70_000 + '"}', "too_long"),
        ('{"type":"offer","connection":1,"sdp":"' + "a" * 300_000 + '"}', "too_long"),
        (json.dumps({"type": "hello", "ticket": "a.b"}), "hello_twice"),
    ],
)
async def test_nonsense_costs_ones_own_line_only(dial: Dial, text: str, ground: str) -> None:
    hanh, tu = await dial("hanh"), await dial("tu", RoomRole.CLERK)
    await tu.send_str(text)
    assert await goodbye(tu) == ("broken", ground, 4400)
    await hanh.send_json({"type": "ping", "id": "p"})
    assert (await hear(hanh, "done"))["re"] == "p"


async def test_bytes_are_not_text(dial: Dial) -> None:
    hanh = await dial("hanh")
    await hanh.send_bytes(b"{}")
    assert await goodbye(hanh) == ("broken", "not_text", 4400)


async def test_a_flood_is_cut(dial: Dial) -> None:
    hanh, tu = await dial("hanh"), await dial("tu", RoomRole.CLERK)
    with contextlib.suppress(ConnectionError):
        for _ in range(1000):
            await tu.send_json({"type": "hand", "up": True})
    assert await goodbye(tu) == ("broken", "too_fast", 4400)
    await hanh.send_json({"type": "ping", "id": "p"})
    assert (await hear(hanh, "done"))["re"] == "p"


def test_a_bucket_fills_again() -> None:
    bucket = Bucket(0.0)
    for _ in range(60):
        bucket.take(0.0)
    with pytest.raises(BrokenProtocol):
        bucket.take(0.0)
    for _ in range(30):
        bucket.take(1.0)


async def test_a_silent_line_is_closed_without_a_goodbye(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "SILENT_AFTER", 0.1)
    hanh = await dial("hanh")
    async with asyncio.timeout(30):
        while (message := await hanh.receive()).type is WSMsgType.TEXT:
            assert json.loads(message.data)["type"] != "bye"
    assert hanh.close_code == 1001


async def test_the_newest_line_wins(dial: Dial) -> None:
    first = await dial("hanh")
    second = await dial("hanh")
    assert await goodbye(first) == ("replaced", None, 4409)
    await second.send_json({"type": "leave"})
    assert await goodbye(second) == ("left", None, 1000)


async def test_removed_is_told_with_its_ground(dial: Dial) -> None:
    hanh, tu = await dial("hanh"), await dial("tu", RoomRole.CLERK)
    await hanh.send_json({"type": "remove", "member": "tu", "ground": "Nhầm phòng", "id": "1"})
    assert (await hear(hanh, "done"))["re"] == "1"
    assert await goodbye(tu) == ("removed", "Nhầm phòng", 4403)


async def test_a_waiting_person_hears_no_name(dial: Dial) -> None:
    await dial("hanh")
    lan = await dial("lan", RoomRole.CITIZEN)
    state = await hear(lan, "state")
    assert (state["members"], state["waiting"]) == ([], [])
    await lan.send_json({"type": "offer", "sdp": "v=0", "connection": 1})
    assert (await hear(lan, "refused"))["code"] == "not_admitted"


async def test_a_bad_offer_costs_nothing_but_the_connection(dial: Dial) -> None:
    hanh = await dial("hanh")
    await hanh.send_json({"type": "offer", "sdp": "v=0", "connection": 1})
    assert (await hear(hanh, "refused"))["code"] == "media_failed"
    await hanh.send_json({"type": "ping", "id": "p"})
    assert (await hear(hanh, "done"))["re"] == "p"


async def test_a_caption_reaches_those_inside_and_the_waiting_person_gets_nothing(dial: Dial) -> None:
    hanh, tu = await dial("hanh"), await dial("tu", RoomRole.CLERK)
    lan = await dial("lan", RoomRole.CITIZEN)
    await tu.send_json({"type": "caption", "member": "hanh", "words": "Mời bà vào.", "id": "1"})
    for inside in (hanh, tu):
        caption = await hear(inside, "captioned")
        assert caption == {"type": "captioned", "member": "hanh", "by": "tu", "words": "Mời bà vào."}
    await lan.send_json({"type": "caption", "member": "hanh", "words": "Tôi là chủ tịch.", "id": "2"})
    told = list[dict[str, Any]]()
    async with asyncio.timeout(30):
        while not told or told[-1]["type"] != "refused":
            told.append(await lan.receive_json())
    assert told[-1]["code"] == "not_admitted"
    assert "captioned" not in {each["type"] for each in told}
    await tu.send_json({"type": "caption", "member": "hanh", "words": "a\nb"})
    assert await goodbye(tu) == ("broken", "bad_fields", 4400)


def test_captions_that_a_slow_line_could_not_carry_do_not_pile_up() -> None:
    line = Line(web.WebSocketResponse())
    for number in range(2 * MAX_UNSENT):
        line.send(Captioned(member="lan", by="tu", words=str(number)))
    line.send(Done(re="x"))
    assert [each.words for each in line._unsent if isinstance(each, Captioned)] == ["197", "198", "199"]
