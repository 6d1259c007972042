"""How a registration or a petition counts in the tables: which words go with which kind (domain.md 2.12, Appendix A).

It is said once, on the page of the matter itself; reports only read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.errors import FieldError
from server.words import Direction, Instance, Kind, PetitionField, Standing

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
OWN = frozenset({Direction.ACCEPT, Direction.VERIFY})
"""The office itself is competent."""
SENT_AWAY = frozenset({Direction.GUIDE, Direction.TRANSFER, Direction.URGE})
"""Somebody else is competent; the petition counts as outside."""
DIRECTIONS: Mapping[Kind, tuple[Direction, ...]] = {
    kind: (
        Direction.ACCEPT,
        Direction.GUIDE if kind is Kind.COMPLAINT else Direction.TRANSFER,
        Direction.URGE,
    )
    for kind in Kind
}
"""Where a registration without a petition can go: a complaint is guided, everything else transferred (2.12)."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """How a matter counts. ``field`` is None while nobody has said it; ``direction`` None: as the desk handled it."""

    field: PetitionField | None = None
    standing: Standing | None = None
    instance: Instance = Instance.FIRST
    direction: Direction | None = None
    replied_on: date | None = None


def sorting_faults(kind: Kind, sorting: Sorting, today: date, *, is_sent_away: bool) -> dict[str, FieldError]:
    """Say what does not go with this kind of matter. ``is_sent_away``: by the flow, where no direction is said."""
    faults: dict[str, FieldError] = {}
    if sorting.field is not None and sorting.field not in FIELDS[kind]:
        faults["petition_field"] = FieldError("field_of_kind")
    if sorting.standing is not None and sorting.standing not in STANDINGS[kind]:
        faults["standing"] = FieldError("standing_of_kind")
    if sorting.instance is Instance.SECOND and kind is not Kind.COMPLAINT:
        faults["instance"] = FieldError("second_complaint_only")
    if sorting.direction is not None and sorting.direction not in DIRECTIONS[kind]:
        faults["direction"] = FieldError("direction_of_kind")
    if sorting.direction is not None:
        is_sent_away = sorting.direction in SENT_AWAY
    if sorting.replied_on is not None and sorting.replied_on > today:
        faults["replied_on"] = FieldError("day_to_come")
    elif sorting.replied_on is not None and not is_sent_away:
        faults["replied_on"] = FieldError("reply_to_nobody")
    return faults


@dataclass(frozen=True, slots=True)
class Choices:
    """What a page offers when it asks how a matter counts."""

    fields: tuple[PetitionField, ...]
    standings: tuple[Standing, ...]
    directions: tuple[Direction, ...]
    has_instance: bool


def choices(kind: Kind | None) -> Choices:
    """Return what fits a kind; of every kind (None) while the kind itself is being chosen."""
    kinds = tuple(Kind) if kind is None else (kind,)
    return Choices(
        tuple(one for one in PetitionField if any(one in FIELDS[each] for each in kinds)),
        tuple(one for one in Standing if any(one in STANDINGS[each] for each in kinds)),
        tuple(one for one in Direction if any(one in DIRECTIONS[each] for each in kinds)),
        Kind.COMPLAINT in kinds,
    )
