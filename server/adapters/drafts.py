"""What a citizen typed and attached before sending: kept for hours, sealed with their own key.

A draft is a folder named by the hash of a token that only the citizen's browser has. Everything
in it is encrypted with a key made from that token and the office's secret, so neither the disk nor
the office's secret alone can be read, and nobody can name another person's file.
"""

import asyncio
import base64
import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from server.errors import Unavailable

KEPT_FOR = 24 * 3600
_ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class DraftBox:
    """The folder of drafts. All methods are quick except ``keep_file`` and ``read_file``."""

    folder: Path
    secret: bytes

    async def load(self, token: str) -> dict[str, Any] | None:
        """Return what was kept under a token, or None when there is nothing (any more)."""
        return await asyncio.to_thread(self._load, token)

    async def save(self, token: str, draft: dict[str, Any]) -> None:
        """Keep a draft. Raises Unavailable when the disk will not take it."""
        content = json.dumps(draft, ensure_ascii=False).encode()
        await asyncio.to_thread(self._write, token, _ANSWERS, content)

    async def keep_file(self, token: str, name: str, content: bytes) -> None:
        """Keep one attached file under a name made by the caller. Raises Unavailable."""
        await asyncio.to_thread(self._write, token, name, content)

    async def read_file(self, token: str, name: str) -> bytes | None:
        """Return an attached file, or None."""
        return await asyncio.to_thread(self._read, token, name)

    async def drop_file(self, token: str, name: str) -> None:
        """Forget one attached file."""
        path = self._place(token) / name
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def drop(self, token: str) -> None:
        """Forget a draft and its files."""
        await asyncio.to_thread(shutil.rmtree, self._place(token), ignore_errors=True)

    async def sweep(self) -> int:
        """Remove drafts that nobody touched for a day; returns how many."""
        return await asyncio.to_thread(self._sweep)

    def _place(self, token: str) -> Path:
        return self.folder / hashlib.sha256(token.encode()).hexdigest()

    def _seal(self, token: str) -> Fernet:
        key = hashlib.blake2b(token.encode(), key=self.secret, digest_size=32).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def _load(self, token: str) -> dict[str, Any] | None:
        found = self._read(token, _ANSWERS)
        return None if found is None else dict(json.loads(found))

    def _read(self, token: str, name: str) -> bytes | None:
        try:
            return self._seal(token).decrypt((self._place(token) / name).read_bytes())
        except (FileNotFoundError, InvalidToken):
            return None

    def _write(self, token: str, name: str, content: bytes) -> None:
        place = self._place(token)
        part = place / f"{name}.part"
        try:
            place.mkdir(parents=True, exist_ok=True)
            part.write_bytes(self._seal(token).encrypt(content))
            part.replace(place / name)
        except OSError as error:
            raise Unavailable("disk_full") from error

    def _sweep(self) -> int:
        old, dropped = time.time() - KEPT_FOR, 0
        for place in self.folder.iterdir() if self.folder.exists() else ():
            if place.stat().st_mtime < old:
                shutil.rmtree(place, ignore_errors=True)
                dropped += 1
        return dropped
