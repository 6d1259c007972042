"""Forget what was begun and never sent, and how often somebody tried."""

from collections.abc import Mapping
from typing import Any

from server.adapters.drafts import DraftBox
from server.house import House
from server.office import actions as office


async def sweep_drafts(house: House, _: Mapping[str, Any]) -> None:
    """Remove drafts that nobody touched for a day, and old counters of tries."""
    await DraftBox(house.settings.folder / "drafts", house.settings.key("drafts")).sweep()
    await house.db.write(office.sweep_tries, house.clock.now())
