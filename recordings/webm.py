"""The few elements of WebM that a recording consists of: written here, and read back after a crash.

Why not libavformat: its interleaver holds every sound packet back for as long as a declared
picture track is silent. A citizen who turns the camera off would have nothing more on disk until
it is turned on again (tried with PyAV 18: 25 s pushed, nothing written). It also cannot write
`OpusHead`, and tells about a full disk late or never. Here one frame is one `SimpleBlock`,
appended as it comes; clusters have no stated size, as in any live WebM, so that whatever was
appended is playable up to the last whole block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from signaling.tracks import Kind

AUDIO_TRACK = 1
VIDEO_TRACK = 2
CLUSTER_MS = 1000
# A browser never sends a frame this large; a length beyond it is damage, not data.
LARGEST_ELEMENT = 16 * 1024 * 1024

_EBML = 0x1A45DFA3
_SEGMENT = 0x18538067
_INFO = 0x1549A966
_TRACKS = 0x1654AE6B
_CLUSTER = 0x1F43B675
_TIMESTAMP = 0xE7
_SIMPLE_BLOCK = 0xA3
_UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"
_OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0)
_OPUS_PREROLL_NS = 80_000_000
_APP = b"Tiep Dan"
_KEY_FLAG = 0x80
_ONE_BYTE, _TWO_BYTES = (1 << 7) - 2, (1 << 14) - 1
_USUAL = struct.Struct(">BHBhB")
"""Before a frame whose length takes two bytes: what it is, its length, track, time in the cluster, flags."""


class Block(NamedTuple):
    """One frame found in a file: `at_ms` in file time, `end` the offset of the first byte behind
    it.
    """

    kind: Kind
    at_ms: int
    is_key: bool
    frame: bytes
    end: int


class Damaged(Exception):
    """The bytes are no recording of ours, or broken before the first frame."""


def _size(length: int) -> bytes:
    for width in range(1, 9):
        if length < (1 << 7 * width) - 1:
            return (length | 1 << 7 * width).to_bytes(width, "big")
    raise ValueError(length)


def _element(ident: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return ident.to_bytes((ident.bit_length() + 7) // 8, "big") + _size(len(body)) + body


def _number(ident: int, value: int) -> bytes:
    return _element(ident, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def header(width: int, height: int) -> bytes:
    """Everything before the first cluster.

    Both tracks are always declared, for either may begin at any time.
    """
    ebml = _element(
        _EBML,
        _number(0x4286, 1),
        _number(0x42F7, 1),
        _number(0x42F2, 4),
        _number(0x42F3, 8),
        _element(0x4282, b"webm"),
        _number(0x4287, 4),
        _number(0x4285, 2),
    )
    facts = _element(_INFO, _number(0x2AD7B1, 1_000_000), _element(0x4D80, _APP), _element(0x5741, _APP))
    tracks = _element(_TRACKS, _audio_track(), _video_track(width, height))
    return ebml + _SEGMENT.to_bytes(4, "big") + _UNKNOWN_SIZE + facts + tracks


def _audio_track() -> bytes:
    return _element(
        0xAE,
        _number(0xD7, AUDIO_TRACK),
        _number(0x73C5, AUDIO_TRACK),
        _number(0x83, 2),
        _number(0x9C, 0),
        _element(0x86, b"A_OPUS"),
        _element(0x63A2, _OPUS_HEAD),
        _number(0x56AA, 0),
        _number(0x56BB, _OPUS_PREROLL_NS),
        _element(0xE1, _element(0xB5, struct.pack(">d", 48000.0)), _number(0x9F, 2)),
    )


def _video_track(width: int, height: int) -> bytes:
    return _element(
        0xAE,
        _number(0xD7, VIDEO_TRACK),
        _number(0x73C5, VIDEO_TRACK),
        _number(0x83, 1),
        _number(0x9C, 0),
        _element(0x86, b"V_VP8"),
        _element(0xE0, _number(0xB0, width), _number(0xBA, height)),
    )


class Clusters:
    """Frames each need some bytes before them to follow the header; opens a new cluster each second and at
    each key frame.
    """

    def __init__(self) -> None:
        """Begin with no cluster open."""
        self._began_ms: int | None = None

    def head(self, kind: Kind, at_ms: int, length: int, *, is_key: bool) -> bytes:
        """Answer with the bytes that stand before a frame of `length` bytes; `at_ms` is file time and never
        negative.
        """
        begin = b""
        began = self._began_ms
        if began is None or at_ms - began >= CLUSTER_MS or (kind == "video" and is_key) or at_ms - began < -CLUSTER_MS:
            begin = _CLUSTER.to_bytes(4, "big") + _UNKNOWN_SIZE + _number(_TIMESTAMP, at_ms)
            self._began_ms = began = at_ms
        track = 0x80 | (AUDIO_TRACK if kind == "audio" else VIDEO_TRACK)
        size = length + 4
        if size < _TWO_BYTES and size > _ONE_BYTE:
            # Almost every frame; the same as below, in one step.
            rest = _USUAL.pack(_SIMPLE_BLOCK, 0x4000 | size, track, at_ms - began, _KEY_FLAG if is_key else 0)
        else:
            rest = b"\xa3" + _size(size) + struct.pack(">BhB", track, at_ms - began, _KEY_FLAG if is_key else 0)
        return begin + rest

    def block(self, kind: Kind, at_ms: int, frame: bytes, *, is_key: bool) -> bytes:
        """Answer with the bytes to append for this frame."""
        return self.head(kind, at_ms, len(frame), is_key=is_key) + frame


def _read_vint(file: IO[bytes], *, keep_marker: bool) -> int | None:
    """One EBML variable-length number; None where the file ends within it; -1 for an unknown
    size.
    """
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1:
        return None
    value = int.from_bytes(first + rest, "big")
    if keep_marker:
        return value
    value &= (1 << 7 * width) - 1
    return -1 if value == (1 << 7 * width) - 1 else value


def read_header(file: IO[bytes]) -> int:
    """Offset of the first cluster of a file positioned at 0; raises `Damaged`."""
    seen: set[int | None] = set()
    while True:
        start = file.tell()
        ident, size = _read_vint(file, keep_marker=True), _read_vint(file, keep_marker=False)
        if seen >= {_EBML, _SEGMENT, _INFO, _TRACKS} and ident in {_CLUSTER, None}:
            file.seek(start)
            return start
        if ident not in {_EBML, _SEGMENT, _INFO, _TRACKS} or size is None or size > LARGEST_ELEMENT:
            raise Damaged
        seen.add(ident)
        if size >= 0 and len(file.read(size)) < size:
            raise Damaged


def blocks(file: IO[bytes]) -> Iterator[Block]:
    """Every whole frame of a file positioned behind its header; ends quietly where the file is
    torn.
    """
    began = 0
    while True:
        ident, size = _read_vint(file, keep_marker=True), _read_vint(file, keep_marker=False)
        if ident is None or size is None:
            return
        if ident == _CLUSTER:
            continue
        if size < 0 or size > LARGEST_ELEMENT or ident not in {_TIMESTAMP, _SIMPLE_BLOCK}:
            return
        body = file.read(size)
        if len(body) < size:
            return
        if ident == _TIMESTAMP:
            began = int.from_bytes(body, "big")
            continue
        track, offset, flags = struct.unpack_from(">BhB", body)
        kind: Kind = "audio" if track == 0x80 | AUDIO_TRACK else "video"
        yield Block(kind, began + offset, bool(flags & _KEY_FLAG), body[4:], file.tell())


def vp8_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height out of a VP8 key frame (RFC 6386, 9.1); None for any other frame."""
    # 10 is the length of that header.
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":  # noqa: PLR2004
        return None
    width, height = struct.unpack_from("<HH", frame, 6)
    return width & 0x3FFF, height & 0x3FFF
