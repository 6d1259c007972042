"""Captions typed by hand: passed on at once to those who hear, and kept nowhere.

A caption follows the sound. It comes from somebody who hears the one whose words it renders, and goes to those
who hear both; so a private consultation, a stop and a notice not yet read keep captions in and out as they keep
sound. Whose words they are is one of the members of this room, never a name that somebody typed.
"""

from datetime import timedelta

from signaling.answers import Captioned
from signaling.messages import RefusalCode
from signaling.messages_captions import Caption
from signaling.room_flows import Refusal
from signaling.room_seats import may_hear
from signaling.room_state import Member, RoomState, Turn

MOST = 8
WITHIN = timedelta(seconds=10)
"""One person may type so many captions in so much time; nobody reads faster."""


def pass_on(turn: Turn, typist: Member, message: Caption) -> None:
    """Show words of one member, typed by another or the same one, to everybody who hears them."""
    if message.id is not None and message.id in {said for _, said in typist.captioned}:
        # Said again over a fresh line, because the answer was lost with the old one.
        return
    speaker = turn.present(message.member)
    if not speaker.may_speak or not _reaches(turn.room, typist, speaker):
        raise Refusal(RefusalCode.NOT_HERE)
    if sum(at > turn.at - WITHIN for at, _ in typist.captioned) >= MOST:
        raise Refusal(RefusalCode.TOO_OFTEN)
    typist.captioned = (*typist.captioned, (turn.at, message.id))[-MOST:]
    caption = Captioned(member=speaker.code, by=typist.code, words=message.words)
    for reader in turn.room.inside:
        if _reaches(turn.room, reader, speaker) and _reaches(turn.room, reader, typist):
            turn.tell(reader, caption)


def _reaches(room: RoomState, reader: Member, member: Member) -> bool:
    is_inside = reader.is_inside and member.is_inside
    return is_inside and (reader is member or may_hear(room, reader, member))
