"""What an issued paper does to the terms of its case, and what is left of that when it is taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.cases.rules_terms import RULES
from server.words import Instance, Kind, StartEvent


@dataclass(frozen=True, slots=True)
class Answer:
    """An issued paper: the terms it meets, and those whose event it is.

    ``paper_id`` is None for one that was written and numbered elsewhere.
    """

    paper_id: int | None
    number: str
    issued_on: date
    meets: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The terms that the acceptance of a matter meets, and those that run from its day."""

    meets: tuple[str, ...]
    starts: tuple[str, ...]


ACCEPTED: Mapping[Kind, Acceptance] = {
    Kind.COMPLAINT: Acceptance(("D1", "D2"), ("D3",)),
    Kind.DENUNCIATION: Acceptance(("D11",), ("D13", "D14")),
}
"""Of domain.md 2.4; recommendation and feedback have no term of resolution by law."""
_AT_SECOND = {"D3": "D5"}


def of_instance(rules: tuple[str, ...], instance: Instance) -> tuple[str, ...]:
    """Return the terms as they are named at this instance: a second resolution has a longer term of its own."""
    return tuple(_AT_SECOND.get(rule, rule) for rule in rules) if instance is Instance.SECOND else rules


def started_on(rule: str, received_on: date, paper: Answer) -> date:
    """Return the day a term runs from that a paper brings up: its own event may lie before the paper."""
    return received_on if RULES[rule].starts is StartEvent.RECEIVED else paper.issued_on


def ends_with_paper(rule: str) -> bool:
    """Whether a term loses its event when the paper that started it is taken back."""
    return RULES[rule].starts is not StartEvent.RECEIVED


def still_met(rule: str, since: date, others: Iterable[Answer]) -> Answer | None:
    """Return the first of the papers still in force that meets a term running from a day, or None."""
    able = [one for one in others if rule in one.meets and one.issued_on >= since]
    return min(able, key=lambda one: (one.issued_on, one.paper_id or 0), default=None)
