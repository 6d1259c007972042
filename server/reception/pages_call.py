"""Calling the city's board: from the room and the desk of the ward, and the board's answers."""

import contextlib
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiohttp import web

from server.errors import BadForm, NotHere, Unavailable
from server.house import House
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, who
from server.reception import actions_call, forms, forms_call, queries, queries_call, rules, rules_call, rules_desk
from server.reception.actions_call import Answering
from server.reception.queries_call import CityCall, DeskCall
from server.reception.rules_desk import CITY
from server.who import Who
from server.words import CallVerb, Role
from signaling.roles import DESK, RoomRole

ASKS = rules.DESK | {Role.WARD_VICE_CHAIR}
TOPIC = "board"
"""What the room is told to fetch again."""
_ANSWER = ("ground", "note", "offered_on", "offered_time")


async def in_room(request: web.Request) -> web.Response:
    """Give the calls of a reception: all to its desk, their own to whoever of the board accepted."""
    here, place, code = who(request), house(request), request.match_info["code"]
    found = await place.db.read(queries.reception_for, here, code)
    calls = await place.db.read(queries_call.calls_of, found.id, now(request))
    if found.unit_id == here.unit_id and found.room_role in DESK:
        shown = calls
    elif found.room_role is RoomRole.CITY_BOARD:
        mine = {one.member for one in found.members if one.officer_id == here.officer_id}
        shown = tuple(one for one in calls if one.member in mine)
    else:
        raise NotHere
    return web.json_response([_told(one) for one in shown])


def _told(call: DeskCall) -> dict[str, Any]:
    moments = ("asked_at", "until", "seen_at", "answered_at", "late_at", "offered_at", "came_at", "leaves_at")
    return {
        "code": call.code,
        "stand": call.stand.value,
        "urgency": call.urgency.value,
        "hand_over": call.hand_over,
        "stay_minutes": call.stay_minutes,
        "answered_by": ", ".join(part for part in (call.answered_by, call.answered_title) if part),
        "ground": call.ground,
        "member": call.member,
        "is_answered_late": call.is_answered_late,
        "may_withdraw": call.may_withdraw,
        **{name: moment.isoformat() if (moment := getattr(call, name)) else None for name in moments},
    }


async def ask_in_room(request: web.Request) -> web.Response:
    """Call the board from inside the room."""
    sent, code = await posted_json(request), request.match_info["code"]
    asking = forms_call.asking(sent)
    await house(request).db.write(actions_call.ask, who(request), now(request), code, asking)
    await _tell(request, code)
    return web.json_response({"kept": True})


async def withdraw_in_room(request: web.Request) -> web.Response:
    """Take a call back from inside the room."""
    await posted_json(request)
    await _withdraw(request)
    return web.json_response({"kept": True})


async def desk_page(request: web.Request) -> web.Response:
    """Show the calls of a reception with the form for a new one, for a desk without the room open."""
    return await _desk_page(request, {"stay_minutes": "15", "urgency": "now"})


async def _desk_page(request: web.Request, values: Mapping[str, Any], bad: BadForm | None = None) -> web.Response:
    here, place, code = who(request), house(request), request.match_info["code"]
    found = await place.db.read(queries.reception_for, here, code)
    if found.unit_id != here.unit_id or found.room_role not in DESK:
        raise NotHere
    calls = await place.db.read(queries_call.calls_of, found.id, now(request))
    return await render(
        request,
        "reception/board_desk.html",
        422 if bad else 200,
        file=found,
        calls=calls,
        may_ask=found.state not in rules.OVER and not any(one.stand in rules_call.OPEN for one in calls),
        stays=rules_call.STAY_CHOICES,
        values={"hand_over": "", "urgency": "", "stay_minutes": "", **values, "key": uuid4().hex},
        errors=bad.fields if bad else {},
    )


async def ask(request: web.Request) -> web.Response:
    """Call the board from the desk's page."""
    form, code = await posted(request), request.match_info["code"]
    try:
        asking = forms_call.asking(form)
        await house(request).db.write(actions_call.ask, who(request), now(request), code, asking)
    except BadForm as bad:
        return await _desk_page(request, forms.typed(form, "hand_over", "urgency", "stay_minutes"), bad)
    await _tell(request, code)
    return see_other(f"/luot-tiep/{code}/goi-thanh-pho?da=called_board")


async def withdraw(request: web.Request) -> web.Response:
    """Take a call back from the desk's page."""
    await posted(request)
    await _withdraw(request)
    return see_other(f"/luot-tiep/{request.match_info['code']}/goi-thanh-pho?da=withdrew_board_call")


async def _withdraw(request: web.Request) -> None:
    code, call = request.match_info["code"], request.match_info["call"]
    await house(request).db.write(actions_call.withdraw, who(request), now(request), code, call)
    await _tell(request, code)


async def _tell(request: web.Request, code: str) -> None:
    # Whoever is not told fetches it with the next change of the room.
    with contextlib.suppress(Unavailable):
        await house(request).nodes.announce(code, TOPIC, int(now(request).timestamp() * 1000))


# ------------------------------------------------------------------ the board


async def calls_on_screen(request: web.Request) -> tuple[CityCall, ...]:
    """Return the calls that the acting member of the board sees, and keep that they were seen."""
    place, here, at = house(request), who(request), now(request)
    calls = await place.db.read(queries_call.city_calls, here, at)
    if calls:
        await place.db.write(actions_call.note_seen, here, at, tuple(one.code for one in calls))
    return calls


async def city_page(request: web.Request) -> web.Response:
    """Show the calls of all wards of the city to its board; other pages fetch their part from here."""
    return await render(request, "reception/board.html", board_calls=await calls_on_screen(request))


async def answer_page(request: web.Request) -> web.Response:
    """Show one call with the answers that need words."""
    return await _answer_page(request, {})


async def _answer_page(request: web.Request, values: Mapping[str, str], bad: BadForm | None = None) -> web.Response:
    code = request.match_info["call"]
    calls = tuple(one for one in await calls_on_screen(request) if one.code == code)
    if not calls:
        raise NotHere
    return await render(
        request,
        "reception/board_answer.html",
        422 if bad else 200,
        board_calls=calls,
        values={**dict.fromkeys(_ANSWER, ""), **values},
        errors=bad.fields if bad else {},
    )


async def accept(request: web.Request) -> web.Response:
    """Accept a call, and go into the room, where one waits to be let in."""
    await posted(request)
    code = await _answer(request, Answering(CallVerb.ACCEPT))
    return see_other(f"/phong/{code}")


async def refuse(request: web.Request) -> web.Response:
    """Refuse a call with its ground."""
    form = await posted(request)
    try:
        await _answer(request, forms_call.refusing(form))
    except BadForm as bad:
        return await _answer_page(request, forms.typed(form, *_ANSWER), bad)
    return see_other("/goi-thanh-pho?da=call_refused")


async def put_off(request: web.Request) -> web.Response:
    """Offer another time."""
    form = await posted(request)
    try:
        await _answer(request, forms_call.putting_off(form, now(request)))
    except BadForm as bad:
        return await _answer_page(request, forms.typed(form, *_ANSWER), bad)
    return see_other("/goi-thanh-pho?da=call_put_off")


async def _answer(request: web.Request, answering: Answering) -> str:
    call = request.match_info["call"]
    code = await house(request).db.write(actions_call.answer, who(request), now(request), call, answering)
    await _tell(request, code)
    return code


async def count_calls(place: House, here: Who) -> dict[str, int]:
    """Return the rail's counter of calls that nobody of the board has answered."""
    if here.role not in CITY:
        return {}
    calls = await place.db.read(queries_call.city_calls, here, place.clock.now())
    return {"board": sum(one.may_answer for one in calls)}


ROUTES = (
    get("/phong/{code}/goi-thanh-pho", in_room, ASKS | rules_desk.CITY),
    post("/phong/{code}/goi-thanh-pho", ask_in_room, ASKS),
    post("/phong/{code}/goi-thanh-pho/{call}/thu-hoi", withdraw_in_room, ASKS),
    get("/luot-tiep/{code}/goi-thanh-pho", desk_page, ASKS),
    post("/luot-tiep/{code}/goi-thanh-pho", ask, ASKS),
    post("/luot-tiep/{code}/goi-thanh-pho/{call}/thu-hoi", withdraw, ASKS),
    get("/goi-thanh-pho", city_page, CITY),
    get("/goi-thanh-pho/{call}", answer_page, CITY),
    post("/goi-thanh-pho/{call}/nhan", accept, CITY),
    post("/goi-thanh-pho/{call}/tu-choi", refuse, CITY),
    post("/goi-thanh-pho/{call}/hen", put_off, CITY),
)
