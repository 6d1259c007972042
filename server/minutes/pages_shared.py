"""What the pages of the minutes share: who stands behind a link, and telling the room that something changed."""

import contextlib
from datetime import timedelta

from aiohttp import web

from server.errors import NotHere, Unavailable
from server.minutes import actions, queries
from server.minutes.actions import Door, LinkDoor
from server.pagekit import house, now
from server.reception import queries as receptions
from server.reception.pages_entry import check_browser, is_guest
from server.scheduling.rules import code_of
from server.who import Who
from server.words import Role

LINK_LIVES = timedelta(days=3)
"""A citizen who could not answer in the room still can for some days; then the office asks in person."""


async def by_link(request: web.Request) -> tuple[Who, Door]:
    """Return who comes by a proven link, named by the code of the request only, and their door. Raises NotHere."""
    place, at = house(request), now(request)
    code = code_of(place.settings.key("links"), request.match_info["token"])
    if code is None:
        raise NotHere("bad_link")
    if is_guest(code):
        await check_browser(request, code)
    reception_id, member, has_minutes = await place.db.read(queries.link_seat, code)
    found = await place.db.read(receptions.reception_file, reception_id)
    if at > found.ends_at + LINK_LIVES:
        raise NotHere("bad_link")
    if not has_minutes:
        await place.db.write(actions.minutes_of, at, reception_id)
    here = Who(Role.CITIZEN, found.unit_id, found.unit_name, found.request_code)
    return here, LinkDoor(reception_id, member)


async def announce(request: web.Request, reception_code: str) -> None:
    """Tell everybody in the room that the minutes changed; no room, or no worker, is no trouble."""
    place = house(request)
    version = await place.db.read(queries.version_of, reception_code)
    with contextlib.suppress(Unavailable):
        await place.nodes.announce(reception_code, "minutes", version)


def is_citizen(door: Door, minutes: queries.MinutesFile) -> bool:
    """Whether this link is the citizen's own and not a guest's."""
    return isinstance(door, LinkDoor) and queries.citizen_of(minutes.reception).member == door.member
