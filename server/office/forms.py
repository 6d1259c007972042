"""The form with the office's own facts."""

from collections.abc import Mapping
from typing import Any

from server import text
from server.errors import BadForm, FieldError
from server.office.queries_unit import UnitDetails

_LIMITS = {"name": 200, "phone": 40, "address": 500, "reception_place": 500, "locality": 200, "short_code": 20}
_REQUIRED = ("name", "phone", "short_code")


def typed(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed, every field present, to be shown again."""
    return {name: str(form.get(name, "")) for name in _LIMITS}


def unit_details(form: Mapping[str, Any]) -> UnitDetails:
    """Read the form. Raises BadForm."""
    values = {name: text.one_line(str(form.get(name, ""))) for name in _LIMITS}
    errors = {name: FieldError("required") for name in _REQUIRED if not values[name]}
    errors |= {
        name: FieldError("too_long", {"most": most}) for name, most in _LIMITS.items() if len(values[name]) > most
    }
    if errors:
        raise BadForm(errors)
    return UnitDetails(**values)
