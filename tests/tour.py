"""A tour of every page: where to go, and as whom, in an office filled with the demo's day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Page, Playwright
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import demo
from server.clock import Clock
from server.reception.actions import reception_of
from server.tables import Case, Reception, ReceptionDay, ReceptionRequest
from server.words import RequestState
from tests import parts
from tests.office_process import PASSWORD, OfficeProcess

ANYBODY = (
    "/",
    "/giup-do",
    "/dang-ky",
    "/dang-ky/to-cao",
    "/dang-ky/hen-truc-tiep",
    "/tra-cuu",
    "/lich-tiep",
    "/lich-tiep?don-vi=thach-khoi",
    "/nhap-ma",
    "/dang-nhap",
    "/khong-co-trang-nay",
    "/hen/{token}",
    "/vao/{token}",
)
STAFF = {
    "tu": (
        "/hom-nay",
        "/dang-ky-moi",
        "/dang-ky-moi/{received}",
        "/dang-ky-moi/{accepted}/xep-lich",
        "/lich",
        "/lich/moi",
        "/lich/{day}",
        "/lich/{day}/in",
        "/lich/hen/{appointment}",
        "/vu-viec",
        "/vu-viec/{case}",
        "/viec-theo-doi",
        "/tai-khoan",
        "/luot-tiep/{reception}",
        "/bien-ban/{reception}",
    ),
    "hanh": ("/nhat-ky", "/ban-ghi/{reception}"),
    "loan": ("/cai-dat",),
    "quantri": ("/can-bo", "/can-bo/moi"),
    "khoa": ("/ky-thuat",),
}
FLAGS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--disable-gpu")


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is shown: width in pixels, theme, language."""

    width: int
    theme: str
    language: str

    @property
    def name(self) -> str:
        """For file names and test names."""
        return f"{self.width}-{self.theme}-{self.language}"


def fill(office: OfficeProcess) -> dict[str, str]:
    """Fill the office with the demo's day; return the codes that stand in addresses."""
    db = office.database()
    try:
        at, links = Clock().now(), office.settings.key("links")
        token = db.write_now(demo.fill, at, links)
        code = token.partition(".")[0]
        db.write_now(reception_of, at, code)
        return {**db.read_now(_codes), "token": token, "appointment": code}
    finally:
        db.close()


def _codes(db: Session) -> dict[str, str]:
    def request(state: RequestState) -> str:
        return db.scalars(select(ReceptionRequest.code).where(ReceptionRequest.state == state)).one()

    return {
        "received": request(RequestState.RECEIVED),
        "accepted": request(RequestState.ACCEPTED),
        "day": db.scalars(select(ReceptionDay.code).order_by(ReceptionDay.held_on)).first() or "",
        "case": db.scalars(select(Case.code).join(Reception, Reception.case_id == Case.id)).first() or "",
        "reception": db.scalars(select(Reception.code)).one(),
    }


@asynccontextmanager
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Give one headless Chromium."""
    opened = await playwright.chromium.launch(executable_path=str(parts.require("browser")), args=list(FLAGS))
    try:
        yield opened
    finally:
        await opened.close()


async def enter(opened: Browser, office: OfficeProcess, username: str, look: Look, *, script: bool = True) -> Page:
    """Open a page in a look of its own, signed in when a user name is given."""
    context: BrowserContext = await opened.new_context(
        viewport={"width": look.width, "height": 800}, java_script_enabled=script, bypass_csp=True
    )
    names = {"language": look.language, "theme": look.theme}
    await context.add_cookies([{"name": f"tiepdan-{n}", "value": v, "url": office.url} for n, v in names.items()])
    page = await context.new_page()
    if username:
        await page.goto(f"{office.url}/dang-nhap")
        await page.fill("#f-username", username)
        await page.fill("#f-password", PASSWORD)
        await page.press("#f-password", "Enter")
        await page.wait_for_url("**/hom-nay")
    return page
