"""Forget what was begun and never sent."""

from collections.abc import Mapping
from typing import Any

from server.adapters.drafts import DraftBox
from server.house import House


async def sweep_drafts(house: House, _: Mapping[str, Any]) -> None:
    """Remove drafts that nobody touched for a day."""
    await DraftBox(house.settings.folder / "drafts", house.settings.key("drafts")).sweep()
