"""The weekly digest leaves by itself."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.reports import actions_week, queries_week


async def write_digests(house: House, _: Mapping[str, Any]) -> None:
    """Write to the heads and desks of all wards once in the week, as soon as it has begun. Harmless when run twice."""
    for unit_id in await house.db.read(queries_week.units):
        await house.db.write(actions_week.put_digest, house.clock.now(), unit_id)
