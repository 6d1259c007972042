"""Where recordings stand: folders, safe names, room on the disk, lines that are really on it.

`<root>/<room>/manifest.jsonl`, `<member>-<NNN>.webm`, `<member>-<NNN>.sealed.webm`, `playback/<member>.webm`,
`sealed/<member>.webm`. See FORMAT.md.
Everything here may block on the disk; nothing here is called from the event loop except
`Shelf.space`.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recordings.manifest import SEALED_NAME, Entry, Ledger, fold, read_lines, write_line

MANIFEST = "manifest.jsonl"
PLAYBACK = "playback"
SEALED_PLAYBACK = "sealed"
DEFAULT_FLOOR = 512 * 1024 * 1024

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")

Level = Literal["plenty", "low", "scarce", "critical", "none"]
_WARNINGS: tuple[tuple[float, Level], ...] = ((0.05, "critical"), (0.10, "scarce"), (0.20, "low"))


class ShelfFull(Exception):
    """Too little room to begin another recording."""


@dataclass(frozen=True)
class Space:
    """Room on the disk; `level` falls at 20, 10 and 5 % free, and is `none` under the floor."""

    free: int
    total: int
    level: Level


def safe_name(name: str) -> str:
    """A file name for any text: itself if harmless, else what is harmless of it and a short
    hash. Never two alike.
    """
    if _PLAIN.fullmatch(name):
        return name
    harmless = _UNSAFE.sub("", name)[:40].lstrip("-_")
    return f"{harmless}~{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def sync_folder(folder: Path) -> None:
    """Make names created, renamed or removed in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, content: bytes) -> None:
    """Write everything or raise `OSError`; a short write without an error is tried again, as
    POSIX allows.
    """
    view = memoryview(content)
    while view:
        written = os.write(handle, view)
        if written == 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        view = view[written:]


class Shelf:
    """All recordings of one worker. `floor` is the bytes that must be free before another
    recording may begin.
    """

    def __init__(self, root: Path, floor: int = DEFAULT_FLOOR) -> None:
        """Create the root folder if needed."""
        self.root = root
        self.floor = floor
        root.mkdir(parents=True, exist_ok=True, mode=0o750)

    def space(self) -> Space:
        """Ask the file system, one system call."""
        found = os.statvfs(self.root)
        free, total = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        if free < self.floor:
            return Space(free, total, "none")
        for share, level in _WARNINGS:
            if free < share * total:
                return Space(free, total, level)
        return Space(free, total, "plenty")

    def require_space(self) -> None:
        """Raise `ShelfFull` under the floor."""
        if self.space().level == "none":
            raise ShelfFull

    def folder(self, room: str) -> "RoomFolder":
        """The folder of a room, which need not exist yet."""
        return RoomFolder(self.root / safe_name(room))

    def folders(self) -> Iterator["RoomFolder"]:
        """Every folder that has a manifest, by name."""
        for path in sorted(self.root.iterdir()):
            if (path / MANIFEST).is_file():
                yield RoomFolder(path)


class RoomFolder:
    """One room's folder. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self.path = path

    def ledger(self) -> Ledger:
        """What the manifest comes to now; an empty ledger when there is none."""
        try:
            text = (self.path / MANIFEST).read_text("utf-8", errors="replace")
        except FileNotFoundError:
            text = ""
        return fold(*read_lines(text))

    def append(self, *lines: Entry) -> None:
        """Put lines into the manifest, on disk when this returns; raises `OSError`."""
        created = not self.path.is_dir()
        self.path.mkdir(parents=True, exist_ok=True, mode=0o750)
        handle = os.open(self.path / MANIFEST, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            size = os.fstat(handle).st_size
            # A line torn by a power cut must not swallow the one that follows it.
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            text = ("\n" if torn else "") + "".join(map(write_line, lines))
            write_all(handle, text.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if size == 0:
            sync_folder(self.path)
        if created:
            sync_folder(self.path.parent)

    def file_name(self, member: str, segment: int, *, under_seal: bool) -> str:
        """Name of a segment's file."""
        return f"{safe_name(member)}-{segment:03d}{SEALED_NAME if under_seal else '.webm'}"

    def playback(self, member: str, *, under_seal: bool) -> Path:
        """Where a member's composed file is kept; what is under seal has a file of its own."""
        return self.path / (SEALED_PLAYBACK if under_seal else PLAYBACK) / f"{safe_name(member)}.webm"
