"""The registration: what is refused, where it is said, and that nothing typed is lost."""

import re
import unicodedata

import pytest

from server.house import House
from server.intake.actions_register import NewPaper, add_papers
from server.words import Role
from tests.conftest import Browser, OpenBrowser
from tests.journeys.test_1_register import MATTER, PDF, answers, fill, photo, register, upload
from tests.people import LAN, WARD

OLD = "/dang-ky/nguoi"


async def begin(open_browser: OpenBrowser) -> Browser:
    browser = await open_browser()
    await browser.get("/dang-ky")
    await browser.post("/dang-ky", {"unit": WARD, "kind": "complaint"})
    return browser


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("id_number", "31090001234", "Số căn cước cần đủ 12 chữ số."),
        ("phone", "091234567", "Số điện thoại di động cần đủ 10 chữ số"),
        ("name", "", "Xin điền mục này."),
        ("name", "x" * 400, "Nội dung dài quá 120 ký tự."),
        ("email", "lan@@x", "Địa chỉ thư điện tử"),
        ("born_day", "31", "Không có ngày này"),
        ("sex", "male", "giới tính khác"),
        ("born_year", "1985", "sinh năm khác"),
    ],
)
async def test_a_wrong_field_says_so_and_keeps_what_was_typed(
    open_browser: OpenBrowser, field: str, value: str, sentence: str
) -> None:
    browser = await begin(open_browser)
    typed = {**answers(LAN), "born_month": "2" if field == "born_day" else "5", field: value}
    page = await browser.post(OLD, typed, status=422)
    assert sentence in page
    assert LAN.address in page
    assert f'href="#f-{"born" if field == "born_day" else field}"' in page or "confirm_card" in page
    # A reload shows the same words: the draft kept them although they were wrong.
    assert LAN.address in await browser.get(OLD)


async def test_a_card_that_disagrees_passes_with_a_tick_and_a_note(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    typed = {**answers(LAN), "sex": "male", "confirm_card": "1"}
    assert "Xin ghi vắn tắt" in await browser.post(OLD, typed, status=422)
    assert await browser.post(OLD, {**typed, "card_note": "Thẻ ghi sai"}) == "/dang-ky/cach-tiep"


async def test_an_old_nine_digit_number_is_another_paper(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    typed = {**answers(LAN), "id_number": "031234567"}
    await browser.post(OLD, typed, status=422)
    await browser.post(OLD, {**typed, "id_kind": "other"})


async def test_a_landline_is_taken(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    await browser.post(OLD, {**answers(LAN), "phone": "0225 3 123 456"})


async def test_decomposed_accents_and_markup_are_kept_as_text(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    name = unicodedata.normalize("NFD", LAN.name)
    await browser.post(OLD, {**answers(LAN), "name": name})
    await browser.post("/dang-ky/cach-tiep", {"place": "home", "group_size": "1"})
    await browser.post("/dang-ky/noi-dung", {**MATTER, "subject": "<script>alert(1)</script> đất"})
    await browser.post("/dang-ky/giay-to", go="next")
    page = await browser.get("/dang-ky/gui")
    assert LAN.name in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; đất" in page


async def test_no_page_asks_for_a_district(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await fill(browser)
    for step in ("", "/nguoi", "/cach-tiep", "/noi-dung"):
        assert not re.search(r"quận|huyện", (await browser.get(f"/dang-ky{step}")).lower())


async def test_a_step_too_far_leads_back(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    assert await browser.get("/dang-ky/gui", status=303) == "/dang-ky/nguoi"
    assert await (await open_browser()).get("/dang-ky/gui", status=303) == "/dang-ky?da=draft_gone"


@pytest.mark.parametrize(
    ("size", "named", "ok"), [(7, 2, True), (7, 3, False), (10, 3, False), (11, 5, True), (7, 0, False)]
)
async def test_a_group_names_as_many_as_the_law_says(
    open_browser: OpenBrowser, size: int, named: int, ok: bool
) -> None:
    browser = await open_browser()
    await fill(browser, group_size=str(size))
    people = {f"name_{n}": f"Người Thứ {n}" for n in range(1, named + 1)}
    await browser.post("/dang-ky/dai-dien", people, status=303 if ok else 422)


async def test_f23_a_group_hands_in_the_appointment_or_its_petition_is_not_complete(open_browser: OpenBrowser) -> None:
    browser, step = await open_browser(), "/dang-ky/giay-to"
    await fill(browser, group_size="6")
    await browser.post("/dang-ky/dai-dien", {"name_1": "Người Thứ Nhất"})
    await browser.post("/dang-ky/noi-dung", MATTER)
    assert "Xin gửi văn bản cử" in await browser.post(step, status=422, go="next")
    assert "Xin gửi văn bản cử" in await upload(browser, step, "ảnh.pdf", PDF, 422, go="next")
    assert "không thuộc loại" in await upload(browser, step, "cử.exe", b"MZ", 422, field="appointment", go="next")
    assert await browser.post(step, go="next", appointment_later="1") == "/dang-ky/gui"
    code = (await browser.post("/dang-ky/gui")).split("/")[2].split("?")[0]
    tu, desk, lacking = await open_browser("tu", Role.RECEPTION_OFFICER), f"/dang-ky-moi/{code}", "Đơn chưa đủ"
    assert lacking in await browser.get(f"/tra-cuu/{code}")
    assert lacking in await tu.get(desk)
    assert "Xin gửi văn bản cử" in await tu.post(f"{desk}/van-ban-cu", status=422)
    quan = await open_browser("quan")
    await quan.get("/hom-nay")
    await upload(quan, f"{desk}/van-ban-cu", "cử.pdf", PDF, 404, field="appointment")
    for _ in range(2):
        await upload(tu, f"{desk}/van-ban-cu", "cử.pdf", PDF, field="appointment")
    assert (await tu.get(desk)).count("cử.pdf</a>") == 1
    for page in (await browser.get(f"/tra-cuu/{code}"), await tu.get(desk)):
        assert lacking not in page
    assert await upload(browser, f"/tra-cuu/{code}/bo-sung", "x.pdf", PDF, words="Thêm giấy") != ""


async def test_f23_the_appointment_goes_with_the_registration(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await fill(browser, group_size="6")
    await browser.post("/dang-ky/dai-dien", {"name_1": "Người Thứ Nhất"})
    await browser.post("/dang-ky/noi-dung", MATTER)
    sent = await upload(browser, "/dang-ky/giay-to", "cử.pdf", PDF, field="appointment", go="next")
    assert sent == "/dang-ky/gui"
    code = (await browser.post("/dang-ky/gui")).split("/")[2].split("?")[0]
    assert "Đơn chưa đủ" not in await browser.get(f"/tra-cuu/{code}")


@pytest.mark.parametrize(
    ("on", "sentence"), [("01/07/2026", "đã qua"), ("18/07/2026", "phường nghỉ"), ("31/02/2027", "dạng")]
)
async def test_a_day_that_cannot_be_is_said(open_browser: OpenBrowser, on: str, sentence: str) -> None:
    browser = await open_browser()
    await fill(browser)
    page = await browser.post("/dang-ky/noi-dung", {**MATTER, "preferred_on": on}, status=422)
    assert sentence in page
    # What is kept of it cannot be sent by going on to a later step.
    where = await browser.post("/dang-ky/giay-to", go="next")
    if where == "/dang-ky/gui":
        assert sentence in await browser.post(where, status=422)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("virus.exe", b"MZ", "không thuộc loại nhận được"),
        ("đơn.pdf", b"<html><script>", "không đúng với đuôi tên tệp"),
        ("đơn.pdf", b"", "không có nội dung"),
        ("đơn.pdf", PDF[:-7], "bị hỏng"),
        ("đơn.pdf", PDF.replace(b"/Type", b"/J#61vaScript 2 0 R/Type"), "chương trình"),
        ("ảnh.png", photo(), "không đúng với đuôi"),
        ("đơn.docx", b"PK\x03\x04 no", "bị hỏng"),
    ],
)
async def test_a_file_that_is_not_taken_says_why(
    open_browser: OpenBrowser, name: str, content: bytes, sentence: str
) -> None:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    page = await upload(browser, "/dang-ky/giay-to", name, content, status=422, go="next")
    assert sentence in page


async def test_too_much_at_once_says_the_limit(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    big = b"%PDF-" + b"0" * (52 * 1024 * 1024)
    page = await upload(browser, "/dang-ky/giay-to", "to.pdf", big, status=413, go="next")
    assert "10 MB" in page


@pytest.mark.one_engine
async def test_a_file_too_many_keeps_the_words_beside_it(open_browser: OpenBrowser, house: House) -> None:
    browser = await open_browser()
    code = await register(browser)
    paper = NewPaper("cu.pdf", "application/pdf", 9, "0" * 64, "ab.pdf")
    for _ in range(4):
        house.db.write_now(add_papers, house.clock.now(), 1, (paper,) * 5)
    page = await upload(browser, f"/tra-cuu/{code}/bo-sung", "mới.pdf", PDF, 422, words="Xin bổ sung lời này")
    assert "tối đa 20 tệp" in page
    assert "Xin bổ sung lời này" in page
    assert not list((house.settings.folder / "files").rglob("*.pdf"))


async def test_a_file_can_be_taken_back(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    await upload(browser, "/dang-ky/giay-to", "a.pdf", PDF, go="more")
    await browser.post("/dang-ky/giay-to", go="drop:1")
    assert "a.pdf" not in await browser.get("/dang-ky/giay-to")


async def test_start_over_forgets(open_browser: OpenBrowser) -> None:
    browser = await begin(open_browser)
    await browser.post("/dang-ky/lam-lai")
    assert await browser.get("/dang-ky/nguoi", status=303) == "/dang-ky?da=draft_gone"


async def test_a_denunciation_never_opens_the_content_step(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await browser.get("/dang-ky")
    where = await browser.post("/dang-ky", {"unit": WARD, "kind": "denunciation"})
    assert where == f"/dang-ky/to-cao?phuong={WARD}"
    page = await browser.get(where)
    assert "textarea" not in page
    page = await browser.get(f"/dang-ky/hen-truc-tiep?phuong={WARD}")
    assert "textarea" not in page
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"unit": WARD, "name": "Người hẹn", "phone": "0912345678", "key": key}
    receipt = await browser.post("/dang-ky/hen-truc-tiep", form)
    for path in (receipt, receipt.removesuffix("/giay-bien-nhan?da=registered")):
        assert "tố cáo" not in (await browser.get(path)).lower()
    code = receipt.split("/")[2]
    refused = await browser.post(f"/tra-cuu/{code}/bo-sung", {"words": "nội dung"}, status=409)
    assert "gặp trực tiếp" in refused


async def test_wrong_code_and_wrong_phone_look_alike(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    browser = await open_browser()
    unknown = await browser.post("/tra-cuu", code="TD-XXXX-XX", phone="0912345678", status=422)
    wrong = await browser.post("/tra-cuu", code=code, phone="0987654321", status=422)
    assert unknown.replace("TD-XXXX-XX", code).replace("0912345678", "0987654321") == wrong


async def test_many_tries_of_one_code_must_wait(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    browser = await open_browser()
    for n in range(6):
        await browser.post("/tra-cuu", code=code, phone=f"098765432{n}", status=422)
    page = await browser.post("/tra-cuu", code=code, phone=LAN.phone, status=429)
    assert "mười lăm phút" in page


async def test_a_citizen_cannot_open_another_request(open_browser: OpenBrowser) -> None:
    lan, other = await open_browser(), await open_browser()
    code = await register(lan)
    await register(other)
    for path in (f"/tra-cuu/{code}", f"/tra-cuu/{code}/giay-bien-nhan", f"/dang-ky-moi/{code}"):
        await other.get(path, status=403 if path.startswith("/dang-ky") else 404)
    await other.post(f"/tra-cuu/{code}/rut", status=404)
    await other.post(f"/tra-cuu/{code}/bo-sung", {"words": "x"}, status=404)
