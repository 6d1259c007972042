"""Make one member's originals into one file that players like: a duration, cues in front, no hole
in the sound.

Runs as `python -m recordings.compose [--under-seal] <room folder> <member>` in a child process at the lowest
priority, started by `recordings.composing`. Nothing is decoded: frames move from file to file.
Prints one line of JSON.

Theory. All times are milliseconds since the recording's zero. Each segment contributes, per track,
its frames up to the moment where the next segment's track begins, so that a member who was
connected twice for a moment is heard once. Frames of both tracks are merged in order of time;
holes in the sound are filled as they are met.
"""

from __future__ import annotations

import argparse
import fcntl
import heapq
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import av

from recordings.fingerprint import sha256_of
from recordings.shelf import RoomFolder, sync_folder
from recordings.survey import Survey, opus_samples, survey
from recordings.webm import Clusters, blocks, header, read_header
from signaling.tracks import Kind

# 20 ms of nothing, as libopus itself writes it.
SILENCE: Final = b"\xf8\xff\xfe"
SILENCE_MS: Final = 20
_MILLISECOND: Final = Fraction(1, 1000)
_CUE_BYTES: Final = 32
_FEW_CUES: Final = 4096
_NICE: Final = 19
# Only to be opened: libavformat takes a stream's OpusHead from another file and from nowhere else.
_PATTERN: Final = header(2, 2) + Clusters().block("audio", 0, SILENCE, is_key=True)


class Frame(NamedTuple):
    """One frame of the composition."""

    at_ms: int
    kind: Kind
    is_key: bool
    data: bytes


@dataclass(frozen=True)
class Part:
    """One original, where it lies in time, and until when each of its tracks counts (None: to
    its end).
    """

    path: Path
    zero_ms: int
    found: Survey
    audio_until: int | None = None
    video_until: int | None = None


@dataclass(frozen=True)
class Composition:
    """What was made. `intact` says whether the originals still had their fingerprints."""

    file: str
    duration_ms: int
    bytes: int
    sha256: str
    has_audio: bool
    has_video: bool
    silence_ms: int
    intact: bool


class NothingToCompose(Exception):
    """The member has no finished segment with a frame in it."""


class BadComposition(Exception):
    """What was written does not read back as it should."""


def parts_of(folder: RoomFolder, member: str, *, under_seal: bool) -> tuple[list[Part], bool]:
    """The member's finished originals in order of time, either all under seal or none, and
    whether all are what the manifest says.
    """
    parts, intact = [], True
    for segment in folder.ledger().finished:
        if segment.member != member or segment.under_seal != under_seal:
            continue
        path = folder.path / segment.file
        found = survey(path)
        intact = intact and (found.size, found.sha256) == (segment.bytes, segment.sha256)
        parts.append(Part(path, segment.zero_ms, found))
    parts.sort(key=lambda part: part.zero_ms)
    return _without_overlap(parts), intact


def _without_overlap(parts: list[Part]) -> list[Part]:
    clipped: list[Part] = []
    audio: int | None = None
    video: int | None = None
    for part in reversed(parts):
        clipped.append(Part(part.path, part.zero_ms, part.found, audio, video))
        if part.found.audio.first_ms is not None:
            audio = part.zero_ms + part.found.audio.first_ms
        if part.found.video.first_ms is not None:
            video = part.zero_ms + part.found.video.first_ms
    return clipped[::-1]


def _frames_of(part: Part, kind: Kind) -> Iterator[Frame]:
    until = part.audio_until if kind == "audio" else part.video_until
    with part.path.open("rb") as file:
        read_header(file)
        for block in blocks(file):
            at_ms = part.zero_ms + block.at_ms
            if block.kind == kind and (until is None or at_ms < until):
                yield Frame(at_ms, kind, block.is_key, block.frame)


def _in_order(frames: Iterable[Frame]) -> Iterator[Frame]:
    last = -1
    for frame in frames:
        last = max(last + 1, frame.at_ms)
        yield frame._replace(at_ms=last)


class Filled:
    """Sound without holes; `silence_ms` counts what was put in."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        """`frames` are in order of time."""
        self._frames = frames
        self.silence_ms = 0

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames, and silence from zero on wherever none follows the one before."""
        end_ms = 0.0
        for frame in self._frames:
            while frame.at_ms - end_ms >= SILENCE_MS:
                yield Frame(round(end_ms), "audio", True, SILENCE)
                self.silence_ms += SILENCE_MS
                end_ms += SILENCE_MS
            yield frame
            end_ms = frame.at_ms + opus_samples(frame.data) / 48


def compose(folder: RoomFolder, member: str, *, under_seal: bool = False) -> Composition:
    """Make the member's playback file anew, of what is under seal or of all else; raises `NothingToCompose`, `BadComposition`, `OSError`.

    `BlockingIOError` means that somebody else is composing the same file.
    """
    parts, intact = parts_of(folder, member, under_seal=under_seal)
    has_audio = any(part.found.audio.frames for part in parts)
    has_video = any(part.found.video.frames for part in parts)
    if not has_audio and not has_video:
        raise NothingToCompose
    target = folder.playback(member, under_seal=under_seal)
    target.parent.mkdir(mode=0o750, exist_ok=True)
    unfinished = target.with_suffix(".part")
    with unfinished.open("ab") as lock:
        # The lock dies with the process; a rest of an earlier attempt is simply overwritten.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        written = _write(unfinished, parts, has_audio=has_audio, has_video=has_video)
        duration_ms = _verify(unfinished, written)
        os.fsync(lock)
        composition = Composition(
            str(target.relative_to(folder.path)),
            duration_ms,
            unfinished.stat().st_size,
            sha256_of(unfinished),
            has_audio,
            has_video,
            written.silence_ms,
            intact,
        )
        unfinished.replace(target)
    sync_folder(target.parent)
    return composition


@dataclass
class _Written:
    frames: int = 0
    last_ms: int = 0
    silence_ms: int = 0


def _write(path: Path, parts: list[Part], *, has_audio: bool, has_video: bool) -> _Written:
    written = _Written()
    sound = Filled(_in_order(frame for part in parts for frame in _frames_of(part, "audio")))
    picture = _in_order(frame for part in parts for frame in _frames_of(part, "video"))
    width = max((part.found.width for part in parts), default=0)
    height = max((part.found.height for part in parts), default=0)
    with (
        av.open(io.BytesIO(_PATTERN)) as pattern,
        av.open(
            str(path),
            "w",
            format="webm",
            container_options={"reserve_index_space": str(_index_space(parts))},
        ) as output,
    ):
        streams = {}
        if has_video:
            streams["video"] = output.add_mux_stream("vp8", width=width, height=height, time_base=_MILLISECOND)
        if has_audio:
            streams["audio"] = output.add_stream_from_template(pattern.streams.audio[0], time_base=_MILLISECOND)
        for frame in heapq.merge(sound, picture, key=lambda frame: frame.at_ms):
            packet = av.Packet(frame.data)
            packet.stream = streams[frame.kind]
            packet.time_base = _MILLISECOND
            packet.pts = packet.dts = frame.at_ms
            packet.is_keyframe = frame.is_key
            output.mux_one(packet)
            written.frames += 1
            written.last_ms = max(written.last_ms, frame.at_ms)
    written.silence_ms = sound.silence_ms
    return written


def _index_space(parts: list[Part]) -> int:
    keys = sum(part.found.video.keys for part in parts)
    # Without a picture, a cue stands for each cluster of sound, one every five seconds at most.
    last_ms = max(part.zero_ms + part.found.duration_ms for part in parts)
    return _FEW_CUES + _CUE_BYTES * (keys or last_ms // 1000)


def _verify(path: Path, written: _Written) -> int:
    try:
        with av.open(str(path)) as found:
            duration_ms = (found.duration or 0) // 1000
            frames = sum(packet.size > 0 for packet in found.demux())
    except av.FFmpegError as error:
        raise BadComposition from error
    if frames != written.frames or duration_ms < written.last_ms:
        raise BadComposition
    return duration_ms


def main(arguments: list[str]) -> int:
    """Compose one member; 0 done, 3 nothing there, 4 somebody else is at it."""
    parser = argparse.ArgumentParser(prog="recordings.compose")
    parser.add_argument("folder", type=Path)
    parser.add_argument("member")
    parser.add_argument("--under-seal", action="store_true")
    wanted = parser.parse_args(arguments)
    os.nice(_NICE)
    try:
        made = compose(RoomFolder(wanted.folder), wanted.member, under_seal=wanted.under_seal)
    except NothingToCompose:
        return 3
    except BlockingIOError:
        return 4
    sys.stdout.write(json.dumps(made.__dict__) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
