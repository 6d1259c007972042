"""What an issued paper does to the terms of its case, and what is left of that when it is taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from server.cases.rules_terms import RULES
from server.words import StartEvent


@dataclass(frozen=True, slots=True)
class Answer:
    """An issued paper: the terms it meets, and those whose event it is."""

    paper_id: int
    number: str
    issued_on: date
    meets: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


def started_on(rule: str, received_on: date, paper: Answer) -> date:
    """Return the day a term runs from that a paper brings up: its own event may lie before the paper."""
    return received_on if RULES[rule].starts is StartEvent.RECEIVED else paper.issued_on


def ends_with_paper(rule: str) -> bool:
    """Whether a term loses its event when the paper that started it is taken back."""
    return RULES[rule].starts is not StartEvent.RECEIVED


def still_met(rule: str, since: date, others: Iterable[Answer]) -> Answer | None:
    """Return the first of the papers still in force that meets a term running from a day, or None."""
    able = [one for one in others if rule in one.meets and one.issued_on >= since]
    return min(able, key=lambda one: (one.issued_on, one.paper_id), default=None)
