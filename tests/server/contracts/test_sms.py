"""Both ways a short message can leave: a provider over HTTP, and a folder."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.adapters.mail import SendFailed
from server.adapters.sms import FolderTexter, HttpTexter, Texter
from tests.office_process import free_port

WORDS = "Lịch tiếp: 08:30 ngày 06/7/2026. Mã 482915."


@dataclass
class Provider:
    """A provider that takes messages and answers as told."""

    status: int = 200
    taken: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        message = await request.json()
        if self.status == 200:
            self.taken[message["id"]] = message
        return web.Response(status=self.status)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    application = web.Application()
    application.router.add_post("/send", made.take)
    async with TestServer(application) as server:
        made.url = str(server.make_url("/send"))
        yield made


@pytest.fixture(params=["http", "folder"])
def texter(request: pytest.FixtureRequest, provider: Provider, tmp_path: Path) -> Texter:
    return HttpTexter(provider.url) if request.param == "http" else FolderTexter(tmp_path)


def received(provider: Provider, folder: Path) -> list[tuple[str, str]]:
    """(number, words) of every message, whichever way."""
    written = [path.read_text(encoding="utf-8").partition("\n") for path in folder.glob("*.sms.txt")]
    return [(m["to"], m["text"]) for m in provider.taken.values()] + [(to, words[:-1]) for to, _, words in written]


async def test_a_message_arrives_as_written(texter: Texter, provider: Provider, tmp_path: Path) -> None:
    await texter.send("0912345678", WORDS, "slip:sms")
    assert received(provider, tmp_path) == [("0912345678", WORDS)]


async def test_the_same_message_sent_twice_is_one(texter: Texter, provider: Provider, tmp_path: Path) -> None:
    for _ in range(2):
        await texter.send("0912345678", WORDS, "slip:sms")
    assert len(received(provider, tmp_path)) == 1


FINAL = (400, 404, 410, 413, 422, 451)
PASSING = (401, 403, 408, 425, 429, 500, 502, 503, 504)


@pytest.mark.parametrize(("status", "is_final"), [*((s, True) for s in FINAL), *((s, False) for s in PASSING)])
async def test_what_the_provider_refuses(provider: Provider, status: int, is_final: bool) -> None:
    provider.status = status
    with pytest.raises(SendFailed) as failed:
        await HttpTexter(provider.url).send("0912345678", WORDS, "slip:sms")
    assert failed.value.is_final is is_final
    assert "0912345678" not in str(failed.value)


async def test_no_provider_at_all_is_asked_again_later() -> None:
    with pytest.raises(SendFailed) as failed:
        await HttpTexter(f"http://127.0.0.1:{free_port()}/send").send("0912345678", WORDS, "slip:sms")
    assert not failed.value.is_final


async def test_a_folder_that_cannot_be_written_is_asked_again_later(tmp_path: Path) -> None:
    folder = FolderTexter(tmp_path / "letters")
    await asyncio.to_thread((tmp_path / "letters").rmdir)
    with pytest.raises(SendFailed) as failed:
        await folder.send("0912345678", WORDS, "slip:sms")
    assert not failed.value.is_final
