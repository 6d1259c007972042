"""Pages for the public: the posted schedule, and the slip behind its link."""

import io
from typing import Any

import segno
from aiohttp import web

from server.clock import local
from server.errors import BadForm, NotHere, OfficeError
from server.i18n import date_vi, paper_date, time_vi
from server.office import queries as office
from server.pagekit import get, house, locale, now, post, posted, refusal, render, see_other
from server.scheduling import actions, forms, queries_slips, rules
from server.scheduling.queries_slips import Slip
from server.words import AppointmentState

LONGEST_TOKEN = 80
GONE = 410


async def schedule(request: web.Request) -> web.Response:
    """Show a ward's posted days; where there are several wards, let the reader choose."""
    db = house(request).db
    wards = await db.read(office.wards)
    code = request.query.get("don-vi", "")
    chosen = next((ward for ward in wards if ward.code == code), None)
    if chosen is None and len(wards) == 1:
        chosen = wards[0]
    today = local(now(request)).date()
    days = await db.read(queries_slips.public_days, chosen.id, today) if chosen else []
    facts: dict[str, Any] = {"wards": wards, "ward": chosen, "days": days}
    if chosen is not None:
        facts["unit"] = chosen
    return await render(request, "scheduling/public.html", **facts)


async def slip(request: web.Request) -> web.Response:
    """Show the slip behind a link; an old link leads to the appointment that took its place."""
    found = await _slip(request)
    if isinstance(found, web.Response):
        return found
    return await _show(request, found)


async def _show(request: web.Request, found: Slip, ground: str = "", bad: BadForm | None = None) -> web.Response:
    at, token = now(request), request.match_info["token"]
    return await render(
        request,
        "scheduling/slip.html",
        422 if bad else 200,
        ground=ground,
        errors=bad.fields if bad else {},
        slip=found,
        token=token,
        unit=found.unit,
        qr=segno.make(_address(request, token), error="m").svg_data_uri(border=2),
        opens_at=found.starts_at - rules.LOBBY_OPENS,
        is_lobby_open=rules.may_enter_lobby(found.starts_at, found.ends_at, at),
        is_before=at < found.starts_at,
    )


async def slip_paper(request: web.Request) -> web.Response:
    """Give the slip as a PDF."""
    found = await _slip(request)
    if isinstance(found, web.Response):
        return found
    facts = _paper_facts(request, found)
    pdf = await house(request).press.print("slip", facts)
    return _file(pdf, "application/pdf", f"giay-hen-{found.code}.pdf")


def _paper_facts(request: web.Request, found: Slip) -> dict[str, object]:
    token = request.match_info["token"]
    picture = io.BytesIO()
    segno.make(_address(request, token), error="m").save(picture, kind="svg", border=2)
    return {
        "parent_name": found.unit.parent_name,
        "unit_name": found.unit.name,
        "unit_phone": found.unit.phone,
        "locality": found.unit.locality,
        "issued": paper_date(local(found.booked_at).date()),
        "name": found.name,
        "time": time_vi(found.starts_at),
        "ends": time_vi(found.ends_at),
        "date": date_vi(found.starts_at),
        "place": found.place,
        "is_in_person": found.is_in_person,
        "code": found.code,
        "digits": f"{found.digits[:3]} {found.digits[3:]}",
        "link": _address(request, token),
        "digits_link": f"{house(request).settings.base_url}/nhap-ma",
        "qr_svg": picture.getvalue().decode(),
    }


async def slip_calendar(request: web.Request) -> web.Response:
    """Give the hour as a calendar file: a title that says nothing, and no link."""
    found = await _slip(request)
    if isinstance(found, web.Response):
        return found
    lines = house(request).render(
        "scheduling/calendar.ics",
        locale(request),
        {"slip": found, "now": now(request), "alarm": rules.HOUR_BEFORE},
    )
    text = "".join(rules.folded_line(line) for line in lines.splitlines() if line)
    return _file(text.encode(), "text/calendar", f"giay-hen-{found.code}.ics")


async def confirm(request: web.Request) -> web.Response:
    """Take the citizen's word that they will come."""
    await posted(request)
    found = await _slip(request)
    if isinstance(found, web.Response):
        return found
    await house(request).db.write(actions.confirm, found.holder, now(request), found.code)
    return see_other(f"/hen/{request.match_info['token']}?da=presence_confirmed")


async def ask_cancel(request: web.Request) -> web.Response:
    """Take the citizen's word that they cannot come; an officer answers."""
    form = await posted(request)
    found = await _slip(request)
    if isinstance(found, web.Response):
        return found
    try:
        ground = forms.read(forms.AbsenceForm, form).ground
    except BadForm as bad:
        return await _show(request, found, str(form.get("ground", "")), bad)
    at = now(request)
    await house(request).db.write(actions.ask_cancel, found.holder, at, found.code, ground)
    return see_other(f"/hen/{request.match_info['token']}?da=absence_told")


async def _slip(request: web.Request) -> Slip | web.Response:
    """Return the live slip of a link, or where it moved (303), or gone (410). Raises NotHere."""
    place, token = house(request), request.match_info["token"]
    links = place.settings.key("links")
    code = rules.code_of(links, token) if len(token) <= LONGEST_TOKEN else None
    if code is None:
        raise NotHere("link_unknown")
    found = await place.db.read(queries_slips.slip, code)
    if found.next_code is not None:
        return see_other(f"/hen/{rules.link_token(links, found.next_code)}?da=slip_moved")
    if found.state is AppointmentState.CANCELLED:
        return await refusal(request, OfficeError("appointment_cancelled"), GONE)
    if not rules.is_link_alive(found.ends_at, now(request)):
        return await refusal(request, OfficeError("link_expired"), GONE)
    return found


def _address(request: web.Request, token: str) -> str:
    return f"{house(request).settings.base_url}/hen/{token}"


def _file(content: bytes, kind: str, name: str) -> web.Response:
    return web.Response(
        body=content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTES = (
    get("/lich-tiep", schedule),
    get("/hen/{token}.pdf", slip_paper),
    get("/hen/{token}.ics", slip_calendar),
    get("/hen/{token}", slip),
    post("/hen/{token}/xac-nhan", confirm),
    post("/hen/{token}/bao-vang", ask_cancel),
)
