"""Hand papers in during a reception; the desk takes them into the case or returns them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.errors import NotHere, Refused
from server.exhibits import actions, queries_hand, rules
from server.exhibits.queries import Seat
from server.exhibits.queries_hand import HandInLine
from server.intake import actions_register as intake
from server.intake.actions_register import NewPaper
from server.reception import queries as receptions
from server.tables import Appointment, HandedFile, HandIn, Reception
from server.who import Who
from server.words import HandInState, Role


def hand_in(db: Session, seat: Seat, at: datetime, key: str, papers: tuple[NewPaper, ...]) -> HandInLine | None:
    """Write a hand-in of stored files; None when this key was written before: the files are not needed then.

    Raises NotHere, Refused: ``papers_not_running``, ``hand_ins_full``.
    """
    # Held, so that two sendings at once make one.
    db.scalars(select(Reception.id).where(Reception.id == seat.reception).with_for_update()).one()
    if queries_hand.by_key(db, key) is not None:
        return None
    queries_hand.check_may_hand_in(db, seat)
    if queries_hand.count(db, seat.reception) >= rules.MOST_HAND_INS:
        raise Refused("hand_ins_full", most=rules.MOST_HAND_INS)
    row = HandIn(
        code=text.new_code("BN", 4, 4),
        reception_id=seat.reception,
        member=seat.member,
        name=seat.name,
        state=HandInState.ARRIVED,
        at=at,
        idempotency_key=key,
    )
    db.add(row)
    db.flush()
    for one in papers:
        db.add(
            HandedFile(
                hand_in_id=row.id,
                name=one.name,
                content_type=one.content_type,
                bytes=one.bytes,
                sha256=one.sha256,
                stored_as=one.stored_as,
            )
        )
    db.flush()
    found = receptions.reception_file(db, seat.reception)
    citizen = Who(Role.CITIZEN, found.unit_id, found.unit_name, found.request_code)
    facts = {"hand_in": row.code, "sha256": [one.sha256 for one in papers]}
    audit.record(db, citizen, at, "handed_in", actions.about(found), **facts)
    return queries_hand.by_key(db, key)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the desk decides about a hand-in: taken, or returned with a ground."""

    hand_in: str
    state: HandInState
    ground: str = ""


def decide(db: Session, who: Who, at: datetime, code: str, verdict: Verdict) -> tuple[str, ...]:
    """Take papers into the case, or return them. Twice is once. Returns the stored files that are needed no more.

    Raises NotHere, Refused: ``hand_in_decided``, ``hand_in_stopped``.
    """
    found = actions.desk_of(db, who, code)
    row = db.scalar(
        select(HandIn).where(HandIn.code == verdict.hand_in, HandIn.reception_id == found.id).with_for_update()
    )
    if row is None:
        raise NotHere
    if not rules.decided(row.state, found.state, verdict.state):
        return ()
    row.state, row.decided_at, row.ground = verdict.state, at, verdict.ground
    row.officer_id, row.officer_name = who.officer_id, who.name
    files = queries_hand.hand_in_of_desk(db, who, code, row.code).files
    is_taken = verdict.state is HandInState.ACCEPTED
    if is_taken:
        papers = tuple(NewPaper(f.name, f.content_type, f.bytes, f.sha256, f.stored_as) for f in files)
        intake.add_papers(db, at, _request_of(db, found.id), papers)
    verb = "accepted_hand_in" if is_taken else "returned_hand_in"
    audit.record(db, who, at, verb, actions.about(found), hand_in=row.code)
    return () if is_taken else tuple(f.stored_as for f in files)


def _request_of(db: Session, reception_id: int) -> int:
    return db.scalars(
        select(Appointment.request_id)
        .join(Reception, Reception.appointment_id == Appointment.id)
        .where(Reception.id == reception_id)
    ).one()


def note_look(db: Session, who: Who, at: datetime, code: str, hand_in_code: str) -> None:
    """Log that somebody looked at a file that was handed in."""
    audit.record(db, who, at, "viewed_handed_file", actions.about(actions.desk_of(db, who, code)), hand_in=hand_in_code)
