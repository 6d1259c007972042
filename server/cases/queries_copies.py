"""Copies for checking a denunciation: who may give one, who reads one, what a new one can begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cases import queries, rules_copies
from server.cases.queries import CaseCard
from server.cases.rules_copies import Denouncer
from server.errors import NotHere
from server.office import queries as office
from server.tables import (
    AuditEntry,
    Citizen,
    Minutes,
    MinutesText,
    Officer,
    OfficerRole,
    Petition,
    PetitionContent,
    PetitionPerson,
    Reception,
    ReceptionRequest,
    Representative,
    Unit,
    VerificationCopy,
)
from server.who import Who
from server.words import Kind, MinutesField, PetitionPart

MOST = 200
VIEWED = "viewed_copy"
_DENOUNCERS = frozenset({PetitionPart.PETITIONER, PetitionPart.REPRESENTATIVE, PetitionPart.LEGAL_REPRESENTATIVE})
"""Who denounces, and who stands for one that cannot: the guardian's name tells whose child or ward it is."""


@dataclass(frozen=True, slots=True)
class Reader:
    """An officer who can be given a copy."""

    id: int
    name: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Given:
    """A copy that was given, as those see it who know the case."""

    code: str
    words: str
    reader: Reader
    given_by: str
    given_at: datetime
    ended_at: datetime | None
    looks: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """A copy as its reader sees it: the words, and nothing of the case."""

    code: str
    words: str
    given_by: str
    given_by_title: str
    unit_name: str
    given_at: datetime


def denunciation_for(db: Session, who: Who, code: str) -> CaseCard:
    """Return the denunciation of which this person may give copies. Raises NotHere."""
    case = queries.case_for(db, who, code)
    if case.kind is not Kind.DENUNCIATION or who.role not in rules_copies.GIVERS or who.unit_id != case.unit_id:
        raise NotHere
    return case


def denouncers(db: Session, case: CaseCard) -> tuple[Denouncer, ...]:
    """Return everybody known to denounce in a case."""
    one = db.get_one(Citizen, case.citizen_id)
    found = [Denouncer(one.name, one.id_number, one.phone, one.email, one.address)]
    speakers = db.scalars(
        select(Representative)
        .join(ReceptionRequest, ReceptionRequest.id == Representative.request_id)
        .where(ReceptionRequest.case_id == case.id)
        .limit(MOST)
    )
    found += [Denouncer(each.name, each.id_number, each.phone) for each in speakers]
    people = db.scalars(
        select(PetitionPerson)
        .join(Petition, Petition.id == PetitionPerson.petition_id)
        .where(Petition.case_id == case.id, PetitionPerson.part.in_(_DENOUNCERS))
        .limit(MOST)
    )
    found += [Denouncer(each.name, each.id_number, each.phone, "", each.address) for each in people]
    return tuple(dict.fromkeys(found))


def proposed(db: Session, case: CaseCard) -> str:
    """Return what a new copy can begin with: what was written down of the matter, without what is known of its people."""
    contents = db.scalars(
        select(PetitionContent.words)
        .join(Petition, Petition.id == PetitionContent.petition_id)
        .where(Petition.case_id == case.id)
        .order_by(PetitionContent.id)
        .limit(MOST)
    )
    said = db.scalars(
        select(MinutesText.words)
        .join(Minutes, Minutes.id == MinutesText.minutes_id)
        .join(Reception, Reception.id == Minutes.reception_id)
        .where(Reception.case_id == case.id, MinutesText.field == MinutesField.CONTENT_PRESENTED)
        .order_by(MinutesText.id)
        .limit(MOST)
    )
    return rules_copies.masked("\n\n".join([*contents, *said]), denouncers(db, case))


def readers(db: Session, unit_id: int) -> list[Reader]:
    """Return who can be given a copy by a unit: officers who check, of the unit and of the departments below it."""
    rows = db.execute(
        select(Officer.id, Officer.name, Unit.name)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            Officer.closed_at.is_(None),
            OfficerRole.role.in_(rules_copies.CHECKERS),
            (Unit.id == unit_id) | (Unit.parent_id == unit_id),
        )
        .order_by(Officer.name_sort)
        .limit(MOST)
    )
    return [Reader(*row) for row in rows]


def given(db: Session, case: CaseCard) -> tuple[Given, ...]:
    """Return the copies of a case, newest first, with when their readers opened them."""
    rows = db.execute(
        select(VerificationCopy, Officer.name, Officer.id)
        .join(Officer, Officer.id == VerificationCopy.given_to)
        .where(VerificationCopy.case_id == case.id)
        .order_by(VerificationCopy.id.desc())
        .limit(MOST)
    ).all()
    givers = select(Officer.id, Officer.name).where(Officer.id.in_({copy.given_by for copy, *_ in rows}))
    names = {officer_id: name for officer_id, name in db.execute(givers)}  # noqa: C416 rows are not pairs to mypy
    return tuple(
        Given(
            copy.code,
            copy.words,
            Reader(officer_id, name, ""),
            names.get(copy.given_by, ""),
            copy.given_at,
            copy.ended_at,
            _looks(db, copy),
        )
        for copy, name, officer_id in rows
    )


def _looks(db: Session, copy: VerificationCopy) -> tuple[datetime, ...]:
    found = (
        select(AuditEntry.at)
        .where(AuditEntry.case_id == copy.case_id, AuditEntry.about_code == copy.code, AuditEntry.verb == VIEWED)
        .order_by(AuditEntry.id.desc())
        .limit(10)
    )
    return tuple(db.scalars(found))


def copy_for(db: Session, who: Who, code: str) -> Received:
    """Return a copy that was given to this person and not taken back. Raises NotHere."""
    row = row_for(db, who, code)
    by = db.get_one(Officer, row.given_by)
    return Received(row.code, row.words, by.name, by.title, db.get_one(Unit, row.unit_id).name, row.given_at)


def row_for(db: Session, who: Who, code: str) -> VerificationCopy:
    """Return the row behind ``copy_for``. Raises NotHere."""
    row = db.scalar(select(VerificationCopy).where(VerificationCopy.code == code, *_mine(db, who)))
    if row is None:
        raise NotHere
    return row


def copies(db: Session, who: Who) -> tuple[Received, ...]:
    """Return the copies this person reads, newest first; the words stay out of the list."""
    rows = db.execute(
        select(VerificationCopy.code, Officer.name, Officer.title, Unit.name, VerificationCopy.given_at)
        .join(Officer, Officer.id == VerificationCopy.given_by)
        .join(Unit, Unit.id == VerificationCopy.unit_id)
        .where(*_mine(db, who))
        .order_by(VerificationCopy.id.desc())
        .limit(MOST)
    )
    return tuple(Received(code, "", name, title, unit, at) for code, name, title, unit, at in rows)


def held_by(db: Session, officer_id: int) -> Sequence[VerificationCopy]:
    """Return the copies that an officer has to check, the oldest first; the caller has to be one who may hand them over."""
    mine = VerificationCopy.given_to == officer_id, VerificationCopy.ended_at.is_(None)
    return db.scalars(select(VerificationCopy).where(*mine).order_by(VerificationCopy.id)).all()


def count(db: Session, who: Who) -> int:
    """Return how many copies this person has to check."""
    return db.scalar(select(func.count()).select_from(VerificationCopy).where(*_mine(db, who))) or 0


def _mine(db: Session, who: Who) -> list[Any]:
    """Given to this person, not taken back, and by the unit (or the one above it) that this person works for."""
    if who.role not in rules_copies.CHECKERS or who.officer_id is None:
        return [VerificationCopy.id == 0]
    return [
        VerificationCopy.given_to == who.officer_id,
        VerificationCopy.ended_at.is_(None),
        VerificationCopy.unit_id.in_(office.path_up(db, who.unit_id)),
    ]
