"""One member being recorded, from `follow` to `unfollow`.

Theory. The loop's thread only fills the `Intake`. Every `BEAT` somebody takes what came, cuts
frames, finds their time and appends them: the `Beater` of the room, for all its members one after
the other, because threads that wake for a moment each cost more than what they do. Whatever may
wait for the disk (opening, syncing, proving, closing) is done by a thread of this member's own,
every `SYNC_EVERY`; while it works the beater goes past. The first file is opened
when the size of the picture is known or `WAIT_FOR_PICTURE` has passed since the first sound, so
that its header is right. When the disk fails, the file is left as it is and a new one is tried
every `RETRY_AFTER`; the next picture in it is a key frame. What the loop must know is told by
`Office`, whose methods are called on these threads, one at a time.
"""

import errno
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, Protocol

from recordings.depacketise import Frame, Hole, OpusFrames, Reorder, Vp8Frames
from recordings.intake import Intake, Report
from recordings.shelf import ShelfFull
from recordings.survey import Survey
from recordings.timeline import Placed, Timeline
from recordings.webm import vp8_size
from recordings.writer import USUAL_SIZE, WebmFile, WriteFailed
from signaling.tracks import Kind, RtpPacket

BEAT: Final = 0.1
SYNC_EVERY: Final = 2.0
UNDERWAY: Final = 0.05
"""Seconds that a packet may take from the socket to the intake: the native path hands over at every tick."""
WAIT_FOR_PICTURE: Final = 1.0
RETRY_AFTER: Final = 2.0
ASK_EVERY: Final = 0.5

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """A segment that may be written: where, under which number."""

    segment: int
    path: Path


@dataclass(frozen=True)
class Missing:
    """What never reached a file: packets lost or dropped, frames given up for want of them."""

    packets: int
    frames: int


class Office(Protocol):
    """What a stretch asks for and tells; called on the thread that writes, may block it."""

    def open_segment(self, begins_ms: int) -> Place:
        """Note the next segment; raises `ShelfFull`, `OSError`."""

    def prove(self, segment: int, size: int) -> None:
        """Note that the first media is safe."""

    def close_segment(self, segment: int, found: Survey, missing: Missing) -> None:
        """Note that a segment is complete."""

    def break_segment(self, segment: int | None, reason: str) -> None:
        """Note that writing failed; never raises."""

    def want_key_frame(self) -> None:
        """Ask the browser for a key frame."""

    def have_durable(self, seconds: float, upto: float) -> None:
        """Tell how much is safe, and up to which monotonic time nothing received is unsafe."""


class Beater:
    """Goes round the stretches of one room every `BEAT`, on a thread of its own."""

    def __init__(self, room: str) -> None:
        """Begin at once, with none."""
        self._stretches: tuple[Stretch, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"recorder-{room}", daemon=True)
        self._thread.start()

    def add(self, stretch: "Stretch") -> None:
        """Go to this one too. Called on the loop's thread."""
        self._stretches = (*self._stretches, stretch)

    def discard(self, stretch: "Stretch") -> None:
        """Go there no more, this round perhaps once. Called on the loop's thread."""
        self._stretches = tuple(each for each in self._stretches if each is not stretch)

    def stop(self) -> None:
        """End; returns when the thread has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(BEAT):
            for each in self._stretches:
                each.beat()


class Stretch:
    """Writes one member's tracks until told to stop."""

    def __init__(self, member: str, office: Office, zero: float) -> None:
        """`zero` is the monotonic time of the recorder's 0 ms."""
        self.member = member
        self.intake = Intake()
        self._office = office
        self._timeline = Timeline(zero)
        self._orders: dict[Kind, Reorder] = {"audio": Reorder(), "video": Reorder()}
        self._opus, self._vp8 = OpusFrames(), Vp8Frames()
        self._reports: dict[Kind, Report] = {}
        self._placed: list[Placed] = []
        self._file: WebmFile | None = None
        self._place: Place | None = None
        self._begins_ms = 0
        self._is_proven = self._is_told = False
        self._done_ms = 0
        self._counted = Missing(0, 0)
        self._synced_at = self._retry_at = self._asked_at = self._picture_at = 0.0
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"recorder-{member}", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def finish(self) -> None:
        """Ask for the end; `wait` for it elsewhere."""
        self._stopping.set()

    def wait(self) -> None:
        """Block until everything is written and noted."""
        self._thread.join()

    def beat(self) -> None:
        """Append what came, if there is a proven file; else, or while it syncs, leave it to the own thread."""
        if self._turn.acquire(blocking=False):
            try:
                if self._is_settled:
                    self._guard(self._append)
            finally:
                self._turn.release()

    def _run(self) -> None:
        while not self._stopping.wait(SYNC_EVERY if self._is_settled else BEAT):
            with self._turn:
                self._guard(self._beat)
        with self._turn:
            self._guard(self._last_beat)

    @property
    def _is_settled(self) -> bool:
        return self._file is not None and self._is_proven

    def _append(self) -> None:
        self._read(monotonic())
        self._write()

    def _guard(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ShelfFull:
            self._break("no_space")
        except WriteFailed:
            self._break("not_as_written")
        except OSError as error:
            self._break("no_space" if error.errno in _FULL else "write_failed")
        except Exception:  # noqa: BLE001 - see the next line
            # Whatever is wrong with one member's packets must reach the room as a broken
            # recording, never as silence.
            _log.exception("recording of %s failed", self.member)
            self._break("failed")

    def _beat(self) -> None:
        now = monotonic()
        self._read(now)
        if self._file is None:
            if not self._may_open(now):
                return
            self._open()
        self._write()
        if not self._is_proven or now - self._synced_at >= SYNC_EVERY:
            self._sync(now)

    def _last_beat(self) -> None:
        for kind, order in self._orders.items():
            self._read_packets(kind)
            for item in order.drain():
                self._cut(kind, item)
        self._placed += self._timeline.drain()
        if self._file is None and self._placed:
            self._open()
        if self._file is not None:
            self._write()
            self._close()

    def _read(self, now: float) -> None:
        while self.intake.reports:
            kind, report = self.intake.reports.popleft()
            self._reports[kind] = report
        for kind, order in self._orders.items():
            self._read_packets(kind)
            for item in order.expire(now):
                self._cut(kind, item)
            unwrap = self._opus.unwrap if kind == "audio" else self._vp8.unwrap
            if kind in self._reports and unwrap.has_begun:
                self._timeline.report(kind, unwrap, self._reports.pop(kind))
        self._placed += self._timeline.expire(now)
        wants = self._vp8.needs_key_frame and now - self._picture_at < 1
        if wants and now - self._asked_at >= ASK_EVERY:
            self._asked_at = now
            self._office.want_key_frame()

    def _read_packets(self, kind: Kind) -> None:
        order, frames = self._orders[kind], self._opus if kind == "audio" else self._vp8
        packets = self.intake.take(kind)
        for packet in packets:
            if not order.passes(packet):
                for item in order.push(packet):
                    self._cut(kind, item)
            elif (frame := frames.push(packet)) is not None:
                self._placed += self._timeline.push(frame)
        if kind == "video" and packets:
            self._picture_at = packets[-1].arrived

    def _cut(self, kind: Kind, item: RtpPacket | Hole) -> None:
        frame: Frame | None = self._opus.push(item) if kind == "audio" else self._vp8.push(item)
        if frame is not None:
            self._placed += self._timeline.push(frame)

    def _may_open(self, now: float) -> bool:
        if not self._placed or now < self._retry_at:
            return False
        if any(frame.kind == "video" for _, frame in self._placed):
            return True
        return now - self._placed[0][1].arrived >= WAIT_FOR_PICTURE

    def _open(self) -> None:
        first = next((frame.data for _, frame in self._placed if frame.kind == "video"), b"")
        self._begins_ms = min(at_ms for at_ms, _ in self._placed)
        self._place = self._office.open_segment(self._begins_ms)
        self._file = WebmFile(self._place.path, vp8_size(first) or USUAL_SIZE)
        self._is_proven = self._is_told = False

    def _write(self) -> None:
        if self._file is None:
            return
        for at_ms, frame in self._placed:
            self._file.put(frame.kind, max(0, at_ms - self._begins_ms), frame.data, is_key=frame.is_key)
        self._placed.clear()
        self._file.flush()

    def _sync(self, now: float) -> None:
        if self._file is None or self._place is None:
            return
        self._file.sync()
        self._synced_at = now
        if not self._is_proven:
            if not self._file.begins_well():
                raise WriteFailed
            self._is_proven = True
            self._office.prove(self._place.segment, self._file.written)
        self._office.have_durable((self._done_ms + self._file.durable_ms) / 1000, self._safe_upto(now))

    def _safe_upto(self, now: float) -> float:
        """What waits for its turn, for the rest of its frame or for its time is not on disk yet."""
        waiting = [self._vp8.oldest, self._timeline.oldest, *(order.oldest for order in self._orders.values())]
        return min([now - UNDERWAY, *(each for each in waiting if each is not None)])

    def _close(self) -> None:
        if self._file is None or self._place is None:
            return
        found = self._file.close()
        self._office.close_segment(self._place.segment, found, self._missing())
        self._done_ms += found.duration_ms
        self._file = self._place = None
        self._office.have_durable(self._done_ms / 1000, monotonic())

    def _missing(self) -> Missing:
        lost = sum(order.lost for order in self._orders.values())
        before, self._counted = self._counted, Missing(lost, self._vp8.dropped)
        return Missing(lost - before.packets, self._vp8.dropped - before.frames)

    def _break(self, reason: str) -> None:
        segment = self._place.segment if self._place is not None else None
        if self._file is not None:
            self._done_ms += self._file.durable_ms
            self._file.abandon()
        self._file = self._place = None
        self._placed.clear()
        self._vp8.needs_key_frame = True
        self._retry_at = monotonic() + RETRY_AFTER
        if segment is not None or not self._is_told:
            self._is_told = True
            self._office.break_segment(segment, reason)
