"""Forms around papers: begin one, issue, send back, withdraw. The words of a paper follow its own form."""

from typing import Annotated

from pydantic import BeforeValidator

from server.office.forms_fields import FormModel, Key, LineOrBlank, Number, line, prose
from server.papers import rules
from server.words import PaperForm


class NewForm(FormModel):
    """Which form, for which matter."""

    form: PaperForm
    case: Annotated[str, BeforeValidator(line(60, least=0))] = ""
    request: Annotated[str, BeforeValidator(line(60, least=0))] = ""
    key: Key


class UrgeForm(FormModel):
    """What is overdue."""

    follow_up: Annotated[str, BeforeValidator(line(40))] = ""


class VersionForm(FormModel):
    """A step that only needs the page's version."""

    version: Number = None


class IssueForm(FormModel):
    """A number by hand, or none for the next one."""

    number: LineOrBlank = ""
    version: Number = None


class GroundForm(FormModel):
    """A reason in words."""

    ground: Annotated[str, BeforeValidator(prose(rules.LONGEST_GROUND, least=5))] = ""
