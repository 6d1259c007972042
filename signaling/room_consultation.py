"""The private consultation in a room: called, invited one by one, apart from the others, over.

Fails closed: whatever goes wrong, people hear too little and never too much. Whoever comes back to the
others without having pressed for it comes back with the microphone off, so that no half sentence does.
"""

from datetime import datetime
from typing import Literal, cast

from signaling.consultation import (
    ANSWER_FOR,
    CONSULTATION_FLOW,
    INVITATION_FLOW,
    Consultation,
    ConsultationState,
    Invitation,
    InvitationState,
)
from signaling.effects import Note, NoteKind, Untap
from signaling.events import Untapped
from signaling.messages import (
    Consult,
    ConsultAnswer,
    ConsultCommand,
    ConsultEnd,
    ConsultInvite,
    ConsultLeave,
    ConsultRule,
    MemberStatus,
    Phase,
    RefusalCode,
)
from signaling.roles import Power, RoomRole, may
from signaling.room_door import written_ground
from signaling.room_flows import Refusal, step
from signaling.room_recording import is_proven
from signaling.room_state import HUSHED_FOR, Member, RoomState, Turn

_HERE = (MemberStatus.ADMITTED, MemberStatus.CONNECTED)
_HEARD_WITH_HELP = (RoomRole.CITIZEN, RoomRole.WARD_ROOM)


def obey(turn: Turn, member: Member, message: ConsultCommand) -> None:
    """Do what somebody said about a consultation, or Refusal."""
    match message:
        case Consult():
            _call(turn, member, message)
        case ConsultInvite():
            _invite(turn, member, message.member)
        case ConsultAnswer():
            _answer(turn, member, yes=message.yes)
        case ConsultLeave():
            _leave(turn, member)
        case ConsultEnd():
            if turn.room.consultation is not None:
                _end(turn, turn.room.consultation, "ended", member)


def _call(turn: Turn, by: Member, message: Consult) -> None:
    room, ground = turn.room, written_ground(message.ground)
    if room.phase != Phase.LIVE or room.read_back:
        raise Refusal(RefusalCode.NOT_NOW)
    known = room.consultation
    if known is not None:
        if (known.host, known.rule, known.ground) == (by.code, message.rule, ground):
            return
        raise Refusal(RefusalCode.CONSULTING)
    if message.rule != "recorded" and not may(by.badge.role, Power.WAIVE_RECORDING):
        raise Refusal(RefusalCode.NO_POWER)
    has_recording = is_proven(turn) if message.rule == "sealed" else room.recording.is_wanted
    if message.rule != "unrecorded" and not has_recording:
        raise Refusal(RefusalCode.RECORDING_NOT_PROVEN)
    state = step(CONSULTATION_FLOW, ConsultationState.NONE, "call")
    room.consultation = Consultation(by.code, message.rule, ground, state)
    turn.note(NoteKind.CONSULTATION_CALLED, by=by.code, rule=message.rule, ground=ground)


def _invite(turn: Turn, by: Member, code: str) -> None:
    consultation = turn.room.consultation
    if consultation is None:
        raise Refusal(RefusalCode.NOT_NOW)
    if consultation.host != by.code:
        raise Refusal(RefusalCode.CONSULTING)
    member = turn.present(code)
    if not member.may_speak:
        raise Refusal(RefusalCode.STAYS_OUT)
    if member.status not in _HERE or member is by:
        raise Refusal(RefusalCode.NOT_NOW)
    known = consultation.invitations.get(code)
    if known is not None and (known.is_open or code in consultation.inside):
        return
    consultation.state = step(CONSULTATION_FLOW, consultation.state, "invite")
    helpers = _interpreters(turn.room, consultation) if member.badge.role in _HEARD_WITH_HELP else []
    for each in [member, *helpers]:
        asked = consultation.invitations.setdefault(each.code, Invitation(turn.at, state=InvitationState.REFUSED))
        asked.state = step(INVITATION_FLOW, asked.state, "invite")
        asked.until, asked.group = turn.at + ANSWER_FOR, code if helpers else ""
        until = asked.until.isoformat()
        turn.note(NoteKind.CONSULTATION_INVITED, each.code, by=by.code, until=until, group=asked.group)


def _interpreters(room: RoomState, consultation: Consultation) -> list[Member]:
    """Whoever speaks through an interpreter is not called aside without one."""
    return [
        each
        for each in room.inside
        if each.badge.role == RoomRole.INTERPRETER
        and each.status in _HERE
        and each.code not in consultation.inside
        and not (each.code in consultation.invitations and consultation.invitations[each.code].is_open)
    ]


def _answer(turn: Turn, member: Member, *, yes: bool) -> None:
    consultation = turn.room.consultation
    asked = consultation.invitations.get(member.code) if consultation else None
    if asked is None:
        raise Refusal(RefusalCode.NOT_NOW)
    then = step(INVITATION_FLOW, asked.state, "accept" if yes else "refuse")
    if then != asked.state:
        asked.state = then
        turn.note(NoteKind.CONSULTATION_ANSWERED, member.code, answer=then.value, reason="")


def _leave(turn: Turn, member: Member) -> None:
    consultation = turn.room.consultation
    if consultation is None:
        return
    if member.code == consultation.host:
        _end(turn, consultation, "host_left", member)
    elif member.code in consultation.inside:
        _take_out(turn, consultation, member.code, "")
    elif member.code not in consultation.invitations:
        raise Refusal(RefusalCode.NOT_NOW)


def require_none(room: RoomState) -> None:
    """Refusal while people are apart: what concerns everybody waits until everybody hears it."""
    if room.consultation is not None and room.consultation.is_held:
        raise Refusal(RefusalCode.CONSULTING)


def untapped(turn: Turn, event: Untapped) -> None:
    """Believe that nothing of a person is being written, if that is what was asked last."""
    consultation = turn.room.consultation
    if consultation is None or consultation.asked.get(event.member) != event.number:
        return
    if event.member not in consultation.untapped:
        consultation.untapped.add(event.member)
        turn.note(NoteKind.CONSULTATION_UNTAPPED, event.member)


def settle_consultation(turn: Turn) -> None:
    """Let go who is gone, let expire what was not answered, move who agreed, stop taps, end what is over."""
    if turn.room.hushed_until is not None and turn.room.hushed_until <= turn.at:
        turn.room.hushed_until = None
    consultation = turn.room.consultation
    if consultation is None or turn.room.is_draining:
        return
    _withdraw(turn, consultation)
    _move(turn, consultation)
    reason = _why_over(turn.room, consultation)
    if reason:
        _end(turn, consultation, reason, None)
    else:
        _stop_taps(turn, consultation)


def _stop_taps(turn: Turn, consultation: Consultation) -> None:
    codes = consultation.inside if consultation.rule == "unrecorded" else []
    if consultation.is_under_seal:
        # Of those outside too: whoever sits beside somebody inside has a microphone that hears it.
        codes = [each.code for each in turn.room.inside if each.may_speak]
    for code in codes:
        if code not in consultation.asked:
            turn.room.untaps += 1
            consultation.asked[code] = turn.room.untaps
            turn.do(Untap(code, turn.room.untaps))


def _withdraw(turn: Turn, consultation: Consultation) -> None:
    members = turn.room.members
    for code in [each for each in consultation.inside if not members[each].is_inside and each != consultation.host]:
        _take_out(turn, consultation, code, "gone")
    for code, asked in consultation.invitations.items():
        if asked.is_open and not members[code].is_inside:
            _refuse(turn, consultation, code, "gone")
        elif asked.state == InvitationState.INVITED and asked.until <= turn.at:
            _refuse(turn, consultation, code, "expired")
    for code, asked in consultation.invitations.items():
        refused = [each for each in consultation.group_of(code) if _is_refused(consultation, each)]
        if asked.is_open and refused:
            _refuse(turn, consultation, code, "linked")


def _is_refused(consultation: Consultation, code: str) -> bool:
    return consultation.invitations[code].state == InvitationState.REFUSED


_Reason = Literal["gone", "expired", "linked"]


def _refuse(turn: Turn, consultation: Consultation, code: str, reason: _Reason) -> None:
    asked = consultation.invitations[code]
    asked.state = step(INVITATION_FLOW, asked.state, "expire" if reason == "expired" else "withdraw")
    turn.note(NoteKind.CONSULTATION_ANSWERED, code, answer=asked.state.value, reason=reason)


def _move(turn: Turn, consultation: Consultation) -> None:
    members = turn.room.members
    ready = [
        code
        for code, asked in consultation.invitations.items()
        if asked.state == InvitationState.ACCEPTED
        and all(
            consultation.invitations[each].state != InvitationState.INVITED
            and (consultation.invitations[each].state != InvitationState.ACCEPTED or members[each].status in _HERE)
            for each in consultation.group_of(code)
        )
    ]
    if not ready or members[consultation.host].status not in _HERE or turn.room.phase != Phase.LIVE:
        return
    if not consultation.is_held:
        consultation.since = turn.at
        consultation.enter(consultation.host)
        rule, ground = consultation.rule, consultation.ground
        names = [consultation.host, *ready]
        turn.note(NoteKind.CONSULTATION_BEGAN, by=consultation.host, rule=rule, ground=ground, members=names)
    for code in ready:
        asked = consultation.invitations[code]
        asked.state = step(INVITATION_FLOW, asked.state, "move")
        consultation.state = step(CONSULTATION_FLOW, consultation.state, "move")
        consultation.enter(code)
        turn.note(NoteKind.CONSULTATION_JOINED, code)


def _why_over(room: RoomState, consultation: Consultation) -> str:
    if room.phase != Phase.LIVE:
        return "phase"
    if consultation.has_failed or (consultation.rule != "unrecorded" and not room.recording.is_wanted):
        return "recording"
    if not room.members[consultation.host].is_inside:
        return "host_left"
    return "last_out" if consultation.is_held and len(consultation.inside) < 2 else ""  # noqa: PLR2004


def _take_out(turn: Turn, consultation: Consultation, code: str, reason: str) -> None:
    asked = consultation.invitations[code]
    asked.state = step(INVITATION_FLOW, asked.state, "leave")
    consultation.inside.remove(code)
    if consultation.rule == "unrecorded":
        consultation.asked.pop(code, None)
        consultation.untapped.discard(code)
    turn.note(NoteKind.CONSULTATION_LEFT, code, reason=reason)
    if reason:
        _silence(turn.room, code)
    # An interpreter is there for the one who was called along, and for nobody else.
    for each in [each for each in consultation.inside if each != consultation.host]:
        if consultation.invitations[each].group == code:
            _take_out(turn, consultation, each, "linked")


def _end(turn: Turn, consultation: Consultation, reason: str, by: Member | None) -> None:
    step(CONSULTATION_FLOW, consultation.state, "end")
    turn.room.consultation = None
    if consultation.is_under_seal:
        turn.room.hushed_until = turn.at + HUSHED_FOR
    for code in consultation.inside:
        if by is None or code != by.code:
            _silence(turn.room, code)
    turn.note(
        NoteKind.CONSULTATION_ENDED,
        by=by.code if by else None,
        reason=reason,
        members=list(consultation.were_inside),
    )


def _silence(room: RoomState, code: str) -> None:
    member = room.members[code]
    if member.mic:
        member.mic, member.has_said_media, member.muted_by = False, True, code


def remember_consultation(room: RoomState, note: Note) -> None:
    """Take in one note of a consultation. That taps are stopped is never remembered: it is proven anew."""
    facts = note.facts
    if note.kind == NoteKind.CONSULTATION_CALLED:
        rule = cast("ConsultRule", facts["rule"])
        room.consultation = Consultation(str(facts["by"]), rule, str(facts["ground"]))
    consultation = room.consultation
    if consultation is None:
        return
    if note.kind == NoteKind.CONSULTATION_BEGAN:
        consultation.state, consultation.since = ConsultationState.HELD, note.at
        consultation.enter(consultation.host)
    elif note.kind == NoteKind.CONSULTATION_ENDED:
        room.consultation = None
    elif note.member is not None:
        _remember_one(consultation, note, note.member)


def _remember_one(consultation: Consultation, note: Note, code: str) -> None:
    match note.kind:
        case NoteKind.CONSULTATION_INVITED:
            until = datetime.fromisoformat(str(note.facts["until"]))
            consultation.invitations[code] = Invitation(until, str(note.facts["group"]))
        case NoteKind.CONSULTATION_ANSWERED:
            consultation.invitations[code].state = InvitationState(str(note.facts["answer"]))
        case NoteKind.CONSULTATION_JOINED:
            consultation.invitations[code].state = InvitationState.INSIDE
            consultation.enter(code)
        case NoteKind.CONSULTATION_LEFT:
            consultation.invitations[code].state = InvitationState.LEFT
            consultation.inside.remove(code)
        case _:
            pass
