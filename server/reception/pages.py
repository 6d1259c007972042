"""Today, the desk of one reception, and the room as staff enter it."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from server import security
from server.clock import local
from server.errors import BadForm, Refused, Unavailable
from server.incidents import queries as queries_incidents
from server.incidents import queries_drill, rules_drill
from server.incidents import rules as rules_incidents
from server.pagekit import STAFF, get, house, now, post, posted, render, see_other, who
from server.reception import (
    actions,
    actions_guest,
    forms,
    queries,
    queries_call,
    queries_desk,
    queries_door,
    queries_people,
    queries_today,
    rules,
    rules_paper,
)
from server.reception.actions import Admission
from server.reception.pages_call import calls_on_screen
from server.reception.queries import ReceptionFile
from server.reception.rules_desk import CITY
from server.scheduling.rules import link_token
from server.who import UnitFacts
from server.words import IdentityCheck, Role, TickList
from signaling.relay import Relay, ice_servers
from signaling.roles import RoomRole
from signaling.tickets import Person, Ticket, sign

FIELDS = ("name", "title", "unit_name", "role", "method", "began", "ended", "ground", "kind", "words")
"""Every field of the desk's forms."""
ENTERS = rules.DESK | rules.INVITED
SEATED = ENTERS | frozenset({Role.WARD_POLICE})
"""Police never open a reception's desk or minutes; called in, they have a seat in its room."""
DESK_LAYOUTS = frozenset({RoomRole.CHAIR, RoomRole.OFFICER, RoomRole.CLERK})


async def today(request: web.Request) -> web.Response:
    """Show today's receptions and what waits, for whoever is signed in."""
    here, at = who(request), now(request)
    lines = await house(request).db.read(queries_today.today, here, local(at).date())
    calls = await house(request).db.read(queries_door.calls, here, at)
    drills = here.role in rules.DRILLS
    drill = await house(request).db.read(queries_drill.drill_of, here.unit_id, local(at).date()) if drills else None
    is_online = any(not line.is_in_person for line in lines)
    return await render(
        request,
        "reception/today.html",
        lines=lines,
        calls=calls,
        board_calls=await calls_on_screen(request) if here.role in CITY else (),
        may_prepare=here.role in rules.DESK,
        drill=drill,
        wants_drill=drills and rules_drill.is_wanted(drill.light if drill else None, receives_online=is_online),
    )


async def open_desk(request: web.Request) -> web.Response:
    """Make the reception of an appointment if there is none yet, and go to its desk."""
    await posted(request)
    place, here = house(request), who(request)
    code = request.match_info["code"]
    await place.db.read(queries.own_appointment, here, code)
    reception_id = await place.db.write(actions.reception_of, now(request), code)
    found = await place.db.read(queries.reception_file, reception_id)
    return see_other(f"/luot-tiep/{found.code}")


async def desk(request: web.Request) -> web.Response:
    """Show a reception before, during and after: people, identity, who is called in, what the room noted."""
    await house(request).db.write(actions.note_view, who(request), now(request), request.match_info["code"])
    return await show_desk(request)


async def show_desk(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    """Answer with the desk of a reception, with what is wrong in one of its forms."""
    place, here = house(request), who(request)
    found = await place.db.read(queries.reception_for, here, request.match_info["code"])
    invitable = await place.db.read(queries_people.invitable, here, found.case_id)
    ward_room = next(m for m in found.members if m.role is RoomRole.WARD_ROOM)
    values = {**dict.fromkeys(FIELDS, ""), **facts.pop("values", {})}
    key = place.settings.key("links")
    return await render(
        request,
        "reception/desk.html",
        status,
        file=found,
        invitable=invitable,
        values=values,
        is_own=found.unit_id == here.unit_id,
        following=await place.db.read(queries_desk.after, found.id),
        earlier=await place.db.read(queries_desk.before, found.id),
        has_board=await place.db.read(queries_call.board_of, found.unit_id) is not None,
        may_be_on_paper=rules_paper.may_enter(found.state, found.starts_at, now(request)),
        is_watching=found.room_role is RoomRole.OBSERVER,
        people="\n".join(f"{n}, {t}" if t else n for n, t in ward_room.people),
        guest_links={
            m.guest_code: f"{place.settings.base_url}/vao/{link_token(key, m.guest_code)}"
            for m in found.members
            if m.guest_code
        },
        incidents=await place.db.read(queries_incidents.of_reception, found.id),
        incident_kinds=rules_incidents.TELLABLE,
        key=uuid4().hex,
        identity_checks=[c for c in IdentityCheck if c is not IdentityCheck.NOT_YET],
        guest_roles=forms.GUEST_ROLES,
        **facts,
    )


async def call_in(request: web.Request) -> web.Response:
    """Call an officer of the city board or a department into the reception."""
    form = await posted(request)
    code, chosen = request.match_info["code"], str(form.get("officer_role", ""))
    if not chosen.isdecimal() or len(chosen) > 9:  # noqa: PLR2004 longer is no id
        return await show_desk(request, 422, errors=BadForm({"officer_role": forms.CHOOSE}).fields)
    await house(request).db.write(actions.call_in, who(request), now(request), code, int(chosen))
    return see_other(f"/luot-tiep/{code}?da=called_in")


async def invite_guest(request: web.Request) -> web.Response:
    """Make a one-person link for an interpreter, a department without an account, or an observer."""
    form, code = await posted(request), request.match_info["code"]
    try:
        guest = forms.guest(form)
    except BadForm as bad:
        return await show_desk(
            request, 422, errors=bad.fields, values=forms.typed(form, "name", "title", "unit_name", "role")
        )
    await house(request).db.write(actions.invite_guest, who(request), now(request), code, guest)
    return see_other(f"/luot-tiep/{code}?da=guest_invited")


async def withdraw_guest(request: web.Request) -> web.Response:
    """Take a guest's link back."""
    await posted(request)
    code, member = request.match_info["code"], request.match_info["member"]
    at = now(request)
    await house(request).db.write(actions_guest.withdraw, who(request), at, code, member)
    await _put_out(request, code, member, at)
    return see_other(f"/luot-tiep/{code}?da=guest_withdrawn")


async def _put_out(request: web.Request, code: str, member: str, at: datetime) -> None:
    """Whoever came by a link that ended leaves the room at once. Raises Refused: ``guest_not_out``."""
    try:
        await house(request).nodes.put_out(code, member, at)
    except Unavailable as trouble:
        raise Refused("guest_not_out") from trouble


async def renew_guest(request: web.Request) -> web.Response:
    """Give a guest a new link for the same place."""
    await posted(request)
    code, member = request.match_info["code"], request.match_info["member"]
    at = now(request)
    await house(request).db.write(actions_guest.renew, who(request), at, code, member)
    await _put_out(request, code, member, at)
    return see_other(f"/luot-tiep/{code}?da=guest_renewed")


async def keep_identity(request: web.Request) -> web.Response:
    """Keep how the citizen's identity was checked."""
    form, code = await posted(request), request.match_info["code"]
    try:
        check = forms.identity(form)
    except BadForm as bad:
        return await show_desk(request, 422, errors=bad.fields)
    await house(request).db.write(actions.keep_identity, who(request), now(request), code, check)
    return see_other(f"/luot-tiep/{code}?da=identity_kept")


async def keep_people(request: web.Request) -> web.Response:
    """Keep who sits in the ward's room."""
    form, code = await posted(request), request.match_info["code"]
    try:
        people = forms.people(form)
    except BadForm as bad:
        return await show_desk(request, 422, errors=bad.fields)
    await house(request).db.write(actions.keep_people, who(request), now(request), code, people)
    return see_other(f"/luot-tiep/{code}?da=people_kept")


async def take_pen(request: web.Request) -> web.Response:
    """The acting officer becomes the clerk."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions.name_clerk, who(request), now(request), code)
    return see_other(f"/luot-tiep/{code}?da=pen_taken")


async def room(request: web.Request) -> web.Response:
    """Open the room in the place the rules name."""
    return await _staff_room(request, as_ward_room=False)


async def ward_room(request: web.Request) -> web.Response:
    """Open the room as the ward's own room screen: one camera, several named people."""
    return await _staff_room(request, as_ward_room=True)


async def _staff_room(request: web.Request, *, as_ward_room: bool) -> web.Response:
    place, code = house(request), request.match_info["code"]
    admission = await place.db.write(actions.admit_officer, who(request), now(request), code, as_ward_room=as_ward_room)
    found = await place.db.read(queries.reception_file, admission.reception_id)
    base = f"/phong/{code}/diem-cau" if as_ward_room else f"/phong/{code}"
    back = "/hom-nay" if admission.role is RoomRole.OBSERVER else f"/luot-tiep/{code}"
    return await room_page(request, admission, found, base=base, back=back)


async def room_page(
    request: web.Request, admission: Admission, found: ReceptionFile, *, base: str, back: str
) -> web.Response:
    """Answer with the room for one admission: its ticket, its worker, its layout. ``base`` is the door it was opened by."""
    place, is_desk = house(request), admission.role in DESK_LAYOUTS
    worker = await place.nodes.place(admission.room)
    facts = {
        "socket": f"/ws/{worker}",
        "ticket": sign(_ticket(request, admission), place.settings.key("tickets")),
        "layout": _layout(admission.role),
        "picture": "high" if admission.role is RoomRole.WARD_ROOM else "",
        "receiver": found.chair_name,
        "starts_at": found.starts_at,
        "back": back,
        "upload_megabytes": place.settings.upload_megabytes,
        "script_url": f"/phong/{found.code}/kich-ban" if is_desk else "",
        "ticks": await _ticks(request, found) if is_desk else {},
        "stopped_href": f"/luot-tiep/{found.code}/dung" if is_desk else "",
        "board_url": await _board_url(request, admission, found),
        "citizen_phone": found.citizen_phone if is_desk else "",
        **_doors(admission.role, base),
    }
    unit = UnitFacts(found.unit_id, found.unit_name, found.unit_phone, "")
    return await render(request, "reception/room.html", facts=facts, file=found, unit=unit)


def _ticket(request: web.Request, admission: Admission) -> Ticket:
    settings, at = house(request).settings, now(request)
    relay = Relay(turn=settings.turn, secret=settings.turn_secret.encode())
    return Ticket(
        room=admission.room,
        member=admission.member,
        name=admission.name,
        title=admission.title,
        role=admission.role,
        site=admission.site,
        people=tuple(Person(n, t) for n, t in admission.people),
        not_before=min(admission.not_before, at),
        until=admission.until,
        nonce=request[security.REQUEST_ID],
        ice_servers=ice_servers(relay, admission.member, admission.until),
    )


def _doors(role: RoomRole, base: str) -> dict[str, str]:
    """Where the room's page asks the office, under the door it was opened by; nothing where the role has no part."""
    door = base.removesuffix("/diem-cau")
    return {
        "minutes_url": "" if role is RoomRole.OBSERVER else f"{door}/bien-ban",
        "incident_url": f"{door}/su-co" + ("" if door == base else "?o=diem-cau"),
        "showing_url": f"{base}/trinh-chieu",
        "papers_url": f"{base}/giay-to" if role in DESK_LAYOUTS | {RoomRole.CITIZEN} else "",
    }


def _layout(role: RoomRole) -> str:
    if role in DESK_LAYOUTS:
        return "desk"
    return "screen" if role is RoomRole.WARD_ROOM else "citizen"


async def _board_url(request: web.Request, admission: Admission, found: ReceptionFile) -> str:
    """Where calls for the city's board are fetched and made; nothing where there is no board to call."""
    if admission.role not in DESK_LAYOUTS | {RoomRole.CITY_BOARD}:
        return ""
    board = await house(request).db.read(queries_call.board_of, found.unit_id)
    return f"/phong/{found.code}/goi-thanh-pho" if board is not None else ""


async def _ticks(request: web.Request, found: ReceptionFile) -> dict[str, str]:
    done = await house(request).db.read(queries_desk.ticks, found.id, TickList.OPENING)
    return {code: one.at.isoformat() for code, one in done.items()}


ROUTES = (
    get("/hom-nay", today, STAFF),
    post("/luot-tiep/mo/{code}", open_desk, rules.DESK | {Role.WARD_VICE_CHAIR}),
    get("/luot-tiep/{code}", desk, ENTERS),
    post("/luot-tiep/{code}/goi", call_in, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/khach", invite_guest, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/khach/{member}/thu-hoi", withdraw_guest, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/khach/{member}/cap-lai", renew_guest, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/dinh-danh", keep_identity, rules.DESK),
    post("/luot-tiep/{code}/diem-cau", keep_people, rules.DESK),
    post("/luot-tiep/{code}/thu-ky", take_pen, rules.DESK),
    get("/phong/{code}", room, SEATED),
    get("/phong/{code}/diem-cau", ward_room, rules.DESK),
)
