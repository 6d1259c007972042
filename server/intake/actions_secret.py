"""A registration with a secret element leaves the system; a stub with the paper's reference stays (F68)."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import text
from server.cases import actions_work as case_actions
from server.errors import Stale
from server.intake import actions, queries
from server.intake.actions import Ruling
from server.tables import (
    AppointmentPaper,
    Attachment,
    OfficialPaper,
    Petition,
    PetitionContent,
    PetitionPerson,
    PetitionStep,
    ReceptionRequest,
    Representative,
    TriageDecision,
)
from server.who import Who
from server.words import PaperState, PetitionState, RequestVerb


def take_off(db: Session, who: Who, at: datetime, code: str, paper_reference: str, version: int | None) -> list[str]:
    """Mark a registration as secret and empty it; returns the stored files to be deleted afterwards.

    Raises NotHere, Stale, Refused("request_flow") once it was heard.
    """
    request = queries.request_for(db, who, code)
    if version is not None and request.version != version:
        raise Stale
    # Whoever takes off one part of a petition leaves the others; here it is the whole.
    for petition in db.scalars(select(Petition).where(Petition.request_id == request.id)):
        empty_petition(db, petition, paper_reference)
    return empty(db, who, at, request.id, paper_reference)


def empty(db: Session, who: Who, at: datetime, request_id: int, paper_reference: str) -> list[str]:
    """Empty a registration, drafts about it, and its case. The flow ends, so no file, no place in the schedule, no room can follow."""
    row = db.get_one(ReceptionRequest, request_id)
    actions.move(db, who, at, row.id, RequestVerb.TAKE_OFF, Ruling())
    row.subject, row.subject_folded = paper_reference, text.fold(paper_reference)
    row.content = row.demand = row.body_concerned = row.prior_resolution = ""
    papers = db.scalars(select(Attachment).where(Attachment.request_id == row.id)).all()
    gone = [paper.stored_as for paper in papers]
    db.execute(delete(AppointmentPaper).where(AppointmentPaper.request_id == row.id))
    for paper in papers:
        # One by one: the words of their names leave the search with them.
        db.delete(paper)
    db.execute(delete(Representative).where(Representative.request_id == row.id))
    db.execute(update(TriageDecision).where(TriageDecision.request_id == row.id).values(words=""))
    _throw_drafts_away(db, row)
    db.flush()
    if row.case_id is not None:
        case_actions.take_off(db, who, at, row.case_id, paper_reference)
    return gone


def empty_petition(db: Session, row: Petition, paper_reference: str) -> None:
    """Leave of a petition only where its paper file is: it holds the words of its registration."""
    db.execute(delete(PetitionContent).where(PetitionContent.petition_id == row.id))
    db.execute(delete(PetitionPerson).where(PetitionPerson.petition_id == row.id))
    db.execute(update(PetitionStep).where(PetitionStep.petition_id == row.id).values(words=""))
    row.title, row.title_folded, row.paper_reference = paper_reference, text.fold(paper_reference), paper_reference
    row.body_concerned = row.body_folded = row.prior_decision = row.directed_to = row.direction_words = ""
    row.name_folded = row.id_number = ""
    row.state = PetitionState.ON_PAPER


def _throw_drafts_away(db: Session, row: ReceptionRequest) -> None:
    """A draft of a paper was filled with the words of its matter; what was issued is a record and stays."""
    about = OfficialPaper.request_id == row.id
    if row.case_id is not None:
        about |= OfficialPaper.case_id == row.case_id
    drafts = select(OfficialPaper).where(about, OfficialPaper.state.in_((PaperState.DRAFT, PaperState.SUBMITTED)))
    for draft in db.scalars(drafts):
        draft.words, draft.return_ground, draft.state = {}, "", PaperState.DISCARDED
