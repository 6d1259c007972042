"""What goes over a room's WebSocket: every message, its fields, its limits. The only JSON.

Reading is strict, because what is read was written by a stranger: unknown fields, doubled
keys, wrong types and too long texts are BrokenProtocol, never guessed at. `PROTOCOL.md`
says in prose what each message means; a test keeps the two together.
"""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from signaling.errors import BrokenProtocol
from signaling.messages_captions import Caption
from signaling.wire import FromClient, MemberCode

VERSION = 1
MAX_MESSAGE = 64 * 1024
MAX_OFFER = 256 * 1024
"""Bytes. An offer with fifteen sections and Chromium's full list of codecs has about 90 KiB."""

SLOTS = 7
"""Seats of others that a browser offers to receive; the eighth speaker is the person itself."""


class Phase(StrEnum):
    """Where a reception stands."""

    LOBBY = "lobby"
    LIVE = "live"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


class MemberStatus(StrEnum):
    """Where a person stands. `gone` is also where everybody starts."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    CONNECTED = "connected"
    LOST = "lost"
    GONE = "gone"


class RecordingState(StrEnum):
    """Where the recording stands."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    WAIVED = "waived"


class RefusalCode(StrEnum):
    """Why the room said no to something a member asked for."""

    NO_POWER = "no_power"
    NOT_ADMITTED = "not_admitted"
    NOT_HERE = "not_here"
    NOT_NOW = "not_now"
    ENDED = "ended"
    GROUND_NEEDED = "ground_needed"
    CHAIR_STAYS = "chair_stays"
    RECORDING_NOT_PROVEN = "recording_not_proven"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    OLD_CONNECTION = "old_connection"
    MEDIA_FAILED = "media_failed"
    STOPPED = "stopped"
    LOCKED = "locked"
    CHAIR_NEEDED = "chair_needed"
    CONSULTING = "consulting"
    STAYS_OUT = "stays_out"
    LACKING = "lacking"
    TOO_OFTEN = "too_often"


class ByeCode(StrEnum):
    """Why the room closes a connection."""

    REPLACED = "replaced"
    REMOVED = "removed"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    MOVING = "moving"


CLOSE_CODES: dict[ByeCode, int] = {
    ByeCode.LEFT: 1000,
    ByeCode.MOVING: 1012,
    ByeCode.BROKEN: 4400,
    ByeCode.EXPIRED: 4401,
    ByeCode.REMOVED: 4403,
    ByeCode.REFUSED: 4403,
    ByeCode.WITHDRAWN: 4403,
    ByeCode.REPLACED: 4409,
    ByeCode.ENDED: 4410,
}
BAD_TICKET = 4401

# NUL cannot be kept by PostgreSQL, and nobody types it.
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
StopGround = Literal["denunciation", "secret"]
ConsultRule = Literal["recorded", "sealed", "unrecorded"]
Choice = Literal["go_on", "sound_only", "telephone", "adjourn", "paper"]
Connection = Annotated[int, Field(ge=1, le=2**53 - 1)]


class Hello(FromClient):
    """The first message: who I am, proven by a ticket."""

    type: Literal["hello"] = "hello"
    ticket: Annotated[str, StringConstraints(max_length=8192)]
    device: Text = ""
    browser: Annotated[str, StringConstraints(max_length=64)] = ""
    again: bool = False


class AcknowledgeRecording(FromClient):
    """I have read that this reception is recorded."""

    type: Literal["acknowledge_recording"] = "acknowledge_recording"


class Offer(FromClient):
    """The one offer of a new media connection; numbers only grow."""

    type: Literal["offer"] = "offer"
    sdp: Annotated[str, StringConstraints(max_length=MAX_OFFER)]
    connection: Connection


class Media(FromClient):
    """What I send now."""

    type: Literal["media"] = "media"
    mic: bool
    camera: bool
    screen: bool = False


class Watch(FromClient):
    """Show me the others' pictures, or only let me hear them."""

    type: Literal["watch"] = "watch"
    pictures: bool


class Hand(FromClient):
    """I ask to speak, or no longer."""

    type: Literal["hand"] = "hand"
    up: bool


class Admit(FromClient):
    """Let one waiting person in."""

    type: Literal["admit"] = "admit"
    member: MemberCode


class Refuse(FromClient):
    """Send one waiting person away."""

    type: Literal["refuse"] = "refuse"
    member: MemberCode
    ground: Text


class Remove(FromClient):
    """Show one person out."""

    type: Literal["remove"] = "remove"
    member: MemberCode
    ground: Text


class SendToWait(FromClient):
    """Send one person inside back to the waiting room."""

    type: Literal["send_to_wait"] = "send_to_wait"
    member: MemberCode
    ground: Text


class Mute(FromClient):
    """Stop forwarding one person's sound or picture until they switch it on again.

    With `lock` a microphone stays off until the lock is lifted: by the floor, or by a mute without.
    """

    type: Literal["mute"] = "mute"
    member: MemberCode
    kind: Literal["audio", "video"]
    lock: bool = False


class Floor(FromClient):
    """Give one person the floor, or take it back."""

    type: Literal["floor"] = "floor"
    member: MemberCode | None


class RecordingStart(FromClient):
    """Begin to record."""

    type: Literal["recording_start"] = "recording_start"


class RecordingStop(FromClient):
    """Stop recording."""

    type: Literal["recording_stop"] = "recording_stop"
    ground: Text


class RecordingWaive(FromClient):
    """Hold this reception without a recording."""

    type: Literal["recording_waive"] = "recording_waive"
    ground: Text


class Begin(FromClient):
    """Open the reception; with a ground where somebody is lacking."""

    type: Literal["begin"] = "begin"
    ground: Text = ""


class Pause(FromClient):
    """Interrupt the reception and its recording."""

    type: Literal["pause"] = "pause"
    ground: Text


class Resume(FromClient):
    """Go on, as soon as the recording is proven again."""

    type: Literal["resume"] = "resume"


class StopHere(FromClient):
    """Stop: what came up must not be dealt with here. There is no way back."""

    type: Literal["stop_here"] = "stop_here"
    ground: StopGround


class Choose(FromClient):
    """What to do while somebody who is needed is away."""

    type: Literal["choose"] = "choose"
    choice: Choice
    ground: Text = ""


class End(FromClient):
    """Close the reception for good."""

    type: Literal["end"] = "end"


class ReadBack(FromClient):
    """Show or hide the minutes to everybody."""

    type: Literal["read_back"] = "read_back"
    on: bool


class Leave(FromClient):
    """I go, and do not mean to come back at once."""

    type: Literal["leave"] = "leave"


class Ping(FromClient):
    """I am here. `at` is the browser's own clock and is not believed."""

    type: Literal["ping"] = "ping"
    at: float | Annotated[str, StringConstraints(max_length=64)] | None = None


class Consult(FromClient):
    """I call some of those present aside."""

    type: Literal["consult"] = "consult"
    rule: ConsultRule
    ground: Text


class ConsultInvite(FromClient):
    """Ask one person aside."""

    type: Literal["consult_invite"] = "consult_invite"
    member: MemberCode


class ConsultAnswer(FromClient):
    """I come aside, or I do not."""

    type: Literal["consult_answer"] = "consult_answer"
    yes: bool


class ConsultLeave(FromClient):
    """I go back to the others."""

    type: Literal["consult_leave"] = "consult_leave"


class ConsultEnd(FromClient):
    """Everybody comes back to the others."""

    type: Literal["consult_end"] = "consult_end"


ConsultCommand = Consult | ConsultInvite | ConsultAnswer | ConsultLeave | ConsultEnd

DeskCommand = (
    RecordingStart | RecordingStop | RecordingWaive | Begin | Pause | Resume | StopHere | Choose | End | ReadBack
)
"""What moves the reception itself."""

Command = (
    AcknowledgeRecording
    | Offer
    | Media
    | Watch
    | Hand
    | Admit
    | Refuse
    | Remove
    | SendToWait
    | Mute
    | Floor
    | Caption
    | Leave
    | Ping
    | ConsultCommand
    | DeskCommand
)
"""Everything a member may say once inside."""

ClientMessage = Hello | Command
_ANY: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


def parse(text: str) -> ClientMessage:
    """Read one message, or raise BrokenProtocol: too_long, not_json, unknown_type, bad_fields."""
    length = len(text.encode(errors="surrogatepass"))
    if length > MAX_OFFER:
        raise BrokenProtocol("too_long")
    try:
        fields = json.loads(text, object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError) as wrong:
        raise BrokenProtocol("not_json") from wrong
    if not isinstance(fields, dict):
        raise BrokenProtocol("not_json")
    if length > MAX_MESSAGE and fields.get("type") != "offer":
        raise BrokenProtocol("too_long")
    try:
        return _ANY.validate_python(fields)
    except ValidationError as wrong:
        kinds = {fault["type"] for fault in wrong.errors(include_url=False, include_input=False)}
        unknown = kinds & {"union_tag_invalid", "union_tag_not_found"}
        raise BrokenProtocol("unknown_type" if unknown else "bad_fields") from wrong


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two readers that disagree on which of two equal keys counts can be played against
    # each other, so nobody gets to choose.
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _never(word: str) -> float:
    raise ValueError(word)
