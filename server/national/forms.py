"""Forms of the national desk: what was typed, found, mended, handed over, signed."""

from typing import Annotated

from pydantic import BeforeValidator

from server.office.forms_fields import BLANK_IS_NONE, Day, FormModel, Key, LineOf, Number, line, prose, whole
from server.words import NationalAccount, NationalVerb

_CODE = BeforeValidator(line(60, least=0))
FILES = ("json", "xlsx")


class TypedForm(FormModel):
    """A step of an entry."""

    verb: NationalVerb
    national_code: Annotated[str, _CODE] = ""
    note: Annotated[str, BeforeValidator(prose(2_000, least=0))] = ""
    version: Number = None


class DifferenceForm(FormModel):
    """A difference that was found."""

    field: LineOf = ""
    before: LineOf = ""
    after: LineOf = ""
    found_on: Day
    key: Key


class MendForm(FormModel):
    """Which difference was mended."""

    difference: Annotated[int, BeforeValidator(whole(1, 2**31 - 1))]


class ExportForm(FormModel):
    """The days, the account (blank for all) and the format of a file."""

    from_on: Day
    until_on: Day
    account: Annotated[NationalAccount | None, BLANK_IS_NONE] = None
    kind_of_file: Annotated[str, BeforeValidator(line(10))] = ""


class SignForm(FormModel):
    """Which month or quarter is signed."""

    thang: Annotated[str, BeforeValidator(line(10))] = ""
