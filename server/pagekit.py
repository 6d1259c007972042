"""What every page uses: routes with their roles, render, who is here, forms, errors to pages."""

import contextlib
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from multidict import MultiDict, MultiDictProxy

from server import security
from server.errors import BadForm, NotHere, NotSignedIn, NotYours, OfficeError, Refused, Stale, Unavailable
from server.house import CountWaiting, House
from server.i18n import LOCALES
from server.rail import RAIL
from server.who import UnitFacts, Who
from server.words import Role

HOUSE = web.AppKey("house", House)


@dataclass(frozen=True, slots=True)
class Lookups:
    """The few questions that every page asks the database; ``app`` gives the queries."""

    who_is: Callable[..., Who | None]
    touch: Callable[..., None]
    unit_facts: Callable[..., UnitFacts | None]


LOOKUPS = web.AppKey("lookups", Lookups)
COUNTERS = web.AppKey("counters", tuple[CountWaiting, ...])
ROUTES = web.AppKey("routes", tuple["Route", ...])
VISITOR = web.RequestKey("visitor", object)
SEED = web.RequestKey("seed", str)

LOGIN_COOKIE = "login"
FORM_TOKEN = "csrf_token"  # noqa: S105 the name of a field
TOUCH_AFTER = timedelta(minutes=5)
MOST_WORDS = 2 * 1024 * 1024
"""Bytes of a form without files; the longest, the minutes, stays below."""
ANYONE: frozenset[Role] = frozenset()
STAFF: frozenset[Role] = frozenset(Role) - {Role.CITIZEN}
CITIZEN = frozenset({Role.CITIZEN})
CHANGE_PASSWORD = "/tai-khoan?da=change_first_password"  # noqa: S105 an address
THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large", "xlarge")

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address: who may ask for it at all (empty: anyone). What they may see there is asked again by queries."""

    method: str
    path: str
    page: Page
    roles: frozenset[Role] = ANYONE
    is_always_open: bool = False
    """Open also to an officer whose password was given by somebody else and must be changed first."""

    @property
    def key(self) -> str:
        """Name in tests and logs."""
        return f"{self.method} {self.path}"


def get(path: str, page: Page, roles: frozenset[Role] = ANYONE) -> Route:
    """Return a route that shows something and changes nothing."""
    return Route("GET", path, page, roles)


def post(path: str, page: Page, roles: frozenset[Role] = ANYONE) -> Route:
    """Return a route that changes something."""
    return Route("POST", path, page, roles)


def always(route: Route) -> Route:
    """Return a route that stays open while a password must be changed."""
    return replace(route, is_always_open=True)


def mount(app: web.Application, routes: tuple[Route, ...]) -> None:
    """Add routes to an application, each behind its roles."""
    for route in routes:
        app.router.add_route(route.method, route.path, _guarded(route))
    app[ROUTES] = (*app.get(ROUTES, ()), *routes)


def _guarded(route: Route) -> Page:
    async def page(request: web.Request) -> web.StreamResponse:
        if "%00" in request.raw_path:
            # PostgreSQL cannot even be asked for it, and no code of ours holds it.
            raise NotHere
        here = visitor(request)
        if here is not None and here.must_change_password and not route.is_always_open:
            if request.method == "GET" and not wants_json(request):
                return see_other(CHANGE_PASSWORD)
            raise NotYours("password_first")
        if route.roles:
            if here is None:
                raise NotSignedIn("not_signed_in_citizen" if route.roles == CITIZEN else "not_signed_in")
            if here.role not in route.roles:
                raise NotYours
        return await route.page(request)

    return page


def house(request: web.Request) -> House:
    """Return what this process has at hand."""
    return request.app[HOUSE]


def now(request: web.Request) -> datetime:
    """Return the office's time."""
    return house(request).clock.now()


def visitor(request: web.Request) -> Who | None:
    """Return who is signed in, if anybody."""
    found = request.get(VISITOR)
    return found if isinstance(found, Who) else None


def who(request: web.Request) -> Who:
    """Return who is signed in. Raises NotSignedIn."""
    here = visitor(request)
    if here is None:
        raise NotSignedIn("not_signed_in")
    return here


@web.middleware
async def recognise(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks, and give each browser a seed for form tokens."""
    place = house(request)
    seed = security.cookie(request, security.SEED_COOKIE)
    is_new = len(seed) != 43  # noqa: PLR2004 token_urlsafe(32)
    request[SEED] = secrets.token_urlsafe(32) if is_new else seed
    try:
        await _find_visitor(request)
    except OfficeError as error:
        response: web.StreamResponse = await refusal(request, error)
    else:
        response = await handler(request)
    if is_new and not response.prepared and not request.path.startswith(("/static/", "/internal/")):
        security.set_cookie(response, place.settings, security.SEED_COOKIE, request[SEED])
    return response


async def _find_visitor(request: web.Request) -> None:
    place = house(request)
    token = security.cookie(request, LOGIN_COOKIE)
    if token and not request.path.startswith(("/static/", "/internal/")):
        at = place.clock.now()
        here = await place.db.read(request.app[LOOKUPS].who_is, token, at)
        request[VISITOR] = here
        if here and here.login_id and here.seen_at and at - here.seen_at > TOUCH_AFTER:
            await place.db.write(request.app[LOOKUPS].touch, at, here.login_id)


@web.middleware
async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every refusal into a page or JSON with its sentence, and every bug into an incident number."""
    try:
        return await handler(request)
    except OfficeError as error:
        return await refusal(request, error)
    except web.HTTPRequestEntityTooLarge:
        return await refusal(request, OfficeError("too_large"), 413)
    except web.HTTPNotFound:
        return await refusal(request, OfficeError("no_such_page"), 404)
    except web.HTTPMethodNotAllowed:
        return await refusal(request, OfficeError("wrong_method"), 405)
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:  # noqa: BLE001 a bug is logged whole and shown as an incident number, never as a trace
        security.log.exception("bug", extra={"facts": {"id": request[security.REQUEST_ID]}})
        return await refusal(request, OfficeError("bug"), 500)


async def refusal(request: web.Request, error: OfficeError, status: int | None = None) -> web.Response:
    """Answer a refusal: where to sign in, a JSON object, or the page that says what happened and what to do."""
    status = status or error.status
    if wants_json(request):
        sentence = house(request).words.find("refusals", f"{error.code}.text", locale(request), error.facts)
        fields = (
            {name: field_sentence(request, field.code, field.facts) for name, field in error.fields.items()}
            if isinstance(error, BadForm)
            else {}
        )
        return web.json_response(
            {
                "code": error.code,
                "text": sentence,
                "facts": error.facts,
                "fields": fields,
                "incident": request[security.REQUEST_ID],
            },
            status=status,
        )
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return see_other(
            "/tra-cuu" if error.code == "not_signed_in_citizen" else f"/dang-nhap?den={request.rel_url.raw_path}"
        )
    words = house(request).words
    return await render(
        request,
        "errors/refusal.html",
        status=status,
        code=error.code,
        kind=_kind_of(error, status),
        reference=request[security.REQUEST_ID],
        sentence=words.find("refusals", f"{error.code}.text", locale(request), error.facts)
        if words.has("refusals", f"{error.code}.text")
        else "",
        back_href=local_path(security.split_address(request.headers.get(hdrs.REFERER, "")).path, "")
        if request.method != "GET"
        else "",
    )


def _kind_of(error: OfficeError, status: int) -> str:
    kinds = {
        401: "not_signed_in",
        403: "not_yours",
        404: "not_here",
        405: "not_here",
        410: "not_here",
        413: "refused",
        422: "bad_form",
        429: "too_many",
        503: "unavailable",
    }
    if error.code == "stale_form":
        return "expired"
    if isinstance(error, Stale):
        return "stale"
    return "refused" if isinstance(error, Refused) else kinds.get(status, "broken")


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LONGEST_PAGE = 5
"""Digits of the number of a page: no list is that long."""


def page_number(request: web.Request) -> int:
    """Return which page of a list the address asks for, from 1; what is no such number is the first."""
    asked = request.query.get("trang", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_PAGE else 1


def wants_json(request: web.Request) -> bool:
    """Whether the caller is our own script rather than a page load."""
    return "application/json" in request.headers.get(hdrs.ACCEPT, "")


def locale(request: web.Request) -> str:
    """Return the language: the person's choice, else Vietnamese (never guessed from the browser)."""
    chosen = security.cookie(request, "language")
    return chosen if chosen in LOCALES else "vi"


def field_sentence(request: web.Request, code: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence for what is wrong with a field."""
    return house(request).words.find("fields", code, locale(request), facts)


def chosen(request: web.Request, name: str, allowed: tuple[str, ...]) -> str:
    """Return a look chosen by the person (theme, text size), the first allowed value by default."""
    value = security.cookie(request, name)
    return value if value in allowed else allowed[0]


async def render(request: web.Request, template: str, status: int = 200, **facts: Any) -> web.Response:
    """Answer with a filled template; adds what every page needs (language, look, who, token, rail).

    ``errors`` (field name → FieldError) reach the template as sentences, in the given order.
    """
    place, here = house(request), visitor(request)
    counts: dict[str, int] = {}
    if here is not None and here.is_staff:
        with contextlib.suppress(Unavailable):
            for count in request.app[COUNTERS]:
                counts.update(await count(place, here))
    common: dict[str, Any] = {
        "locale": locale(request),
        "theme": chosen(request, "theme", THEMES),
        "text_size": chosen(request, "text-size", TEXT_SIZES),
        "csrf_token": security.form_token(place.settings, request[SEED]),
        "nonce": request[security.NONCE],
        "who": here,
        "rail": _rail(request, here, counts) if here is not None and here.is_staff else [],
        "unit": await _unit(request, here),
        "path": request.path,
        "full_path": request.rel_url.raw_path_qs,
        "now": place.clock.now(),
        "said": _said(request),
    }
    errors = {name: field_sentence(request, error.code, error.facts) for name, error in facts.pop("errors", {}).items()}
    text = place.render(template, locale(request), {**common, **facts, "errors": errors})
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def _said(request: web.Request) -> str:
    """What was done before this page; only what we could have said ourselves."""
    said = request.query.get("da", "")
    return said if house(request).words.has("labels", f"said.{said}") else ""


def _rail(request: web.Request, here: Who, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    words, language = house(request).words, locale(request)
    return [
        {
            "href": href,
            "icon": icon,
            "label": words.find("labels", f"rail.{key}", language),
            "count": counts.get(key, 0),
            "current": request.path == href or request.path.startswith(href + "/"),
        }
        for href, icon, key, roles in RAIL
        if here.role in roles
    ]


async def _unit(request: web.Request, here: Who | None) -> UnitFacts | None:
    """The office a page speaks for: that of the person, or the city on top when nobody is known."""
    try:
        return await house(request).db.read(request.app[LOOKUPS].unit_facts, here.unit_id if here else None)
    except Unavailable:
        # The page that says so needs none.
        return None


def see_other(path: str) -> web.Response:
    """Send the browser to a path of ours after something was done (303)."""
    # A code from an address may hold anything; what is no part of an address is written as one.
    quoted = quote(path, safe="/?#&=%:;,@+~!$'()*[]")
    if not local_path(quoted, ""):
        raise ValueError(path)
    return web.Response(status=303, headers={hdrs.LOCATION: quoted})


def local_path(text: str | None, otherwise: str) -> str:
    """Return a path of ours from a query, or ``otherwise``: no open redirect (ASVS 3.7.2)."""
    # Browsers drop tabs and line ends from an address, and read a backslash as a slash.
    is_ours = text and text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if text and is_ours else otherwise


async def posted(request: web.Request, *, has_files: bool = False) -> MultiDictProxy[Any]:
    """Return a form of our own pages. Raises NotYours for a foreign or stale token, BadForm, and 413: words are few."""
    try:
        form = await (request if has_files else request.clone(client_max_size=MOST_WORDS)).post()
    except (ValueError, LookupError):
        raise BadForm({}) from None
    given = form.get(FORM_TOKEN, "")
    _check_token(request, given if isinstance(given, str) else "")
    return MultiDictProxy(MultiDict((name, _storable(value)) for name, value in form.items() if name != FORM_TOKEN))


async def posted_json(request: web.Request) -> dict[str, Any]:
    """Return a JSON object sent by our own script. Raises BadForm for anything else."""
    if request.content_type != "application/json":
        raise NotYours("foreign_site")
    _check_token(request, request.headers.get("X-CSRF-Token", ""))
    try:
        found = json.loads(await request.clone(client_max_size=MOST_WORDS).text())
    except (ValueError, LookupError, RecursionError):
        raise BadForm({}) from None
    if not isinstance(found, dict):
        raise BadForm({})
    return {name: _storable(value) for name, value in found.items()}


def _storable(value: Any) -> Any:
    """What was sent without NUL characters and halves of pairs: no database takes them all, and neither does UTF-8."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    return value


def _check_token(request: web.Request, given: str) -> None:
    expected = security.form_token(house(request).settings, request[SEED])
    # Headers that are no UTF-8, and forms in some encodings, hold halves of pairs.
    if not secrets.compare_digest(given.encode(errors="replace"), expected.encode()):
        raise NotYours("stale_form")
