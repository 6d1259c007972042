"""Everything about one case on one line of time."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import queries, queries_lists, queries_terms, rules
from server.cases.queries import CaseCard
from server.cases.queries_lists import Owed
from server.cases.queries_terms import Term
from server.i18n import time_vi
from server.office import queries as office
from server.tables import (
    Appointment,
    Assignment,
    Attachment,
    AuditEntry,
    CaseRuling,
    Citizen,
    Document,
    Minutes,
    Officer,
    OfficerRole,
    OfficialPaper,
    Petition,
    Reception,
    ReceptionMember,
    ReceptionRequest,
    RoomNote,
    Segment,
    Slot,
    TriageDecision,
    Unit,
)
from server.who import Who
from server.words import CaseState, PaperForm, PaperState, Role, UnitKind
from signaling.presence import KINDS, presence

ROOM_NOTES = (
    "began",
    "paused",
    "resumed",
    "recording_proven",
    "recording_interrupted",
    "recording_waived",
    "read_back_shown",
    "removed",
    "device_changed",
    "ended",
)
"""What of the room's notes belongs on the line of time; the rest stays with the reception."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: ``what`` is a key of the labels ``happened.…``."""

    at: datetime
    what: str
    by: str = ""
    words: str = ""
    state: str = ""
    href: str = ""
    icon: str = "circle"
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """An officer who may open the case."""

    id: int
    officer_id: int
    name: str
    title: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """An entry of the audit about this case."""

    at: datetime
    who_name: str
    role: Role
    verb: str


@dataclass(frozen=True, slots=True)
class Official:
    """A paper that the office drafts or has issued in the case."""

    code: str
    form: PaperForm
    state: PaperState
    number: str
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that hangs on it."""

    case: CaseCard
    unit_name: str
    citizen_name: str
    citizen_phone: str
    citizen_address: str
    entries: tuple[Entry, ...]
    terms: tuple[Term, ...]
    owed: tuple[Owed, ...]
    assigned: tuple[Assigned, ...]
    looks: tuple[Look, ...]
    open_reception: str = ""
    papers: tuple[Official, ...] = ()


def case_file(db: Session, who: Who, code: str, today: date) -> CaseFile:
    """Return a whole case. Raises NotHere."""
    case = queries.case_for(db, who, code)
    citizen = db.get_one(Citizen, case.citizen_id)
    entries = [
        *_requests(db, case.id),
        *_papers(db, case.id),
        *_appointments(db, case.id),
        *_receptions(db, case.id),
        *_minutes(db, case.id),
        *_rulings(db, case.id),
        *_petitions(db, case.id),
        Entry(case.opened_at, "case_opened", state=case.number, icon="folder"),
    ]
    if case.closed_at is not None and case.state is CaseState.CLOSED:
        entries.append(Entry(case.closed_at, "case_closed", icon="check-circle"))
    owed = queries_lists.owed_in_case(db, who, case.id, today)
    entries += [Entry(o.created_at, "follow_up", o.owner_name, o.words, href="#viec", icon="list") for o in owed]
    entries += [
        Entry(o.done_at, "follow_up_done", o.owner_name, o.evidence, icon="check-circle")
        for o in owed
        if o.done_at is not None
    ]
    return CaseFile(
        case,
        office.unit_card(db, case.unit_id).name,
        citizen.name,
        citizen.phone,
        citizen.address,
        tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)),
        queries_terms.terms(db, case.id, today),
        tuple(owed),
        assigned(db, case.id),
        _looks(db, case.id),
        papers=_official(db, who, case),
    )


def _official(db: Session, who: Who, case: CaseCard) -> tuple[Official, ...]:
    """What is not issued yet is seen by its own desk only."""
    where = [OfficialPaper.case_id == case.id, OfficialPaper.state != PaperState.DISCARDED]
    if who.unit_id != case.unit_id or who.role not in rules.CHECKERS:
        where.append(OfficialPaper.issued_on.is_not(None))
    rows = db.scalars(select(OfficialPaper).where(*where).order_by(OfficialPaper.id.desc()).limit(100))
    return tuple(Official(p.code, p.form, p.state, p.number_text, p.issued_on) for p in rows)


def _requests(db: Session, case_id: int) -> list[Entry]:
    found: list[Entry] = []
    for row in db.scalars(select(ReceptionRequest).where(ReceptionRequest.case_id == case_id)):
        href = f"/dang-ky-moi/{row.code}"
        found.append(Entry(row.received_at, "request", row.code, row.subject, href=href, icon="inbox"))
        found += [
            Entry(d.at, f"request_{d.verb.value}", d.officer_name, d.words, icon="edit")
            for d in db.scalars(select(TriageDecision).where(TriageDecision.request_id == row.id))
        ]
    return found


def _rulings(db: Session, case_id: int) -> list[Entry]:
    rows = db.scalars(select(CaseRuling).where(CaseRuling.case_id == case_id).order_by(CaseRuling.id))
    return [Entry(r.at, f"case_{r.verb.value}", r.officer_name, r.words, r.paper_number, icon="edit") for r in rows]


def _petitions(db: Session, case_id: int) -> list[Entry]:
    rows = db.scalars(select(Petition).where(Petition.case_id == case_id).order_by(Petition.id).limit(100))
    return [Entry(p.created_at, "petition", words=p.number, href=f"/don/{p.code}", icon="file-text") for p in rows]


def _papers(db: Session, case_id: int) -> list[Entry]:
    rows = db.execute(
        select(Attachment, ReceptionRequest.code)
        .outerjoin(ReceptionRequest, ReceptionRequest.id == Attachment.request_id)
        .where(Attachment.case_id == case_id)
    )
    return [
        Entry(
            a.uploaded_at,
            "paper",
            words=a.name,
            href=f"/dang-ky-moi/{code}/tep/{a.code}" if code else "",
            icon="paperclip",
        )
        for a, code in rows
    ] + [
        Entry(
            d.created_at,
            "document",
            words=d.name,
            state=d.number,
            href=f"/giay-to/{d.code}",
            icon="file-text",
        )
        for d in db.scalars(select(Document).where(Document.case_id == case_id))
    ]


def _appointments(db: Session, case_id: int) -> list[Entry]:
    rows = db.execute(
        select(Appointment, Slot.starts_at)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .where(ReceptionRequest.case_id == case_id)
    )
    return [
        Entry(
            a.booked_at,
            "appointment",
            words=a.changed_ground,
            state=a.state.value,
            icon="calendar-check",
            when=starts,
        )
        for a, starts in rows
    ]


def _receptions(db: Session, case_id: int) -> list[Entry]:
    found: list[Entry] = []
    for row in db.scalars(select(Reception).where(Reception.case_id == case_id)):
        found.append(
            Entry(
                row.began_at or row.created_at,
                "reception",
                _who_was_there(db, row),
                state=row.state.value,
                href=f"/phong/{row.code}",
                icon="users",
            )
        )
        notes = db.scalars(select(RoomNote).where(RoomNote.reception_id == row.id, RoomNote.kind.in_(ROOM_NOTES)))
        found += [Entry(n.at, f"room_{n.kind}", icon="clock") for n in notes]
        first = db.scalar(
            select(Segment.registered_at).where(Segment.reception_id == row.id).order_by(Segment.registered_at).limit(1)
        )
        if first is not None:
            found.append(Entry(first, "recording", href=f"/ban-ghi/{row.code}", icon="record"))
    return found


def _who_was_there(db: Session, row: Reception) -> str:
    """Names, each with the hours of their presence once the reception has begun."""
    members = db.execute(
        select(ReceptionMember.member, ReceptionMember.name)
        .where(ReceptionMember.reception_id == row.id, ReceptionMember.first_connected_at.is_not(None))
        .order_by(ReceptionMember.id)
    )
    notes = select(RoomNote).where(RoomNote.reception_id == row.id, RoomNote.kind.in_(KINDS)).order_by(RoomNote.seq)
    present = presence(db.scalars(notes), row.began_at, row.ended_at)
    hours = {
        member: ", ".join(f"{time_vi(stay.came_at)}–{time_vi(stay.until)}" for stay in stays)
        for member, stays in present.items()
    }
    return "; ".join(f"{name} {hours.get(member, '')}".strip() for member, name in members)


def _minutes(db: Session, case_id: int) -> list[Entry]:
    rows = db.scalars(
        select(Minutes).join(Reception, Reception.id == Minutes.reception_id).where(Reception.case_id == case_id)
    )
    return [
        Entry(
            m.sealed_at or m.created_at,
            "minutes",
            m.number,
            state=m.state.value,
            href=f"/bien-ban/{m.code}",
            icon="clipboard",
        )
        for m in rows
    ]


def assigned(db: Session, case_id: int) -> tuple[Assigned, ...]:
    """Return who is assigned to a case now."""
    rows = db.execute(
        select(Assignment.id, Officer.id, Officer.name, Officer.title, Assignment.given_at)
        .join(Officer, Officer.id == Assignment.officer_id)
        .where(Assignment.case_id == case_id, Assignment.ended_at.is_(None))
        .order_by(Assignment.id)
    )
    return tuple(Assigned(*row) for row in rows)


def _looks(db: Session, case_id: int) -> tuple[Look, ...]:
    rows = db.execute(
        select(AuditEntry.at, AuditEntry.who_name, AuditEntry.role, AuditEntry.verb)
        .where(AuditEntry.case_id == case_id)
        .order_by(AuditEntry.id.desc())
        .limit(50)
    )
    return tuple(Look(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Assignable:
    """An officer who could be assigned, and the unit they work for."""

    id: int
    name: str
    title: str
    unit_id: int
    unit_name: str


def assignable(db: Session, case: CaseCard) -> list[Assignable]:
    """Return case officers below the unit, its vice chairs, and members of the city board."""
    path = office.path_up(db, case.unit_id)
    near = select(Unit.id).where((Unit.id == case.unit_id) | (Unit.parent_id == case.unit_id))
    board = select(Unit.id).where(Unit.kind == UnitKind.CITY_BOARD, Unit.parent_id.in_(path))
    rows = db.execute(
        select(Officer.id, Officer.name, Officer.title, Unit.id, Unit.name, Officer.name_sort)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .join(Unit, Unit.id == OfficerRole.unit_id)
        .where(
            Officer.closed_at.is_(None),
            (OfficerRole.unit_id.in_(near) & OfficerRole.role.in_({Role.CASE_OFFICER, Role.WARD_VICE_CHAIR}))
            | (OfficerRole.unit_id.in_(board) & (OfficerRole.role == Role.CITY_BOARD_MEMBER)),
        )
        .order_by(Officer.name_sort)
        .distinct()
    )
    found = [Assignable(*row[:5]) for row in rows]
    return [one for one in found if not case.is_restricted] or [
        one for one in found if one.unit_id == case.unit_id and case.is_restricted
    ]


def owners(db: Session, case: CaseCard) -> list[tuple[int, str]]:
    """Return who can owe something: the unit, what lies below it, the city board."""
    path = office.path_up(db, case.unit_id)
    rows = db.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.closed_at.is_(None),
            (Unit.id == case.unit_id)
            | (Unit.parent_id == case.unit_id)
            | ((Unit.kind == UnitKind.CITY_BOARD) & Unit.parent_id.in_(path)),
        )
        .order_by(Unit.name_sort)
    )
    return [(unit_id, name) for unit_id, name in rows]


def may_see_looks(who: Who) -> bool:
    """Whether the list of who looked is shown to this person."""
    return who.role in rules.RECEIVERS | {Role.OFFICE_HEAD, Role.INSPECTOR}
