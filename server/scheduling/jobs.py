"""Work of the schedule that nobody presses a button for."""

from collections.abc import Mapping
from typing import Any

from server.documents import print_and_file
from server.house import House
from server.scheduling import actions, actions_empty, queries, queries_empty
from server.who import the_system


async def release_withdrawn(house: House, _: Mapping[str, Any]) -> None:
    """Free the places of citizens who withdrew their request. Harmless when run twice."""
    for appointment_id in await house.db.read(queries.orphans):
        await house.db.write(actions.release, the_system(), house.clock.now(), appointment_id)


async def print_day_minutes(house: House, args: Mapping[str, Any]) -> None:
    """Print and file the minutes of a day to which nobody came. Harmless when run twice; raises Unavailable."""
    code = str(args["day"])
    facts = await house.db.read(queries_empty.to_print, code)
    if facts is None:
        return
    keep = actions_empty.keep_printed
    await print_and_file(house, "day_minutes", facts, lambda kept: house.db.write(keep, house.clock.now(), code, kept))
