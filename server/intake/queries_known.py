"""Citizens whom a unit knows from before, so that nobody has to tell the same twice.

Offered to the desk only, by a whole telephone or paper number, and only from matters that are no
denunciation: a number must not lead to who denounced (domain.md 2.9).
"""

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server import text
from server.errors import NotHere
from server.intake import rules
from server.intake.queries import Person, person
from server.tables import Case, Citizen, ReceptionRequest
from server.who import Who
from server.words import Kind

MOST = 5
_SHORTEST = 6


def known_citizens(db: Session, who: Who, *typed: str) -> list[Person]:
    """Return who registered in this unit before with one of these telephone or paper numbers, newest first."""
    phones = [phone for each in typed if (phone := text.phone_number(each))]
    numbers = ["".join(each.split()).replace(".", "").upper() for each in typed]
    numbers = [number for number in numbers if len(number) >= _SHORTEST]
    if who.role not in rules.SORTERS or not (phones or numbers):
        return []
    same = or_(Citizen.phone.in_(phones), Citizen.id_number.in_(numbers))
    rows = db.scalars(select(Citizen).where(same, _known_to(who)).order_by(Citizen.id.desc()).limit(MOST))
    return [person(row) for row in rows]


def known_citizen(db: Session, who: Who, citizen_id: int) -> Person:
    """Return one of them. Raises NotHere."""
    row = db.scalar(select(Citizen).where(Citizen.id == citizen_id, _known_to(who)))
    if row is None or who.role not in rules.SORTERS:
        raise NotHere
    return person(row)


def _known_to(who: Who) -> ColumnElement[bool]:
    # What was registered as something else and turned out to be a denunciation counts as one.
    apart = aliased(Case)
    return or_(
        exists().where(
            ReceptionRequest.citizen_id == Citizen.id,
            ReceptionRequest.unit_id == who.unit_id,
            ReceptionRequest.kind != Kind.DENUNCIATION,
            ~exists().where(apart.id == ReceptionRequest.case_id, apart.is_restricted.is_(True)),
        ),
        exists().where(
            Case.citizen_id == Citizen.id,
            Case.unit_id == who.unit_id,
            Case.is_restricted.is_(False),
            Case.kind != Kind.DENUNCIATION,
        ),
    )
