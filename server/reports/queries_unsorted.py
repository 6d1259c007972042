"""What counts in the tables and nobody has classified yet; each leads to its own page, where that is said."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import local
from server.intake import queries as intake
from server.petitions import queries as petitions
from server.reports.queries_petitions import TAKEN
from server.tables import Petition, ReceptionRequest
from server.who import Who
from server.words import PetitionState

MOST = 100
_DONE = (PetitionState.SPLIT, PetitionState.WITHDRAWN, PetitionState.ON_PAPER)


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A registration or a petition; ``path`` leads to where it is classified."""

    path: str
    code: str
    subject: str
    received_on: date


def unsorted(db: Session, who: Who) -> tuple[Unsorted, ...]:
    """Return what a person may classify and nobody has, oldest first, a hundred at most."""
    entered = select(Petition.id).where(
        Petition.request_id == ReceptionRequest.id, Petition.state != PetitionState.SPLIT
    )
    requests = db.scalars(
        select(ReceptionRequest)
        .where(
            *intake.visible(db, who),
            ReceptionRequest.state.in_(TAKEN),
            ReceptionRequest.field.is_(None),
            ~entered.exists(),
        )
        .order_by(ReceptionRequest.received_at, ReceptionRequest.id)
        .limit(MOST)
    )
    found = [
        Unsorted(f"/dang-ky-moi/{r.code}#phan-loai", r.code, r.subject, local(r.received_at).date()) for r in requests
    ]
    rows = db.scalars(
        select(Petition)
        .where(*petitions.visible(db, who), Petition.field.is_(None), Petition.state.not_in(_DONE))
        .order_by(Petition.received_on, Petition.id)
        .limit(MOST)
    )
    found += [Unsorted(f"/don/{p.code}#phan-loai", p.number, p.title, p.received_on) for p in rows]
    return tuple(sorted(found, key=lambda one: (one.received_on, one.code))[:MOST])
