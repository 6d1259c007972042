"""Room scripts: who does what, second by second, and what must follow.

A `Playbook` is a real room, a clock that the script sets, and a driver without a network:
browsers connect at once and the recorder proves at once, unless the script says otherwise.
Every script also checks the truths of `check_truths` after each event.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from signaling.answers import Refused, ServerMessage, State
from signaling.effects import (
    CloseMedia,
    CloseRoom,
    Effect,
    Follow,
    HangUp,
    Note,
    NoteKind,
    OpenMedia,
    Seat,
    StopRecording,
    Tell,
    Untap,
)
from signaling.events import (
    Arrived,
    Device,
    Event,
    FileOpened,
    FileProven,
    MediaAnswered,
    MediaUp,
    RecorderStopped,
    Said,
    SecondPassed,
    SocketLost,
    TimePassed,
    Untapped,
)
from signaling.messages import AcknowledgeRecording, Admit, Command, Offer, RefusalCode
from signaling.roles import RoomRole
from signaling.room import Room
from signaling.room_state import Member
from signaling.tickets import Ticket
from tests.truths import check_truths

START = datetime(2026, 7, 20, 1, 0, tzinfo=UTC)
M = TypeVar("M")


def ticket(member: str, role: RoomRole = RoomRole.CITIZEN, room: str = "P-1") -> Ticket:
    """A ticket for an invented person, good all day."""
    return Ticket(
        room=room,
        member=member,
        name=f"Name of {member}",
        title="",
        role=role,
        site="home",
        people=(),
        not_before=START - timedelta(hours=1),
        until=START + timedelta(hours=12),
        nonce=f"nonce-{member}",
    )


HANH = ticket("hanh", RoomRole.CHAIR)
TU = ticket("tu", RoomRole.CLERK)
LAN = ticket("lan")
MINH = ticket("minh")
VY = ticket("vy", RoomRole.INTERPRETER)
BINH = ticket("binh", RoomRole.OBSERVER)
PHONE = Device("Phone", "phone")


@dataclass
class Playbook:
    """One room and its script. `happen` is the only way in; everything else is shorthand."""

    room: Room = field(default_factory=lambda: Room("P-1"))
    at: datetime = START
    effects: list[Effect] = field(default_factory=list)
    last: list[Effect] = field(default_factory=list)
    links: dict[str, int] = field(default_factory=dict)
    connections: dict[str, int] = field(default_factory=dict)
    connects_at_once: bool = True
    proves_at_once: bool = True
    untaps_at_once: bool = True
    _count: "count[int]" = field(default_factory=lambda: count(1))
    _segments: dict[str, int] = field(default_factory=dict)

    def happen(self, event: Event) -> list[Effect]:
        """Let one event happen, then whatever a willing driver answers to it."""
        todo, all_effects = [event], list[Effect]()
        while todo:
            effects = self.room.handle(todo.pop(0), self.at)
            check_truths(self.room, effects)
            all_effects += effects
            for effect in effects:
                todo += self._answers(effect)
        self.last = all_effects
        self.effects += all_effects
        return all_effects

    def _answers(self, effect: Effect) -> list[Event]:
        match effect:
            case OpenMedia(member, connection, _) if self.connects_at_once:
                self.connections[member] = connection
                return [MediaAnswered(member, connection, "answer"), MediaUp(member, connection)]
            case Follow(member, _, under_seal):
                segment = self._segments[member] = self._segments.get(member, 0) + 1
                opened = FileOpened(member, segment, under_seal)
                proven = FileProven(member, segment, 4096)
                return [opened, proven] if self.proves_at_once else [opened]
            case Untap(member, number) if self.untaps_at_once:
                return [Untapped(member, number)]
            case StopRecording():
                return [RecorderStopped()]
            case _:
                return []

    def arrive(self, who: Ticket, device: Device = PHONE) -> list[Effect]:
        """Somebody opens a fresh WebSocket."""
        self.links[who.member] = next(self._count)
        return self.happen(Arrived(who, self.links[who.member], device))

    def say(self, who: Ticket, message: Command) -> list[Effect]:
        """Somebody sends a message on their newest WebSocket."""
        return self.happen(Said(who.member, self.links[who.member], message))

    def hang_up(self, who: Ticket) -> list[Effect]:
        """Somebody's WebSocket breaks."""
        return self.happen(SocketLost(who.member, self.links[who.member]))

    def enter(self, who: Ticket, *, by: Ticket = HANH) -> None:
        """Somebody arrives, is let in if need be, reads the notice and connects."""
        self.arrive(who)
        if self.member(who) in self.room.state.waiting:
            self.say(by, Admit(member=who.member))
        self.say(who, AcknowledgeRecording())
        self.connect(who)

    def connect(self, who: Ticket) -> list[Effect]:
        """Somebody offers the next media connection."""
        number = self.connections.get(who.member, 0) + 1
        self.connections[who.member] = number
        return self.say(who, Offer(sdp="offer", connection=number))

    def wait(self, seconds: float, *, heard: frozenset[str] = frozenset()) -> list[Effect]:
        """Let time pass second by second; packets come from `heard` only."""
        effects, until = list[Effect](), self.at + timedelta(seconds=seconds)
        while self.at < until:
            self.at = min(self.at + timedelta(seconds=1), until)
            effects += self.happen(SecondPassed(heard=heard))
        effects += self.happen(TimePassed())
        self.last = effects
        return effects

    def member(self, who: Ticket) -> Member:
        """What the room knows of somebody."""
        return self.room.state.members[who.member]

    def notes(self) -> list[Note]:
        """Everything on record so far."""
        return [each for each in self.effects if isinstance(each, Note)]

    def noted(self) -> list[tuple[NoteKind, str | None]]:
        """What the last step put on record."""
        return [(each.kind, each.member) for each in self.last if isinstance(each, Note)]

    def told(self, who: Ticket, kind: type[M]) -> list[M]:
        """Messages of one kind that the last step sent to somebody."""
        messages: list[ServerMessage] = [
            each.message for each in self.last if isinstance(each, Tell) and each.member == who.member
        ]
        return [each for each in messages if isinstance(each, kind)]

    def refusals(self, who: Ticket) -> list[RefusalCode]:
        """What the last step refused somebody."""
        return [each.code for each in self.told(who, Refused)]

    def view(self, who: Ticket) -> State:
        """The newest state that was sent to somebody."""
        states = [
            each.message
            for each in self.effects
            if isinstance(each, Tell) and each.member == who.member and isinstance(each.message, State)
        ]
        return states[-1]

    def asked(self, kind: type[M], accept: Callable[[M], bool] = lambda _: True) -> list[M]:
        """Effects of one kind of the last step."""
        return [each for each in self.last if isinstance(each, kind) and accept(each)]

    def seats_of(self, who: Ticket) -> dict[str, tuple[bool, bool]]:
        """Whom somebody hears and sees now."""
        seats = [each for each in self.effects if isinstance(each, Seat) and each.member == who.member]
        return {each.member: (each.audio, each.video) for each in seats[-1].seats} if seats else {}

    def goodbyes(self, who: Ticket) -> list[HangUp]:
        """How the last step closed somebody's WebSocket."""
        return self.asked(HangUp, lambda each: each.member == who.member)

    def closed_media(self, who: Ticket) -> list[int]:
        """Which of somebody's connections the last step closed."""
        closed = self.asked(CloseMedia, lambda each: each.member == who.member)
        return [each.connection for each in closed]

    def closed_room(self) -> list[CloseRoom]:
        """Whether the last step closed the room."""
        return self.asked(CloseRoom)
