"""One officer's page, handing over, and the quarterly look at who may open what."""

import asyncio
import secrets

from aiohttp import web

from server.accounts import actions as account_actions
from server.accounts import queries as accounts
from server.accounts.rules import MANAGES_OFFICERS
from server.errors import BadForm, FieldError, NotHere, Refused
from server.pagekit import STAFF, get, house, now, page_number, post, posted, render, see_other, who
from server.staffing import actions, queries, rules
from server.staffing.actions import GivenRole
from server.words import Role

_LONGEST_ID = 9


def _number(written: object) -> int:
    """Return an id from a form or an address. Raises NotHere."""
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) <= _LONGEST_ID:
        return int(written)
    raise NotHere


async def officer_page(request: web.Request) -> web.Response:
    """Show an officer: roles, what is in hand as numbers, what may be done."""
    return await _show(request)


async def _show(request: web.Request, status: int = 200, **facts: object) -> web.Response:
    place, officer_id = house(request), _number(request.match_info["id"])
    officer = await place.db.read(accounts.officer_for, who(request), officer_id)
    common = {
        "officer": officer,
        "in_hand": await place.db.read(queries.in_hand, officer_id, place.clock.today()),
        "units": await place.db.read(accounts.units_for, who(request)),
        "role_words": [role for role in Role if role is not Role.CITIZEN],
        "password": "",
        "typed": {},
        "errors": {},
    }
    return await render(request, "staffing/officer.html", status, **{**common, **facts})


async def give_role(request: web.Request) -> web.Response:
    """Give an officer one more role."""
    form, officer_id = await posted(request), _number(request.match_info["id"])
    typed = {name: str(form.get(name, "")) for name in ("unit_id", "role")}
    errors = {name: FieldError("required") for name, value in typed.items() if not value}
    if typed["role"] and typed["role"] not in set(Role):
        errors["role"] = FieldError("choice")
    if errors:
        return await _show(request, 422, typed=typed, errors=errors)
    new = GivenRole(officer_id, _number(typed["unit_id"]), Role(typed["role"]))
    await house(request).db.write(actions.give_role, who(request), now(request), new)
    return see_other(f"/can-bo/{officer_id}?da=role_given")


async def end_role(request: web.Request) -> web.Response:
    """End a role of an officer."""
    form = await posted(request)
    role_id = _number(form.get("role_id"))
    officer_id = await house(request).db.write(actions.end_role, who(request), now(request), role_id)
    return see_other(f"/can-bo/{officer_id}?da=role_ended")


async def give_password(request: web.Request) -> web.Response:
    """Make a new first password and show it, this once."""
    await posted(request)
    word, place, officer_id = secrets.token_urlsafe(9), house(request), _number(request.match_info["id"])
    password_hash = await asyncio.to_thread(account_actions.RANDOM_HASHER.hash, word)
    await place.db.write(actions.give_first_password, who(request), now(request), officer_id, password_hash)
    answer = await _show(request, password=word)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def handover_form(request: web.Request) -> web.Response:
    """Show how much there is to hand over, and to whom it could go."""
    return await _show_handover(request)


def _whose(request: web.Request) -> int:
    own = who(request).officer_id
    return _number(request.match_info["id"]) if "id" in request.match_info else own or 0


async def _show_handover(request: web.Request, status: int = 200, **facts: object) -> web.Response:
    place, officer_id = house(request), _whose(request)
    common = {
        "officer": await place.db.read(queries.officer_to_hand_over, who(request), officer_id),
        "in_hand": await place.db.read(queries.in_hand, officer_id, place.clock.today()),
        "colleagues": await place.db.read(queries.colleagues, officer_id),
        "action": request.path,
        "is_own": officer_id == who(request).officer_id,
        "errors": {},
    }
    return await render(request, "staffing/handover.html", status, **{**common, **facts})


async def hand_over(request: web.Request) -> web.Response:
    """Hand all over to one colleague."""
    form = await posted(request)
    await house(request).db.read(queries.officer_to_hand_over, who(request), _whose(request))
    try:
        if not form.get("to"):
            raise BadForm({"to": FieldError("required")})
        to_id = _number(form.get("to"))
        is_all = await house(request).db.write(actions.hand_over, who(request), now(request), _whose(request), to_id)
    except BadForm as bad:
        return await _show_handover(request, 422, errors=bad.fields)
    except Refused as refused:
        return await _show_handover(request, 409, errors={"to": FieldError(refused.code)})
    return see_other(f"{request.path}?da={'handed_over' if is_all else 'handed_over_in_part'}")


async def review_page(request: web.Request) -> web.Response:
    """List who may open what, those not looked at this quarter first."""
    place, page = house(request), page_number(request)
    quarter = rules.quarter_of(place.clock.today())
    found = await place.db.read(queries.access, who(request), now(request), quarter, page)
    return await render(request, "staffing/review.html", found=found, quarter=quarter, page=page)


async def review(request: web.Request) -> web.Response:
    """Note that the chosen roles were looked at and stand."""
    form = await posted(request)
    role_ids = [_number(value) for value in form.getall("role_id", [])][: queries.PAGE]
    await house(request).db.write(actions.review, who(request), now(request), role_ids)
    return see_other("/can-bo/ra-soat?da=access_reviewed")


ROUTES = (
    get(r"/can-bo/{id:\d{1,9}}", officer_page, MANAGES_OFFICERS),
    post(r"/can-bo/{id:\d{1,9}}/vai-tro", give_role, MANAGES_OFFICERS),
    post("/can-bo/thoi-vai-tro", end_role, MANAGES_OFFICERS),
    post(r"/can-bo/{id:\d{1,9}}/mat-khau-moi", give_password, MANAGES_OFFICERS),
    get(r"/can-bo/{id:\d{1,9}}/ban-giao", handover_form, MANAGES_OFFICERS),
    post(r"/can-bo/{id:\d{1,9}}/ban-giao", hand_over, MANAGES_OFFICERS),
    get("/ban-giao", handover_form, STAFF),
    post("/ban-giao", hand_over, STAFF),
    get("/can-bo/ra-soat", review_page, MANAGES_OFFICERS),
    post("/can-bo/ra-soat", review, MANAGES_OFFICERS),
)
