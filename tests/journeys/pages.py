"""The way through the office's pages as people walk it, up to the door of the room and after it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from playwright.async_api import Page

from server.clock import Clock, local
from server.scheduling.rules import LATEST_NOTICE
from tests.office_process import PASSWORD, OfficeProcess
from tests.people import LAN

SUBJECT = "Đề nghị khơi cống thoát nước ngõ 12"
CONTENT = "Ngõ 12 ngập mỗi khi mưa vì cống bị lấp từ tháng ba."
DEMAND = "Đề nghị phường cho khơi cống trước mùa mưa."


@dataclass(frozen=True, slots=True)
class Booking:
    """What Lan knows after she was given an hour."""

    request_code: str
    slip_url: str
    digits: str


async def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button by the words on it."""
    await page.get_by_role("button", name=name).first.click()


async def send(page: Page, name: str | re.Pattern[str], leads_to: str | re.Pattern[str]) -> None:
    """Press a button of a form and wait for the page it leads to."""
    await press(page, name)
    await page.wait_for_url(leads_to)


async def register(page: Page, office: OfficeProcess) -> str:
    """Fill in the registration from the front page on; return the code on the receipt."""
    await page.goto(office.url)
    await page.get_by_role("link", name="Đăng ký được tiếp").first.click()
    await page.get_by_label("Quý vị muốn gặp phường nào?").select_option("thach-khoi")
    await page.locator("input[name=kind][value=recommendation]").check()
    await send(page, "Tiếp tục", "**/dang-ky/nguoi")
    await page.get_by_label("Họ và tên").fill(LAN.name)
    await page.get_by_label("Số giấy tờ").fill(LAN.id_number)
    for part, value in (("day", LAN.born_on.day), ("month", LAN.born_on.month), ("year", LAN.born_on.year)):
        await page.locator(f"[name=born_{part}]").fill(str(value))
    await page.locator(f"input[name=sex][value={LAN.sex.value}]").check()
    await page.get_by_label("Số điện thoại").fill(LAN.phone)
    await page.get_by_label("Địa chỉ").fill(LAN.address)
    await send(page, "Tiếp tục", "**/dang-ky/cach-tiep")
    await page.locator("input[name=place][value=home]").check()
    await send(page, "Tiếp tục", "**/dang-ky/noi-dung")
    await page.get_by_label("Tóm tắt một câu").fill(SUBJECT)
    await page.get_by_label("Nội dung sự việc").fill(CONTENT)
    await page.get_by_label("Quý vị đề nghị điều gì?").fill(DEMAND)
    await send(page, "Tiếp tục", "**/dang-ky/giay-to")
    await send(page, "Tiếp tục", "**/dang-ky/gui")
    await send(page, "Gửi đăng ký", re.compile("/tra-cuu/"))
    found = re.search(r"TD-\w{4}-\w{2}", await page.inner_text("body"))
    assert found, await page.inner_text("body")
    return found[0]


async def sign_in(page: Page, office: OfficeProcess, username: str) -> None:
    """Sign in as an officer."""
    await page.goto(f"{office.url}/dang-nhap")
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await send(page, "Đăng nhập", "**/hom-nay")


async def sort(page: Page, code: str) -> str:
    """Take the request on in a new case; return the case's address."""
    await page.locator("a[href='/dang-ky-moi'] >> visible=true").first.click()
    await page.get_by_role("link", name=re.compile(code)).first.click()
    await page.locator("summary", has_text="Nhận xử lý").click()
    await send(page, f"Nhận xử lý {code}", re.compile("da=accepted"))
    return str(
        await page.locator("#noi-dung a[href^='/vu-viec/'], main a[href^='/vu-viec/']").first.get_attribute("href")
    )


def todays_hours() -> tuple[date, time, time]:
    """Return a stretch of today in which a slot can still be given away."""
    soon = local(Clock().now() + LATEST_NOTICE + timedelta(minutes=3))
    first = (soon + timedelta(minutes=5 - soon.minute % 5)).replace(second=0, microsecond=0)
    last = datetime.combine(first.date(), time(23, 59), first.tzinfo)
    if first.date() != local(Clock().now()).date() or last - first < timedelta(minutes=10):
        pytest.skip("no slot fits between now and midnight at the office")
    return first.date(), first.time(), min(last, first + timedelta(minutes=60)).time()


async def plan_today(page: Page, office: OfficeProcess) -> None:
    """Plan a reception day for today, with the ward's chair, and post it."""
    on, begins, ends = todays_hours()
    length = min(30, (ends.hour - begins.hour) * 60 + ends.minute - begins.minute)
    await page.goto(f"{office.url}/lich/moi")
    await page.locator("input[name=kind][value=periodic]").check()
    await page.get_by_label("Ngày tiếp", exact=False).and_(page.locator("[name=held_on]")).fill(f"{on:%d/%m/%Y}")
    chair = page.locator("option", has_text="Đỗ Thị Hạnh")
    await page.get_by_label("Người chủ trì").select_option(await chair.first.get_attribute("value"))
    hours = {
        "begins_1": f"{begins:%H:%M}",
        "ends_1": f"{ends:%H:%M}",
        "begins_2": "",
        "ends_2": "",
        "minutes": str(length),
    }
    for name, value in hours.items():
        await page.locator(f"[name={name}]").fill(value)
    await send(page, "Lưu bản nháp", re.compile("da=day_opened"))
    await send(page, "Công bố lịch", re.compile("da=day_published"))


async def book(page: Page, office: OfficeProcess, code: str) -> Booking:
    """Give the request the first free slot; read the message that the citizen gets."""
    await page.goto(f"{office.url}/dang-ky-moi/{code}")
    await page.get_by_role("link", name="Xếp lịch hẹn").first.click()
    await page.wait_for_url("**/xep-lich")
    await page.locator("input[name=mode][value=home]").check()
    await page.locator("input[name=slot_id]").first.check()
    await send(page, "Xếp lịch và gửi giấy hẹn", re.compile("da=booked"))
    message = await office.letter(LAN.phone, "Mã vào phòng")
    digits = re.search(r"Mã vào phòng (\d{6})", message)
    link = re.search(r"http\S+", message)
    assert digits, message
    assert link, message
    return Booking(code, link[0], digits[1])


async def check_devices(page: Page, booking: Booking, office: OfficeProcess) -> None:
    """Come by the six digits, try the devices, and be let into the waiting room."""
    await page.goto(booking.slip_url)
    assert booking.digits in (await page.inner_text("body")).replace(" ", "")
    await page.goto(f"{office.url}/nhap-ma")
    await page.get_by_label("Mã sáu chữ số").fill(booking.digits)
    await page.get_by_label("Số điện thoại đã đăng ký").fill(LAN.phone)
    await send(page, "Tiếp tục", re.compile("/vao/"))
    await press(page, "Bắt đầu kiểm tra")
    for step in ("permission", "mic", "camera", "line"):
        await page.locator(f"[data-step={step}][data-state=ok]").wait_for()
    await press(page, "Nghe thử")
    await press(page, "Tôi nghe thấy")
    await page.locator("[data-summary]", has_text="Máy của Quý vị đã sẵn sàng.").wait_for()
    await page.get_by_role("link", name="Vào phòng chờ").click()
    await page.wait_for_url("**/phong")


async def open_desk(page: Page, office: OfficeProcess) -> str:
    """Prepare Lan's reception from the list of today; return its code."""
    await page.goto(f"{office.url}/hom-nay")
    card = page.locator("li.card", has_text=LAN.name)
    await (
        card.get_by_role("button", name="Chuẩn bị lượt tiếp")
        .or_(card.get_by_role("link", name="Chuẩn bị và theo dõi"))
        .click()
    )
    await page.wait_for_url("**/luot-tiep/**")
    return page.url.partition("/luot-tiep/")[2].partition("?")[0]


async def call_in(page: Page, name: str) -> None:
    """Call an officer of another body into the reception whose desk is open."""
    choice = page.locator("option", has_text=name)
    await page.locator("[name=officer_role]").select_option(await choice.first.get_attribute("value"))
    await send(page, "Mời vào lượt tiếp", re.compile("da=called_in"))
