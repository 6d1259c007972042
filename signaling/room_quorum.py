"""Who has to be there when a reception begins: whoever receives, whoever writes, whoever is received.

One who is lacking may be done without for a ground that goes into the minutes (the chair's line is
down and an officer receives; the chair writes; the citizen is on the telephone). Where both the one
who receives and the one who is received are lacking, there is no reception: unless they may be the ones
who sit before the camera of the ward's room, which the ground then says.
"""

from typing import Literal

from signaling.messages import MemberStatus, RefusalCode
from signaling.roles import DESK, RoomRole
from signaling.room_door import written_ground
from signaling.room_flows import Refusal
from signaling.room_state import Member, RoomState

Part = Literal["chair", "writer", "citizen"]


def parts(room: RoomState) -> dict[Part, Member | None]:
    """Who fills each part now. The chair does not write as well."""
    here = [each for each in room.inside if each.status in (MemberStatus.ADMITTED, MemberStatus.CONNECTED)]
    heard = [each for each in here if each.status == MemberStatus.CONNECTED]
    writers = DESK - {RoomRole.CHAIR}
    return {
        "chair": next((each for each in here if each.badge.role == RoomRole.CHAIR), None),
        "writer": next((each for each in here if each.badge.role in writers), None),
        "citizen": next((each for each in heard if each.badge.role == RoomRole.CITIZEN), None),
    }


def lacking(room: RoomState) -> tuple[Part, ...]:
    """The parts that nobody fills."""
    return tuple(part for part, member in parts(room).items() if member is None)


def _is_ward_room_here(room: RoomState) -> bool:
    return any(each.badge.role == RoomRole.WARD_ROOM and each.status == MemberStatus.CONNECTED for each in room.inside)


def check_quorum(room: RoomState, ground: str) -> dict[str, object]:
    """Return what the minutes keep of it. Refusal: lacking, without a ground or where none helps."""
    missing = lacking(room)
    if missing:
        if not ground.strip() or ({"chair", "citizen"} <= set(missing) and not _is_ward_room_here(room)):
            raise Refusal(RefusalCode.LACKING)
        ground = written_ground(ground)
    present = {part: member.code for part, member in parts(room).items() if member is not None}
    return {"present": present, "lacking": list(missing), "ground": ground if missing else ""}
