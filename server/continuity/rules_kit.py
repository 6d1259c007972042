"""The kit for going on on paper: what it says of each reception, and what it keeps back. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.clock import local
from server.i18n import date_vi, day_of_week, paper_date, time_vi
from server.words import IdKind, Kind

Say = Callable[[str], str]
"""Gives the word for a label's key."""
READY_FROM = 5
"""Hour of the morning from which the kits of the day are printed."""
LEAST_FORMS = 2
"""Empty forms in every kit, for whoever comes without an appointment."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who is received."""

    name: str
    phone: str
    address: str
    id_kind: IdKind
    id_number: str
    id_issued_on: date | None
    id_issued_by: str
    representatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One reception of the day."""

    code: str
    starts_at: datetime
    ends_at: datetime
    kind: Kind
    is_secret: bool
    is_in_person: bool
    matter: str
    chair: tuple[str, str]
    is_deputy: bool
    place: str
    citizen: Citizen


@dataclass(frozen=True, slots=True)
class Day:
    """A ward's day: its office, whom to call, its receptions in order of their hour."""

    parent: str
    agency: str
    locality: str
    place: str
    on: date
    phones: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def kit_facts(day: Day, say: Say) -> dict[str, Any]:
    """Return what ``print/kit.typ`` prints.

    Paper lies open on a desk: of what is or may be a denunciation neither name nor number nor matter is printed.
    """
    held = paper_date(day.on)
    return {
        "parent": day.parent,
        "agency": day.agency,
        "locality": day.locality,
        "place": day.place,
        "day": held,
        "weekday": say(day_of_week(day.on)),
        "on": date_vi(day.on),
        "phones": [{"who": who, "number": number} for who, number in day.phones],
        "lines": [_line(line, say) for line in day.lines],
        "spare": LEAST_FORMS,
    }


def _line(line: Line, say: Say) -> dict[str, Any]:
    citizen = line.citizen
    return {
        "code": line.code,
        "from": time_vi(line.starts_at),
        "until": time_vi(line.ends_at),
        "kind": "" if line.is_secret else say(f"kind.{line.kind.value}"),
        "is_secret": line.is_secret,
        "is_in_person": line.is_in_person,
        "matter": "" if line.is_secret else line.matter,
        "chair": {"name": line.chair[0], "title": line.chair[1], "is_deputy": line.is_deputy},
        "place": line.place,
        "citizen": _citizen(citizen, say) if not line.is_secret else dict.fromkeys(_BLANK, ""),
        "representatives": [] if line.is_secret else list(citizen.representatives),
    }


_BLANK = ("name", "phone", "address", "id_kind", "id_number", "id_issued_on", "id_issued_by")


def _citizen(citizen: Citizen, say: Say) -> dict[str, str]:
    return {
        "name": citizen.name,
        "phone": citizen.phone,
        "address": citizen.address,
        "id_kind": say(f"id_paper.{citizen.id_kind.value}"),
        "id_number": citizen.id_number,
        "id_issued_on": date_vi(citizen.id_issued_on),
        "id_issued_by": citizen.id_issued_by,
    }


def fingerprint(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a kit says, so that a changed day is printed again."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_morning(at: datetime) -> bool:
    """Whether the kits of this day are due."""
    return local(at).hour >= READY_FROM
