"""The form that changes a day of the working calendar."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from server.errors import FieldError
from server.office.actions_calendar import DayChange
from server.office.forms_fields import Day, FormModel, Ticked, line


class Becomes(StrEnum):
    """What a day becomes."""

    OFF = "off"
    WORKED = "worked"
    AS_WEEK = "as_week"


_WORKED = {Becomes.OFF: False, Becomes.WORKED: True, Becomes.AS_WEEK: None}


class CalendarForm(FormModel):
    """A day, what it becomes, what it is called, and by which paper."""

    on: Day
    becomes: Becomes
    name: Annotated[str, BeforeValidator(line(120, least=0))] = ""
    ground: Annotated[str, BeforeValidator(line(500, least=5))]
    is_past_known: Ticked = False

    def faults(self) -> dict[str, FieldError]:
        """A special day has a name."""
        is_named = self.name or self.becomes is Becomes.AS_WEEK
        return {} if is_named else {"name": FieldError("required")}

    def as_change(self) -> DayChange:
        """Return what the action needs."""
        return DayChange(self.on, _WORKED[self.becomes], self.name, self.ground, self.is_past_known)
