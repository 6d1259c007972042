"""A room being recorded: real threads and files, packets that arrive in a quarter of the time."""

import asyncio
import errno
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import av
import pytest

from recordings import stretch
from recordings.depacketise import Vp8Frames
from recordings.fingerprint import check_seal
from recordings.intake import MOST_AUDIO, MOST_VIDEO, Intake
from recordings.recorder import Recorder
from recordings.repair import finished
from recordings.shelf import Shelf, ShelfFull
from signaling.tracks import (
    RecorderEvent,
    RoomRecorder,
    SegmentBroken,
    SegmentClosed,
    SegmentOpened,
    SegmentProven,
)
from tests.recordings.packets import (
    Person,
    Sent,
    arriving,
    opus,
    send_audio,
    send_video,
    vp8,
)

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


class Room:
    """A recorder with what it told."""

    def __init__(self, root: Path) -> None:
        self.events: list[RecorderEvent] = []
        self.shelf = Shelf(root, floor=0)
        self.recorder = Recorder(self.shelf, "r-mot", self.events.append)
        self.zero = monotonic()
        self.recorder.start(AT)

    async def until(self, seen: Callable[[], object], within: float = 5.0) -> None:
        end = monotonic() + within
        while not seen():
            assert monotonic() < end, self.events
            await asyncio.sleep(0.02)

    def told(self, kind: type[RecorderEvent]) -> list[RecorderEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def closed(self) -> list[SegmentClosed]:
        return [event for event in self.events if isinstance(event, SegmentClosed)]


def both(seconds: float, begin: float = 0.0) -> list[Sent]:
    return send_audio(opus(seconds), begin=begin) + send_video(vp8(seconds), begin=begin)


def frames_in(path: Path, kind: str) -> list[tuple[int, bytes]]:
    with av.open(str(path)) as reader:
        return [
            (packet.pts or 0, bytes(packet)) for packet in reader.demux() if packet.size and packet.stream.type == kind
        ]


async def test_from_packets_to_a_sealed_set(tmp_path: Path) -> None:
    room, an = Room(tmp_path), Person()
    contract: RoomRecorder = room.recorder
    contract.follow("c-an", an.audio, an.video)
    assert an.key_frames_wanted == 1
    an.deliver(both(4), room.zero)
    await room.until(lambda: room.told(SegmentProven), 2)
    await contract.stop()
    assert [type(event) for event in room.events] == [SegmentOpened, SegmentProven, SegmentClosed]
    facts = room.closed[0].segment
    assert (facts.file, facts.member, facts.segment) == ("c-an-001.webm", "c-an", 1)
    assert (facts.closed, facts.has_audio, facts.has_video) == ("clean", True, True)
    assert facts.zero_ms < 100
    path = tmp_path / "r-mot" / facts.file
    assert [frame for _, frame in frames_in(path, "audio")] == list(opus(4))
    picture = frames_in(path, "video")
    assert [frame for _, frame in picture] == list(vp8(4))
    assert max(abs(at_ms - number * 1000 / 30) for number, (at_ms, _) in enumerate(picture)) <= 2
    folder = room.shelf.folder("r-mot")
    ledger = folder.ledger()
    assert ledger.seal is not None
    assert check_seal(folder.path, ledger.seal) == []
    assert finished(folder) == [facts]
    assert room.recorder.durable() == {"c-an": pytest.approx(4, abs=0.1)}


async def test_proof_comes_while_it_runs_and_seconds_grow(tmp_path: Path) -> None:
    sent = send_audio(opus(1.5))
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    for _, packet in arriving(sent, room.zero):
        await asyncio.sleep(max(0, packet.arrived - monotonic()))
        an.audio.deliver(packet)
    await room.until(lambda: room.told(SegmentProven), 1)
    proven = room.told(SegmentProven)[0]
    assert isinstance(proven, SegmentProven)
    assert proven.bytes > 300
    await room.until(lambda: room.recorder.durable().get("c-an", 0) > 1, 3)
    last = room.recorder.last_durable_at
    assert last is not None
    assert 0.9 < (last - AT).total_seconds() < 5
    await room.recorder.stop()
    assert not room.closed[0].segment.has_video


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_one_kind_alone_works(tmp_path: Path, kind: str) -> None:
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver([one for one in both(1) if one.kind == kind], room.zero)
    await room.recorder.stop()
    facts = room.closed[0].segment
    assert (facts.has_audio, facts.has_video) == (kind == "audio", kind == "video")


async def test_nobody_who_sends_nothing_leaves_a_file(tmp_path: Path) -> None:
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    await room.recorder.stop()
    assert room.events == []
    assert [path.name for path in (tmp_path / "r-mot").iterdir()] == ["manifest.jsonl"]


async def test_camera_off_does_not_hold_back_the_sound(tmp_path: Path) -> None:
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver(send_audio(opus(8)) + send_video(vp8(2)), room.zero)
    await room.until(lambda: room.recorder.durable().get("c-an", 0) > 7.9)
    await room.recorder.stop()


async def test_loss_asks_for_a_key_frame_and_is_counted(tmp_path: Path) -> None:
    sent = send_video(vp8(2, keys_every=60))
    hole = next(at for at, one in enumerate(sent) if one.at > 0.5)
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    for _, packet in arriving(sent[:hole] + sent[hole + 2 :], room.zero):
        await asyncio.sleep(max(0, packet.arrived - monotonic()))
        an.video.deliver(packet)
    assert an.key_frames_wanted > 1
    assert an.key_frames_wanted < 8, "not a storm"
    await room.recorder.stop()
    line = (tmp_path / "r-mot" / "manifest.jsonl").read_text()
    assert '"missing_packets": 2' in line


async def test_coming_back_is_the_next_segment(tmp_path: Path) -> None:
    room, an, again = Room(tmp_path), Person(), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver(both(1), room.zero)
    room.recorder.follow("c-an", again.audio, again.video)
    assert an.audio.sinks == ()
    again.deliver(both(1, begin=3), room.zero)
    room.recorder.unfollow("c-an")
    room.recorder.unfollow("c-nobody")
    await room.until(lambda: len(room.closed) == 2)
    facts = sorted((one.segment for one in room.closed), key=lambda one: one.segment)
    assert [one.segment for one in facts] == [1, 2]
    assert sorted(one.zero_ms for one in facts)[1] == pytest.approx(3000, abs=50)
    await room.recorder.stop()
    assert room.recorder.durable()["c-an"] == pytest.approx(2, abs=0.2)


async def test_beginning_again_keeps_the_first_zero(tmp_path: Path) -> None:
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver(both(1), room.zero)
    await room.recorder.stop()
    await room.recorder.stop()
    later = datetime(2026, 11, 23, 1, 31, tzinfo=UTC)
    zero = monotonic()
    room.recorder.start(later)
    room.recorder.start(later)
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver(both(1), zero)
    await room.recorder.stop()
    second = room.closed[1].segment
    assert second.segment == 2
    assert second.zero_ms == pytest.approx(60_000, abs=100)
    assert second.started_at.startswith("2026-11-23T01:31:00")


def test_too_little_room_refuses_to_begin(tmp_path: Path) -> None:
    async def begin() -> None:
        Recorder(Shelf(tmp_path, floor=1 << 60), "r-mot").start(AT)

    with pytest.raises(ShelfFull):
        asyncio.run(begin())


def is_recording(handle: int) -> bool:
    return Path(f"/proc/self/fd/{handle}").readlink().suffix == ".webm"


class BadDisk:
    """fsync of recordings fails from the given call on, as often as told."""

    def __init__(self, patch: pytest.MonkeyPatch, code: int, after: int, times: int = 1) -> None:
        self.calls, self.failed = 0, set[int]()
        self._real, self._code, self._bad = os.fsync, code, range(after, after + times)
        patch.setattr(os, "fsync", self)

    def __call__(self, handle: int) -> None:
        if is_recording(handle):
            self.calls += 1
            assert os.fstat(handle).st_ino not in self.failed, "a failed fsync was tried again"
            if self.calls in self._bad:
                self.failed.add(os.fstat(handle).st_ino)
                raise OSError(self._code, os.strerror(self._code))
        self._real(handle)


async def test_a_failed_fsync_retires_the_file_and_another_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "SYNC_EVERY", 0.2)
    monkeypatch.setattr(stretch, "RETRY_AFTER", 0.2)
    BadDisk(monkeypatch, errno.EIO, after=4)
    sent = both(3)
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    for kind, packet in arriving(sent, room.zero):
        await asyncio.sleep(max(0, packet.arrived - monotonic()))
        (an.audio if kind == "audio" else an.video).deliver(packet)
    await room.recorder.stop()
    assert room.told(SegmentBroken) == [SegmentBroken("c-an", "write_failed")]
    assert len(room.told(SegmentProven)) == 2
    states = {one.segment.segment: one.segment.closed for one in room.closed}
    assert states == {1: "repaired", 2: "clean"}
    assert sum(one.segment.has_video for one in room.closed) == 2


async def test_a_full_disk_is_told_once_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretch, "RETRY_AFTER", 0.1)
    room, an = Room(tmp_path), Person()
    room.recorder.follow("c-an", an.audio, an.video)
    room.shelf.floor = 1 << 60
    an.deliver(both(1), room.zero)
    await room.until(lambda: room.events)
    an.deliver(both(1, begin=1), room.zero)
    await asyncio.sleep(0.5)
    assert room.events == [SegmentBroken("c-an", "no_space")]
    await room.recorder.stop()


async def test_a_disk_that_stands_still_never_holds_up_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = both(2)
    room, an = Room(tmp_path), Person()
    real = os.fsync

    def slow(handle: int) -> None:
        if is_recording(handle):
            time.sleep(1.5)
        real(handle)

    monkeypatch.setattr(os, "fsync", slow)
    room.recorder.follow("c-an", an.audio, an.video)
    worst, last = 0.0, monotonic()
    for kind, packet in arriving(sent, room.zero):
        (an.audio if kind == "audio" else an.video).deliver(packet)
        await asyncio.sleep(0.005)
        worst, last = max(worst, monotonic() - last), monotonic()
    assert worst < 0.5
    await room.recorder.stop()
    assert len(frames_in(tmp_path / "r-mot" / "c-an-001.webm", "audio")) == 100


def test_full_queues_drop_picture_before_sound_and_count() -> None:
    intake, an = Intake(), Person()
    _, sound = next(arriving(send_audio(opus(1)), 0.0))
    for _ in range(MOST_VIDEO + 100):
        intake.push(an.video, sound)
    for _ in range(MOST_AUDIO + 7):
        intake.push(an.audio, sound)
    assert intake.dropped == {"audio": 7, "video": 100}
    assert len(intake.take("video")) == MOST_VIDEO
    intake.push(an.video, sound)
    assert len(intake.take("video")) == 1, "room again"
    assert len(intake.take("audio")) == MOST_AUDIO


async def test_what_goes_wrong_inside_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room, an = Room(tmp_path), Person()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Vp8Frames, "push", fail)
    room.recorder.follow("c-an", an.audio, an.video)
    an.deliver(send_video(vp8(1)), room.zero)
    await room.until(lambda: room.told(SegmentBroken))
    assert room.events == [SegmentBroken("c-an", "failed")]
    await room.recorder.stop()
