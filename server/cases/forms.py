"""Forms of a case: assign, promise, report progress."""

from typing import Annotated

from pydantic import BeforeValidator

from server.cases.actions_work import Ruling
from server.office.forms_fields import Day, FormModel, Key, NameOf, Number, line, prose, whole
from server.words import CaseVerb, FollowUpVerb


class MoveForm(FormModel):
    """One step of a case."""

    verb: CaseVerb
    ruling_words: Annotated[str, BeforeValidator(prose(5_000, least=0))] = ""
    paper_number: Annotated[str, BeforeValidator(line(60, least=0))] = ""
    version: Number = None

    def as_ruling(self) -> Ruling:
        """The step with its ground."""
        return Ruling(self.verb, self.ruling_words, self.paper_number)


class AssignForm(FormModel):
    """Whom to let in."""

    officer_id: Annotated[int, BeforeValidator(whole(1, 2**31 - 1))]


class UnassignForm(FormModel):
    """Whom to let out."""

    assignment_id: Annotated[int, BeforeValidator(whole(1, 2**31 - 1))]


class MetForm(FormModel):
    """Which term was met: its rule and its first day, as one rule may run from several days."""

    rule: Annotated[str, BeforeValidator(line(10))] = ""
    started_on: Day


class PromiseForm(FormModel):
    """Something someone owes by a date."""

    owner_unit_id: Annotated[int, BeforeValidator(whole(1, 2**31 - 1))]
    owner_name: NameOf = ""
    words: Annotated[str, BeforeValidator(prose(2_000, least=5))] = ""
    due_on: Day
    key: Key


class ProgressForm(FormModel):
    """A step of what is owed, with its evidence."""

    verb: FollowUpVerb
    evidence: Annotated[str, BeforeValidator(prose(5_000, least=0))] = ""
    version: Number = None
