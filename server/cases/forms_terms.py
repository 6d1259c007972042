"""Forms of a term of law: start, extend, count by another limit; and the office's own limits."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from server import text
from server.cases import rules_terms
from server.cases.actions_terms import Extension, NewTerm
from server.cases.rules_terms import LEVELS, Level
from server.errors import BadForm, FieldError
from server.office.forms_fields import Day, DayOrNone, FormModel, Number, line, whole
from server.office.rules import SETTINGS, setting_fault
from server.words import Complexity


def _level(value: object) -> Level:
    try:
        return LEVELS[str(value)]
    except KeyError:
        raise PydanticCustomError("choice", "") from None


LevelOf = Annotated[Level, BeforeValidator(_level)]
GroundOf = Annotated[str, BeforeValidator(line(500, least=5))]


class TermForm(FormModel):
    """A term and the day of its event."""

    rule: Annotated[str, BeforeValidator(line(10))]
    started_on: Day
    level: LevelOf = rules_terms.PLAIN
    given_on: DayOrNone = None

    def as_term(self) -> NewTerm:
        """Return what the action needs."""
        return NewTerm(self.rule, self.started_on, self.level, self.given_on)


class ExtendForm(FormModel):
    """A decision to extend."""

    complexity: Complexity
    days: Annotated[int, BeforeValidator(whole(1, rules_terms.MOST_EXTENSION))]
    decision: Annotated[str, BeforeValidator(line(200))]
    decided_on: Day
    ground: GroundOf
    seen: Number = None

    def as_extension(self) -> Extension:
        """Return what the action needs."""
        seen = -1 if self.seen is None else self.seen
        return Extension(self.complexity, self.days, self.decision, self.decided_on, self.ground, seen)


class VaryForm(FormModel):
    """Another limit of the same rule, and why."""

    level: LevelOf
    vary_ground: GroundOf


def own_limits(typed: Mapping[str, str]) -> dict[str, int]:
    """Return the office's own limits as typed, by setting. Raises BadForm: they may only be shorter (F62)."""
    found, faults = dict[str, int](), dict[str, FieldError]()
    for name in typed:
        words = text.tidy(typed[name])
        if name not in SETTINGS:
            continue
        if not words.isascii() or not words.isdigit() or len(words) > 4:  # noqa: PLR2004 no limit has five digits
            faults[name] = FieldError("number" if words else "required")
            continue
        found[name] = int(words)
        fault = setting_fault(name, int(words))
        if fault is not None:
            faults[name] = fault
    if faults:
        raise BadForm(faults)
    return found
