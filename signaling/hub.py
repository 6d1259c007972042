"""All rooms of one worker. Introduces people, media and recorder to each room."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from signaling.answers import Link
from signaling.driver import Book, Driver, Means, Outlet
from signaling.effects import Note
from signaling.events import (
    Announced,
    Arrived,
    Device,
    Draining,
    FileClosed,
    LinkWithdrawn,
    OfficeClosed,
    Restored,
    Said,
    SocketLost,
)
from signaling.messages import ByeCode, Command, MemberStatus
from signaling.room import Room
from signaling.tasks import TaskSet
from signaling.tickets import Ticket

__all__ = ["Book", "Hub", "Means", "Outlet", "Place", "RoomStatus"]

DRAIN_FOR = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one WebSocket has entered."""

    room: str
    member: str
    link: int


@dataclass(frozen=True, slots=True)
class RoomStatus:
    """A room as the office sees it from outside: numbers, no names."""

    room: str
    phase: str
    recording: str
    is_proven: bool
    durable_seconds: float
    inside: int
    connected: int
    waiting: int
    queued: int
    grew_ago: float | None
    waits_for: float
    away_for: float
    link: str
    unrecorded: bool


class Hub:
    """Opens rooms when somebody comes, and lets each run by itself.

    A room whose notes are in the book is rebuilt from them, whatever became of its driver.
    `may_open()` says whether this worker takes new rooms.
    """

    def __init__(self, means: Means, may_open: Callable[[], bool] = lambda: True) -> None:
        self._means = means
        self._may_open = may_open
        self._drivers: dict[str, Driver] = {}
        self._links = count(1)
        self._tasks = TaskSet("hub")
        self._is_draining = False

    async def enter(self, ticket: Ticket, outlet: Outlet, device: Device) -> Place | None:
        """Bring a WebSocket with a good ticket into its room; None: it was sent away."""
        driver = await self._room(ticket.room)
        if isinstance(driver, ByeCode):
            outlet.close(driver)
            return None
        link = next(self._links)
        driver.outlets[link] = outlet
        await driver.put_patiently(Arrived(ticket, link, device))
        return Place(ticket.room, ticket.member, link)

    async def _room(self, code: str) -> Driver | ByeCode:
        if code not in self._drivers and not self._is_draining:
            notes = await self._means.book.recall(code)
            # Somebody else may have opened it while the disk was read.
            if notes and code not in self._drivers:
                self.restore(code, notes, ())
        driver = self._drivers.get(code)
        if self._is_draining:
            return ByeCode.MOVING
        if self._means.book.is_over(code):
            return ByeCode.ENDED
        if driver is None:
            return self._open(Room(code)) if self._may_open() else ByeCode.MOVING
        if driver.is_closed:
            return ByeCode.ENDED if driver.is_over else ByeCode.MOVING
        return driver

    async def say(self, place: Place, message: Command) -> None:
        """Pass on what a member said."""
        driver = self._drivers.get(place.room)
        if driver is not None:
            await driver.put_patiently(Said(place.member, place.link, message))

    def leave(self, place: Place) -> None:
        """The WebSocket is gone."""
        driver = self._drivers.get(place.room)
        if driver is not None:
            driver.outlets.pop(place.link, None)
            driver.put(SocketLost(place.member, place.link))

    def announce(self, room: str, topic: str, version: int) -> bool:
        """Tell everybody inside that something of the office changed; False: no such room."""
        driver = self._drivers.get(room)
        if driver is not None:
            driver.put(Announced(topic, version))
        return driver is not None

    def close(self, room: str, ground: str) -> bool:
        """End a reception from outside; False: no such room."""
        driver = self._drivers.get(room)
        if driver is not None:
            driver.put(OfficeClosed(ground))
        return driver is not None

    def withdraw(self, room: str, member: str, since: datetime) -> bool:
        """Void a guest's tickets and put the guest out; False: no such room."""
        driver = self._drivers.get(room)
        if driver is not None:
            driver.put(LinkWithdrawn(member, since))
        return driver is not None

    def restore(self, room: str, notes: Iterable[Note], closed: Iterable[FileClosed]) -> None:
        """Rebuild a room that was open when the worker died; `closed` are its mended files."""
        driver = self._open(Room.from_notes(room, notes))
        for event in closed:
            driver.put(event)
        driver.put(Restored())

    def status(self) -> list[RoomStatus]:
        """Every open room."""
        now = self._means.now()
        return [_status(each, now) for each in self._drivers.values()]

    async def drain(self) -> None:
        """Send everybody elsewhere, close the files cleanly, and end; receptions are not over."""
        self._is_draining = True
        for driver in self._drivers.values():
            driver.put(Draining())
        await self._tasks.close(wait_for=DRAIN_FOR)

    def _open(self, room: Room) -> Driver:
        driver = self._drivers[room.state.code] = Driver(room, self._means)
        self._tasks.start(self._drive(room.state.code, driver))
        return driver

    async def _drive(self, code: str, driver: Driver) -> None:
        try:
            await driver.run()
        finally:
            if driver.is_over:
                await self._means.book.close(code)
            del self._drivers[code]


_WORST_FIRST: tuple[Link, ...] = ("lost", "bad", "poor", "good")


def _status(driver: Driver, now: datetime) -> RoomStatus:
    room = driver.room.state
    connected = [each for each in room.inside if each.status == MemberStatus.CONNECTED]
    needing = room.needing_proof
    return RoomStatus(
        room=room.code,
        phase=room.phase.value,
        recording=room.recording.state.value,
        is_proven=bool(needing) and all(each.is_proven for each in needing),
        durable_seconds=room.recording.durable_seconds,
        inside=len(room.inside),
        connected=len(connected),
        waiting=len(room.waiting),
        queued=driver.queued,
        grew_ago=_since(now, room.recording.grew_at),
        waits_for=_since(now, room.waiting[0].waits_since) or 0.0 if room.waiting else 0.0,
        away_for=(_since(now, room.failure.since) or 0.0) if room.failure and room.failure.choice is None else 0.0,
        link=min((each.quality for each in connected), key=_WORST_FIRST.index, default="good"),
        unrecorded=any(room.is_unrecorded(each) for each in connected),
    )


def _since(now: datetime, moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())
