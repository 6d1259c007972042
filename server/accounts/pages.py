"""Sign-in and out, own password, acting in another role, the list of officers."""

import asyncio

from aiohttp import web

from server import security
from server.accounts import actions, forms, queries, rules
from server.errors import BadForm, FieldError, Refused
from server.pagekit import (
    CHANGE_PASSWORD,
    LOGIN_COOKIE,
    STAFF,
    always,
    get,
    house,
    local_path,
    now,
    page_number,
    post,
    posted,
    render,
    see_other,
    visitor,
    who,
)
from server.words import Role

HASHING = asyncio.Semaphore(2)
"""A hash takes 64 MiB: a flood of sign-ins must wait, not eat the memory."""

FIRST_PAGE = "/hom-nay"


async def sign_in_form(request: web.Request) -> web.Response:
    """Show the sign-in form, or go on when signed in already."""
    here = visitor(request)
    if here is not None and here.is_staff:
        return see_other(local_path(request.query.get("den"), FIRST_PAGE))
    return await render(request, "accounts/sign_in.html", values={"username": "", "den": request.query.get("den", "")})


async def sign_in(request: web.Request) -> web.Response:
    """Check name and password, and open a login."""
    form = await posted(request)
    values = {"username": forms.line(form, "username", 60), "den": str(form.get("den", ""))}
    place = house(request)
    try:
        entry = forms.sign_in(form)
        network = security.network_mark(request, place.clock.today())
        if not await place.db.write(actions.count_sign_in, now(request), entry.username, network):
            return await render(
                request, "accounts/sign_in.html", 429, values=values, errors={"password": FieldError("locked")}
            )
        stored = await place.db.read(actions.stored_password, entry.username)
        async with HASHING:
            is_right = await asyncio.to_thread(actions.password_is_right, stored, entry.password)
        old = security.cookie(request, LOGIN_COOKIE)
        token = await place.db.write(actions.sign_in, now(request), entry.username, is_right=is_right, old_token=old)
        if token is None:
            raise BadForm({"password": FieldError("wrong_sign_in")})
        await place.db.write(actions.forget_sign_ins, entry.username, network)
    except BadForm as bad:
        return await render(request, "accounts/sign_in.html", 422, values=values, errors=bad.fields)
    must_change = await place.db.read(queries.must_change_password, entry.username)
    first = CHANGE_PASSWORD if must_change else local_path(values["den"], FIRST_PAGE)
    answer = see_other(first)
    security.set_cookie(answer, place.settings, LOGIN_COOKIE, token)
    return answer


async def sign_out(request: web.Request) -> web.Response:
    """End this login; harmless when pressed twice."""
    await posted(request)
    place = house(request)
    name = security.cookie_name(place.settings, LOGIN_COOKIE)
    if token := security.cookie(request, LOGIN_COOKIE):
        await place.db.write(actions.end_login, now(request), token)
    answer = see_other("/?da=signed_out")
    answer.del_cookie(name, path="/")
    return answer


async def account(request: web.Request) -> web.Response:
    """Show the own account: roles held and the password form."""
    roles = await house(request).db.read(queries.roles_of, who(request).officer_id or 0)
    return await render(request, "accounts/account.html", roles=roles)


async def act_as(request: web.Request) -> web.Response:
    """Go on in another role one holds."""
    form = await posted(request)
    role_id = str(form.get("role", ""))
    if not role_id.isdecimal() or len(role_id) > 9:  # noqa: PLR2004 longer is no id
        raise Refused("role_unknown")
    await house(request).db.write(actions.act_as, who(request), now(request), int(role_id))
    return see_other(f"{FIRST_PAGE}?da=role_changed")


async def change_password(request: web.Request) -> web.Response:
    """Take a new password after the old one was typed."""
    form, place, here = await posted(request), house(request), who(request)
    line = await place.db.read(queries.account_of, here)
    try:
        password = forms.new_password(form, line.username)
        async with HASHING:
            stored = await place.db.read(actions.stored_password, line.username)
            if not await asyncio.to_thread(actions.password_is_right, stored, str(form.get("old", ""))):
                raise BadForm({"old": FieldError("wrong_password")})
            fresh = await asyncio.to_thread(actions.HASHER.hash, password)
    except BadForm as bad:
        roles = await place.db.read(queries.roles_of, here.officer_id or 0)
        return await render(request, "accounts/account.html", 422, roles=roles, errors=bad.fields)
    await place.db.write(actions.change_password, here, now(request), fresh)
    where = FIRST_PAGE if here.must_change_password else "/tai-khoan"
    return see_other(f"{where}?da=password_changed")


async def officer_list(request: web.Request) -> web.Response:
    """Show the officers of this unit and below."""
    page = page_number(request)
    found = await house(request).db.read(queries.officers, who(request), page)
    return await render(request, "accounts/officers.html", found=found, page=page)


async def officer_form(request: web.Request) -> web.Response:
    """Show the form that opens an account."""
    units = await house(request).db.read(queries.units_for, who(request))
    return await render(request, "accounts/officer_new.html", units=units, values={}, role_words=_roles())


async def open_account(request: web.Request) -> web.Response:
    """Open a personal account."""
    form, place = await posted(request), house(request)
    units = await place.db.read(queries.units_for, who(request))
    try:
        new, password = forms.officer(form, frozenset(unit.id for unit in units))
        async with HASHING:
            password_hash = await asyncio.to_thread(actions.HASHER.hash, password)
        await place.db.write(actions.open_account, who(request), now(request), new, password_hash)
    except BadForm as bad:
        return await render(
            request, "accounts/officer_new.html", 422, units=units, values=form, errors=bad.fields, role_words=_roles()
        )
    except Refused as refused:
        errors = {"username": FieldError(refused.code)}
        return await render(
            request, "accounts/officer_new.html", 409, units=units, values=form, errors=errors, role_words=_roles()
        )
    return see_other("/can-bo?da=account_opened")


async def close_account(request: web.Request) -> web.Response:
    """Close an account for good."""
    await posted(request)
    await house(request).db.write(actions.close_account, who(request), now(request), int(request.match_info["id"]))
    return see_other("/can-bo?da=account_closed")


def _roles() -> list[Role]:
    return [role for role in Role if role is not Role.CITIZEN]


ROUTES = (
    get("/dang-nhap", sign_in_form),
    post("/dang-nhap", sign_in),
    always(post("/dang-xuat", sign_out)),
    always(get("/tai-khoan", account, STAFF)),
    post("/tai-khoan/vai-tro", act_as, STAFF),
    always(post("/tai-khoan/mat-khau", change_password, STAFF)),
    get("/can-bo", officer_list, rules.MANAGES_OFFICERS),
    get("/can-bo/moi", officer_form, rules.MANAGES_OFFICERS),
    post("/can-bo/moi", open_account, rules.MANAGES_OFFICERS),
    post(r"/can-bo/{id:\d{1,9}}/dong", close_account, rules.MANAGES_OFFICERS),
)
