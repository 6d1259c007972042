"""The working calendar: special days of a year, how it came to be so, and changing a day."""

from typing import Any

from aiohttp import web

from server.cases import actions_terms
from server.errors import BadForm
from server.office import forms_calendar, queries, queries_calendar, rules
from server.office.forms_calendar import Becomes
from server.office.forms_fields import read_form
from server.pagekit import STAFF, get, house, now, post, render, see_other, who
from server.steps import typed_in
from server.words import Role


async def working_calendar(request: web.Request) -> web.Response:
    """Show the special days of a year and the last changes."""
    return await _calendar(request)


async def _calendar(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place = house(request)
    today = place.clock.today()
    asked = request.query.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year  # noqa: PLR2004 a year
    year = min(max(year, rules.FIRST_YEAR), rules.LAST_YEAR)
    calendar = await place.db.read(queries.calendar)
    return await render(
        request,
        "office/calendar.html",
        status,
        year=year,
        today=today,
        days=await place.db.read(queries_calendar.special_days, year),
        changes=await place.db.read(queries_calendar.changes),
        version=calendar.version,
        may_change=await place.db.read(queries_calendar.may_change, who(request)),
        kinds=[kind.value for kind in Becomes],
        **{"errors": {}, "typed": {}, **facts},
    )


async def change_calendar(request: web.Request) -> web.Response:
    """Change a day: a new version of the calendar; the open terms it touches are computed again."""
    typed = await typed_in(request)
    try:
        form = read_form(forms_calendar.CalendarForm, typed)
        change = form.as_change()
        moved = await house(request).db.write(actions_terms.change_calendar, who(request), now(request), change)
    except BadForm as bad:
        return await _calendar(request, 422, errors=bad.fields, typed=typed)
    said = "calendar_changed_terms" if moved else "calendar_changed"
    return see_other(f"/lich-lam-viec?nam={change.on.year}&da={said}")


ROUTES = (
    get("/lich-lam-viec", working_calendar, STAFF),
    post("/lich-lam-viec", change_calendar, frozenset({Role.SYS_ADMIN})),
)
