import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.manifest import Started, Stopped
from recordings.shelf import MANIFEST, Shelf, ShelfFull, safe_name, write_all

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=80), st.text(max_size=80))
def test_names_are_safe_and_never_alike(one: str, other: str) -> None:
    for name in (safe_name(one), safe_name(other)):
        assert "/" not in name
        assert not name.startswith((".", "-"))
        assert 0 < len(name.encode()) <= 64
    assert (safe_name(one) == safe_name(other)) == (one == other)


def test_harmless_names_stay_readable() -> None:
    assert safe_name("c-4f2A_9") == "c-4f2A_9"
    assert safe_name("../etc").startswith("etc~")


def test_a_torn_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    folder = Shelf(tmp_path).folder("r-mot")
    folder.append(Started(AT, "r-mot"))
    with (folder.path / MANIFEST).open("ab") as file:
        file.write(b'{"version": 1, "ki')
    folder.append(Stopped(AT))
    ledger = folder.ledger()
    assert (ledger.room, ledger.is_running, ledger.torn) == ("r-mot", False, 1)


def test_only_folders_with_a_manifest_are_rooms(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    (tmp_path / "lost+found").mkdir()
    shelf.folder("r-mot").append(Started(AT, "r-mot"))
    assert [folder.path.name for folder in shelf.folders()] == ["r-mot"]


@pytest.mark.parametrize(
    ("free", "level"),
    [(500, "plenty"), (199, "low"), (99, "scarce"), (49, "critical"), (9, "none")],
)
def test_warnings_before_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    class Found:
        f_bavail, f_frsize, f_blocks = free, 1024, 1000

    monkeypatch.setattr(os, "statvfs", lambda _: Found)
    shelf = Shelf(tmp_path, floor=10 * 1024)
    assert shelf.space().level == level
    if level == "none":
        with pytest.raises(ShelfFull):
            shelf.require_space()
    else:
        shelf.require_space()


def test_writing_goes_on_after_a_short_write() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        write_all(writing, b"x" * 60_000)
        assert len(os.read(reading, 70_000)) == 60_000
    finally:
        os.close(reading)
        os.close(writing)
