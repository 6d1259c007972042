"""The file store: attachments and papers, under names made here, never under a person's file name.

A file is written to a temporary name, flushed to disk, renamed, and its folder flushed:
after ``keep`` returns it is there after a power cut, or it never was.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from server.errors import Unavailable

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: its name in the store, length in bytes and SHA-256."""

    stored_as: str
    bytes: int
    sha256: str


class FileStore:
    """A folder of immutable files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def keep(self, source: BinaryIO, suffix: str) -> Kept:
        """Store all that can be read from ``source``. Raises Unavailable when the disk will not take it."""
        return await asyncio.to_thread(self._keep, source.read, suffix)

    async def keep_bytes(self, content: bytes, suffix: str) -> Kept:
        """Store ``content``."""
        parts = [content]
        return await asyncio.to_thread(self._keep, lambda _: parts.pop() if parts else b"", suffix)

    def path(self, stored_as: str) -> Path:
        """Return where a stored file lies. Only names given by ``keep`` are accepted."""
        if "/" in stored_as or stored_as.startswith("."):
            raise ValueError(stored_as)
        return self._folder / stored_as[:2] / stored_as

    def drop(self, stored_as: str) -> None:
        """Remove a file whose row was never written."""
        self.path(stored_as).unlink(missing_ok=True)

    def _keep(self, read: Callable[[int], bytes], suffix: str) -> Kept:
        name = secrets.token_hex(16) + suffix
        target = self.path(name)
        temporary = target.with_suffix(".part")
        digest, length = hashlib.sha256(), 0
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as out:
                while chunk := read(CHUNK):
                    digest.update(chunk)
                    length += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            temporary.rename(target)
            _flush_folder(target.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise Unavailable("disk_full") from error
        return Kept(name, length, digest.hexdigest())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
