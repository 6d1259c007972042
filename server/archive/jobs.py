"""Make a reception's recording playable after it ended."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recordings.composing import ComposeFailed, compose_in_child
from recordings.shelf import RoomFolder
from server.archive import actions, queries
from server.house import House
from server.jobs.runner import NotYet


async def compose(house: House, args: Mapping[str, Any]) -> None:
    """Make one playable file for each recorded member, and one of what is under seal.

    Done again, it makes only what is missing. For segments that were opened and are not closed yet it waits a
    while. One that comes still later (its worker was down) opens its member's file again:
    `actions.register_segment`.
    """
    code = str(args["reception"])
    if await house.db.read(queries.is_unfinished, code, house.clock.now()):
        raise NotYet(code)
    folder = RoomFolder(house.settings.recording(code))
    busy = False
    for wanted in await house.db.write(actions.open_playbacks, code):
        facts: Mapping[str, Any] | None = None
        try:
            facts = asdict(await compose_in_child(folder, wanted.member, under_seal=wanted.under_seal))
        except ComposeFailed as failure:
            if failure.code == "busy":
                busy = True
                continue
            if failure.code != "nothing":
                raise
        await house.db.write(actions.keep_playback, house.clock.now(), wanted, facts)
    if busy:
        raise NotYet(code)
