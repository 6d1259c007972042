"""Keeps beside a walk what a driver would really forward and write, and who is apart by the notes alone.

It asks the room nothing: seats come from `Seat` effects, taps from `Follow`, `Unfollow` and `Untap`, and who
is inside a consultation from the notes that the office gets. So a room that is wrong about itself is found out.
"""

from dataclasses import dataclass, field

from signaling.answers import Captioned
from signaling.effects import (
    CloseMedia,
    Effect,
    Follow,
    Note,
    NoteKind,
    Seat,
    StopRecording,
    Tell,
    Unfollow,
    Untap,
)
from signaling.events import Event, RecorderFailed, Untapped


@dataclass
class Privacy:
    """What flows to whom, who is being written, who is apart."""

    flows: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    tapped: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    is_recorded: bool = True
    asked: dict[str, int] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)

    def restart(self) -> None:
        """The worker is gone, and with it every flow, every tap, and all that was proven; not who is apart."""
        self.flows, self.tapped, self.asked, self.proven = {}, set(), {}, set()

    def see(self, event: Event, effects: list[Effect]) -> None:
        """Take in one step; AssertionError when somebody hears or writes what they may not."""
        if isinstance(event, Untapped) and self.asked.get(event.member) == event.number:
            self.proven.add(event.member)
        if isinstance(event, RecorderFailed):
            self.tapped = set()
        for effect in effects:
            if isinstance(effect, Note):
                self._note(effect)
        for effect in effects:
            self._do(effect)
        for (viewer, _), heard in self.flows.items():
            for member in heard:
                assert (viewer in self.inside) == (member in self.inside), f"{viewer} gets {member} across the door"
                if member in self.inside and not self.is_recorded:
                    assert {viewer, member} <= self.proven, f"{viewer} gets {member} before the proof"
        if not self.is_recorded:
            assert not self.inside & self.tapped, "written though not to be recorded"

    def _note(self, note: Note) -> None:
        match note.kind:
            case NoteKind.CONSULTATION_BEGAN:
                self.inside, self.is_recorded = {str(note.facts["by"])}, note.facts["rule"] == "recorded"
                self.proven = set()
            case NoteKind.CONSULTATION_JOINED:
                self.inside.add(str(note.member))
                self.proven.discard(str(note.member))
            case NoteKind.CONSULTATION_LEFT:
                self.inside.discard(str(note.member))
                self.proven.discard(str(note.member))
            case NoteKind.CONSULTATION_ENDED:
                self.inside, self.proven, self.is_recorded = set(), set(), True
            case _:
                pass

    def _do(self, effect: Effect) -> None:
        match effect:
            case Seat(member, connection, seats):
                self.flows[member, connection] = {each.member for each in seats if each.audio or each.video}
            case CloseMedia(member, connection):
                self.flows.pop((member, connection), None)
            case Follow(member, _):
                self.tapped.add(member)
            case Unfollow(member):
                self.tapped.discard(member)
            case Untap(member, number):
                self.tapped.discard(member)
                self.asked[member] = number
            case StopRecording():
                self.tapped.clear()
            case Tell(member, _, Captioned() as caption):
                self._read(member, caption)
            case _:
                pass

    def _read(self, reader: str, caption: Captioned) -> None:
        three = {reader, caption.member, caption.by}
        assert three <= self.inside or not three & self.inside, f"{reader} reads {caption.member} across the door"
        if reader in self.inside and not self.is_recorded and len(three) > 1:
            assert three <= self.proven, f"{reader} reads {caption.member} before the proof"
