"""Read a whole recorded file back: what is in it, up to where it is whole, and its fingerprint."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from recordings.webm import Damaged, blocks, read_header, vp8_size

_CHUNK = 1024 * 1024
_BREATH_EVERY = 256
_BREATH = 0.002


@dataclass
class TrackSurvey:
    """One track of a file; times in file milliseconds, None when it is empty."""

    frames: int = 0
    keys: int = 0
    first_ms: int | None = None
    last_ms: int | None = None


@dataclass
class Survey:
    """What a file holds. `whole` bytes are playable, anything behind them is torn."""

    whole: int
    size: int
    sha256: str
    audio: TrackSurvey
    video: TrackSurvey
    width: int = 0
    height: int = 0

    @property
    def duration_ms(self) -> int:
        """Time of the last frame plus one frame of sound; 0 when there is none."""
        ends = [track.last_ms + 20 for track in (self.audio, self.video) if track.last_ms is not None]
        return max(ends, default=0)


def survey(path: Path, *, gently: bool = False) -> Survey:
    """Read `path` whole. `gently` lets other threads run in between. Raises `Damaged`,
    `OSError`.
    """
    with path.open("rb") as file:
        whole = read_header(file)
        found = Survey(whole, path.stat().st_size, "", TrackSurvey(), TrackSurvey())
        for count, block in enumerate(blocks(file), 1):
            track = found.audio if block.kind == "audio" else found.video
            track.frames += 1
            track.keys += block.is_key
            track.first_ms = block.at_ms if track.first_ms is None else track.first_ms
            track.last_ms = block.at_ms
            if block.kind == "video" and (size := vp8_size(block.frame)):
                found.width, found.height = max(found.width, size[0]), max(found.height, size[1])
            found.whole = block.end
            if gently and count % _BREATH_EVERY == 0:
                time.sleep(_BREATH)
        file.seek(0)
        found.sha256 = _hash_first(file, found.whole)
    return found


def _hash_first(file: IO[bytes], length: int) -> str:
    digest = hashlib.sha256()
    while length and (chunk := file.read(min(_CHUNK, length))):
        digest.update(chunk)
        length -= len(chunk)
    return digest.hexdigest()


def begins_well(path: Path) -> bool:
    """Whether a fresh look at the file finds a header and a first frame that a decoder would
    take.
    """
    try:
        with path.open("rb") as file:
            read_header(file)
            first = next(blocks(file), None)
    except (Damaged, OSError):
        return False
    if first is None or not first.frame:
        return False
    return first.kind == "audio" or vp8_size(first.frame) is not None


def opus_samples(packet: bytes) -> int:
    """How long an Opus packet lasts, in samples at 48 kHz (RFC 6716, 3.1); 0 if it is malformed."""
    if not packet:
        return 0
    config, count_code = packet[0] >> 3, packet[0] & 3
    if config < 12:  # noqa: PLR2004 - SILK
        samples = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:  # noqa: PLR2004 - hybrid
        samples = (480, 960)[config & 1]
    else:
        samples = (120, 240, 480, 960)[config & 3]
    if count_code < 3:  # noqa: PLR2004 - code 3 carries its own count
        return samples * (1, 2, 2)[count_code]
    return samples * (packet[1] & 0x3F) if len(packet) > 1 else 0
