"""Make a reception's recording playable after it ended."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recordings.composing import ComposeFailed, compose_in_child
from recordings.shelf import RoomFolder
from server.archive import actions, queries
from server.house import House

PATIENCE = 60
"""Seconds to wait for segments that were opened and not yet reported closed."""


class NotYet(Exception):
    """Something the job needs is still on its way; the runner tries again."""


async def compose(house: House, args: Mapping[str, Any]) -> None:
    """Make one playable file for each recorded member; done again, it makes only what is missing."""
    code = str(args["reception"])
    for _ in range(PATIENCE):
        found = await house.db.read(queries.unfinished, code)
        if found.closed >= found.opened:
            break
        await asyncio.sleep(1)
    folder = RoomFolder(house.settings.recording(code))
    busy = False
    for playback_id, member in await house.db.write(actions.open_playbacks, code):
        facts: Mapping[str, Any] | None = None
        try:
            facts = asdict(await compose_in_child(folder, member))
        except ComposeFailed as failure:
            if failure.code == "busy":
                busy = True
                continue
            if failure.code != "nothing":
                raise
        await house.db.write(actions.keep_playback, house.clock.now(), playback_id, facts)
    if busy:
        raise NotYet(code)
