"""Give words to what was made before there was a search."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.search import actions


async def write_missing(house: House, _: Mapping[str, Any]) -> None:
    """Write missing words in small transactions until there are none; harmless at any time."""
    while await house.db.write(actions.write_missing):
        pass
