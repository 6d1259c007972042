"""Turns sealed minutes into the facts of the printed paper: office times, Vietnamese dates, words for codes."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from recordings.manifest import SEALED_NAME
from server.clock import local
from server.i18n import clock_vi, date_vi, datetime_vi, paper_date, size_vi, time_vi
from server.minutes.rules_head import LASTING
from server.office.rules import MINUTES
from server.words import Answer, ConfirmationMethod

Say = Callable[[str], str]
"""Gives the word for a label's key."""

_BY_HAND = {ConfirmationMethod.SIGNED_AT_SITE.value, ConfirmationMethod.FINGERPRINT.value}


def print_facts(sealed: Mapping[str, Any], say: Say, lookup: str, *, is_draft: bool = False) -> dict[str, Any]:
    """Return what ``print/minutes.typ`` prints. A paper that is not sealed has no number and no day (F50)."""
    head, method = sealed["head"], sealed["method"]
    sealed_at = _moment(sealed["sealed_at"])
    parts = {field: [_paragraph(p) for p in paragraphs] for field, paragraphs in sealed["parts"].items()}
    return {
        **_opening(head, say),
        "number": sealed["number"] or f"/{MINUTES}-UBND",
        "date": paper_date(local(sealed_at).date()) if sealed_at else None,
        "is_draft": is_draft,
        "code": sealed["code"],
        "system": say("paper.system"),
        "lookup": lookup,
        "parts": parts,
        **_papers(head, say),
        **_recording(head, say),
        "ended": _long(_moment(head["ended_at"])),
        "read_back_at": datetime_vi(_moment(sealed["read_back_at"])),
        "copies": f"{head['copies']:02d}",
        "method": say(f"confirmation_method.{method}") if method else "",
        "is_refused": method == ConfirmationMethod.REFUSED.value,
        "is_signed_by_hand": method in _BY_HAND,
        "is_contested": any(p["objection"] for paragraphs in parts.values() for p in paragraphs),
        "confirmed_at": datetime_vi(_moment(sealed["confirmed_at"])),
        "refused_ground": sealed["refused_ground"],
        "witness": sealed["witness"],
        "words_sha256": sealed["words_sha256"],
    }


def _opening(head: Mapping[str, Any], say: Say) -> dict[str, Any]:
    citizen = head["citizen"]
    issued = citizen["id_issued_on"]
    return {
        "parent_agency": head["parent_agency"],
        "agency": head["agency"],
        "locality": head["locality"],
        "reception_code": head["reception_code"],
        "case_number": head["case_number"],
        "place": head["place"],
        "mode": say(f"reception_mode.{head['mode']}"),
        "started": _long(_moment(head["started_at"])),
        "chair": head["chair"],
        "clerk": head["clerk"],
        "attendees": _attendees(head, say),
        "quorum": _quorum(head, say),
        "citizen": {
            **citizen,
            "site": say(f"site.{citizen['site']}"),
            "id_kind": say(f"id_paper.{citizen['id_kind']}"),
            "id_issued_on": date_vi(date.fromisoformat(issued)) if issued else "",
        },
        "identity_check": say(f"identity_check.{head['identity_check']}"),
    }


def _quorum(head: Mapping[str, Any], say: Say) -> dict[str, Any] | None:
    """None for heads that were sealed before it was checked."""
    told = head.get("quorum")
    if not told:
        return None
    return {"lacking": [say(f"lacking.{part}") for part in told["lacking"]], "ground": told["ground"]}


def _attendees(head: Mapping[str, Any], say: Say) -> list[dict[str, str]]:
    """The chair and the citizen have lines of their own; behind a room's camera sit those who are named."""
    found: list[dict[str, str]] = []
    for one in head["attendees"]:
        role, site = say(f"room_role.{one['role']}"), say(f"site.{one['site']}")
        if one["role"] == "observer":
            # Who watched, and when, is nobody's secret.
            stay = " – ".join(filter(None, (clock_vi(_moment(one["connected_at"])), clock_vi(_moment(one["left_at"])))))
            role = f"{role}, {stay}" if stay else role
        if one["role"] not in {"chair", "citizen", "ward_room", "recorder"}:
            found.append({"name": one["name"], "title": one["title"], "unit": one["unit"], "role": role, "site": site})
        if one["role"] != "citizen":
            found += [
                {"name": person["name"], "title": person["title"], "unit": one["unit"], "role": role, "site": site}
                for person in one["people"]
            ]
    return found


def _papers(head: Mapping[str, Any], say: Say) -> dict[str, Any]:
    # Heads that were sealed before these were kept have none.
    return {
        "shown": [
            {
                **one,
                "from": clock_vi(_moment(one["from"])),
                "until": clock_vi(_moment(one["until"])),
            }
            for one in head.get("shown", ())
        ],
        "handed_in": [
            {
                "code": one["code"],
                "who": one["who"],
                "at": clock_vi(_moment(one["at"])),
                "state": say(f"hand_in_state.{one['state']}"),
                "by": one["by"],
                "ground": one["ground"],
                "files": [
                    {"name": f["name"], "bytes": size_vi(f["bytes"]), "sha256": f["sha256"]} for f in one["files"]
                ],
            }
            for one in head.get("handed_in", ())
        ],
    }


def _recording(head: Mapping[str, Any], say: Say) -> dict[str, Any]:
    return {
        "notice_at": datetime_vi(_moment(head["recording_notice_at"])),
        "without_ground": head["recording"]["without_ground"],
        "originals": [
            {
                "who": one["who"],
                "from": clock_vi(_moment(one["from"])),
                "until": clock_vi(_moment(one["until"])),
                "closed": say(f"closed.{one['closed']}") + _sealed(one["file"], say),
                "sha256": one["sha256"],
            }
            for one in head["recording"]["originals"]
        ],
        "incidents": [
            {
                "what": say(f"incident.{one['kind']}"),
                "from": clock_vi(_moment(one["from"])),
                "until": clock_vi(_moment(one["until"])),
                "is_open": one["kind"] in LASTING,
                "who": one["who"],
                "ground": one["ground"],
            }
            for one in head["incidents"]
        ],
        **_people(head, say),
        # Heads that were sealed before these were kept have none.
        "script": [
            {"what": say(f"opening.{one['code']}"), "at": clock_vi(_moment(one["at"]))}
            for one in head.get("opening", ())
        ],
        "spoken": [
            {"who": one["who"], "minutes": max(1, round(one["seconds"] / 60))} for one in head.get("spoken", ())
        ],
    }


def _sealed(file: str, say: Say) -> str:
    return f", {say('closed.under_seal')}" if file.endswith(SEALED_NAME) else ""


def _people(head: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Who was there when, on which kind of device, how the city's board answered, and which receptions this one goes on from."""
    return {
        "presence": [
            {
                "who": one["who"],
                "role": say(f"room_role.{one['role']}"),
                "site": say(f"site.{one['site']}"),
                "stays": [
                    {"from": clock_vi(_moment(stay["from"])), "until": clock_vi(_moment(stay["until"]))}
                    for stay in one["stays"]
                ],
                "breaks": [
                    {"from": clock_vi(_moment(before["until"])), "until": clock_vi(_moment(after["from"]))}
                    for before, after in pairwise(one["stays"])
                ],
            }
            for one in head.get("presence", ())
        ],
        "devices": _devices(head, say),
        "board": [
            {
                **one,
                "stand": say(f"call_minuted.{one['stand']}"),
                "asked_at": clock_vi(_moment(one["asked_at"])),
                "answered_at": clock_vi(_moment(one["answered_at"])),
                "offered_at": datetime_vi(_moment(one["offered_at"])),
                "came_at": clock_vi(_moment(one["came_at"])),
            }
            for one in head.get("board", ())
        ],
        "earlier": [
            {**one, "on": date_vi(local(began).date())}
            for one in head.get("earlier", ())
            if (began := _moment(one["began_at"])) is not None
        ],
    }


def _devices(head: Mapping[str, Any], say: Say) -> list[dict[str, Any]]:
    return [
        {
            "who": one["who"],
            "at": clock_vi(_moment(one["at"])),
            "before": say(f"device_kind.{one['before']}"),
            "after": say(f"device_kind.{one['after']}"),
            "is_same": one["before"] == one["after"],
            "both": one["both"],
        }
        for one in head.get("devices", ())
    ]


def _paragraph(one: Mapping[str, str]) -> dict[str, str]:
    return {"words": one["words"], "objection": one["objection"] if one["answer"] == Answer.OBJECT.value else ""}


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _long(at: datetime | None) -> dict[str, str] | None:
    if at is None:
        return None
    day, month, year = paper_date(local(at).date())
    return {"time": time_vi(at), "day": day, "month": month, "year": year}
