"""The form of a year's plan: which days of the month, who presides, which hours."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from server.errors import BadForm, FieldError
from server.office.rules import LAST_YEAR
from server.scheduling.actions_plan import NewPlan
from server.scheduling.forms import Day, DayForm
from server.scheduling.rules_plan import FIRST_PLANNED, LAST_OF_MONTH, MOST_A_MONTH, Pattern
from server.words import DayKind


def _numbers(most: int) -> Any:
    def read(value: object) -> tuple[int, ...]:
        words = re.findall(r"[^\s,;.]+", str(value or ""))
        if any(not re.fullmatch(r"0?[1-9]|[1-9][0-9]", word) or int(word) > most for word in words):
            raise PydanticCustomError("day_numbers", "")
        found = tuple(sorted({int(word) for word in words}))
        if len(found) > MOST_A_MONTH:
            raise PydanticCustomError("day_numbers", "")
        return found

    return read


class PlanForm(DayForm):
    """A year, a rule, and what each day is like."""

    kind: DayKind = DayKind.PERIODIC
    held_on: Day = date(2000, 1, 1)
    year: int = Field(ge=FIRST_PLANNED, le=LAST_YEAR)
    step: Literal["preview", "lay"] = "lay"
    rule: Literal["weekday", "dates"]
    weekday: int = Field(0, ge=0, le=6)
    weeks: Annotated[tuple[int, ...], BeforeValidator(_numbers(5))] = ()
    dates: Annotated[tuple[int, ...], BeforeValidator(_numbers(LAST_OF_MONTH))] = ()

    def as_plan(self) -> NewPlan:
        """Return what the action needs. Raises BadForm for a rule that names no day."""
        is_weekday = self.rule == "weekday"
        if not (self.weeks if is_weekday else self.dates):
            raise BadForm({"weeks" if is_weekday else "dates": FieldError("required")})
        pattern = Pattern(self.weeks, self.weekday) if is_weekday else Pattern(dates=self.dates)
        return NewPlan(self.year, pattern, self.as_day())
