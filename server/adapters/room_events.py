"""The worker's spool: what rooms note is on disk first, then told to the office, in order.

One file a room, `<room>.jsonl`, one note a line; `<room>.told` holds the number up to which
the office has acknowledged; `<room>.over` says that the room ended, and outlives the notes,
so that a ticket still good opens nothing. The notes of a room that has not ended are kept even
when they were told: they are what a killed worker rebuilds the room from.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from signaling.effects import Note, NoteKind

SIGNATURE = "X-Worker-Signature"
AT_MOST = 200
"""Notes in one letter to the office."""

MAX_READ_LINES = 1000

FIRST_RETRY, LAST_RETRY = 0.5, 15.0
LAST_WORDS = 3.0
FORGET_ENDED_AFTER = 30 * 86400.0
"""Seconds after which a room's end is forgotten; no ticket is good for that long."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_log = logging.getLogger(__name__)


def note_line(note: Note) -> str:
    """A note as one line of JSON, without the line's end."""
    return json.dumps(
        {
            "room": note.room,
            "seq": note.seq,
            "at": note.at.isoformat(),
            "kind": note.kind.value,
            "member": note.member,
            "facts": dict(note.facts),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_note(fields: dict[str, Any]) -> Note:
    """A note from the fields of its line. Raises KeyError, ValueError or TypeError."""
    return Note(
        room=fields["room"],
        seq=int(fields["seq"]),
        at=datetime.fromisoformat(fields["at"]),
        kind=NoteKind(fields["kind"]),
        member=fields["member"],
        facts=dict(fields["facts"]),
    )


def sign_body(body: bytes, key: bytes) -> str:
    """What stands in the header `SIGNATURE`."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


class Spool:
    """The folder of notes; a `signaling.hub.Book`. One process, one folder."""

    def __init__(self, folder: Path, on_kept: Callable[[], None] = lambda: None) -> None:
        """Open the folder, making it if need be, and forget ends that are long past."""
        self._folder = folder
        self.on_kept = on_kept
        self._sealed: set[str] = set()
        self._told: dict[str, tuple[int, int]] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        long_ago = time.time() - FORGET_ENDED_AFTER
        for path in folder.glob("*.over"):
            if path.stat().st_mtime < long_ago and not self._notes(path.stem).exists():
                path.unlink()
        # Threads of its own: what waits for a recorder must not keep a room from its notes.
        self._desk = ThreadPoolExecutor(4, thread_name_prefix="spool")
        self._over = {path.stem for path in folder.glob("*.over")}

    async def keep(self, notes: Sequence[Note]) -> None:
        """Return once `notes`, all of one room, are on disk. Raises OSError."""
        lines = [note_line(each) for each in notes]
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._desk, self._append, notes[0].room, lines)
        self.on_kept()

    async def recall(self, room: str) -> list[Note]:
        """All notes of a room that has not ended, in order."""
        if self.is_over(room):
            return []
        return await asyncio.to_thread(self.read, room)

    def is_over(self, room: str) -> bool:
        """Whether the room ended here."""
        return room in self._over

    async def close(self, room: str) -> None:
        """Remember that the room ended."""
        self._over.add(room)
        await asyncio.to_thread(self._write_over, room)
        self.on_kept()

    def rooms(self) -> list[str]:
        """Rooms with notes on disk."""
        return sorted(path.stem for path in self._folder.glob("*.jsonl"))

    def open_rooms(self) -> list[str]:
        """Rooms that have notes and have not ended."""
        return [room for room in self.rooms() if not self.is_over(room)]

    def read(self, room: str) -> list[Note]:
        """Every whole line of a room's notes; a line torn by a crash was never acted upon."""
        try:
            text = self._notes(room).read_bytes()
        except FileNotFoundError:
            return []
        notes = list[Note]()
        for line in text.split(b"\n")[:-1]:
            try:
                note = read_note(json.loads(line))
            except (ValueError, KeyError, TypeError):
                _log.exception("room %s: an unreadable note", room)
                break
            if not notes or note.seq == notes[-1].seq + 1:
                notes.append(note)
        return notes

    def unsent(self, room: str) -> list[Note]:
        """The oldest notes that the office has not acknowledged."""
        return [note for note, _ in self._after_told(room)[:AT_MOST]]

    def acknowledge(self, room: str, until: int) -> None:
        """The office has this room's notes up to `until`; those of an ended room are dropped."""
        waiting = self._after_told(room)
        told = [(note.seq, ends) for note, ends in waiting if note.seq <= until]
        if told:
            self._told[room] = told[-1]
            temporary = self._folder / f"{room}.told.part"
            temporary.write_text(str(told[-1][0]))
            temporary.replace(self._folder / f"{room}.told")
        if self.is_over(room) and len(told) == len(waiting) < MAX_READ_LINES:
            self._notes(room).unlink(missing_ok=True)
            (self._folder / f"{room}.told").unlink(missing_ok=True)
            self._told.pop(room, None)

    def _after_told(self, room: str) -> list[tuple[Note, int]]:
        """Notes after the last acknowledged one, each with the place where its line ends."""
        seq, place = self._told.get(room) or (self._told_until(room), 0)
        found = list[tuple[Note, int]]()
        try:
            with self._notes(room).open("rb") as file:
                file.seek(place)
                for line in file:
                    if not line.endswith(b"\n") or len(found) == MAX_READ_LINES:
                        break
                    place += len(line)
                    note = read_note(json.loads(line))
                    if note.seq == (found[-1][0].seq if found else seq) + 1:
                        found.append((note, place))
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            _log.exception("room %s: an unreadable note", room)
        return found

    def _append(self, room: str, lines: list[str]) -> None:
        path = self._notes(room)
        is_new = not path.exists()
        with path.open("ab") as file:
            if room not in self._sealed:
                self._cut_torn_line(path)
            # Should writing fail midway, the next attempt cuts what it left.
            self._sealed.discard(room)
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        self._sealed.add(room)
        if is_new:
            self._sync_folder()

    def _cut_torn_line(self, path: Path) -> None:
        text = path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole != len(text):
            os.truncate(path, whole)

    def _write_over(self, room: str) -> None:
        with (self._folder / f"{room}.over").open("wb") as file:
            os.fsync(file.fileno())
        self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _told_until(self, room: str) -> int:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self._folder / f"{room}.told").read_text())
        return 0

    def _notes(self, room: str) -> Path:
        if not _CODE.fullmatch(room):
            raise ValueError(f"not a room: {room!r}")
        return self._folder / f"{room}.jsonl"


@dataclass(frozen=True, slots=True)
class Office:
    """Where notes go: the web process's address, and the key that both sides know."""

    url: str
    key: bytes
    worker: str


class Courier:
    """Brings notes to the office, room by room, in order, again and again until accepted."""

    def __init__(self, spool: Spool, office: Office) -> None:
        self._spool = spool
        self._office = office
        self._has_notes = asyncio.Event()
        self._has_notes.set()
        spool.on_kept = self._has_notes.set

    async def run(self) -> None:
        """Bring what there is, for ever. Cancel it to stop."""
        pause = FIRST_RETRY
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:
            while True:
                await self._has_notes.wait()
                self._has_notes.clear()
                if await self.bring(session):
                    pause = FIRST_RETRY
                    continue
                # Workers that lost the same office must not all come back in the same instant.
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                pause = min(pause * 2, LAST_RETRY)
                self._has_notes.set()

    async def bring_last(self) -> None:
        """One more attempt, after `run` was cancelled; what is left waits for the next start."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS), ClientSession() as session:
                await self.bring(session)

    async def bring(self, session: ClientSession) -> bool:
        """Bring everything unsent once; False: some of it has to be tried again."""
        is_done = True
        for room in await asyncio.to_thread(self._spool.rooms):
            while notes := await asyncio.to_thread(self._spool.unsent, room):
                try:
                    until = await self._post(session, room, notes)
                except (ClientError, TimeoutError, OSError) as trouble:
                    _log.warning("the office does not answer: %s", type(trouble).__name__)
                    return False
                if until is None or until < notes[0].seq:
                    is_done = False
                    break
                await asyncio.to_thread(self._spool.acknowledge, room, until)
        return is_done

    async def _post(self, session: ClientSession, room: str, notes: list[Note]) -> int | None:
        lines = ",".join(note_line(note) for note in notes)
        body = f'{{"worker":{json.dumps(self._office.worker)},"notes":[{lines}]}}'.encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: sign_body(body, self._office.key),
        }
        url = f"{self._office.url}/internal/notes"
        async with session.post(url, data=body, headers=headers) as response:
            if response.status != 200:  # noqa: PLR2004 - OK
                _log.warning("the office refused notes of %s: %s", room, response.status)
                return None
            try:
                accepted = (await response.json())["accepted_until"]
                return int(accepted.get(room, 0))
            except (ValueError, KeyError, TypeError, AttributeError):
                _log.warning("the office answered nonsense about %s", room)
                return None
