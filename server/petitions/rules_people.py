"""Who stands in a petition: petitioners, their representatives, agents, legal representatives; withdrawal in part.

Law on Citizen Reception, Article 29; Law on Complaints and Decree 124/2020; Law on Denunciations,
Article 22; law 136/2025 on withdrawal. domain.md 2.1, 2.8, 2.13.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server import text
from server.errors import FieldError
from server.intake.rules import needs_appointment_paper, representatives_allowed
from server.words import Kind, PetitionPart


@dataclass(frozen=True, slots=True)
class Standing:
    """A person already in the petition. ``content`` is the content an agent acts for, by its number."""

    part: PetitionPart
    name: str
    content: int | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """A person to be added: with the paper that lets them act, and whether a notary or the office certified it."""

    part: PetitionPart
    name: str
    paper: str = ""
    is_certified: bool = False
    content: int | None = None


@dataclass(frozen=True, slots=True)
class NewStanding:
    """Somebody to be added to a petition, and what is known of them."""

    joining: Joining
    id_number: str = ""
    phone: str = ""
    address: str = ""


def is_same(one: NewStanding, other: NewStanding) -> bool:
    """Whether both are the same person in the same part. Petitioners of one name are told apart by what else is known."""
    mine, theirs = one.joining, other.joining
    if mine.part is not theirs.part or text.fold(mine.name) != text.fold(theirs.name):
        return False
    if mine.part is PetitionPart.PETITIONER:
        return (one.id_number, one.phone, one.address) == (other.id_number, other.phone, other.address)
    return mine.part is not PetitionPart.AGENT or mine.content == theirs.content


@dataclass(frozen=True, slots=True)
class Crowd:
    """The petition that is joined."""

    kind: Kind
    size: int
    people: Sequence[Standing] = ()
    contents: int = 1
    has_appointment: bool = False
    """Whether the written appointment of the representatives was handed in."""


def joining_faults(crowd: Crowd, new: Joining) -> dict[str, FieldError]:
    """Say why this person cannot be added, at the field that is wrong (F21 to F25)."""
    if new.part is PetitionPart.REPRESENTATIVE:
        return _representative(crowd, new)
    if new.part is PetitionPart.AGENT:
        return _agent(crowd, new)
    if new.part is PetitionPart.LEGAL_REPRESENTATIVE and not new.paper:
        return {"paper": FieldError("legal_paper_needed")}
    if new.part is PetitionPart.PETITIONER and _count(crowd, PetitionPart.PETITIONER) >= crowd.size:
        return {"name": FieldError("petitioners_many", {"size": crowd.size})}
    return {}


def _representative(crowd: Crowd, new: Joining) -> dict[str, FieldError]:
    _, most = representatives_allowed(crowd.size)
    if most == 0:
        return {"part": FieldError("no_group")}
    if _count(crowd, PetitionPart.REPRESENTATIVE) >= most:
        return {"name": FieldError("representatives_many", {"most": most, "size": crowd.size})}
    among = {text.fold(one.name) for one in crowd.people if one.part is PetitionPart.PETITIONER}
    if text.fold(new.name) not in among:
        return {"name": FieldError("representative_not_among")}
    if not new.paper:
        return {"paper": FieldError("appointment_paper_needed")}
    return {}


def _agent(crowd: Crowd, new: Joining) -> dict[str, FieldError]:
    if crowd.kind is Kind.DENUNCIATION:
        return {"part": FieldError("no_agent_in_denunciation")}
    if new.content is None or not 1 <= new.content <= crowd.contents:
        return {"content": FieldError("choice")}
    if any(one.part is PetitionPart.AGENT and one.content == new.content for one in crowd.people):
        return {"content": FieldError("one_agent_only")}
    if not new.paper:
        return {"paper": FieldError("agent_paper_needed")}
    if not new.is_certified:
        return {"is_certified": FieldError("agent_certified_needed")}
    return {}


def _count(crowd: Crowd, part: PetitionPart) -> int:
    return sum(one.part is part for one in crowd.people)


def missing(crowd: Crowd) -> tuple[str, ...]:
    """Return what a group still owes before its petition can be accepted: keys of the labels ``owed_by_group.…``."""
    least, _ = representatives_allowed(crowd.size)
    owed = ("representatives",) if _count(crowd, PetitionPart.REPRESENTATIVE) < least else ()
    return (*owed, "appointment") if needs_appointment_paper(crowd.size) and not crowd.has_appointment else owed


def reopening_faults(*, is_forced: bool, grounds: str) -> dict[str, FieldError]:
    """Say why a withdrawn content stays withdrawn: only force or threats reopen it, with grounds (F69)."""
    faults: dict[str, FieldError] = {}
    if not is_forced:
        faults["is_forced"] = FieldError("reopen_only_forced")
    if not grounds:
        faults["grounds"] = FieldError("reopen_grounds_needed")
    return faults
