"""Begin the minutes, read them back, take them up again, keep the citizen's answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from server import audit, text
from server.audit import About
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused, Stale
from server.minutes import queries, rules
from server.reception import queries as receptions
from server.reception.queries import ReceptionFile
from server.tables import (
    Minutes,
    MinutesAnswer,
    Reception,
)
from server.who import Who
from server.words import Answer, MinutesField, MinutesState, MinutesVerb
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class StaffDoor:
    """An officer comes by the reception's code."""

    code: str


@dataclass(frozen=True, slots=True)
class LinkDoor:
    """A citizen or guest comes by a link that was proven."""

    reception_id: int
    member: str


Door = StaffDoor | LinkDoor


@dataclass(frozen=True, slots=True)
class Place:
    """Minutes held for change in this transaction, and who holds them."""

    row: Minutes
    found: ReceptionFile
    is_writer: bool
    is_citizen: bool
    member: str


def minutes_of(db: Session, at: datetime, reception_id: int) -> int:
    """Return the minutes of a reception, begun empty when asked for the first time."""
    reception = db.scalars(select(Reception).where(Reception.id == reception_id).with_for_update()).one()
    rules.check_not_stopped(reception.state)
    made = db.scalar(select(Minutes.id).where(Minutes.reception_id == reception_id))
    if made is not None:
        return made
    row = Minutes(
        code=text.new_code("BB", 4, 2),
        reception_id=reception.id,
        unit_id=reception.unit_id,
        state=MinutesState.DRAFTING,
        sealed_head={},
        created_at=at,
    )
    db.add(row)
    db.flush()
    return row.id


def begin(db: Session, who: Who, at: datetime, code: str) -> None:
    """Begin the minutes of a reception this officer may open. Raises NotHere."""
    minutes_of(db, at, receptions.reception_for(db, who, code).id)


def hold(db: Session, who: Who, door: Door) -> Place:
    """Lock the minutes behind a door until the transaction ends. Raises NotHere."""
    if isinstance(door, StaffDoor):
        seen = queries.minutes_for(db, who, door.code)
        found, is_writer, is_citizen = seen.reception, seen.is_writer, False
        member = queries.citizen_of(found).member
    else:
        found, member = receptions.reception_file(db, door.reception_id), door.member
        seat = queries.seat_of(found, member)
        if seat is None:
            raise NotHere
        is_writer, is_citizen = False, seat.role is RoomRole.CITIZEN
    rules.check_not_stopped(found.state)
    query = select(Minutes).where(Minutes.reception_id == found.id).with_for_update()
    row = db.scalars(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotHere
    return Place(row, found, is_writer, is_citizen, member)


def about(place: Place) -> About:
    """Name the minutes in the audit."""
    return About("minutes", place.row.id, place.row.code, place.found.case_id, place.found.unit_id)


def show(db: Session, who: Who, at: datetime, code: str) -> None:
    """Read the minutes back to the citizen. Twice is once. Raises Refused."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    rules.check_open(queries.stand_of(place.row))
    if place.row.state is MinutesState.READ_BACK:
        return
    to = rules.moved(place.row.state, MinutesVerb.SHOW)
    texts = queries.texts_of(db, place.row.id)
    rules.check_complete(texts)
    place.row.state, place.row.shown_at = to, at
    audit.record(db, who, at, "showed_minutes", about(place), sha256=rules.fingerprint(texts))


def redraft(db: Session, who: Who, at: datetime, code: str) -> None:
    """Take the minutes up again for changes; what was confirmed no longer counts. Twice is once."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    rules.check_open(queries.stand_of(place.row))
    if place.row.state is MinutesState.DRAFTING:
        return
    row = place.row
    row.state = rules.moved(row.state, MinutesVerb.REDRAFT)
    row.method, row.confirmed_at = None, None
    row.refused_ground, row.witness = "", ""
    row.one_time_code_hash, row.one_time_code_until, row.one_time_code_tries = "", None, 0
    audit.record(db, who, at, "redrafted_minutes", about(place))


@dataclass(frozen=True, slots=True)
class Answering:
    """The citizen's word on one paragraph, with the hash of the words that were read."""

    field: MinutesField
    paragraph: int
    words_sha256: str
    answer: Answer
    objection: str


def answer(db: Session, who: Who, at: datetime, door: Door, given: Answering) -> None:
    """Keep an answer; the same one twice is one. Raises Stale when these are no longer the words."""
    place = hold(db, who, door)
    if not (place.is_writer or place.is_citizen):
        raise NotYours("minutes_not_yours")
    if not rules.may_answer(queries.stand_of(place.row), is_writer=place.is_writer, is_citizen=place.is_citizen):
        raise Refused("minutes_not_shown")
    texts = queries.texts_of(db, place.row.id)
    wanted = (given.paragraph, given.words_sha256)
    if wanted not in {(p.paragraph, p.words_sha256) for p in rules.paragraphs(texts.get(given.field, ""))}:
        raise Stale
    objection = text.tidy(given.objection) if given.answer is Answer.OBJECT else ""
    if given.answer is Answer.OBJECT and not objection:
        raise BadForm({"objection": FieldError("required")})
    if len(objection) > rules.LONGEST_OBJECTION:
        raise BadForm({"objection": FieldError("too_long", {"most": rules.LONGEST_OBJECTION})})
    for known in rules.standing(queries.answers_of(db, place.row.id), texts):
        is_same = (known.field, known.paragraph) == (given.field, given.paragraph)
        if is_same and (known.answer, known.objection) == (given.answer, objection):
            return
    db.add(
        MinutesAnswer(
            minutes_id=place.row.id,
            field=given.field,
            paragraph=given.paragraph,
            words_sha256=given.words_sha256,
            answer=given.answer,
            objection=objection,
            member=place.member,
            at=at,
        )
    )
    flag_modified(place.row, "number")
    audit.record(
        db, who, at, "answered_minutes", about(place), field=given.field.value, paragraph=given.paragraph,
        answer=given.answer.value, sha256=given.words_sha256,
    )  # fmt: skip


READ_AGAIN = timedelta(hours=1)


def note_reading(db: Session, who: Who, at: datetime, code: str) -> None:
    """Log that an officer's script fetched the minutes, which it does at every change. Raises NotHere."""
    seen = queries.minutes_for(db, who, code)
    found = seen.reception
    about_them = About("minutes", seen.id, seen.code, found.case_id, found.unit_id)
    audit.record_once(db, who, at, "viewed_minutes", about_them, READ_AGAIN)


def note_view(db: Session, who: Who, at: datetime, code: str) -> None:
    """Log that an officer opened the minutes. Raises NotHere."""
    seen = queries.minutes_for(db, who, code)
    found = seen.reception
    audit.record(db, who, at, "viewed_minutes", About("minutes", seen.id, seen.code, found.case_id, found.unit_id))
