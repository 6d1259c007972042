"""The spool: on disk before anything else, told in order, dropped when acknowledged."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from server.adapters.room_events import (
    FORGET_ENDED_AFTER,
    Spool,
    note_line,
    read_note,
    sign_body,
)
from signaling.effects import Note, NoteKind
from tests.playbook import START


def note(seq: int, room: str = "P-1", kind: NoteKind = NoteKind.HAND) -> Note:
    return Note(room, seq, START + timedelta(seconds=seq), kind, "lan", {"up": True, "ý": "đúng"})


async def filled(folder: Path, count: int) -> Spool:
    spool = Spool(folder)
    for seq in range(1, count + 1):
        await spool.keep([note(seq)])
    return spool


def test_a_note_is_read_back() -> None:
    assert read_note(json.loads(note_line(note(7)))) == note(7)


async def test_what_was_kept_is_recalled_by_the_next_process(tmp_path: Path) -> None:
    await filled(tmp_path, 5)
    again = Spool(tmp_path)
    assert await again.recall("P-1") == [note(seq) for seq in range(1, 6)]
    assert await again.recall("P-2") == []
    assert again.open_rooms() == ["P-1"]


async def test_acknowledged_notes_are_told_once_and_kept_until_the_end(tmp_path: Path) -> None:
    spool = await filled(tmp_path, 5)
    spool.acknowledge("P-1", 3)
    assert [each.seq for each in spool.unsent("P-1")] == [4, 5]
    spool.acknowledge("P-1", 2)
    assert [each.seq for each in spool.unsent("P-1")] == [4, 5]
    again = Spool(tmp_path)
    assert [each.seq for each in again.unsent("P-1")] == [4, 5]
    assert len(await again.recall("P-1")) == 5


async def test_an_ended_room_is_dropped_when_told_and_stays_ended(tmp_path: Path) -> None:
    spool = await filled(tmp_path, 2)
    await spool.close("P-1")
    assert [each.seq for each in spool.unsent("P-1")] == [1, 2]
    assert await spool.recall("P-1") == []
    spool.acknowledge("P-1", 2)
    assert sorted(os.listdir(tmp_path)) == ["P-1.over"]  # noqa: PTH208 - names only
    assert Spool(tmp_path).is_over("P-1")


async def test_an_end_long_past_is_forgotten(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await spool.close("P-1")
    long_ago = time.time() - FORGET_ENDED_AFTER - 1
    os.utime(tmp_path / "P-1.over", (long_ago, long_ago))
    assert not Spool(tmp_path).is_over("P-1")


@pytest.mark.parametrize("torn", [b"{", b'{"room":"P-1","seq":3', note_line(note(3)).encode()])
async def test_a_torn_line_was_never_written(tmp_path: Path, torn: bytes) -> None:
    await filled(tmp_path, 2)
    with (tmp_path / "P-1.jsonl").open("ab") as file:
        file.write(torn)
    spool = Spool(tmp_path)
    assert [each.seq for each in spool.read("P-1")] == [1, 2]
    await spool.keep([note(3)])
    assert [each.seq for each in spool.read("P-1")] == [1, 2, 3]
    assert [each.seq for each in spool.unsent("P-1")] == [1, 2, 3]


async def test_a_failed_attempt_leaves_no_double(tmp_path: Path) -> None:
    spool = await filled(tmp_path, 1)
    path = tmp_path / "P-1.jsonl"
    path.chmod(0o400)
    whole = path.read_bytes()
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        await spool.keep([note(2)])
    path.rmdir()
    (tmp_path / "elsewhere").rename(path)
    path.chmod(0o600)
    with path.open("ab") as file:
        file.write(note_line(note(2)).encode()[:9])
    again = Spool(tmp_path)
    await again.keep([note(2)])
    assert path.read_bytes().startswith(whole)
    assert [each.seq for each in again.read("P-1")] == [1, 2]


async def test_lines_that_came_twice_count_once(tmp_path: Path) -> None:
    spool = await filled(tmp_path, 2)
    await spool.keep([note(2)])
    await spool.keep([note(3)])
    assert [each.seq for each in spool.read("P-1")] == [1, 2, 3]
    assert [each.seq for each in spool.unsent("P-1")] == [1, 2, 3]


def test_a_room_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a room"):
        Spool(tmp_path).read("../etc/passwd")


def test_a_signature_needs_the_key() -> None:
    assert sign_body(b"x", b"a") != sign_body(b"x", b"b")
