"""The leaders' days of a year: the chair's counter month by month, laying a plan; minutes of a day nobody came to."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import hdrs, web

from server.clock import local
from server.errors import BadForm, Unavailable
from server.office import queries as office
from server.office.rules import LAST_YEAR
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.scheduling import (
    actions_empty,
    actions_plan,
    forms,
    forms_plan,
    pages,
    queries,
    queries_empty,
    queries_plan,
    rules,
)
from server.scheduling.rules_plan import FIRST_PLANNED, PlannedDay

_USUAL = {**pages.USUAL, "rule": "weekday", "weeks": "1, 3", "weekday": "3", "dates": ""}


async def year_page(request: web.Request) -> web.Response:
    """Show a year's days month by month with the chair's counter, and the form of a plan."""
    place, here = house(request), who(request)
    unit = await place.db.read(office.unit_card, here.unit_id)
    minutes = await place.db.read(office.setting, here.unit_id, "slot_minutes")
    values = {**_USUAL, "place": unit.reception_place, "minutes": str(minutes), "key": pages.new_key()}
    return await _year(request, _year_of(request.query.get("nam", ""), place.clock.today()), values)


def _year_of(words: str, today: date) -> int:
    is_year = words.isascii() and words.isdigit() and len(words) == 4  # noqa: PLR2004 a year
    return min(max(int(words) if is_year else today.year, FIRST_PLANNED), LAST_YEAR - 1)


async def _year(
    request: web.Request,
    year: int,
    values: Mapping[str, Any],
    bad: BadForm | None = None,
    preview: tuple[PlannedDay, ...] | None = None,
) -> web.Response:
    place, here, today = house(request), who(request), local(now(request)).date()
    months = [(year, month) for month in range(1, 13)]
    days = await place.db.read(queries.days, here, date(year, 1, 1), date(year, 12, 31))
    leaders = [day for day in days if day.kind.value != "regular"]
    return await render(
        request,
        "scheduling/year.html",
        status=422 if bad else 200,
        year=year,
        today=today,
        counters=await place.db.read(queries_plan.chair_months, here, months, today),
        held={month: [day for day in leaders if day.held_on.month == month] for _, month in months},
        drafts=sum(day.state.value == "draft" and day.held_on >= today for day in leaders),
        chairs=await place.db.read(queries_plan.chairs, here),
        may_plan=here.role in rules.PLANS,
        values=values,
        errors=bad.fields if bad else {},
        preview=preview,
        taken=await place.db.read(queries_plan.leader_days, here, year),
    )


async def lay_year(request: web.Request) -> web.Response:
    """Show what a plan would lay, or lay it as drafts."""
    form, place, here = await posted(request), house(request), who(request)
    year = _year_of(str(form.get("year", "")), place.clock.today())
    try:
        entry = forms.read(forms_plan.PlanForm, form)
        plan = entry.as_plan()
        if entry.step == "preview":
            planned = await place.db.read(actions_plan.planned, now(request), plan)
            return await _year(request, year, form, preview=planned)
        await place.db.write(actions_plan.lay_year, here, now(request), plan)
    except BadForm as bad:
        return await _year(request, year, form, bad)
    return see_other(f"/lich/nam?nam={year}&da=year_laid")


async def publish_year(request: web.Request) -> web.Response:
    """Post every draft of the leaders' days of a year."""
    form, place = await posted(request), house(request)
    year = _year_of(str(form.get("year", "")), place.clock.today())
    await place.db.write(actions_plan.publish_year, who(request), now(request), year)
    return see_other(f"/lich/nam?nam={year}&da=year_published")


async def write_minutes(request: web.Request) -> web.Response:
    """Write the minutes of a closed day to which nobody came."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions_empty.write_empty, who(request), now(request), code)
    return see_other(f"/lich/{code}?da=empty_minutes")


async def minutes_paper(request: web.Request) -> web.StreamResponse:
    """Give the printed minutes of a day to which nobody came; written down."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions_empty.note_opening, here, now(request), code)
    found = await place.db.read(queries_empty.paper_of, here, code)
    path = place.files.path(found.stored_as)
    if not path.is_file():
        raise Unavailable("file_missing")
    headers = {
        hdrs.CONTENT_TYPE: actions_empty.PDF,
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{found.document_code}.pdf"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


ROUTES = (
    get("/lich/nam", year_page, rules.SEES_DAYS),
    post("/lich/nam", lay_year, rules.PLANS),
    post("/lich/nam/cong-bo", publish_year, rules.PLANS),
    get("/lich/{code}/bien-ban", minutes_paper, rules.SEES_DAYS),
    post("/lich/{code}/bien-ban", write_minutes, rules.PLANS),
)
"""Mounted before the pages of a day: its address would read ``nam`` as a code."""
