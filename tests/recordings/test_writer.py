"""One file: what any WebM reader makes of it, and what a failing disk does to it."""

import errno
import io
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from recordings import webm
from recordings.survey import begins_well, opus_samples, survey
from recordings.webm import Damaged, blocks, read_header, vp8_size
from recordings.writer import WebmFile, WriteFailed
from tests.recordings.packets import opus, vp8


def fill(file: WebmFile, seconds: int = 3) -> None:
    sound = [(number * 20, "audio", frame) for number, frame in enumerate(opus(seconds))]
    picture = [(number * 1000 // 30, "video", frame) for number, frame in enumerate(vp8(seconds))]
    for at_ms, kind, frame in sorted([*sound, *picture]):
        is_key = kind == "audio" or vp8_size(frame) is not None
        file.put("audio" if kind == "audio" else "video", at_ms, frame, is_key=is_key)
        file.flush()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[WebmFile]:
    file = WebmFile(tmp_path / "c-an-001.webm", (320, 180))
    yield file
    file.abandon()


def test_others_read_what_was_written(file: WebmFile) -> None:
    fill(file)
    found = file.close()
    with av.open(str(file.path)) as reader:
        assert reader.format.name == "matroska,webm"
        packets = [(packet.stream.type, packet.pts, bytes(packet)) for packet in reader.demux() if packet.size]
    sound = [frame for kind, _, frame in packets if kind == "audio"]
    picture = [(at_ms, frame) for kind, at_ms, frame in packets if kind == "video"]
    assert tuple(sound) == opus(3)
    assert tuple(frame for _, frame in picture) == vp8(3)
    assert [at_ms for at_ms, _ in picture] == [number * 1000 // 30 for number in range(90)]
    assert (found.audio.frames, found.video.frames, found.video.keys) == (150, 90, 3)
    assert (found.width, found.height) == (320, 180)
    assert found.duration_ms == 3000


def test_every_frame_decodes(file: WebmFile) -> None:
    fill(file)
    file.close()
    with av.open(str(file.path)) as reader:
        assert sum(1 for _ in reader.decode(video=0)) == 90
    with av.open(str(file.path)) as reader:
        heard = sum(frame.samples for frame in reader.decode(audio=0))
        assert heard == 150 * 960
        assert reader.streams.audio[0].codec_context.layout.name == "stereo"


def test_wherever_it_is_cut_the_whole_frames_are_there(file: WebmFile) -> None:
    fill(file, 1)
    file.close()
    content = file.path.read_bytes()
    begin = read_header(io.BytesIO(content))
    ends = [block.end for block in read(content)]
    for cut in range(begin, len(content), 97):
        found = read(content[:cut])
        assert [block.end for block in found] == [end for end in ends if end <= cut]
    for cut in range(0, begin, 7):
        with pytest.raises(Damaged):
            read_header(io.BytesIO(content[:cut]))


def read(content: bytes) -> list[webm.Block]:
    stream = io.BytesIO(content)
    read_header(stream)
    return list(blocks(stream))


def test_a_beginning_is_only_believed_when_read_back(file: WebmFile, tmp_path: Path) -> None:
    file.sync()
    assert not file.begins_well()
    file.put("video", 0, vp8(1)[0], is_key=True)
    assert not file.begins_well()
    file.sync()
    assert file.begins_well()
    assert not begins_well(tmp_path / "nowhere.webm")


def test_a_file_that_differs_from_what_was_written_is_found_out(file: WebmFile) -> None:
    fill(file, 1)
    with file.path.open("r+b") as other:
        other.seek(2000)
        other.write(b"\0")
    with pytest.raises(WriteFailed):
        file.close()


def test_an_existing_file_is_never_written_over(file: WebmFile) -> None:
    with pytest.raises(FileExistsError):
        WebmFile(file.path)


@pytest.fixture
def small_files() -> Iterator[int]:
    """No file of this process may grow beyond 60 000 bytes: a full disk for anybody."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    yield 60_000
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_is_told_at_once_and_what_was_before_is_whole(file: WebmFile, small_files: int) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        fill(file)
    file.abandon()
    found = survey(file.path)
    assert found.size == small_files
    assert found.whole > small_files - 20_000
    assert found.video.frames > 0


@pytest.mark.parametrize(
    ("packet", "milliseconds"),
    [
        (b"\xf8\xff\xfe", 20),
        (b"\xfc", 20),
        (b"\x08", 20),
        (b"\x18", 60),
        (b"\xfb\x03", 60),
        (b"\xe1", 5),
        (b"\xe3", 0),
        (b"", 0),
    ],
)
def test_how_long_a_sound_packet_lasts(packet: bytes, milliseconds: int) -> None:
    assert opus_samples(packet) / 48 == milliseconds


@pytest.mark.parametrize("length", [1, 122, 123, 16_378, 16_379, 40_000])
def test_a_frame_of_any_length_is_read_back(length: int) -> None:
    frame = bytes(length)
    written = webm.Clusters().block("video", 700, frame, is_key=False)
    size = length + 4
    assert written.index(b"\xa3") + 1 + (1 if size < 127 else 2 if size < 16_383 else 3) + size == len(written)
    assert [(each.at_ms, each.frame) for each in webm.blocks(io.BytesIO(written))] == [(700, frame)]


def test_beginnings_of_clusters() -> None:
    clusters = webm.Clusters()
    sizes = [len(clusters.block("audio", at, b"x", is_key=True)) for at in (0, 20, 999, 1000, 1020)]
    assert [size > 10 for size in sizes] == [True, False, False, True, False]
