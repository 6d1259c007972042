"""A reception without mouse or finger: Tab, Enter, Space, Escape, arrows and the shown shortcuts, at both ends."""

from typing import Literal

import pytest
from playwright.async_api import Browser, Locator, Page

from tests import room_tour
from tests.room_tour import KNOWN, PATIENCE, Cast
from tests.tour_office import Place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TABS = 80
"""More controls than any page of the room has."""
SHOWN = {"Tắt micro": "M", "Tắt hình": "C", "Giơ tay": "G", "Chiếu": "S", "Nộp giấy tờ": "N", "Rời phòng": "Q"}
FOCUSED = "e => e === document.activeElement && e.matches(':focus-visible')"


def named(page: Page, name: str, role: Literal["button", "link", "tab", "checkbox"] = "button") -> Locator:
    return page.get_by_role(role, name=name, exact=True).first


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus stands, visibly, on this control."""
    await wanted.wait_for(timeout=PATIENCE)
    for _ in range(TABS):
        if await wanted.evaluate(FOCUSED):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{page.url}: Tab does not come to {wanted}")


async def enter(page: Page, name: str) -> None:
    """Go to a button and press it."""
    await tab_to(page, named(page, name))
    await page.keyboard.press("Enter")


async def know(page: Page, condition: str, arg: object = None) -> None:
    """Wait until a condition on the room's state ``s`` holds."""
    script = f"arg => {{ const s = window.tiepdan?.state(); return s?.view && ({condition}); }}"
    await page.wait_for_function(script, arg=arg, timeout=PATIENCE)


async def test_by_keyboard_alone(place: Place, opened: Browser) -> None:
    cast = await room_tour.gather(dict.fromkeys(room_tour.PEOPLE, opened), place, "vi", "light")
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    await from_the_link_to_the_door(cast)
    await hanh.goto(f"{place.url}/phong/{place.codes['reception']}")
    await enter(hanh, KNOWN)
    await know(hanh, "s.view.waiting.length === 1")
    await enter(hanh, "Mời vào")
    await know(lan, "s.view.you.status === 'connected'")
    await enter(hanh, "Bắt đầu ghi")
    await enter(hanh, "Bắt đầu tiếp")
    await tab_to(hanh, hanh.get_by_role("textbox", name="Lý do"))
    await hanh.keyboard.type("Người chủ trì tự ghi biên bản")
    await enter(hanh, "Vẫn bắt đầu")
    await know(lan, "s.view.phase === 'live'")
    await tick_the_script(hanh)
    await use_the_shortcuts(lan, hanh)
    await pause_and_end(lan, hanh)


async def from_the_link_to_the_door(cast: Cast) -> None:
    """The check of devices, the waiting room, the notice."""
    lan = cast.pages["lan"]
    await lan.goto(f"{cast.place.url}/vao/{cast.place.codes['token']}")
    await enter(lan, "Bắt đầu kiểm tra")
    await lan.locator("[data-step=mic][data-state=ok]").wait_for(timeout=PATIENCE)
    await enter(lan, "Tôi nghe thấy")
    await lan.locator("[data-summary]", has_text="Máy của Quý vị đã sẵn sàng.").wait_for(timeout=PATIENCE)
    await tab_to(lan, named(lan, "Vào phòng chờ", "link"))
    await lan.keyboard.press("Enter")
    await lan.wait_for_url("**/phong")
    await enter(lan, KNOWN)
    await know(lan, "s.view.you.acknowledged")


async def tick_the_script(hanh: Page) -> None:
    """The opening script by Space; from tab to tab by arrows."""
    line = hanh.get_by_role("checkbox").first
    await tab_to(hanh, line)
    await hanh.keyboard.press("Space")
    await hanh.locator(".script__time").first.wait_for(timeout=PATIENCE)
    await tab_to(hanh, named(hanh, "Kịch bản", "tab"))
    for name in ("Biên bản", "Giấy tờ", "Kịch bản"):
        await hanh.keyboard.press("ArrowRight")
        tab = named(hanh, name, "tab")
        assert await tab.evaluate(FOCUSED)
        assert await tab.get_attribute("aria-selected") == "true"


async def use_the_shortcuts(lan: Page, hanh: Page) -> None:
    """Each key that is shown does what is written beside it, and the chair hears the answer."""
    await enter(lan, "Thiết bị")
    keys = [each.split(" ", 3) for each in await lan.locator(".settings__keys li").all_inner_texts()]
    assert {words: key for _, _, key, words in keys} == {**SHOWN, "Hiện hoặc ẩn phụ đề": "P"}
    await lan.keyboard.press("Escape")
    await lan.locator("dialog").wait_for(state="detached")
    for name, key in SHOWN.items():
        assert await named(lan, name).get_attribute("aria-keyshortcuts") == f"Alt+{key}"
        assert await named(lan, name).get_attribute("title") == f"{name} (Alt + {key})"
    member = await lan.evaluate("window.tiepdan.state().me.member")
    of_lan = "s.view.members.find(m => m.member === arg)"
    for state in ("attached", "detached"):
        await lan.keyboard.press("Alt+P")
        await lan.get_by_role("log", name="Phụ đề gõ tay").wait_for(state=state, timeout=PATIENCE)
    for key, word in (("M", "mic"), ("C", "camera")):
        await lan.keyboard.press(f"Alt+{key}")
        await know(hanh, f"!{of_lan}.{word}", member)
        await lan.keyboard.press(f"Alt+{key}")
        await know(hanh, f"{of_lan}.{word}", member)
    await know(hanh, "s.tick.spoken.some(each => each.member === arg && each.seconds > 0)", member)
    for is_up in ("", "!"):
        await lan.keyboard.press("Alt+G")
        await know(hanh, f"{is_up}{of_lan}.hand", member)
    for is_on in ("", "!"):
        await lan.keyboard.press("Alt+S")
        await know(hanh, f"{is_on}{of_lan}.screen", member)
    await lan.keyboard.press("Alt+Q")
    await lan.get_by_role("dialog", name="Rời phòng tiếp?").wait_for()
    await lan.keyboard.press("Escape")
    await know(lan, "s.view.you.status === 'connected' && s.view.you.camera")


async def pause_and_end(lan: Page, hanh: Page) -> None:
    """Through both dialogs: the reason is written, Tab stays inside, Enter is yes."""
    await enter(hanh, "Tạm dừng")
    assert await hanh.get_by_label("Lý do").evaluate("e => e === document.activeElement")
    await hanh.keyboard.type("Chờ công dân tìm giấy tờ")
    dialog = hanh.get_by_role("dialog")
    await tab_to(hanh, dialog.get_by_role("button", name="Tạm dừng", exact=True))
    await hanh.keyboard.press("Enter")
    await know(lan, "s.view.phase === 'paused'")
    await enter(hanh, "Tiếp tục")
    await know(lan, "s.view.phase === 'live'")
    await enter(hanh, "Kết thúc")
    await enter(hanh, "Kết thúc buổi tiếp")
    await lan.get_by_role("heading", name="Buổi tiếp đã kết thúc").wait_for(timeout=PATIENCE)
    await tab_to(hanh, hanh.get_by_role("link").last)
