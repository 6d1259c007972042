"""The signed right to enter one room, as one person, in one role, between two moments.

A ticket is all that the media side ever learns about a person, and it believes nothing
else: a message never says who sends it. On paper it reads

    base64url(json) "." base64url(hmac_sha256(key, base64url(json)))

without padding. The signature covers the encoded text, so nothing unsigned is ever parsed.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from signaling.errors import BadTicket
from signaling.relay import IceServer
from signaling.roles import RoomRole

Site = str
SITES = frozenset({"home", "ward", "city", "department", "other"})

MAX_LENGTH = 8192
"""Characters. A ward room with ten named people behind one camera needs about 2,000."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ENCODED = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Person:
    """One of the people who sit behind one camera."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """Who a member is: what the others may read about them."""

    member: str
    name: str
    title: str
    role: RoomRole
    site: Site
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to enter `room` as `member` from `not_before` to `until` (aware moments).

    `room` and `member` are at most 64 letters, digits, hyphens and underscores: they become
    file names. Anything else, an unknown site or a naive moment is a ValueError.
    """

    room: str
    member: str
    name: str
    title: str
    role: RoomRole
    site: Site
    people: tuple[Person, ...]
    not_before: datetime
    until: datetime
    nonce: str
    ice_servers: tuple[IceServer, ...] = ()
    """The relays this browser may use; their credentials end with the ticket."""

    def __post_init__(self) -> None:
        for code in (self.room, self.member):
            if not _CODE.fullmatch(code):
                raise ValueError(f"not a code: {code!r}")
        if self.site not in SITES:
            raise ValueError(f"not a site: {self.site!r}")
        if self.not_before.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a ticket needs aware moments")

    @property
    def badge(self) -> Badge:
        """Who the bearer is."""
        return Badge(self.member, self.name, self.title, self.role, self.site, self.people)


def sign(ticket: Ticket, key: bytes) -> str:
    """Write `ticket` so that only a holder of `key` could have written it."""
    facts = {
        "room": ticket.room,
        "member": ticket.member,
        "name": ticket.name,
        "title": ticket.title,
        "role": ticket.role.value,
        "site": ticket.site,
        "people": [{"name": each.name, "title": each.title} for each in ticket.people],
        "not_before": ticket.not_before.astimezone(UTC).isoformat(),
        "until": ticket.until.astimezone(UTC).isoformat(),
        "nonce": ticket.nonce,
        "ice_servers": [each.facts for each in ticket.ice_servers],
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    payload = _encode(text.encode())
    signed = f"{payload}.{_signature(payload, key)}"
    if len(signed) > MAX_LENGTH:
        raise ValueError("too long for a ticket")
    return signed


def verify(text: str, key: bytes, at: datetime) -> Ticket:
    """Read a ticket shown at `at`, or raise BadTicket: malformed, forged, early, expired."""
    if len(text) > MAX_LENGTH:
        raise BadTicket("malformed")
    payload, dot, signature = text.partition(".")
    if not (dot and _ENCODED.fullmatch(payload) and _ENCODED.fullmatch(signature)):
        raise BadTicket("malformed")
    if not hmac.compare_digest(_signature(payload, key), signature):
        raise BadTicket("forged")
    try:
        ticket = _read(json.loads(_decode(payload)))
    except (ValueError, TypeError, KeyError, binascii.Error) as wrong:
        raise BadTicket("malformed") from wrong
    if at < ticket.not_before:
        raise BadTicket("early")
    if at >= ticket.until:
        raise BadTicket("expired")
    return ticket


def _read(facts: dict[str, object]) -> Ticket:
    people = cast("list[dict[str, str]]", facts["people"])
    return Ticket(
        room=_text(facts["room"]),
        member=_text(facts["member"]),
        name=_text(facts["name"]),
        title=_text(facts["title"]),
        role=RoomRole(_text(facts["role"])),
        site=_text(facts["site"]),
        people=tuple(Person(_text(each["name"]), _text(each["title"])) for each in people),
        not_before=datetime.fromisoformat(_text(facts["not_before"])),
        until=datetime.fromisoformat(_text(facts["until"])),
        nonce=_text(facts["nonce"]),
        ice_servers=tuple(_server(each) for each in cast("list[dict[str, object]]", facts["ice_servers"])),
    )


def _server(facts: dict[str, object]) -> IceServer:
    urls = tuple(_text(each) for each in cast("list[object]", facts["urls"]))
    return IceServer(urls, _text(facts.get("username", "")), _text(facts.get("credential", "")))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a ticket holds text")
    return value


def _signature(payload: str, key: bytes) -> str:
    return _encode(hmac.new(key, payload.encode("ascii"), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
