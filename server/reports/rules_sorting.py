"""How a petition may be sorted and how a complaint may end: which words go together (domain.md 2.12, Appendix A)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from server.errors import FieldError
from server.words import Kind, Role
from server.words_reports import (
    Competence,
    Finding,
    Instance,
    OutsideWay,
    PetitionField,
    ResultWay,
    Standing,
)

SORTERS = frozenset({Role.RECEPTION_OFFICER, Role.PETITION_OFFICER, Role.WARD_CHAIR, Role.OFFICE_HEAD})

FIELDS: Mapping[Kind, tuple[PetitionField, ...]] = {
    Kind.COMPLAINT: (
        PetitionField.POLICY,
        PetitionField.LAND,
        PetitionField.OTHER_ADMIN,
        PetitionField.JUDICIAL,
        PetitionField.PARTY,
        PetitionField.OTHER,
    ),
    Kind.DENUNCIATION: tuple(PetitionField),
    Kind.RECOMMENDATION: (PetitionField.POLICY, PetitionField.LAND, PetitionField.JUDICIAL, PetitionField.OTHER),
    Kind.FEEDBACK: (PetitionField.POLICY, PetitionField.LAND, PetitionField.JUDICIAL, PetitionField.OTHER),
}
STANDINGS: Mapping[Kind, tuple[Standing, ...]] = {
    Kind.COMPLAINT: (Standing.NEW, Standing.RESOLVED_FIRST, Standing.RESOLVED_SECOND, Standing.JUDGED),
    Kind.DENUNCIATION: (Standing.NEW, Standing.OVERDUE, Standing.CONCLUDED),
    Kind.RECOMMENDATION: (Standing.NEW, Standing.RESOLVED_FIRST),
    Kind.FEEDBACK: (Standing.NEW, Standing.RESOLVED_FIRST),
}
_OTHERS = (OutsideWay.TRANSFER, OutsideWay.URGE)
OUTSIDE_WAYS: Mapping[Kind, tuple[OutsideWay, ...]] = {
    Kind.COMPLAINT: (OutsideWay.GUIDE, OutsideWay.URGE),
    Kind.DENUNCIATION: _OTHERS,
    Kind.RECOMMENDATION: _OTHERS,
    Kind.FEEDBACK: _OTHERS,
}
"""A complaint outside competence is guided or urged; everything else is transferred or urged."""
FINDINGS: Mapping[Instance, tuple[Finding, ...]] = {
    Instance.FIRST: (Finding.RIGHT, Finding.WRONG, Finding.PARTLY),
    Instance.SECOND: (Finding.UPHELD, Finding.CHANGED),
}


@dataclass(frozen=True, slots=True)
class Sorting:
    """How a petition counts."""

    field: PetitionField
    standing: Standing
    instance: Instance = Instance.FIRST
    competence: Competence = Competence.OWN
    direction: OutsideWay | None = None
    replied_on: date | None = None


def sorting_faults(kind: Kind, sorting: Sorting, today: date) -> dict[str, FieldError]:
    """Say what does not go with this kind of petition."""
    faults: dict[str, FieldError] = {}
    if sorting.field not in FIELDS[kind]:
        faults["field"] = FieldError("choice")
    if sorting.standing not in STANDINGS[kind]:
        faults["standing"] = FieldError("choice")
    is_outside = sorting.competence is Competence.OUTSIDE
    if is_outside and sorting.direction not in OUTSIDE_WAYS[kind]:
        faults["direction"] = FieldError("direction_needed" if sorting.direction is None else "direction_of_kind")
    if sorting.replied_on is not None and sorting.replied_on > today:
        faults["replied_on"] = FieldError("day_to_come")
    elif sorting.replied_on is not None and not is_outside:
        faults["replied_on"] = FieldError("reply_to_nobody")
    return faults


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
