"""Journey 5: several hands write, the citizen hears, objects and confirms; the paper is filed and found again."""

import io
import re
from datetime import timedelta

from pypdf import PdfReader

from server.jobs import deliver
from server.tables import Document
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN
from tests.server.minutes import conftest as minutes_fixtures
from tests.server.minutes.conftest import Meet, Meeting, ask

meet = minutes_fixtures.meet


async def letters(meeting: Meeting) -> str:
    """Everything that left the office so far."""
    await deliver.deliver_texts(meeting.house, {})
    await deliver.deliver_mail(meeting.house, {})
    folder = meeting.house.settings.folder / "letters"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file())


async def file_them(meeting: Meeting, tu: Browser) -> None:
    """The desk gives the task, closes the minutes, and the job prints them."""
    base = f"/bien-ban/{meeting.code}"
    owed = {"owner_unit": str(meeting.tu.unit_id), "words": "Kiểm tra", "due_on": "20/07/2026", "key": "k" * 20}
    await tu.post(f"{base}/viec", owed)
    await tu.post(f"{base}/dong")
    await meeting.work()
    meeting.clock.set(meeting.clock.now() + timedelta(minutes=1))


async def find_them(meeting: Meeting, lan: Browser) -> str:
    """The citizen looks the own request up and opens the paper; returns its text."""
    await lan.get("/tra-cuu")
    await lan.post("/tra-cuu", {"code": meeting.held.request_code, "phone": LAN.phone})
    (paper,) = meeting.rows(Document)
    assert f"/giay-to/{paper.code}" in await lan.get(f"/tra-cuu/{meeting.held.request_code}/ho-so")
    async with lan.http.get(f"/giay-to/{paper.code}") as answer:
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(await answer.read())).pages)


async def test_minutes_from_the_first_word_to_the_file(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu, hanh, lan = await open_browser("tu"), await open_browser("hanh"), await open_browser()
    room, link = f"/phong/{meeting.code}/bien-ban", f"{meeting.link}/bien-ban"

    await ask(tu, room)
    first = {"field": "content_presented", "words": "Nước thải chảy vào ruộng.", "version": 0, "key": "a" * 32}
    await ask(tu, f"{room}/luu", first)
    conclusion = {"field": "chair_conclusion", "words": "Kiểm tra trước 20/7/2026.", "version": 0, "key": "b" * 32}
    await ask(hanh, f"{room}/luu", conclusion)
    late = await ask(tu, f"{room}/luu", {**conclusion, "words": "Giao công an xử lý.", "key": "c" * 32}, 409)
    assert late["theirs"]["words"] == "Kiểm tra trước 20/7/2026."

    await ask(hanh, f"{room}/trinh", {})
    view = await ask(lan, link)
    for field, paragraphs in view["paragraphs"].items():
        for p in paragraphs:
            is_wrong = field == "content_presented"
            await ask(lan, f"{link}/tra-loi", {
                "field": field, "paragraph": p["paragraph"], "words_sha256": p["words_sha256"],
                "answer": "object" if is_wrong else "agree", "objection": "Cả giếng nước" if is_wrong else "",
            })  # fmt: skip
    await ask(lan, f"{link}/ma", {})
    code = re.search(r"\b(\d{6})\b", await letters(meeting))
    assert code is not None
    confirmed = await ask(lan, f"{link}/xac-nhan", {"method": "one_time_code", "code": code[1]})
    assert (confirmed["state"], confirmed["method"]) == ("contested", "one_time_code")

    meeting.end()
    await file_them(meeting, tu)
    sent = await letters(meeting)
    assert meeting.held.request_code in sent
    assert "Nước thải" not in sent
    printed = await find_them(meeting, lan)
    for words in ("01/BB-UBND", "Nước thải chảy vào ruộng.", "Cả giếng nước", LAN.id_number):
        assert words in printed
