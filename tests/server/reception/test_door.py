"""The way in: guided out of other apps' browsers, devices tried out, called back when they fail."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import BadForm
from server.house import House
from server.incidents import rules_check
from server.incidents.rules_check import DeviceResult
from server.reception import actions_door, rules_door
from server.reception.rules_browsers import App, Device, guidance
from server.reception.rules_door import Call
from server.scheduling.rules import link_token
from server.tables import AuditEntry
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import Booked, book_lan
from tests.server.reception.test_entry import tell

URL = "https://tiepdan.example/vao/ab.cd?x=1"
APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-A135F{}) AppleWebKit/537.36 (KHTML, like Gecko){} Chrome/124.0.6367.82 Mobile Safari/537.36"
NAMES = {
    ANDROID.format("; wv", " Version/4.0") + " Zalo android/24010650 ZaloTheme/light": (App.ZALO, Device.ANDROID),
    APPLE.format("17_4") + " Mobile/15E148 Zalo iOS/580 ZaloTheme/light": (App.ZALO, Device.IPHONE),
    APPLE.format("17_4") + " Mobile/15E148 [FBAN/FBIOS;FBAV/460.0.0.36;FBDV/iPhone14,5]": (App.FACEBOOK, Device.IPHONE),
    ANDROID.format("", " Version/4.0") + " [FB_IAB/FB4A;FBAV/461.0.0.0]": (App.FACEBOOK, Device.ANDROID),
    APPLE.format("17_4") + " Mobile/15E148 [FBAN/MessengerForiOS;FBAV/450.0]": (App.MESSENGER, Device.IPHONE),
    ANDROID.format("", "") + " [FB_IAB/Orca-Android;FBAV/455.0]": (App.MESSENGER, Device.ANDROID),
    ANDROID.format("", "") + " Instagram 330.0.0.40.92 Android": (App.OTHER, Device.ANDROID),
    ANDROID.format("; wv", " Version/4.0"): (App.OTHER, Device.ANDROID),
    APPLE.format("17_4") + " Mobile/15E148": (App.OTHER, Device.IPHONE),
    APPLE.format("17_4") + " Version/17.4 Mobile/15E148 Safari/604.1": (None, Device.IPHONE),
    APPLE.format("17_4") + " CriOS/124.0 Mobile/15E148 Safari/604.1": (None, Device.IPHONE),
    ANDROID.format("", ""): (None, Device.ANDROID),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) coc_coc_browser/124.0 Chrome/118.0 Safari/537.36": (
        None,
        Device.COMPUTER,
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": (None, Device.COMPUTER),
    "": (None, Device.COMPUTER),
}
OLD = (
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
    "Opera/9.80 (Android; Opera Mini/36.2/191.249; U; vi) Presto/2.12.423 Version/12.16",
    APPLE.format("15_8") + " Version/15.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/15.6 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 Chrome/70.0.3538.80 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; rv:78.0) Gecko/20100101 Firefox/78.0",
)


def test_browsers_are_known_by_their_names() -> None:
    for name, (app, device) in NAMES.items():
        found = guidance(name, URL)
        assert (found.app, found.device, found.is_too_old) == (app, device, False), name
        assert bool(found.outside) == (app is not None and device is Device.ANDROID), name
    for name in OLD:
        assert guidance(name, URL).is_too_old, name
    out = guidance(next(iter(NAMES)), URL).outside
    assert out == "intent://tiepdan.example/vao/ab.cd?x=1#Intent;scheme=https;action=android.intent.action.VIEW;end"


def test_only_what_the_page_can_send_is_taken() -> None:
    good: dict[str, object] = {
        "result": "failed",
        "steps": {"mic": "fail.blocked", "line": "warn.slow", "camera": "ok.seen"},
        "device": "x" * 900,
    }
    found = rules_check.finding(good)
    assert len(found.device) == 300
    assert rules_check.troubles(found.steps) == (("mic", "fail"), ("line", "warn"))
    bads: tuple[dict[str, object], ...] = (
        {"result": "bad"},
        {"steps": []},
        {"steps": {"mic": "fail"}},
        {"steps": {"nose": "ok.ok"}},
        {"device": 5},
    )
    for bad in bads:
        with pytest.raises(BadForm):
            rules_check.finding(good | bad)


def test_a_failure_opens_a_call_and_a_success_closes_one_nobody_asked_for() -> None:
    after = rules_door.call_after
    assert after(DeviceResult.FAILED, is_open=False, is_asked=False) is Call.OPEN
    assert after(DeviceResult.FAILED, is_open=True, is_asked=False) is Call.LEAVE
    assert after(DeviceResult.OK, is_open=True, is_asked=False) is Call.CLOSE
    assert after(DeviceResult.GOOD, is_open=True, is_asked=True) is Call.LEAVE
    assert after(DeviceResult.UNKNOWN, is_open=True, is_asked=False) is Call.LEAVE


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


async def send(browser: Browser, path: str, status: int = 200, **sent: object) -> dict[str, object]:
    headers = {"X-CSRF-Token": browser.form_token(), "Accept": "application/json"}
    async with browser.http.post(path, json=sent, headers=headers, allow_redirects=False) as answer:
        assert answer.status == status, await answer.text()
        return dict(json.loads(await answer.text()))


async def test_the_way_from_a_failed_check_to_a_call(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    link = f"/vao/{link_token(house.settings.key('links'), booked.appointment_code)}"
    lan, tu, quan = await open_browser(), await open_browser("tu"), await open_browser("quan")
    await lan.get(link)
    for _ in range(2):
        await send(lan, f"{link}/thu", result="failed", steps={"mic": "fail.blocked"}, device="Chrome")
    await send(lan, f"{link}/thu", 422, result="wonderful")
    page = await tu.get("/hom-nay")
    assert booked.phone in page
    assert page.count(f"/luot-tiep/goi-lai/{booked.appointment_code}") == 1
    assert booked.phone not in await quan.get("/hom-nay")
    await quan.post(f"/luot-tiep/goi-lai/{booked.appointment_code}", status=404)
    for _ in range(2):
        await tu.post(f"/luot-tiep/goi-lai/{booked.appointment_code}")
    assert f"tel:{booked.phone}" not in await tu.get("/hom-nay")
    for _ in range(2):
        await lan.post(f"{link}/goi-lai")
    await send(lan, f"{link}/thu", result="good", steps={"mic": "ok.heard"})
    assert (await tu.get("/hom-nay")).count(f"tel:{booked.phone}") == 1
    assert await house.db.read(verbs) == ["wants_call", "called_back", "wants_call"]


def verbs(db: Session) -> list[str]:
    query = select(AuditEntry.verb).where(AuditEntry.verb.in_(("wants_call", "called_back"))).order_by(AuditEntry.id)
    return list(db.scalars(query))


@pytest.mark.one_engine
async def test_the_page_guides_out_without_a_script(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    link = f"/vao/{link_token(house.settings.key('links'), booked.appointment_code)}"
    browser = await open_browser()
    for path in (link, "/nhap-ma"):
        for name, mark in ((next(iter(NAMES)), "mo-bang-trinh-duyet"), (OLD[2], "trinh-duyet-cu")):
            async with browser.http.get(path, headers={"User-Agent": name}) as answer:
                text = await answer.text()
                assert answer.status == 200
                assert f'id="{mark}"' in text
    plain = await browser.get(link)
    assert "mo-bang-trinh-duyet" not in plain
    assert "trinh-duyet-cu" not in plain


@pytest.mark.one_engine
async def test_rooms_for_trying_out_are_few_and_leave_nothing(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    at = house.clock.now()
    room = ""
    for _ in range(rules_door.PRACTICES_AN_HOUR):
        room = await house.db.write(actions_door.count_practice, at, booked.appointment_code)
        assert rules_door.is_practice(room)
    link = f"/vao/{link_token(house.settings.key('links'), booked.appointment_code)}"
    browser = await open_browser()
    await browser.get(link)
    answer = await send(browser, f"{link}/thu-duong-truyen", 429)
    assert answer["code"] == "too_often"
    assert await tell(browser, room, "room_opened", "arrived", "lost") == {room: 3}
