"""Enter a reception that was held on paper."""

import contextlib

from aiohttp import web

from server.errors import BadForm, Unavailable
from server.pagekit import house, now, post, posted, see_other, who
from server.reception import actions_paper, forms, queries, rules
from server.reception.pages import show_desk
from server.words import Role


async def keep_on_paper(request: web.Request) -> web.Response:
    """Keep that a reception was held on paper, and close its room if one stands open."""
    form, place, code = await posted(request), house(request), request.match_info["code"]
    found = await place.db.read(queries.reception_for, who(request), code)
    try:
        held = forms.on_paper(form, found.starts_at)
        await place.db.write(actions_paper.keep_on_paper, who(request), now(request), code, held)
    except BadForm as bad:
        return await show_desk(request, 422, errors=bad.fields, values=forms.typed(form, "began", "ended", "ground"))
    with contextlib.suppress(Unavailable):
        await place.nodes.close_room(code, held.ground)
    return see_other(f"/luot-tiep/{code}?da=held_on_paper")


ROUTES = (post("/luot-tiep/{code}/tren-giay", keep_on_paper, rules.DESK | {Role.WARD_VICE_CHAIR}),)
