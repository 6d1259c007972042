"""What is handed over of a denunciation for checking: given from the case, read on a page of its own."""

import secrets
from collections.abc import Mapping

from aiohttp import web

from server.cases import actions_copies, actions_work, forms_copies, queries_copies, rules_copies
from server.cases.actions_copies import NewCopy
from server.errors import BadForm, FieldError
from server.house import House
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.who import Who


async def given_page(request: web.Request) -> web.Response:
    """Show what was given of a denunciation for checking, and the form that gives more; the look is written down."""
    db, code = house(request).db, request.match_info["code"]
    case = await db.read(queries_copies.denunciation_for, who(request), code)
    await db.write(actions_work.note_view, who(request), now(request), code)
    return await _show(request, {"copy_words": await db.read(queries_copies.proposed, case)})


async def _show(
    request: web.Request,
    typed: Mapping[str, str],
    status: int = 200,
    errors: Mapping[str, FieldError] | None = None,
) -> web.Response:
    db = house(request).db
    case = await db.read(queries_copies.denunciation_for, who(request), request.match_info["code"])
    return await render(
        request,
        "cases/copies.html",
        status,
        case=case,
        given=await db.read(queries_copies.given, case),
        readers=await db.read(queries_copies.readers, case.unit_id),
        typed={"copy_words": "", "officer_id": "", "is_read": "", "key": secrets.token_hex(16), **typed},
        errors=errors or {},
        most=forms_copies.LONGEST,
        gap=rules_copies.GAP,
    )


async def give(request: web.Request) -> web.Response:
    """Give a copy; what was typed stays when something is wrong."""
    code = request.match_info["code"]
    typed = {k: v for k, v in (await posted(request)).items() if isinstance(v, str)}
    try:
        form = read_form(forms_copies.CopyForm, typed)
        new = NewCopy(form.copy_words, form.officer_id, form.key)
        await house(request).db.write(actions_copies.give, who(request), now(request), code, new)
    except BadForm as bad:
        return await _show(request, typed, 422, bad.fields)
    return see_other(f"/vu-viec/{code}/ban-chep?da=copy_given")


async def take_back(request: web.Request) -> web.Response:
    """Close a copy to its reader."""
    await posted(request)
    code, copy = request.match_info["code"], request.match_info["copy"]
    await house(request).db.write(actions_copies.take_back, who(request), now(request), code, copy)
    return see_other(f"/vu-viec/{code}/ban-chep?da=copy_taken_back")


async def copy_list(request: web.Request) -> web.Response:
    """List what was given to this officer for checking."""
    found = await house(request).db.read(queries_copies.copies, who(request))
    return await render(request, "cases/copy_list.html", found=found)


async def copy_page(request: web.Request) -> web.Response:
    """Show one copy to its reader; the look is written down."""
    code = request.match_info["code"]
    await house(request).db.write(actions_copies.note_view, who(request), now(request), code)
    found = await house(request).db.read(queries_copies.copy_for, who(request), code)
    return await render(request, "cases/copy.html", copy=found)


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return how many copies this person has to check, for the rail."""
    if here.role not in rules_copies.CHECKERS:
        return {}
    return {"copies": await place.db.read(queries_copies.count, here)}


ROUTES = (
    get("/vu-viec/{code}/ban-chep", given_page, rules_copies.GIVERS),
    post("/vu-viec/{code}/ban-chep", give, rules_copies.GIVERS),
    post("/vu-viec/{code}/ban-chep/{copy}/thu-hoi", take_back, rules_copies.GIVERS),
    get("/noi-dung-xac-minh", copy_list, rules_copies.CHECKERS),
    get("/noi-dung-xac-minh/{code}", copy_page, rules_copies.CHECKERS),
)
