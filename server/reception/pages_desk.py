"""The opening script in the room, the paper procedure after a stop, and the city's command centre."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from server.clock import local
from server.errors import BadForm, FieldError, NotHere, Unavailable
from server.incidents import queries_drill
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, who
from server.reception import actions, actions_desk, queries, queries_desk, rules, rules_desk
from server.reception.actions_desk import Ticking
from server.reception.pages_call import calls_on_screen
from server.reception.queries_desk import CityLine, Tick
from server.reception.rules_desk import Alert, Left, Light, Live
from server.words import Role, TickList

HOLDS = rules.DESK | {Role.WARD_VICE_CHAIR}


async def script(request: web.Request) -> web.Response:
    """Give the ticks of the opening script."""
    found = await house(request).db.read(queries.reception_for, who(request), request.match_info["code"])
    done = await house(request).db.read(queries_desk.ticks, found.id, TickList.OPENING)
    return web.json_response({code: one.at.isoformat() for code, one in done.items()})


async def tick_script(request: web.Request) -> web.Response:
    """Keep or take back the tick of one line, and tell everybody in the room."""
    sent, code = await posted_json(request), request.match_info["code"]
    line, is_done = sent.get("line"), sent.get("done")
    if not isinstance(line, str) or not isinstance(is_done, bool):
        raise BadForm({"line": FieldError("choice")})
    place, at = house(request), now(request)
    await place.db.write(actions_desk.tick, who(request), at, code, Ticking(TickList.OPENING, line, is_done))
    with contextlib.suppress(Unavailable):
        await place.nodes.announce(code, "script", int(at.timestamp() * 1000))
    return web.json_response({"kept": True})


async def stopped(request: web.Request) -> web.Response:
    """Show what is to be done on paper after a reception was stopped."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions.note_view, here, now(request), code)
    found = await place.db.read(queries.reception_for, here, code)
    if found.stopped_at is None or found.unit_id != here.unit_id:
        raise NotHere
    return await render(
        request,
        "reception/stopped.html",
        file=found,
        steps=rules_desk.lines_of(TickList.STOPPED, found.stopped_ground),
        done=await place.db.read(queries_desk.ticks, found.id, TickList.STOPPED),
    )


async def tick_stopped(request: web.Request) -> web.Response:
    """Tick one step of the paper procedure, or take the tick back."""
    form, code = await posted(request), request.match_info["code"]
    ticking = Ticking(TickList.STOPPED, str(form.get("line", "")), form.get("done") == "1")
    await house(request).db.write(actions_desk.tick, who(request), now(request), code, ticking)
    return see_other(f"/luot-tiep/{code}/dung?da=ticked_line")


@dataclass(frozen=True, slots=True)
class Room:
    """One line of the command centre."""

    line: CityLine
    live: Live | None
    light: Light
    alerts: tuple[tuple[Alert, Tick | None], ...]
    left: tuple[Left, ...]

    @property
    def is_calling(self) -> bool:
        """Whether an alert stands that nobody took."""
        return any(taken is None for _, taken in self.alerts)


async def city(request: web.Request) -> web.Response:
    """Show all of today's rooms of the city: those that call first, then the others; what is still open at the end."""
    rooms = await _rooms(request)
    lights = [room.light for room in rooms]
    return await render(
        request,
        "reception/city.html",
        rooms=sorted(rooms, key=lambda room: (not room.is_calling, room.line.held.starts_at)),
        drills=await house(request).db.read(queries_drill.city_drills, who(request), local(now(request)).date()),
        left=[room for room in rooms if room.left],
        running=sum(room.live is not None for room in rooms),
        recording=lights.count(Light.ON),
        waiting=sum(room.live.waiting for room in rooms if room.live),
        calling=sum(room.is_calling for room in rooms),
        board_calls=await calls_on_screen(request),
    )


async def take_alert(request: web.Request) -> web.Response:
    """Say that an alert is being dealt with."""
    form = await posted(request)
    alert = str(form.get("alert", ""))
    code = request.match_info["code"]
    await house(request).db.write(actions_desk.take_alert, who(request), now(request), code, alert)
    return see_other("/toan-canh?da=alert_taken")


async def _rooms(request: web.Request) -> list[Room]:
    place, at = house(request), now(request)
    lines = await place.db.read(queries_desk.city_day, who(request), local(at).date())
    live = {
        str(each["room"]): live_of(each)
        for node in await place.nodes.status()
        if node is not None
        for each in node.facts["rooms"]
    }
    return [_room(line, live.get(line.code), at) for line in lines]


def _room(line: CityLine, live: Live | None, at: datetime) -> Room:
    standing = rules_desk.alerts(line.held, live, at)
    taken = {code: tick for code, tick in line.taken.items() if rules_desk.is_taken(tick.at, at)}
    return Room(
        line=line,
        live=live,
        light=rules_desk.light(live),
        alerts=tuple((alert, taken.get(alert.value)) for alert in standing),
        left=rules_desk.left_open(line.held, at),
    )


def live_of(told: Mapping[str, Any]) -> Live:
    """Read what a worker says of one room; an older worker says less."""
    return Live(
        phase=str(told["phase"]),
        recording=str(told["recording"]),
        durable_seconds=float(told.get("durable_seconds", 0)),
        grew_ago=told.get("grew_ago"),
        connected=int(told.get("connected", 0)),
        waiting=int(told.get("waiting", 0)),
        waits_for=float(told.get("waits_for", 0)),
        away_for=float(told.get("away_for", 0)),
        link=str(told.get("link", "good")),
        unrecorded=bool(told.get("unrecorded", False)),
    )


ROUTES = (
    get("/phong/{code}/kich-ban", script, HOLDS),
    post("/phong/{code}/kich-ban", tick_script, HOLDS),
    get("/luot-tiep/{code}/dung", stopped, HOLDS),
    post("/luot-tiep/{code}/dung", tick_stopped, HOLDS),
    get("/toan-canh", city, rules_desk.CITY),
    post("/toan-canh/{code}", take_alert, rules_desk.CITY),
)
