"""A reception that was held on paper from its beginning, because line or power had failed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import NotHere
from server.reception import actions_notes, queries, rules, rules_paper
from server.reception.rules_paper import OnPaper
from server.tables import Reception
from server.who import Who
from server.words import Outcome, ReceptionState
from signaling.roles import DESK


def keep_on_paper(db: Session, who: Who, at: datetime, code: str, held: OnPaper) -> None:
    """Enter a reception that never began online as held on paper; pressing twice keeps the first.

    The minutes are then typed from the paper, the signed sheets scanned. Raises NotHere, BadForm, Refused("began_online").
    """
    found = queries.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK:
        raise NotHere
    reception = db.scalars(select(Reception).where(Reception.id == found.id).with_for_update()).one()
    if reception.state is ReceptionState.ENDED and reception.outcome == Outcome.PAPER:
        return
    rules_paper.check(reception.state, found.starts_at, at, held)
    for kind in ("began", "ended"):
        reception.state = rules.after_note(reception.state, kind)
    reception.began_at, reception.ended_at = held.began_at, held.ended_at
    reception.outcome, reception.without_recording_ground = Outcome.PAPER.value, held.ground
    actions_notes.keep_appointment(db, at, reception)
    about = About("reception", found.id, found.code, found.case_id, found.unit_id)
    audit.record(db, who, at, "held_on_paper", about)
