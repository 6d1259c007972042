"""A citizen finds the own request by code and telephone, adds to it, withdraws it."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from aiohttp import hdrs, web

from server import security, text
from server.errors import BadForm, FieldError, NotHere, Stale, Unavailable
from server.house import House
from server.intake import actions, actions_citizen, forms, queries, queries_own, rules, rules_files
from server.intake import pages_draft as drafts
from server.intake.actions_citizen import Found
from server.intake.actions_register import NewPaper
from server.office.forms_fields import read_form
from server.pagekit import (
    CITIZEN,
    LOGIN_COOKIE,
    get,
    house,
    now,
    post,
    posted,
    render,
    see_other,
    visitor,
    who,
)

SLIP_PATH = web.AppKey("slip_path", Callable[[str], str])  # type: ignore[arg-type,var-annotated]
"""Gives the address of an appointment's slip; set by the app, because scheduling comes later."""


async def look_up_form(request: web.Request) -> web.Response:
    """Ask for code and telephone."""
    typed = {"code": request.query.get("ma", "")}
    return await render(request, "intake/look_up.html", typed=typed)


async def look_up(request: web.Request) -> web.Response:
    """Open the request for this browser. A wrong code and a wrong telephone look alike."""
    form = await posted(request)
    place = house(request)
    try:
        wanted = read_form(forms.LookUpForm, form)
        answer = await place.db.write(
            actions_citizen.look_up,
            now(request),
            text.tidy_code(wanted.code),
            wanted.phone,
            security.network_mark(request, place.clock.today()),
        )
        found = _found(actions_citizen.checked(answer))
    except BadForm as bad:
        return await render(request, "intake/look_up.html", 422, typed=dict(form), errors=bad.fields)
    opened = see_other(f"/tra-cuu/{found.code}")
    security.set_cookie(opened, place.settings, LOGIN_COOKIE, found.token)
    return opened


def _found(found: Found | None) -> Found:
    if found is None:
        raise BadForm({"code": FieldError("look_up")})
    return found


async def own_page(request: web.Request) -> web.Response:
    """Show the citizen the own request."""
    return await _show(request)


async def _show(
    request: web.Request,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
    typed: dict[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> web.Response:
    here, place = who(request), house(request)
    code = request.match_info["code"]
    own = await place.db.read(queries_own.own_request, here, code, place.clock.today())
    slip = request.app.get(SLIP_PATH)
    return await render(
        request,
        "intake/own.html",
        status,
        own=own,
        unit=own.unit,
        typed=typed or {},
        errors=errors or {},
        is_stale=is_stale,
        slip=slip(own.appointment.code) if slip and own.appointment else "",
        may_add=own.request.state in rules.ADDABLE_STATES and not own.request.is_without_content,
        may_withdraw=bool({v.value for v in rules.verbs(own.request.state, here.role)} & {"withdraw"}),
        most_files=rules_files.MOST_FILES,
        accept=rules_files.ACCEPT,
        megabytes=place.settings.upload_megabytes,
    )


async def receipt(request: web.Request) -> web.Response:
    """Show the receipt, made to print on one sheet."""
    place = house(request)
    own = await place.db.read(queries_own.own_request, who(request), request.match_info["code"], place.clock.today())
    return await render(request, "intake/receipt.html", own=own, unit=own.unit)


async def amend(request: web.Request) -> web.Response:
    """Add words and files; what was typed is kept when somebody was quicker."""
    code = request.match_info["code"]
    here, place = who(request), house(request)
    await place.db.read(queries.request_for, here, code)
    try:
        form = await posted(request, has_files=True)
    except web.HTTPRequestEntityTooLarge:
        return await _show(request, 413, {"files": drafts.too_large(request)})
    except BadForm:
        return await _show(request, 422, {"files": FieldError("upload_broken")})
    given = form.getall("files", [])
    typed = {k: v for k, v in form.items() if isinstance(v, str)}
    papers: tuple[NewPaper, ...] = ()
    try:
        wanted = read_form(forms.AmendForm, typed)
        found = await drafts.uploads(request, list(given), rules_files.MOST_FILES)
        _something(wanted.words, found)
        if wanted.is_appointment:
            found = _as_appointment(found)
        papers = await drafts.put_away(request, found)
        await place.db.write(actions_citizen.amend, here, now(request), wanted.words, papers, wanted.version)
    except BadForm as bad:
        drafts.drop(request, papers)
        return await _show(request, 422, bad.fields, typed)
    except Stale:
        drafts.drop(request, papers)
        return await _show(request, 409, typed=typed, is_stale=True)
    except Exception:
        drafts.drop(request, papers)
        raise
    return see_other(f"/tra-cuu/{code}?da=amended")


def _as_appointment(files: list[drafts.Upload]) -> list[drafts.Upload]:
    """The written appointment of a group: the first of the files that came with the tick."""
    if not files:
        raise BadForm({"files": FieldError("appointment_paper_needed")})
    return [replace(files[0], is_appointment=True), *files[1:]]


def _something(words: str, files: list[drafts.Upload]) -> None:
    if not words and not files:
        raise BadForm({"words": FieldError("words_or_files")})


async def withdraw(request: web.Request) -> web.Response:
    """Withdraw the own request."""
    form = await posted(request)
    code = request.match_info["code"]
    here, place = who(request), house(request)
    await place.db.read(queries.request_for, here, code)
    try:
        wanted = read_form(forms.WithdrawForm, form)
        await place.db.write(actions_citizen.withdraw, here, now(request), wanted.why, wanted.version)
    except BadForm as bad:
        return await _show(request, 422, bad.fields, dict(form))
    except Stale:
        return await _show(request, 409, typed=dict(form), is_stale=True)
    return see_other(f"/tra-cuu/{code}?da=withdrawn")


async def paper(request: web.Request) -> web.StreamResponse:
    """Give a file handed in to someone who may open its request; written down."""
    code = request.match_info["code"]
    here, place = who(request), house(request)
    found = await place.db.read(queries.request_for, here, code)
    one = next((p for p in found.papers if p.code == request.match_info["paper"]), None)
    if one is None:
        raise NotHere
    await place.db.write(actions.note_view, here, now(request), code, "downloaded_paper")
    return sent_file(place, one)


def sent_file(place: House, one: queries.Paper) -> web.FileResponse:
    """Answer with a file that was handed in, under its own name. Raises Unavailable."""
    path = place.files.path(one.stored_as)
    if not path.is_file():
        raise Unavailable("file_missing")
    return web.FileResponse(
        path,
        headers={
            hdrs.CONTENT_TYPE: one.content_type,
            hdrs.CONTENT_DISPOSITION: disposition(one.name),
            hdrs.CACHE_CONTROL: "no-store",
        },
    )


def disposition(name: str) -> str:
    """Return the header that makes a browser save a file under its own name (RFC 6266)."""
    plain = "".join(c if c.isalnum() or c in "._- " else "_" for c in text.fold(name))
    plain = plain.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def entry(request: web.Request) -> web.Response:
    """Lead a citizen who is known already to the own request, anybody else to the form."""
    here = visitor(request)
    if here is not None and here.request_id is not None and "moi" not in request.query:
        code = await house(request).db.read(queries_own.code_of, here.request_id)
        if "ma" not in request.query or request.query["ma"] == code:
            return see_other(f"/tra-cuu/{code}")
    return await look_up_form(request)


ROUTES = (
    get("/tra-cuu", entry),
    post("/tra-cuu", look_up),
    get("/tra-cuu/{code}", own_page, CITIZEN),
    get("/tra-cuu/{code}/giay-bien-nhan", receipt, CITIZEN),
    get("/tra-cuu/{code}/tep/{paper}", paper, CITIZEN),
    post("/tra-cuu/{code}/bo-sung", amend, CITIZEN),
    post("/tra-cuu/{code}/rut", withdraw, CITIZEN),
)
