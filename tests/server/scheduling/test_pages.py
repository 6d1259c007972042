"""The schedule through its pages, as staff, as the public and with a slip in hand."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest

from server.clock import at_office
from server.scheduling import queries_slips, rules
from server.words import Kind
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN, MINH
from tests.server.scheduling.stage import SUBJECT, Stage, key

pytestmark = pytest.mark.second_engine_slow

JULY_16 = date(2026, 7, 16)
DAY = {
    "kind": "periodic",
    "held_on": "16/07/2026",
    "place": "Phòng tiếp công dân",
    "attendees": "",
    "expected_content": "",
    "begins_1": "8h",
    "ends_1": "10:00",
    "begins_2": "",
    "ends_2": "",
    "minutes": "30",
    "gap": "0",
    "capacity": "1",
}


def chair_choice(page: str, name: str) -> str:
    found = re.search(rf'<option value="(\d+)"[^>]*>{name}', page)
    assert found is not None
    return found[1]


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def slip_path(stage: Stage) -> str:
    """Lan's slip of 16 July, 08:00, by video."""
    made = stage.book(stage.accepted(LAN), stage.slot(stage.posted_day(JULY_16)))
    return f"/hen/{rules.link_token(stage.links, made.code)}"


async def test_a_day_is_planned_published_and_shown(open_browser: OpenBrowser) -> None:
    staff, public = await open_browser("tu"), await open_browser()
    page = await staff.get("/lich/moi")
    form = {**DAY, "chair_id": chair_choice(page, "Đỗ Thị Hạnh"), "key": key_of(page)}
    there = await staff.post("/lich/moi", form)
    assert await staff.post("/lich/moi", form) == there
    assert "Bản nháp" in await staff.get(there)
    assert "Chưa có lịch" in await public.get("/lich-tiep?don-vi=thach-khoi")
    path = there.partition("?")[0]
    assert await staff.post(f"{path}/cong-bo") == f"{path}?da=day_published"
    shown = await public.get("/lich-tiep?don-vi=thach-khoi")
    assert "16/07/2026" in shown
    assert "Đỗ Thị Hạnh" in shown
    assert "1/2" not in await staff.get("/lich?thang=2026-07")
    assert "0/4" in await staff.get("/lich?thang=2026-07")


async def test_a_wrong_form_keeps_what_was_typed(open_browser: OpenBrowser) -> None:
    staff = await open_browser("tu")
    form = {**DAY, "held_on": "32/07/2026", "ends_1": "7:00", "minutes": "5", "key": key()}
    page = await staff.post("/lich/moi", form, status=422)
    assert "Ngày cần có dạng" in page
    assert "Số này cần từ 10 đến 240" in page
    assert 'value="32/07/2026"' in page
    form = {**form, "held_on": "16/07/2026", "minutes": "30", "chair_id": "1"}
    assert "Giờ kết thúc cần sau" in await staff.post("/lich/moi", form, status=422)


async def test_a_draft_is_changed(open_browser: OpenBrowser, stage: Stage) -> None:
    staff, code = await open_browser("tu"), stage.open_day(JULY_16)
    page = await staff.get(f"/lich/{code}/sua")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    chair_id = chair_choice(page, "Đỗ Thị Hạnh")
    form = {**DAY, "place": "Tầng 2", "key": key(), "chair_id": chair_id, "version": version[1]}
    await staff.post(f"/lich/{code}/sua", form)
    assert "Tầng 2" in await staff.get(f"/lich/{code}")
    late = await staff.post(f"/lich/{code}/sua", {**form, "attendees": "Công an phường"}, status=409)
    assert "Ngày tiếp vừa được thay đổi" in late
    assert "Công an phường" in late


async def test_a_request_is_booked_moved_and_cancelled(open_browser: OpenBrowser, stage: Stage) -> None:
    staff, day, code = await open_browser("tu"), stage.posted_day(JULY_16), stage.accepted()
    path = f"/dang-ky-moi/{code}/xep-lich"
    page = await staff.get(path)
    assert SUBJECT not in page
    assert "Xin chọn một mục" in await staff.post(path, {"key": key_of(page)}, status=422)
    form = {"key": key_of(page), "mode": "home", "slot_id": str(stage.slot(day))}
    there = await staff.post(path, form)
    assert await staff.post(path, form) == there
    assert await staff.get(path, 303) == there.partition("?")[0]
    page = await staff.get(there)
    hen = there.partition("?")[0]
    form = {"key": key_of(page), "mode": "ward", "slot_id": str(stage.slot(day, 1))}
    assert "Xin điền mục này" in await staff.post(f"{hen}/doi", form, status=422)
    moved = await staff.post(f"{hen}/doi", {**form, "ground": "Chủ trì bận"})
    assert moved != there
    await staff.post(f"{hen}/huy", {"cancel_ground": "Bão"}, status=409)
    new = moved.partition("?")[0]
    assert "Xin điền mục này" in await staff.post(f"{new}/huy", {"cancel_ground": " "}, status=422)
    await staff.post(f"{new}/huy", {"cancel_ground": "Bão"})
    assert "Xếp lịch và gửi giấy hẹn" in await staff.get(path)


async def test_a_full_slot_answers_with_a_sentence(open_browser: OpenBrowser, stage: Stage) -> None:
    staff, day = await open_browser("tu"), stage.posted_day(JULY_16)
    stage.book(stage.accepted(MINH), stage.slot(day))
    form = {"key": key(), "mode": "home", "slot_id": str(stage.slot(day))}
    page = await staff.post(f"/dang-ky-moi/{stage.accepted()}/xep-lich", form, status=409)
    assert "Chỗ cuối cùng" in page


async def test_another_ward_finds_no_page(open_browser: OpenBrowser, stage: Stage) -> None:
    quan, day, code = await open_browser("quan"), stage.posted_day(JULY_16), stage.accepted()
    made = stage.book(code, stage.slot(day))
    for path in (
        f"/lich/{day}",
        f"/lich/{day}/sua",
        f"/lich/{day}/in",
        f"/lich/hen/{made.code}",
        f"/dang-ky-moi/{code}/xep-lich",
    ):
        await quan.get(path, 404)
    for path, form in (
        (f"/lich/{day}/cong-bo", {}),
        (f"/lich/{day}/ket-thuc", {}),
        (f"/lich/{day}/huy", {"cancel_ground": "x"}),
        (f"/lich/{day}/hoan", {"ground": "x", "new_on": "23/07/2026", "key": key()}),
        (f"/lich/hen/{made.code}/huy", {"cancel_ground": "x"}),
        (f"/lich/hen/{made.code}/co-mat", {"verb": "keep"}),
    ):
        await quan.post(path, form, status=404)


async def test_postponing_needs_both_and_shows_both(open_browser: OpenBrowser, stage: Stage) -> None:
    staff, day = await open_browser("tu"), stage.posted_day(JULY_16)
    page = await staff.get(f"/lich/{day}")
    form = {"key": key_of(page), "ground": "", "new_on": ""}
    refused = await staff.post(f"/lich/{day}/hoan", form, status=422)
    assert refused.count("Xin điền mục này") >= 2
    form |= {"ground": "Chủ tịch họp thành phố", "new_on": "23/07/2026", "is_followed": "1"}
    there = await staff.post(f"/lich/{day}/hoan", form)
    assert await staff.post(f"/lich/{day}/hoan", form) == there
    public = await (await open_browser()).get("/lich-tiep?don-vi=thach-khoi")
    assert "Hoãn từ ngày 16/07/2026 sang ngày 23/07/2026" in public
    assert "Chủ tịch họp thành phố" in public


async def test_f08_the_public_page_names_nobody(open_browser: OpenBrowser, stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    stage.book(stage.accepted(MINH, Kind.DENUNCIATION), stage.slot(day), is_in_person=True)
    page = await (await open_browser()).get("/lich-tiep?don-vi=thach-khoi")
    assert MINH.name not in page
    assert SUBJECT not in page


async def test_the_slip_says_when_where_and_how(open_browser: OpenBrowser, slip_path: str) -> None:
    citizen = await open_browser()
    page = await citizen.get(slip_path)
    for words in ("08:00", "16/07/2026", "Tại nhà, qua mạng", "ghi âm, ghi hình", "0220 3 555 111"):
        assert words in page
    assert SUBJECT not in page
    assert "data:image/svg+xml" in page
    calendar = await citizen.get(f"{slip_path}.ics")
    assert "SUMMARY:Lịch tiếp công dân" in calendar
    assert "DTSTART:20260716T010000Z" in calendar
    assert "hen/" not in calendar
    assert (await citizen.get(f"{slip_path}.pdf")).startswith("%PDF")


async def test_the_citizen_answers_twice_without_harm(open_browser: OpenBrowser, slip_path: str) -> None:
    citizen, staff = await open_browser(), await open_browser("tu")
    await citizen.get(slip_path)
    for _ in range(2):
        assert "presence_confirmed" in await citizen.post(f"{slip_path}/xac-nhan")
    long = await citizen.post(f"{slip_path}/bao-vang", {"ground": "Đi viện " * 70}, 422)
    assert "Đi viện Đi viện" in long
    assert 'id="f-ground-error"' in long
    for _ in range(2):
        assert "absence_told" in await citizen.post(f"{slip_path}/bao-vang", {"ground": "Đi viện"})
    assert "Phường đã nhận tin" in await citizen.get(slip_path)
    assert "Đi viện" in await staff.get(await day_path(staff))


async def day_path(staff: Browser) -> str:
    found = re.search(r'href="(/lich/KT-\w+)"', await staff.get("/lich?thang=2026-07"))
    assert found is not None
    return found[1]


async def test_a_forged_link_is_not_found(open_browser: OpenBrowser, slip_path: str) -> None:
    citizen = await open_browser()
    code, _, mac = slip_path.removeprefix("/hen/").partition(".")
    for token in (f"{code}.{mac[::-1]}", code, f"{code}.", f"LH-AAAA-AAAA.{mac}", "x" * 3000):
        for suffix in ("", ".pdf", ".ics"):
            assert "link_unknown" in await citizen.get(f"/hen/{token}{suffix}", 404)
    await citizen.post(f"/hen/{code}.{mac[::-1]}/xac-nhan", status=404)


async def test_an_old_link_is_gone_after_its_day(
    open_browser: OpenBrowser, slip_path: str, move_clock: Callable[[datetime], None]
) -> None:
    citizen = await open_browser()
    move_clock(at_office(JULY_16, 23, 0))
    await citizen.get(slip_path)
    move_clock(at_office(date(2026, 7, 17), 0, 1))
    for path in (slip_path, f"{slip_path}.pdf", f"{slip_path}.ics"):
        assert "link_expired" in await citizen.get(path, 410)


async def test_a_moved_slip_leads_on_and_a_cancelled_one_is_gone(
    open_browser: OpenBrowser, slip_path: str, stage: Stage
) -> None:
    citizen, staff = await open_browser(), await open_browser("tu")
    code = slip_path.removeprefix("/hen/").partition(".")[0]
    slip = stage.house.db.read_now(queries_slips.slip, code)
    sheet = stage.sheet((await day_path(staff)).removeprefix("/lich/"))
    form = {"key": key(), "mode": "home", "slot_id": str(sheet.slots[3].id), "ground": "Bận"}
    moved = await staff.post(f"/lich/hen/{code}/doi", form)
    there = await citizen.get(slip_path, 303)
    page = await citizen.get(there)
    assert "09:30" in page
    assert f"{slip.digits[:3]} {slip.digits[3:]}" in page
    await staff.post(f"{moved.partition('?')[0]}/huy", {"cancel_ground": "Bão"})
    assert "appointment_cancelled" in await citizen.get(there.partition("?")[0], 410)


async def test_the_day_is_marked_closed_and_printed(
    open_browser: OpenBrowser, stage: Stage, move_clock: Callable[[datetime], None]
) -> None:
    staff, day = await open_browser("tu"), stage.posted_day(JULY_16)
    made = stage.book(stage.accepted(), stage.slot(day))
    paper = await staff.get(f"/lich/{day}/in")
    assert LAN.name in paper
    assert LAN.phone in paper
    move_clock(at_office(JULY_16, 11, 0))
    staff = await open_browser("tu")
    assert "Còn 1 lượt" in await staff.get(f"/lich/{day}")
    await staff.post(f"/lich/{day}/ket-thuc", status=409)
    assert await staff.post(f"/lich/hen/{made.code}/co-mat", {"verb": "keep"}) == f"/lich/{day}?da=marked"
    await staff.post(f"/lich/{day}/ket-thuc")
    assert "1/2" in await staff.get("/lich?thang=2026-07")


async def test_police_see_no_names(open_browser: OpenBrowser, stage: Stage) -> None:
    day = stage.posted_day(JULY_16)
    stage.book(stage.accepted(), stage.slot(day))
    police = await open_browser("cuong")
    page = await police.get(f"/lich/{day}") + await police.get(f"/lich/{day}/in")
    assert "Đã có người hẹn" in page
    assert LAN.name not in page
    assert LAN.phone not in page
    await police.post(f"/lich/{day}/huy", {"cancel_ground": "x"}, status=403)


async def test_strange_months_are_this_month(open_browser: OpenBrowser) -> None:
    staff = await open_browser("tu")
    for text in ("", "2026-13", "x", "-1-1", "99999-01", "2026-07-06", "2026-99999999999"):
        await staff.get(f"/lich?thang={text}")
