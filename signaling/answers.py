"""What the room says to a browser: the other half of the wire, beside `messages`."""

from typing import Any, Literal

from signaling.messages import (
    VERSION,
    ByeCode,
    ConsultRule,
    MemberStatus,
    Phase,
    RecordingState,
    RefusalCode,
)
from signaling.roles import Power, RoomRole
from signaling.wire import Wire

Link = Literal["good", "poor", "bad", "lost"]

Picture = Literal["full", "fewer", "paused"]
"""How much of the others' pictures a line carries: all, fewer frames, none to keep the sound."""


class PersonView(Wire):
    """One of several people behind one camera."""

    name: str
    title: str


class MemberView(Wire):
    """A member as the others see them."""

    member: str
    name: str
    title: str
    role: RoomRole
    site: str
    people: tuple[PersonView, ...]
    status: MemberStatus
    hand: bool
    mic: bool
    camera: bool
    screen: bool
    acknowledged: bool
    watching: bool
    locked: bool
    link: Link


class YouView(Wire):
    """The reader's own standing. `position` counts from 1 and only while waiting."""

    member: str
    status: MemberStatus
    acknowledged: bool
    hand: bool
    mic: bool
    camera: bool
    screen: bool
    watching: bool
    locked: bool
    muted_by: str | None
    doubled: bool
    position: int | None


class RecordingView(Wire):
    """The recording. `durable_seconds` are on disk, whatever happens next."""

    state: RecordingState
    proven: bool
    durable_seconds: float
    waived_ground: str | None
    since: str | None


class FailureView(Wire):
    """Somebody who is needed is away. `rung` counts the steps of the ladder that passed."""

    since: str
    rung: int
    missing: tuple[str, ...]
    choice: str | None


class InvitationView(Wire):
    """Somebody who was asked aside; `until` is when no answer counts as no."""

    member: str
    state: Literal["invited", "accepted", "inside", "refused", "left"]
    until: str


class ConsultationView(Wire):
    """A private consultation, as far as the reader may know of it.

    `members` are apart from the others since `since`; null: nobody is yet. `ready` is False for one
    inside as long as it is not proven that nothing of theirs is being written.
    """

    host: str
    rule: ConsultRule
    ground: str | None
    since: str | None
    members: tuple[str, ...]
    invitations: tuple[InvitationView, ...]
    you: Literal["outside", "invited", "accepted", "inside"]
    ready: bool


class Welcome(Wire):
    """The ticket was good. `connection` is the largest number this member ever offered."""

    type: Literal["welcome"] = "welcome"
    v: int = VERSION
    room: str
    member: str
    role: RoomRole
    powers: tuple[Power, ...]
    ice_servers: tuple[dict[str, Any], ...]
    slots: int
    connection: int
    room_name: str | None = None


class State(Wire):
    """All that this reader may know of the room; replaces whatever was known before."""

    type: Literal["state"] = "state"
    seq: int
    phase: Phase
    recording: RecordingView
    read_back: bool
    began_at: str | None
    paused_ground: str | None
    stopped_ground: str | None
    ended_at: str | None
    floor: str | None
    hands: tuple[str, ...]
    failure: FailureView | None
    lacking: tuple[str, ...]
    consultation: ConsultationView | None
    you: YouView
    members: tuple[MemberView, ...]
    waiting: tuple[MemberView, ...]
    doubled: tuple[str, ...]


class Answer(Wire):
    """The answer to an offer."""

    type: Literal["answer"] = "answer"
    sdp: str
    connection: int


class SeatView(Wire):
    """Who sits in one slot."""

    slot: int
    member: str


class Slots(Wire):
    """Who sits where in this connection; slots not named are empty."""

    type: Literal["slots"] = "slots"
    connection: int
    seats: tuple[SeatView, ...]


class Spoken(Wire):
    """How long one person has spoken since the reception began."""

    member: str
    seconds: int


class Tick(Wire):
    """Once a second: the room is alive, this much is safe, this person is speaking.

    `picture` is how much of the others' pictures the reader's line carries now.
    """

    type: Literal["tick"] = "tick"
    at: str
    durable_seconds: float
    speaking: str | None
    picture: Picture
    spoken: tuple[Spoken, ...]


class Elsewhere(Wire):
    """The person is in the room with another device now; nothing more is told here."""

    type: Literal["elsewhere"] = "elsewhere"


class Done(Wire):
    """What you asked under this id is so."""

    type: Literal["done"] = "done"
    re: str


class Refused(Wire):
    """What you asked is not done, and why."""

    type: Literal["refused"] = "refused"
    re: str | None
    code: RefusalCode


class Changed(Wire):
    """Something of the office changed; fetch it again from the office."""

    type: Literal["changed"] = "changed"
    topic: str
    version: int


class Captioned(Wire):
    """Words of `member`, typed by `by`, for those who hear both. Kept nowhere."""

    type: Literal["captioned"] = "captioned"
    member: str
    by: str
    words: str


class Bye(Wire):
    """The connection closes now."""

    type: Literal["bye"] = "bye"
    code: ByeCode
    ground: str | None = None


ServerMessage = Welcome | State | Answer | Slots | Tick | Elsewhere | Done | Refused | Changed | Captioned | Bye


def write(message: ServerMessage) -> str:
    """The message as it goes over the wire."""
    return message.model_dump_json()
