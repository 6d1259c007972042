"""Tú sorts what Lan registered; the case is opened; what was promised is done."""

from tests.conftest import OpenBrowser
from tests.journeys.test_1_register import MATTER, PDF, register, upload
from tests.people import LAN


def version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"', 1)[0]


async def test_tu_asks_lan_completes_tu_accepts(open_browser: OpenBrowser) -> None:
    lan = await open_browser()
    code = await register(lan)
    tu = await open_browser("tu")
    assert code in await tu.get("/dang-ky-moi")
    page = await tu.get(f"/dang-ky-moi/{code}")
    assert LAN.id_number in page
    path = f"/dang-ky-moi/{code}"
    wanted = {"ask_words": "Xin gửi ảnh quyết định số 12.", "version": version(page)}
    await tu.post(f"{path}/bo-sung", wanted)
    page = await lan.get(f"/tra-cuu/{code}")
    assert "Xin gửi ảnh quyết định số 12." in page
    await upload(lan, f"/tra-cuu/{code}/bo-sung", "qđ.pdf", PDF, version=version(page))
    assert "Đã nhận, đang xem xét" in await lan.get(f"/tra-cuu/{code}")
    page = await tu.get(path)
    await tu.post(f"{path}/nhan", {"join": "", "version": version(page)})
    page = await tu.get(path)
    case = page.split('href="/vu-viec/')[1].split('"')[0]
    assert case == "TK-2026-0001"
    page = await tu.get(f"/vu-viec/{case}")
    assert "16/07/2026" in await tu.get("/vu-viec")
    # Due ten working days after Monday 6 July.
    assert "20/07/2026" in page


async def test_two_who_decide_at_once_do_not_overwrite(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    tu, loan = await open_browser("tu"), await open_browser("loan")
    path = f"/dang-ky-moi/{code}"
    seen = version(await tu.get(path))
    await tu.post(f"{path}/bo-sung", {"ask_words": "Xin gửi thêm giấy tờ.", "version": seen})
    words = {"ask_words": "Lời của người thứ hai.", "version": seen}
    page = await loan.post(f"{path}/bo-sung", words, status=409)
    assert "Lời của người thứ hai." in page


async def test_only_the_head_declines_what_was_resolved(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    path = f"/dang-ky-moi/{code}/tu-choi"
    form = {"ground": "already_resolved", "decline_words": "Việc đã giải quyết đúng pháp luật."}
    tu, hanh = await open_browser("tu"), await open_browser("hanh")
    await tu.post(path, form, status=403)
    page = await hanh.post(path, form, status=422)
    assert "văn bản giải quyết trước đây" in page
    await hanh.post(path, {**form, "prior_decision": "Quyết định 12/QĐ-UBND ngày 02/3/2025"})
    await hanh.post(path, form | {"prior_decision": "x"}, status=409)


async def test_a_second_request_joins_the_first_case(open_browser: OpenBrowser) -> None:
    lan, tu = await open_browser(), await open_browser("tu")
    first = await register(lan)
    await tu.post(f"/dang-ky-moi/{first}/nhan", {"join": ""})
    second = await register(await open_browser())
    page = await tu.get(f"/dang-ky-moi/{second}")
    assert "cùng số giấy tờ" in page
    assert "Ghép vào vụ việc TK-2026-0001" in page
    await tu.post(f"/dang-ky-moi/{second}/nhan", {"join": "TK-2026-0001"})
    page = await tu.get("/vu-viec/TK-2026-0001")
    assert first in page
    assert second in page


async def test_the_kind_changes_and_the_title_stays(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    tu = await open_browser("tu")
    await tu.post(f"/dang-ky-moi/{code}/phan-loai", {"kind": "feedback"})
    page = await tu.get(f"/dang-ky-moi/{code}")
    assert MATTER["subject"] in page
    assert "Phản ánh" in page


async def test_a_promise_is_kept_until_closed(open_browser: OpenBrowser) -> None:
    lan, tu = await open_browser(), await open_browser("tu")
    code = await register(lan)
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": ""})
    page = await tu.get("/vu-viec/TK-2026-0001")
    unit = page.split("<option value=")[1].split('"')[1]
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {
        "words": "Đo lại ranh giới thửa đất",
        "owner_unit_id": unit,
        "owner_name": "Ông Dũng",
        "due_on": "20/07/2026",
        "key": key,
    }
    wrong = await tu.post("/vu-viec/TK-2026-0001/viec", {**form, "due_on": "32/07/2026"}, status=422)
    assert "Đo lại ranh giới thửa đất" in wrong
    await tu.post("/vu-viec/TK-2026-0001/viec", form)
    await tu.post("/vu-viec/TK-2026-0001/viec", form)
    page = await tu.get("/viec-theo-doi")
    assert page.count("Đo lại ranh giới thửa đất") == 1
    promise = page.split('action="/viec-theo-doi/')[1].split('"')[0]
    path = f"/viec-theo-doi/{promise}"
    await tu.post(path, {"verb": "start", "version": "1"})
    await tu.post(path, {"verb": "finish", "evidence": ""}, status=422)
    await tu.post(path, {"verb": "finish", "evidence": "Biên bản đo số 5", "version": "2"})
    own = await lan.get(f"/tra-cuu/{code}")
    assert "Đo lại ranh giới thửa đất" in own
    assert "Tính từ 06/07/2026." in own
    await tu.post(path, {"verb": "close", "version": "3"})
    await tu.post(path, {"verb": "close", "version": "3"}, status=409)
