"""Forms of incidents: what somebody in the room tells, what a technician writes."""

import re
from collections.abc import Mapping
from typing import Any

from server import text
from server.errors import BadForm, FieldError
from server.incidents import rules
from server.words import IncidentKind, IncidentVerb

_KEY = re.compile(r"[0-9A-Za-z-]{8,40}")


def told(sent: Mapping[str, Any]) -> tuple[IncidentKind, str, str]:
    """Read kind, words and key of a telling. Raises BadForm."""
    kind, words, key = (value if isinstance(value := sent.get(name), str) else "" for name in ("kind", "words", "key"))
    words = text.one_line(words)
    errors: dict[str, FieldError] = {}
    if kind not in rules.TELLABLE:
        errors["kind"] = FieldError("choice")
    elif kind == IncidentKind.OTHER and not words:
        errors["words"] = FieldError("required")
    if len(words) > rules.LONGEST:
        errors["words"] = FieldError("too_long", {"most": rules.LONGEST})
    if not _KEY.fullmatch(key):
        errors.setdefault("kind", FieldError("choice"))
    if errors:
        raise BadForm(errors)
    return IncidentKind(kind), words, key


def step(sent: Mapping[str, Any]) -> tuple[IncidentVerb, str]:
    """Read what a technician does, and what was done. Raises BadForm."""
    verb, done = str(sent.get("verb", "")), text.one_line(str(sent.get("done", "")))
    if verb not in set(IncidentVerb):
        raise BadForm({"verb": FieldError("choice")})
    if len(done) > rules.LONGEST:
        raise BadForm({"done": FieldError("too_long", {"most": rules.LONGEST})})
    if verb == IncidentVerb.CLOSE and not done:
        raise BadForm({"done": FieldError("required")})
    return IncidentVerb(verb), done
