"""Today, the desk of one reception, and the room as staff enter it."""

from typing import Any

from aiohttp import web

from server import security
from server.clock import local
from server.errors import BadForm
from server.i18n import size_vi
from server.pagekit import STAFF, get, house, now, post, posted, render, see_other, who
from server.reception import actions, forms, queries, queries_desk, queries_door, queries_people, queries_today, rules
from server.reception.actions import Admission
from server.reception.queries import ReceptionFile
from server.scheduling.rules import link_token
from server.who import UnitFacts
from server.words import IdentityCheck, Role, TickList
from signaling.relay import Relay, ice_servers
from signaling.roles import RoomRole
from signaling.tickets import Person, Ticket, sign

ENTERS = rules.DESK | rules.INVITED
SEATED = ENTERS | frozenset({Role.WARD_POLICE})
"""Police never open a reception's desk or minutes; called in, they have a seat in its room."""
DESK_LAYOUTS = frozenset({RoomRole.CHAIR, RoomRole.OFFICER, RoomRole.CLERK})


async def today(request: web.Request) -> web.Response:
    """Show today's receptions and what waits, for whoever is signed in."""
    here, at = who(request), now(request)
    lines = await house(request).db.read(queries_today.today, here, local(at).date())
    calls = await house(request).db.read(queries_door.calls, here, at)
    return await render(request, "reception/today.html", lines=lines, calls=calls, may_prepare=here.role in rules.DESK)


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
    return await _desk(request)


async def _desk(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place, here = house(request), who(request)
    found = await place.db.read(queries.reception_for, here, request.match_info["code"])
    invitable = await place.db.read(queries_people.invitable, here)
    ward_room = next(m for m in found.members if m.role is RoomRole.WARD_ROOM)
    values = {"name": "", "title": "", "unit_name": "", "role": "", "method": "", **facts.pop("values", {})}
    key = place.settings.key("links")
    return await render(
        request,
        "reception/desk.html",
        status,
        file=found,
        invitable=invitable,
        values=values,
        is_own=found.unit_id == here.unit_id,
        is_watching=found.room_role is RoomRole.OBSERVER,
        people="\n".join(f"{n}, {t}" if t else n for n, t in ward_room.people),
        guest_links={
            m.guest_code: f"{place.settings.base_url}/vao/{link_token(key, m.guest_code)}"
            for m in found.members
            if m.guest_code
        },
        identity_checks=[c for c in IdentityCheck if c is not IdentityCheck.NOT_YET],
        guest_roles=forms.GUEST_ROLES,
        **facts,
    )


async def call_in(request: web.Request) -> web.Response:
    """Call an officer of the city board or a department into the reception."""
    form = await posted(request)
    code, chosen = request.match_info["code"], str(form.get("officer_role", ""))
    if not chosen.isdecimal() or len(chosen) > 9:  # noqa: PLR2004 longer is no id
        return await _desk(request, 422, errors=BadForm({"officer_role": forms.CHOOSE}).fields)
    await house(request).db.write(actions.call_in, who(request), now(request), code, int(chosen))
    return see_other(f"/luot-tiep/{code}?da=called_in")


async def invite_guest(request: web.Request) -> web.Response:
    """Make a one-person link for an interpreter, a department without an account, or an observer."""
    form, code = await posted(request), request.match_info["code"]
    try:
        guest = forms.guest(form)
    except BadForm as bad:
        return await _desk(
            request, 422, errors=bad.fields, values=forms.typed(form, "name", "title", "unit_name", "role")
        )
    await house(request).db.write(actions.invite_guest, who(request), now(request), code, guest)
    return see_other(f"/luot-tiep/{code}?da=guest_invited")


async def keep_identity(request: web.Request) -> web.Response:
    """Keep how the citizen's identity was checked."""
    form, code = await posted(request), request.match_info["code"]
    try:
        check = forms.identity(form)
    except BadForm as bad:
        return await _desk(request, 422, errors=bad.fields)
    await house(request).db.write(actions.keep_identity, who(request), now(request), code, check)
    return see_other(f"/luot-tiep/{code}?da=identity_kept")


async def keep_people(request: web.Request) -> web.Response:
    """Keep who sits in the ward's room."""
    form, code = await posted(request), request.match_info["code"]
    try:
        people = forms.people(form)
    except BadForm as bad:
        return await _desk(request, 422, errors=bad.fields)
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
    back = "/hom-nay" if admission.role is RoomRole.OBSERVER else f"/luot-tiep/{code}"
    return await room_page(request, admission, found, back=back)


async def room_page(
    request: web.Request, admission: Admission, found: ReceptionFile, *, back: str, minutes: str = ""
) -> web.Response:
    """Answer with the room for one admission: its ticket, its worker, its layout."""
    place, at = house(request), now(request)
    worker = await place.nodes.place(admission.room)
    relay = Relay(turn=place.settings.turn, secret=place.settings.turn_secret.encode())
    ticket = Ticket(
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
    facts = {
        "socket": f"/ws/{worker}",
        "ticket": sign(ticket, place.settings.key("tickets")),
        "layout": _layout(admission.role),
        "picture": "high" if admission.role is RoomRole.WARD_ROOM else "",
        "receiver": found.chair_name,
        "starts_at": found.starts_at,
        "back": back,
        "minutes_url": "" if admission.role is RoomRole.OBSERVER else minutes or f"/phong/{found.code}/bien-ban",
        "papers": await _papers(request, found) if admission.role in DESK_LAYOUTS else [],
        "script_url": f"/phong/{found.code}/kich-ban" if admission.role in DESK_LAYOUTS else "",
        "ticks": await _ticks(request, found) if admission.role in DESK_LAYOUTS else {},
        "stopped_href": f"/luot-tiep/{found.code}/dung" if admission.role in DESK_LAYOUTS else "",
        "citizen_phone": found.citizen_phone if admission.role in DESK_LAYOUTS else "",
    }
    unit = UnitFacts(found.unit_id, found.unit_name, found.unit_phone, "")
    return await render(request, "reception/room.html", facts=facts, file=found, unit=unit)


def _layout(role: RoomRole) -> str:
    if role in DESK_LAYOUTS:
        return "desk"
    return "screen" if role is RoomRole.WARD_ROOM else "citizen"


async def _ticks(request: web.Request, found: ReceptionFile) -> dict[str, str]:
    done = await house(request).db.read(queries_desk.ticks, found.id, TickList.OPENING)
    return {code: one.at.isoformat() for code, one in done.items()}


async def _papers(request: web.Request, found: ReceptionFile) -> list[dict[str, str]]:
    papers = await house(request).db.read(queries_people.papers, found.case_id)
    return [
        {"title": p.name, "href": f"/dang-ky-moi/{p.request_code}/tep/{p.code}", "note": size_vi(p.bytes)}
        for p in papers
    ]


async def technical(request: web.Request) -> web.Response:
    """Show technicians how the media workers are: no name, no content (F38)."""
    place, here = house(request), who(request)
    nodes = await place.nodes.status()
    lines = await place.db.read(queries_today.today, here, local(now(request)).date())
    return await render(request, "reception/technical.html", nodes=nodes, lines=lines)


ROUTES = (
    get("/hom-nay", today, STAFF),
    post("/luot-tiep/mo/{code}", open_desk, rules.DESK | {Role.WARD_VICE_CHAIR}),
    get("/luot-tiep/{code}", desk, ENTERS),
    post("/luot-tiep/{code}/goi", call_in, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/khach", invite_guest, rules.DESK | {Role.WARD_VICE_CHAIR}),
    post("/luot-tiep/{code}/dinh-danh", keep_identity, rules.DESK),
    post("/luot-tiep/{code}/diem-cau", keep_people, rules.DESK),
    post("/luot-tiep/{code}/thu-ky", take_pen, rules.DESK),
    get("/phong/{code}", room, SEATED),
    get("/phong/{code}/diem-cau", ward_room, rules.DESK),
    get("/ky-thuat", technical, frozenset({Role.TECHNICIAN, Role.SYS_ADMIN})),
)
