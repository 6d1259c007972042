"""Death at any moment: what was there stays, and the next start closes it, once."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from recordings.fingerprint import sha256_of
from recordings.manifest import Broken, Opened, Started
from recordings.repair import finished, repair_all, repair_folder, write_anew
from recordings.shelf import MANIFEST, RoomFolder, Shelf
from recordings.survey import survey
from recordings.webm import Clusters, header
from tests.recordings.packets import opus

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def kill_after(root: Path, kinds: str, seal: str, milliseconds: int) -> int:
    """The last moment of media that the victim had been given when it died."""
    command = [sys.executable, "-m", "tests.recordings.victim", str(root), kinds, seal]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        given = 0
        for line in victim.stdout:
            given = int(line)
            if given >= milliseconds:
                os.kill(victim.pid, signal.SIGKILL)
                break
        for line in victim.stdout:
            given = int(line) if line.endswith("\n") else given
        victim.wait()
    assert victim.returncode == -signal.SIGKILL
    return given


@pytest.mark.parametrize(
    ("kinds", "seal", "allowed"),
    [("audio+video", "", 300), ("audio", "sealed", 1000)],
    ids=["picture", "sound under seal"],
)
def test_kill_loses_little_and_repair_closes_it_once(tmp_path: Path, kinds: str, seal: str, allowed: int) -> None:
    given = kill_after(tmp_path, kinds, seal, 3777)
    folder = RoomFolder(tmp_path / "r-mot")
    assert [(one.state, one.under_seal) for one in folder.ledger().segments] == [("open", bool(seal))]
    assert bool(list(folder.path.glob("*.sealed.webm"))) == bool(seal)

    repaired = repair_all(Shelf(tmp_path), LATER)
    (facts,) = repaired["r-mot"]
    path = folder.path / facts.file
    with av.open(str(path)) as reader:
        last = max(packet.pts or 0 for packet in reader.demux() if packet.size)
    assert given - (facts.zero_ms + last) <= allowed
    assert (facts.closed, facts.under_seal) == ("repaired", bool(seal))
    assert facts.sha256 == sha256_of(path)
    assert facts.bytes == path.stat().st_size
    assert finished(folder) == [facts]
    with av.open(str(path)) as reader:
        assert sum(1 for _ in reader.decode(reader.streams.audio[0])) > 150

    before = (folder.path / MANIFEST).read_bytes(), path.read_bytes()
    assert repair_all(Shelf(tmp_path), LATER) == {}
    assert ((folder.path / MANIFEST).read_bytes(), path.read_bytes()) == before


def opened(root: Path, content: bytes | None, *more: Broken) -> RoomFolder:
    folder = Shelf(root).folder("r-mot")
    folder.append(Started(AT, "r-mot"), Opened(AT, "c-an", 1, "c-an-001.webm", 0), *more)
    if content is not None:
        (folder.path / "c-an-001.webm").write_bytes(content)
    return folder


def sound(frames: int) -> bytes:
    clusters = Clusters()
    rows = [clusters.block("audio", number * 20, frame, is_key=True) for number, frame in enumerate(opus(2)[:frames])]
    return header(640, 360) + b"".join(rows)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no_file"),
        (b"", "no_header"),
        (b"\0" * 5000, "no_header"),
        (header(640, 360)[:40], "no_header"),
        (header(640, 360), "no_frames"),
    ],
)
def test_where_nothing_is_left_that_is_noted(tmp_path: Path, content: bytes | None, reason: str) -> None:
    folder = opened(tmp_path, content)
    assert repair_folder(folder, LATER) == []
    assert [(one.state, one.reason) for one in folder.ledger().segments] == [("lost", reason)]
    assert repair_folder(folder, LATER) == []


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        sound(51)[len(sound(50)) : -1],
        b"\0" * 4096,
        random.Random(5).randbytes(3000),
        b"\xa3\x01\xff\xff\xff\xff\xff\xff\xff",
    ],
    ids=["none", "half a frame", "zeros", "noise", "a length without end"],
)
def test_a_torn_tail_is_trimmed(tmp_path: Path, tail: bytes) -> None:
    folder = opened(tmp_path, sound(50) + tail)
    (facts,) = repair_folder(folder, LATER)
    assert (folder.path / facts.file).read_bytes() == sound(50)
    assert facts.bytes == len(sound(50))
    assert f'"trimmed": {len(tail)}' in (folder.path / MANIFEST).read_text()
    assert facts.ended_at == "2026-11-23T01:30:01.000+00:00"


@pytest.mark.parametrize("reason", ["no_space", "write_failed"])
def test_what_a_bad_disk_left_is_saved(tmp_path: Path, reason: str) -> None:
    folder = opened(tmp_path, sound(50) + b"\xa3\x50", Broken(AT, "c-an", 1, reason))
    path = folder.path / "c-an-001.webm"
    before = path.stat().st_ino
    (facts,) = repair_folder(folder, LATER)
    assert path.read_bytes() == sound(50)
    assert facts.closed == "repaired"
    written_anew = path.stat().st_ino != before
    assert written_anew == (reason == "write_failed"), "a failed fsync is never repeated"


def test_a_copy_that_reads_otherwise_than_what_was_surveyed_takes_no_files_place(tmp_path: Path) -> None:
    path = opened(tmp_path, sound(50)).path / "c-an-001.webm"
    found = survey(path)
    rotten = sound(50)[:-1] + b"\0"
    path.write_bytes(rotten)
    with pytest.raises(OSError, match="differently"):
        write_anew(path, found)
    assert path.read_bytes() == rotten
    assert [one.name for one in path.parent.glob("*.anew")] == []


def test_one_folder_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    opened(tmp_path, sound(50))
    strange = tmp_path / "r-hai"
    strange.mkdir()
    (strange / MANIFEST).write_text('{"version": 7}\n')
    assert list(repair_all(Shelf(tmp_path), LATER)) == ["r-mot"]


@pytest.mark.parametrize("keep", [lambda size: size - 1, lambda size: size // 2])
def test_after_a_power_cut_what_was_synced_plays(tmp_path: Path, keep: Callable[[int], int]) -> None:
    content = sound(100)
    folder = opened(tmp_path, content[: keep(len(content))])
    (facts,) = repair_folder(folder, LATER)
    with av.open(str(folder.path / facts.file)) as reader:
        heard = sum(frame.samples for frame in reader.decode(audio=0))
    seconds = datetime.fromisoformat(facts.ended_at) - datetime.fromisoformat(facts.started_at)
    assert heard == pytest.approx(seconds.total_seconds() * 48000, abs=960)
    assert heard > 0
