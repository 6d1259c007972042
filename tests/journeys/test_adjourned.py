"""The line does not come back: the ladder is climbed, the chair adjourns, and it is resumed on another day."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import local
from server.scheduling.rules import link_token
from server.tables import Appointment, ReceptionRequest, Slot
from server.words import AppointmentState
from tests import room_tour
from tests.journeys import pages
from tests.room_tour import KNOWN, PATIENCE, Cast
from tests.tour import Look
from tests.tour_office import TUESDAY, Place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROUND = "Mạng của công dân không nối lại được"
LADDER = (
    (timedelta(seconds=31), ("Vẫn tiếp tục",)),
    (timedelta(seconds=121), ("Vẫn tiếp tục", "Chỉ nghe tiếng")),
    (timedelta(seconds=301), ("Vẫn tiếp tục", "Chỉ nghe tiếng", "Gọi điện thoại")),
    (
        timedelta(seconds=601),
        ("Vẫn tiếp tục", "Chỉ nghe tiếng", "Gọi điện thoại", "Hẹn ngày khác", "Hoàn tất trên giấy"),
    ),
)
"""After how long away, and what the chair may choose then."""


async def test_adjourned_and_resumed_on_another_day(place: Place, opened: Browser) -> None:
    cast = await room_tour.gather(dict.fromkeys(room_tour.PEOPLE, opened), place, "vi", "light")
    first = place.codes["reception"]
    await begin(cast, f"/vao/{place.codes['token']}/phong", first)
    await climb(cast)
    await adjourn(cast)

    link = await another_day(opened, cast, first)
    look = Look(1280, "light", "vi")
    again = {who: await room_tour.window(opened, place, who, look) for who in ("tu", "hanh", "lan")}
    second = await prepare(again["tu"], place)
    assert second != first
    cast.pages = {who: again[who] for who in ("hanh", "lan")}
    await begin(cast, f"/vao/{link}/phong", second)
    await cast.press("hanh", "Kết thúc")
    await cast.press("hanh", "Kết thúc buổi tiếp")
    await again["lan"].get_by_role("heading", name="Buổi tiếp đã kết thúc").wait_for(timeout=PATIENCE)


async def begin(cast: Cast, door: str, code: str) -> None:
    """Lan comes by her link, the chair lets her in, records and begins."""
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    await lan.goto(f"{cast.place.url}{door}")
    await hanh.goto(f"{cast.place.url}/phong/{code}")
    for who in ("lan", "hanh"):
        await cast.press(who, KNOWN)
        await cast.until(who, "v.you.acknowledged")
    await cast.press("hanh", "Mời vào")
    await cast.until("hanh", "v.members.filter(m => m.status === 'connected').length === 2")
    await cast.press("hanh", "Bắt đầu ghi")
    await cast.until("hanh", "v.recording.proven")
    await room_tour.begin(cast)
    await cast.until("lan", "v.phase === 'live'")


async def climb(cast: Cast) -> None:
    """Lan is gone; with each step the chair is offered more, and told since when."""
    hanh, clock = cast.pages["hanh"], cast.place.house.clock
    await cast.pages.pop("lan").context.close()
    await cast.until("hanh", "v.failure !== null")
    away = hanh.get_by_role("group", name="Người cần có mặt đang mất kết nối")
    since = datetime.fromisoformat(await hanh.evaluate("window.tiepdan.state().view.failure.since"))
    for rung, (waited, choices) in enumerate(LADDER, 1):
        clock.set(since + waited)
        await cast.until("hanh", f"v.failure.rung === {rung}")
        await away.get_by_role("button", name=choices[-1], exact=True).wait_for(timeout=PATIENCE)
        assert tuple(await away.get_by_role("button").all_inner_texts()) == choices
        await away.get_by_text(f"đã {waited.seconds // 60}").wait_for(timeout=PATIENCE)


async def adjourn(cast: Cast) -> None:
    """The chair says why; the room is over."""
    hanh = cast.pages["hanh"]
    await cast.press("hanh", "Hẹn ngày khác")
    dialog = hanh.get_by_role("dialog")
    await dialog.get_by_label("Lý do").fill(GROUND)
    await dialog.get_by_role("button", name="Hẹn ngày khác").click()
    await hanh.get_by_role("heading", name="Buổi tiếp đã kết thúc").wait_for(timeout=PATIENCE)


async def another_day(opened: Browser, cast: Cast, code: str) -> str:
    """Tú is led from the desk to a new hour; it is that hour now. Return Lan's new link."""
    place, tu = cast.place, await room_tour.window(opened, cast.place, "tu", Look(1280, "light", "vi"))
    anew = tu.get_by_role("link", name="Chọn ngày mới")
    for _ in range(PATIENCE // 500):
        # The office hears of the end from the media worker, a moment after the chair.
        await tu.goto(f"{place.url}/luot-tiep/{code}")
        if await anew.count():
            break
        await tu.wait_for_timeout(500)
    await anew.click()
    await tu.locator("input[name=mode][value=home]").check()
    await tu.locator("input[name=slot_id]").last.check()
    await pages.send(tu, "Xếp lịch và gửi giấy hẹn", re.compile("da=booked"))
    appointment, starts_at = await place.house.db.read(_booked_anew, place.codes["appointment"])
    assert local(starts_at).date() > TUESDAY.date()
    place.house.clock.set(starts_at - timedelta(minutes=5))
    await tu.context.close()
    return link_token(place.links, appointment)


def _booked_anew(db: Session, before: str) -> tuple[str, datetime]:
    request = select(ReceptionRequest.id).join(Appointment).where(Appointment.code == before).scalar_subquery()
    wanted = select(Appointment.code, Slot.starts_at).join(Slot, Slot.id == Appointment.slot_id)
    booked = wanted.where(Appointment.request_id == request, Appointment.state == AppointmentState.BOOKED)
    code, starts_at = db.execute(booked).one()
    return code, starts_at


async def prepare(tu: Page, place: Place) -> str:
    """Open the desk of today's reception; return its code."""
    await tu.goto(f"{place.url}/hom-nay")
    await tu.get_by_role("button", name="Chuẩn bị lượt tiếp").first.click()
    await tu.wait_for_url("**/luot-tiep/**")
    return tu.url.partition("/luot-tiep/")[2].partition("?")[0]
