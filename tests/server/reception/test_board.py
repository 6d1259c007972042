"""The ward calls the city's board in; guests come by links that work once."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.house import House
from server.minutes import queries_head
from server.reception import queries_guest
from server.tables import AuditEntry, Case, Reception, ReceptionMember
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN
from tests.server.reception.booked import Booked, book_lan
from tests.server.reception.test_desk_pages import opened, post_json
from tests.server.reception.test_entry import tell

HAND_OVER = "Hộ dân kêu đền bù hai lần cho một thửa; phường đã đối chiếu sổ. Cần thành phố cho biết ai có thẩm quyền."
ASKED = {"hand_over": HAND_OVER, "urgency": "now", "stay_minutes": "15", "key": "a" * 32}


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


async def calls_of(browser: Browser, code: str) -> list[dict[str, Any]]:
    return list(json.loads(await browser.get(f"/phong/{code}/goi-thanh-pho")))


def call_code(page: str) -> str:
    found = re.search(r"GT-\w{4}-\w{4}", page)
    assert found is not None, page
    return found[0]


def pass_time(house: House, **length: float) -> None:
    house.clock.set(house.clock.now() + timedelta(**length))


async def sees_no_name(city: Browser, code: str) -> str:
    """The board reads the hand-over wherever it looks, and nothing of who it is about; returns the call's code."""
    call = call_code(await city.get("/goi-thanh-pho"))
    for path in ("/goi-thanh-pho", f"/goi-thanh-pho/{call}", "/hom-nay", "/toan-canh"):
        page = await city.get(path)
        assert HAND_OVER in page, path
        for hidden in (LAN.name, LAN.phone, "Thoát nước ngõ 12", code, "TD-TEST-01"):
            assert hidden not in page.replace(f'/toan-canh/{code}"', ""), (path, hidden)
    return call


async def puts_off(city: Browser, call: str) -> None:
    assert "Xin điền" in await city.post(f"/goi-thanh-pho/{call}/tu-choi", ground=" ", status=422)
    assert "phía trước" in await city.post(
        f"/goi-thanh-pho/{call}/hen", offered_on="06/07/2026", offered_time="08:00", status=422
    )
    await city.post(f"/goi-thanh-pho/{call}/hen", offered_on="06/07/2026", offered_time="09:15", note="Đang họp")


async def test_the_board_is_called_answers_and_comes(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward, city, theirs = await open_browser("tu"), await open_browser("bao"), await open_browser("quan")
    code = await opened(ward, booked)
    await tell(ward, code, "room_opened", "began")
    desk = f"/luot-tiep/{code}/goi-thanh-pho"
    assert desk in await ward.get(f"/luot-tiep/{code}")
    for words in (f"Bà {LAN.name} kêu đền bù", f"Gọi {LAN.phone}", "Bà ấy to cao ông An"):
        assert "viết lại cho kín" in await ward.post(desk, {**ASKED, "hand_over": words}, status=422)
    for _ in range(2):
        await ward.post(desk, ASKED)
    await post_json(ward, f"/phong/{code}/goi-thanh-pho", {**ASKED, "key": "b" * 32}, 409)
    assert [one["stand"] for one in await calls_of(ward, code)] == ["asked"]
    await theirs.post(desk, {**ASKED, "key": "c" * 32}, status=404)
    await theirs.get("/goi-thanh-pho", 403)

    call = await sees_no_name(city, code)
    assert (await calls_of(ward, code))[0]["seen_at"]
    await city.get(f"/phong/{code}", 404)
    await city.get(f"/phong/{code}/goi-thanh-pho", 404)

    await puts_off(city, call)
    told = (await calls_of(ward, code))[0]
    assert (told["stand"], told["ground"], told["offered_at"][:16]) == ("put_off", "Đang họp", "2026-07-06T02:15")
    pass_time(house, minutes=11)
    for _ in range(2):
        assert await city.post(f"/goi-thanh-pho/{call}/nhan") == f"/phong/{code}"
    assert (await calls_of(ward, code))[0]["is_answered_late"]
    assert LAN.name in await city.get("/hom-nay")
    pass_time(house, minutes=5)
    mine = (await calls_of(city, code))[0]
    assert mine["stand"] == "late"
    await tell(ward, code, "connected", first=3, facts={"member": mine["member"]})
    assert (await calls_of(ward, code))[0]["stand"] == "came"
    assert "Có mặt từ" in await ward.get(desk)
    await ward.post(f"{desk}/{call}/thu-hoi", status=409)
    await tell(ward, code, "ended", first=4)
    await house.db.read(is_minuted_and_audited)


def is_minuted_and_audited(db: Session) -> None:
    head = queries_head.head_now(db, db.scalars(select(Reception.id)).one())
    assert [one["stand"] for one in head["board"]] == ["came"]
    assert head["board"][0]["who"].startswith("Đinh Quốc Bảo")
    assert {"called_board", "viewed_board_call", "answered_board_call"} <= set(db.scalars(select(AuditEntry.verb)))


@pytest.mark.one_engine
async def test_unanswered_answered_late_and_taken_back(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward, city = await open_browser("tu"), await open_browser("bao")
    code = await opened(ward, booked)
    await tell(ward, code, "room_opened", "began")
    path = f"/phong/{code}/goi-thanh-pho"
    await post_json(ward, path, ASKED)
    pass_time(house, minutes=10)
    assert "Cứ tiếp tục" in await ward.get(f"/luot-tiep/{code}/goi-thanh-pho")
    call = call_code(await city.get("/hom-nay"))
    await city.post(f"/goi-thanh-pho/{call}/nhan")
    await city.get(f"/luot-tiep/{code}")
    for _ in range(2):
        await post_json(ward, f"{path}/{call}/thu-hoi", {})
    # The place went with the call, and with it all that was known of the matter.
    await city.get(f"/luot-tiep/{code}", 404)
    assert LAN.name not in await city.get("/hom-nay")
    await city.post(f"/goi-thanh-pho/{call}/nhan", status=409)
    await post_json(ward, path, {**ASKED, "key": "d" * 32})
    second = call_code(await city.get("/goi-thanh-pho"))
    await city.post(f"/goi-thanh-pho/{second}/tu-choi", ground="Không thuộc thẩm quyền")
    for _ in range(2):
        await city.post(f"/goi-thanh-pho/{second}/tu-choi", ground="Không thuộc thẩm quyền")
    assert [one["stand"] for one in await calls_of(ward, code)] == ["refused", "withdrawn"]
    assert "GT-" not in await city.get("/goi-thanh-pho")


@pytest.mark.one_engine
async def test_what_turns_out_to_be_secret_is_no_longer_the_boards(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, city = await open_browser("tu"), await open_browser("bao")
    code = await opened(ward, booked)
    await post_json(ward, f"/phong/{code}/goi-thanh-pho", ASKED)
    call = call_code(await city.get("/goi-thanh-pho"))
    await house.db.write(lambda db: db.execute(update(Case).values(is_restricted=True)))
    for page in ("/goi-thanh-pho", "/hom-nay", "/toan-canh"):
        assert call not in await city.get(page)
    await city.post(f"/goi-thanh-pho/{call}/nhan", status=404)


def seats(db: Session) -> list[str]:
    return list(db.scalars(select(ReceptionMember.name).where(ReceptionMember.room_role == "interpreter")))


async def holds(house: House, code: str, member: str, issued: datetime) -> bool:
    return await house.db.read(queries_guest.is_good, code, member, issued)


async def test_a_guests_link_works_for_one_browser_until_it_is_taken_back(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, vy, thief = await open_browser("tu"), await open_browser(), await open_browser()
    code = await opened(ward, booked)
    desk = f"/luot-tiep/{code}"
    await ward.post(f"{desk}/khach", name="Vy Thị Mơ", role="interpreter")

    async def link() -> str:
        return "/vao/" + (await ward.get(desk)).split("/vao/")[1].split("<")[0]

    first = await link()
    await thief.get(first)
    await vy.get(first)
    # There is no media worker here, so the room itself does not open; the link is used all the same.
    await vy.get(f"{first}/phong", 503)
    for path in (first, f"{first}/phong", f"{first}/bien-ban/xem"):
        assert "máy khác" in await thief.get(path, 410), path
    await vy.get(first)
    assert "Đã vào phòng bằng đường dẫn này" in await ward.get(desk)

    member = re.findall(r"/khach/(g-\w+)/cap-lai", await ward.get(desk))[0]
    issued = house.clock.now()
    assert await holds(house, code, member, issued)
    assert await holds(house, code, "c-somebody", issued), "no guest"
    for _ in range(2):
        await ward.post(f"{desk}/khach/{member}/cap-lai")
    second = await link()
    assert second != first
    await vy.get(first, 410)
    await vy.get(second)
    assert not await holds(house, code, member, issued), "the ticket of the first link"
    assert await holds(house, code, member, house.clock.now())
    for _ in range(2):
        await ward.post(f"{desk}/khach/{member}/thu-hoi")
    assert "0220" in await vy.get(second, 410)
    assert not await holds(house, code, member, house.clock.now())
    assert "đã thu hồi lời mời" in await ward.get(desk)
    await (await open_browser("quan")).post(f"{desk}/khach/{member}/cap-lai", status=404)
    assert await house.db.read(seats) == ["Vy Thị Mơ"]
