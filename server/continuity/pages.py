"""The kit for going on on paper."""

from aiohttp import hdrs, web

from server.clock import local
from server.continuity import actions_kit, actions_print
from server.errors import Unavailable
from server.pagekit import get, house, now, who
from server.reception import rules as reception

PDF = "application/pdf"


async def kit(request: web.Request) -> web.StreamResponse:
    """Give the ward's kit of today as a PDF; opening it is logged."""
    place, here, on = house(request), who(request), local(now(request)).date()
    path = place.files.path(await actions_print.ready_kit(place, here.unit_id))
    if not path.is_file():
        raise Unavailable("file_missing")
    await place.db.write(actions_kit.note_opening, here, now(request), on)
    headers = {
        hdrs.CONTENT_TYPE: PDF,
        hdrs.CONTENT_DISPOSITION: f'inline; filename="tiep-tren-giay-{on.isoformat()}.pdf"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


ROUTES = (get("/hom-nay/tiep-tren-giay", kit, reception.DESK),)
