"""The minutes from the first word to the sealed paper, as officer and citizen press through them."""

import asyncio
import hashlib
import io
import re
from datetime import timedelta

from playwright.async_api import Page
from pypdf import PdfReader

from server.clock import Clock, local
from tests.journeys import pages
from tests.journeys.room import Company
from tests.people import LAN

PRESENTED = "Bà Lan trình bày: ngõ 12 ngập mỗi khi mưa, cống bị lấp từ tháng ba."
CONCLUSION = "Chủ tịch giao Phòng Kinh tế khơi cống ngõ 12 trong mười ngày làm việc."
PROMISE = "Khơi cống thoát nước ngõ 12"


async def write(company: Company) -> None:
    """Tú writes what was said and what the chair concluded, and saves."""
    tu = company.tu
    await tu.goto(f"{company.office.url}/bien-ban/{company.code}")
    await tu.locator("[name=content_presented]").fill(PRESENTED)
    await tu.locator("[name=chair_conclusion]").fill(CONCLUSION)
    await pages.send(tu, "Lưu biên bản", re.compile("da=minutes_saved"))


async def read_back(company: Company) -> None:
    """The chair has the minutes read back; Lan agrees to each paragraph and confirms by a code."""
    lan = company.lan.page
    await pages.press(company.hanh.page, "Đọc lại biên bản")
    shown = lan.get_by_role("region", name="Đọc lại biên bản")
    for words in (PRESENTED, CONCLUSION):
        await shown.get_by_text(words).wait_for()
        await lan.locator(".readback__part", has_text=words).get_by_role("button", name="Đúng", exact=True).click()
    await lan.get_by_role("button", name="Xác nhận bằng mã gửi đến điện thoại").click()
    message = await company.office.letter(LAN.phone, "Mã xác nhận biên bản")
    digits = re.search(r"\b\d{6}\b", message)
    assert digits, message
    await lan.get_by_label("Mã trong tin nhắn").fill(digits[0])
    await lan.get_by_role("button", name="Gửi", exact=True).click()
    await lan.get_by_text("Công dân đã xác nhận bằng mã.").first.wait_for()


async def seal(company: Company) -> Page:
    """Tú gives the follow-up, seals the minutes and waits for the paper."""
    tu, office = company.tu, company.office
    await tu.goto(f"{office.url}/bien-ban/{company.code}")
    await tu.locator("form[action$='/viec'] [name=words]").fill(PROMISE)
    unit = tu.locator("[name=owner_unit] option", has_text="Phòng Kinh tế")
    await tu.locator("[name=owner_unit]").select_option(await unit.first.get_attribute("value"))
    due_on = local(Clock().now() + timedelta(days=14))
    await tu.locator("[name=due_on]").fill(f"{due_on:%d/%m/%Y}")
    await pages.send(tu, "Giao việc", re.compile("da=promise_added"))
    # Sealing waits until every original of the recording is registered.
    async with asyncio.timeout(40):
        while await tu.locator("summary", has_text="Đóng biên bản").count() == 0:
            await asyncio.sleep(0.3)
            await tu.goto(f"{office.url}/bien-ban/{company.code}")
    await tu.locator("summary", has_text="Đóng biên bản").click()
    await pages.send(tu, "Đóng biên bản", re.compile("da=minutes_sealed"))
    async with asyncio.timeout(30):
        while await tu.get_by_role("link", name="Mở bản in").count() == 0:
            await asyncio.sleep(0.3)
            await tu.goto(f"{office.url}/bien-ban/{company.code}")
    return tu


async def paper_text(company: Company) -> str:
    """Return the words of the sealed paper, in one line."""
    link = company.tu.get_by_role("link", name="Mở bản in")
    href = await link.get_attribute("href")
    answer = await company.tu.request.get(f"{company.office.url}{href}")
    assert answer.status == 200, answer.status
    assert answer.headers["content-type"].startswith("application/pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(await answer.body())).pages)
    return " ".join(text.split())


async def check_paper(company: Company) -> None:
    """Assert what stands on the paper."""
    text = await paper_text(company)
    wanted = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        LAN.name,
        "Đỗ Thị Hạnh",
        "Đinh Quốc Bảo",
        PRESENTED,
        CONCLUSION,
    )
    for words in wanted:
        assert words in text, (words, text)
    for digest in await asyncio.to_thread(_fingerprints, company):
        assert digest[:16] in text.replace(" ", ""), (digest, text)


def _fingerprints(company: Company) -> list[str]:
    """Of the originals, as the disk has them now."""
    folder = company.office.recordings() / company.code
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.webm"))]


async def check_case(company: Company) -> None:
    """Assert what the case page tells of the reception."""
    tu = company.tu
    await tu.goto(f"{company.office.url}{company.case_href}")
    text = " ".join((await tu.inner_text("main")).split())
    for words in (pages.SUBJECT, LAN.name, PROMISE, "Phòng Kinh tế", "Diễn biến", "Biên bản"):
        assert words in text, (words, text)
    assert await tu.locator(f"main a[href*='{company.code}']").count(), await tu.content()
