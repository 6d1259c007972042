"""What of a denouncer may not stand in what is handed over for checking: name, address, telephone, e-mail, number.

Law on Denunciations, Article 23; domain.md 2.9. A machine finds what it knows; hints at who wrote (a
relation, a job, a way of writing) only a person finds, so somebody reads the copy before it is given.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server import text
from server.words import Role

GIVERS = frozenset({Role.RECEPTION_OFFICER, Role.WARD_CHAIR, Role.WARD_VICE_CHAIR})
"""May know of a denunciation; a vice chair only when assigned."""
CHECKERS = frozenset({Role.CASE_OFFICER})
"""To whom a copy is given, and who reads nothing but the copy."""
GAP = "[…]"
_SHORTEST_ADDRESS = 8
_CALLS = ("ông", "bà", "anh", "chị", "cô", "chú", "bác", "em", "cháu", "là", "tên")


@dataclass(frozen=True, slots=True)
class Denouncer:
    """What is known of one person who denounces."""

    name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


def masked(words: str, people: Sequence[Denouncer]) -> str:
    """Return the words with everything known of these people replaced by a gap; a proposal to be read and mended.

    A given name alone is many people's: it is taken out here after a form of address, and never refused.
    """
    kept = without_denouncer(words, people)
    for given in {one.name.split()[-1] for one in people if one.name.split()}:
        for call in _CALLS:
            kept = re.sub(rf"(?i)\b({call}) {re.escape(given)}\b", rf"\1 {GAP}", kept)
    return kept


def without_denouncer(words: str, people: Iterable[Denouncer]) -> str:
    """Return the words without names, numbers and addresses of these people; fit words come back unchanged."""
    words = text.tidy(words)
    # Found in the accent-free form, taken out at the same places of the words as they are written.
    folded = "".join(_folded(char) for char in words)
    patterns = (pattern for one in people for pattern in _patterns(one))
    found = sorted(match.span() for pattern in patterns for match in re.finditer(pattern, folded))
    kept, end = "", 0
    for start, stop in found:
        if start >= end:
            kept += words[end:start] + GAP
        end = max(end, stop)
    return kept + words[end:]


def _patterns(one: Denouncer) -> Iterator[str]:
    for phrase in (one.name, one.email, *_addresses(one.address)):
        parts = re.findall(r"[0-9a-z]+", text.fold(phrase))
        if len(parts) > 1:
            yield rf"\b{r'[^0-9a-z]+'.join(parts)}\b"
    for number in (one.id_number, one.phone):
        digits = re.sub(r"[^0-9A-Za-z]", "", number).lower()
        if len(digits) > 5:  # noqa: PLR2004 shorter is no number of a person
            yield r"[ .\-]*".join(digits)
    if one.phone.startswith("0"):
        yield r"(?:\+|00)?84[ .\-]*" + r"[ .\-]*".join(one.phone[1:])


def _addresses(address: str) -> Sequence[str]:
    """The address, and the part of it that is nearer than the ward."""
    near = address.rpartition(",")[0]
    return [one for one in (address, near) if len(text.fold(one)) >= _SHORTEST_ADDRESS]


def _folded(char: str) -> str:
    """One character for one, so that places stay the same."""
    plain = text.fold(char)
    return plain if len(plain) == 1 else (" " if char.isspace() else char)
