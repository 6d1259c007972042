"""Forms of the schedule: text from a browser to records, or field errors."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from server.errors import BadForm, Fact, FieldError
from server.office.forms_fields import FIRST_YEAR
from server.office.rules import LAST_YEAR
from server.scheduling import rules
from server.scheduling.actions import Moving, NewAppointment
from server.scheduling.actions_days import NewDay, Postponing
from server.scheduling.rules import SlotPlan
from server.scheduling.rules_plan import FIRST_PLANNED
from server.text import tidy
from server.words import AppointmentVerb, DayKind

M = TypeVar("M", bound=BaseModel)

_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_TIME = re.compile(r"(\d{1,2})(?:[:hg.](\d{2})?)?")
_CODES = {
    "missing": "required",
    "string_too_short": "required",
    "string_too_long": "too_long",
    "int_parsing": "number_shape",
    "int_parsing_size": "number_shape",
    "value_error": "number_shape",
    "enum": "choice",
    "literal_error": "choice",
}
_OURS = frozenset({"required", "date_shape", "time_shape", "day_numbers", *_CODES.values()})


def _date(value: object) -> date:
    text = str(value or "")
    if not text:
        raise PydanticCustomError("required", "required")
    found = _DATE.fullmatch(text)
    try:
        on = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date_shape", "date_shape") from None
    if on.year < FIRST_YEAR:
        raise PydanticCustomError("date_shape", "date_shape")
    return on


def _time(value: object) -> time | None:
    text = str(value or "").replace(" ", "").lower()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        pass
    raise PydanticCustomError("time_shape", "time_shape")


Day = Annotated[date, BeforeValidator(_date)]
Hour = Annotated[time | None, BeforeValidator(_time)]
Ground = Annotated[str, Field(min_length=1, max_length=500)]
Key = Annotated[str, Field(pattern=r"[0-9a-f]{32}")]


Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DayForm(_Form):
    """A reception day as it is planned."""

    kind: DayKind
    held_on: Day
    place: str = Field(min_length=1, max_length=500)
    chair_id: Id
    attendees: str = Field("", max_length=2000)
    expected_content: str = Field("", max_length=2000)
    begins_1: Hour
    ends_1: Hour
    begins_2: Hour = None
    ends_2: Hour = None
    minutes: int = Field(ge=rules.SHORTEST_SLOT, le=rules.LONGEST_SLOT)
    gap: int = Field(ge=0, le=rules.LONGEST_GAP)
    capacity: int = Field(ge=1, le=rules.MOST_PLACES)
    key: Key
    version: int = 0

    def as_day(self) -> NewDay:
        """Return what the action needs. Raises BadForm for hours that make no day."""
        stretches = []
        for number, pair in enumerate(((self.begins_1, self.ends_1), (self.begins_2, self.ends_2)), 1):
            begins, ends = pair
            if begins is not None and ends is not None:
                stretches.append((begins, ends))
            elif begins is not None or ends is not None or number == 1:
                missing = "begins" if begins is None else "ends"
                raise BadForm({f"{missing}_{number}": FieldError("required")})
        plan = SlotPlan(tuple(stretches), self.minutes, self.gap, self.capacity)
        if (fault := rules.plan_fault(plan)) is not None:
            raise BadForm({fault[0]: FieldError(fault[1])})
        return NewDay(
            self.kind,
            self.held_on,
            self.place,
            self.chair_id,
            self.attendees,
            self.expected_content,
            plan,
            self.key,
        )


class PostponeForm(_Form):
    """Both are required: why, and to when (F07)."""

    ground: Ground
    new_on: Day
    is_followed: bool = False
    key: Key

    def as_postponing(self, code: str) -> Postponing:
        """Return what the action needs."""
        return Postponing(code, self.ground, self.new_on, self.is_followed, self.key)


class CancelForm(_Form):
    """Why something is called off. Named apart: the page may carry another ground beside it."""

    cancel_ground: Ground


class BookForm(_Form):
    """The slot chosen and how the citizen comes."""

    slot_id: Id
    mode: Annotated[str, Field(pattern="^(ward|home)$")]
    key: Key

    def as_appointment(self, request_code: str) -> NewAppointment:
        """Return what the action needs."""
        return NewAppointment(request_code, self.slot_id, self.mode == "ward", self.key)


class MoveForm(BookForm):
    """Another slot, and why."""

    ground: Ground

    def as_moving(self, code: str) -> Moving:
        """Return what the action needs."""
        return Moving(code, self.slot_id, self.mode == "ward", self.ground, self.key)


class AbsenceForm(_Form):
    """Why a citizen cannot come; nobody has to say."""

    ground: str = Field("", max_length=500)


class MarkForm(_Form):
    """Whether the citizen came."""

    verb: AppointmentVerb


def read(model: type[M], form: Mapping[str, Any]) -> M:
    """Return the form as a record. Raises BadForm with a code for each field at fault."""
    given = {name: tidy(value) for name, value in form.items() if isinstance(value, str)}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise BadForm({str(one["loc"][0]): _field_error(dict(one)) for one in error.errors()}) from None


def _field_error(error: Mapping[str, Any]) -> FieldError:
    kind, limits = str(error["type"]), error.get("ctx") or {}
    if error["loc"][0] in {"slot_id", "mode", "chair_id"}:
        return FieldError("choice")
    if kind in {"greater_than_equal", "less_than_equal"}:
        return FieldError("number_bounds", _bounds(str(error["loc"][0])))
    facts: dict[str, Fact] = {"most": limits["max_length"]} if "max_length" in limits else {}
    code = _CODES.get(kind, kind)
    # What no page of ours sends (a key of another shape) has no sentence of its own.
    return FieldError(code if code in _OURS else "choice", facts)


def _bounds(name: str) -> dict[str, Fact]:
    bounds = {
        "minutes": (rules.SHORTEST_SLOT, rules.LONGEST_SLOT),
        "gap": (0, rules.LONGEST_GAP),
        "capacity": (1, rules.MOST_PLACES),
        "year": (FIRST_PLANNED, LAST_YEAR),
        "weekday": (0, 6),
    }
    least, most = bounds[name]
    return {"least": least, "most": most}
