"""Forms of calling the city's board: what the ward asks, what the board answers."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from server import text
from server.clock import at_office, local
from server.errors import BadForm, FieldError
from server.office.forms_fields import FIRST_YEAR
from server.reception import rules_call
from server.reception.actions_call import Answering, Asking
from server.words import CallVerb, Urgency

_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_TIME = re.compile(r"(\d{1,2})[:hg.](\d{2})")
_KEY = re.compile(r"[0-9a-f]{32}")


def asking(form: Mapping[str, Any]) -> Asking:
    """Read what the ward asks for, from a form or from the room. Raises BadForm."""
    words = text.one_line(str(form.get("hand_over", "")))
    urgency, stay = str(form.get("urgency", "")), str(form.get("stay_minutes", ""))
    errors: dict[str, FieldError] = {}
    if not words:
        errors["hand_over"] = FieldError("required")
    elif len(words) > rules_call.LONGEST_HAND_OVER:
        errors["hand_over"] = FieldError("too_long", {"most": rules_call.LONGEST_HAND_OVER})
    if urgency not in set(Urgency):
        errors["urgency"] = FieldError("choice")
    if stay not in map(str, rules_call.STAY_CHOICES):
        errors["stay_minutes"] = FieldError("choice")
    key = str(form.get("key", ""))
    if not _KEY.fullmatch(key):
        errors["key"] = FieldError("choice")
    if errors:
        raise BadForm(errors)
    return Asking(Urgency(urgency), int(stay), words, key)


def refusing(form: Mapping[str, Any]) -> Answering:
    """Read why the board refuses. Raises BadForm."""
    return Answering(CallVerb.REFUSE, _line(form, "ground", is_needed=True))


def putting_off(form: Mapping[str, Any], at: datetime) -> Answering:
    """Read the other time that the board offers, later than now at the office. Raises BadForm."""
    errors: dict[str, FieldError] = {}
    on = _date(str(form.get("offered_on", "")))
    if on is None:
        errors["offered_on"] = FieldError("date_shape")
    hour = _TIME.fullmatch(str(form.get("offered_time", "")).strip().lower())
    if hour is None or int(hour[1]) > 23 or int(hour[2]) > 59:  # noqa: PLR2004 hours and minutes of a day
        errors["offered_time"] = FieldError("time_shape")
    if errors or on is None or hour is None:
        raise BadForm(errors)
    offered_at = at_office(on, int(hour[1]), int(hour[2]))
    last = local(at).date() + timedelta(days=rules_call.PUT_OFF_DAYS)
    if offered_at <= at or on > last:
        raise BadForm({"offered_on": FieldError("offer_outside", {"days": rules_call.PUT_OFF_DAYS})})
    return Answering(CallVerb.PUT_OFF, _line(form, "note", is_needed=False), offered_at)


def _line(form: Mapping[str, Any], name: str, *, is_needed: bool) -> str:
    line = text.one_line(str(form.get(name, "")))
    if is_needed and not line:
        raise BadForm({name: FieldError("required")})
    if len(line) > rules_call.LONGEST_GROUND:
        raise BadForm({name: FieldError("too_long", {"most": rules_call.LONGEST_GROUND})})
    return line


def _date(written: str) -> date | None:
    found = _DATE.fullmatch(written.strip())
    try:
        on = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(written.strip())
    except ValueError:
        return None
    return on if on.year >= FIRST_YEAR else None
