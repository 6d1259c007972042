"""Short messages: a provider over HTTPS, or lines written to a folder."""

import asyncio
from pathlib import Path
from typing import Protocol

import aiohttp

from server.adapters.mail import SendFailed

_ERROR, _SERVERS_OWN = 400, 500
_PASSING = {401, 402, 403, 407, 408, 409, 421, 423, 425, 429}
"""Refusals that are not the message's fault: our key or account, time, another sending under way, the provider's load."""


class Texter(Protocol):
    """Sends one short message; returning means that the provider, or the disk, has it."""

    async def send(self, to: str, body: str, message_id: str) -> None: ...


class HttpTexter:
    """Posts ``{"to", "text", "id"}`` as JSON; the provider must treat a repeated id as one message."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def send(self, to: str, body: str, message_id: str) -> None:
        """Hand the message to the provider within 15 s."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
                session.post(self._url, json={"to": to, "text": body, "id": message_id}) as answer,
            ):
                if answer.status >= _ERROR:
                    raise SendFailed(f"HTTP {answer.status}", is_final=is_final(answer.status))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendFailed(type(error).__name__) from error


def is_final(status: int) -> bool:
    """Whether the provider would refuse the same message again whatever anybody does about key, account or time."""
    return _ERROR <= status < _SERVERS_OWN and status not in _PASSING


class FolderTexter:
    """Writes each message as a ``.sms.txt`` file: the number on the first line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def send(self, to: str, body: str, message_id: str) -> None:
        """Write the message; a second sending overwrites the first."""
        path = self._folder / f"{message_id.replace(':', '-').replace('/', '-')}.sms.txt"
        try:
            await asyncio.to_thread(path.write_text, f"{to}\n{body}\n", encoding="utf-8")
        except OSError as error:
            raise SendFailed(type(error).__name__) from error
