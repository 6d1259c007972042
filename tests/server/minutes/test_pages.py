"""The minutes without scripts: the desk, the citizen's link, papers."""

import io
import re

import aiohttp
import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from server.minutes import actions, queries
from server.tables import AuditEntry, Case, Document, OutboxLetter, Revision
from server.words import ConfirmationMethod, MinutesField
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN
from tests.server.minutes.conftest import CONCLUSION, CONTENT, Meet, Meeting
from tests.server.minutes.test_paper import confirm, seal

pytestmark = pytest.mark.second_engine_slow


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def form_of(page: str) -> dict[str, str]:
    """The editor's form as a browser would send it untouched."""
    fields = {f"{f}_version": hidden(page, f"{f}_version") for f in MinutesField}
    for field in MinutesField:
        found = re.search(rf'name="{field}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
        assert found is not None
        fields[field.value] = found[1]
    return {**fields, "key": hidden(page, "key")}


async def sealed(meeting: Meeting) -> str:
    meeting.show()
    confirm(meeting, ConfirmationMethod.SPOKEN)
    meeting.end()
    seal(meeting)
    await meeting.work()
    return next(paper.code for paper in meeting.rows(Document))


async def fetch(browser: Browser, path: str) -> tuple[int, str, bytes]:
    async with browser.http.get(path, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), await answer.read()


async def test_the_desk_writes_and_reads_back(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu = await open_browser("tu")
    base = f"/bien-ban/{meeting.code}"
    page = await tu.get(base)
    typed = {**form_of(page), "content_presented": CONTENT.replace("\n", "\r\n"), "chair_conclusion": CONCLUSION}
    assert await tu.post(f"{base}/luu", typed) == f"{base}?da=minutes_saved"
    page = await tu.get(base)
    assert hidden(page, "content_presented_version") == "1"
    assert await tu.post(f"{base}/luu", form_of(page)) == f"{base}?da=minutes_saved"
    assert len(meeting.rows(Revision)) == 2
    assert await tu.post(f"{base}/trinh") == f"{base}?da=minutes_shown"
    assert "Đọc lại và ghi việc xác nhận" in await tu.get(base)


async def test_a_stale_form_shows_both_texts(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    tu, hanh = await open_browser("tu"), await open_browser("hanh")
    base = f"/bien-ban/{meeting.code}"
    his = form_of(await tu.get(base))
    hers = form_of(await hanh.get(base))
    await hanh.post(f"{base}/luu", {**hers, "chair_conclusion": "Của Hạnh"})
    both = await tu.post(f"{base}/luu", {**his, "chair_conclusion": "Của Tú", "citizen_demand": "Chỉ Tú ghi"}, 409)
    assert "Của Hạnh" in both
    assert "Của Tú" in both
    merged = {**form_of(both), "chair_conclusion": "Của Hạnh\nCủa Tú"}
    assert merged["chair_conclusion_version"] == "1"
    assert merged["citizen_demand"] == "Chỉ Tú ghi"
    await tu.post(f"{base}/luu", merged)
    again = await tu.post(f"{base}/luu", {**his, "chair_conclusion": "Từ trang cũ"}, 409)
    assert "Từ trang cũ" in again


async def test_the_citizen_answers_and_confirms_without_scripts(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.fill()
    lan = await open_browser()
    here = f"{meeting.link}/bien-ban/xem"
    before = await lan.get(here)
    assert "Biên bản chưa được đọc lại" in before
    assert CONCLUSION.split("\n")[0] not in before
    meeting.house.db.write_now(actions.show, meeting.tu, meeting.clock.now(), meeting.code)
    page = await lan.get(here)
    sha = hidden(page, "words_sha256")
    given = {"field": "content_presented", "paragraph": "0", "words_sha256": sha}
    await lan.post(f"{here}/tra-loi", {**given, "answer": "object", "objection": "Từ tháng 2"})
    page = await lan.post(f"{here}/tra-loi", {**given, "answer": "object", "objection": " "}, 422)
    assert "Xin điền mục này." in page
    page = await lan.post(f"{here}/tra-loi", {**given, "words_sha256": "0" * 64, "answer": "agree"}, 409)
    assert "Đoạn vừa trả lời đã được sửa" in page
    await lan.post(f"{here}/ma")
    page = await lan.post(f"{here}/xac-nhan", {"code": "12"}, 422)
    assert "Mã chưa đúng" in page
    letter = next(one for one in meeting.rows(OutboxLetter) if one.template == "minutes_code")
    assert letter.address in {LAN.phone, LAN.email}
    await lan.post(f"{here}/xac-nhan", {"code": str(letter.facts["digits"])})
    assert "Quý vị đã xác nhận biên bản" in await lan.get(here)


async def test_a_citizen_refuses_with_a_ground(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    lan = await open_browser()
    here = f"{meeting.link}/bien-ban/xem"
    await lan.post(f"{here}/tu-choi", {"ground": ""}, 422)
    await lan.post(f"{here}/tu-choi", {"ground": "Chưa đọc kịp"})
    assert "Chưa đọc kịp" in await lan.get(here)


async def test_the_paper_opens_for_those_who_may(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    code = await sealed(meeting)
    tu = await open_browser("tu")
    status, kind, body = await fetch(tu, f"/giay-to/{code}")
    assert (status, kind) == (200, "application/pdf")
    assert len(PdfReader(io.BytesIO(body)).pages) == 3
    for stranger in ("quan", "cuong", "khoa"):
        assert (await fetch(await open_browser(stranger), f"/giay-to/{code}"))[0] == 404, stranger
    verbs = [entry.verb for entry in meeting.rows(AuditEntry)]
    assert verbs.count("viewed_document") == 1


async def test_the_citizen_opens_the_paper_after_looking_it_up(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    code = await sealed(meeting)
    lan = await open_browser()
    await lan.get("/tra-cuu")
    await lan.post("/tra-cuu", {"code": meeting.held.request_code, "phone": LAN.phone})
    listed = await lan.get(f"/tra-cuu/{meeting.held.request_code}/ho-so")
    assert f"/giay-to/{code}" in listed
    assert (await fetch(lan, f"/giay-to/{code}"))[0] == 200
    await lan.get("/tra-cuu/TD-AAAA-AA/ho-so", 404)
    assert (await fetch(await open_browser(), f"/giay-to/{code}"))[0] == 303


async def test_a_signed_scan_comes_back(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    tu = await open_browser("tu")
    base = f"/bien-ban/{meeting.code}"
    page = await tu.get(base)
    assert "Ký tay tại điểm cầu" not in page
    _, _, printed = await fetch(tu, f"{base}/ban-in")
    for content, status in ((b"%PDF-1.4 broken", 422), (printed, 303), (printed, 303)):
        form = aiohttp.FormData()
        form.add_field("csrf_token", tu.form_token())
        form.add_field("scan", content, filename="trang ký.pdf", content_type="application/pdf")
        async with tu.http.post(f"{base}/ban-ky", data=form, allow_redirects=False) as answer:
            assert answer.status == status, (await answer.text())[:2000]
    # Sent twice it is one paper, and no second file that no row names.
    assert len(list((meeting.house.settings.folder / "files").glob("*/*.pdf"))) == 1
    page = await tu.get(base)
    assert meeting.tu.name in page
    assert "Ký tay tại điểm cầu" in page
    await tu.post(f"{base}/xac-nhan", {"method": "signed_at_site"})
    assert "Đã xác nhận" in await tu.get(base)


async def test_the_desk_settles_seals_and_promises(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    tu = await open_browser("tu")
    base = f"/bien-ban/{meeting.code}"
    await tu.post(f"{base}/xac-nhan", {"method": ""}, 422)
    await tu.post(f"{base}/xac-nhan", {"method": "refused", "ground": "x", "witness": ""}, 422)
    await tu.post(f"{base}/xac-nhan", {"method": "spoken", "spoken_at": "7 giờ"}, 422)
    await tu.post(f"{base}/xac-nhan", {"method": "spoken", "spoken_at": "07:10"}, 409)
    await tu.post(f"{base}/xac-nhan", {"method": "spoken", "spoken_at": "09:18"})
    await tu.post(f"{base}/dong", status=409)
    meeting.end()
    page = await tu.get(f"{base}?tu=0")
    assert CONCLUSION.split("\n")[0] in page
    owed = {"owner_unit": str(meeting.tu.unit_id), "words": "Kiểm tra", "due_on": "20/07/2026", "key": "k" * 20}
    await tu.post(f"{base}/viec", {**owed, "due_on": "01/01/2020"}, 422)
    await tu.post(f"{base}/viec", {**owed, "owner_unit": "99999"}, 422)
    await tu.post(f"{base}/viec", owed)
    await tu.post(f"{base}/dong")
    assert "Đang in và lưu hồ sơ" in await tu.get(base)
    await meeting.work()
    assert "Biên bản đã đóng hồ sơ" in await tu.get(base)


async def test_other_wards_and_invited_bodies(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.fill()
    quan = await open_browser("quan")
    await quan.get(f"/bien-ban/{meeting.code}", 404)
    await quan.post(f"/bien-ban/{meeting.code}/trinh", status=404)
    await quan.get(f"/bien-ban/{meeting.code}/ban-in", 404)
    yen = await open_browser("yen")
    assert CONCLUSION.split("\n")[0] in await yen.get(f"/bien-ban/{meeting.code}")


async def test_views_are_in_the_log_without_a_word_of_the_case(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.show()
    tu = await open_browser("tu")
    await tu.get(f"/bien-ban/{meeting.code}")
    entries = meeting.rows(AuditEntry)
    assert "viewed_minutes" in {entry.verb for entry in entries}
    assert "Nước thải" not in " ".join(str(entry.facts) for entry in entries)


async def test_a_restricted_case_is_nobodys_but_the_receivers(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    code = await sealed(meeting)

    def restrict(db: Session) -> None:
        db.get_one(Case, meeting.held.case_id).is_restricted = True

    meeting.house.db.write_now(restrict)
    yen, tu = await open_browser("yen"), await open_browser("tu")
    await yen.get(f"/bien-ban/{meeting.code}", 404)
    assert (await fetch(yen, f"/giay-to/{code}"))[0] == 404
    await tu.get(f"/bien-ban/{meeting.code}")
    assert (await fetch(tu, f"/giay-to/{code}"))[0] == 200


@pytest.mark.one_engine
async def test_the_saved_states_are_shown_by_pages(meet: Meet, open_browser: OpenBrowser) -> None:
    meeting = meet()
    meeting.fill()
    (first,) = [one for one in meeting.rows(Revision) if one.words == CONTENT]
    common = {"minutes_id": first.minutes_id, "field": first.field, "officer_id": first.officer_id, "at": first.at}
    many = [Revision(**common, version=n, words=f"lần lưu thứ {n}.") for n in range(2, queries.REVISIONS + 5)]
    await meeting.house.db.write(lambda db: db.add_all(many))
    tu, base = await open_browser("tu"), f"/bien-ban/{meeting.code}"
    newest, oldest = await tu.get(base), await tu.get(f"{base}?trang=99")
    assert f"lần lưu thứ {queries.REVISIONS + 4}." in newest
    assert "lần lưu thứ 2." not in newest
    assert f'href="{base}?trang=2#lan-luu"' in newest
    assert f"Xem {queries.REVISIONS + 5} lần lưu" in newest
    assert "lần lưu thứ 2." in oldest
    assert f"lần lưu thứ {queries.REVISIONS + 4}." not in oldest
