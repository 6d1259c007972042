"""The head of the minutes: assembled from the room's own log, typed by nobody.

Given what the office and the room noted, ``head_of`` returns everything F42 asks for except
the written parts, as plain JSON: codes for words, ISO times in UTC, so that the sealed head
reads the same in fifty years as on the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from server.minutes import rules_devices, rules_shown
from server.minutes.rules_devices import Switch
from server.minutes.rules_shown import HandedIn, Stamp
from signaling.presence import Presence

COPIES = 2
_PAUSES = {
    "paused": "resumed",
    "recording_interrupted": "recording_resumed",
    "lost": "returned",
    "failure_rung": "failure_over",
    "consultation_recorded": "consultation_ended",
    "consultation_sealed": "consultation_ended",
    "consultation_unrecorded": "consultation_ended",
}
LASTING = frozenset(_PAUSES)
"""What lasts until it is mended, or to the end."""
_MOMENTS = frozenset({"segment_broken", "stopped_here"})
_PER_MEMBER = {"lost"}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who took part: who, as what, from where, and when they came, left and heard of the recording."""

    member: str
    role: str
    site: str
    name: str
    title: str
    unit_name: str
    people: tuple[tuple[str, str], ...]
    acknowledged_at: datetime | None
    connected_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Received:
    """The citizen as an official paper names them."""

    name: str
    id_kind: str
    id_number: str
    id_issued_on: date | None
    id_issued_by: str
    address: str
    phone: str
    site: str
    group_size: int
    representatives: tuple[str, ...]
    interpreter: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One note of the room."""

    kind: str
    at: datetime
    member: str
    ground: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """One file of the recording."""

    member: str
    file: str
    bytes: int
    sha256: str
    started_at: datetime
    ended_at: datetime
    closed: str


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A call for the city's board: how it stood at the end, who answered, and when somebody came."""

    stand: str
    asked_at: datetime
    stay_minutes: int
    answered_at: datetime | None
    answered_by: str
    ground: str
    offered_at: datetime | None
    came_at: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reception that this one goes on from: when it was, its minutes, and why it was broken off."""

    reception_code: str
    began_at: datetime
    minutes_code: str
    minutes_number: str
    outcome: str
    ground: str


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """All that the head is made of."""

    reception_code: str
    case_number: str
    request_code: str
    kind: str
    parent_agency: str
    agency: str
    locality: str
    place: str
    started_at: datetime | None
    ended_at: datetime | None
    chair: tuple[str, str]
    is_deputy: bool
    clerk: tuple[str, str]
    attendees: tuple[Attendee, ...]
    citizen: Received
    identity_check: str
    without_recording_ground: str
    notes: tuple[Noted, ...]
    originals: tuple[Original, ...]
    opening: tuple[tuple[str, datetime], ...] = ()
    presence: Presence = field(default_factory=dict)
    devices: tuple[Switch, ...] = ()
    board: tuple[BoardLine, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    spoken: Mapping[str, int] = field(default_factory=dict)
    shown: tuple[Stamp, ...] = ()
    handed: tuple[HandedIn, ...] = ()
    quorum: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong or was interrupted: from when to when, whom it hit, on which ground."""

    kind: str
    from_at: datetime
    until_at: datetime | None
    member: str
    ground: str
    people: tuple[str, ...] = ()


def incidents(notes: Sequence[Noted]) -> tuple[Incident, ...]:
    """Pair what broke with what mended it; what never came back stays open. Before the beginning nothing counts."""
    found: list[Incident] = []
    open_ones: dict[tuple[str, str], Noted] = {}
    has_begun = False
    for note in notes:
        has_begun = has_begun or note.kind == "began"
        if not has_begun:
            continue
        if note.kind in _PAUSES:
            open_ones.setdefault(_key(note.kind, note), note)
        elif note.kind in _MOMENTS or note.kind.startswith("choice_"):
            found.append(Incident(note.kind, note.at, None, note.member, note.ground))
        for broke, mended in _PAUSES.items():
            first = open_ones.pop(_key(broke, note), None) if note.kind == mended else None
            if first is not None:
                # Who came later is named by the note of the end.
                people = note.people or first.people
                found.append(Incident(broke, first.at, note.at, first.member, first.ground, people))
    found += [Incident(kind, n.at, None, n.member, n.ground, n.people) for (kind, _), n in open_ones.items()]
    return tuple(sorted(found, key=lambda one: one.from_at))


def _key(kind: str, note: Noted) -> tuple[str, str]:
    return kind, note.member if kind in _PER_MEMBER else ""


def mode_of(citizen_site: str) -> str:
    """Return how the reception was held: ``online``, or ``hybrid`` with the citizen at a site of the office."""
    return "online" if citizen_site == "home" else "hybrid"


def came(attendees: Iterable[Attendee]) -> tuple[Attendee, ...]:
    """Return those who were really there, with those named behind their camera."""
    return tuple(one for one in attendees if one.connected_at is not None)


def head_of(facts: HeadFacts) -> dict[str, Any]:
    """Return the head of the minutes as plain JSON."""
    names = {one.member: one.name for one in facts.attendees}
    notice = [one.acknowledged_at for one in facts.attendees if one.acknowledged_at is not None]
    return {
        "reception_code": facts.reception_code,
        "case_number": facts.case_number,
        "request_code": facts.request_code,
        "kind": facts.kind,
        "parent_agency": facts.parent_agency,
        "agency": facts.agency,
        "locality": facts.locality,
        "place": facts.place,
        "mode": mode_of(facts.citizen.site),
        "started_at": _iso(facts.started_at),
        "ended_at": _iso(facts.ended_at),
        "chair": {"name": facts.chair[0], "title": facts.chair[1], "is_deputy": facts.is_deputy},
        "clerk": {"name": facts.clerk[0], "title": facts.clerk[1]},
        "attendees": [_attendee(one) for one in came(facts.attendees)],
        "citizen": _citizen(facts.citizen),
        "identity_check": facts.identity_check,
        "recording_notice_at": _iso(min(notice) if notice else None),
        "recording": {
            "without_ground": facts.without_recording_ground,
            "originals": [_original(one, names) for one in facts.originals],
        },
        "presence": _presence(facts.attendees, facts.presence),
        "devices": rules_devices.account(facts.devices, names),
        "board": [_board(one) for one in facts.board],
        "earlier": [_earlier(one) for one in facts.earlier],
        "quorum": _quorum(facts.quorum, names),
        "opening": [{"code": code, "at": _iso(at)} for code, at in facts.opening],
        "spoken": [{"who": names[member], "seconds": s} for member, s in facts.spoken.items() if member in names],
        "incidents": [_incident(one, names) for one in incidents(facts.notes)],
        **rules_shown.account(facts.shown, facts.handed, facts.ended_at),
        "copies": COPIES,
    }


def _presence(attendees: Iterable[Attendee], presence: Presence) -> list[dict[str, Any]]:
    return [
        {
            "who": one.name,
            "role": one.role,
            "site": one.site,
            "stays": [{"from": _iso(stay.came_at), "until": _iso(stay.until)} for stay in presence[one.member]],
        }
        for one in attendees
        if one.member in presence
    ]


def _board(one: BoardLine) -> dict[str, Any]:
    return {
        "stand": one.stand,
        "asked_at": _iso(one.asked_at),
        "minutes": one.stay_minutes,
        "answered_at": _iso(one.answered_at),
        "who": one.answered_by,
        "ground": one.ground,
        "offered_at": _iso(one.offered_at),
        "came_at": _iso(one.came_at),
    }


def _earlier(one: Earlier) -> dict[str, str]:
    return {
        "reception_code": one.reception_code,
        "began_at": _iso(one.began_at),
        "minutes_code": one.minutes_code,
        "number": one.minutes_number,
        "outcome": one.outcome,
        "ground": one.ground,
    }


def _quorum(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Who was there at the beginning, by part; empty where the room did not tell."""
    if "lacking" not in told:
        return {}
    present = {part: names.get(member, member) for part, member in told["present"].items()}
    return {"present": present, "lacking": list(told["lacking"]), "ground": told["ground"]}


def _attendee(one: Attendee) -> dict[str, Any]:
    return {
        "role": one.role,
        "site": one.site,
        "name": one.name,
        "title": one.title,
        "unit": one.unit_name,
        "people": [{"name": name, "title": title} for name, title in one.people],
        "acknowledged_at": _iso(one.acknowledged_at),
        "connected_at": _iso(one.connected_at),
        "left_at": _iso(one.left_at),
    }


def _citizen(one: Received) -> dict[str, Any]:
    return {
        "name": one.name,
        "id_kind": one.id_kind,
        "id_number": one.id_number,
        "id_issued_on": one.id_issued_on.isoformat() if one.id_issued_on else "",
        "id_issued_by": one.id_issued_by,
        "address": one.address,
        "phone": one.phone,
        "site": one.site,
        "group_size": one.group_size,
        "representatives": list(one.representatives),
        "interpreter": one.interpreter,
    }


def _original(one: Original, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "who": names.get(one.member, one.member),
        "file": one.file,
        "bytes": one.bytes,
        "sha256": one.sha256,
        "from": _iso(one.started_at),
        "until": _iso(one.ended_at),
        "closed": one.closed,
    }


def _incident(one: Incident, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "from": _iso(one.from_at),
        "until": _iso(one.until_at),
        "who": _who(one, names),
        "ground": one.ground,
    }


def _who(one: Incident, names: Mapping[str, str]) -> str:
    if one.people:
        return ", ".join(names.get(member, member) for member in one.people)
    return names.get(one.member, "") if one.kind in _PER_MEMBER | {"segment_broken"} else ""


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
