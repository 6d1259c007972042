"""Have the kits of the day lie ready before the first citizen comes; leave nothing of trials behind."""

import asyncio
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from server.continuity import actions_print, queries_kit, rules_kit
from server.house import House
from server.reception.rules_door import PRACTICE

TRIALS_LAST = timedelta(hours=1)
"""No room for trying out stands that long."""


async def keep_kits(house: House, _: Mapping[str, Any]) -> None:
    """Print today's kits that are missing or no longer true, drop those of before. Harmless twice."""
    await actions_print.tidy(house)
    if not rules_kit.is_morning(house.clock.now()):
        return
    for unit_id in await house.db.read(queries_kit.wards_of, house.clock.today()):
        await actions_print.ready_kit(house, unit_id)


async def drop_trials(house: House, _: Mapping[str, Any]) -> None:
    """Drop what rooms for trying out wrote and a fall kept from being dropped at once. Harmless twice."""
    before = (house.clock.now() - TRIALS_LAST).timestamp()
    await asyncio.to_thread(_drop, house.settings.recording(PRACTICE).parent, before)


def _drop(recordings: Path, before: float) -> None:
    for folder in recordings.glob(f"{PRACTICE}*"):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
