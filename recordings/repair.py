"""At start: close what a crash or a failing disk left open. Doing it twice changes nothing the
second time.
"""

import errno
import hashlib
import logging
import os
from datetime import datetime
from pathlib import Path

from recordings.manifest import BadManifest, Lost, Repaired, Segment, facts_of
from recordings.shelf import RoomFolder, Shelf, sync_folder
from recordings.survey import Survey, survey
from recordings.webm import Damaged
from signaling.tracks import SegmentFacts

NO_SPACE = "no_space"
_CHUNK = 1024 * 1024
_log = logging.getLogger(__name__)


def repair_all(shelf: Shelf, at: datetime) -> dict[str, list[SegmentFacts]]:
    """Repair every room; by room, the facts of segments that were closed just now.

    A folder that cannot be repaired is logged and left for a person; the others are done all the
    same.
    """
    done: dict[str, list[SegmentFacts]] = {}
    for folder in shelf.folders():
        try:
            room = folder.ledger().room
            repaired = repair_folder(folder, at)
        except (OSError, BadManifest):
            _log.exception("recording in %s cannot be repaired", folder.path.name)
            continue
        if repaired and room is not None:
            done[room] = repaired
    return done


def repair_folder(folder: RoomFolder, at: datetime) -> list[SegmentFacts]:
    """Close what is open in one room; the facts of segments closed just now. Nobody may be writing
    there.

    Raises `OSError` where the manifest cannot be written, `BadManifest`.
    """
    closed = set()
    for segment in folder.ledger().left_open:
        try:
            line = _repair(folder.path / segment.file, segment, at)
        except OSError:
            # A disk that is still full or bad; the segment stays open, the next start tries again.
            _log.exception("%s cannot be repaired yet", segment.file)
            continue
        folder.append(line)
        closed.add(segment.file)
    return [facts for facts in finished(folder) if facts.file in closed]


def _repair(path: Path, segment: Segment, at: datetime) -> Repaired | Lost:
    try:
        found = survey(path, gently=True)
    except FileNotFoundError:
        return Lost(at, segment.member, segment.segment, "no_file")
    except Damaged:
        return Lost(at, segment.member, segment.segment, "no_header")
    if not found.audio.frames and not found.video.frames:
        return Lost(at, segment.member, segment.segment, "no_frames")
    if segment.state == "broken" and segment.reason != NO_SPACE:
        write_anew(path, found)
    else:
        _trim(path, found)
    return Repaired(
        at,
        segment.member,
        segment.segment,
        found.whole,
        found.sha256,
        found.duration_ms,
        found.audio.frames,
        found.video.frames,
        found.size - found.whole,
    )


def _trim(path: Path, found: Survey) -> None:
    handle = os.open(path, os.O_WRONLY)
    try:
        if found.size > found.whole:
            os.ftruncate(handle, found.whole)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_anew(path: Path, found: Survey) -> None:
    """Put a fresh copy of what a survey found whole in the place of a file. Raises `OSError`, and then
    leaves the file as it is: what was copied is not what was surveyed.
    """
    # After a failed fsync what can be read may be in memory only, and syncing it again would lie.
    anew = path.with_suffix(".anew")
    digest = hashlib.sha256()
    with path.open("rb") as old, anew.open("wb") as new:
        left = found.whole
        while left and (chunk := old.read(min(left, _CHUNK))):
            new.write(chunk)
            digest.update(chunk)
            left -= len(chunk)
        new.flush()
        os.fsync(new.fileno())
    if digest.hexdigest() != found.sha256:
        anew.unlink()
        raise OSError(errno.EIO, "reads differently each time", path.name)
    anew.replace(path)
    sync_folder(path.parent)


def finished(folder: RoomFolder) -> list[SegmentFacts]:
    """Facts of every finished segment of a room, for an office that may have missed a note."""
    ledger = folder.ledger()
    if ledger.zero_at is None:
        return []
    return [facts_of(segment, ledger.zero_at) for segment in ledger.finished]
