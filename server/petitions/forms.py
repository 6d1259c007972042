"""Forms of a petition: entering it, checking, classifying, proposing, deciding, its people and contents."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from server import text
from server.errors import BadForm, FieldError
from server.intake.forms import SecretForm
from server.office.forms_fields import (
    Day,
    DayOrNone,
    FormModel,
    Key,
    LineOrBlank,
    Number,
    PhoneOrBlank,
    Ticked,
    line,
    prose,
    whole,
    whole_or_blank,
)
from server.petitions.actions_parts import Part
from server.words import Direction, Gap, Instance, Kind, PetitionField, PetitionPart, Standing, Target

FIRST_YEAR = 1990
MOST_PARTS = 4
MOST_NEW_CONTENTS = 10
_PAPER = BeforeValidator(line(60, least=0))
Secret = SecretForm


class NewForm(FormModel):
    """A petition as it came in; ``contents`` one on a line."""

    kind: Kind
    title: Annotated[str, BeforeValidator(line(300, least=5))] = ""
    received_on: Day
    request: Annotated[str, BeforeValidator(line(40, least=0))] = ""
    is_anonymous: Ticked = False
    name: Annotated[str, BeforeValidator(line(120, least=0))] = ""
    id_number: Annotated[str, BeforeValidator(line(40, least=0))] = ""
    phone: PhoneOrBlank = ""
    address: LineOrBlank = ""
    group_size: Annotated[int, BeforeValidator(whole(1, 9999))] = 1
    body_concerned: LineOrBlank = ""
    contents: Annotated[str, BeforeValidator(prose(5_000, least=0))] = ""
    instance: Instance = Instance.FIRST
    prior_decision: LineOrBlank = ""
    key: Key

    def faults(self) -> dict[str, FieldError]:
        """A name belongs to every petition that is not anonymous; a group is not anonymous."""
        found: dict[str, FieldError] = {}
        if not self.request and not self.is_anonymous and len(self.name) < 2:  # noqa: PLR2004 the shortest name
            found["name"] = FieldError("petition_name_needed")
        if self.is_anonymous and (self.request or self.group_size > 1):
            found["is_anonymous"] = FieldError("anonymous_group")
        if len(self.each_content) > MOST_NEW_CONTENTS:
            found["contents"] = FieldError("too_many_contents", {"most": MOST_NEW_CONTENTS})
        return found | _instance_faults(self.kind, self.instance, self.prior_decision)

    @property
    def each_content(self) -> tuple[str, ...]:
        """The contents, one for each line that says something."""
        return tuple(text.one_line(one) for one in self.contents.split("\n") if one.strip())


def received_fault(received_on: date, today: date) -> dict[str, FieldError]:
    """Say why a petition cannot have come in on this day."""
    if received_on > today:
        return {"received_on": FieldError("received_in_future")}
    if received_on.year < FIRST_YEAR:
        return {"received_on": FieldError("date")}
    return {}


def _instance_faults(kind: Kind, instance: Instance, prior_decision: str) -> dict[str, FieldError]:
    if instance is Instance.FIRST:
        return {}
    if kind is not Kind.COMPLAINT:
        return {"instance": FieldError("second_complaint_only")}
    return {} if prior_decision else {"prior_decision": FieldError("first_decision_needed")}


class CheckForm(FormModel):
    """What the petition lacks; the boxes come as ``gap_<name>``."""

    version: Number = None


def gaps_of(typed: dict[str, str]) -> frozenset[Gap]:
    """Return the gaps that were ticked."""
    return frozenset(gap for gap in Gap if typed.get(f"gap_{gap.value}") == "1")


class ClassifyForm(FormModel):
    """The kind by content, and whose decision or act it is about."""

    kind: Kind
    target: Target
    instance: Instance = Instance.FIRST
    petition_field: PetitionField
    standing: Standing = Standing.NEW
    prior_decision: LineOrBlank = ""
    is_pending_elsewhere: Ticked = False
    version: Number = None

    def faults(self) -> dict[str, FieldError]:
        """Only a complaint has a second instance, and then a first decision."""
        return _instance_faults(self.kind, self.instance, self.prior_decision)


class SortForm(FormModel):
    """How a petition counts that has its direction already."""

    petition_field: PetitionField
    standing: Standing = Standing.NEW
    replied_on: DayOrNone = None
    version: Number = None


class ProposeForm(FormModel):
    """Where it should go."""

    direction: Direction
    directed_to: LineOrBlank = ""
    direction_words: Annotated[str, BeforeValidator(prose(5_000, least=10))] = ""
    version: Number = None


class DecideForm(FormModel):
    """The head's yes, with the number of the paper when it is there."""

    paper_number: Annotated[str, _PAPER] = ""
    version: Number = None


class SendBackForm(FormModel):
    """The head's no, with the reason."""

    back_words: Annotated[str, BeforeValidator(prose(2_000, least=5))] = ""
    version: Number = None


class NumberForm(FormModel):
    """The number of the paper that went out."""

    paper_number: Annotated[str, BeforeValidator(line(60))] = ""
    version: Number = None


class RepeatForm(FormModel):
    """Which earlier petition this one repeats; blank for none."""

    first: Annotated[str, BeforeValidator(line(40, least=0))] = ""
    version: Number = None


class PersonForm(FormModel):
    """Somebody who stands in the petition."""

    part: PetitionPart
    name: Annotated[str, BeforeValidator(line(120, least=2))] = ""
    id_number: Annotated[str, BeforeValidator(line(40, least=0))] = ""
    phone: PhoneOrBlank = ""
    address: LineOrBlank = ""
    paper: LineOrBlank = ""
    is_certified: Ticked = False
    content: Number = None
    version: Number = None


class ContentForm(FormModel):
    """One more content."""

    content_words: Annotated[str, BeforeValidator(line(500, least=5))] = ""
    version: Number = None


class WithdrawForm(FormModel):
    """A withdrawal in writing, whole (no number) or of one content."""

    withdrawn_on: Day
    withdrawn_paper: Annotated[str, BeforeValidator(line(200, least=3))] = ""
    number: Annotated[int | None, BeforeValidator(whole_or_blank(1, 999))] = None
    version: Number = None


class ReopenForm(FormModel):
    """Why a withdrawn content is taken up again."""

    number: Annotated[int, BeforeValidator(whole(1, 999))]
    is_forced: Ticked = False
    grounds: Annotated[str, BeforeValidator(prose(2_000, least=0))] = ""
    version: Number = None


class VersionForm(FormModel):
    """Nothing but the page's version."""

    version: Number = None


def parts_of(typed: dict[str, str]) -> tuple[Part, ...]:
    """Read the matters a petition is split into. Raises BadForm: at least two, each with its kind and words."""
    found: list[Part] = []
    faults: dict[str, FieldError] = {}
    for number in range(1, MOST_PARTS + 1):
        title = text.one_line(typed.get(f"part_title_{number}", ""))
        kind = typed.get(f"part_kind_{number}", "")
        if not title:
            continue
        if len(title) > 300:  # noqa: PLR2004 as the title of a petition
            faults[f"part_title_{number}"] = FieldError("too_long", {"most": 300, "length": len(title)})
        elif kind not in set(Kind):
            faults[f"part_kind_{number}"] = FieldError("choice")
        else:
            found.append(Part(Kind(kind), title))
    if not faults and len(found) < 2:  # noqa: PLR2004 two, or nothing was split
        faults["part_title_1"] = FieldError("parts_few")
    if faults:
        raise BadForm(faults)
    return tuple(found)
