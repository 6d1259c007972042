"""How a complaint may end: which words go together (domain.md, Appendix A)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server.errors import FieldError
from server.words import Instance, Role
from server.words_reports import Finding, ResultWay

WRITERS = frozenset({Role.RECEPTION_OFFICER, Role.PETITION_OFFICER, Role.WARD_CHAIR, Role.OFFICE_HEAD})
FINDINGS: Mapping[Instance, tuple[Finding, ...]] = {
    Instance.FIRST: (Finding.RIGHT, Finding.WRONG, Finding.PARTLY),
    Instance.SECOND: (Finding.UPHELD, Finding.CHANGED),
}


@dataclass(frozen=True, slots=True)
class Result:
    """How a complaint ended, and what its decision brings."""

    instance: Instance
    way: ResultWay
    decided_on: date
    is_in_time: bool
    finding: Finding | None = None
    has_execution: bool = False
    executed_on: date | None = None
    amounts: Mapping[str, int] = field(default_factory=dict[str, int])


def result_faults(result: Result, parts: Mapping[str, str], today: date) -> dict[str, FieldError]:
    """Say what does not go together; ``parts`` names, for an amount, the one it cannot exceed."""
    faults: dict[str, FieldError] = {}
    if result.way is ResultWay.DECISION and result.finding not in FINDINGS[result.instance]:
        faults["finding"] = FieldError("finding_needed" if result.finding is None else "finding_of_instance")
    if result.decided_on > today:
        faults["decided_on"] = FieldError("day_to_come")
    if result.executed_on is not None:
        if result.executed_on > today:
            faults["executed_on"] = FieldError("day_to_come")
        elif result.executed_on < result.decided_on:
            faults["executed_on"] = FieldError("executed_early")
        elif not result.has_execution:
            faults["executed_on"] = FieldError("nothing_to_execute")
    for part, whole in parts.items():
        if result.amounts.get(part, 0) > result.amounts.get(whole, 0):
            faults[f"a_{part}"] = FieldError("amount_larger")
    return faults
