"""One WebM file being written: appended, synced, read back.

A failed write or fsync is final (after a failed fsync the pages may be gone and the next one
lies), so every method may raise `OSError` and none may be called again after that, except
`abandon`.
"""

import hashlib
import os
from pathlib import Path

from recordings.shelf import sync_folder, write_all
from recordings.survey import Survey, begins_well, survey
from recordings.webm import Clusters, Damaged, header
from signaling.tracks import Kind

# What a browser begins with before it has measured the line; only a hint, key frames carry their
# own size.
USUAL_SIZE = (640, 360)


class WriteFailed(Exception):
    """The file on disk is not what was written to it."""


class WebmFile:
    """A new file at `path`; fails if it exists. Used by one thread."""

    def __init__(self, path: Path, size: tuple[int, int] = USUAL_SIZE) -> None:
        """Create the file, its name synced; the header goes out with the first `flush`."""
        self.path = path
        self.written = 0
        self.last_ms = -1
        self.written_ms = 0
        self.durable_ms = 0
        self.frames: dict[Kind, int] = {"audio": 0, "video": 0}
        self._waiting = [header(*size)]
        self._clusters = Clusters()
        self._digest = hashlib.sha256()
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o640)
        sync_folder(path.parent)

    def put(self, kind: Kind, at_ms: int, frame: bytes, *, is_key: bool) -> None:
        """Add a frame to what the next `flush` writes."""
        self._waiting += (self._clusters.head(kind, at_ms, len(frame), is_key=is_key), frame)
        self.frames[kind] += 1
        self.last_ms = max(self.last_ms, at_ms)

    def flush(self) -> None:
        """Hand everything to the kernel: from here on it survives the death of this process."""
        if not self._waiting:
            return
        content = b"".join(self._waiting)
        self._waiting.clear()
        write_all(self._handle, content)
        self._digest.update(content)
        self.written += len(content)
        self.written_ms = self.last_ms

    def sync(self) -> None:
        """Flush, and have it on the disk: from here on it survives a power cut."""
        self.flush()
        os.fsync(self._handle)
        self.durable_ms = self.written_ms

    def begins_well(self) -> bool:
        """Whether reading the file anew finds a decodable beginning."""
        return begins_well(self.path)

    def close(self) -> Survey:
        """Sync, close, read the file back whole; raises `WriteFailed` if it is not what was
        written.
        """
        try:
            self.sync()
        finally:
            self.abandon()
        try:
            found = survey(self.path, gently=True)
        except Damaged as error:
            raise WriteFailed from error
        counted = {"audio": found.audio.frames, "video": found.video.frames}
        if found.size != self.written or found.sha256 != self._digest.hexdigest() or counted != self.frames:
            raise WriteFailed
        return found

    def abandon(self) -> None:
        """Let go of the file without another write; safe at any time."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            # After a failed write, close reports the same failure once more, and it has been told
            # already.
            try:
                os.close(handle)
            except OSError:
                return
