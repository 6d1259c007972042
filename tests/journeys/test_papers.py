"""A citizen hands in a paper over a line that breaks; the chair takes it and shows it; everybody sees the page."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests import browsers
from tests.browsers import Person
from tests.journeys import pages, room
from tests.journeys.room import Company
from tests.office_process import OfficeProcess, running_office
from tests.server.exhibits.running import PDF

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 60_000
DRAWN = "document.querySelector('figure.shown img')?.naturalWidth > 0"


async def held(office: OfficeProcess, hall: browsers.Hall) -> Company:
    """Three people in a recorded reception."""
    company = await room.gather(hall, office)
    link = await asyncio.to_thread(room.lay_appointment, office)
    await pages.sign_in(company.tu, office, "tu")
    company.code = await pages.open_desk(company.tu, office)
    await pages.call_in(company.tu, "Đinh Quốc Bảo")
    await company.lan.page.goto(f"{office.url}/vao/{link}/phong")
    await room.take_places(company)
    await room.begin_recorded(company)
    return company


async def hand_in(lan: Person) -> None:
    """The first try of the file is cut off on the way; the page sends it again by itself."""
    cuts = list[str]()

    async def cut_once(route: Route) -> None:
        if cuts:
            await route.continue_()
        else:
            cuts.append(route.request.url)
            await route.abort("connectionreset")

    await lan.page.route("**/giay-to/tep", cut_once)
    await lan.page.get_by_role("button", name="Nộp giấy tờ").click()
    paper = FilePayload(name="Giấy chứng nhận.pdf", mimeType="application/pdf", buffer=PDF)
    await lan.page.locator("input[data-choose=folder]").set_input_files(paper)
    await lan.page.get_by_role("button", name="Gửi 1 tệp").click()
    await expect(lan.page.get_by_text("Đã nộp xong.")).to_be_visible(timeout=PATIENCE)
    assert cuts
    await lan.page.get_by_role("button", name="Đóng").click()


async def test_a_paper_is_handed_in_and_shown(tmp_path: Path) -> None:
    async with running_office() as office, browsers.hall(tmp_path) as hall:
        company = await held(office, hall)
        hanh, lan = company.hanh, company.lan
        await hand_in(lan)
        await hanh.page.get_by_role("button", name="Xem", exact=True).click(timeout=PATIENCE)
        await hanh.page.get_by_role("button", name="Nhận vào hồ sơ").click()
        await hanh.page.get_by_role("button", name="Cho mọi người xem").click(timeout=PATIENCE)
        for person in company.everybody:
            await person.until(DRAWN, 60)
            stamp = person.page.locator("figure.shown figcaption")
            await expect(stamp).to_contain_text("Giấy chứng nhận.pdf, trang 1/2", timeout=PATIENCE)
            await expect(stamp).to_contain_text(re.compile(r"\d\d:\d\d, Đỗ Thị Hạnh · SHA-256 [0-9a-f]{12}"))
        await expect(lan.page.get_by_role("button", name="Trang sau")).to_have_count(0)
        await hanh.page.get_by_role("button", name="Trang sau").click()
        for person in company.everybody:
            await expect(person.page.locator("figure.shown figcaption")).to_contain_text("2/2", timeout=PATIENCE)
        await lan.page.locator(".shown__page").click()
        await expect(lan.page.get_by_role("dialog")).to_contain_text("Mã băm SHA-256 của tệp")
        await lan.page.get_by_role("dialog").get_by_role("button", name="Đóng").click()
        await hanh.page.locator("figure.shown").get_by_role("button", name="Thôi trình chiếu").click()
        for person in company.everybody:
            await expect(person.page.locator("figure.shown")).to_have_count(0, timeout=PATIENCE)
        assert not office.faults(), office.faults()
