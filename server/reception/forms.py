"""Forms of the reception desk, and the notes a media worker sends."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from server import text
from server.clock import at_office, local
from server.errors import BadForm, FieldError
from server.reception import rules
from server.reception.actions import Guest
from server.reception.actions_notes import NoteIn
from server.reception.rules_paper import OnPaper
from server.words import IdentityCheck
from signaling.roles import RoomRole

GUEST_ROLES = (RoomRole.INTERPRETER, RoomRole.DEPARTMENT, RoomRole.OBSERVER)
_LONGEST = 200
_LONGEST_GROUND = 500
_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:hg.]\s*([0-5]\d)")
CHOOSE = FieldError("choice")


def typed(form: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Return what was typed, every field present, to be shown again."""
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in names}


def guest(form: Mapping[str, Any]) -> Guest:
    """Read the form that invites a guest. Raises BadForm."""
    values = {name: text.one_line(value) for name, value in typed(form, "name", "title", "unit_name", "role").items()}
    errors = {name: FieldError("required") for name in ("name", "role") if not values[name]}
    errors |= {
        name: FieldError("too_long", {"most": _LONGEST}) for name, value in values.items() if len(value) > _LONGEST
    }
    if "role" not in errors and values["role"] not in {role.value for role in GUEST_ROLES}:
        errors["role"] = FieldError("choice")
    if errors:
        raise BadForm(errors)
    return Guest(values["name"], values["title"], values["unit_name"], RoomRole(values["role"]))


def people(form: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Read who sits in the ward's room: one person a line, name and title apart by a comma or dash."""
    lines = [text.one_line(line) for line in typed(form, "people")["people"].splitlines()]
    found = [_name_and_title(line) for line in lines if line]
    if len(found) > rules.MOST_PEOPLE:
        raise BadForm({"people": FieldError("too_many_people", {"most": rules.MOST_PEOPLE})})
    if any(len(name) > _LONGEST or len(title) > _LONGEST for name, title in found):
        raise BadForm({"people": FieldError("too_long", {"most": _LONGEST})})
    return tuple(found)


def _name_and_title(line: str) -> tuple[str, str]:
    for mark in (",", " – ", " - "):
        name, found, title = line.partition(mark)
        if found:
            return name.strip(), title.strip()
    return line, ""


def identity(form: Mapping[str, Any]) -> IdentityCheck:
    """Read how identity was checked. Raises BadForm."""
    value = typed(form, "method")["method"]
    if value not in set(IdentityCheck) or value == IdentityCheck.NOT_YET:
        raise BadForm({"method": FieldError("choice")})
    return IdentityCheck(value)


def on_paper(form: Mapping[str, Any], starts_at: datetime) -> OnPaper:
    """Read when a reception was held on paper, on the day of its hour, and why. Raises BadForm."""
    values = {name: text.one_line(value) for name, value in typed(form, "began", "ended", "ground").items()}
    times = {name: _TIME.fullmatch(values[name]) for name in ("began", "ended")}
    errors = {name: FieldError("time_of_day") for name, found in times.items() if found is None}
    errors |= {name: FieldError("required") for name, value in values.items() if not value}
    if len(values["ground"]) > _LONGEST_GROUND:
        errors["ground"] = FieldError("too_long", {"most": _LONGEST_GROUND})
    if errors:
        raise BadForm(errors)
    on = local(starts_at).date()
    began, ended = (at_office(on, int(found[1]), int(found[2])) for found in times.values() if found is not None)
    return OnPaper(began, ended, values["ground"])


def digits(form: Mapping[str, Any]) -> tuple[str, str]:
    """Read six digits and a telephone. Raises BadForm."""
    values = typed(form, "digits", "phone")
    six = "".join(c for c in values["digits"] if c.isdecimal() and c.isascii())
    phone = text.phone_number(values["phone"])
    errors: dict[str, FieldError] = {}
    if len(six) != 6:  # noqa: PLR2004 the code has six digits
        errors["digits"] = FieldError("six_digits")
    if phone is None:
        errors["phone"] = FieldError("phone")
    if errors or phone is None:
        raise BadForm(errors)
    return six, phone


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    room: Annotated[str, StringConstraints(max_length=64)]
    seq: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    kind: Annotated[str, StringConstraints(max_length=40)]
    member: Annotated[str, StringConstraints(max_length=64)] | None
    facts: dict[str, Any]


class _Letter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    worker: Annotated[str, StringConstraints(max_length=40)]
    notes: Annotated[list[_Note], Field(max_length=1000)]


def notes(body: bytes) -> tuple[str, dict[str, list[NoteIn]]]:
    """Read a worker's letter: its name, and the notes by room. Raises BadForm."""
    try:
        letter = _Letter.model_validate(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise BadForm({}) from None
    rooms: dict[str, list[NoteIn]] = {}
    for each in letter.notes:
        moment: datetime = each.at
        rooms.setdefault(each.room, []).append(NoteIn(each.room, each.seq, moment, each.kind, each.member, each.facts))
    return letter.worker, rooms
