"""The two-minute drill on the machine of the ward's room."""

from aiohttp import web

from server.clock import local
from server.incidents import actions_drill, queries_drill, rules_check
from server.pagekit import get, house, now, post, posted_json, render, who
from server.reception import actions_door, rules
from server.reception.pages_door import PRACTISE_AS, practice_ticket
from server.reception.rules_browsers import guidance


async def drill(request: web.Request) -> web.Response:
    """Lead through the drill: camera, microphone, loudspeaker, line, relay, and a few seconds on disk."""
    place, here = house(request), who(request)
    found = await place.db.read(queries_drill.drill_of, here.unit_id, local(now(request)).date())
    url = f"{place.settings.base_url}/thu-phong"
    guide = guidance(request.headers.get("User-Agent", ""), url)
    return await render(request, "continuity/drill.html", drill=found, guide=guide, url=url, is_drill=True)


async def result(request: web.Request) -> web.Response:
    """Keep what the drill found."""
    finding = rules_check.finding(await posted_json(request))
    light = await house(request).db.write(actions_drill.keep, who(request), now(request), finding)
    return web.json_response({"light": light.value})


async def line(request: web.Request) -> web.Response:
    """Open a room of one's own that also records a few seconds; the office drops them."""
    await posted_json(request)
    place, here = house(request), who(request)
    room = await place.db.write(actions_door.count_practice, now(request), f"unit-{here.unit_id}")
    worker = await place.nodes.place(room)
    tickets = [practice_ticket(request, room, here.unit_name, role) for role in PRACTISE_AS]
    return web.json_response({"socket": f"/ws/{worker}", "tickets": tickets, "record": True})


ROUTES = (
    get("/thu-phong", drill, rules.DRILLS),
    post("/thu-phong", result, rules.DRILLS),
    post("/thu-phong/duong-truyen", line, rules.DRILLS),
)
