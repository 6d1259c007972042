"""The registration, step by step; looking up; sorting: text from a browser becomes records."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from server import birth, text
from server.birth import BirthDate
from server.errors import BadForm, FieldError
from server.i18n import date_vi
from server.intake import rules
from server.intake.queries import Person, Spokesperson
from server.intake.rules_sorting import Sorting
from server.office.forms_fields import (
    BLANK_IS_NONE,
    DayOrNone,
    Email,
    FormModel,
    Key,
    LineOf,
    LineOrBlank,
    NameOf,
    Number,
    Phone,
    ProseOrBlank,
    Ticked,
    line,
    prose,
    whole,
)
from server.words import DeclineGround, Direction, IdKind, Instance, Kind, PetitionField, Place, Sex, Standing

MOST_SPOKESPEOPLE = 5
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}")
_OTHER_PAPER = re.compile(r"[A-Z0-9/.\-]{4,30}")


class WhereForm(FormModel):
    """Which ward, and which of the four kinds."""

    unit: Annotated[str, BeforeValidator(line(40))] = ""
    kind: Kind


class WhoForm(FormModel):
    """Who registers. What disagrees with the card's digits is a warning that can be passed."""

    name: NameOf = ""
    id_kind: IdKind = IdKind.CARD
    id_number: LineOf = ""
    id_issued_on: DayOrNone = None
    id_issued_by: LineOrBlank = ""
    born_day: LineOrBlank = ""
    born_month: LineOrBlank = ""
    born_year: LineOrBlank = ""
    sex: Annotated[Sex | None, BLANK_IS_NONE] = None
    phone: Phone = ""
    email: Email = ""
    address: LineOf = ""
    confirm_card: Ticked = False
    card_note: LineOrBlank = ""

    @property
    def number(self) -> str:
        """The number of the paper without blanks, in capitals."""
        return re.sub(r"[\s.]", "", self.id_number).upper()

    @property
    def born(self) -> BirthDate | None:
        """The birth date as far as it was written. Raises ValueError."""
        return birth.typed(self.born_year, self.born_month, self.born_day)

    def faults(self) -> dict[str, FieldError]:
        """Check number, birth date, and whether they agree (F09, F10, F12)."""
        found: dict[str, FieldError] = {}
        shape = _id_fault(self.id_kind, self.number)
        if shape:
            found["id_number"] = FieldError(shape)
        if wrong := birth.fault(self.born_year, self.born_month, self.born_day):
            found["born"] = FieldError(wrong)
        if self.id_kind is IdKind.CARD and not found:
            is_female = None if self.sex is None else self.sex is Sex.FEMALE
            year = self.born.year if self.born else None
            odd = text.card_disagrees(self.number, year, is_female=is_female)
            if odd and not self.confirm_card:
                found["confirm_card"] = FieldError(f"card_{odd}")
            elif odd and not self.card_note:
                found["card_note"] = FieldError("card_note_needed")
        return found


def as_typed(known: Person) -> dict[str, str]:
    """Return a known citizen as the fields of ``WhoForm``, to be looked over and sent again."""
    born = known.born
    return {
        "name": known.name,
        "id_kind": known.id_kind.value,
        "id_number": known.id_number,
        "id_issued_on": date_vi(known.id_issued_on),
        "id_issued_by": known.id_issued_by,
        "born_day": str(born.day) if born and born.day else "",
        "born_month": str(born.month) if born and born.month else "",
        "born_year": str(born.year) if born else "",
        "sex": known.sex.value if known.sex else "",
        "phone": known.phone,
        "email": known.email,
        "address": known.address,
    }


def _id_fault(kind: IdKind, number: str) -> str | None:
    match kind:
        case IdKind.CARD:
            return None if text.is_card_number(number) else "id_card"
        case IdKind.PASSPORT:
            return None if _PASSPORT.fullmatch(number) else "id_passport"
        case IdKind.OTHER:
            return None if _OTHER_PAPER.fullmatch(number) else "id_other"


class HowForm(FormModel):
    """Where the citizen will sit, what help is needed, how many come."""

    place: Place
    interpreter: Annotated[str, BeforeValidator(line(120, least=0))] = ""
    support_needed: LineOrBlank = ""
    group_size: Annotated[int, BeforeValidator(whole(1, 9999))] = 1


class MatterForm(FormModel):
    """What it is about."""

    subject: Annotated[str, BeforeValidator(line(200, least=5))] = ""
    content: Annotated[str, BeforeValidator(prose(10_000, least=10))] = ""
    demand: Annotated[str, BeforeValidator(prose(5_000, least=0))] = ""
    body_concerned: LineOrBlank = ""
    prior_resolution: Annotated[str, BeforeValidator(prose(5_000, least=0))] = ""
    preferred_on: DayOrNone = None


class MeetForm(FormModel):
    """An appointment in person: who and when, never what (F41)."""

    unit: Annotated[str, BeforeValidator(line(40))] = ""
    name: NameOf = ""
    phone: Phone = ""
    preferred_on: DayOrNone = None
    key: Key


class LookUpForm(FormModel):
    """The code of the receipt and the telephone given then."""

    code: Annotated[str, BeforeValidator(line(40))] = ""
    phone: Phone = ""


class AmendForm(FormModel):
    """More words to a request; files come beside it."""

    words: ProseOrBlank = ""
    is_appointment: Ticked = False
    version: Number = None


class WithdrawForm(FormModel):
    """Withdrawing, with a reason if the citizen likes."""

    why: Annotated[str, BeforeValidator(prose(2_000, least=0))] = ""
    version: Number = None


class AcceptForm(FormModel):
    """Taking a request on: into a new case, or into the case named."""

    join: Annotated[str, BeforeValidator(line(40, least=0))] = ""
    accept_words: ProseOrBlank = ""
    version: Number = None


class AskForm(FormModel):
    """What is missing, in words to the citizen."""

    ask_words: Annotated[str, BeforeValidator(prose(5_000, least=10))] = ""
    version: Number = None


class ReferForm(FormModel):
    """Which body is competent, and words to the citizen."""

    refer_to: LineOf = ""
    refer_words: Annotated[str, BeforeValidator(prose(5_000, least=10))] = ""
    version: Number = None


class DeclineForm(FormModel):
    """The ground of Article 9, and words to the citizen."""

    ground: DeclineGround
    decline_words: Annotated[str, BeforeValidator(prose(5_000, least=10))] = ""
    prior_decision: LineOrBlank = ""
    version: Number = None


class ClassifyForm(FormModel):
    """The kind by content, aim and demand (while it can change), and how it counts; blank: not known yet."""

    kind: Annotated[Kind | None, BLANK_IS_NONE] = None
    petition_field: Annotated[PetitionField | None, BLANK_IS_NONE] = None
    standing: Annotated[Standing | None, BLANK_IS_NONE] = None
    instance: Instance = Instance.FIRST
    direction: Annotated[Direction | None, BLANK_IS_NONE] = None
    replied_on: DayOrNone = None
    version: Number = None

    def as_sorting(self) -> Sorting:
        """How it counts."""
        return Sorting(self.petition_field, self.standing, self.instance, self.direction, self.replied_on)


class SecretForm(FormModel):
    """Where the paper file of a secret matter lies; typed twice in effect: the tick says that it was understood."""

    paper_reference: Annotated[str, BeforeValidator(line(200, least=3))] = ""
    is_understood: Ticked = False
    version: Number = None

    def faults(self) -> dict[str, FieldError]:
        """Emptying cannot be undone, so it must have been read."""
        return {} if self.is_understood else {"is_understood": FieldError("secret_not_understood")}


def spokespeople(typed: Mapping[str, Any], group_size: int) -> tuple[Spokesperson, ...]:
    """Read the representatives of a group. Raises BadForm (F21, F22)."""
    least, most = rules.representatives_allowed(group_size)
    found: list[Spokesperson] = []
    faults: dict[str, FieldError] = {}
    for n in range(1, MOST_SPOKESPEOPLE + 1):
        name, number, phone = (
            text.one_line(str(typed.get(f"{field}_{n}", ""))) for field in ("name", "number", "phone")
        )
        if not name and not number and not phone:
            continue
        telephone = text.phone_number(phone) if phone else ""
        if not name:
            faults[f"name_{n}"] = FieldError("required")
        if len(name) > 120 or len(number) > 30:  # noqa: PLR2004 widths of the columns
            faults[f"name_{n}"] = FieldError("too_long", {"most": 120})
        if telephone is None:
            faults[f"phone_{n}"] = FieldError("phone")
        found.append(Spokesperson(name, number, telephone or ""))
    if not faults and len(found) < least:
        faults["name_1"] = FieldError("spokespeople_few", {"least": least})
    if not faults and len(found) > most:
        faults["name_1"] = FieldError("spokespeople_many", {"most": most, "size": group_size})
    if faults:
        raise BadForm(faults)
    return tuple(found)
