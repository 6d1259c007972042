"""A registration with a secret element leaves the system; a stub with the paper's reference stays (F68)."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import text
from server.cases import actions_work as case_actions
from server.errors import Stale
from server.intake import actions, queries
from server.intake.actions import Ruling
from server.tables import AppointmentPaper, Attachment, ReceptionRequest, Representative, TriageDecision
from server.who import Who
from server.words import RequestVerb


def take_off(db: Session, who: Who, at: datetime, code: str, paper_reference: str, version: int | None) -> list[str]:
    """Mark a registration as secret and empty it; returns the stored files to be deleted afterwards.

    Raises NotHere, Stale, Refused("request_flow") once it was heard.
    """
    request = queries.request_for(db, who, code)
    if version is not None and request.version != version:
        raise Stale
    return empty(db, who, at, request.id, paper_reference)


def empty(db: Session, who: Who, at: datetime, request_id: int, paper_reference: str) -> list[str]:
    """Empty a registration and its case. The flow ends, so no file, no place in the schedule, no room can follow."""
    row = db.get_one(ReceptionRequest, request_id)
    actions.move(db, who, at, row.id, RequestVerb.TAKE_OFF, Ruling())
    row.subject, row.subject_folded = paper_reference, text.fold(paper_reference)
    row.content = row.demand = row.body_concerned = row.prior_resolution = ""
    gone = list(db.scalars(select(Attachment.stored_as).where(Attachment.request_id == row.id)))
    db.execute(delete(AppointmentPaper).where(AppointmentPaper.request_id == row.id))
    db.execute(delete(Attachment).where(Attachment.request_id == row.id))
    db.execute(delete(Representative).where(Representative.request_id == row.id))
    db.execute(update(TriageDecision).where(TriageDecision.request_id == row.id).values(words=""))
    db.flush()
    if row.case_id is not None:
        case_actions.take_off(db, who, at, row.case_id, paper_reference)
    return gone
