"""Fingerprints of files, and the one hash that stands for a finished set."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from recordings.manifest import Sealed, Segment

_CHUNK = 1024 * 1024


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in pieces; raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def root_of(files: Iterable[tuple[str, int, str]]) -> str:
    """One SHA-256 over the lines `sha256 bytes file`, in the order given."""
    rows = "".join(f"{sha256} {size} {name}\n" for name, size, sha256 in files)
    return hashlib.sha256(rows.encode()).hexdigest()


def seal(finished: Iterable[Segment], at: datetime) -> Sealed:
    """The manifest line that seals these finished segments in this order."""
    files = tuple((segment.file, segment.bytes, segment.sha256) for segment in finished)
    return Sealed(at, files, root_of(files))


def check_seal(folder: Path, sealed: Sealed) -> list[str]:
    """Names of files that are gone or differ from the seal; empty when all is as it was."""
    wrong = []
    for name, size, sha256 in sealed.files:
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or sha256_of(path) != sha256:
            wrong.append(name)
    if root_of(sealed.files) != sealed.root:
        wrong.append("manifest.jsonl")
    return wrong
