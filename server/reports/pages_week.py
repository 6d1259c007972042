"""The page of the week: what is late, what falls due, who comes, and the chair's days."""

from aiohttp import web

from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.reports import actions_week, queries_week, rules_week

ROLES = frozenset(rules_week.RECIPIENTS)


async def week_page(request: web.Request) -> web.Response:
    """Show the digest of this week."""
    db, here = house(request).db, who(request)
    return await render(
        request,
        "reports/week.html",
        week=await db.read(queries_week.week, here, house(request).clock.today()),
        wants_letter=await db.read(queries_week.wants_letter, here),
    )


async def want_letter(request: web.Request) -> web.Response:
    """Switch the weekly letter on or off."""
    wants = (await posted(request)).get("wants") == "1"
    await house(request).db.write(actions_week.want, who(request), now(request), wants=wants)
    return see_other("/tuan-nay?da=digest_on" if wants else "/tuan-nay?da=digest_off")


ROUTES = (
    get("/tuan-nay", week_page, ROLES),
    post("/tuan-nay/thu", want_letter, ROLES),
)
