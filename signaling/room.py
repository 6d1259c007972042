"""The room: what happens and the time go in, what should be done comes out. No I/O.

The theory
----------
A room has a *phase* (`ROOM_FLOW`), each person a *status* (`MEMBER_FLOW`), and the recording a
*state* (`RECORDING_FLOW`). An event changes a few facts; then the room *settles*: it works out
who should be recorded, heard, seated, told and sent home, compares this with what is, and
asks for the difference. Settling has a fixed order:

1. absence: who has been silent too long is lost, and keeps the place; a clock runs while
   somebody needed is away; a room that everybody forgot is over;
2. consultation: who is apart from the others, and who no longer is;
3. recording: recorder, files, proof, and the state that follows from them;
4. resumption: a paused reception goes on once the recording is proven again;
5. seats: who hears and sees whom;
6. departure: after the end, or when the worker stops, everybody is sent home;
7. views: whoever's picture of the room is out of date is told.

When two things come at once, the later one finds the facts the earlier one left and is
either already done (pressing twice is pressing once) or refused with a code. Old news
carries an old link or connection number and is ignored.

Everything that matters later is also a `Note`. The notes alone rebuild the room
(`Room.from_notes`), which is how a killed worker's people come back without being admitted
again and how their recording goes on in new segments.
"""

from collections.abc import Iterable
from datetime import datetime

from signaling import room_captions as captions
from signaling import room_consultation as consultation
from signaling import room_course as course
from signaling import room_door as door
from signaling import room_failure as failure
from signaling import room_recording as recording
from signaling import room_seats as seats
from signaling.answers import Changed, Done, Refused
from signaling.effects import Effect, Note, NoteKind
from signaling.events import (
    Announced,
    Arrived,
    Draining,
    Event,
    FileBroken,
    FileClosed,
    FileOpened,
    FileProven,
    LinkWithdrawn,
    MediaAnswered,
    MediaDown,
    MediaUp,
    OfficeClosed,
    RecorderFailed,
    RecorderStopped,
    Restored,
    Said,
    SecondPassed,
    SocketLost,
    TimePassed,
    Untapped,
)
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    Begin,
    Choose,
    Command,
    Consult,
    ConsultAnswer,
    ConsultEnd,
    ConsultInvite,
    ConsultLeave,
    DeskCommand,
    End,
    Floor,
    Hand,
    Leave,
    Media,
    MemberStatus,
    Mute,
    Offer,
    Pause,
    Phase,
    Ping,
    ReadBack,
    RecordingStart,
    RecordingStop,
    RecordingWaive,
    RefusalCode,
    Refuse,
    Remove,
    Resume,
    SendToWait,
    StopHere,
    Watch,
)
from signaling.messages_captions import Caption
from signaling.roles import Power, may
from signaling.room_flows import MEMBER_FLOW, RECORDING_FLOW, ROOM_FLOW, Refusal, diagram
from signaling.room_memory import remember
from signaling.room_state import Member, RoomState, Turn
from signaling.room_time import hear_from, next_absence, pass_second, settle_absence
from signaling.room_views import settle_views

__all__ = ["MEMBER_FLOW", "RECORDING_FLOW", "ROOM_FLOW", "Room", "diagram"]

_POWER_FOR: dict[type[Command], Power] = {
    Hand: Power.HAND,
    Caption: Power.CAPTION,
    Admit: Power.ADMIT,
    Refuse: Power.ADMIT,
    Remove: Power.REMOVE,
    SendToWait: Power.REMOVE,
    Mute: Power.MUTE_OTHERS,
    Floor: Power.MUTE_OTHERS,
    RecordingStart: Power.RECORD,
    RecordingStop: Power.RECORD,
    RecordingWaive: Power.WAIVE_RECORDING,
    Begin: Power.BEGIN,
    Pause: Power.PAUSE,
    Resume: Power.PAUSE,
    Choose: Power.PAUSE,
    StopHere: Power.STOP_HERE,
    End: Power.END,
    ReadBack: Power.READ_BACK,
    Consult: Power.CONSULT,
    ConsultInvite: Power.CONSULT,
    ConsultEnd: Power.CONSULT,
}
_AT_THE_DOOR = (AcknowledgeRecording, Leave, Ping)
_NOT_AFTER_A_STOP = (
    Admit,
    RecordingStart,
    RecordingStop,
    RecordingWaive,
    Begin,
    Pause,
    Resume,
    ReadBack,
    Floor,
    Choose,
    Consult,
    ConsultInvite,
)


class Room:
    """One reception's room. Not to be shared between tasks; see the module's theory."""

    def __init__(self, code: str) -> None:
        self.state = RoomState(code)

    @classmethod
    def from_notes(cls, code: str, notes: Iterable[Note]) -> "Room":
        """The room that wrote `notes`, as of now. Follow up with the event `Restored`."""
        room = cls(code)
        room.state = remember(code, notes)
        return room

    def handle(self, event: Event, at: datetime) -> list[Effect]:
        """Let `event` happen at `at`; perform what is returned, in order."""
        turn = Turn(self.state, at)
        before = self.state.note_seq
        try:
            self._take(turn, event)
            self._settle(turn)
        except Exception:
            # A bug. What was noted so far is lost with it, so its numbers must not be used up.
            self.state.note_seq = before
            raise
        return turn.effects

    def _settle(self, turn: Turn) -> None:
        settle_absence(turn)
        failure.settle_failure(turn)
        course.settle_abandonment(turn)
        consultation.settle_consultation(turn)
        recording.settle_recording(turn)
        course.settle_resumption(turn)
        seats.settle_seats(turn)
        if self.state.phase == Phase.ENDED or self.state.is_draining:
            # The last state goes out before the goodbye, so that a browser knows why.
            settle_views(turn)
            course.settle_departure(turn)
        else:
            settle_views(turn)

    def next_deadline(self) -> datetime | None:
        """When `handle(TimePassed())` is due at the latest; None: nothing is pending."""
        state = self.state
        if state.phase == Phase.ENDED or state.is_draining:
            return None
        dues = [
            next_absence(list(state.members.values())),
            recording.next_attempt(state),
            course.abandoned_at(state),
            failure.next_rung(state),
            state.consultation.next_expiry() if state.consultation else None,
            state.hushed_until,
        ]
        return min((due for due in dues if due is not None), default=None)

    def _take(self, turn: Turn, event: Event) -> None:  # noqa: C901, PLR0912 - one line an event
        match event:
            case Arrived():
                door.arrive(turn, event)
            case Said():
                _said(turn, event)
            case SocketLost():
                door.lose_socket(turn, event)
            case MediaAnswered():
                seats.answered(turn, event)
            case MediaUp():
                seats.up(turn, event)
            case MediaDown():
                seats.down(turn, event)
            case FileOpened() | FileProven() | FileClosed() | FileBroken():
                _of_file(turn, event)
            case Untapped():
                consultation.untapped(turn, event)
            case RecorderStopped():
                recording.stopped(turn)
            case RecorderFailed():
                recording.failed(turn, event)
            case LinkWithdrawn():
                door.withdraw(turn, event)
            case Announced():
                _announce(turn, event)
            case OfficeClosed():
                course.end(turn, None, event.ground)
            case SecondPassed():
                pass_second(turn, event)
            case TimePassed():
                pass
            case Restored():
                recording.resume_after_restart(turn)
            case Draining():
                course.drain(turn)


def _said(turn: Turn, event: Said) -> None:
    member = turn.room.members.get(event.member)
    if member is None or member.link != event.link:
        return
    hear_from(turn, member)
    message = event.message
    try:
        _check(turn, member, message)
        _obey(turn, member, message)
    except Refusal as refusal:
        turn.tell(member, Refused(re=message.id, code=refusal.code))
    else:
        if message.id is not None:
            turn.tell(member, Done(re=message.id))


def _check(turn: Turn, member: Member, message: Command) -> None:
    if member.status == MemberStatus.WAITING and not isinstance(message, _AT_THE_DOOR):
        raise Refusal(RefusalCode.NOT_ADMITTED)
    if turn.room.phase == Phase.ENDED and not isinstance(message, (Leave, Ping, End)):
        raise Refusal(RefusalCode.ENDED)
    power = _POWER_FOR.get(type(message))
    if power is not None and not may(member.badge.role, power):
        raise Refusal(RefusalCode.NO_POWER)
    if turn.room.phase == Phase.STOPPED and isinstance(message, _NOT_AFTER_A_STOP):
        raise Refusal(RefusalCode.STOPPED)


def _obey(turn: Turn, member: Member, message: Command) -> None:  # noqa: C901, PLR0912 - one line a message
    match message:
        case AcknowledgeRecording():
            _acknowledge(turn, member)
        case Offer():
            seats.offer(turn, member, message)
        case Media():
            seats.switch(member, message)
        case Watch():
            member.is_watching = message.pictures
        case Hand():
            _raise_hand(turn, member, up=message.up)
        case Admit():
            door.admit(turn, member, message.member)
        case Refuse():
            door.refuse(turn, member, message.member, message.ground)
        case Remove():
            door.remove(turn, member, message.member, message.ground)
        case SendToWait():
            door.send_to_wait(turn, member, message.member, message.ground)
        case Mute():
            seats.mute(turn, member, message)
        case Floor():
            seats.give_floor(turn, member, message.member)
        case Caption():
            captions.pass_on(turn, member, message)
        case Consult() | ConsultInvite() | ConsultAnswer() | ConsultLeave() | ConsultEnd():
            consultation.obey(turn, member, message)
        case Leave():
            door.leave(turn, member)
        case Ping():
            pass
        case _:
            _obey_desk(turn, member, message)


def _obey_desk(turn: Turn, member: Member, message: DeskCommand) -> None:  # noqa: C901 - one line a message
    match message:
        case RecordingStart():
            recording.request(turn, member)
        case RecordingStop():
            recording.stop(turn, member, message.ground)
        case RecordingWaive():
            recording.waive(turn, member, message.ground)
        case Begin():
            course.begin(turn, member, message.ground)
        case Pause():
            course.pause(turn, member, message.ground)
        case Resume():
            course.resume(turn, member)
        case StopHere():
            course.stop_here(turn, member, message.ground)
        case Choose():
            failure.choose(turn, member, message.choice, message.ground)
        case End():
            course.end(turn, member.code)
        case ReadBack():
            course.read_back(turn, member, on=message.on)


def _of_file(turn: Turn, event: FileOpened | FileProven | FileClosed | FileBroken) -> None:
    match event:
        case FileOpened():
            recording.opened(turn, event)
        case FileProven():
            recording.proven(turn, event)
        case FileClosed():
            recording.closed(turn, event)
        case FileBroken():
            recording.broken(turn, event)


def _acknowledge(turn: Turn, member: Member) -> None:
    if not member.acknowledged:
        member.acknowledged = True
        turn.note(NoteKind.ACKNOWLEDGED, member.code)


def _raise_hand(turn: Turn, member: Member, *, up: bool) -> None:
    if member.hand != up:
        member.hand, member.hand_at = up, turn.at if up else None
        turn.note(NoteKind.HAND, member.code, up=up)


def _announce(turn: Turn, event: Announced) -> None:
    for member in turn.room.inside:
        turn.tell(member, Changed(topic=event.topic, version=event.version))
