"""Tú plans a day, books Lan into it; Lan gets her slip, answers, and is moved with the day."""

import asyncio
import re
from pathlib import Path

from server.house import House
from server.jobs.deliver import deliver_texts
from server.scheduling.jobs import release_withdrawn
from tests.conftest import Browser, OpenBrowser
from tests.journeys.test_1_register import MATTER, register
from tests.people import LAN

FORBIDDEN = (MATTER["subject"], MATTER["content"], "tố cáo", "khiếu nại")


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


def key_of(page: str) -> str:
    return found(r'name="key" value="([0-9a-f]{32})"', page)


async def plan(staff: Browser, on: str) -> str:
    """Plan and publish a day of the ward's chair; return its page."""
    page = await staff.get("/lich/moi")
    form = {
        "kind": "periodic",
        "held_on": on,
        "chair_id": found(r'<option value="(\d+)"[^>]*>Đỗ Thị Hạnh', page),
        "place": found(r'name="place" type="text" value="([^"]+)"', page),
        "attendees": "Phòng Kinh tế, Hạ tầng và Đô thị",
        "expected_content": "Đất đai, xây dựng",
        "begins_1": "07:30",
        "ends_1": "09:30",
        "begins_2": "",
        "ends_2": "",
        "minutes": "30",
        "gap": "0",
        "capacity": "1",
        "key": key_of(page),
    }
    path = (await staff.post("/lich/moi", form)).partition("?")[0]
    await staff.post(f"{path}/cong-bo")
    return path


async def messages(house: House, phone: str) -> list[str]:
    """Send what is due and return the short messages to a telephone."""
    await deliver_texts(house, {})
    texts = await asyncio.to_thread(lying, house.settings.folder / "letters")
    return [text.partition("\n")[2] for text in texts if text.startswith(phone)]


def lying(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sms.txt"))]


async def booked(staff: Browser, code: str) -> str:
    """Give the first free slot to a request; return the appointment's page."""
    path = f"/dang-ky-moi/{code}/xep-lich"
    assert path in await staff.get(f"/dang-ky-moi/{code}")
    page = await staff.get(path)
    slot_id = found(r'name="slot_id" value="(\d+)"', page)
    form = {"key": key_of(page), "mode": "home", "slot_id": slot_id}
    there = await staff.post(path, form)
    assert await staff.post(path, form) == there
    return there.partition("?")[0]


async def test_lan_is_booked_written_to_and_moved_with_the_day(open_browser: OpenBrowser, house: House) -> None:
    lan, tu = await open_browser(), await open_browser("tu")
    code = await register(lan)
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": "", "version": await version(tu, code)})
    day = await plan(tu, "16/07/2026")
    await booked(tu, code)
    texts = await messages(house, LAN.phone)
    (invitation,) = [text for text in texts if "/hen/" in text]
    link = found(r"(/hen/\S+)", invitation)
    assert link in await lan.get(f"/tra-cuu/{code}")
    phone = await open_browser()
    slip = await phone.get(link)
    assert "07:30" in slip
    digits = found(r'slip__digits num">([\d ]+)<', slip)
    assert digits.replace(" ", "") in invitation
    await phone.post(f"{link}/xac-nhan")
    assert "đã báo sẽ đến" in await tu.get(day)
    page = await tu.get(day)
    form = {
        "new_on": "23/07/2026",
        "ground": "Chủ tịch họp thành phố",
        "is_followed": "1",
        "key": key_of(page),
    }
    await tu.post(f"{day}/hoan", form)
    there = await phone.get(link, 303)
    moved = await phone.get(there)
    assert "23/07/2026" in moved
    assert digits in moved
    texts = await messages(house, LAN.phone)
    assert any("hoãn" in text and "23/07/2026" in text for text in texts)
    assert not [word for word in FORBIDDEN for text in texts if word.lower() in text.lower()]


async def test_lan_withdraws_and_her_place_is_free_again(open_browser: OpenBrowser, house: House) -> None:
    lan, tu = await open_browser(), await open_browser("tu")
    code = await register(lan)
    await tu.post(f"/dang-ky-moi/{code}/nhan", {"join": "", "version": await version(tu, code)})
    day = await plan(tu, "16/07/2026")
    await booked(tu, code)
    assert "Đã hẹn" in await tu.get(day)
    own = found(r'name="version" value="(\d+)"', await lan.get(f"/tra-cuu/{code}"))
    await lan.post(f"/tra-cuu/{code}/rut", {"version": own})
    await release_withdrawn(house, {})
    assert LAN.name not in await tu.get(day)


async def version(staff: Browser, code: str) -> str:
    page = await staff.get(f"/dang-ky-moi/{code}")
    return found(r'name="version" value="(\d+)"', page)
