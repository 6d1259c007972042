"""What people do in the room, and what each browser must see and hear of the others."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.clock import Clock
from server.scheduling.rules import link_token
from server.tables import Slot
from tests.browsers import PATIENCE, PHONE, Hall, Person, hall
from tests.journeys import pages
from tests.office_process import OfficeProcess, running_office
from tests.server.reception.booked import book_lan
from tests.signals import BAO, HANH, LAN

KNOWN = re.compile("Tôi đã biết buổi tiếp được ghi")
NEAR_COLOUR = 26
NEAR_TONE = 25.0


@dataclass(slots=True)
class Company:
    """The three in front of cameras, and the officer who writes."""

    office: OfficeProcess
    hanh: Person
    lan: Person
    bao: Person
    tu: Page
    code: str = ""
    booking: pages.Booking | None = None
    case_href: str = ""
    member: dict[str, str] = field(default_factory=dict[str, str])
    """Public id in the room by the name of the signal."""

    @property
    def everybody(self) -> tuple[Person, Person, Person]:
        """The three in front of cameras."""
        return self.hanh, self.lan, self.bao

    @property
    def inside(self) -> list[Person]:
        """Those of the three who have come in."""
        return [each for each in self.everybody if each.signal.name in self.member]


async def gather(hall: Hall, office: OfficeProcess) -> Company:
    """Start three browsers; Tú opens a window of her own beside the chair's."""
    hanh, lan, bao = await asyncio.gather(hall.person(HANH), hall.person(LAN, PHONE), hall.person(BAO))
    browser = hanh.page.context.browser
    assert browser is not None
    desk = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    return Company(office, hanh, lan, bao, await desk.new_page())


async def to_the_door(company: Company, *, is_checking: bool) -> None:
    """Register, sort, book, prepare, call in the city; Lan comes to the waiting room."""
    office, tu, lan = company.office, company.tu, company.lan.page
    code = await pages.register(lan, office)
    await pages.sign_in(tu, office, "tu")
    await pages.plan_today(tu, office)
    company.case_href = await pages.sort(tu, code)
    company.booking = await pages.book(tu, office, code)
    company.code = await pages.open_desk(tu, office)
    await pages.call_in(tu, "Đinh Quốc Bảo")
    if is_checking:
        await pages.check_devices(lan, company.booking, office)
    else:
        token = company.booking.slip_url.rpartition("/")[2]
        await lan.goto(f"{office.url}/vao/{token}/phong")


async def to_the_door_by_link(company: Company) -> None:
    """Lan's appointment is laid for now; prepare, call in the city; Lan comes to the waiting room."""
    link = await asyncio.to_thread(_lay_appointment, company.office)
    await pages.sign_in(company.tu, company.office, "tu")
    company.code = await pages.open_desk(company.tu, company.office)
    await pages.call_in(company.tu, "Đinh Quốc Bảo")
    await company.lan.page.goto(f"{company.office.url}/vao/{link}/phong")


def _lay_appointment(office: OfficeProcess) -> str:
    """Book Lan for now; return the token of her link."""
    on, links, db = Clock().now(), office.settings.key("links"), office.database()

    def lay(session: Session) -> str:
        booked = book_lan(session, on, links)
        # The link is good until the end of the day, however late it is.
        session.execute(update(Slot).values(starts_at=on, ends_at=on + timedelta(seconds=1)))
        return booked.appointment_code

    try:
        return link_token(links, db.write_now(lay))
    finally:
        db.close()


async def acknowledge(person: Person) -> None:
    """Say that one knows of the recording."""
    await person.page.get_by_role("button", name=KNOWN).click()
    await person.until("window.tiepdan?.state().view?.you.acknowledged")


async def take_places(company: Company) -> None:
    """The chair and the city come; the chair lets in one after the other."""
    await acknowledge(company.lan)
    assert_alone(await company.lan.room_state())
    await come(company, company.hanh)
    await come(company, company.bao)
    await let_in(company, "Nguyễn Thị Lan", "Đinh Quốc Bảo")


async def come(company: Company, person: Person) -> None:
    """An officer signs in and goes to the room."""
    await pages.sign_in(person.page, company.office, person.signal.name)
    await person.page.goto(f"{company.office.url}/phong/{company.code}")
    await acknowledge(person)


async def let_in(company: Company, *names: str) -> None:
    """The chair lets in one after the other; from now on they count as inside."""
    hanh = company.hanh
    for name in names:
        waiting = hanh.page.locator("li.present__one--waiting", has_text=name)
        await waiting.get_by_role("button", name="Mời vào").click()
    count = max(len(company.member), 1) + len(names)
    connected = "n => window.tiepdan.state().view.members.filter(m => m.status === 'connected').length === n"
    await hanh.until(connected, arg=count)
    for each in (await hanh.room_state())["view"]["members"]:
        company.member[{"chair": "hanh", "citizen": "lan", "city_board": "bao"}[each["role"]]] = each["member"]


def assert_alone(state: dict[str, Any]) -> None:
    """Whoever waits learns no name and gets no media."""
    assert state["view"]["members"] == []
    assert state["view"]["waiting"] == []
    assert state["seats"]["seats"] == []


MOVES = """([all, before, more]) => all.every((member, at) => {
  const now = spy.see(member)?.frames ?? 0;
  return now > before[at] + more || (now < before[at] && now > more);
})"""
"""Whether pictures of all went on; a new connection counts them from nothing again."""


async def all_pictures(company: Company, within: float = PATIENCE, more: int = 5) -> None:
    """Wait until every browser shows moving pictures of both others."""
    await asyncio.gather(*(shows(company, person, within, more) for person in company.inside))


async def shows(company: Company, person: Person, within: float = PATIENCE, more: int = 5) -> None:
    """Wait until this browser shows moving pictures of everybody else."""
    others = [company.member[o.signal.name] for o in company.inside if o.signal is not person.signal]
    await person.until("all => all.every(m => spy.see(m))", within, others)
    before = [await person.page.evaluate("m => spy.see(m)?.frames ?? 0", each) for each in others]
    await person.until(MOVES, within, [others, before, more])


async def check_what_arrives(company: Company) -> None:
    """Assert pixels and tones of everybody at everybody, and that the pictures move."""
    for person in company.inside:
        others = [each for each in company.inside if each is not person]
        for other in others:
            await _check_picture(person, other, company.member[other.signal.name])
        await _hears_all(company, person)


async def all_voices(company: Company) -> None:
    """Wait until everybody hears the tone of everybody else."""
    for person in company.inside:
        await _hears_all(company, person)


async def _hears_all(company: Company, person: Person) -> None:
    others = [each for each in company.inside if each is not person]
    await asyncio.gather(*(_check_tone(person, each, company.member[each.signal.name]) for each in others))


async def _check_tone(person: Person, other: Person, member: str) -> None:
    heard, until = list[float](), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        # Fake devices on a busy machine are silent for moments.
        heard.append(await person.hears(member, 2.2))
        if abs(heard[-1] - other.signal.tone) < NEAR_TONE:
            return
    raise AssertionError(f"{person.signal.name} does not hear {other.signal.name}: {heard}")


async def _check_picture(person: Person, other: Person, member: str) -> None:
    bars, until = set[int](), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        seen = await person.sees(member)
        if seen is not None:
            assert is_near(seen.colour, other.signal.colour), (person.signal.name, other.signal.name, seen)
            bars.add(seen.bar)
        if len(bars) > 3:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{person.signal.name} sees no moving picture of {other.signal.name}: {bars}")


def is_near(colour: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether a colour is the wanted one, as far as coding leaves it alone."""
    return all(abs(a - b) < NEAR_COLOUR for a, b in zip(colour, wanted, strict=True))


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done, by the machine's clock: at some time between the two."""

    after: float
    before: float

    @property
    def about(self) -> float:
        """The middle."""
        return (self.after + self.before) / 2


async def moment_of(doing: Awaitable[None], seen: Awaitable[None]) -> Moment:
    """Do something and wait until it is seen to be done; return when it was."""
    began = time.time()
    await doing
    await seen
    return Moment(began, time.time())


async def begin_recorded(company: Company) -> Moment:
    """Start the recording, wait until it is proven, begin; return when the recording was started."""
    hanh = company.hanh
    zero = await moment_of(
        pages.press(hanh.page, "Bắt đầu ghi"),
        hanh.until("window.tiepdan.state().view.recording.state !== 'off'"),
    )
    await hanh.page.get_by_role("button", name="Bắt đầu tiếp").click()
    # No clerk is in the room: the room says so, and wants to know why it begins without.
    await hanh.page.get_by_role("textbox", name="Lý do").fill("Người chủ trì tự ghi biên bản")
    await hanh.page.get_by_role("button", name="Vẫn bắt đầu").click()
    for person in company.inside:
        await person.until("window.tiepdan.state().view.phase === 'live'")
        await person.page.get_by_text("Đang ghi", exact=True).first.wait_for()
    return zero


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[Company]:
    """An office, and three people in it in the middle of a recorded reception."""
    async with running_office() as office, hall(folder) as opened:
        company = await gather(opened, office)
        await to_the_door_by_link(company)
        await take_places(company)
        await all_pictures(company)
        await begin_recorded(company)
        yield company


async def end(company: Company) -> Moment:
    """Close the reception; everybody is told. Return when it was closed."""
    await pages.press(company.hanh.page, re.compile("^Kết thúc$"))
    at = await moment_of(
        pages.press(company.hanh.page, "Kết thúc buổi tiếp"),
        company.hanh.until("window.tiepdan.state().link.state === 'closed'"),
    )
    for person in company.everybody:
        await person.page.get_by_role("heading", name="Buổi tiếp đã kết thúc").wait_for()
    return at
