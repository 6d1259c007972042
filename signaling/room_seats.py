"""Media of the people inside: connections, who sits in whose slots, sound and picture on or off.

Whoever is heard is recorded: while a recording is wanted, nobody is given the sound or
picture of a person who has not acknowledged it.
"""

from signaling.answers import Answer, Refused, SeatView, Slots
from signaling.effects import CloseMedia, NoteKind, OpenMedia, Seat, SeatOf
from signaling.events import MediaAnswered, MediaDown, MediaUp
from signaling.messages import SLOTS, Media, MemberStatus, Mute, Offer, Phase, RefusalCode
from signaling.roles import DESK, RoomRole
from signaling.room_flows import Refusal
from signaling.room_state import Member, RoomState, Turn


def offer(turn: Turn, member: Member, message: Offer) -> None:
    """Start a new media connection beside the one in use."""
    if message.connection == member.offered:
        return
    if message.connection < member.offered:
        raise Refusal(RefusalCode.OLD_CONNECTION)
    if member.offered not in (0, member.connection):
        turn.do(CloseMedia(member.code, member.offered))
    member.offered = message.connection
    turn.do(OpenMedia(member.code, message.connection, message.sdp))


def answered(turn: Turn, event: MediaAnswered) -> None:
    """Pass the answer on, unless a newer offer made it pointless."""
    member = turn.room.members.get(event.member)
    if member is not None and member.is_inside and member.offered == event.connection:
        turn.tell(member, Answer(sdp=event.sdp, connection=event.connection))


def up(turn: Turn, event: MediaUp) -> None:
    """Take a connection into use and drop the one before."""
    member = turn.room.members.get(event.member)
    is_over = turn.room.phase == Phase.ENDED or turn.room.is_draining
    if member is None or not member.is_inside or member.offered != event.connection or is_over:
        turn.do(CloseMedia(event.member, event.connection))
        return
    if member.connection == event.connection:
        return
    if member.connection:
        turn.do(CloseMedia(member.code, member.connection))
    member.connection = event.connection
    member.seen_at = turn.at
    if member.may_speak and not member.has_said_media:
        # A browser that offers means to send; it says so itself only when it switches.
        member.mic = member.camera = True
    was_lost = member.status == MemberStatus.LOST
    member.go("connect")
    turn.note(NoteKind.CONNECTED, member.code, connection=event.connection)
    if was_lost:
        member.lost_at = None
        turn.note(NoteKind.RETURNED, member.code)


def down(turn: Turn, event: MediaDown) -> None:
    """Put a failed connection away; the person keeps the place."""
    member = turn.room.members.get(event.member)
    if member is None:
        return
    if event.connection == member.connection:
        member.connection = 0
        turn.do(CloseMedia(member.code, event.connection))
        if member.status == MemberStatus.CONNECTED:
            member.go("disconnect")
        turn.note(NoteKind.LOST, member.code, media_only=True, reason=event.reason)
        turn.tell(member, Refused(re=None, code=RefusalCode.MEDIA_FAILED))
        return
    turn.do(CloseMedia(member.code, event.connection))
    if event.connection == member.offered and member.is_inside:
        turn.tell(member, Refused(re=None, code=RefusalCode.MEDIA_FAILED))


def close_media(turn: Turn, member: Member) -> None:
    """Close what a member has open, and what is still opening."""
    for connection in sorted({member.connection, member.offered} - {0}):
        turn.do(CloseMedia(member.code, connection))
    member.connection = 0
    member.slots.clear()
    member.seated = (0, ())


def switch(member: Member, message: Media) -> None:
    """Believe what a member says it sends."""
    if not member.may_speak:
        raise Refusal(RefusalCode.NO_POWER)
    member.has_said_media = True
    member.camera, member.screen = message.camera, message.screen
    member.mic = message.mic and not member.is_locked
    if member.mic:
        member.muted_by = None
    elif message.mic:
        raise Refusal(RefusalCode.LOCKED)


def mute(turn: Turn, by: Member, message: Mute) -> None:
    """Stop forwarding one person's sound or picture, at once and here."""
    member = turn.present(message.member)
    if member.badge.role == RoomRole.CHAIR and member is not by:
        raise Refusal(RefusalCode.CHAIR_STAYS)
    if not member.is_inside:
        raise Refusal(RefusalCode.NOT_NOW)
    is_audio = message.kind == "audio"
    is_on = member.mic if is_audio else member.camera or member.screen
    is_other_lock = is_audio and member.is_locked != message.lock
    if not is_on and not is_other_lock:
        return
    if is_audio:
        member.is_locked = message.lock
    if is_on:
        member.has_said_media = True
        if is_audio:
            member.mic, member.muted_by = False, by.code
        else:
            member.camera = member.screen = False
    turn.note(NoteKind.MUTED, member.code, by=by.code, kind=message.kind, lock=member.is_locked)


def give_floor(turn: Turn, by: Member, code: str | None) -> None:
    """Let one person speak before all others: shown large, hand down, microphone free."""
    room = turn.room
    if code is None:
        if room.floor is not None:
            turn.note(NoteKind.FLOOR_TAKEN, room.floor, by=by.code)
            room.floor = None
        return
    member = turn.present(code)
    if not member.is_inside or not member.may_speak:
        raise Refusal(RefusalCode.NOT_NOW)
    if room.floor == code:
        return
    room.floor = code
    member.hand, member.hand_at, member.is_locked = False, None, False
    turn.note(NoteKind.FLOOR_GIVEN, code, by=by.code)


def settle_seats(turn: Turn) -> None:
    """Give everybody the seats they should have, saying only what changed."""
    speakers = [each for each in turn.room.inside if each.may_speak]
    for viewer in turn.room.inside:
        if viewer.connection == 0:
            viewer.seated = (0, ())
            continue
        _assign(viewer, [each for each in speakers if each is not viewer])
        seats = tuple(
            _seat(turn.room, viewer, turn.room.members[code], slot)
            for code, slot in sorted(viewer.slots.items(), key=lambda pair: pair[1])
        )
        if viewer.seated != (viewer.connection, seats):
            viewer.seated = (viewer.connection, seats)
            turn.do(Seat(viewer.code, viewer.connection, seats))
        _tell_seats(turn, viewer, seats)


def _tell_seats(turn: Turn, viewer: Member, seats: tuple[SeatOf, ...]) -> None:
    names = tuple((each.slot, each.member) for each in seats)
    told = (viewer.link, viewer.connection, names)
    # Whoever comes back on a new WebSocket may have missed who sits where by now.
    if viewer.link is not None and viewer.seats_told != told:
        viewer.seats_told = told
        views = tuple(SeatView(slot=slot, member=name) for slot, name in names)
        turn.tell(viewer, Slots(connection=viewer.connection, seats=views))


def _assign(viewer: Member, others: list[Member]) -> None:
    present = {each.code for each in others if each.connection}
    lost = {each.code for each in others} - present
    for code in [code for code in viewer.slots if code not in present | lost]:
        del viewer.slots[code]
    for other in others:
        if other.code in viewer.slots or other.code not in present:
            continue
        free = sorted(set(range(SLOTS)) - set(viewer.slots.values()))
        if not free:
            # A lost person keeps the seat only until somebody who is here needs it.
            idle = [code for code in viewer.slots if code in lost]
            free = [viewer.slots.pop(idle[0])] if idle else []
        if free:
            viewer.slots[other.code] = free[0]


def may_hear(room: RoomState, viewer: Member, member: Member) -> bool:
    """Whether anything of `member` may reach `viewer` now, were it sent."""
    if not (member.acknowledged or not room.recording.is_wanted) or not room.may_hear(viewer, member):
        return False
    # What came up is for the desk alone; the other guests must not hear more of it.
    return room.phase != Phase.STOPPED or bool({viewer.badge.role, member.badge.role} & DESK)


def _seat(room: RoomState, viewer: Member, member: Member, slot: int) -> SeatOf:
    is_open = member.connection > 0 and may_hear(room, viewer, member)
    return SeatOf(
        slot,
        member.code,
        member.connection,
        audio=is_open and member.mic,
        video=is_open and viewer.is_watching and (member.camera or member.screen),
    )
