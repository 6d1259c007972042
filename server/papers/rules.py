"""The life of an official paper: who may do what, what number it gets, what still lacks.

Sources: domain.md 1.5 (forms of Circulars 04 and 05/2021), 4.6 (numbers, dates, signature blocks), 2.3 and 2.7
(who decides); Decree 30/2020. A paper that was issued never changes; a wrong one is withdrawn and replaced.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server import text
from server.cases import rules as cases
from server.cases.rules_copies import Denouncer, masked, without_denouncer
from server.errors import FieldError, NotYours, Refused
from server.i18n import date_vi
from server.papers.rules_docx import names_person
from server.papers.rules_forms import FORMS, Field, FieldKind, Form, Signs
from server.words import BookCell, DeclineGround, PaperForm, PaperState, PaperVerb, Role

ISSUER = "UBND"
LETTER = "CV"
"""Register of letters: their number carries no type (4.6)."""
LETTER_TAIL = "TCD"
SIGNERS = frozenset({Role.WARD_CHAIR, Role.WARD_VICE_CHAIR})
DRAFTERS = cases.WARD_DESK | {Role.WARD_VICE_CHAIR}
READERS = cases.READERS
MOST_NUMBER = 99_999
LONGEST_LINE = 500
LONGEST_PROSE = 8_000
LONGEST_GROUND = 1_000
MOST_ITEMS = 60
LIVE = frozenset({PaperState.DRAFT, PaperState.SUBMITTED})
"""Can still be written in, or thrown away."""
SIGNABLE = LIVE | {PaperState.ISSUED}
"""Can still be signed: what was withdrawn or thrown away is given to nobody as a file to sign."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a verb leads and who may say it."""

    to: PaperState
    roles: frozenset[Role]


PAPER_FLOW: Mapping[PaperState, Mapping[PaperVerb, Move]] = {
    PaperState.DRAFT: {
        PaperVerb.SUBMIT: Move(PaperState.SUBMITTED, DRAFTERS),
        PaperVerb.ISSUE: Move(PaperState.ISSUED, DRAFTERS),
        PaperVerb.DISCARD: Move(PaperState.DISCARDED, DRAFTERS),
    },
    PaperState.SUBMITTED: {
        PaperVerb.ISSUE: Move(PaperState.ISSUED, DRAFTERS),
        PaperVerb.RETURN: Move(PaperState.DRAFT, DRAFTERS),
    },
    PaperState.ISSUED: {PaperVerb.WITHDRAW: Move(PaperState.WITHDRAWN, SIGNERS | cases.RECEIVERS)},
    PaperState.WITHDRAWN: {},
    PaperState.DISCARDED: {},
}


def moved(state: PaperState, verb: PaperVerb, role: Role) -> PaperState:
    """Return the state a verb leads to. Raises Refused("paper_flow") or NotYours."""
    move = PAPER_FLOW[state].get(verb)
    if move is None:
        raise Refused("paper_flow")
    if role not in move.roles:
        raise NotYours("paper_not_yours")
    return move.to


@dataclass(frozen=True, slots=True)
class Hand:
    """Who is acting on a paper: the role, and whether this is the person who is named to sign."""

    role: Role
    is_signer: bool


def verbs(form: PaperForm, state: PaperState, hand: Hand) -> tuple[PaperVerb, ...]:
    """Return what somebody may do to a paper now: whoever is named to sign issues it, and nobody else."""
    found = [verb for verb, move in PAPER_FLOW[state].items() if hand.role in move.roles]
    is_heads = FORMS[form].signs is Signs.HEAD
    if PaperVerb.ISSUE in found and not (hand.is_signer and may_sign(hand.role, FORMS[form])):
        found.remove(PaperVerb.ISSUE)
    if PaperVerb.WITHDRAW in found and is_heads and hand.role not in SIGNERS:
        found.remove(PaperVerb.WITHDRAW)
    return tuple(found)


def check(form: PaperForm, state: PaperState, verb: PaperVerb, hand: Hand) -> PaperState:
    """Return the state a verb leads to. What the head signs, only the head issues and takes back (F32).

    Raises Refused("paper_flow"), NotYours.
    """
    to = moved(state, verb, hand.role)
    if verb not in verbs(form, state, hand):
        raise NotYours("paper_signer_only")
    return to


def may_sign(role: Role, form: Form) -> bool:
    """Whether this role can be named under a paper."""
    return role in SIGNERS if form.signs is Signs.HEAD else role in DRAFTERS


def number_text(form: PaperForm, number: int | None) -> str:
    """Return the number as printed: ``05/TB-UBND``, letters ``05/UBND-TCD``; a draft prints without one (F50)."""
    code = FORMS[form].type_code
    if not code:
        return ""
    digits = "" if number is None else f"{number:02d}"
    return f"{digits}/{ISSUER}-{LETTER_TAIL}" if code == LETTER else f"{digits}/{code}-{ISSUER}"


def given_number(typed: str) -> int | None:
    """Return a number typed by hand, None for the next free one. Raises ValueError for anything else."""
    found = text.one_line(typed)
    if not found:
        return None
    digits = re.match(r"0*(\d{1,6})(?:\s*/.*)?$", found)
    if digits is None or not digits[1].isascii() or not 1 <= int(digits[1]) <= MOST_NUMBER:
        raise ValueError(typed)
    return int(digits[1])


def tidied(form: PaperForm, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the words of a form, every field in its normal form; what the form does not have is left out."""
    found: dict[str, str] = {}
    for field in FORMS[form].fields:
        given = typed.get(field.name, "")
        found[field.name] = text.tidy(given) if field.kind in _PROSE else text.one_line(given)
    return found


_PROSE = frozenset({FieldKind.PROSE, FieldKind.ITEMS})


def kept_secret(form: PaperForm, words: Mapping[str, str], people: Sequence[Denouncer]) -> dict[str, str]:
    """Return the words a draft begins with; of a paper that others than the denouncer read, without who denounces."""
    return dict(words) if names_person(form) else {name: masked(given, people) for name, given in words.items()}


def secrecy_faults(form: PaperForm, words: Mapping[str, str], people: Sequence[Denouncer]) -> dict[str, FieldError]:
    """Say which fields still tell who denounces on a paper that others read (domain.md 2.9); a team may share a name."""
    if names_person(form):
        return {}
    told = [field.name for field in FORMS[form].fields if field.kind in {FieldKind.LINE, FieldKind.PROSE}]
    return {
        name: FieldError("paper_names_denouncer")
        for name in told
        if without_denouncer(given := words.get(name, ""), people) != text.tidy(given)
    }


def faults(form: PaperForm, words: Mapping[str, str], *, is_final: bool) -> dict[str, FieldError]:
    """Say what is wrong with the words of a form; what still lacks counts only when it leaves the desk."""
    found: dict[str, FieldError] = {}
    for field in FORMS[form].fields:
        fault = _fault(field, words.get(field.name, ""), is_final=is_final)
        if fault is not None:
            found[field.name] = fault
    already = words.get("ground") == DeclineGround.ALREADY_RESOLVED.value
    if is_final and already and not words.get("prior_decision"):
        found["prior_decision"] = FieldError("prior_decision_needed")
    return found


def _fault(field: Field, given: str, *, is_final: bool) -> FieldError | None:
    if not given:
        return FieldError("required") if field.is_needed and is_final else None
    if field.kind is FieldKind.DAY:
        return None if read_day(given) else FieldError("date")
    if field.kind is FieldKind.GROUND:
        return None if given in {ground.value for ground in DeclineGround} else FieldError("choice")
    if field.kind is FieldKind.ITEMS and len(given.splitlines()) > MOST_ITEMS:
        return FieldError("paper_items", {"most": MOST_ITEMS})
    most = LONGEST_PROSE if field.kind in _PROSE else LONGEST_LINE
    return FieldError("too_long", {"most": most, "length": len(given)}) if len(given) > most else None


def read_day(given: str) -> date | None:
    """Return a date typed as 05/02/2026, or None when there is no such day."""
    found = re.fullmatch(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", given)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def book_entry(form: PaperForm, words: Mapping[str, str], number: str, on: date) -> str:
    """Return what columns 8 to 11 of the book say of an issued paper: the body and the number (F48), column 8 marked."""
    body = words.get("addressee") or words.get("competent_body") or ""
    reference = f"{number} ({date_vi(on)})"
    named = FORMS[form].cell_names_body and body
    entry = f"{body[:300]}, {reference}" if named else reference
    return f"x ({entry})" if FORMS[form].cell is BookCell.ACCEPTED else entry
