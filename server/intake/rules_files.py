"""What may be handed in, judged by content and by name, never by what the browser says.

Refused: other kinds, names that do not fit the content, empty or broken files, office files with
macros or passwords, PDFs that run something, pictures too large to open safely. Nothing is changed
in a file: its facts (EXIF among them) may be evidence.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import puremagic
from PIL import Image

from server import text
from server.errors import FieldError

MOST_FILES = 5
ACCEPT = ".pdf,.docx,.jpg,.jpeg,.png,.mp4,.mp3,.m4a"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_MOST_PIXELS = 80_000_000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_STREAM = 4 * 1024 * 1024
_MOST_STREAMS = 64 * 1024 * 1024
_RUNS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)(?![A-Za-z0-9])")
_RUNS_ANYWHERE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia)(?![A-Za-z0-9])")
"""Names too long to turn up by chance in compressed bytes: a comment can make anything look like a stream."""
_HEX_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_BEGINS = re.compile(rb"stream\r?\n")
_ENDS = b"endstream"
_TYPES = {
    ".pdf": "application/pdf",
    ".docx": DOCX,
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
}
_MP4_BRANDS = (
    *(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"),
    *(b"avc1", b"M4V ", b"MSNV", b"3gp", b"qt"),
)
_M4A_BRANDS = (b"M4A ", b"M4B ", *_MP4_BRANDS)
_MP3_SYNC = 0xFF
_LONGEST_NAME = 120
_BROKEN_ZIP = (
    *(KeyError, ValueError, RuntimeError, NotImplementedError, OSError, EOFError, struct.error),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


class BadFile(Exception):
    """A file that is not taken; ``fault`` names the sentence."""

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.fault = FieldError(code, facts)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A file that is taken: its true type and the ending it is stored under."""

    content_type: str
    suffix: str


def check(name: str, content: bytes, most_bytes: int) -> Fitting:
    """Return what a file is. Raises BadFile."""
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    kind = _TYPES.get(suffix)
    if kind is None:
        raise BadFile("file_kind", name=name)
    if not content:
        raise BadFile("file_empty", name=name)
    if len(content) > most_bytes:
        raise BadFile("file_large", name=name, limit=most_bytes // (1024 * 1024))
    if not _is_what_it_says(suffix, content):
        raise BadFile("file_disguised", name=name)
    look_inside = _CAREFUL.get(suffix)
    if look_inside is not None:
        look_inside(name, content)
    return Fitting(kind, ".jpg" if suffix == ".jpeg" else suffix)


def _is_what_it_says(suffix: str, content: bytes) -> bool:
    head = content[:1024]
    match suffix:
        case ".pdf":
            return b"%PDF-" in head
        case ".docx":
            return head.startswith(b"PK\x03\x04")
        case ".mp3":
            return head.startswith(b"ID3") or (head[0] == _MP3_SYNC and head[1:2] >= b"\xe0")
        case ".mp4":
            return head[4:8] == b"ftyp" and head[8:12].startswith(_MP4_BRANDS)
        case ".m4a":
            return head[4:8] == b"ftyp" and head[8:12].startswith(_M4A_BRANDS)
        case _:
            return _TYPES[suffix] in _guesses(head)


def _guesses(head: bytes) -> set[str]:
    try:
        return {str(found.mime_type) for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def _check_picture(name: str, content: bytes) -> None:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise BadFile("file_broken", name=name) from None
    if width * height > _MOST_PIXELS:
        raise BadFile("picture_large", name=name)


def _check_word(name: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise BadFile("file_broken", name=name)
            with packed.open("[Content_Types].xml") as listed:
                types = listed.read(_MOST_STREAM)
            packed.getinfo("word/document.xml")
    except _BROKEN_ZIP:
        raise BadFile("file_broken", name=name) from None
    names = {part.filename.lower() for part in parts}
    if b"macroEnabled" in types or any(n.endswith(("vbaproject.bin", ".exe", ".js")) for n in names):
        raise BadFile("file_macros", name=name)


def _check_pdf(name: str, content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise BadFile("file_broken", name=name)
    plain, object_streams = _parts_of(content)
    if b"/Encrypt" in plain:
        raise BadFile("file_locked", name=name)
    if _RUNS_ANYWHERE.search(_without_hex(content)) or _RUNS.search(_without_hex(plain)):
        raise BadFile("file_runs", name=name)
    left = _MOST_STREAMS
    for stream in object_streams:
        packed = _unpacked(stream)
        left -= len(packed)
        if left < 0:
            raise BadFile("file_broken", name=name)
        if _RUNS.search(_without_hex(packed)):
            raise BadFile("file_runs", name=name)


def _parts_of(content: bytes) -> tuple[bytes, list[bytes]]:
    """Return what lies outside of streams, and the streams that hold objects. Looks at each byte once."""
    plain: list[bytes] = []
    object_streams: list[bytes] = []
    at = 0
    while (begins := _BEGINS.search(content, at)) is not None:
        ends = content.find(_ENDS, begins.end())
        if ends < 0:
            break
        head = content[at : begins.start()]
        plain.append(head)
        if b"/ObjStm" in head:
            object_streams.append(content[begins.end() : ends])
        at = ends + len(_ENDS)
    plain.append(content[at:])
    return b"\n".join(plain), object_streams


def _without_hex(part: bytes) -> bytes:
    # A name may hide its letters: /J#61vaScript is /JavaScript.
    return _HEX_IN_NAME.sub(lambda m: bytes([int(m[1], 16)]), part)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, _MOST_STREAM)
    except zlib.error:
        # Not packed at all, or in a way that readers hardly know.
        return stream


_CAREFUL: Mapping[str, Callable[[str, bytes], None]] = {
    ".pdf": _check_pdf,
    ".docx": _check_word,
    ".jpg": _check_picture,
    ".jpeg": _check_picture,
    ".png": _check_picture,
}


def safe_name(given: str) -> str:
    """Return a file's own name for showing: no path, no control characters, not too long."""
    name = text.one_line(given.replace("\\", "/").rpartition("/")[2]).strip(". ") or "-"
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return (stem or name)[: _LONGEST_NAME - 10] + (dot + ending[:8] if dot else "")
