"""Collect what happened, so that the rail's number is right before anybody opens the desk."""

from collections.abc import Mapping
from typing import Any

from server.house import House
from server.national import actions
from server.office import queries as office
from server.who import the_system


async def gather(house: House, _: Mapping[str, Any]) -> None:
    """Collect the events of every ward. Harmless when run twice."""
    for ward in await house.db.read(office.wards):
        await house.db.write(actions.gather, the_system(ward.id), house.clock.now(), ward.id)
