"""Kinds of form fields that several slices use, and one way to read a form.

A field's fault is a code; its sentence stands in ``web/words`` under ``[fields]``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from server import text
from server.errors import BadForm, FieldError, NotYours

LONGEST_PROSE = 10_000
FIRST_YEAR = 1900
"""Nobody who comes was born before; the first hours of the calendar have no moment in UTC."""
_MOST_DIGITS = 9
"""More is no id and no version, and more than a column of a database holds."""
_EMAIL = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,180}\.[^@\s<>\"',;.]{2,24}")
_DATE = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})")

Form = TypeVar("Form", bound="FormModel")


class FormModel(BaseModel):
    """A form: unknown fields are refused, absent ones are blank."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def faults(self) -> dict[str, FieldError]:
        """Return what is wrong between fields, when each is right by itself."""
        return {}


def read_form(model: type[Form], typed: Mapping[str, Any]) -> Form:
    """Return what was typed as a record. Raises BadForm with a fault for each field.

    Raises NotYours("stale_form") where the key is missing that makes pressing twice harmless: sent so from no
    page of ours, it would be a new thing each time, or meet another's.
    """
    if "key" in model.model_fields and not typed.get("key"):
        raise NotYours("stale_form")
    try:
        found = model.model_validate({k: v for k, v in typed.items() if isinstance(v, str)})
    except ValidationError as error:
        raise BadForm({_field(e): _fault(e) for e in error.errors()}) from None
    faults = found.faults()
    if faults:
        raise BadForm(faults)
    return found


def _field(error: Any) -> str:
    return str(error["loc"][0]) if error["loc"] else "form"


def _fault(error: Any) -> FieldError:
    if error["type"] in _OURS:
        return FieldError(error["type"], dict(error.get("ctx", {})))
    return FieldError("required" if error["type"] == "missing" or not error["input"] else "choice")


_OURS = {
    "required", "too_long", "too_short", "email", "phone", "date", "number",
    "number_bounds",
}  # fmt: skip


def line(most: int, *, least: int = 1) -> Callable[[Any], str]:
    """One line of text; ``least`` 0 makes it optional."""

    def read(value: Any) -> str:
        return _measured(text.one_line(str(value)), least, most)

    return read


def prose(most: int = LONGEST_PROSE, *, least: int = 1) -> Callable[[Any], str]:
    """Several lines of text; ``least`` 0 makes it optional."""

    def read(value: Any) -> str:
        return _measured(text.tidy(str(value)), least, most)

    return read


def _measured(found: str, least: int, most: int) -> str:
    if least and not found:
        raise PydanticCustomError("required", "")
    if len(found) < least:
        raise PydanticCustomError("too_short", "", {"least": least})
    if len(found) > most:
        raise PydanticCustomError("too_long", "", {"most": most, "length": len(found)})
    return found


def _phone(value: Any) -> str:
    found = text.tidy(str(value))
    if not found:
        raise PydanticCustomError("required", "")
    number = text.phone_number(found)
    if number is None:
        raise PydanticCustomError("phone", "")
    return number


def _phone_or_blank(value: Any) -> str:
    return _phone(value) if text.tidy(str(value)) else ""


def _email(value: Any) -> str:
    found = text.one_line(str(value))
    if found and (not _EMAIL.fullmatch(found) or len(found) > 254):  # noqa: PLR2004 RFC 5321
        raise PydanticCustomError("email", "")
    return found


def day(value: Any) -> date | None:
    """Read a date written 05/02/2026; None when blank."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    found = text.one_line(str(value or ""))
    if not found:
        return None
    parts = _DATE.fullmatch(found)
    try:
        on = date.fromisoformat(found) if parts is None else date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        raise PydanticCustomError("date", "") from None
    if on.year < FIRST_YEAR:
        raise PydanticCustomError("date", "")
    return on


def _needed_day(value: Any) -> date:
    found = day(value)
    if found is None:
        raise PydanticCustomError("required", "")
    return found


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A whole number between bounds."""

    def read(value: Any) -> int:
        found = re.sub(r"[\s.]", "", text.tidy(str(value)))
        if not found:
            raise PydanticCustomError("required", "")
        if not found.isascii() or not found.isdigit():
            raise PydanticCustomError("number", "")
        if not least <= int(found) <= most:
            raise PydanticCustomError("number_bounds", "", {"least": least, "most": most})
        return int(found)

    return read


def whole_or_blank(least: int, most: int) -> Callable[[Any], int | None]:
    """A whole number between bounds, or None where nothing was typed; what is no number is never taken for nothing."""
    read = whole(least, most)
    return lambda value: read(value) if text.tidy(str(value)) else None


def _whole_or_none(value: Any) -> int | None:
    found = str(value)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= _MOST_DIGITS else None


Phone = Annotated[str, BeforeValidator(_phone)]
PhoneOrBlank = Annotated[str, BeforeValidator(_phone_or_blank)]
Email = Annotated[str, BeforeValidator(_email)]
Day = Annotated[date, BeforeValidator(_needed_day)]
DayOrNone = Annotated[date | None, BeforeValidator(day)]
BLANK_IS_NONE = BeforeValidator(lambda value: value or None)
"""Before a word that may be left open."""
Ticked = Annotated[bool, BeforeValidator(lambda value: str(value) == "1" or value is True)]
Number = Annotated[int | None, BeforeValidator(_whole_or_none)]
Key = Annotated[str, BeforeValidator(line(60, least=16))]
"""What makes a form sent twice one thing. Every page of ours has it: see ``read_form``."""
NameOf = Annotated[str, BeforeValidator(line(120, least=2))]
LineOf = Annotated[str, BeforeValidator(line(300))]
LineOrBlank = Annotated[str, BeforeValidator(line(300, least=0))]
ProseOf = Annotated[str, BeforeValidator(prose())]
ProseOrBlank = Annotated[str, BeforeValidator(prose(least=0))]
