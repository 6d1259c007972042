"""How citizens and guests come in: link, six digits, device check; and the two doors of media workers."""

import hmac

from aiohttp import web

from server import security
from server.adapters.room_events import SIGNATURE, sign_body
from server.errors import BadForm, FieldError, NotHere, NotYours, OfficeError, TooMuch
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, wants_json
from server.reception import actions, actions_notes, forms, queries, rules
from server.reception.pages import room_page
from server.scheduling import queries_slips
from server.scheduling.rules import code_of, is_link_alive, link_token, may_enter_lobby
from server.who import UnitFacts
from server.words import AppointmentState, ReceptionState

WORKER_BODY = 4 * 1024 * 1024
_SIGNED = 64
"""Hexadecimal digits of a worker's signature."""


def _code(request: web.Request) -> str:
    code = code_of(house(request).settings.key("links"), request.match_info["token"])
    if code is None:
        raise NotHere("bad_link")
    return code


def _is_guest(code: str) -> bool:
    return code.startswith("KM-")


async def _entry(request: web.Request, code: str) -> queries.Entry:
    place, is_guest = house(request), _is_guest(code)
    if is_guest:
        code = await place.db.read(queries.appointment_of_guest, code)
    found = await place.db.read(queries.entry, code)
    if found.state is AppointmentState.MOVED and not is_guest and request.method == "GET":
        moved_to = (await place.db.read(queries_slips.slip, code)).next_code
        if moved_to is not None:
            raise web.HTTPSeeOther(f"/vao/{link_token(place.settings.key('links'), moved_to)}")
    if found.reception_state in {ReceptionState.ENDED, ReceptionState.SEALED}:
        raise _Gone("room_ended")
    if found.reception_state is ReceptionState.STOPPED:
        raise _Gone("stopped_here", phone=found.unit_phone)
    is_off = found.reception_state in rules.OVER or found.state not in rules.ENTERABLE
    if is_off or not is_link_alive(found.ends_at, now(request)):
        raise _Gone("link_over", phone=found.unit_phone)
    return found


class _Gone(OfficeError):
    """The link was good once."""

    status = 410


async def check(request: web.Request) -> web.Response:
    """Lead from the link to the device check and the waiting room."""
    code, token = _code(request), request.match_info["token"]
    try:
        found, at = await _entry(request, code), now(request)
    except _Gone as gone:
        if gone.code == "room_ended" and not _is_guest(code) and not wants_json(request):
            # What is left to do is to read the minutes.
            return see_other(f"/vao/{token}/bien-ban/xem")
        raise
    return await render(
        request,
        "reception/check.html",
        entry=found,
        token=token,
        is_guest=_is_guest(code),
        is_open=may_enter_lobby(found.starts_at, found.ends_at, at),
        room_href=f"/vao/{token}/phong",
        result_href=f"/vao/{token}/thu",
        unit=UnitFacts(found.unit_id, found.unit_name, found.unit_phone, ""),
    )


async def room(request: web.Request) -> web.Response:
    """Open the room as the citizen or guest of this link."""
    code = _code(request)
    await _entry(request, code)
    place, token = house(request), request.match_info["token"]
    admit = actions.admit_guest if _is_guest(code) else actions.admit_citizen
    admission = await place.db.write(admit, now(request), code)
    found = await place.db.read(queries.reception_file, admission.reception_id)
    return await room_page(request, admission, found, back=f"/vao/{token}", minutes=f"/vao/{token}/bien-ban")


async def device_result(request: web.Request) -> web.Response:
    """Keep what the device check found."""
    code, sent = _code(request), await posted_json(request)
    found = await _entry(request, code)
    result = sent.get("result", "")
    if not isinstance(result, str):
        raise BadForm({"result": FieldError("choice")})
    if not _is_guest(code):
        await house(request).db.write(actions.keep_device, now(request), found.appointment_code, result)
    return web.json_response({"kept": True})


async def digits_form(request: web.Request) -> web.Response:
    """Show the form for six digits and the telephone."""
    return await render(request, "reception/digits.html", values=forms.typed({}, "digits", "phone"))


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
        return await render(request, "reception/digits.html", 422, values=values, errors=bad.fields)
    return see_other(f"/vao/{link_token(place.settings.key('links'), code)}")


async def notes(request: web.Request) -> web.Response:
    """Take over notes from a media worker that knows the ticket key; answer how far each room is kept."""
    place = house(request)
    signature = request.headers.get(SIGNATURE, "")
    if len(signature) != _SIGNED:
        raise NotYours("foreign_site")
    # Strangers reach this address too, and no rate holds them back.
    body = await request.clone(client_max_size=WORKER_BODY).read()
    if not hmac.compare_digest(sign_body(body, place.settings.key("tickets")).encode(), signature.encode()):
        raise NotYours("foreign_site")
    worker, rooms = forms.notes(body)
    accepted = {
        name: await place.db.write(actions_notes.take_notes, now(request), worker, name, each)
        for name, each in rooms.items()
    }
    for name, each in rooms.items():
        if any(note.kind == "ended" for note in each):
            place.nodes.forget(name)
    return web.json_response({"accepted_until": accepted})


async def relay(request: web.Request) -> web.WebSocketResponse:
    """Relay a browser's WebSocket to the worker that holds its room. The worker believes tickets only."""
    return await house(request).nodes.relay(request, request.match_info["worker"])


ROUTES = (
    get("/vao/{token}", check),
    get("/vao/{token}/phong", room),
    post("/vao/{token}/thu", device_result),
    get("/nhap-ma", digits_form),
    post("/nhap-ma", digits),
    post("/internal/notes", notes),
    get("/ws/{worker}", relay),
)
