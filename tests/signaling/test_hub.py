"""The driver: notes first, then effects; no bug and no full disk ends a reception."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from signaling import driver as driver_module
from signaling.answers import Done, Refused, ServerMessage, State
from signaling.effects import Note, NoteKind
from signaling.events import Device, FileClosed
from signaling.hub import Hub, Means, Place
from signaling.messages import (
    AcknowledgeRecording,
    ByeCode,
    End,
    Leave,
    Offer,
    Ping,
    RecordingStart,
)
from signaling.passthrough import MediaPort
from signaling.room import Room
from signaling.tickets import Ticket
from signaling.tracks import RoomRecorder
from tests.playbook import HANH, LAN, START


@dataclass
class Book:
    """Keeps notes in memory; can be slow, or full."""

    notes: list[Note] = field(default_factory=list)
    over: set[str] = field(default_factory=set)
    may_write: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0

    async def keep(self, notes: Sequence[Note]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(28, "full")
        await self.may_write.wait()
        self.notes += notes

    async def recall(self, room: str) -> list[Note]:
        return [] if room in self.over else [each for each in self.notes if each.room == room]

    def is_over(self, room: str) -> bool:
        return room in self.over

    async def close(self, room: str) -> None:
        self.over.add(room)

    def kinds(self) -> list[NoteKind]:
        return [each.kind for each in self.notes]


@dataclass
class Ear:
    """An outlet that remembers."""

    heard: list[ServerMessage] = field(default_factory=list)
    bye: ByeCode | None = None

    def send(self, message: ServerMessage) -> None:
        self.heard.append(message)

    def close(self, code: ByeCode, ground: str | None = None) -> None:
        self.bye = code

    def has(self, kind: type[ServerMessage]) -> bool:
        return any(isinstance(each, kind) for each in self.heard)


@dataclass
class House:
    """A hub with a book."""

    hub: Hub
    book: Book

    async def enter(self, who: Ticket) -> tuple[Ear, Place]:
        ear = Ear()
        place = await self.hub.enter(who, ear, Device())
        assert place is not None
        await until(lambda: ear.has(State))
        return ear, place


def broken_recorder(room: str) -> RoomRecorder:
    """A disk that lets nothing begin."""
    raise OSError(28, room)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    port = await MediaPort.open()
    book = Book()
    book.may_write.set()
    hub = Hub(Means(port, broken_recorder, book, lambda: START))
    yield House(hub, book)
    book.may_write.set()
    await hub.drain()
    port.close()


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - the room has its own task
            await asyncio.sleep(0.01)


async def test_nothing_is_seen_before_its_notes_are_on_disk(house: House) -> None:
    house.book.may_write.clear()
    ear = Ear()
    await house.hub.enter(HANH, ear, Device())
    await asyncio.sleep(0.05)
    assert ear.heard == []
    house.book.may_write.set()
    await until(lambda: ear.has(State))


async def test_a_full_disk_makes_a_room_wait_not_forget(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_module, "KEEP_AGAIN", 0.01)
    house.book.failures = 3
    await house.enter(HANH)
    assert [each.seq for each in house.book.notes] == [1, 2, 3]


async def test_many_events_are_kept_together(house: House) -> None:
    _, place = await house.enter(HANH)
    house.book.may_write.clear()
    for _ in range(10):
        await house.hub.say(place, AcknowledgeRecording())
        await house.hub.say(place, Ping())
    house.book.may_write.set()
    await until(lambda: NoteKind.ACKNOWLEDGED in house.book.kinds())
    assert house.book.kinds().count(NoteKind.ACKNOWLEDGED) == 1


async def test_a_bug_in_one_event_does_not_end_the_reception(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ear, place = await house.enter(HANH)
    whole = Room._settle

    def broken(self: Room, turn: object) -> None:
        monkeypatch.setattr(Room, "_settle", whole)
        raise ZeroDivisionError

    monkeypatch.setattr(Room, "_settle", broken)
    await house.hub.say(place, AcknowledgeRecording())
    await house.hub.say(place, Ping(id="p"))
    await until(lambda: Done(re="p") in ear.heard)
    await house.hub.say(place, Leave())
    await until(lambda: ear.bye)
    assert [each.seq for each in house.book.notes] == list(range(1, len(house.book.notes) + 1))


async def test_a_recorder_that_fails_is_told(house: House) -> None:
    ear, place = await house.enter(HANH)
    await house.hub.say(place, RecordingStart())
    await until(lambda: NoteKind.RECORDING_INTERRUPTED in house.book.kinds())
    await until(lambda: any(isinstance(e, State) and e.recording.state == "interrupted" for e in ear.heard))


async def test_an_offer_that_is_nonsense_is_told(house: House) -> None:
    ear, place = await house.enter(HANH)
    await house.hub.say(place, Offer(sdp="v=0", connection=1))
    await until(lambda: ear.has(Refused))


async def test_an_ended_room_does_not_open_again(house: House) -> None:
    ear, place = await house.enter(HANH)
    await house.hub.say(place, End())
    await until(lambda: ear.bye == ByeCode.ENDED)
    await until(lambda: "P-1" in house.book.over)
    again = Ear()
    assert await house.hub.enter(LAN, again, Device()) is None
    assert again.bye == ByeCode.ENDED
    await until(lambda: house.hub.status() == [])


async def test_a_room_in_the_book_is_rebuilt_when_somebody_comes(house: House) -> None:
    _, place = await house.enter(HANH)
    await house.hub.say(place, AcknowledgeRecording())
    await until(lambda: NoteKind.ACKNOWLEDGED in house.book.kinds())
    other = Hub(house.hub._means)
    ear = Ear()
    await other.enter(HANH, ear, Device())
    await until(lambda: ear.has(State))
    [state] = [each for each in ear.heard if isinstance(each, State)]
    assert state.you.acknowledged
    await other.drain()
    assert ear.bye == ByeCode.MOVING


async def test_mended_files_are_noted_before_an_ended_room_closes(house: House) -> None:
    kinds = (NoteKind.ROOM_OPENED, NoteKind.ENDED)
    notes = [Note("P-9", seq, START, kind, None, {}) for seq, kind in enumerate(kinds, 1)]
    mended = [FileClosed("lan", segment, {"segment": segment}) for segment in (1, 2)]
    house.book.notes += notes
    house.hub.restore("P-9", notes, mended)
    await until(lambda: "P-9" in house.book.over)
    assert house.book.kinds()[2:] == [NoteKind.SEGMENT_CLOSED, NoteKind.SEGMENT_CLOSED]
