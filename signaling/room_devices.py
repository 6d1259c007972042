"""One person on two devices: one of them is in the room, the other stands aside and is told so.

The newest device wins, because somebody just opened it; a device that merely reconnects by itself
takes nothing from one that a person opened since. What stands aside keeps its WebSocket, on which it
is neither heard nor told anything of the room, so that the desk sees two devices for exactly as long
as there are two. Two pages of one browser are one device: the older is closed.
"""

from dataclasses import dataclass

from signaling.answers import Elsewhere
from signaling.effects import HangUp, NoteKind, Tell
from signaling.events import Arrived
from signaling.messages import ByeCode, MemberStatus
from signaling.room_seats import close_media
from signaling.room_state import Member, Parked, Turn


@dataclass(frozen=True, slots=True)
class Claim:
    """What a fresh WebSocket is to a member's place."""

    is_other_device: bool
    yields: bool


def claim(member: Member, event: Arrived) -> Claim:
    """Judge whether a WebSocket comes from another device than the one in use, and whether it must stand aside."""
    browser = event.device.browser
    is_other = bool(browser and member.browser) and browser != member.browser
    return Claim(is_other, yields=is_other and event.device.is_again and member.link is not None)


def give_way(turn: Turn, member: Member, event: Arrived) -> None:
    """Take in a device that came back by itself, to stand aside."""
    _park(turn, member, Parked(event.link, event.device.browser))


def take_place(turn: Turn, member: Member, event: Arrived, claimed: Claim) -> None:
    """Let a WebSocket be the member's own; whatever was so before is closed or stands aside."""
    device, link, name = event.device, member.link, member.device
    parked = None if link is None else Parked(link, member.browser)
    member.link, member.browser, member.device = event.link, device.browser, device.name
    if member.parked is not None and member.parked.browser == device.browser:
        leave_aside(turn, member, ByeCode.REPLACED)
    if not claimed.is_other_device:
        if link is not None:
            turn.do(HangUp(member.code, link, ByeCode.REPLACED))
        return
    if parked is not None:
        _park(turn, member, parked)
    _silence(turn, member)
    if member.status != MemberStatus.GONE:
        both = member.is_on_two_devices
        turn.note(NoteKind.DEVICE_CHANGED, member.code, device=device.name, before=name, both=both)


def leave_aside(turn: Turn, member: Member, code: ByeCode, ground: str | None = None) -> None:
    """Close what stands aside, if anything does."""
    if member.parked is not None:
        turn.do(HangUp(member.code, member.parked.link, code, ground))
        member.parked = None


def _park(turn: Turn, member: Member, parked: Parked) -> None:
    leave_aside(turn, member, ByeCode.REPLACED)
    member.parked = parked
    turn.do(Tell(member.code, parked.link, Elsewhere()))


def _silence(turn: Turn, member: Member) -> None:
    # At once, not when the new device's media is up: nobody knows who holds the old one now.
    close_media(turn, member)
    if member.offered:
        # What the old device's connection still reports is then about an old number.
        member.offered += 1
    if member.status == MemberStatus.CONNECTED:
        member.go("disconnect")
