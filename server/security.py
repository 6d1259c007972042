"""Middlewares: request ids, headers and CSP, cross-site checks, rate limits.

Order, outermost first: ``tag`` (id, timing), ``harden`` (headers), ``same_site``
(refuses unsafe methods from elsewhere), ``limit``. The form token is checked in
``pagekit.posted`` and ``pagekit.posted_json``, which every handler that changes something uses.
"""

import hashlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from server.config import Settings
from server.errors import NotYours, TooMuch

log = logging.getLogger("tiepdan.http")

SAFE = {"GET", "HEAD", "OPTIONS"}
REQUEST_ID = web.RequestKey("request_id", str)
NONCE = web.RequestKey("nonce", str)
SEED_COOKIE = "form"
SETTINGS = web.AppKey("settings", Settings)
_INTERNAL = "/internal/"


@web.middleware
async def tag(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give each request an id, log it without its query, and time it."""
    request[REQUEST_ID] = secrets.token_hex(6)
    request[NONCE] = secrets.token_urlsafe(16)
    began = time.monotonic()
    status = 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as answer:
        status = answer.status
        raise
    finally:
        if not request.path.startswith("/static/"):
            route = request.match_info.route.resource
            # The route's pattern, never the path: paths hold codes and link tokens.
            log.info(
                "request",
                extra={
                    "facts": {
                        "id": request[REQUEST_ID],
                        "method": request.method,
                        "route": route.canonical if route else "-",
                        "status": status,
                        "ms": round(1000 * (time.monotonic() - began)),
                    }
                },
            )


@web.middleware
async def harden(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the security headers on every answer, refusals included."""
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        _put_headers(request, answer)
        raise
    if not response.prepared:
        _put_headers(request, response)
    return response


def _put_headers(request: web.Request, response: web.StreamResponse) -> None:
    headers = response.headers
    sockets = (
        urlsplit(request.app[SETTINGS].base_url)
        ._replace(scheme="wss" if request.app[SETTINGS].is_https else "ws")
        .geturl()
    )
    headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src 'self' 'nonce-{request[NONCE]}'; style-src 'self'; img-src 'self' data: blob:; "
        f"font-src 'self'; media-src 'self' blob:; connect-src 'self' {sockets}; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; manifest-src 'self'; object-src 'none'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Under no-referrer browsers send "Origin: null" with our own forms.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy",
        "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), geolocation=()",
    )
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = request[REQUEST_ID]
    if request.app[SETTINGS].is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


@web.middleware
async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse unsafe methods and WebSockets that come from another site (ASVS 3.5.1, 4.4.2)."""
    is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    if (request.method not in SAFE or is_socket) and not request.path.startswith(_INTERNAL):
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        if (
            site not in {None, "same-origin", "none"}
            or (origin is not None and not _is_ours(request, origin))
            or (is_socket and origin is None)
        ):
            raise NotYours("foreign_site")
    return await handler(request)


def _is_ours(request: web.Request, origin: str) -> bool:
    there = split_address(origin).netloc
    # What names no place is not ours, even where the request names none either.
    return (there != "" and there == request.host) or origin == request.app[SETTINGS].base_url


def split_address(text: str) -> SplitResult:
    """Return the parts of an address that a header gave; all are empty of what is no address."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")


def client_address(request: web.Request) -> str:
    """Return the caller's address, past the configured number of our own proxies."""
    hops = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    trusted = request.app[SETTINGS].trusted_proxies
    found = hops[-trusted] if 0 < trusted <= len(hops) else request.remote or "0.0.0.0"  # noqa: S104 a name for "unknown"
    try:
        ip_address(found)
    except ValueError:
        return "0.0.0.0"  # noqa: S104 a name for "unknown"
    return found


def network_of(address: str) -> str:
    """Return the /24 or /56 an address belongs to: one household or one office."""
    address = address.partition("%")[0]
    given = ip_address(address)
    if isinstance(given, IPv6Address) and given.ipv4_mapped is not None:
        address = str(given.ipv4_mapped)
    return str(ip_network(f"{address}/{24 if ip_address(address).version == 4 else 56}", strict=False))  # noqa: PLR2004 IP versions


def network_mark(request: web.Request, on: date) -> str:
    """Return what stands for the caller's network in counters of one day: nobody can read from it who asked."""
    words = f"{on.isoformat()} {network_of(client_address(request))}"
    return hmac.new(request.app[SETTINGS].key("networks"), words.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Token buckets, at most ``most`` of them; the least used is forgotten first."""

    def __init__(self, per_second: float, burst: float, most: int = 10_000) -> None:
        self._per_second, self._burst, self._most = per_second, burst, most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, at: float) -> bool:
        """Take one token at monotonic time ``at``; False when the bucket is empty."""
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, at))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (at - bucket.at) * self._per_second)
        bucket.at = at
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


READS = web.AppKey("reads", Buckets)
WRITES = web.AppKey("writes", Buckets)


@web.middleware
async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a network that asks or sends too often. Generous: an office sits behind one address."""
    if not request.path.startswith(("/static/", _INTERNAL)):
        buckets = request.app[READS if request.method in SAFE else WRITES]
        if not buckets.take(network_of(client_address(request)), time.monotonic()):
            raise TooMuch("too_often")
    return await handler(request)


def cookie_name(settings: Settings, name: str) -> str:
    """Return a cookie's name: ``__Host-`` binds it to this host where TLS allows it."""
    return f"__Host-tiepdan-{name}" if settings.is_https else f"tiepdan-{name}"


def cookie(request: web.Request, name: str) -> str:
    """Return one of our cookies, empty when there is none. All of ours are plain letters: others never were ours."""
    value = request.cookies.get(cookie_name(request.app[SETTINGS], name), "")
    return value if value.isascii() else ""


def set_cookie(
    response: web.StreamResponse, settings: Settings, name: str, value: str, max_age: int | None = None
) -> None:
    """Set one of our cookies: HttpOnly, SameSite=Lax, Secure where TLS is in use."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.is_https,
    )


def form_token(settings: Settings, seed: str) -> str:
    """Return the form token that belongs to a browser's seed cookie."""
    return hmac.new(settings.key("form"), seed.encode(), hashlib.sha256).hexdigest()
