"""One room's driver: one queue, one task. Takes one event, asks the room, performs, takes the next.

Whatever is already in the queue is taken as one batch, so that the notes of many events cost
one fsync. No other effect is performed before the batch's notes are on disk, so nobody ever
sees what a power cut could undo. No effect is waited for: a slow one is started, and what
came of it comes back through the queue.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from signaling.answers import ServerMessage
from signaling.effects import (
    CloseMedia,
    CloseRoom,
    Effect,
    Follow,
    HangUp,
    Note,
    OpenMedia,
    Seat,
    StartRecording,
    StopRecording,
    Tell,
    Unfollow,
    Untap,
)
from signaling.errors import BrokenProtocol
from signaling.events import (
    Event,
    FileBroken,
    FileClosed,
    FileOpened,
    FileProven,
    MediaAnswered,
    MediaDown,
    MediaUp,
    RecorderFailed,
    RecorderStopped,
    TimePassed,
    Untapped,
)
from signaling.messages import SLOTS, ByeCode
from signaling.passthrough import MediaPort
from signaling.peer import Peer, PeerState
from signaling.pulse import Pulse
from signaling.room import Room
from signaling.tasks import TaskSet
from signaling.tracks import (
    RecorderEvent,
    RoomRecorder,
    SegmentBroken,
    SegmentClosed,
    SegmentOpened,
    SegmentProven,
)

BATCH = 64
BUSY = 256
"""Events in the queue from which on browsers have to wait before they may say more."""

KEEP_AGAIN = 1.0

_log = logging.getLogger(__name__)


class Outlet(Protocol):
    """One WebSocket as the room sees it. Neither method waits or raises."""

    def send(self, message: ServerMessage) -> None:
        """Send `message` when the line allows."""

    def close(self, code: ByeCode, ground: str | None = None) -> None:
        """Say goodbye and close."""


class Book(Protocol):
    """Where the notes of all rooms are kept until the office has them and the room has ended."""

    async def keep(self, notes: Sequence[Note]) -> None:
        """Return once `notes` are on disk. Raises OSError."""

    async def recall(self, room: str) -> list[Note]:
        """All notes of a room that has not ended, in order; empty for one never opened."""
        ...

    def is_over(self, room: str) -> bool:
        """Whether the room ended, here, ever."""
        ...

    async def close(self, room: str) -> None:
        """Remember that the room ended; its notes go when the office has them."""


@dataclass(frozen=True)
class Means:
    """What rooms work with."""

    port: MediaPort
    recorder_for: Callable[[str], RoomRecorder]
    book: Book
    now: Callable[[], datetime]


class Driver:
    """Drives one room until it closes."""

    def __init__(self, room: Room, means: Means) -> None:
        self.room = room
        self.outlets: dict[int, Outlet] = {}
        self.is_closed = False
        self.is_over = False
        self._means = means
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._peers: dict[tuple[str, int], Peer] = {}
        self._recorder: RoomRecorder | None = None
        self._tasks = TaskSet(room.state.code)
        self._at: datetime | None = None

    @property
    def queued(self) -> int:
        """How many events wait to be acted on."""
        return self._queue.qsize()

    def put(self, event: Event) -> None:
        """Let the room know. Used for what happens inside the worker, which is little."""
        self._queue.put_nowait(event)
        if self._queue.qsize() >= BUSY:
            self._has_space.clear()

    async def put_patiently(self, event: Event) -> None:
        """The same for browsers, who wait while the room is busy."""
        await self._has_space.wait()
        self.put(event)

    async def run(self) -> None:
        """Drive until the room closes, then leave nothing open."""
        pulse = self._tasks.start(self._beat())
        try:
            while not self.is_closed:
                await self._turn()
        finally:
            self.is_closed = True
            self._has_space.set()
            pulse.cancel()
            await self._leave_nothing_open()

    async def _turn(self) -> None:
        effects = list[Effect]()
        for event in await self._batch():
            try:
                effects += self.room.handle(event, self._now())
            except Exception:  # noqa: BLE001 - a bug in one event must not end a reception
                _log.exception("room %s: bug in %s", self.room.state.code, type(event).__name__)
        notes = [each for each in effects if isinstance(each, Note)]
        if notes:
            await self._keep(notes)
        for effect in effects:
            try:
                self._perform(effect)
            except Exception:  # noqa: BLE001 - the same
                _log.exception("room %s: bug in %s", self.room.state.code, type(effect).__name__)

    async def _batch(self) -> list[Event]:
        due = self.room.next_deadline()
        patience = None if due is None else max(0.0, (due - self._now()).total_seconds())
        try:
            async with asyncio.timeout(patience):
                batch = [await self._queue.get()]
        except TimeoutError:
            return [TimePassed()]
        while len(batch) < BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        if self._queue.qsize() < BUSY:
            self._has_space.set()
        return batch

    async def _keep(self, notes: list[Note]) -> None:
        while True:
            try:
                await self._means.book.keep(notes)
            except OSError:
                # Better a room that stands still than one that forgets.
                _log.exception("room %s: notes cannot be kept", self.room.state.code)
                await asyncio.sleep(KEEP_AGAIN)
            else:
                return

    def _now(self) -> datetime:
        # The machine's clock may be set back; a room's time never goes back.
        now = self._means.now()
        self._at = now if self._at is None or now > self._at else self._at
        return self._at

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Note():
                pass
            case Tell() | HangUp():
                self._speak(effect)
            case OpenMedia():
                self._open(effect)
            case CloseMedia(member, connection):
                self._close(member, connection)
            case Seat():
                self._seat(effect)
            case StartRecording() | Follow() | Unfollow() | StopRecording():
                self._record(effect)
            case Untap():
                self._untap(effect)
            case CloseRoom(is_over):
                self.is_closed, self.is_over = True, is_over

    def _speak(self, effect: Tell | HangUp) -> None:
        outlet = self.outlets.get(effect.link)
        if outlet is None:
            return
        match effect:
            case Tell(_, _, message):
                outlet.send(message)
            case HangUp(_, link, code, ground):
                del self.outlets[link]
                outlet.close(code, ground)

    def _open(self, effect: OpenMedia) -> None:
        # Known from here on, so that a CloseMedia in the same batch finds it.
        key = (effect.member, effect.connection)
        peer = self._peers[key] = Peer(*key, self._means.port, self._on_state)
        self._tasks.start(self._answer(peer, effect.offer))

    async def _answer(self, peer: Peer, offer: str) -> None:
        member, connection = peer.member, peer.connection
        try:
            sdp = await peer.answer(offer)
        except BrokenProtocol as broken:
            self.put(MediaDown(member, connection, broken.code))
        except Exception:  # noqa: BLE001 - an offer is a stranger's text
            _log.exception("room %s: an offer could not be answered", self.room.state.code)
            self.put(MediaDown(member, connection, "media_failed"))
        else:
            self.put(MediaAnswered(member, connection, sdp))

    def _on_state(self, peer: Peer, state: PeerState) -> None:
        if self._peers.get((peer.member, peer.connection)) is not peer:
            return
        if state == "connected":
            self.put(MediaUp(peer.member, peer.connection))
        elif state in ("failed", "closed"):
            self.put(MediaDown(peer.member, peer.connection, state))

    def _close(self, member: str, connection: int) -> None:
        peer = self._peers.pop((member, connection), None)
        if peer is not None:
            self._tasks.start(peer.close())

    def _seat(self, effect: Seat) -> None:
        peer = self._peers.get((effect.member, effect.connection))
        if peer is None:
            return
        seats = {each.slot: each for each in effect.seats}
        for slot in range(SLOTS):
            seat = seats.get(slot)
            other = self._peers.get((seat.member, seat.connection)) if seat else None
            if seat is None or other is None:
                peer.seat(slot, None, None)
            else:
                peer.seat(
                    slot,
                    other.audio if seat.audio else None,
                    other.video if seat.video else None,
                )

    def _record(self, effect: StartRecording | Follow | Unfollow | StopRecording) -> None:
        match effect:
            case StartRecording():
                self._start_recorder()
            case Follow():
                self._follow(effect)
            case Unfollow(member):
                if self._recorder is not None:
                    self._recorder.unfollow(member)
            case StopRecording():
                self._tasks.start(self._stop_recorder())

    def _follow(self, effect: Follow) -> None:
        if self._recorder is None:
            # It did not start, and RecorderFailed is on its way.
            return
        member = effect.member
        peer = self._peers.get((member, effect.connection))
        if peer is None:
            self.put(FileBroken(member, "no_media"))
            return
        try:
            self._recorder.follow(member, peer.audio, peer.video, under_seal=effect.under_seal)
        except Exception:  # noqa: BLE001 - whatever is wrong, the people must hear of it
            _log.exception("room %s: a member cannot be recorded", self.room.state.code)
            self.put(FileBroken(member, "not_followed"))

    def _untap(self, effect: Untap) -> None:
        recorder = self._recorder
        if recorder is not None:
            recorder.unfollow(effect.member)
        self._tasks.start(self._prove_untapped(recorder, effect))

    async def _prove_untapped(self, recorder: RoomRecorder | None, effect: Untap) -> None:
        # Should this fail, the room waits, and those who wait for it do not hear each other.
        if recorder is not None:
            await recorder.rest(effect.member)
        self.put(Untapped(effect.member, effect.number))

    def _start_recorder(self) -> None:
        try:
            recorder = self._means.recorder_for(self.room.state.code)
            recorder.on_event = self._on_recorder
            recorder.start(self._now())
        except Exception:  # noqa: BLE001 - whatever is wrong, the people must hear of it
            _log.exception("room %s: the recorder does not start", self.room.state.code)
            self.put(RecorderFailed("not_started"))
        else:
            self._recorder = recorder

    async def _stop_recorder(self) -> None:
        recorder, self._recorder = self._recorder, None
        try:
            if recorder is not None:
                await recorder.stop()
        finally:
            self.put(RecorderStopped())

    def _on_recorder(self, event: RecorderEvent) -> None:
        match event:
            case SegmentOpened(member, segment, under_seal):
                self.put(FileOpened(member, segment, under_seal))
            case SegmentProven(member, segment, size):
                self.put(FileProven(member, segment, size))
            case SegmentClosed(member, facts):
                self.put(FileClosed(member, facts.segment, asdict(facts)))
            case SegmentBroken(member, reason):
                self.put(FileBroken(member, reason))

    async def _beat(self) -> None:
        pulse = Pulse()
        while True:
            await asyncio.sleep(1.0)
            self.put(pulse.feel(self.room.state, self._peers, self._recorder))

    async def _leave_nothing_open(self) -> None:
        code = ByeCode.ENDED if self.is_over else ByeCode.MOVING
        for outlet in self.outlets.values():
            outlet.close(code)
        self.outlets.clear()
        for member, connection in list(self._peers):
            self._close(member, connection)
        if self._recorder is not None:
            await self._stop_recorder()
        await self._tasks.close(wait_for=5.0)
