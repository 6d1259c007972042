"""Tell an incident from inside a reception; technicians take it up and close it."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from server.clock import local
from server.continuity import forms, queries_letters, queries_seats
from server.continuity.queries_seats import LinkSeat
from server.errors import BadForm
from server.incidents import actions, rules
from server.incidents import queries as incidents
from server.incidents.rules import Told
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, who
from server.reception import queries, queries_today
from server.reception.pages import ENTERS, show_desk
from server.reception.pages_entry import code_of_link, entry_of, is_guest
from server.who import Who
from server.words import Role
from signaling.roles import RoomRole


async def tell(request: web.Request) -> web.Response:
    """An officer in the room tells what does not work; ``?o=diem-cau`` from the screen of the ward's room."""
    sent, code = await posted_json(request), request.match_info["code"]
    found = await house(request).db.read(queries.reception_for, who(request), code)
    is_screen = request.query.get("o") == "diem-cau" and found.unit_id == who(request).unit_id
    place = RoomRole.WARD_ROOM if is_screen else found.room_role or RoomRole.OBSERVER
    await _keep(request, who(request), LinkSeat(found.id, code, place.value), sent)
    return web.json_response({"kept": True})


async def tell_at_desk(request: web.Request) -> web.Response:
    """The same from the desk's page, without any script."""
    form, code = await posted(request), request.match_info["code"]
    found = await house(request).db.read(queries.reception_for, who(request), code)
    place = (found.room_role or RoomRole.OBSERVER).value
    try:
        await _keep(request, who(request), LinkSeat(found.id, code, place), form)
    except BadForm as bad:
        values = {name: str(form.get(name, "")) for name in ("kind", "words")}
        return await show_desk(request, 422, errors=bad.fields, values=values)
    return see_other(f"/luot-tiep/{code}?da=incident_told")


async def tell_by_link(request: web.Request) -> web.Response:
    """The citizen or a guest in the room tells what does not work."""
    code, sent = code_of_link(request), await posted_json(request)
    place = house(request)
    entry = await entry_of(request, code)
    told_by = Who(Role.CITIZEN, entry.unit_id, entry.unit_name, "", request_id=entry.request_id)
    seat = await place.db.read(queries_seats.seat_of_link, code, is_guest=is_guest(code))
    await _keep(request, told_by, seat, sent)
    return web.json_response({"kept": True})


async def _keep(request: web.Request, by: Who, seat: LinkSeat, sent: Mapping[str, Any]) -> None:
    kind, words, key = forms.told(sent)
    numbers = rules.quality(await house(request).nodes.room_numbers(seat.room), sent.get("link", ""))
    told = Told(kind, seat.role, words, key, numbers)
    await house(request).db.write(actions.tell, by, now(request), seat.reception_id, told)


async def technical(request: web.Request) -> web.Response:
    """Show technicians how the media workers are and what does not work: no name of a citizen, no matter (F38)."""
    return await _technical(request)


async def _technical(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place, here, at = house(request), who(request), now(request)
    standing, done = await place.db.read(incidents.for_technician, here, at)
    return await render(
        request,
        "continuity/technical.html",
        status,
        nodes=await place.nodes.status(),
        lines=await place.db.read(queries_today.today, here, local(at).date()),
        letters=await place.db.read(queries_letters.stuck, here, at),
        standing=standing,
        done=done,
        **{"wrong": "", "typed": "", **facts},
    )


async def step(request: web.Request) -> web.Response:
    """A technician takes an incident up, closes it, or opens it again."""
    form, code = await posted(request), request.match_info["code"]
    try:
        verb, done = forms.step(form)
    except BadForm as bad:
        return await _technical(request, 422, errors=bad.fields, wrong=code, typed=str(form.get("done", "")))
    await house(request).db.write(actions.move, who(request), now(request), code, verb, done)
    return see_other("/ky-thuat?da=incident_moved#su-co")


ROUTES = (
    get("/ky-thuat", technical, rules.SEES),
    post("/phong/{code}/su-co", tell, ENTERS),
    post("/luot-tiep/{code}/su-co", tell_at_desk, ENTERS),
    post("/vao/{token}/su-co", tell_by_link),
    post("/ky-thuat/su-co/{code}", step, rules.SEES),
)
