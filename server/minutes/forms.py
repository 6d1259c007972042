"""What browsers send about minutes: forms of pages without JavaScript, and JSON of the room."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from server import text
from server.clock import at_office, local
from server.errors import BadForm, FieldError
from server.minutes import rules
from server.minutes.actions import Answering
from server.minutes.actions_confirm import Confirming
from server.minutes.actions_seal import Promise
from server.minutes.actions_write import Saving
from server.office.forms_fields import Day, FormModel, Key, LineOrBlank, ProseOf, read_form
from server.words import Answer, ConfirmationMethod, MinutesField

_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:hg.]\s*([0-5]\d)")
_KEY = StringConstraints(min_length=8, max_length=80)
_HASH = StringConstraints(pattern=r"^[0-9a-f]{64}$")
MOST_VERSION = 1_000_000


def typed(form: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Return what was typed, every field present, to be shown again."""
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in names}


def savings(form: Mapping[str, Any]) -> tuple[Saving, ...]:
    """Read the editor: each part with the version it was written on. Raises BadForm."""
    key = typed(form, "key")["key"]
    found = []
    for field in MinutesField:
        words, version = form.get(field.value), form.get(f"{field.value}_version", "")
        if isinstance(words, str) and isinstance(version, str) and version.isascii() and version.isdecimal():
            found.append(Saving(field, words.replace("\r\n", "\n").strip(), int(version[:7]), key))
    if not found or not key:
        raise BadForm({"form": FieldError("required")})
    return tuple(found)


class _Json(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Saving(_Json):
    field: MinutesField
    words: str
    version: Annotated[int, Field(ge=0, le=MOST_VERSION)]
    key: Annotated[str, _KEY]


def saving(sent: Mapping[str, Any]) -> Saving:
    """Read one part sent by the room. Raises BadForm."""
    try:
        one = _Saving.model_validate(sent)
    except ValidationError as error:
        raise _bad(error) from None
    return Saving(one.field, one.words, one.version, one.key)


class _Answering(_Json):
    field: MinutesField
    paragraph: Annotated[int, Field(ge=0, le=10_000)]
    words_sha256: Annotated[str, _HASH]
    answer: Answer
    objection: str | None = ""


def answering(sent: Mapping[str, Any]) -> Answering:
    """Read an answer to one paragraph, from a form or as JSON. Raises BadForm."""
    try:
        one = _Answering.model_validate(dict(sent))
    except ValidationError as error:
        raise _bad(error) from None
    return Answering(one.field, one.paragraph, one.words_sha256, one.answer, one.objection or "")


class _Confirming(_Json):
    method: ConfirmationMethod
    code: str = ""
    ground: str = ""
    witness: str = ""


def confirming(sent: Mapping[str, Any], witness: str) -> Confirming:
    """Read the room's JSON; ``witness`` stands for somebody who was present when none is named. Raises BadForm."""
    try:
        one = _Confirming.model_validate(sent)
    except ValidationError as error:
        raise _bad(error) from None
    return Confirming(one.method, one.code, one.ground, one.witness or witness)


def confirming_form(form: Mapping[str, Any], on: datetime) -> Confirming:
    """Read the form of a page; the hour at which it was said is on the day of ``on``. Raises BadForm."""
    values = typed(form, "method", "code", "ground", "witness", "spoken_at")
    if values["method"] not in set(ConfirmationMethod):
        raise BadForm({"method": FieldError("choice")})
    method = ConfirmationMethod(values["method"])
    spoken_at: datetime | None = None
    if method is ConfirmationMethod.SPOKEN and values["spoken_at"].strip():
        found = _TIME.fullmatch(text.one_line(values["spoken_at"]))
        if found is None:
            raise BadForm({"spoken_at": FieldError("time_of_day")})
        spoken_at = at_office(local(on).date(), int(found[1]), int(found[2]))
    if method is ConfirmationMethod.REFUSED:
        faults = rules.refusal_faults(text.tidy(values["ground"]), text.one_line(values["witness"]))
        if faults:
            raise BadForm(faults)
    return Confirming(method, values["code"], values["ground"], values["witness"], spoken_at)


class _Promise(FormModel):
    owner_unit: str
    owner_name: LineOrBlank = ""
    words: ProseOf
    due_on: Day
    key: Key


def promise(form: Mapping[str, Any]) -> Promise:
    """Read the form that makes a follow-up of a conclusion. Raises BadForm."""
    one = read_form(_Promise, form)
    if not (one.owner_unit.isascii() and one.owner_unit.isdecimal()):
        raise BadForm({"owner_unit": FieldError("choice")})
    due_on: date = one.due_on
    return Promise(int(one.owner_unit[:9]), one.owner_name, one.words, due_on, one.key)


def _bad(error: ValidationError) -> BadForm:
    return BadForm({str(e["loc"][0]) if e["loc"] else "form": FieldError("choice") for e in error.errors()})
