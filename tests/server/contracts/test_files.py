"""The file store: what was kept is there, whole, under a name of ours, or it never was."""

import asyncio
import hashlib
import io
import stat
from pathlib import Path

import pytest

from server.adapters.files import CHUNK, FileStore
from server.errors import Unavailable


async def test_what_was_kept_is_there_and_counted(tmp_path: Path) -> None:
    store, content = FileStore(tmp_path / "files"), b"x" * (CHUNK + 7)
    kept = await store.keep(io.BytesIO(content), ".pdf")
    assert store.path(kept.stored_as).read_bytes() == content
    assert (kept.bytes, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert kept.stored_as.endswith(".pdf")


async def test_bytes_are_kept_like_files(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    for content in (b"", b"one"):
        kept = await store.keep_bytes(content, ".txt")
        assert store.path(kept.stored_as).read_bytes() == content


async def test_the_same_content_twice_is_two_files(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first, second = await asyncio.gather(store.keep_bytes(b"a", ".txt"), store.keep_bytes(b"a", ".txt"))
    assert first.stored_as != second.stored_as
    assert first.sha256 == second.sha256


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable) as refused:
        await FileStore(tmp_path).keep(Broken(), ".pdf")
    assert refused.value.code == "disk_full"
    assert files_under(tmp_path) == []


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", ".hidden", ".."])
def test_only_names_of_ours_are_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        FileStore(tmp_path).path(name)


async def test_dropping_twice_is_harmless(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    kept = await store.keep_bytes(b"a", ".txt")
    store.drop(kept.stored_as)
    store.drop(kept.stored_as)
    assert not store.path(kept.stored_as).exists()


async def test_nothing_that_was_handed_in_can_be_run(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    kept = await store.keep_bytes(b"#!/bin/sh\n", ".pdf")
    assert not store.path(kept.stored_as).stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
