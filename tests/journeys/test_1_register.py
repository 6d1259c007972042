"""Lan registers online, looks her request up, adds to it, withdraws it."""

import io

from aiohttp import FormData
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.tables import Citizen, OutboxLetter
from tests.conftest import Browser, OpenBrowser
from tests.people import LAN, MINH, WARD, Person

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MATTER = {
    "subject": "Đề nghị xem lại quyết định thu hồi thửa đất 215",
    "content": "Quyết định số 12 thu hồi thửa đất gia đình tôi đang ở từ năm 1990.",
    "demand": "Xem lại quyết định.",
    "preferred_on": "15/07/2026",
}


def photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (8, 8)).save(kept, "JPEG")
    return kept.getvalue()


def answers(person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "id_kind": "card",
        "id_number": person.id_number,
        "born_day": str(person.born_on.day),
        "born_month": str(person.born_on.month),
        "born_year": str(person.born_on.year),
        "sex": person.sex.value,
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    }


async def fill(browser: Browser, person: Person = LAN, **how: str) -> None:
    """Walk through the steps up to the papers."""
    await browser.get("/dang-ky")
    fields = {"unit": WARD, "kind": "complaint"}
    assert await browser.post("/dang-ky", fields) == "/dang-ky/nguoi"
    assert await browser.post("/dang-ky/nguoi", answers(person)) == "/dang-ky/cach-tiep"
    await browser.post("/dang-ky/cach-tiep", {"place": "home", "group_size": "1", **how})


async def upload(
    browser: Browser, path: str, name: str, content: bytes, status: int = 303, *, field: str = "files", **fields: str
) -> str:
    form = FormData(quote_fields=False)
    form.add_field("csrf_token", browser.form_token())
    for key, value in fields.items():
        form.add_field(key, value)
    form.add_field(field, io.BytesIO(content), filename=name, content_type="application/octet-stream")
    async with browser.http.post(path, data=form, allow_redirects=False) as answer:
        page = await answer.text()
        assert answer.status == status, (answer.status, page[:3000])
        return answer.headers["Location"] if status == 303 else page


async def register(browser: Browser, person: Person = LAN) -> str:
    """Register and return the code."""
    await fill(browser, person)
    assert await browser.post("/dang-ky/noi-dung", MATTER) == "/dang-ky/giay-to"
    assert await browser.post("/dang-ky/giay-to", go="next") == "/dang-ky/gui"
    page = await browser.get("/dang-ky/gui")
    key = page.split('name="key" value="')[1].split('"')[0]
    receipt = await browser.post("/dang-ky/gui", key=key)
    code = receipt.split("/")[2]
    # Pressed twice: the same receipt.
    assert await browser.post("/dang-ky/gui", key=key) == receipt
    return code


async def test_lan_registers_and_gets_a_receipt_with_a_code(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    assert await upload(browser, "/dang-ky/giay-to", "đơn.pdf", PDF, go="more") == "/dang-ky/giay-to"
    assert "đơn.pdf" in await browser.get("/dang-ky/giay-to")
    assert await upload(browser, "/dang-ky/giay-to", "ảnh.JPG", photo(), go="next") == "/dang-ky/gui"
    page = await browser.get("/dang-ky/gui")
    assert MATTER["subject"] in page
    key = page.split('name="key" value="')[1].split('"')[0]
    where = await browser.post("/dang-ky/gui", key=key)
    page = await browser.get(where)
    code = where.split("/")[2]
    assert code.startswith("TD-")
    assert code in page
    assert "ảnh.JPG" in page


async def test_letter_and_message_say_the_code_and_not_the_subject(open_browser: OpenBrowser) -> None:
    browser = await open_browser()
    code = await register(browser)
    letters = await browser.house.db.read(_letters)
    assert len(letters) == 2
    for template, facts in letters:
        for ending in ("sms", "mail"):
            words = browser.house.render(
                f"letters/{template}.{ending}.txt",
                "vi",
                {**facts, "unit_name": "UBND", "unit_phone": "1", "base_url": "http://x"},
            )
            assert code in words
            assert "thửa đất" not in words
            assert LAN.name not in words


def _letters(db: Session) -> list[tuple[str, dict[str, str]]]:
    return [(o.template, dict(o.facts)) for o in db.scalars(select(OutboxLetter))]


async def test_lan_looks_up_adds_and_withdraws(open_browser: OpenBrowser) -> None:
    code = await register(await open_browser())
    browser = await open_browser()
    assert (
        await browser.post("/tra-cuu", code=code.lower().replace("-", " "), phone="+84912345678") == f"/tra-cuu/{code}"
    )
    page = await browser.get(f"/tra-cuu/{code}")
    assert "Phường đang xem đăng ký" in page
    version = page.split('name="version" value="')[1].split('"')[0]
    path = f"/tra-cuu/{code}/bo-sung"
    said = await upload(browser, path, "thêm.pdf", PDF, words="Thêm một văn bản", version=version)
    assert said.endswith("da=amended")
    page = await browser.get(f"/tra-cuu/{code}")
    assert "thêm.pdf" in page
    # An older page was open in another tab: the typed words stay.
    stale = await browser.post(path, {"words": "chữ đã gõ", "version": version}, status=409)
    assert "chữ đã gõ" in stale
    version = stale.split('name="version" value="')[1].split('"')[0]
    assert (await browser.post(f"/tra-cuu/{code}/rut", version=version)).endswith("da=withdrawn")
    assert "Đã rút" in await browser.get(f"/tra-cuu/{code}")


async def test_the_same_citizen_is_kept_once(open_browser: OpenBrowser) -> None:
    first = await open_browser()
    await register(first)
    await register(await open_browser())
    assert await first.house.db.read(_citizens) == 1
    await register(await open_browser(), MINH)
    assert await first.house.db.read(_citizens) == 2


def _citizens(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Citizen)) or 0
