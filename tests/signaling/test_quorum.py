"""Who has to be there when a reception begins, and what is written when somebody is not."""

import pytest

from signaling.messages import Begin, RecordingWaive, RefusalCode
from signaling.roles import RoomRole
from signaling.tickets import Ticket
from tests.playbook import HANH, LAN, TU, Playbook, ticket

OFFICER = ticket("quan", RoomRole.OFFICER)
WARD = ticket("ward", RoomRole.WARD_ROOM)


@pytest.mark.parametrize(
    ("here", "by", "lacking", "may_go_on"),
    [
        ((HANH, TU, LAN), HANH, (), True),
        ((HANH, OFFICER, LAN), HANH, (), True),
        ((HANH, LAN), HANH, ("writer",), True),
        ((HANH, TU), HANH, ("citizen",), True),
        ((HANH,), HANH, ("writer", "citizen"), True),
        ((OFFICER, LAN), OFFICER, ("chair",), True),
        ((OFFICER, TU), OFFICER, ("chair", "citizen"), False),
        # They may sit together before the ward's camera.
        ((OFFICER, TU, WARD), OFFICER, ("chair", "citizen"), True),
    ],
)
def test_who_is_lacking_is_told_and_waived_with_a_ground(
    here: tuple[Ticket, ...], by: Ticket, lacking: tuple[str, ...], *, may_go_on: bool
) -> None:
    play = Playbook()
    for each in here:
        play.enter(each, by=by)
    play.arrive(HANH)
    play.say(HANH, RecordingWaive(ground="máy ghi hỏng"))
    if HANH not in here:
        play.hang_up(HANH)
        play.wait(10, heard=frozenset(each.member for each in here))
    assert play.view(by).lacking == lacking
    play.say(by, Begin(id="b"))
    assert play.refusals(by) == ([RefusalCode.LACKING] if lacking else [])
    play.say(by, Begin(ground="công dân nghe qua điện thoại"))
    assert (play.room.state.phase == "live") == may_go_on
    if may_go_on:
        [began] = [each for each in play.notes() if each.kind == "began"]
        assert began.facts["lacking"] == list(lacking)
        assert bool(began.facts["ground"]) == bool(lacking)
        assert play.view(by).lacking == ()
