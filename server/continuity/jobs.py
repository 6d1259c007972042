"""Have the kits of the day lie ready before the first citizen comes."""

from collections.abc import Mapping
from typing import Any

from server.continuity import actions_print, queries_kit, rules_kit
from server.house import House


async def keep_kits(house: House, _: Mapping[str, Any]) -> None:
    """Print today's kits that are missing or no longer true, drop those of before. Harmless twice."""
    await actions_print.tidy(house)
    if not rules_kit.is_morning(house.clock.now()):
        return
    for unit_id in await house.db.read(queries_kit.wards_of, house.clock.today()):
        await actions_print.ready_kit(house, unit_id)
