"""A petition through its pages: from the desk to the head's decision, and what must never be seen."""

import re
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.house import House
from server.tables import Attachment, AuditEntry, Case, Deadline, Petition, PetitionPerson, ReceptionRequest
from server.words import PetitionState, RequestState, Role
from tests.conftest import Browser, OpenBrowser
from tests.journeys.test_1_register import PDF, register, upload
from tests.people import LAN

LAND = {
    "title": "Đơn tố cáo",
    "kind": "denunciation",
    "received_on": "01/07/2026",
    "name": "Trần Thị Hòa",
    "address": "Số 5, tổ 2",
    "group_size": "1",
    "body_concerned": "UBND phường Thạch Khôi",
    "contents": "Xem lại quyết định thu hồi đất\nTrả lại hồ sơ\nBồi thường",
    "instance": "first",
    "key": "a petition of the tests",
}


async def lodge(browser: Browser, **other: str) -> str:
    where = await browser.post("/don/moi", {**LAND, **other})
    return where.split("?")[0]


async def go(browser: Browser, path: str, step: str, fields: Mapping[str, str], status: int = 303) -> str:
    return await browser.post(f"{path}/{step}", dict(fields), status=status)


async def to_proposal(browser: Browser, path: str, kind: str, target: str, direction: str, **other: str) -> None:
    await go(browser, path, "kiem-tra", {})
    await go(browser, path, "phan-loai", {"kind": kind, "target": target, "petition_field": "land"})
    words = {"direction": direction, "direction_words": "Thuộc thẩm quyền, đủ điều kiện.", **other}
    await go(browser, path, "de-xuat", words)


def _looks(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEntry.verb).where(AuditEntry.verb.startswith("viewed_"))))


def _stands(db: Session) -> list[bool]:
    """Whether the clock of the resolution stands still."""
    return [on is not None for on in db.scalars(select(Deadline.paused_on).where(Deadline.rule == "D3"))]


@pytest.mark.one_engine
async def test_f20_classified_by_content_and_accepted_by_the_head_with_a_case(
    open_browser: OpenBrowser, house: House
) -> None:
    tu, hanh = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("hanh")
    path = await lodge(tu)
    assert path == await lodge(tu)
    await to_proposal(tu, path, "complaint", "ward", "accept")
    await go(tu, path, "duyet", {}, status=403)
    await go(hanh, path, "duyet", {})
    await go(hanh, path, "duyet", {}, status=409)
    page = await tu.get(path)
    assert "Đơn tố cáo" in page
    case = re.findall(r"/vu-viec/([A-Z0-9-]+)", page)[0]
    assert "Giải quyết khiếu nại lần đầu" not in await tu.get(f"/vu-viec/{case}")
    # With the number of the paper the term of resolution begins by itself, from the day it was accepted.
    await go(tu, path, "so-van-ban", {"paper_number": "12/TB-UBND"})
    shown = await tu.get(f"/vu-viec/{case}")
    assert path in shown
    assert "Giải quyết khiếu nại lần đầu" in shown
    # One of three contents is withdrawn; the others go on (F69).
    rut = {"withdrawn_on": "06/07/2026", "withdrawn_paper": "Đơn rút ngày 6/7/2026", "number": "2"}
    await go(tu, path, "rut", rut)
    await go(tu, path, "khoi-phuc", {"number": "2"}, status=422)
    await go(tu, path, "khoi-phuc", {"number": "2", "is_forced": "1", "grounds": "Có trình báo bị đe dọa"})
    # Suspended and resumed from the petition: the clocks of its case stop and go on.
    await hanh.post(f"/vu-viec/{case}/buoc", {"verb": "start"})
    await go(tu, path, "giai-quyet", {"verb": "suspend", "ruling_words": "Chờ giám định"}, status=403)
    assert "Xin ghi lý do, căn cứ" in await go(hanh, path, "giai-quyet", {"verb": "suspend"}, status=422)
    await go(hanh, path, "giai-quyet", {"verb": "close"}, status=409)
    await go(hanh, path, "giai-quyet", {"verb": "suspend", "ruling_words": "Chờ kết quả giám định."})
    assert house.db.read_now(_stands) == [True]
    await go(hanh, path, "giai-quyet", {"verb": "resume"})
    assert house.db.read_now(_stands) == [False]
    # Ending the resolution needs a ground.
    said = await hanh.post(f"/vu-viec/{case}/buoc", {"verb": "terminate"}, status=422)
    assert "Xin ghi lý do, căn cứ" in said
    await hanh.post(f"/vu-viec/{case}/buoc", {"verb": "terminate", "ruling_words": "Công dân rút toàn bộ khiếu nại."})
    await hanh.post(f"/vu-viec/{case}/buoc", {"verb": "reopen"}, status=409)


@pytest.mark.one_engine
async def test_f29_a_mixed_petition_becomes_two_that_are_linked(open_browser: OpenBrowser, house: House) -> None:
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    path = await lodge(tu)
    await go(tu, path, "kiem-tra", {})
    one = {"part_title_1": "Khiếu nại thu hồi đất", "part_kind_1": "complaint"}
    await go(tu, path, "tach", one, status=422)
    parts = one | {"part_title_2": "Tố cáo cán bộ địa chính", "part_kind_2": "denunciation"}
    assert "Khiếu nại thu hồi" not in await tu.get(f"{path}/huong-dan-tach")
    assert house.db.read_now(_looks) == ["viewed_petition"]
    await go(tu, path, "tach", parts)
    page = await tu.get(path)
    assert "Khiếu nại thu hồi đất" in page
    assert "Tố cáo cán bộ địa chính" in page
    await go(tu, path, "tach", parts)
    assert (await tu.get("/don?loc=tat-ca")).count("Tố cáo cán bộ địa chính") == 1
    # A petition officer sees the whole of neither: it is, or may be, a denunciation.
    yen = await open_browser("yen")
    listed = await yen.get("/don?loc=tat-ca")
    assert "Khiếu nại thu hồi đất" in listed
    assert "Tố cáo cán bộ" not in listed


async def test_f27_the_wards_chair_never_sees_a_denunciation_of_the_chair(
    open_browser: OpenBrowser, house: House
) -> None:
    tu, hanh, bao = (
        await open_browser("tu", Role.RECEPTION_OFFICER),
        await open_browser("hanh"),
        await open_browser("bao"),
    )
    path = await lodge(tu, title="Về việc làm của lãnh đạo phường")
    await go(tu, path, "kiem-tra", {})
    where = await go(tu, path, "phan-loai", {"kind": "denunciation", "target": "ward_chair", "petition_field": "duty"})
    assert where.startswith("/don?")
    for browser in (tu, hanh):
        await browser.get(path, status=404)
        assert "lãnh đạo phường" not in await browser.get("/don?loc=tat-ca")
        await go(browser, path, "duyet", {}, status=404)
    assert "lãnh đạo phường" not in await hanh.get("/nhat-ky")
    page = await bao.get(path)
    assert "Chậm nhất 08/07/2026" in page
    words = {"direction": "transfer", "directed_to": "Thanh tra thành phố", "direction_words": "Thuộc thẩm quyền khác."}
    await go(bao, path, "de-xuat", words)
    await go(bao, path, "duyet", {"paper_number": "12/PC-TCD"})
    assert "12/PC-TCD" in await bao.get(path)


@pytest.mark.one_engine
async def test_bad_input_is_said_at_its_field_and_keeps_what_was_typed(open_browser: OpenBrowser) -> None:
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    page = await tu.post("/don/moi", {**LAND, "name": "", "instance": "second"}, status=422)
    for sentence in ("Xin ghi họ tên người viết đơn", "Chỉ khiếu nại mới có lần hai", "Trả lại hồ sơ"):
        assert sentence in page
    assert "Ngày nhận đơn chưa tới" in await tu.post("/don/moi", {**LAND, "received_on": "07/07/2026"}, status=422)
    assert "Ngày cần có dạng" in await tu.post("/don/moi", {**LAND, "received_on": "31/02/2026"}, status=422)
    keyless = {name: value for name, value in LAND.items() if name != "key"}
    assert "Xin tải lại trang rồi gửi lại" in await tu.post("/don/moi", keyless, status=403)
    path = await lodge(tu, group_size="7", kind="complaint")
    await go(tu, path, "kiem-tra", {})
    await go(tu, path, "phan-loai", {"kind": "complaint", "target": "ward", "petition_field": "land"})
    direction = {"direction": "accept", "direction_words": "Thuộc thẩm quyền, đủ điều kiện."}
    assert "chưa cử đủ người đại diện" in await go(tu, path, "de-xuat", direction, status=422)
    for name in ("Hòa", "Bình"):
        await go(tu, path, "nguoi", {"part": "petitioner", "name": f"Trần Thị {name}"})
    speaker = {"part": "representative", "name": "Trần Thị Bình"}
    assert "có chữ ký của mọi người" in await go(tu, path, "nguoi", speaker, status=422)
    for name in ("Trần Thị Bình", "Trần Thị Hòa"):
        await go(tu, path, "nguoi", {**speaker, "name": name, "paper": "Văn bản cử ngày 1/7/2026"})
    third = {**speaker, "name": "Trần Thị Ba", "paper": "Văn bản cử"}
    assert "Nhóm 7 người được cử nhiều nhất 2" in await go(tu, path, "nguoi", third, status=422)
    assert "chưa tải lên văn bản cử" in await go(tu, path, "de-xuat", direction, status=422)
    await tu.get(f"{path}/van-ban-cu", status=404)
    for _ in range(2):
        await upload(tu, f"{path}/van-ban-cu", "cử.pdf", PDF, field="appointment")
    assert await tu.get(f"{path}/van-ban-cu") == PDF.decode(errors="replace")
    assert "Đơn chưa đủ" not in await tu.get(path)
    await go(tu, path, "de-xuat", direction)
    await tu.post(f"{path}/khong-co", {}, status=404)


@pytest.mark.one_engine
async def test_numbers_of_papers_are_used_once_and_repeats_are_confirmed_by_a_person(open_browser: OpenBrowser) -> None:
    tu, hanh = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("hanh")
    first, second = await lodge(tu), await lodge(tu, key="another key of the tests")
    assert "cùng tên" in await tu.get(second)
    assert "chọn một mục" in await go(tu, second, "trung", {"first": "DT-XXXX-XX"}, status=422)
    await go(tu, second, "trung", {"first": first.split("/")[-1]})
    assert "Việc này đã nhận 2 lần" in await tu.get(second)
    guide = {"directed_to": "UBND phường Dương Kinh"}
    for path in (first, second):
        await to_proposal(tu, path, "complaint", "other_ward", "guide", **guide)
    await go(hanh, first, "duyet", {"paper_number": "37/HD-UBND"})
    assert "đã dùng cho một đơn khác" in await go(hanh, second, "duyet", {"paper_number": "37 /HD-UBND"}, status=422)
    await go(hanh, second, "duyet", {})
    assert "Chưa ghi số văn bản" in await tu.get(second)
    await go(tu, second, "so-van-ban", {"paper_number": "38/HD-UBND"})
    assert "Chưa ghi số văn bản" not in await tu.get(second)


async def test_f68_of_a_secret_matter_only_the_papers_reference_stays(open_browser: OpenBrowser, house: House) -> None:
    citizen = await open_browser()
    code = await register(citizen, LAN)
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": ""})
    assert LAN.name in await tu.get(f"/don/moi?dang-ky={code}")
    assert house.db.read_now(_looks) == ["viewed_request"]
    path = await lodge(tu, request=code, name="")
    off = {"paper_reference": "Hồ sơ số 03/2026, tủ mật"}
    await go(tu, path, "bi-mat", off, status=422)
    await go(tu, path, "bi-mat", off | {"is_understood": "1"})

    def left(db: Session) -> list[object]:
        request = db.scalars(select(ReceptionRequest)).one()
        petition, case = db.scalars(select(Petition)).one(), db.scalars(select(Case)).one()
        texts = {request.subject, petition.title, case.title}
        counts = [db.scalar(select(func.count()).select_from(t)) for t in (Attachment, PetitionPerson)]
        return [request.state, petition.state, texts, request.content, counts]

    found = await house.db.read(left)
    assert found == [RequestState.ON_PAPER, PetitionState.ON_PAPER, {off["paper_reference"]}, "", [0, 0]]
    # Neither a paper nor a place in the schedule can be added any more.
    await citizen.post(f"/tra-cuu/{code}/bo-sung", {"words": "Thêm nội dung mật"}, status=409)
    assert "xử lý trên hồ sơ giấy" in await citizen.get(f"/tra-cuu/{code}")
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": ""}, status=409)
    case = "/vu-viec/TK-2026-0001"
    assert "thu hồi" not in await tu.get(case)
    await tu.post(f"{case}/buoc", {"verb": "start"}, status=409)


@pytest.mark.one_engine
async def test_another_ward_knows_nothing_of_a_petition(open_browser: OpenBrowser) -> None:
    tu, quan = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("quan")
    path = await lodge(tu)
    await quan.get(path, status=404)
    await quan.get(f"{path}/huong-dan-tach", status=404)
    for step in ("kiem-tra", "duyet", "nguoi", "khong-co"):
        await go(quan, path, step, {}, status=404)
    assert "Đơn tố cáo" not in await quan.get("/don?loc=tat-ca")
