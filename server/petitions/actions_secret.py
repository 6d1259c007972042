"""What fewer may know of from now on: a petition that is called a denunciation, or that left the unit or the system."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from server.cases import actions_bypass
from server.intake import actions as intake
from server.intake.rules import REQUEST_FLOW
from server.scheduling import actions_found as scheduling
from server.tables import Case, NationalEntry, Petition, ReceptionRequest
from server.who import Who
from server.words import Kind, NationalEvent, RequestVerb

ABOUT_PETITIONS = (NationalEvent.PETITION_RECEIVED, NationalEvent.PETITION_DIRECTED)


def keep_secret(db: Session, at: datetime, links: bytes, row: Petition) -> None:
    """Close the registration and the cases of a petition to all who may not know of a denunciation (domain.md 2.9).

    They carry the same name and the same words. Calling it something else later opens nothing again.
    What was booked online is received in person (F41); ``links`` is the key of links in the letter about that.
    """
    request = db.get(ReceptionRequest, row.request_id) if row.request_id else None
    if request is not None:
        request.kind = Kind.DENUNCIATION
        scheduling.bring_in_person(db, at, links, request.id)
    for case_id in (row.case_id, request.case_id if request else None):
        if case_id is not None:
            db.get_one(Case, case_id).is_restricted = True
    db.flush()


def leave_ward(db: Session, who: Who, at: datetime, row: Petition, board: int) -> None:
    """Give the registrations and cases of a petition to the city's board: they carry the same name and words (F27).

    Appointments at the ward are called off first; the citizen is written to. What was joined to such a case goes along.
    """
    own = db.get(ReceptionRequest, row.request_id) if row.request_id else None
    cases = {one for one in (row.case_id, own.case_id if own else None) if one is not None}
    where = or_(ReceptionRequest.id == (own.id if own else 0), ReceptionRequest.case_id.in_(cases))
    for request in db.scalars(select(ReceptionRequest).where(where).order_by(ReceptionRequest.id)).all():
        scheduling.call_off(db, at, request.id)
        if RequestVerb.REFER in REQUEST_FLOW[request.state]:
            intake.move(db, who, at, request.id, RequestVerb.REFER)
        request.kind, request.unit_id = Kind.DENUNCIATION, board
    for case_id in sorted(cases):
        actions_bypass.leave_ward(db, who, at, case_id, board)


def case_to_join(db: Session, row: Petition) -> int | None:
    """Return the case that was opened for a petition's registration, unless it is of another kind.

    Another kind of matter has other terms and other readers.
    """
    request = db.get(ReceptionRequest, row.request_id) if row.request_id else None
    case_id = row.case_id or (request.case_id if request else None)
    case = db.get(Case, case_id) if case_id else None
    return case.id if case is not None and case.kind is row.kind else None


def forget_national(db: Session, petition_id: int) -> None:
    """Drop what a unit was to enter for a petition that left it or the system."""
    db.execute(
        delete(NationalEntry).where(NationalEntry.about_id == petition_id, NationalEntry.event.in_(ABOUT_PETITIONS))
    )
