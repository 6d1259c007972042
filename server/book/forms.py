"""Forms of the reception book: a line by hand, a correction."""

from typing import Annotated

from pydantic import BeforeValidator

from server.book import rules
from server.office.forms_fields import Day, FormModel, Key, LineOrBlank, NameOf, Number, line, prose, whole
from server.words import BookCell, Kind


class LineForm(FormModel):
    """Somebody who was received in person."""

    received_on: Day
    name: NameOf = ""
    address: Annotated[str, BeforeValidator(line(500, least=3))] = ""
    identity: LineOrBlank = ""
    matter: Annotated[str, BeforeValidator(prose(rules.LONGEST_PROSE, least=5))] = ""
    kind: Kind
    people: Annotated[int, BeforeValidator(whole(1, rules.MOST_PEOPLE))] = 1
    remark: Annotated[str, BeforeValidator(prose(rules.LONGEST_PROSE, least=0))] = ""
    key: Key


class CorrectionForm(FormModel):
    """One cell, its new text and the ground."""

    cell: BookCell
    words: Annotated[str, BeforeValidator(prose(rules.LONGEST_PROSE, least=0))] = ""
    ground: Annotated[str, BeforeValidator(prose(500, least=5))] = ""
    version: Number = None
