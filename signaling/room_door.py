"""Coming in and going out: arrival, waiting, admission one by one, refusal, removal.

Nobody is let in by a switch that opens the door for all. Who was lost comes back into the
old place; who was removed has to ask again, whatever the role.
"""

from datetime import UTC, datetime

from signaling.answers import Welcome
from signaling.effects import HangUp, NoteKind
from signaling.events import Arrived, LinkWithdrawn, SocketLost
from signaling.messages import SLOTS, ByeCode, MemberStatus, Phase, RefusalCode
from signaling.roles import Power, RoomRole, may, may_enter_unadmitted, powers_of
from signaling.room_devices import claim, give_way, leave_aside, take_place
from signaling.room_flows import Refusal
from signaling.room_seats import close_media
from signaling.room_state import MAX_MEMBERS, MAX_WAITING, Member, Turn
from signaling.tickets import Badge

NEVER = datetime.min.replace(tzinfo=UTC)


def arrive(turn: Turn, event: Arrived) -> None:
    """Take in a fresh WebSocket with a good ticket."""
    badge, room = event.ticket.badge, turn.room
    turned_away = _turned_away(turn, event)
    if turned_away is not None:
        code, ground = turned_away
        turn.do(HangUp(badge.member, event.link, code, ground))
        return
    if room.note_seq == 0:
        turn.note(NoteKind.ROOM_OPENED)
    member = room.members.setdefault(badge.member, Member(badge, turn.at, turn.at))
    claimed = claim(member, event)
    if claimed.yields:
        give_way(turn, member, event)
        return
    take_place(turn, member, event, claimed)
    member.badge = badge
    member.seen_at = member.attended_at = turn.at
    member.quality = "good"
    turn.tell(member, _welcome(turn, member, event))
    _place(turn, member)


def _turned_away(turn: Turn, event: Arrived) -> tuple[ByeCode, str | None] | None:
    room, code = turn.room, event.ticket.member
    if room.phase == Phase.ENDED:
        return ByeCode.ENDED, None
    if room.is_draining:
        return ByeCode.MOVING, None
    if code in room.withdrawn and event.ticket.not_before <= room.withdrawn[code]:
        # Shown to the relay before the office took it back, and here only now.
        return ByeCode.WITHDRAWN, None
    known = room.members.get(code)
    is_new = known is None or known.status == MemberStatus.GONE
    if is_new and (len(room.inside) >= MAX_MEMBERS or len(room.waiting) >= MAX_WAITING):
        return ByeCode.REFUSED, "room_full"
    return None


def _welcome(turn: Turn, member: Member, event: Arrived) -> Welcome:
    return Welcome(
        room=turn.room.code,
        member=member.code,
        role=member.badge.role,
        powers=powers_of(member.badge.role),
        ice_servers=tuple(each.facts for each in event.ticket.ice_servers),
        slots=SLOTS,
        connection=member.offered,
    )


def _place(turn: Turn, member: Member) -> None:
    match member.status:
        case MemberStatus.GONE:
            _come_in(turn, member)
        case MemberStatus.LOST:
            come_back(turn, member)
        case MemberStatus.WAITING | MemberStatus.ADMITTED | MemberStatus.CONNECTED:
            pass


def come_back(turn: Turn, member: Member) -> None:
    """Somebody lost is here again, in the old place."""
    member.go("connect" if member.connection else "enter")
    member.lost_at = None
    turn.note(NoteKind.RETURNED, member.code)


def _come_in(turn: Turn, member: Member) -> None:
    turn.note(NoteKind.ARRIVED, member.code, **badge_facts(member.badge), device=member.device)
    is_known = member.was_admitted or may_enter_unadmitted(member.badge.role)
    if is_known and not member.must_ask:
        member.go("enter")
        member.was_admitted = True
        turn.note(NoteKind.ADMITTED, member.code, by=None)
    else:
        member.go("wait")
        member.waits_since = turn.at
        turn.note(NoteKind.WAITING, member.code)


def badge_facts(badge: Badge) -> dict[str, object]:
    """A badge as the facts of a note; `room_memory` reads them back."""
    return {
        "name": badge.name,
        "title": badge.title,
        "role": badge.role.value,
        "site": badge.site,
        "people": [{"name": each.name, "title": each.title} for each in badge.people],
    }


def admit(turn: Turn, by: Member, code: str) -> None:
    """Let one waiting person in; somebody inside already is let in already."""
    member = turn.present(code)
    was_waiting = member.status == MemberStatus.WAITING
    member.go("admit")
    if not was_waiting:
        return
    member.was_admitted, member.must_ask, member.waits_since = True, False, None
    turn.note(NoteKind.ADMITTED, code, by=by.code)
    # Silence before the door is the endpoint's business; from here on it is counted.
    member.seen_at = turn.at
    if member.link is None:
        member.go("lose")
        member.lost_at = turn.at
        turn.note(NoteKind.LOST, code, media_only=False, role=member.badge.role.value)


def refuse(turn: Turn, by: Member, code: str, ground: str) -> None:
    """Send one waiting person away; they may ask again."""
    member = _known(turn, code)
    ground = written_ground(ground)
    if member.status == MemberStatus.GONE:
        return
    member.go("refuse")
    turn.note(NoteKind.REFUSED, code, by=by.code, ground=ground)
    _part(turn, member, ByeCode.REFUSED, ground)


def remove(turn: Turn, by: Member, code: str, ground: str) -> None:
    """Show one person out; they need a fresh admission, even an officer."""
    member = _known(turn, code)
    ground = written_ground(ground)
    if member.badge.role == RoomRole.CHAIR or member is by:
        raise Refusal(RefusalCode.CHAIR_STAYS)
    is_gone = member.status == MemberStatus.GONE
    if is_gone and member.must_ask:
        return
    if not is_gone:
        member.go("remove")
    # Removing somebody who just left must hold as well, after a restart too: they asked to come back later.
    member.must_ask, member.was_admitted = True, False
    turn.note(NoteKind.REMOVED, code, by=by.code, ground=ground)
    if not is_gone:
        _part(turn, member, ByeCode.REMOVED, ground)


def withdraw(turn: Turn, event: LinkWithdrawn) -> None:
    """Void the tickets of a guest's link, and put whoever came by one out; no host is asked."""
    room, code = turn.room, event.member
    if room.phase == Phase.ENDED or event.since <= room.withdrawn.get(code, NEVER):
        return
    room.withdrawn[code] = event.since
    turn.note(NoteKind.LINK_WITHDRAWN, code, since=event.since.isoformat())
    member = room.members.get(code)
    if member is None:
        return
    was_here = member.status != MemberStatus.GONE
    # A fresh link is for whoever is let in anew.
    member.must_ask, member.was_admitted = True, False
    if was_here:
        member.go("remove" if member.is_inside else "refuse")
        turn.note(NoteKind.REMOVED, code, by=None, ground="link_withdrawn")
        _part(turn, member, ByeCode.WITHDRAWN)


def send_to_wait(turn: Turn, by: Member, code: str, ground: str) -> None:
    """Send one person back to the waiting room; only a fresh admission lets them in again."""
    member = _known(turn, code)
    ground = written_ground(ground)
    if member.badge.role == RoomRole.CHAIR or member is by:
        raise Refusal(RefusalCode.CHAIR_STAYS)
    was_inside = member.is_inside
    member.go("send_to_wait")
    if not was_inside:
        return
    member.must_ask, member.was_admitted, member.waits_since = True, False, turn.at
    turn.note(NoteKind.SENT_TO_WAIT, code, by=by.code, ground=ground)
    _put_down(turn, member)


def leave(turn: Turn, member: Member) -> None:
    """Go by one's own will; one who was let in may come back.

    Whoever is the last to hold a running reception stays, or ends it: nobody vanishes silently.
    """
    running = turn.room.phase in (Phase.LIVE, Phase.PAUSED)
    if running and member.is_inside and may(member.badge.role, Power.END):
        others = [each for each in turn.room.inside if each is not member and each.status != MemberStatus.LOST]
        if not any(may(each.badge.role, Power.END) for each in others):
            raise Refusal(RefusalCode.CHAIR_NEEDED)
    member.go("leave")
    turn.note(NoteKind.LEFT, member.code)
    _part(turn, member, ByeCode.LEFT)


def expire(turn: Turn, member: Member) -> None:
    """Give up the place of somebody who waited and has been away too long."""
    member.go("leave")
    turn.note(NoteKind.LEFT, member.code, reason="expired")
    _part(turn, member, ByeCode.EXPIRED)


def lose_socket(turn: Turn, event: SocketLost) -> None:
    """Forget one WebSocket. Whether its owner is lost, time will tell."""
    member = turn.room.members.get(event.member)
    if member is not None and member.link == event.link:
        member.link, member.told = None, None
        member.attended_at = turn.at
    elif member is not None and member.parked is not None and member.parked.link == event.link:
        member.parked = None


def written_ground(text: str) -> str:
    """The ground somebody gave, or Refusal when there is none."""
    ground = text.strip()
    if not ground:
        raise Refusal(RefusalCode.GROUND_NEEDED)
    return ground


def _known(turn: Turn, code: str) -> Member:
    member = turn.room.members.get(code)
    if member is None:
        raise Refusal(RefusalCode.NOT_HERE)
    return member


def _part(turn: Turn, member: Member, code: ByeCode, ground: str | None = None) -> None:
    if member.link is not None:
        turn.do(HangUp(member.code, member.link, code, ground))
    leave_aside(turn, member, code, ground)
    member.link, member.told, member.waits_since = None, None, None
    _put_down(turn, member)


def _put_down(turn: Turn, member: Member) -> None:
    close_media(turn, member)
    member.hand = member.mic = member.camera = member.screen = member.has_said_media = False
    member.muted_by = member.hand_at = member.lost_at = None
    if turn.room.floor == member.code:
        turn.room.floor = None
