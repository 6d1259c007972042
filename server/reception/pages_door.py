"""The check of devices behind a citizen's or guest's link, and the calls that follow a failure."""

from datetime import timedelta

from aiohttp import web

from server import security
from server.incidents import rules_check
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, wants_json, who
from server.reception import actions_door, rules, rules_door
from server.reception.pages_entry import Gone, code_of_link, entry_of, is_guest
from server.reception.rules_browsers import guidance
from server.scheduling.rules import may_enter_lobby
from server.who import UnitFacts
from signaling.relay import Relay, ice_servers
from signaling.roles import RoomRole
from signaling.tickets import Ticket, sign


async def check(request: web.Request) -> web.Response:
    """Lead from the link to the device check and the waiting room."""
    code, token = code_of_link(request), request.match_info["token"]
    try:
        found, at = await entry_of(request, code), now(request)
    except Gone as gone:
        if gone.code == "room_ended" and not is_guest(code) and not wants_json(request):
            # What is left to do is to read the minutes.
            return see_other(f"/vao/{token}/bien-ban/xem")
        raise
    url = f"{house(request).settings.base_url}/vao/{token}"
    return await render(
        request,
        "reception/check.html",
        entry=found,
        token=token,
        url=url,
        guide=guidance(request.headers.get("User-Agent", ""), url),
        is_guest=is_guest(code),
        is_open=may_enter_lobby(found.starts_at, found.ends_at, at),
        room_href=f"/vao/{token}/phong",
        result_href=f"/vao/{token}/thu",
        practice_href=f"/vao/{token}/thu-duong-truyen",
        call_href="" if is_guest(code) else f"/vao/{token}/goi-lai",
        unit=UnitFacts(found.unit_id, found.unit_name, found.unit_phone, ""),
    )


async def device_result(request: web.Request) -> web.Response:
    """Keep what the device check found."""
    code, sent = code_of_link(request), await posted_json(request)
    found = await entry_of(request, code)
    finding = rules_check.finding(sent)
    if not is_guest(code):
        await house(request).db.write(actions_door.keep_check, now(request), found.appointment_code, finding)
    return web.json_response({"kept": True})


async def practice(request: web.Request) -> web.Response:
    """Open a room of one's own with two seats, so that a page can send to itself through the real server."""
    code = code_of_link(request)
    await posted_json(request)
    found, place = await entry_of(request, code), house(request)
    room = await place.db.write(actions_door.count_practice, now(request), found.appointment_code)
    worker = await place.nodes.place(room)
    tickets = [practice_ticket(request, room, found.unit_name, role) for role in PRACTISE_AS]
    return web.json_response({"socket": f"/ws/{worker}", "tickets": tickets})


PRACTISE_AS = (RoomRole.OFFICER, RoomRole.WARD_ROOM)
"""Both enter by themselves, and an officer may end the room."""


def practice_ticket(
    request: web.Request, room: str, name: str, role: RoomRole, good_for: timedelta = rules_door.PRACTICE_FOR
) -> str:
    """Return a ticket into a room for trying out: good for minutes, in the place of ``role``."""
    settings, at = house(request).settings, now(request)
    until = at + good_for
    relay = Relay(turn=settings.turn, secret=settings.turn_secret.encode())
    ticket = Ticket(
        room=room,
        member=role.value,
        name=name,
        title="",
        role=role,
        site="other",
        people=(),
        not_before=at,
        until=until,
        nonce=f"{request[security.REQUEST_ID]}-{role.value}",
        ice_servers=ice_servers(relay, role.value, until),
    )
    return sign(ticket, settings.key("tickets"))


async def ask_call(request: web.Request) -> web.Response:
    """The holder of the link wants the ward to call."""
    code = code_of_link(request)
    await posted(request)
    found = await entry_of(request, code)
    await house(request).db.write(actions_door.ask_call, now(request), found.appointment_code)
    return see_other(f"/vao/{request.match_info['token']}?da=call_asked")


async def called(request: web.Request) -> web.Response:
    """An officer has called back."""
    await posted(request)
    await house(request).db.write(actions_door.mark_called, who(request), now(request), request.match_info["code"])
    return see_other("/hom-nay?da=called_back")


ROUTES = (
    get("/vao/{token}", check),
    post("/vao/{token}/thu", device_result),
    post("/vao/{token}/thu-duong-truyen", practice),
    post("/vao/{token}/goi-lai", ask_call),
    post("/luot-tiep/goi-lai/{code}", called, rules.DESK),
)
