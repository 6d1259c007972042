"""Practise a whole reception with a canned partner: the real room and server, nothing recorded, nothing kept."""

from datetime import timedelta

from aiohttp import web

from server import security
from server.continuity import actions_rehearsal
from server.pagekit import get, house, locale, now, render, visitor
from server.reception import rules as reception
from server.reception.pages_door import practice_ticket
from server.who import UnitFacts
from server.words import Role
from signaling.roles import RoomRole

STAFF_REHEARSES = reception.DESK | {Role.WARD_VICE_CHAIR}
REHEARSAL_FOR = timedelta(minutes=30)
AS_CITIZEN = (RoomRole.CITIZEN, RoomRole.CHAIR)
AS_OFFICER = (RoomRole.OFFICER, RoomRole.CHAIR, RoomRole.CITIZEN)
_NOWHERE = (
    *("minutes_url", "showing_url", "papers_url", "script_url"),
    *("board_url", "stopped_href", "citizen_phone", "incident_url"),
)
"""First the person, then the partner's seats. Only a chair may waive the recording, so there always is one."""


async def choose(request: web.Request) -> web.Response:
    """Say what a rehearsal is, and offer it."""
    here = visitor(request)
    return await render(
        request, "continuity/rehearsals.html", may_desk=here is not None and here.role in STAFF_REHEARSES
    )


async def as_citizen(request: web.Request) -> web.Response:
    """Open a rehearsal as a citizen; anybody may, within a rate for each network."""
    network = security.network_mark(request, house(request).clock.today())
    return await _rehearse(request, network, AS_CITIZEN, "citizen")


async def as_officer(request: web.Request) -> web.Response:
    """Open a rehearsal as the officer who receives."""
    here = visitor(request)
    return await _rehearse(request, f"officer-{here.officer_id if here else 0}", AS_OFFICER, "desk")


async def _rehearse(request: web.Request, who_tries: str, seats: tuple[RoomRole, ...], layout: str) -> web.Response:
    place, at = house(request), now(request)
    room = await place.db.write(actions_rehearsal.count, at, who_tries)
    worker = await place.nodes.place(room)
    own, *partners = seats
    name = {role: place.words.find("labels", f"rehearsal.{role.value}", locale(request)) for role in partners}
    name[own] = place.words.find("labels", "rehearsal.you", locale(request))
    tickets = {role: practice_ticket(request, room, name[role], role, REHEARSAL_FOR) for role in seats}
    facts = {
        "socket": f"/ws/{worker}",
        "ticket": tickets[own],
        "layout": layout,
        "picture": "",
        "receiver": name[RoomRole.CHAIR],
        "starts_at": at,
        "back": "/tap-thu",
        "partners": {role.value: tickets[role] for role in partners},
    }
    title = place.words.find("labels", "rehearsal.code", locale(request))
    unit = UnitFacts(0, place.words.find("labels", "rehearsal.unit", locale(request)), "", "")
    facts |= {**dict.fromkeys(_NOWHERE, ""), "upload_megabytes": 0, "ticks": {}}
    return await render(request, "continuity/rehearsal.html", facts=facts, file={"code": title}, unit=unit)


ROUTES = (
    get("/tap-thu", choose),
    get("/tap-thu/cong-dan", as_citizen),
    get("/tap-thu/can-bo", as_officer, STAFF_REHEARSES),
)
