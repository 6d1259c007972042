"""Keeps beside a walk what a driver would really forward and write, and who is apart by the notes alone.

It asks the room nothing: seats come from `Seat` effects, taps from `Follow`, `Unfollow` and `Untap`, and who
is inside a consultation from the notes that the office gets. So a room that is wrong about itself is found out.
"""

from dataclasses import dataclass, field
from datetime import datetime

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
from signaling.events import Event, FileOpened, FileProven, RecorderFailed, RecorderStopped, Untapped
from signaling.room_state import HUSHED_FOR


@dataclass
class Privacy:
    """What flows to whom, who is being written, into which kind of file, who is apart."""

    flows: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    tapped: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)
    rule: str = "recorded"
    sealed_taps: set[str] = field(default_factory=set)
    sealed_files: set[tuple[str, int]] = field(default_factory=set)
    under_seal: set[str] = field(default_factory=set)
    hushed_until: datetime | None = None
    asked: dict[str, int] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)

    def restart(self) -> None:
        """The worker is gone, and with it every flow, every tap, and all that was proven; not who is apart."""
        self.flows, self.tapped, self.asked, self.proven = {}, set(), {}, set()
        self.sealed_taps, self.sealed_files, self.under_seal, self.hushed_until = set(), set(), set(), None

    def see(self, event: Event, effects: list[Effect], at: datetime) -> None:
        """Take in one step; AssertionError when somebody hears or writes what they may not."""
        if self.hushed_until is not None and self.hushed_until <= at:
            self.hushed_until = None
        self._hear(event)
        for effect in effects:
            if isinstance(effect, Note):
                self._note(effect)
        for effect in effects:
            self._do(effect)
        for (viewer, _), heard in self.flows.items():
            for member in heard:
                self._check_flow(viewer, member)
        is_sealed = self.rule == "sealed" and bool(self.inside)
        assert is_sealed or not self.sealed_taps, "an ordinary second under seal"
        if self.rule == "unrecorded":
            assert not self.inside & self.tapped, "written though not to be recorded"
        if is_sealed or self.hushed_until is not None:
            assert not self.tapped, "a sealed second in an ordinary file"

    def _hear(self, event: Event) -> None:
        match event:
            case Untapped(member, number) if self.asked.get(member) == number:
                self.proven.add(member)
            case RecorderFailed() | RecorderStopped():
                self.tapped, self.sealed_taps, self.under_seal = set(), set(), set()
            case FileOpened(member, segment, under_seal):
                if under_seal:
                    self.sealed_files.add((member, segment))
            case FileProven(member, segment, _):
                if member in self.sealed_taps and (member, segment) in self.sealed_files:
                    self.under_seal.add(member)
            case _:
                pass

    def _check_flow(self, viewer: str, member: str) -> None:
        said = f"{viewer} gets {member}"
        assert self.hushed_until is None, f"{said} while what was said aside may still arrive"
        assert (viewer in self.inside) == (member in self.inside), f"{said} across the door"
        if member in self.inside and self.rule != "recorded":
            assert {viewer, member} <= self.proven, f"{said} before the proof"
        if self.inside and self.rule == "sealed":
            assert member in self.under_seal, f"{said} before it is known to be under seal"

    def _note(self, note: Note) -> None:
        match note.kind:
            case NoteKind.CONSULTATION_BEGAN:
                self.inside, self.rule = {str(note.facts["by"])}, str(note.facts["rule"])
                self.proven = set()
            case NoteKind.CONSULTATION_JOINED:
                self.inside.add(str(note.member))
                self._doubt(str(note.member))
            case NoteKind.CONSULTATION_LEFT:
                self.inside.discard(str(note.member))
                self._doubt(str(note.member))
            case NoteKind.CONSULTATION_ENDED:
                if self.inside and self.rule == "sealed":
                    self.hushed_until = note.at + HUSHED_FOR
                self.inside, self.proven, self.rule = set(), set(), "recorded"
            case _:
                pass

    def _doubt(self, member: str) -> None:
        # Under seal the proof is of everybody in the room, and moving between the two sides changes nothing of it.
        if self.rule != "sealed":
            self.proven.discard(member)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Seat(member, connection, seats):
                self.flows[member, connection] = {each.member for each in seats if each.audio or each.video}
            case CloseMedia(member, connection):
                self.flows.pop((member, connection), None)
            case Follow(member, _, under_seal):
                self._untap(member)
                (self.sealed_taps if under_seal else self.tapped).add(member)
            case Unfollow(member):
                self._untap(member)
            case Untap(member, number):
                self._untap(member)
                self.asked[member] = number
            case StopRecording():
                for each in list(self.tapped | self.sealed_taps):
                    self._untap(each)
            case Tell(member, _, Captioned() as caption):
                self._read(member, caption)
            case _:
                pass

    def _untap(self, member: str) -> None:
        for taps in (self.tapped, self.sealed_taps, self.under_seal):
            taps.discard(member)

    def _read(self, reader: str, caption: Captioned) -> None:
        three = {reader, caption.member, caption.by}
        assert three <= self.inside or not three & self.inside, f"{reader} reads {caption.member} across the door"
        others = three - {reader}
        if reader in self.inside and others and self.rule == "unrecorded":
            assert three <= self.proven, f"{reader} reads {caption.member} before the proof"
        if reader in self.inside and self.rule == "sealed":
            assert others <= self.under_seal, f"{reader} reads {caption.member} before it is under seal"
