"""An office in this process for tours and pictures: real pages, a real media worker, a clock that stands where told.

It is furnished in acts, because minutes being written, read back and sealed are three pages at one address.
"""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import app as office_app
from server import demo
from server.adapters.media_nodes import MediaNodes
from server.adapters.sheets_in import SheetRow
from server.book import actions as book
from server.cases import actions_copies
from server.cases.actions import NewCase, NewFollowUp, add_follow_up, open_case
from server.cases.actions_copies import NewCopy
from server.clock import Clock, at_office
from server.config import load
from server.demo import officer_named
from server.exhibits.actions_hand import hand_in
from server.exhibits.queries import seat_of_link
from server.house import House
from server.imports import actions as imports
from server.imports.actions import NewRun
from server.intake.actions_register import NewPaper as Handed
from server.media_worker import running
from server.minutes import actions as minutes
from server.minutes import actions_confirm, actions_write, queries, rules
from server.minutes.actions import Answering, StaffDoor
from server.minutes.actions_confirm import Confirming
from server.minutes.actions_seal import seal
from server.minutes.actions_write import Saving
from server.minutes.jobs import print_minutes
from server.papers import actions as papers
from server.papers.actions import NewPaper
from server.reception import actions as reception
from server.reception import actions_call
from server.reception.actions_call import Asking
from server.reception.queries_people import invitable
from server.scheduling import actions_days
from server.scheduling.actions_days import NewDay, Postponing
from server.scheduling.rules import SlotPlan, link_token
from server.tables import (
    Attachment,
    BookLine,
    Case,
    Deadline,
    Playback,
    Reception,
    ReceptionDay,
    ReceptionRequest,
)
from server.text import new_code
from server.who import Who
from server.words import (
    Answer,
    ConfirmationMethod,
    DayKind,
    IdentityCheck,
    ImportKind,
    Kind,
    MinutesField,
    Origin,
    PaperForm,
    PlaybackState,
    RequestState,
    Urgency,
)
from server.worker_settings import WorkerSettings, socket_path
from tests import engines
from tests.office_process import free_port
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Held, Room
from tests.server.petitions import petition

MONDAY = NINE + timedelta(minutes=20)
TUESDAY = at_office(date(2026, 7, 7), 8, 10)
PRESENTED = "Nước thải từ xưởng chảy vào ruộng tổ 4 từ tháng 3.\nNăm hộ bị mất mùa, có ảnh chụp kèm theo."
CONCLUSION = "Giao Phòng Kinh tế kiểm tra xưởng trước ngày 20/7/2026.\nTrả lời công dân bằng văn bản."
DRAINS = "Bà Lan trình bày: ngõ 12 ngập khoảng 30 cm mỗi khi mưa to.\nNắp cống ở đầu ngõ bị vỡ từ tháng 5."
DRAINED = "Phòng Kinh tế nạo vét cống ngõ 12 trước ngày 25/7/2026."
HAND_OVER = "Xưởng nằm trên đất hai phường; đề nghị Ban cho biết cơ quan nào chủ trì kiểm tra."
OBJECTION = "Bảy hộ bị mất mùa, không phải năm hộ."
CHECKED = "[…] trình bày: cán bộ thu tiền làm hồ sơ mà không ghi biên lai, hai lần trong tháng 5."
PROMISE = "Kiểm tra việc xả nước thải của xưởng và lập biên bản"


@dataclass(slots=True)
class Place:
    """A running office, and the codes that stand in its addresses, by name."""

    house: House
    url: str
    codes: dict[str, str] = field(default_factory=dict[str, str])
    held: Held | None = None
    room: Room | None = None
    members: list[str] = field(default_factory=list[str])

    @property
    def links(self) -> bytes:
        """The key of the links given to citizens."""
        return self.house.settings.key("links")

    def who(self, username: str) -> Who:
        """An officer in the first role held."""
        return self.house.db.read_now(officer_named, username)


@contextlib.asynccontextmanager
async def running_place() -> AsyncIterator[Place]:
    """Give an office that listens; it and its folder are gone at the end."""
    # A socket's path must be short, so this is no place below pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="td-", dir="/tmp"))
    try:
        engines.found(f"sqlite:///{folder / 'tiepdan.sqlite3'}")
        settings = load({"data": str(folder), "port": free_port(), "secret": "a secret of the tests"}, {})
        clock = Clock()
        clock.set(MONDAY)
        # The office's own nodes ask the machine for the time; these ask the clock that is set.
        nodes = MediaNodes({"m1": socket_path(folder, "m1")}, settings.key("tickets"), clock.now)
        house = replace(office_app.build_house(settings, clock), nodes=nodes)
        worker = WorkerSettings(
            "m1", socket_path(folder, "m1"), folder / "recordings", folder / "spool", settings.key("tickets"),
            settings.base_url, free_bytes_floor=0,
        )  # fmt: skip
        runner = web.AppRunner(office_app.build(house, with_jobs=False), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", settings.port).start()
            async with running(worker, clock.now):
                yield Place(house, f"http://localhost:{settings.port}")
        finally:
            await runner.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def write_minutes(place: Place) -> None:
    """Monday, 9:20: Lan's reception is under way and its minutes are being written."""
    place.house.clock.set(MONDAY)
    kept = await place.house.files.keep_bytes(b"%PDF-", ".pdf")
    await place.house.db.write(_write_minutes, place, kept.stored_as)


def _write_minutes(db: Session, place: Place, stored_as: str) -> None:
    held = receptions.book(db)
    tu, hanh = officer_named(db, "tu"), officer_named(db, "hanh")
    room = Room(held)
    members = [receptions.enter(db, who, held.code) for who in (hanh, tu)]
    room.begin(db, members)
    room.incidents(db)
    minutes.begin(db, tu, MONDAY, held.code)
    for name, words in ((MinutesField.CONTENT_PRESENTED, PRESENTED), (MinutesField.CHAIR_CONCLUSION, CONCLUSION)):
        actions_write.save_text(db, tu, MONDAY, held.code, Saving(name, words, 0, f"key-{name}"))
    case = db.get_one(Case, held.case_id)
    yen = officer_named(db, "yen")
    add_follow_up(
        db, tu, MONDAY,
        NewFollowUp(case.id, held.id, yen.unit_id, yen.officer_id, yen.name, PROMISE, date(2026, 7, 20), "owed"),
    )  # fmt: skip
    db.add(
        Attachment(
            code=new_code("TL", 4, 2), request_id=held.request_id, name="anh-ruong-to-4.pdf",
            content_type="application/pdf", bytes=184_320, sha256="a" * 64, stored_as=stored_as,
            origin=Origin.BORN_DIGITAL, uploaded_at=MONDAY,
        )
    )  # fmt: skip
    call = actions_call.ask(db, tu, MONDAY, held.code, Asking(Urgency.SOON, 15, HAND_OVER, "the tour's call"))
    photo = Handed("anh-bien-lai.jpg", "image/jpeg", 81_920, "b" * 64, stored_as)
    handed = hand_in(db, seat_of_link(db, held.appointment_code), MONDAY, "the tour's papers", (photo,))
    assert handed is not None
    place.held, place.room, place.members = held, room, members
    place.codes |= {
        "call": call,
        "handed_in": handed.code,
        "held": held.code,
        "held_case": case.code,
        "held_request": held.request_code,
        "held_appointment": held.appointment_code,
        "held_token": link_token(place.links, held.appointment_code),
        "held_day": db.scalars(select(ReceptionDay.code)).one(),
    }


async def open_today(place: Place) -> None:
    """Tuesday, 8:10: Lan is expected at half past; the city is called in; the minutes are begun."""
    place.house.clock.set(TUESDAY)
    await place.house.db.write(_fill_tuesday, place)
    await place.house.db.write(_prepare, place)


def _prepare(db: Session, place: Place) -> None:
    tu, code = officer_named(db, "tu"), place.codes["reception"]
    case_id = db.scalars(select(Reception.case_id).where(Reception.code == code)).one()
    bao = next(one for one in invitable(db, tu, case_id) if one.name == officer_named(db, "bao").name)
    reception.call_in(db, tu, TUESDAY, code, bao.officer_role_id)
    reception.name_clerk(db, tu, TUESDAY, code)
    reception.keep_identity(db, tu, TUESDAY, code, IdentityCheck.CARD_SHOWN)
    minutes.begin(db, tu, TUESDAY, code)
    for name, words in ((MinutesField.CONTENT_PRESENTED, DRAINS), (MinutesField.CHAIR_CONCLUSION, DRAINED)):
        actions_write.save_text(db, tu, TUESDAY, code, Saving(name, words, 0, f"today-{name}"))


async def show_minutes(place: Place) -> None:
    """A minute later they are read back; Lan has answered two of the paragraphs."""
    await place.house.db.write(_show_minutes, place)


def _show_minutes(db: Session, place: Place) -> None:
    assert place.held is not None
    tu, code = officer_named(db, "tu"), place.held.code
    minutes.show(db, tu, MONDAY, code)
    seen = queries.minutes_for(db, tu, code)
    words = {name: written.words for name, written in seen.fields.items()}
    first, second = rules.paragraphs(words[MinutesField.CONTENT_PRESENTED])
    for one, said, objection in ((first, Answer.AGREE, ""), (second, Answer.OBJECT, OBJECTION)):
        given = Answering(MinutesField.CONTENT_PRESENTED, one.paragraph, one.words_sha256, said, objection)
        minutes.answer(db, tu, MONDAY, StaffDoor(code), given)


async def close_minutes(place: Place) -> None:
    """The reception is over, the minutes are sealed and printed, the recording can be played; it is Tuesday morning."""
    await place.house.db.write(_close_minutes, place)
    place.house.clock.set(TUESDAY)
    await print_minutes(place.house, {"minutes": place.codes["minutes"]})
    await place.house.db.write(_fill_tuesday, place)


def _close_minutes(db: Session, place: Place) -> None:
    assert place.held is not None
    assert place.room is not None
    tu, held, at = officer_named(db, "tu"), place.held, NINE + timedelta(minutes=24)
    spoken = Confirming(ConfirmationMethod.SPOKEN, spoken_at=at)
    actions_confirm.confirm(db, tu, at, StaffDoor(held.code), b"", spoken)
    place.room.end(db, place.members)
    over = NINE + timedelta(minutes=30)
    seal(db, tu, over, held.code)
    place.codes["petition"], place.codes["entry"] = petition.lay(db, over)
    lay_books(db, place.codes, over)
    place.codes["minutes"] = queries.minutes_for(db, tu, held.code).code
    db.add(
        Playback(
            code=new_code("BG", 4, 2), reception_id=held.id, member=held.citizen_member, name="Nguyễn Thị Lan",
            state=PlaybackState.READY, file=f"{held.code}/playable/{held.citizen_member}.webm", made_at=over,
            bytes=41_943_040, sha256="b" * 64, duration_ms=1_500_000,
        )
    )  # fmt: skip


def lay_books(db: Session, codes: dict[str, str], at: datetime) -> None:
    """Give a denunciation to be checked, draft a paper, write the book, hand a list in; their codes are added.

    ``held_case`` is in ``codes`` already.
    """
    tu, held_case = officer_named(db, "tu"), codes["held_case"]
    held = db.scalars(select(Case).where(Case.code == held_case)).one()
    secret = NewCase(tu.unit_id, held.citizen_id, Kind.DENUNCIATION, "Đơn về việc thu tiền", is_restricted=True)
    codes["secret_case"] = open_case(db, tu, at, secret).code
    new = NewCopy(CHECKED, officer_named(db, "dung").officer_id or 0, "a copy to check")
    codes["copy"] = actions_copies.give(db, tu, at, codes["secret_case"], new)
    codes["official"] = papers.draft(db, tu, at, NewPaper(PaperForm.HANDLING_NOTICE, "a paper", held_case))
    book.enter_held(db, at)
    codes["line"] = str(db.scalars(select(BookLine.id)).first())
    codes["officer"] = str(officer_named(db, "yen").officer_id)
    rows = (
        SheetRow(1, ("Họ và tên", "Nội dung", "Ngày tiếp")),
        SheetRow(2, ("Trần Văn Ổn", "Ngõ bị ngập", "31/02/2026")),
    )
    codes["list"] = imports.hand_in(db, tu, at, NewRun(ImportKind.CASES, "so-cu.xlsx", "0" * 64, rows, "a list"))


def _fill_tuesday(db: Session, place: Place) -> None:
    token = demo.fill(db, TUESDAY, place.links)
    held_term = db.scalars(select(Deadline.id).join(Case).where(Case.code == place.codes.get("held_case"))).first()
    appointment = token.partition(".")[0]
    reception_id = reception.reception_of(db, TUESDAY, appointment)
    tu, hanh = officer_named(db, "tu"), officer_named(db, "hanh")
    draft, put_off, called_off = (
        actions_days.open_day(db, tu, TUESDAY, _plan(hanh, on))
        for on in (date(2026, 7, 28), date(2026, 7, 14), date(2026, 7, 16))
    )
    for code in (put_off, called_off):
        actions_days.publish(db, tu, TUESDAY, code)
    ground = "Chủ tịch họp Hội đồng nhân dân thành phố"
    postponing = Postponing(put_off, ground, date(2026, 7, 17), is_followed=True, key="put off")
    actions_days.postpone(db, tu, TUESDAY, place.links, postponing)
    actions_days.cancel_day(db, tu, TUESDAY, place.links, called_off, ground)

    def request(state: RequestState) -> str:
        wanted = select(ReceptionRequest.code).where(ReceptionRequest.state == state)
        return db.scalars(wanted.order_by(ReceptionRequest.id.desc()).limit(1)).one()

    today = db.scalars(select(ReceptionDay).where(ReceptionDay.held_on == TUESDAY.date())).one()
    place.codes |= {
        "held_term": str(held_term),
        "received": request(RequestState.RECEIVED),
        "accepted": request(RequestState.ACCEPTED),
        "booked": request(RequestState.SCHEDULED),
        "day": today.code,
        "draft_day": draft,
        "postponed_day": put_off,
        "cancelled_day": called_off,
        "appointment": appointment,
        "token": token,
        "reception": db.get_one(Reception, reception_id).code,
    }


def _plan(chair: Who, on: date) -> NewDay:
    return NewDay(
        kind=DayKind.PERIODIC, held_on=on, place="Phòng tiếp công dân, tầng 1", chair_id=chair.officer_id or 0,
        attendees="Công chức tiếp công dân", expected_content="Đất đai, môi trường",
        plan=SlotPlan(((time(8), time(11)),), 30, 0, 1), key=f"tour:{on}",
    )  # fmt: skip
