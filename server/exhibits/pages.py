"""The page that everybody in the room sees: one shape at three doors, the officer's, the ward room's, the link's."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from server.adapters.page_images import PageImage
from server.errors import BadForm, FieldError, NotHere, Refused, Unavailable
from server.exhibits import actions, queries
from server.exhibits.actions import Page
from server.exhibits.queries import CaseFile, Seat, Shown
from server.i18n import size_vi
from server.pagekit import get, house, locale, now, post, posted_json, who
from server.reception import pages_entry
from server.reception.pages import ENTERS
from server.reception.pages_desk import HOLDS
from signaling.roles import DESK

Door = Callable[[web.Request], Awaitable[Seat]]
TOPIC = "showing"
LONGEST_ID = 15
HIGHEST_PAGE = 9999


async def officer_door(request: web.Request) -> Seat:
    """Return the acting officer's own place in the room. Raises NotHere."""
    return await house(request).db.read(queries.seat_of_officer, who(request), request.match_info["code"])


async def ward_room_door(request: web.Request) -> Seat:
    """Return the place of the ward's room screen. Raises NotHere."""
    return await house(request).db.read(queries.seat_of_ward_room, who(request), request.match_info["code"])


async def link_door(request: web.Request) -> Seat:
    """Return the place of whoever holds the link. Raises NotHere."""
    return await house(request).db.read(queries.seat_of_link, pages_entry.code_of_link(request))


def _reads(door: Door) -> Any:
    async def read(request: web.Request) -> web.Response:
        """Say which page is shown now, with its stamp; the desk also gets what it may show."""
        return await _answer(request, await door(request))

    return read


async def _answer(request: web.Request, seat: Seat) -> web.Response:
    place = house(request)
    shown = await place.db.read(queries.shown, seat)
    is_desk = seat.watcher.role in DESK
    files = await place.db.read(queries.files, who(request), seat.code) if is_desk else []
    words = [_file(request, one) for one in files]
    # Who may not see is told no more than that nothing is shown. The note that somebody was let in
    # may come later than their question, so they ask again.
    answer = {"shown": _shown(request, shown), "files": words, "may": is_desk, "again": not seat.watcher.is_inside}
    return web.json_response(answer)


def _shown(request: web.Request, one: Shown | None) -> dict[str, object] | None:
    if one is None:
        return None
    base = request.path.removesuffix("/thoi")
    return {
        "id": one.id,
        "file": one.file,
        "name": one.name,
        "sha256": one.sha256,
        "page": one.page,
        "pages": one.pages,
        "at": one.at.isoformat(),
        "by": one.by,
        "href": f"{base}/{one.id}",
    }


def _file(request: web.Request, one: CaseFile) -> dict[str, str]:
    words = house(request).words
    why = words.find("refusals", f"{one.why_not}.text", locale(request)) if one.why_not else ""
    return {"file": one.code, "title": one.name, "href": one.href, "note": size_vi(one.bytes), "why_not": why}


def _draws(door: Door) -> Any:
    async def draw(request: web.Request) -> web.Response:
        """Give the shown page as a picture, to those in the room now and to nobody later."""
        seat, wanted = await door(request), request.match_info["id"]
        if not wanted.isdecimal() or len(wanted) > LONGEST_ID:
            raise NotHere
        found = await house(request).db.read(queries.stored_page, seat, int(wanted))
        place = house(request)
        drawn = await place.pages.draw(place.files.path(found.stored_as), found.content_type, found.page)
        return picture(drawn)

    return draw


def picture(drawn: PageImage) -> web.Response:
    """Answer with a drawn page; no cache on the way may keep it."""
    return web.Response(body=drawn.content, content_type=drawn.content_type, headers={hdrs.CACHE_CONTROL: "no-store"})


async def show(request: web.Request) -> web.Response:
    """Show a page to everybody: the paper and the number are named, so pressing twice is pressing once."""
    sent, seat, place = await posted_json(request), await _desk_inside(request), house(request)
    file, page = sent.get("file"), sent.get("page")
    if not isinstance(file, str) or type(page) is not int or not 1 <= page <= HIGHEST_PAGE:
        raise BadForm({"file": FieldError("choice")})
    found = await place.db.read(actions.desk_of, who(request), seat.code)
    one = await place.db.read(queries.file_to_show, who(request), seat.code, file)
    actions.check_showable(found, one)
    path = place.files.path(one.stored_as)
    if not path.is_file():
        raise Unavailable("file_missing")
    # Drawn first: what cannot be drawn is never said to have been shown.
    drawn = await place.pages.draw(path, one.content_type, page)
    wanted = Page(file, page, drawn.pages)
    shown_id = await place.db.write(actions.show, who(request), now(request), seat.code, wanted)
    await announce(request, seat.code, TOPIC, shown_id)
    return await _answer(request, seat)


async def put_away(request: web.Request) -> web.Response:
    """Put the page away."""
    await posted_json(request)
    seat = await _desk_inside(request)
    await house(request).db.write(actions.put_away, who(request), now(request), seat.code)
    await announce(request, seat.code, TOPIC, 0)
    return await _answer(request, seat)


async def _desk_inside(request: web.Request) -> Seat:
    seat = await officer_door(request)
    if not seat.watcher.is_inside:
        raise Refused("papers_outside")
    return seat


async def announce(request: web.Request, code: str, topic: str, version: int) -> None:
    """Tell everybody inside that something changed; no room, or no worker, is no trouble."""
    with contextlib.suppress(Unavailable):
        await house(request).nodes.announce(code, topic, version)


_STAFF, _WARD, _LINK = "/phong/{code}/trinh-chieu", "/phong/{code}/diem-cau/trinh-chieu", "/vao/{token}/trinh-chieu"

ROUTES = (
    get(_STAFF, _reads(officer_door), ENTERS),
    get(_STAFF + "/{id}", _draws(officer_door), ENTERS),
    post(_STAFF, show, HOLDS),
    post(f"{_STAFF}/thoi", put_away, HOLDS),
    get(_WARD, _reads(ward_room_door), HOLDS),
    get(_WARD + "/{id}", _draws(ward_room_door), HOLDS),
    get(_LINK, _reads(link_door)),
    get(_LINK + "/{id}", _draws(link_door)),
)
