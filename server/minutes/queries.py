"""The minutes for those who may read them: staff by their place in the room, citizens and guests by their link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.archive import queries as archive
from server.cases import queries as cases
from server.errors import NotHere
from server.minutes import rules
from server.minutes.rules import Given, Paragraph, Recorded, Setting, Stand
from server.reception import queries as receptions
from server.reception import queries_guest
from server.reception.queries import MemberLine, ReceptionFile
from server.tables import Appointment, Case, Document, Minutes, MinutesAnswer, MinutesText, Officer, Reception, Revision
from server.who import Who
from server.words import Answer, ConfirmationMethod, DocumentKind, MinutesField, MinutesState, ReceptionState
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class Written:
    """The present words of one part."""

    words: str
    version: int
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True, slots=True)
class May:
    """What the person asking may do now."""

    edit: bool
    show: bool
    answer: bool
    confirm: bool
    redraft: bool
    seal: bool


NOTHING = May(edit=False, show=False, answer=False, confirm=False, redraft=False, seal=False)


@dataclass(frozen=True, slots=True)
class MinutesFile:
    """The minutes of one reception as one person may see them; without words where they may not yet be read."""

    id: int
    code: str
    number: str
    state: MinutesState
    version: int
    is_readable: bool
    fields: Mapping[MinutesField, Written]
    answers: tuple[Given, ...]
    method: ConfirmationMethod | None
    shown_at: datetime | None
    confirmed_at: datetime | None
    refused_ground: str
    witness: str
    code_until: datetime | None
    sealed_at: datetime | None
    document_code: str
    may: May
    reception: ReceptionFile
    setting: Setting
    recorded: Recorded
    is_writer: bool

    @property
    def paragraphs(self) -> dict[MinutesField, tuple[Paragraph, ...]]:
        """The paragraphs of each written part, in the order of the paper."""
        return {
            f: rules.paragraphs(self.fields[f].words) for f in MinutesField if f in self.fields and self.fields[f].words
        }

    @property
    def hindrance(self) -> str:
        """The code of what stands in the way of sealing, or nothing."""
        return rules.seal_hindrance(self.state, self.reception.state, self.recorded)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: their place, and whether they are one of the writers."""

    role: RoomRole | None
    is_writer: bool


def minutes_for(db: Session, who: Who, reception_code: str) -> MinutesFile:
    """Return the minutes of a reception for an officer. Raises NotHere."""
    found = receptions.reception_for(db, who, reception_code)
    case = db.get_one(Case, found.case_id)
    if case.is_restricted and not cases.is_open_to(db, who, case):
        raise NotHere
    row = db.scalar(select(Minutes).where(Minutes.reception_id == found.id))
    if row is None:
        raise NotHere
    is_writer = rules.may_write(found.room_role, is_own_unit=found.unit_id == who.unit_id)
    return _file(db, row, found, Reader(found.room_role, is_writer))


def minutes_for_member(db: Session, reception_id: int, member: str) -> MinutesFile:
    """Return the minutes for somebody whose link was proven: the citizen or a guest. Raises NotHere."""
    found = receptions.reception_file(db, reception_id)
    seat = seat_of(found, member)
    row = db.scalar(select(Minutes).where(Minutes.reception_id == reception_id))
    is_shut = found.state is ReceptionState.STOPPED and seat is not None and seat.role is not RoomRole.CITIZEN
    if seat is None or row is None or is_shut:
        raise NotHere
    return _file(db, row, found, Reader(seat.role, is_writer=False))


def link_seat(db: Session, code: str) -> tuple[int, str, bool]:
    """Return (reception id, member, whether there are minutes) of a proven link's code. Raises NotHere."""
    if code.startswith("KM-"):
        reception_id, member = queries_guest.guest_reception(db, code)
    else:
        found_id = db.scalar(
            select(Reception.id)
            .join(Appointment, Appointment.id == Reception.appointment_id)
            .where(Appointment.code == code)
        )
        if found_id is None:
            raise NotHere
        reception_id, member = found_id, citizen_of(receptions.reception_file(db, found_id)).member
    has_minutes = db.scalar(select(Minutes.id).where(Minutes.reception_id == reception_id)) is not None
    return reception_id, member, has_minutes


def seat_of(found: ReceptionFile, member: str) -> MemberLine | None:
    """Return a member's line in a reception, or None."""
    return next((one for one in found.members if one.member == member), None)


def citizen_of(found: ReceptionFile) -> MemberLine:
    """Return the citizen's line in a reception."""
    return next(one for one in found.members if one.role is RoomRole.CITIZEN)


def stand_of(row: Minutes) -> Stand:
    """Return where minutes stand."""
    return Stand(row.state, is_frozen=row.sealed_at is not None)


def texts_of(db: Session, minutes_id: int) -> dict[MinutesField, str]:
    """Return the present words by part."""
    rows = db.execute(select(MinutesText.field, MinutesText.words).where(MinutesText.minutes_id == minutes_id))
    return {field: words for field, words in rows}  # noqa: C416 a row is not a pair to mypy


def answers_of(db: Session, minutes_id: int) -> tuple[Given, ...]:
    """Return every answer ever given, oldest first."""
    rows = db.scalars(select(MinutesAnswer).where(MinutesAnswer.minutes_id == minutes_id).order_by(MinutesAnswer.id))
    return tuple(Given(a.field, a.paragraph, a.words_sha256, a.answer, a.objection, a.at) for a in rows)


def setting_of(db: Session, found: ReceptionFile) -> Setting:
    """Return what decides how these minutes may be confirmed."""
    scan = db.scalar(
        select(Document.id).where(Document.reception_id == found.id, Document.kind == DocumentKind.SCAN).limit(1)
    )
    return Setting(
        citizen_site=citizen_of(found).site,
        has_scan=scan is not None,
        is_recorded=not found.without_recording_ground,
        began_at=found.began_at,
        ended_at=found.ended_at,
    )


def recorded_of(db: Session, found: ReceptionFile) -> Recorded:
    """Return how far the recording of a reception is registered."""
    count = archive.segments(db, found.code)
    return Recorded(count.opened, count.closed, found.without_recording_ground)


def _file(db: Session, row: Minutes, found: ReceptionFile, reader: Reader) -> MinutesFile:
    is_readable = rules.may_read(row.state, reader.role, is_writer=reader.is_writer)
    fields = _fields(db, row.id) if is_readable else {}
    texts = {field: written.words for field, written in fields.items()}
    recorded = recorded_of(db, found)
    return MinutesFile(
        id=row.id,
        code=row.code,
        number=row.number,
        state=row.state,
        version=row.version,
        is_readable=is_readable,
        fields=fields,
        answers=rules.standing(answers_of(db, row.id), texts) if is_readable else (),
        method=row.method,
        shown_at=row.shown_at,
        confirmed_at=row.confirmed_at,
        refused_ground=row.refused_ground,
        witness=row.witness,
        code_until=row.one_time_code_until,
        sealed_at=row.sealed_at,
        document_code=db.scalar(select(Document.code).where(Document.id == row.document_id)) or "",
        may=NOTHING
        if found.state is ReceptionState.STOPPED
        else _may(row, reader, texts, rules.seal_hindrance(row.state, found.state, recorded)),
        reception=found,
        setting=setting_of(db, found),
        recorded=recorded,
        is_writer=reader.is_writer,
    )


def _may(row: Minutes, reader: Reader, texts: Mapping[MinutesField, str], hindrance: str) -> May:
    stand, is_writer = stand_of(row), reader.is_writer
    is_citizen = reader.role is RoomRole.CITIZEN
    answer = rules.may_answer(stand, is_writer=is_writer, is_citizen=is_citizen)
    redrafts = row.state in {MinutesState.READ_BACK, MinutesState.CONTESTED}
    return May(
        edit=rules.may_edit(stand, is_writer=is_writer),
        show=rules.may_edit(stand, is_writer=is_writer) and not rules.missing(texts),
        answer=answer,
        confirm=answer,
        redraft=is_writer and redrafts and not stand.is_frozen,
        seal=is_writer and not stand.is_frozen and not hindrance,
    )


def _fields(db: Session, minutes_id: int) -> dict[MinutesField, Written]:
    rows = db.execute(
        select(MinutesText, Officer.name)
        .join(Officer, Officer.id == MinutesText.changed_by)
        .where(MinutesText.minutes_id == minutes_id)
    )
    known = {text.field: Written(text.words, text.version, text.changed_at, name) for text, name in rows}
    return {field: known.get(field, Written("", 0, None, "")) for field in MinutesField}


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One saved state, or a text that came too late."""

    id: int
    field: MinutesField
    version: int
    words: str
    is_proposal: bool
    officer_name: str
    at: datetime


REVISIONS = 30


@dataclass(frozen=True, slots=True)
class Revisions:
    """One page of the saved states. Hands save as they write: an afternoon leaves hundreds, each with all words."""

    lines: tuple[RevisionLine, ...]
    total: int
    page: int
    pages: int


def revisions(db: Session, minutes_id: int, page: int = 1) -> Revisions:
    """Return a page of the saved states of the minutes, newest first; past the end it is the last."""
    of_these = Revision.minutes_id == minutes_id
    total = db.scalar(select(func.count()).select_from(Revision).where(of_these)) or 0
    pages = max(1, -(-total // REVISIONS))
    page = min(page, pages)
    rows = db.execute(
        select(Revision, Officer.name)
        .join(Officer, Officer.id == Revision.officer_id)
        .where(of_these)
        .order_by(Revision.id.desc())
        .limit(REVISIONS)
        .offset((page - 1) * REVISIONS)
    )
    lines = (RevisionLine(r.id, r.field, r.version, r.words, r.is_proposal, name, r.at) for r, name in rows)
    return Revisions(tuple(lines), total, page, pages)


def has_objection(answers: tuple[Given, ...]) -> bool:
    """Whether the citizen objects to something as it is worded now."""
    return any(one.answer is Answer.OBJECT for one in answers)


def version_of(db: Session, reception_code: str) -> int:
    """Return the version of a reception's minutes; 0 when there are none yet."""
    return (
        db.scalar(
            select(Minutes.version)
            .join(Reception, Reception.id == Minutes.reception_id)
            .where(Reception.code == reception_code)
        )
        or 0
    )
