"""People and contents of a petition, splitting, repeats, withdrawal, its resolution, and what must leave the system."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.cases import actions_work as case_actions
from server.cases.actions_work import Ruling
from server.cases.rules import FOR_PETITION
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, Refused
from server.i18n import date_vi
from server.intake import actions_secret as intake_secret
from server.intake.actions_register import NewPaper, attachment
from server.intake.rules import needs_appointment_paper
from server.petitions import actions, actions_secret, queries, queries_file, rules, rules_people
from server.petitions.actions import Said
from server.petitions.rules_people import Joining, NewStanding
from server.tables import AppointmentPaper, Attachment, Petition, PetitionContent, PetitionPerson, PetitionStep
from server.who import Who
from server.words import CaseState, Kind, PetitionPart, PetitionState, PetitionVerb

MOST_PEOPLE = 200
MOST_CONTENTS = 20
LONGEST_PAPER = 300
"""What a column of one line holds."""


def add_person(db: Session, who: Who, at: datetime, code: str, new: NewStanding, version: int | None) -> None:
    """Add somebody who stands in a petition; the same one twice is once. Raises BadForm at the field that is wrong."""
    row = _open(db, who, code, version)
    crowd = queries_file.crowd(db, queries.card(row))
    faults = rules_people.joining_faults(crowd, new.joining)
    if len(crowd.people) >= MOST_PEOPLE:
        faults = {"name": FieldError("too_many_people", {"most": MOST_PEOPLE})}
    if any(rules_people.is_same(_standing(one), new) for one in queries_file.people(db, row.id)):
        return
    if faults:
        raise BadForm(faults)
    one = new.joining
    db.add(
        PetitionPerson(
            petition_id=row.id,
            part=one.part,
            name=one.name,
            id_number=new.id_number,
            phone=new.phone,
            address=new.address,
            paper=one.paper,
            is_certified=one.is_certified,
            content=one.content if one.part is PetitionPart.AGENT else None,
            added_at=at,
        )
    )
    db.flush()
    audit.record(db, who, at, "petition_person_added", actions.about(row))


def _standing(one: queries_file.PersonLine) -> NewStanding:
    return NewStanding(Joining(one.part, one.name, content=one.content), one.id_number, one.phone, one.address)


def _open(db: Session, who: Who, code: str, version: int | None) -> Petition:
    row = actions.begin(db, who, code, version)
    if row.state not in rules.OPEN and row.state is not PetitionState.ACCEPTED:
        raise Refused("petition_flow")
    return row


def add_appointment(db: Session, who: Who, at: datetime, code: str, paper: NewPaper) -> bool:
    """Hang the written appointment of a group's representatives onto its petition (F23).

    False when there is one already: nothing changes. Raises NotHere, Refused("petition_flow").
    """
    row = _open(db, who, code, None)
    me = queries.card(row)
    if not needs_appointment_paper(row.group_size):
        raise Refused("petition_flow")
    if queries_file.appointment(db, me) is not None:
        return False
    kept = attachment(at, paper)
    kept.officer_id, kept.case_id = who.officer_id, row.case_id
    db.add(kept)
    db.flush()
    db.add(AppointmentPaper(attachment_id=kept.id, petition_id=row.id, added_at=at))
    db.flush()
    audit.record(db, who, at, "added_appointment", actions.about(row))
    return True


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of a mixed petition, with its own kind."""

    kind: Kind
    title: str


def split(
    db: Session, who: Who, at: datetime, code: str, parts: tuple[Part, ...], version: int | None
) -> tuple[str, ...]:
    """Split a mixed petition into petitions of their own, linked to it (F29); returns their codes.

    Each starts as eligible: the paper, its date and signature are the same. Pressing twice gives the same ones.
    """
    known = queries.petition_for(db, who, code)
    if known.state is PetitionState.SPLIT:
        return tuple(db.scalars(select(Petition.code).where(Petition.parent_id == known.id).order_by(Petition.id)))
    row = actions.begin(db, who, code, version)
    actions.step(db, who, at, row, PetitionVerb.SPLIT)
    made = [_part(db, who, at, row, number, part) for number, part in enumerate(parts, 1)]
    return tuple(one.code for one in made)


_ALIKE = (
    "unit_id", "request_id", "citizen_id", "body_concerned", "body_folded", "name_folded", "id_number",
    "is_anonymous", "group_size", "received_on",
)  # fmt: skip


def _part(db: Session, who: Who, at: datetime, whole: Petition, number: int, part: Part) -> Petition:
    row = Petition(
        code=actions.fresh_code(db),
        number=actions.next_number(db, whole.unit_id, at),
        parent_id=whole.id,
        kind=part.kind,
        state=PetitionState.ELIGIBLE,
        title=part.title,
        title_folded=text.fold(part.title),
        created_at=at,
        idempotency_key=f"split:{whole.id}:{number}",
        **{name: getattr(whole, name) for name in _ALIKE},
    )
    db.add(row)
    db.flush()
    db.add(PetitionContent(petition_id=row.id, number=1, words=part.title))
    people = db.scalars(select(PetitionPerson).where(PetitionPerson.petition_id == whole.id))
    for one in people:
        if one.part is PetitionPart.AGENT:
            # An agent acts for one content only; which part that is, a person says anew.
            continue
        db.add(
            PetitionPerson(
                petition_id=row.id,
                part=one.part,
                name=one.name,
                id_number=one.id_number,
                phone=one.phone,
                address=one.address,
                paper=one.paper,
                is_certified=one.is_certified,
                added_at=at,
            )
        )
    db.flush()
    audit.record(db, who, at, "lodged_petition", actions.about(row))
    return row


def say_repeat(db: Session, who: Who, at: datetime, code: str, first_code: str, version: int | None) -> None:
    """Confirm that a petition repeats an earlier one, or (blank) that it does not. Never done by the machine."""
    row = actions.begin(db, who, code, version)
    if row.state not in rules.OPEN:
        raise Refused("petition_flow")
    if not first_code:
        row.repeats_id = None
    else:
        try:
            first = queries.petition_for(db, who, first_code)
        except NotHere:
            raise BadForm({"first": FieldError("choice")}) from None
        if first.id >= row.id:
            raise BadForm({"first": FieldError("repeat_of_later")})
        row.repeats_id = first.repeats_id or first.id
    db.flush()
    audit.record(db, who, at, "petition_repeat", actions.about(row))


def add_content(db: Session, who: Who, at: datetime, code: str, words: str, version: int | None) -> None:
    """Add a content to a petition that is still open."""
    row = actions.begin(db, who, code, version)
    if row.state not in rules.OPEN:
        raise Refused("petition_flow")
    known = queries_file.contents(db, row.id)
    if words in {one.words for one in known}:
        return
    if len(known) >= MOST_CONTENTS:
        raise BadForm({"content_words": FieldError("too_many_contents", {"most": MOST_CONTENTS})})
    db.add(PetitionContent(petition_id=row.id, number=len(known) + 1, words=words))
    db.flush()
    audit.record(db, who, at, "petition_content_added", actions.about(row))


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal in writing: of the content ``number``, or of the whole petition when it is None."""

    paper: str
    on: date
    number: int | None = None


def withdraw(db: Session, who: Who, at: datetime, code: str, new: Withdrawal, version: int | None) -> PetitionState:
    """Record a withdrawal, whole or of one content; the others go on (F69). Twice changes nothing."""
    known = queries.petition_for(db, who, code)
    if known.state is PetitionState.WITHDRAWN and new.number is None:
        return known.state
    row = _open(db, who, code, version)
    if new.on > local(at).date() or new.on < row.received_on:
        raise BadForm({"withdrawn_on": FieldError("withdrawn_on_odd")})
    if new.number is None:
        return actions.step(db, who, at, row, PetitionVerb.WITHDRAW, Said(new.paper))
    content = _content(db, row, new.number)
    if content.withdrawn_on is None or content.reopened_on is not None:
        # What was taken up again may be withdrawn again. The newest paper stands first; why it was taken up stays.
        papers = [new.paper]
        if content.withdrawn_on is not None:
            papers.append(f"{content.withdrawn_paper} ({date_vi(content.withdrawn_on)})")
        content.withdrawn_on, content.withdrawn_paper = new.on, "; ".join(papers)[:LONGEST_PAPER]
        content.reopened_on = None
        db.flush()
        audit.record(db, who, at, "petition_content_withdrawn", actions.about(row))
    return row.state


@dataclass(frozen=True, slots=True)
class Reopening:
    """Why a withdrawn content is taken up again: it was forced or threatened out of the citizen."""

    number: int
    is_forced: bool
    grounds: str


def reopen_content(db: Session, who: Who, at: datetime, code: str, new: Reopening, version: int | None) -> None:
    """Take a withdrawn content up again; only when the withdrawal was forced, with grounds (F69)."""
    row = _open(db, who, code, version)
    faults = rules_people.reopening_faults(is_forced=new.is_forced, grounds=new.grounds)
    if faults:
        raise BadForm(faults)
    content = _content(db, row, new.number)
    if content.withdrawn_on is None or content.reopened_on is not None:
        return
    grounds = (content.reopened_grounds, new.grounds)
    content.reopened_on, content.reopened_grounds = local(at).date(), "\n".join(one for one in grounds if one)
    db.flush()
    audit.record(db, who, at, "petition_content_reopened", actions.about(row))


def _content(db: Session, row: Petition, number: int) -> PetitionContent:
    found = db.scalar(
        select(PetitionContent).where(PetitionContent.petition_id == row.id, PetitionContent.number == number)
    )
    if found is None:
        raise NotHere
    return found


def rule_case(db: Session, who: Who, at: datetime, code: str, ruling: Ruling, version: int | None) -> CaseState:
    """Suspend, resume or terminate the resolution of an accepted petition: the same step as from its case.

    Raises NotHere, Stale (the case has moved), BadForm, NotYours, Refused("petition_flow", "case_flow").
    """
    me = queries.petition_for(db, who, code)
    if me.case_id is None or ruling.verb not in FOR_PETITION:
        raise Refused("petition_flow")
    return case_actions.step(db, who, at, me.case_id, ruling, version)


def take_off(db: Session, who: Who, at: datetime, code: str, paper_reference: str, version: int | None) -> list[str]:
    """Take a petition with a secret element off the system (F68): only a reference to the paper file stays.

    Its registration and case go with it. Returns the stored files that must be deleted after the transaction.
    """
    row = actions.begin(db, who, code, version)
    actions.step(db, who, at, row, PetitionVerb.TAKE_OFF)
    intake_secret.empty_petition(db, row, paper_reference)
    gone = _drop_appointments(db, row.id)
    if row.parent_id is not None:
        gone += _empty_whole(db, row.parent_id, paper_reference)
    actions_secret.forget_national(db, row.id)
    db.flush()
    if row.request_id is not None:
        gone += intake_secret.empty(db, who, at, row.request_id, paper_reference)
    elif row.case_id is not None:
        case_actions.take_off(db, who, at, row.case_id, paper_reference)
    return gone


def _empty_whole(db: Session, petition_id: int, paper_reference: str) -> list[str]:
    """Empty the petition that a secret one was split from: it holds the same words. Returns files to be deleted."""
    row = db.get_one(Petition, petition_id)
    db.execute(delete(PetitionContent).where(PetitionContent.petition_id == row.id))
    db.execute(update(PetitionStep).where(PetitionStep.petition_id == row.id).values(words=""))
    row.title, row.title_folded, row.paper_reference = paper_reference, text.fold(paper_reference), paper_reference
    row.body_concerned = row.body_folded = row.prior_decision = row.direction_words = ""
    return _drop_appointments(db, row.id)


def _drop_appointments(db: Session, petition_id: int) -> list[str]:
    where = select(AppointmentPaper.attachment_id).where(AppointmentPaper.petition_id == petition_id)
    found = list(db.scalars(where))
    papers = db.scalars(select(Attachment).where(Attachment.id.in_(found))).all()
    db.execute(delete(AppointmentPaper).where(AppointmentPaper.petition_id == petition_id))
    for paper in papers:
        db.delete(paper)
    return [paper.stored_as for paper in papers]
