"""Captions typed by hand for somebody who hears badly, on their way to the room."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from signaling.wire import FromClient, MemberCode

MAX_CAPTION = 300
"""Characters of one caption, composed (NFC)."""

# Controls, lone surrogates, line and paragraph separators; and what turns the direction of writing, by which
# a line can be made to read differently than it was typed.
_BARRED = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = {*"\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def compose(words: str) -> str:
    """The words as they are passed on; ValueError when they are too long, blank or no plain line of text."""
    composed = unicodedata.normalize("NFC", words).strip()
    if not 0 < len(composed) <= MAX_CAPTION:
        raise ValueError("length")
    if any(each in _TURNING or unicodedata.category(each) in _BARRED for each in composed):
        raise ValueError("not a line of text")
    return composed


Words = Annotated[str, StringConstraints(max_length=4 * MAX_CAPTION), AfterValidator(compose)]


class Caption(FromClient):
    """What one person present says, typed by another one who hears it."""

    type: Literal["caption"] = "caption"
    member: MemberCode
    words: Words
