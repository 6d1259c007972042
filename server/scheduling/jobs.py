"""Work of the schedule that nobody presses a button for."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.scheduling import actions, queries
from server.who import the_system


async def release_withdrawn(house: House, _: Mapping[str, Any]) -> None:
    """Free the places of citizens who withdrew their request. Harmless when run twice."""
    for appointment_id in await house.db.read(queries.orphans):
        await house.db.write(actions.release, the_system(), house.clock.now(), appointment_id)
