"""One ward with something of every kind in it: what stands behind each address of the office."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases.actions import NewFollowUp, add_follow_up
from server.demo import officer_named
from server.minutes import actions as minutes
from server.minutes import actions_write
from server.minutes.actions_write import Saving
from server.papers import actions as papers
from server.papers.actions import NewPaper
from server.reception import actions as reception
from server.reception import actions_call
from server.reception.actions import Guest
from server.reception.actions_call import Asking
from server.scheduling.rules import link_token
from server.tables import (
    Appointment,
    Attachment,
    Case,
    Document,
    FollowUp,
    GuestLink,
    Playback,
    ReceptionDay,
    ReceptionRequest,
    Slot,
)
from server.text import new_code
from server.who import Who
from server.words import DocumentKind, MinutesField, Origin, PaperForm, PlaybackState, RequestState, Urgency
from signaling.roles import RoomRole
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Room
from tests.server.petitions import petition

WORDS = "Nước thải chảy vào ruộng từ tháng ba."


@dataclass(frozen=True, slots=True)
class Codes:
    """The code of one thing of each kind."""

    request: str
    booked_request: str
    paper: str
    case: str
    follow_up: str
    petition: str
    entry: str
    day: str
    appointment: str
    reception: str
    document: str
    official: str
    playback: str
    token: str
    officer: int
    phone: str
    call: str = ""
    guest: str = ""

    def fill(self, path: str) -> str:
        """Return an address with its gaps filled, as the person it belongs to would write it."""
        code = next((code for start, code in self._starts() if path.startswith(start)), self.request)
        filled = path.replace("{code}", code).replace("{token}", self.token).replace("{paper}", self.paper)
        filled = filled.replace("{playback}", self.playback).replace("{step}", "nguoi").replace("{worker}", "m1")
        filled = filled.replace("{form}", "01-tcd-2024")
        filled = filled.replace("{template}", "handling_notice").replace("{number}", "1")
        filled = filled.replace("{reader}", "can-bo").replace("{call}", self.call).replace("{member}", self.guest)
        # Of a denunciation only, and this matter is none.
        filled = filled.replace("{copy}", "BC-ZZZZ-ZZZZ")
        filled = re.sub(r"\{id(:[^/]*)?\}", str(self.officer), filled)
        assert "{" not in filled, filled
        return filled

    def _starts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("/noi-dung-xac-minh/", "BC-ZZZZ-ZZZZ"),
            ("/lich/hen/", self.appointment),
            ("/luot-tiep/mo/", self.appointment),
            ("/lich/", self.day),
            ("/luot-tiep/", self.reception),
            ("/phong/", self.reception),
            ("/bien-ban/", self.reception),
            ("/ban-ghi/", self.reception),
            ("/giay-to/", self.document),
            ("/van-ban/", self.official),
            ("/viec-theo-doi/", self.follow_up),
            ("/vu-viec/", self.case),
            ("/don/", self.petition),
            ("/csdl-quoc-gia/", self.entry),
            ("/bao-cao/ket-qua/", self.case),
        )


def invented(codes: Codes) -> Codes:
    """Codes of the same form, of nothing."""
    return Codes(
        request="TD-ZZZZ-ZZ", booked_request="TD-ZZZZ-ZZ", paper="TL-ZZZZ-ZZ", case="VV-ZZZZ-ZZ", follow_up="VT-ZZZZ-ZZ",
        day="KT-ZZZZ", appointment="LH-ZZZZ-ZZ", reception="PT-ZZZZ-ZZ", document="GT-ZZZZ-ZZ", official="VB-ZZZZ-ZZZZ", playback="BG-ZZZZ-ZZ",
        petition="DT-ZZZZ-ZZ", entry="QG-ZZZZ-ZZZZ",
        token=codes.token[:-1] + ("a" if codes.token[-1] != "a" else "b"), officer=999_999_999, phone=codes.phone,
        call="GT-ZZZZ-ZZZZ", guest="g-zzzzzzzz",
    )  # fmt: skip


def lay(db: Session, links: bytes, stored_as: str) -> Codes:
    """Lay a matter that has come as far as the minutes, and a request that has just arrived; clock: nine o'clock."""
    held = receptions.book(db)
    tu, hanh = officer_named(db, "tu"), officer_named(db, "hanh")
    room = Room(held)
    room.begin(db, [receptions.enter(db, who, held.code) for who in (hanh, tu)])
    at = NINE + timedelta(minutes=20)
    minutes.begin(db, tu, at, held.code)
    for field in (MinutesField.CONTENT_PRESENTED, MinutesField.CHAIR_CONCLUSION):
        actions_write.save_text(db, tu, at, held.code, Saving(field, WORDS, 0, f"key-{field}"))
    case, (lodged, entry) = db.get_one(Case, held.case_id), petition.lay(db, at)
    new = NewFollowUp(case.id, held.id, tu.unit_id, tu.officer_id, tu.name, WORDS, date(2026, 7, 20), "owed")
    owed = db.get_one(FollowUp, add_follow_up(db, tu, at, new))
    fresh = _second_request(db, held.request_id)
    paper = Attachment(
        code=new_code("TL", 4, 2), request_id=fresh.id, name="don.pdf", content_type="application/pdf", bytes=5,
        sha256="a" * 64, stored_as=stored_as, origin=Origin.BORN_DIGITAL, uploaded_at=at,
    )  # fmt: skip
    document = Document(
        code=new_code("VB", 4, 2), unit_id=tu.unit_id, case_id=case.id, reception_id=held.id, kind=DocumentKind.MINUTES,
        name="Biên bản", content_type="application/pdf", bytes=5, sha256="a" * 64, stored_as=stored_as,
        origin=Origin.BORN_DIGITAL, created_at=at,
    )  # fmt: skip
    playback = Playback(
        code=new_code("BG", 4, 2), reception_id=held.id, member=held.citizen_member, name="Nguyễn Thị Lan",
        state=PlaybackState.READY, file=f"{held.code}/playable/{held.citizen_member}.webm", made_at=at,
    )  # fmt: skip
    db.add_all([paper, document, playback])
    db.flush()
    official = papers.draft(db, tu, at, NewPaper(PaperForm.HANDLING_NOTICE, "the key of a paper", case.code))
    day = _day_of(db, held.appointment_code)
    call, guest = _call_others(db, tu, at, held.code)
    return Codes(
        request=fresh.code, booked_request=held.request_code, paper=paper.code, case=case.code, follow_up=owed.code,
        day=day.code, appointment=held.appointment_code, reception=held.code, document=document.code,
        official=official,
        petition=lodged, entry=entry,
        playback=playback.code, token=link_token(links, held.appointment_code), officer=officer_named(db, "yen").officer_id or 0,
        phone="0912345678", call=call, guest=guest,
    )  # fmt: skip


def _call_others(db: Session, who: Who, at: datetime, code: str) -> tuple[str, str]:
    """Call the city's board and an interpreter; return the code of the call and the guest's member."""
    call = actions_call.ask(db, who, at, code, Asking(Urgency.SOON, 15, "Vướng thẩm quyền.", "the key of a call"))
    link = reception.invite_guest(db, who, at, code, Guest("Phạm Thị Vy", "", "", RoomRole.INTERPRETER))
    return call, db.scalars(select(GuestLink.member).where(GuestLink.code == link)).one()


def _day_of(db: Session, appointment_code: str) -> ReceptionDay:
    return db.scalars(
        select(ReceptionDay)
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .where(Appointment.code == appointment_code)
    ).one()


def of_booked(codes: Codes) -> Codes:
    """The same with the request that was given an hour."""
    return replace(codes, request=codes.booked_request)


def _second_request(db: Session, like: int) -> ReceptionRequest:
    first = db.get_one(ReceptionRequest, like)
    second = ReceptionRequest(
        code=new_code("TD", 4, 2), unit_id=first.unit_id, citizen_id=first.citizen_id, kind=first.kind,
        state=RequestState.RECEIVED, subject="Tiếng ồn ban đêm", subject_folded="tieng on ban dem", content=WORDS,
        place=first.place, received_at=first.received_at, changed_at=first.changed_at,
        idempotency_key=new_code("K", 12),
    )  # fmt: skip
    db.add(second)
    db.flush()
    return second
