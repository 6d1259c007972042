"""Take earlier cases over while people work on."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.imports import actions_cases


async def import_cases(house: House, args: Mapping[str, Any]) -> None:
    """Take chunk after chunk until the list is done; begun again after a stop, it goes on where it was."""
    while await house.db.write(actions_cases.take_chunk, house.clock.now(), int(args["run"])):
        pass
