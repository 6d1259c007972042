"""Work of receptions that nobody presses a button for."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.reception import queries_guest

CALLED_OFF = "called_off"
"""Ground in the room's log."""


async def close_called_off(house: House, args: Mapping[str, Any]) -> None:
    """Send whoever waits for a reception that was moved or called off out of its room, and close it.

    New arrivals are turned away by `queries_guest.is_good` already. Harmless when run twice; raises Unavailable.
    """
    room = str(args["room"])
    members = await house.db.read(queries_guest.who_may_wait, room)
    if members is None:
        return
    for member in members:
        await house.nodes.put_out(room, member, house.clock.now())
    await house.nodes.close_room(room, CALLED_OFF)
