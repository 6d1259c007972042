"""A citizen hands papers in during the reception: twice is once, a receipt, the desk's decision."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.house import House
from server.minutes import queries_head
from server.tables import Attachment, AuditEntry
from tests.conftest import Browser, OpenBrowser
from tests.server.exhibits import running
from tests.server.exhibits.running import PDF, Running, note
from tests.server.exhibits.test_showing import ask
from tests.server.minutes.receptions import NINE

KEY = "0123456789abcdef" * 2


@pytest.fixture
async def held(house: House) -> Running:
    house.clock.set(NINE + timedelta(minutes=5))
    kept = await house.files.keep(io.BytesIO(PDF), ".pdf")
    return await house.db.write(running.lay, house.settings.key("links"), kept)


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(made, "JPEG")
    return made.getvalue()


async def send_file(
    browser: Browser, link: str, file_key: str, content: bytes, name: str = "a.jpg", status: int = 200
) -> Any:
    """Send one file as the room's script does."""
    await browser.get("/giup-do")
    form = FormData({"key": KEY, "file_key": file_key, "csrf_token": browser.form_token()})
    form.add_field("file", content, filename=name)
    async with browser.http.post(f"{link}/giay-to/tep", data=form, headers={"Accept": "application/json"}) as answer:
        text = await answer.text()
        assert answer.status == status, text[:500]
        return json.loads(text)


async def test_papers_are_handed_in_once_and_taken(open_browser: OpenBrowser, house: House, held: Running) -> None:
    lan, desk, room = await open_browser(), await open_browser("tu"), f"/phong/{held.code}/giay-to"
    first, second = "1" * 32, "2" * 32
    for key in (first, first, second):
        await send_file(lan, held.lan, key, photo())
    whole = {"key": KEY, "files": [first, second]}
    done = await ask(lan, f"{held.lan}/giay-to/gui", body=whole)
    assert await ask(lan, f"{held.lan}/giay-to/gui", body=whole) == done
    receipt = await lan.get(done["receipt"])
    assert "Chờ cán bộ nhận" in receipt
    assert receipt.count("<li>a.jpg") == 2

    [line] = (await ask(desk, room))["hand_ins"]
    assert (line["state"], len(line["files"])) == ("arrived", 2)
    await desk.get(line["files"][0]["href"])
    for _ in range(2):
        [line] = (await ask(desk, f"{room}/{done['code']}/nhan", body={}))["hand_ins"]
    assert line["state"] == "accepted"
    await ask(desk, f"{room}/{done['code']}/tra", 409, {"ground": "Nhầm"})
    assert "Đã nhận vào hồ sơ" in await lan.get(done["receipt"])

    def facts(db: Session) -> tuple[int, list[str], int]:
        count = select(func.count()).select_from(Attachment).where(Attachment.case_id == held.room.held.case_id)
        told = queries_head.head_now(db, held.room.held.id)["handed_in"]
        looks = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "viewed_handed_file")
        return db.scalars(count).one(), [one["state"] for one in told], db.scalars(looks).one()

    assert await house.db.read(facts) == (3, ["accepted"], 1)


@pytest.mark.one_engine
async def test_a_return_has_its_ground_and_keeps_no_bytes(
    open_browser: OpenBrowser, house: House, held: Running
) -> None:
    lan, desk = await open_browser(), await open_browser("hanh")
    await send_file(lan, held.lan, "3" * 32, photo())
    done = await ask(lan, f"{held.lan}/giay-to/gui", body={"key": KEY, "files": ["3" * 32]})
    [line] = (await ask(desk, f"/phong/{held.code}/giay-to"))["hand_ins"]
    stored = len(list((house.settings.folder / "files").rglob("*.jpg")))
    page, paper = f"/luot-tiep/{held.code}/giay-to", done["code"]
    assert "Xin điền" in await desk.post(f"{page}/{paper}/tra", {f"ground-{paper}": " "}, status=422)
    await desk.post(f"{page}/{paper}/tra", {f"ground-{paper}": "Ảnh mờ, không đọc được"})
    assert "Ảnh mờ" in await desk.get(page)
    assert "Ảnh mờ" in await lan.get(done["receipt"])
    assert len(list((house.settings.folder / "files").rglob("*.jpg"))) == stored - 1
    await desk.get(line["files"][0]["href"], 404)


@pytest.mark.one_engine
async def test_bad_papers_and_strangers_are_refused(open_browser: OpenBrowser, house: House, held: Running) -> None:
    lan = await open_browser()
    bad = await send_file(lan, held.lan, "4" * 32, b"not a picture", status=422)
    assert "a.jpg" in bad["fields"]["files"]
    await send_file(lan, held.lan, "../up", photo(), status=422)
    await send_file(lan, held.lan, "4" * 32, b"", status=422)
    for files in ([], ["5" * 32, "5" * 32], "5" * 32, None):
        await ask(lan, f"{held.lan}/giay-to/gui", 422, {"key": KEY, "files": files})
    lost = await ask(lan, f"{held.lan}/giay-to/gui", 409, {"key": KEY, "files": ["5" * 32]})
    assert lost["code"] == "hand_in_incomplete"
    for n in range(5):
        await send_file(lan, held.lan, f"{n:032x}", photo())
    await send_file(lan, held.lan, "6" * 32, photo(), status=422)

    # Another guest hands in nothing, and sees nothing of hers; neither do offices that do not hold the desk.
    await send_file(lan, held.guest, "7" * 32, photo(), status=404)
    done = await ask(lan, f"{held.lan}/giay-to/gui", body={"key": KEY, "files": [f"{0:032x}"]})
    await lan.get(f"{held.guest}/giay-to/{done['code']}", 404)
    for name, status in (("quan", 404), ("bao", 403), ("khoa", 403), ("linh", 403)):
        await (await open_browser(name)).get(f"/phong/{held.code}/giay-to/{done['code']}/1", status)
    citizen = held.room.held.citizen_member
    await note(house, held, "removed", citizen, by="o", ground="x")
    await send_file(lan, held.lan, "8" * 32, photo(), status=404)
    await note(house, held, "admitted", citizen)
    await note(house, held, "ended", by="o")
    over = await send_file(lan, held.lan, "8" * 32, photo(), status=409)
    assert over["code"] == "papers_not_running"
    await lan.get(done["receipt"])
    house.clock.set(NINE + timedelta(days=5))
    await lan.get(done["receipt"], 404)
