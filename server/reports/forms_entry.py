"""What is typed about reports: a range of days, a corrected row, how a complaint ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from server.errors import BadForm, FieldError
from server.office.forms_fields import (
    BLANK_IS_NONE,
    Day,
    DayOrNone,
    FormModel,
    Key,
    LineOrBlank,
    Ticked,
    prose,
    read_form,
)
from server.reports import rules
from server.reports.rules import Amount, Form
from server.reports.rules_period import Period, free, free_fault, read
from server.reports.rules_results import Result
from server.words import Instance
from server.words_reports import Finding, ResultWay

GROUND = 10
"""Fewest letters of a ground."""


class RangeForm(FormModel):
    """A free range."""

    tu: Day
    den: Day


def period_asked(typed: Mapping[str, str], usual: Period) -> Period:
    """Return the period a page was asked for; both days of a free range win over a name. Raises BadForm."""
    tu, den = typed.get("tu", "").strip(), typed.get("den", "").strip()
    if not tu and not den:
        return read(typed.get("ky", "")) or usual
    wanted = read_form(RangeForm, {"tu": tu, "den": den})
    fault = free_fault(wanted.tu, wanted.den)
    if fault is not None:
        raise BadForm({"den": fault})
    return free(wanted.tu, wanted.den)


class GroundForm(FormModel):
    """Why figures are changed."""

    ground: Annotated[str, BeforeValidator(prose(2_000, least=GROUND))] = ""
    key: Key


@dataclass(frozen=True, slots=True)
class Corrected:
    """A whole row as typed."""

    figures: Mapping[str, int]
    ground: str
    key: str


def corrected(form: Form, typed: Mapping[str, Any]) -> Corrected:
    """Return a row that was typed in, with its ground. Raises BadForm with a fault for each field."""
    figures: dict[str, int] = {}
    faults: dict[str, FieldError] = {}
    for column in form.columns:
        found = rules.figure(str(typed.get(f"c{column.code}", "")), column)
        if isinstance(found, FieldError):
            faults[f"c{column.code}"] = found
        else:
            figures[column.code] = found
    if not faults:
        faults = {f"c{code}": fault for code, fault in rules.broken(form, figures).items()}
    try:
        told = read_form(GroundForm, {"ground": typed.get("ground", ""), "key": typed.get("key", "")})
    except BadForm as bad:
        raise BadForm({**faults, **bad.fields}) from None
    if faults:
        raise BadForm(faults)
    return Corrected(figures, told.ground, told.key)


class SendForm(FormModel):
    """Closing a report."""

    remark: LineOrBlank = ""
    key: Key


class ResultForm(FormModel):
    """How a complaint ended."""

    instance: Instance
    way: ResultWay
    finding: Annotated[Finding | None, BLANK_IS_NONE] = None
    decided_on: Day
    is_in_time: Ticked = False
    has_execution: Ticked = False
    executed_on: DayOrNone = None


def result(typed: Mapping[str, Any], amounts: tuple[Amount, ...]) -> Result:
    """Return how a complaint ended, with its sums. Raises BadForm with a fault for each field."""
    faults: dict[str, FieldError] = {}
    values: dict[str, int] = {}
    for amount in amounts:
        words = str(typed.get(f"a_{amount.name}", "")).strip()
        found = rules.figure(words, amount.column) if words else 0
        if isinstance(found, FieldError):
            faults[f"a_{amount.name}"] = found
        else:
            values[amount.name] = found
    try:
        told = read_form(ResultForm, {k: v for k, v in typed.items() if not k.startswith("a_")})
    except BadForm as bad:
        raise BadForm({**bad.fields, **faults}) from None
    if faults:
        raise BadForm(faults)
    return Result(
        instance=told.instance,
        way=told.way,
        decided_on=told.decided_on,
        is_in_time=told.is_in_time,
        finding=told.finding if told.way is ResultWay.DECISION else None,
        has_execution=told.has_execution,
        executed_on=told.executed_on,
        amounts=values,
    )
