"""Pages of the office's schedule: the month, a day, booking, moving, who came."""

import calendar
import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from server.clock import local
from server.errors import BadForm, NotHere, Stale
from server.house import House
from server.intake import queries as requests
from server.office import queries as office
from server.office.rules import POSTED_BEFORE, next_working_day, take_working_days
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.scheduling import (
    actions,
    actions_days,
    forms,
    queries,
    queries_empty,
    queries_plan,
    queries_slips,
    rules,
    rules_plan,
)
from server.who import Who
from server.words import DayKind

USUAL = {
    "kind": "periodic",
    "begins_1": "07:30",
    "ends_1": "11:30",
    "begins_2": "13:30",
    "ends_2": "16:30",
    "gap": "0",
    "capacity": "1",
}
"""What the form of a new day offers (domain.md 3.4)."""


async def month(request: web.Request) -> web.Response:
    """Show a month's days, as a calendar and as a list, with the chair's counter."""
    today = local(now(request)).date()
    first = _month(request.query.get("thang", ""), today)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    place, here = house(request), who(request)
    days = await place.db.read(queries.days, here, first, last)
    (counter,) = await place.db.read(queries_plan.chair_months, here, [(first.year, first.month)], today)
    held: dict[date, list[queries.DayLine]] = {}
    for day in days:
        held.setdefault(day.held_on, []).append(day)
    return await render(
        request,
        "scheduling/month.html",
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=last + timedelta(days=1),
        weeks=calendar.Calendar().monthdatescalendar(first.year, first.month),
        days=days,
        held=held,
        counter=counter,
        today=today,
        may_plan=here.role in rules.PLANS,
    )


def _month(text: str, today: date) -> date:
    try:
        year, _, number = text.partition("-")
        return date(min(max(int(year), 2000), 2100), int(number), 1)
    except (ValueError, OverflowError):
        return today.replace(day=1)


async def new_day(request: web.Request) -> web.Response:
    """Show the form of a new day, filled with what is usual."""
    place, here = house(request), who(request)
    unit = await place.db.read(office.unit_card, here.unit_id)
    minutes = await place.db.read(office.setting, here.unit_id, "slot_minutes")
    values = {**USUAL, "place": unit.reception_place, "minutes": str(minutes), "key": new_key()}
    return await _day_form(request, values)


async def open_day(request: web.Request) -> web.Response:
    """Keep a new day as a draft."""
    form = await posted(request)
    try:
        new = forms.read(forms.DayForm, form).as_day()
        code = await house(request).db.write(actions_days.open_day, who(request), now(request), new)
    except BadForm as bad:
        return await _day_form(request, form, bad)
    return see_other(f"/lich/{code}?da=day_opened")


async def edit_day(request: web.Request) -> web.Response:
    """Show the form of a draft."""
    sheet = await _sheet(request)
    day = sheet.day
    values = {
        "kind": day.kind.value,
        "held_on": day.held_on.strftime("%d/%m/%Y"),
        "place": day.place,
        "chair_id": str(day.chair_id),
        "attendees": day.attendees,
        "expected_content": day.expected_content,
        "key": new_key(),
        "version": str(day.version),
        **_hours(sheet),
    }
    return await _day_form(request, values, code=day.code)


def _hours(sheet: queries.DaySheet) -> dict[str, str]:
    plan = rules.plan_of([rules.SlotTime(s.starts_at, s.ends_at, s.capacity) for s in sheet.slots])
    hours = {"minutes": str(plan.minutes), "gap": str(plan.gap), "capacity": str(plan.capacity)}
    for number, (begins, ends) in enumerate(plan.stretches[:2], 1):
        hours[f"begins_{number}"] = begins.strftime("%H:%M")
        hours[f"ends_{number}"] = ends.strftime("%H:%M")
    return hours


async def change_day(request: web.Request) -> web.Response:
    """Keep the changes of a draft."""
    form, code = await posted(request), request.match_info["code"]
    try:
        entry = forms.read(forms.DayForm, form)
        await house(request).db.write(
            actions_days.edit_day, who(request), now(request), code, entry.as_day(), entry.version
        )
    except BadForm as bad:
        return await _day_form(request, form, bad, code)
    except Stale:
        # What somebody else wrote is named by the version of now; what was typed here can be sent again over it.
        version = (await _sheet(request)).day.version
        return await _day_form(request, {**form, "version": str(version)}, code=code, is_stale=True)
    return see_other(f"/lich/{code}?da=day_changed")


async def _day_form(
    request: web.Request,
    values: Mapping[str, Any],
    bad: BadForm | None = None,
    code: str = "",
    *,
    is_stale: bool = False,
) -> web.Response:
    place, here = house(request), who(request)
    return await render(
        request,
        "scheduling/day_form.html",
        status=409 if is_stale else 422 if bad else 200,
        is_stale=is_stale,
        values=values,
        errors=bad.fields if bad else {},
        chairs=await place.db.read(queries_plan.chairs, here),
        kinds=[kind.value for kind in DayKind],
        code=code,
    )


async def day(request: web.Request) -> web.Response:
    """Show a day: its slots, who comes, and what to do next."""
    return await _day(request, await _sheet(request))


async def _day(
    request: web.Request,
    sheet: queries.DaySheet,
    bad: BadForm | None = None,
    values: Mapping[str, Any] | None = None,
) -> web.Response:
    today = local(now(request)).date()
    calendar_ = await house(request).db.read(office.calendar)
    move_to = next_working_day(sheet.day.held_on, calendar_)
    return await render(
        request,
        "scheduling/day.html",
        status=422 if bad else 200,
        sheet=sheet,
        day=sheet.day,
        today=today,
        is_day_off=move_to != sheet.day.held_on,
        move_to=move_to,
        post_by=take_working_days(sheet.day.held_on, POSTED_BEFORE, calendar_),
        is_leaders=rules.is_notice_needed(sheet.day.kind),
        may_plan=who(request).role in rules.PLANS,
        values=values or {"key": new_key()},
        errors=bad.fields if bad else {},
        minutes=await house(request).db.read(queries_empty.minutes_of, sheet.day.id),
        nobody_came=rules_plan.needs_empty_minutes(sheet.day.kind, sheet.kept),
    )


async def day_paper(request: web.Request) -> web.Response:
    """Show the day on paper, to go on by hand when the line or the power fails."""
    return await render(request, "scheduling/day_paper.html", sheet=await _sheet(request))


async def publish(request: web.Request) -> web.Response:
    """Post a day for the public."""
    await posted(request)
    code = request.match_info["code"]
    is_late = await house(request).db.write(actions_days.publish, who(request), now(request), code)
    return see_other(f"/lich/{code}?da={'day_published_late' if is_late else 'day_published'}")


async def postpone(request: web.Request) -> web.Response:
    """Put a day off to a new date."""
    form, code, place = await posted(request), request.match_info["code"], house(request)
    try:
        new = forms.read(forms.PostponeForm, form).as_postponing(code)
        moved_to = await place.db.write(
            actions_days.postpone, who(request), now(request), place.settings.key("links"), new
        )
    except BadForm as bad:
        return await _day(request, await _sheet(request), bad, form)
    return see_other(f"/lich/{moved_to}?da=day_postponed")


async def cancel_day(request: web.Request) -> web.Response:
    """Call a day off."""
    form, code, place = await posted(request), request.match_info["code"], house(request)
    try:
        ground = forms.read(forms.CancelForm, form).cancel_ground
        await place.db.write(
            actions_days.cancel_day,
            who(request),
            now(request),
            place.settings.key("links"),
            code,
            ground,
        )
    except BadForm as bad:
        return await _day(request, await _sheet(request), bad, {**form, "key": new_key()})
    return see_other(f"/lich/{code}?da=day_cancelled")


async def close_day(request: web.Request) -> web.Response:
    """Close a day that is over."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions_days.close, who(request), now(request), code)
    return see_other(f"/lich/{code}?da=day_closed")


async def book_form(request: web.Request) -> web.Response:
    """Show the slots that can be given to a request."""
    return await _book_form(request, {"key": new_key()})


async def book(request: web.Request) -> web.Response:
    """Give a slot to a request."""
    form, place = await posted(request), house(request)
    code = request.match_info["code"]
    try:
        new = forms.read(forms.BookForm, form).as_appointment(code)
    except BadForm as bad:
        return await _book_form(request, form, bad)
    made = await place.db.write(actions.book, who(request), now(request), place.settings.key("links"), new)
    return see_other(f"/lich/hen/{made.code}?da=booked")


async def _book_form(request: web.Request, values: Mapping[str, Any], bad: BadForm | None = None) -> web.Response:
    place, here = house(request), who(request)
    found = await place.db.read(requests.request_for, here, request.match_info["code"])
    booked = await place.db.read(queries.appointment_of, here, found.id)
    if booked is not None and bad is None:
        return see_other(f"/lich/hen/{booked.code}")
    line = await place.db.read(queries.request_line, found.id)
    is_allowed = await place.db.read(office.setting, here.unit_id, "is_denunciation_online")
    return await render(
        request,
        "scheduling/book.html",
        status=422 if bad else 200,
        line=line,
        days=await place.db.read(queries.free_slots, here, now(request)),
        may_be_online=rules.may_receive_online(line.kind, denunciations_allowed=is_allowed == 1),
        values=values,
        errors=bad.fields if bad else {},
    )


async def appointment(request: web.Request) -> web.Response:
    """Show one appointment: print the slip, move it, take it back, note who came."""
    return await _appointment(request, {"key": new_key()})


async def _appointment(request: web.Request, values: Mapping[str, Any], bad: BadForm | None = None) -> web.Response:
    place, here = house(request), who(request)
    line = await place.db.read(queries.appointment_for, here, request.match_info["code"])
    slip = await place.db.read(queries_slips.slip, line.code)
    is_allowed = await place.db.read(office.setting, here.unit_id, "is_denunciation_online")
    assert line.kind is not None  # noqa: S101 appointment_for lets only those through who know it
    return await render(
        request,
        "scheduling/appointment.html",
        status=422 if bad else 200,
        line=line,
        slip=slip,
        token=rules.link_token(place.settings.key("links"), line.code),
        days=await place.db.read(queries.free_slots, here, now(request)),
        may_be_online=rules.may_receive_online(line.kind, denunciations_allowed=is_allowed == 1),
        may_plan=here.role in rules.PLANS,
        is_over=line.starts_at <= now(request),
        values=values,
        errors=bad.fields if bad else {},
    )


async def move(request: web.Request) -> web.Response:
    """Give an appointment another slot."""
    form, place = await posted(request), house(request)
    try:
        moving = forms.read(forms.MoveForm, form).as_moving(request.match_info["code"])
        made = await place.db.write(actions.move, who(request), now(request), place.settings.key("links"), moving)
    except BadForm as bad:
        return await _appointment(request, form, bad)
    return see_other(f"/lich/hen/{made.code}?da=moved")


async def cancel(request: web.Request) -> web.Response:
    """Take an appointment back."""
    form, place = await posted(request), house(request)
    code = request.match_info["code"]
    try:
        ground = forms.read(forms.CancelForm, form).cancel_ground
        links = place.settings.key("links")
        await place.db.write(actions.cancel, who(request), now(request), links, code, ground)
    except BadForm as bad:
        return await _appointment(request, {**form, "key": new_key()}, bad)
    return see_other(f"/lich/hen/{code}?da=appointment_cancelled")


async def mark(request: web.Request) -> web.Response:
    """Note that the citizen came or did not."""
    form, place = await posted(request), house(request)
    code = request.match_info["code"]
    verb = forms.read(forms.MarkForm, form).verb
    await place.db.write(actions.mark, who(request), now(request), code, verb)
    line = await place.db.read(queries.appointment_for, who(request), code)
    return see_other(f"/lich/{line.day_code}?da=marked")


async def count_waiting(place: House, here: Who) -> dict[str, int]:
    """Return the rail's counter of citizens who asked for another time."""
    if here.role not in rules.PLANS:
        return {}
    return await place.db.read(queries.waiting_counts, here)


async def _sheet(request: web.Request) -> queries.DaySheet:
    code = request.match_info["code"]
    if len(code) > 40:  # noqa: PLR2004 the column's width
        raise NotHere
    return await house(request).db.read(queries.day_for, who(request), code)


def new_key() -> str:
    """Return the idempotency key of a form that is shown."""
    return secrets.token_hex(16)


_SEES, _PLANS = rules.SEES_DAYS, rules.PLANS
ROUTES = (
    get("/lich", month, _SEES),
    get("/lich/moi", new_day, _PLANS),
    post("/lich/moi", open_day, _PLANS),
    get("/lich/{code}", day, _SEES),
    get("/lich/{code}/sua", edit_day, _PLANS),
    post("/lich/{code}/sua", change_day, _PLANS),
    get("/lich/{code}/in", day_paper, _SEES),
    post("/lich/{code}/cong-bo", publish, _PLANS),
    post("/lich/{code}/hoan", postpone, _PLANS),
    post("/lich/{code}/huy", cancel_day, _PLANS),
    post("/lich/{code}/ket-thuc", close_day, _PLANS),
    get("/dang-ky-moi/{code}/xep-lich", book_form, _PLANS),
    post("/dang-ky-moi/{code}/xep-lich", book, _PLANS),
    get("/lich/hen/{code}", appointment, _SEES),
    post("/lich/hen/{code}/doi", move, _PLANS),
    post("/lich/hen/{code}/huy", cancel, _PLANS),
    post("/lich/hen/{code}/co-mat", mark, _PLANS),
)
