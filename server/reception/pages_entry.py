"""How citizens and guests come in: link and six digits; and the two doors of media workers."""

import asyncio
import hmac
import shutil
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from recordings.shelf import safe_name
from server import security
from server.adapters.room_events import SIGNATURE, sign_body
from server.errors import BadForm, FieldError, NotHere, NotYours, OfficeError, TooMuch
from server.incidents import rules as rules_incidents
from server.pagekit import SEED, get, house, now, post, posted, render, see_other
from server.reception import actions, actions_notes, forms, queries, queries_guest, rules, rules_door
from server.reception.actions_notes import NoteIn
from server.reception.pages import room_page
from server.reception.rules_browsers import guidance
from server.scheduling import queries_slips
from server.scheduling.rules import code_of, is_link_alive, link_token
from server.words import AppointmentState, ReceptionState
from signaling.tickets import Ticket

WORKER_BODY = 4 * 1024 * 1024
_DAY = 24 * 3600
_SIGNED = 64
"""Hexadecimal digits of a worker's signature."""


def code_of_link(request: web.Request) -> str:
    """Return the code that the link of this address proves. Raises NotHere("bad_link")."""
    code = code_of(house(request).settings.key("links"), request.match_info["token"])
    if code is None:
        raise NotHere("bad_link")
    return code


def is_guest(code: str) -> bool:
    """Whether a link's code is that of somebody invited, not of an appointment."""
    return code.startswith("KM-")


async def entry_of(request: web.Request, code: str) -> queries.Entry:
    """Return what a proven code leads to. Raises NotHere, Gone, or the way to the appointment that took its place."""
    place, guest = house(request), is_guest(code)
    if guest:
        await check_browser(request, code)
        code = await place.db.read(queries_guest.appointment_of_guest, code)
    found = await place.db.read(queries.entry, code)
    if found.state is AppointmentState.MOVED and not guest and request.method == "GET":
        moved_to = (await place.db.read(queries_slips.slip, code)).next_code
        if moved_to is not None:
            raise web.HTTPSeeOther(f"/vao/{link_token(place.settings.key('links'), moved_to)}")
    if found.reception_state in {ReceptionState.ENDED, ReceptionState.SEALED}:
        raise Gone("room_ended")
    if found.reception_state is ReceptionState.STOPPED:
        raise Gone("stopped_here", phone=found.unit_phone)
    is_off = found.reception_state in rules.OVER or found.state not in rules.ENTERABLE
    if is_off or not is_link_alive(found.ends_at, now(request)):
        raise Gone("link_over", phone=found.unit_phone)
    return found


async def check_browser(request: web.Request, code: str) -> None:
    """Refuse a guest's link that was taken back, or that another browser uses. Raises Gone, NotHere."""
    door = await house(request).db.read(queries_guest.guest_door, code)
    if door.is_ended:
        raise Gone("link_over", phone=door.unit_phone)
    if door.used_by_browser not in {None, rules_door.browser_mark(code, request[SEED])}:
        raise Gone("guest_link_used", phone=door.unit_phone)


class Gone(OfficeError):
    """The link was good once."""

    status = 410


async def room(request: web.Request) -> web.Response:
    """Open the room as the citizen or guest of this link."""
    code = code_of_link(request)
    await entry_of(request, code)
    place, token = house(request), request.match_info["token"]
    if is_guest(code):
        mark = rules_door.browser_mark(code, request[SEED])
        admission = await place.db.write(actions.admit_guest, now(request), code, mark)
    else:
        admission = await place.db.write(actions.admit_citizen, now(request), code)
    found = await place.db.read(queries.reception_file, admission.reception_id)
    page = await room_page(request, admission, found, base=f"/vao/{token}", back=f"/vao/{token}")
    if is_guest(code):
        # A telephone forgets the cookies of a visit when it closes its browser, and the link would not know it again.
        security.set_cookie(page, place.settings, security.SEED_COOKIE, request[SEED], _DAY)
    return page


async def digits_form(request: web.Request) -> web.Response:
    """Show the form for six digits and the telephone."""
    return await _digits_form(request, forms.typed({}, "digits", "phone"))


async def _digits_form(
    request: web.Request, values: dict[str, str], status: int = 200, **facts: object
) -> web.Response:
    url = f"{house(request).settings.base_url}/nhap-ma"
    guide = guidance(request.headers.get("User-Agent", ""), url)
    return await render(request, "reception/digits.html", status, values=values, guide=guide, url=url, **facts)


async def digits(request: web.Request) -> web.Response:
    """Lead from six digits and the registered telephone to the waiting room."""
    form, place, at = await posted(request), house(request), now(request)
    values = forms.typed(form, "digits", "phone")
    try:
        six, phone = forms.digits(form)
        network = security.network_mark(request, place.clock.today())
        code = await place.db.write(actions.try_digits, at, six, phone, network)
        if code == "":
            raise TooMuch("too_often")
        if code is None:
            raise BadForm({"digits": FieldError("digits_unknown")})
    except BadForm as bad:
        return await _digits_form(request, values, 422, errors=bad.fields)
    return see_other(f"/vao/{link_token(place.settings.key('links'), code)}")


async def notes(request: web.Request) -> web.Response:
    """Take over notes from a media worker that knows the ticket key; answer how far each room is kept."""
    place = house(request)
    signature = request.headers.get(SIGNATURE, "")
    if len(signature) != _SIGNED:
        raise NotYours("foreign_site")
    # Strangers reach this address too, and no rate holds them back.
    body = await request.clone(client_max_size=WORKER_BODY).read()
    if not hmac.compare_digest(
        sign_body(body, place.settings.key("tickets")).encode(), signature.encode(errors="replace")
    ):
        raise NotYours("foreign_site")
    worker, rooms = forms.notes(body)
    accepted = dict[str, int]()
    for name, each in rooms.items():
        if rules_door.is_practice(name):
            accepted[name] = max(note.seq for note in each)
            if any(note.kind in rules_door.PRACTICE_WRITTEN for note in each):
                await asyncio.to_thread(shutil.rmtree, place.settings.recording(safe_name(name)), ignore_errors=True)
            if any(note.kind in rules_door.PRACTICE_OVER for note in each):
                await place.nodes.close_room(name, "practice")
        else:
            numbers = await _numbers(request, name, each)
            accepted[name] = await place.db.write(actions_notes.take_notes, now(request), worker, name, each, numbers)
        if any(note.kind == "ended" for note in each):
            place.nodes.forget(name)
    return web.json_response({"accepted_until": accepted})


async def _numbers(request: web.Request, room: str, notes: Sequence[NoteIn]) -> dict[str, Any]:
    """How the room fares while it tells of a break; nobody is asked otherwise."""
    if not any(rules_incidents.by_itself(note.kind, note.facts) for note in notes):
        return {}
    return rules_incidents.quality(await house(request).nodes.room_numbers(room))


async def relay(request: web.Request) -> web.WebSocketResponse:
    """Relay a browser's WebSocket to the worker that holds its room. The worker believes tickets only."""
    place = house(request)

    async def is_good(ticket: Ticket) -> bool:
        return await place.db.read(queries_guest.is_good, ticket.room, ticket.member, ticket.not_before)

    return await place.nodes.relay(request, request.match_info["worker"], is_good)


ROUTES = (
    get("/vao/{token}/phong", room),
    get("/nhap-ma", digits_form),
    post("/nhap-ma", digits),
    post("/internal/notes", notes),
    get("/ws/{worker}", relay),
)
