"""What is printed on a paper, and what a fresh draft is filled with. Facts only; the sentences stand in the forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.clock import local
from server.i18n import date_vi, paper_date
from server.office.rules import Calendar, add_working_days
from server.papers import rules
from server.papers.rules_basis import BasisLine
from server.papers.rules_forms import FORMS, Signs
from server.words import PaperForm, Sex

Say = Callable[[str], str]
ANSWER_WITHIN = 5
"""Working days proposed to whoever is urged; the signer may write another day."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: ``is_deputy`` signs for the chair (KT.)."""

    name: str
    title: str
    is_deputy: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is to be printed."""

    code: str
    form: PaperForm
    words: Mapping[str, str]
    number: int | None
    issued_on: date | None
    signature: Signature


def facts(paper: Paper, matter: Any, basis: Sequence[BasisLine], say: Say) -> dict[str, Any]:
    """Return what the form prints. ``matter`` is a ``queries_matter.Matter``.

    A paper that is not issued has an empty number and an empty day (F50).
    """
    form, person = FORMS[paper.form], matter.person
    signs = "receiver" if form.signs is not Signs.HEAD else "deputy" if paper.signature.is_deputy else "chair"
    calls = {Sex.MALE: "paper.mr", Sex.FEMALE: "paper.mrs"}
    issued = ", ".join(filter(None, (date_vi(person.id_issued_on), person.id_issued_by)))
    return {
        "form": paper.form.value,
        "code": paper.code,
        "agency": matter.agency,
        "parent": matter.parent,
        "locality": matter.locality,
        "number": rules.number_text(paper.form, paper.number),
        "date": paper_date(paper.issued_on) if paper.issued_on else None,
        "is_draft": paper.issued_on is None,
        "is_secret": matter.is_secret,
        "kind": say(f"kind_in_papers.{matter.kind.value}"),
        "case_number": matter.case_number,
        "w": {field.name: paper.words.get(field.name, "") for field in form.fields} | {"recipients": _more(paper)},
        "person": {
            "call": say(calls.get(person.sex, "paper.mr_or_mrs")),
            "name": person.name,
            "id_number": person.id_number,
            "id_issued": issued,
            "address": person.address,
            "phone": person.phone,
        },
        "signer": {"as": signs, "name": paper.signature.name, "title": paper.signature.title},
        "basis": [one.words for one in basis],
        "basis_versions": [one.version for one in basis],
        "system": say("paper.system"),
    }


def _more(paper: Paper) -> str:
    return paper.words.get("recipients", "")


def prefilled(form: PaperForm, matter: Any, today: date, calendar: Calendar) -> dict[str, str]:
    """Return what a fresh draft of a form can be filled with from the matter; the desk completes it."""
    said = matter.presented or "\n".join(filter(None, (matter.title, matter.content)))
    known = {
        "content": matter.urged.words if matter.urged else said,
        "petition_on": date_vi(matter.received_at),
        "place": matter.reception_place,
        "copies": "02",
        "prior_decision": matter.prior_resolution.split("\n")[0][: rules.LONGEST_LINE],
        "met": _long_day(matter.met_at or matter.received_at),
        "attendees": "\n".join(matter.attendees),
        "conclusion": matter.conclusion,
        "owed": "\n".join(f"{_flat(one.words)} | {one.owner} | {date_vi(one.due_on)}" for one in matter.owed),
    }
    if matter.urged is not None:
        known["addressee"] = matter.urged.owner
        known["due_on"] = date_vi(matter.urged.due_on)
        known["answer_by"] = date_vi(add_working_days(today, ANSWER_WITHIN, calendar))
    return {field.name: known.get(field.name, "") for field in FORMS[form].fields}


def _flat(words: str) -> str:
    return " ".join(words.replace("|", "/").split())


def _long_day(at: datetime) -> str:
    return date_vi(local(at).date())
