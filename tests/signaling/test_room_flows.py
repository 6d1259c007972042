"""The tables that the room follows, and the pictures drawn from them."""

import pytest

from signaling.messages import MemberStatus, Phase, RecordingState
from signaling.roles import POWERS, Power, RoomRole, may, powers_of
from signaling.room import MEMBER_FLOW, RECORDING_FLOW, ROOM_FLOW, diagram
from signaling.room_flows import Refusal, step


def test_every_state_is_in_its_table() -> None:
    assert set(ROOM_FLOW) == set(Phase)
    assert set(MEMBER_FLOW) == set(MemberStatus)
    assert set(RECORDING_FLOW) == set(RecordingState)


def test_nothing_leaves_the_end() -> None:
    assert set(ROOM_FLOW[Phase.ENDED].values()) == {Phase.ENDED}


def test_every_state_can_be_reached() -> None:
    for flow, start in ((ROOM_FLOW, Phase.LOBBY), (MEMBER_FLOW, MemberStatus.GONE)):
        table = {state.value: [then.value for then in verbs.values()] for state, verbs in flow.items()}
        reached, todo = {start.value}, [start.value]
        while todo:
            fresh = set(table[todo.pop()]) - reached
            reached |= fresh
            todo += fresh
        assert reached == set(table)


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(Refusal):
        step(ROOM_FLOW, Phase.LOBBY, "pause")


def test_the_picture_is_drawn_from_the_table() -> None:
    picture = diagram(ROOM_FLOW, Phase.LOBBY)
    assert picture.startswith("stateDiagram-v2\n    [*] --> lobby\n")
    assert "    paused --> live: resume\n" in picture


def test_only_the_chair_waives() -> None:
    assert [role for role in RoomRole if may(role, Power.WAIVE_RECORDING)] == [RoomRole.CHAIR]


@pytest.mark.parametrize("role", list(RoomRole))
def test_powers_are_told_in_one_order(role: RoomRole) -> None:
    assert set(powers_of(role)) == POWERS[role]
    assert list(powers_of(role)) == [power for power in Power if may(role, power)]
