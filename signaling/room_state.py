"""What a room remembers, and one turn of it: the state, the moment, the effects so far.

Plain records that only the room's own files change. `Turn` is how those files speak: they
note a fact, tell a member, or append any other effect.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from signaling.answers import Link, Picture, ServerMessage, State
from signaling.consultation import Consultation
from signaling.effects import Effect, Note, NoteKind, SeatOf, Tell
from signaling.messages import MemberStatus, Phase, RecordingState, RefusalCode
from signaling.roles import Power, may
from signaling.room_flows import MEMBER_FLOW, RECORDING_FLOW, Refusal, step
from signaling.tickets import Badge

SILENT_FOR = timedelta(seconds=3)
"""Somebody whose packets stopped, and who says nothing, is lost after this long."""

QUIET_FOR = timedelta(seconds=6)
"""The same for somebody who sends no media: three missed pings."""

UNATTENDED_FOR = timedelta(seconds=60)
"""How long media may flow with no WebSocket beside it. The web process that relays the
WebSockets may be started again in the meantime; nobody should be heard unawares for longer."""

WAITING_FOR = timedelta(minutes=10)
"""How long an absent person keeps a place in the queue before the door."""

ABANDONED_FOR = timedelta(hours=14)
"""How long after the last person went a room that nobody ended is taken to be over."""

PROOF_FOR = timedelta(seconds=10)
"""How long a file may take to be proven before the recording counts as interrupted."""

RETRY_FOR = timedelta(seconds=2)

HUSHED_FOR = timedelta(seconds=2)
"""After a consultation under seal nobody is heard or recorded for this long: what was said in it may still be
on its way here, and would come out on the wrong side."""

MAX_MEMBERS = 24
MAX_WAITING = 50


@dataclass(frozen=True, slots=True)
class Parked:
    """The WebSocket of a device that stands aside, see `room_devices`."""

    link: int
    browser: str


@dataclass(slots=True)
class Member:
    """One person. `connection` 0 means no media; `followed` is the connection recorded, `under_seal` or not."""

    badge: Badge
    seen_at: datetime
    attended_at: datetime
    waits_since: datetime | None = None
    status: MemberStatus = MemberStatus.GONE
    link: int | None = None
    was_admitted: bool = False
    must_ask: bool = False
    acknowledged: bool = False
    hand: bool = False
    hand_at: datetime | None = None
    lost_at: datetime | None = None
    is_cut_off: bool = False
    is_locked: bool = False
    spoken: int = 0
    mic: bool = False
    camera: bool = False
    screen: bool = False
    has_said_media: bool = False
    is_watching: bool = True
    picture: Picture = "full"
    muted_by: str | None = None
    quality: Link = "good"
    device: str = ""
    browser: str = ""
    parked: Parked | None = None
    offered: int = 0
    connection: int = 0
    followed: int = 0
    under_seal: bool = False
    is_proven: bool = False
    proven_segment: int = 0
    proof_due_at: datetime | None = None
    follow_after: datetime | None = None
    slots: dict[str, int] = field(default_factory=dict)
    seated: tuple[int, tuple[SeatOf, ...]] = (0, ())
    seats_told: tuple[int | None, int, tuple[tuple[int, str], ...]] | None = None
    told: tuple[int, State] | None = None
    told_of: tuple[object, ...] = ()
    captioned: tuple[tuple[datetime, str | None], ...] = ()

    @property
    def code(self) -> str:
        """The stable public id."""
        return self.badge.member

    @property
    def is_inside(self) -> bool:
        """Admitted, and not gone; a lost person is still inside."""
        return self.status not in (MemberStatus.GONE, MemberStatus.WAITING)

    @property
    def is_on_two_devices(self) -> bool:
        """Whether a second device of this person stands aside now."""
        return self.link is not None and self.parked is not None

    @property
    def may_speak(self) -> bool:
        """Whether sound and picture may come from here at all."""
        return may(self.badge.role, Power.SPEAK)

    @property
    def is_sending(self) -> bool:
        """Whether there is something to hear or see."""
        return self.may_speak and (self.mic or self.camera or self.screen)

    @property
    def is_recordable(self) -> bool:
        """Whether the recorder may follow: media is here, and the notice was read."""
        return self.is_inside and self.may_speak and self.acknowledged and self.connection > 0

    @property
    def needs_proof(self) -> bool:
        """Whether the reception may not begin before this person's file is proven."""
        return self.status == MemberStatus.CONNECTED and self.is_sending and self.connection > 0

    def go(self, verb: str) -> None:
        """Take one step of the flow, or Refusal."""
        self.status = step(MEMBER_FLOW, self.status, verb)


@dataclass(slots=True)
class Recording:
    """The recording. `machine` is the recorder itself: idle, running or stopping.

    `closed_seconds` are in finished files, by member; `saved_seconds` were so when the recorder
    last stopped, and are what it does not count itself. `grew_at` is when `durable_seconds` last did.
    """

    state: RecordingState = RecordingState.OFF
    machine: str = "idle"
    start_after: datetime | None = None
    waived_ground: str | None = None
    since: datetime | None = None
    durable_seconds: float = 0.0
    grew_at: datetime | None = None
    open_files: set[tuple[str, int]] = field(default_factory=set)
    closed_seconds: dict[str, float] = field(default_factory=dict)
    saved_seconds: dict[str, float] = field(default_factory=dict)

    def go(self, verb: str) -> None:
        """Take one step of the flow, or Refusal."""
        self.state = step(RECORDING_FLOW, self.state, verb)

    def count_closed(self, member: str, facts: Mapping[str, object]) -> None:
        """Add a finished file's length, as far as its facts tell it."""
        moments = (str(facts.get("started_at")), str(facts.get("ended_at")))
        with contextlib.suppress(ValueError):
            begun, ended = (datetime.fromisoformat(each) for each in moments)
            seconds = max(0.0, (ended - begun).total_seconds())
            self.closed_seconds[member] = self.closed_seconds.get(member, 0.0) + seconds

    @property
    def is_wanted(self) -> bool:
        """Whether files should be growing now."""
        return self.state in (
            RecordingState.STARTING,
            RecordingState.ON,
            RecordingState.INTERRUPTED,
        )


@dataclass(slots=True)
class Failure:
    """Somebody who is needed is away since then; `rung` steps of the ladder have passed."""

    since: datetime
    rung: int = 0
    choice: str | None = None


@dataclass(slots=True)
class RoomState:
    """Everything a room knows."""

    code: str
    phase: Phase = Phase.LOBBY
    members: dict[str, Member] = field(default_factory=dict)
    recording: Recording = field(default_factory=Recording)
    read_back: bool = False
    began_at: datetime | None = None
    paused_ground: str | None = None
    resumed_by: str | None = None
    stopped_ground: str | None = None
    floor: str | None = None
    failure: Failure | None = None
    consultation: Consultation | None = None
    hushed_until: datetime | None = None
    untaps: int = 0
    ended_at: datetime | None = None
    withdrawn: dict[str, datetime] = field(default_factory=dict)
    is_draining: bool = False
    is_closed: bool = False
    speaking: str | None = None
    note_seq: int = 0
    state_seq: int = 0

    @property
    def inside(self) -> list[Member]:
        """Everybody who was let in, in the order of first arrival."""
        return [each for each in self.members.values() if each.is_inside]

    @property
    def needing_proof(self) -> list[Member]:
        """Those who must be on disk as long as a recording is wanted."""
        return [each for each in self.inside if each.needs_proof and not self.is_unrecorded(each)]

    def is_unrecorded(self, member: Member) -> bool:
        """Whether nothing of a person may be written now: a consultation forbids it, or has just ended."""
        if self.hushed_until is not None:
            return True
        return self.consultation is not None and self.consultation.is_unrecorded(member.code)

    @property
    def is_under_seal(self) -> bool:
        """Whether whatever is written now goes into files under seal."""
        return self.consultation is not None and self.consultation.is_under_seal

    def may_meet(self, one: Member, other: Member) -> bool:
        """Whether no consultation stands between two people."""
        return self.consultation is None or self.consultation.may_meet(one.code, other.code)

    def may_hear(self, one: Member, other: Member) -> bool:
        """Whether `one` may be given what `other` sends. Under seal only what is proven to go there."""
        if self.hushed_until is not None or not self.may_meet(one, other):
            return False
        return not self.is_under_seal or (other.is_proven and other.under_seal)

    def is_heard_aside(self, member: Member) -> bool:
        """Whether nothing keeps those aside from hearing this one of them."""
        return self.may_hear(member, member) or (self.may_meet(member, member) and not member.needs_proof)

    @property
    def spoken(self) -> dict[str, int]:
        """Seconds of speech of everybody who spoke at all."""
        return {each.code: each.spoken for each in self.members.values() if each.spoken}

    @property
    def waiting(self) -> list[Member]:
        """The queue before the door, first come first."""
        waits = [
            (each.waits_since, each)
            for each in self.members.values()
            if each.status == MemberStatus.WAITING and each.waits_since is not None
        ]
        return [each for _, each in sorted(waits, key=lambda pair: pair[0])]


@dataclass(slots=True)
class Turn:
    """One event being dealt with: collect effects here, in order."""

    room: RoomState
    at: datetime
    effects: list[Effect] = field(default_factory=list)

    def note(self, kind: NoteKind, member: str | None = None, /, **facts: object) -> None:
        """Put a fact on record."""
        self.room.note_seq += 1
        self.effects.append(Note(self.room.code, self.room.note_seq, self.at, kind, member, facts))

    def tell(self, member: Member, message: ServerMessage) -> None:
        """Send `message` if the member has a WebSocket now."""
        if member.link is not None:
            self.effects.append(Tell(member.code, member.link, message))

    def do(self, effect: Effect) -> None:
        """Ask for any other effect."""
        self.effects.append(effect)

    def present(self, code: str) -> Member:
        """The member of this name who is inside or waits, or Refusal."""
        member = self.room.members.get(code)
        if member is None or member.status == MemberStatus.GONE:
            raise Refusal(RefusalCode.NOT_HERE)
        return member
