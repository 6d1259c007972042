"""Sealing and the printed paper: F42, F44, F45, F50, F51, F54; sealed minutes cannot change."""

import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from server.errors import Refused
from server.minutes import actions, actions_confirm, actions_seal, queries
from server.minutes.actions import Answering, LinkDoor, StaffDoor
from server.minutes.actions_confirm import Confirming
from server.minutes.actions_seal import Promise
from server.minutes.actions_write import TooLate
from server.minutes.rules import paragraphs
from server.reception import actions_call
from server.reception.actions_call import Asking
from server.tables import Case, Deadline, Document, FollowUp, Minutes, NumberSequence, OutboxLetter, Reception
from server.who import Who
from server.words import (
    Answer,
    CaseState,
    ConfirmationMethod,
    MinutesField,
    MinutesState,
    Origin,
    ReceptionState,
    Role,
    Urgency,
)
from tests.conftest import OpenBrowser
from tests.people import LAN
from tests.server.minutes.conftest import CONCLUSION, CONTENT, Meet, Meeting
from tests.server.minutes.receptions import NINE, SHA


def plain(text: str) -> str:
    """Text without breaks: a PDF breaks lines where the paper does."""
    return re.sub(r"\s+", " ", text)


def pages(meeting: Meeting) -> list[str]:
    document = meeting.rows(Document)[0]
    content = meeting.house.files.path(document.stored_as).read_bytes()
    assert hashlib.sha256(content).hexdigest() == document.sha256
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def confirm(meeting: Meeting, method: ConfirmationMethod, **facts: str) -> None:
    given = Confirming(method, **facts)  # type: ignore[arg-type]
    at = meeting.clock.now()
    meeting.house.db.write_now(actions_confirm.confirm, meeting.tu, at, StaffDoor(meeting.code), b"k", given)


def object_to(meeting: Meeting, words: str) -> None:
    first = paragraphs(CONTENT)[0]
    lan = Who(Role.CITIZEN, meeting.tu.unit_id, "", meeting.held.request_code)
    door = LinkDoor(meeting.held.id, meeting.held.citizen_member)
    given = Answering(MinutesField.CONTENT_PRESENTED, 0, first.words_sha256, Answer.OBJECT, words)
    meeting.house.db.write_now(actions.answer, lan, meeting.clock.now(), door, given)


def seal(meeting: Meeting) -> None:
    meeting.house.db.write_now(actions_seal.seal, meeting.tu, meeting.clock.now(), meeting.code)


def minutes(meeting: Meeting) -> Minutes:
    return meeting.rows(Minutes)[0]


async def test_f36_f42_the_paper_holds_everything_the_law_asks_for(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    object_to(meeting, "Nước thải chảy từ tháng 2")
    confirm(meeting, ConfirmationMethod.SPOKEN)
    asking = Asking(Urgency.NOW, 15, "Việc nước thải vượt thẩm quyền của phường.", "k" * 32)
    meeting.house.db.write_now(actions_call.ask, meeting.tu, NINE + timedelta(minutes=20), meeting.code, asking)
    meeting.end()
    seal(meeting)
    await meeting.work()
    printed = plain(" ".join(pages(meeting)))
    for words in (
        "ỦY BAN NHÂN DÂN THÀNH PHỐ ĐÔNG HẢI", "ỦY BAN NHÂN DÂN PHƯỜNG THẠCH KHÔI", "BIÊN BẢN", "Về việc tiếp công dân",
        "Số: 01/BB-UBND", "ngày 06 tháng 7 năm 2026", "vào hồi 09:00 ngày 06 tháng 7 năm 2026",
        "Phòng tiếp công dân, tầng 1", "Đỗ Thị Hạnh", "Chủ tịch UBND phường", LAN.name, LAN.id_number, "15/03/2022",
        "Cục CSQLHC về TTXH", LAN.address, LAN.phone, *CONTENT.split("\n"), *CONCLUSION.split("\n"), "Không có.",
        "Nước thải chảy từ tháng 2", "kết thúc vào hồi 09:25", "đã đọc lại (hoặc được nghe đọc)", "02 bản",
        "NGƯỜI ĐƯỢC TIẾP", "NGƯỜI GHI BIÊN BẢN", "NGƯỜI CHỦ TRÌ", "Nói đồng ý trên bản ghi",
        "Đối chiếu căn cước đưa trước camera", "Nhà riêng", "Mất kết nối", "09:05:00 – 09:07:00",
        "Người cần có mặt mất kết nối", "09:05:30 – 09:07:00", "09:06:00: Quyết định chỉ nghe tiếng",
        "Mất điện tại trụ sở", "Tra cứu bản gốc: mã",
        f"{LAN.name} (Công dân, Nhà riêng): 09:00:00 – 09:05:00; 09:07:00 – 09:25:00",
        "Được gọi lúc 09:20:00, mời dự 15 phút", "không có trả lời đến",
        "Mất điện tại trụ sở", "Khi bắt đầu chưa có mặt: người ghi biên bản", "Thư ký ốm, người chủ trì tự ghi",
        "09:15:00 – 09:18:00: Hội ý riêng, không ghi âm, ghi hình", "Hội ý hướng giải quyết",
        f"09:13:00: {LAN.name} chuyển từ điện thoại Android sang máy tính Windows, thiết bị trước vẫn mở",
    ):  # fmt: skip
        assert words in printed, (words, printed)
    assert SHA in printed.replace(" ", "")
    assert "Mozilla" not in printed
    assert "TỐ CÁO" not in printed.upper()


async def test_sealing_files_everything_once(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    confirm(meeting, ConfirmationMethod.SPOKEN)
    meeting.end()
    seal(meeting)
    seal(meeting)
    assert (minutes(meeting).state, minutes(meeting).number) == (MinutesState.CONFIRMED, "01/BB-UBND")
    await meeting.work()
    await meeting.work()
    row = minutes(meeting)
    read = meeting.house.db.read_now
    assert row.state is MinutesState.SEALED
    assert row.sealed_head["head"]["citizen"]["id_number"] == LAN.id_number
    assert len(meeting.rows(Document)) == 1
    assert read(lambda db: db.scalars(select(Reception.state)).one()) is ReceptionState.SEALED
    assert read(lambda db: db.scalars(select(Case.state)).one()) is CaseState.CONCLUDED
    last = read(lambda db: db.scalars(select(NumberSequence.last).where(NumberSequence.register == "BB")).one())
    assert last == 1
    started = read(lambda db: db.scalars(select(Deadline.started_on).where(Deadline.rule == "D1")).all())
    assert date(2026, 7, 6) in started
    letters = read(lambda db: db.scalars(select(OutboxLetter.template)).all())
    assert sorted(letters) == ["minutes_ready", "minutes_ready"]


async def test_sealed_minutes_cannot_change(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    confirm(meeting, ConfirmationMethod.SPOKEN)
    meeting.end()
    seal(meeting)
    before = minutes(meeting).sealed_head
    for state in ("being printed", "sealed"):
        for change in (actions.redraft, actions.show):
            with pytest.raises(Refused, match="minutes_sealed"):
                meeting.house.db.write_now(change, meeting.tu, meeting.clock.now(), meeting.code)
        late = meeting.write(meeting.tu, MinutesField.CHAIR_CONCLUSION, f"Khác {state}", 1)
        assert isinstance(late, TooLate)
        assert late.code == "minutes_sealed"
        with pytest.raises(Refused):
            confirm(meeting, ConfirmationMethod.REFUSED, ground="x", witness="y")
        with pytest.raises(Refused):
            object_to(meeting, "muộn")
        await meeting.work()
    assert minutes(meeting).sealed_head == before
    texts = meeting.house.db.read_now(queries.texts_of, minutes(meeting).id)
    assert texts[MinutesField.CHAIR_CONCLUSION] == CONCLUSION


async def test_f44_a_refusal_closes_the_minutes_and_is_printed_with_its_ground_and_witness(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    confirm(meeting, ConfirmationMethod.REFUSED, ground="Không đồng ý kết luận", witness="Lê Hồng Phúc")
    meeting.end()
    seal(meeting)
    await meeting.work()
    printed = plain(" ".join(pages(meeting)))
    assert "từ chối ký, xác nhận" in printed
    assert "Lý do: Không đồng ý kết luận. Người làm chứng: Lê Hồng Phúc" in printed


def test_what_stands_in_the_way_of_sealing(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    with pytest.raises(Refused, match="minutes_not_answered"):
        seal(meeting)
    confirm(meeting, ConfirmationMethod.SPOKEN)
    with pytest.raises(Refused, match="reception_not_ended"):
        seal(meeting)
    meeting.house.db.write_now(lambda db: meeting.room.note(db, "ended", 25))
    with pytest.raises(Refused, match="recording_unfinished"):
        seal(meeting)


def test_minutes_are_complete_before_they_are_read_back(meet: Meet) -> None:
    meeting = meet()
    db = meeting.house.db
    db.write_now(actions.begin, meeting.tu, meeting.clock.now(), meeting.code)
    meeting.write(meeting.tu, MinutesField.CONTENT_PRESENTED, CONTENT)
    meeting.write(meeting.tu, MinutesField.CHAIR_CONCLUSION, "  \n ")
    with pytest.raises(Refused, match="minutes_incomplete"):
        db.write_now(actions.show, meeting.tu, meeting.clock.now(), meeting.code)


async def test_a_draft_prints_an_empty_number_and_day(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.fill()
    tu = await open_browser("tu")
    async with tu.http.get(f"/bien-ban/{meeting.code}/ban-in") as answer:
        assert answer.status == 200
        body = await answer.read()
    printed = plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))
    assert "Số: /BB-UBND" in printed
    assert "ngày ..... tháng ....." in printed
    assert "DỰ THẢO" in printed


async def test_numbers_are_given_once_and_go_on(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    confirm(meeting, ConfirmationMethod.SPOKEN)
    meeting.end()
    meeting.clock.set(datetime(2026, 2, 5, 2, 0, tzinfo=UTC) + timedelta(days=365))
    seal(meeting)
    await meeting.work()
    printed = plain(pages(meeting)[0])
    assert "ngày 05 tháng 02 năm 2027" in printed


def test_a_conclusion_becomes_a_follow_up_once(meet: Meet) -> None:
    meeting = meet()
    meeting.fill()
    new = Promise(meeting.tu.unit_id, "", "Kiểm tra xưởng", date(2026, 7, 20), "k" * 20)
    for _ in range(2):
        meeting.house.db.write_now(actions_seal.promise, meeting.tu, meeting.clock.now(), meeting.code, new)
    (owed,) = meeting.rows(FollowUp)
    assert (owed.reception_id, owed.due_on, owed.owner_name) == (
        meeting.held.id,
        date(2026, 7, 20),
        meeting.tu.unit_name,
    )


def test_the_conversion_mark_names_who_scanned(meet: Meet) -> None:
    from server.adapters.files import Kept  # noqa: PLC0415 only here

    meeting = meet()
    meeting.show()
    with pytest.raises(Refused, match="signed_without_scan"):
        confirm(meeting, ConfirmationMethod.SIGNED_AT_SITE)
    scan = actions_seal.Scan("trang-ky.pdf", "application/pdf", Kept("x.pdf", 3, "b" * 64))
    filed = actions_seal.file_scan
    is_new = [meeting.house.db.write_now(filed, meeting.tu, meeting.clock.now(), meeting.code, scan) for _ in range(2)]
    assert is_new == [True, False]
    (paper,) = meeting.rows(Document)
    assert (paper.origin, paper.converted_by) == (Origin.SCANNED, meeting.tu.name)
    confirm(meeting, ConfirmationMethod.SIGNED_AT_SITE)
    assert minutes(meeting).state is MinutesState.CONFIRMED
