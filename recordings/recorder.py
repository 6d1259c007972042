"""One reception being recorded: a member of the room that only listens.

Each member that is followed gets a `Stretch` with a thread for what may wait for the disk; one `Beater`
appends for all of them. The manifest is written by one more thread, the desk, so that its lines
come in order. The loop's thread never touches the disk, except one `statvfs` in `start`. Events and key-frame requests come back by `call_soon_threadsafe`.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from recordings.fingerprint import seal
from recordings.manifest import (
    BadManifest,
    Broken,
    Closed,
    Opened,
    OpenedUnderSeal,
    Proven,
    Started,
    Stopped,
    facts_of,
)
from recordings.repair import repair_folder
from recordings.shelf import RoomFolder, Shelf
from recordings.stretch import Beater, Missing, Place, Stretch
from recordings.survey import Survey
from signaling.tracks import (
    RecorderEvent,
    SegmentBroken,
    SegmentClosed,
    SegmentFacts,
    SegmentOpened,
    SegmentProven,
    Source,
)

_log = logging.getLogger(__name__)


class Recorder:
    """Implements `signaling.tracks.RoomRecorder` for one room. Used on the loop's thread."""

    def __init__(self, shelf: Shelf, room: str, on_event: Callable[[RecorderEvent], None] | None = None) -> None:
        """Touch nothing yet."""
        self.on_event = on_event
        self.last_durable_at: datetime | None = None
        self.room = room
        self._shelf = shelf
        self._run: _Run | None = None
        self._followed: dict[str, _Followed] = {}
        self._leaving: list[_Followed] = []

    def start(self, at: datetime) -> None:
        """Set the zero of all files, unless the room already has one; raises `ShelfFull` under
        the floor.
        """
        if self._run is not None:
            return
        self._shelf.require_space()
        self._run = _Run(self._shelf, self.room, at)
        self._followed.clear()
        self._leaving.clear()

    def follow(self, member: str, audio: Source, video: Source, *, under_seal: bool = False) -> None:
        """Write what comes from these two from now on; a file appears with the first media.

        Following again closes the segment before. `under_seal`: every file until `unfollow` is one.
        """
        if self._run is None:
            return
        self.unfollow(member)
        followed = _Followed(self, self._run, member, video, under_seal=under_seal)
        self._followed[member] = followed
        for source in (audio, video):
            if source.last_report is not None:
                followed.stretch.intake.reported(source, *source.last_report)
            source.subscribe(followed.stretch.intake)
        followed.sources = (audio, video)
        followed.stretch.start()
        self._run.beater.add(followed.stretch)
        video.request_key_frame()

    def unfollow(self, member: str) -> None:
        """End the member's segment; `SegmentClosed` follows. Unknown members are ignored."""
        followed = self._followed.pop(member, None)
        if followed is not None:
            followed.leave()
            if self._run is not None:
                self._run.beater.discard(followed.stretch)
            self._leaving.append(followed)

    async def rest(self, member: str) -> None:
        """Return once every thread that wrote for the member is gone. Ends nothing: say `unfollow` first."""
        for followed in [each for each in self._leaving if each.member == member]:
            await asyncio.to_thread(followed.stretch.wait)

    async def stop(self) -> None:
        """End every segment, save what can be saved of broken ones, seal the set. When this
        returns, it is on disk.

        A failing disk is told by `SegmentBroken`, never raised.
        """
        run, self._run = self._run, None
        if run is None:
            return
        for member in tuple(self._followed):
            self.unfollow(member)
        for followed in self._leaving:
            await asyncio.to_thread(followed.stretch.wait)
        try:
            for facts in await asyncio.wrap_future(run.desk.submit(run.end)):
                self.tell(SegmentClosed(facts.member, facts))
        except (OSError, BadManifest):
            _log.exception("recording of %s could not be sealed", self.room)
            self.tell(SegmentBroken("", "not_sealed"))
        await asyncio.to_thread(run.close)

    def durable(self) -> dict[str, float]:
        """Seconds of each member that are safely on disk, since `start`."""
        seconds: dict[str, float] = {}
        for followed in (*self._leaving, *self._followed.values()):
            seconds[followed.member] = seconds.get(followed.member, 0.0) + followed.durable_seconds
        return seconds

    def note_durable(self, run: "_Run") -> None:
        """Work out `last_durable_at`: the member that is worst off decides."""
        moments = [followed.safe_upto for followed in self._followed.values() if followed.safe_upto is not None]
        if moments and run is self._run:
            self.last_durable_at = run.moment(min(moments))

    def tell(self, event: RecorderEvent) -> None:
        """Hand an event to whoever listens; on the loop's thread."""
        if self.on_event is not None:
            self.on_event(event)


class _Run:
    """From one `start` to its `stop`: the zero, and the desk that writes the manifest."""

    def __init__(self, shelf: Shelf, room: str, at: datetime) -> None:
        self.loop = asyncio.get_running_loop()
        self.shelf = shelf
        self.zero = monotonic()
        self.desk = ThreadPoolExecutor(1, thread_name_prefix=f"manifest-{room}")
        self.folder: RoomFolder = shelf.folder(room)
        self.beater = Beater(room)
        self.at = at
        self._room = room
        self._offset_ms: int | None = None
        self.zero_at = at
        # Tried again with the first segment, should the disk refuse now.
        self.desk.submit(self._begin)

    def moment(self, at_monotonic: float) -> datetime:
        return self.at + timedelta(seconds=at_monotonic - self.zero)

    def _begin(self) -> int:
        if self._offset_ms is None:
            self.folder.append(Started(self.at, self._room))
            self.zero_at = self.folder.ledger().zero_at or self.at
            self._offset_ms = round((self.at - self.zero_at).total_seconds() * 1000)
        return self._offset_ms

    def open_segment(self, member: str, begins_ms: int, *, under_seal: bool) -> Place:
        self.shelf.require_space()
        offset_ms = self._begin()
        segment = self.folder.ledger().next_segment(member)
        name = self.folder.file_name(member, segment, under_seal=under_seal)
        line = OpenedUnderSeal if under_seal else Opened
        self.folder.append(line(self.moment(monotonic()), member, segment, name, offset_ms + begins_ms))
        return Place(segment, self.folder.path / name)

    def end(self) -> list[SegmentFacts]:
        self._begin()
        repaired = repair_folder(self.folder, self.moment(monotonic()))
        at = self.moment(monotonic())
        self.folder.append(Stopped(at), seal(self.folder.ledger().finished, at))
        return repaired

    def close(self) -> None:
        self.beater.stop()
        self.desk.shutdown()


class _Followed:
    """One stretch as the recorder sees it; the methods of `Office` run on the stretch's thread."""

    def __init__(self, recorder: Recorder, run: _Run, member: str, video: Source, *, under_seal: bool) -> None:
        self.member = member
        self.sources: tuple[Source, ...] = ()
        self.durable_seconds = 0.0
        self.safe_upto: float | None = None
        self._recorder = recorder
        self._run = run
        self._video = video
        self._under_seal = under_seal
        self.stretch = Stretch(member, self, run.zero)

    def leave(self) -> None:
        for source in self.sources:
            source.unsubscribe(self.stretch.intake)
        self.stretch.finish()

    def open_segment(self, begins_ms: int) -> Place:
        opening = partial(self._run.open_segment, self.member, begins_ms, under_seal=self._under_seal)
        place = self._run.desk.submit(opening).result()
        self._post(self._recorder.tell, SegmentOpened(self.member, place.segment, self._under_seal))
        return place

    def prove(self, segment: int, size: int) -> None:
        self._append(Proven(self._now(), self.member, segment, size))
        self._post(self._recorder.tell, SegmentProven(self.member, segment, size))

    def close_segment(self, segment: int, found: Survey, missing: Missing) -> None:
        self._append(
            Closed(
                self._now(),
                self.member,
                segment,
                found.size,
                found.sha256,
                found.duration_ms,
                found.audio.frames,
                found.video.frames,
                missing.packets,
                missing.frames,
            )
        )
        ledger = self._run.desk.submit(self._run.folder.ledger).result()
        for known in ledger.finished:
            if (known.member, known.segment) == (self.member, segment):
                facts = facts_of(known, self._run.zero_at)
                self._post(self._recorder.tell, SegmentClosed(self.member, facts))

    def break_segment(self, segment: int | None, reason: str) -> None:
        try:
            if segment is not None:
                self._append(Broken(self._now(), self.member, segment, reason))
        except OSError:
            # The line is missing then, and repair finds the segment open instead of broken: the
            # same to it.
            _log.exception("could not note the broken segment of %s", self.member)
        self._post(self._recorder.tell, SegmentBroken(self.member, reason))

    def want_key_frame(self) -> None:
        self._post(self._video.request_key_frame)

    def have_durable(self, seconds: float, upto: float) -> None:
        self._post(self._note_durable, seconds, upto)

    def _note_durable(self, seconds: float, upto: float) -> None:
        self.durable_seconds, self.safe_upto = seconds, upto
        self._recorder.note_durable(self._run)

    def _now(self) -> datetime:
        return self._run.moment(monotonic())

    def _append(self, line: Broken | Closed | Proven) -> None:
        self._run.desk.submit(self._run.folder.append, line).result()

    def _post(self, call: Callable[..., None], *args: object) -> None:
        try:
            self._run.loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            # The loop is gone, and with it everybody who could have been told.
            _log.warning("nobody left to tell about the recording of %s", self.member)
