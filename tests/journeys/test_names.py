"""What a screen reader is told: role and name of every control of waiting room, room and desk; and not a word too much."""

import pytest
from playwright.async_api import Browser, Page

from tests import room_tour
from tests.room_tour import KNOWN, PATIENCE, Cast
from tests.tour_office import Place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MINUTE = 60_000
CONTROLS = {
    "group",
    "button",
    "link",
    "textbox",
    "checkbox",
    "radio",
    "combobox",
    "tab",
    "switch",
    "slider",
    "spinbutton",
}
TOP = ["link Đến thẳng nội dung", "button Thiết bị"]
OWN = "group Micro, camera và rời phòng"
ABOVE = [*TOP, "button Gọi thành phố", "group Điều hành buổi tiếp", "group Việc không lấy lại được", OWN]
TABS = ["tab Kịch bản", "tab Biên bản", "tab Giấy tờ"]
STOPS = ["button Dừng, không tiếp ở đây", "button Kết thúc"]
BELOW = ["button Tắt micro", "button Tắt hình", "button Chiếu", "button Gõ phụ đề", "button Rời phòng"]
LAN = "group Nguyễn Thị Lan"
KNOWS = "button Tôi đã biết buổi tiếp được ghi âm, ghi hình"
SCRIPT = [
    "checkbox Chào công dân, giới thiệu người chủ trì, thư ký và những người cùng dự.",
    "checkbox Xác nhận họ tên và việc công dân đã đăng ký trình bày.",
    "checkbox Nhắc buổi tiếp được ghi âm, ghi hình; hỏi công dân đã rõ chưa.",
    "checkbox Nói quyền và nghĩa vụ của công dân khi được tiếp.",
    "checkbox Nói thứ tự: trình bày, hỏi đáp, kết luận, đọc lại biên bản.",
]
MINUTES = [
    "textbox Nội dung công dân trình bày",
    "textbox Yêu cầu của công dân",
    "textbox Tài liệu, chứng cứ cung cấp",
    "textbox Ý kiến của người tham gia tiếp",
    "textbox Kết luận của người chủ trì",
    "textbox Ý kiến của công dân về kết luận",
]
BEGINS = ["button Bắt đầu ghi", "button Tiến hành không ghi hình"]
GOES_ON = ["button Tạm dừng", "button Hội ý riêng", "button Đọc lại biên bản"]
OF_LAN = [
    "button Tắt micro",
    "button Mời phát biểu",
    "group",
    "button Khóa micro",
    "button Đưa về phòng chờ",
    "button Mời ra",
]
HERS = [
    "button Tắt micro",
    "button Tắt hình",
    "button Giơ tay",
    "button Chiếu",
    "button Nộp giấy tờ",
    "button Rời phòng",
]
WANTED = {
    "waiting": [TOP[0], "link 0220 3 555 111", "button Rời phòng chờ", KNOWS],
    "desk, somebody waits": [*ABOVE, *TABS, *BEGINS, *STOPS, *BELOW, LAN, "button Mời vào", "button Từ chối", *SCRIPT],
    "room, live": [*TOP, OWN, *HERS],
    "desk, live, minutes": [*ABOVE, *TABS, *MINUTES, *GOES_ON, *STOPS, *BELOW, LAN, *OF_LAN],
}
"""By state, layer by layer of the tree. A group says of whom its buttons speak; the one without a name is the browser's own, of `details`."""

HEAR = """() => {
  const live = "[role=status], [role=alert], [role=log], [aria-live]";
  window.heard = [];
  new MutationObserver((changes) => {
    for (const each of changes) {
      const near = (each.target.nodeType === 1 ? each.target : each.target.parentElement)?.closest(live);
      const place = near?.ariaLive === "off" ? null : near;
      const fresh = [...each.addedNodes].filter(n => n.nodeType === 1 && n.matches(live));
      for (const one of new Set(place ? [place] : fresh)) {
        if (one.textContent.trim()) heard.push(one.textContent.trim());
      }
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
"""Write down all that is said aloud from now on."""


async def controls(page: Page) -> list[str]:
    """Role and name of every control in the accessibility tree, in its order."""
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Accessibility.getFullAXTree")
    await session.detach()
    nodes = [each for each in tree["nodes"] if not each["ignored"] and each["role"]["value"] in CONTROLS]
    return [f"{node['role']['value']} {node.get('name', {}).get('value', '')}".strip() for node in nodes]


async def test_every_control_has_its_name_and_nothing_chatters(place: Place, opened: Browser) -> None:
    cast = await room_tour.gather(dict.fromkeys(room_tour.PEOPLE, opened), place, "vi", "light")
    await cast.pages.pop("bao").context.close()
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    found = dict[str, list[str]]()
    await lan.goto(f"{place.url}/vao/{place.codes['token']}/phong")
    await hanh.goto(f"{place.url}/phong/{place.codes['reception']}")
    await cast.until("lan", "v.you.status === 'waiting'")
    found["waiting"] = await controls(lan)
    for who in ("lan", "hanh"):
        await cast.press(who, KNOWN)
        await cast.until(who, "v.you.acknowledged")
    await cast.until("hanh", "v.waiting.length === 1 && v.waiting[0].acknowledged")
    found["desk, somebody waits"] = await controls(hanh)
    await cast.press("hanh", "Mời vào")
    await cast.everybody_until("v.members.filter(m => m.status === 'connected').length === 2")
    await cast.press("hanh", "Bắt đầu ghi")
    await cast.until("hanh", "v.recording.proven")
    await room_tour.begin(cast)
    await cast.everybody_until("v.phase === 'live'")
    found["room, live"] = await controls(lan)
    await hanh.locator("#tab-minutes").click()
    await hanh.locator("#minutes-citizen_demand").wait_for()
    await hanh.locator(".present__more > summary").click()
    found["desk, live, minutes"] = await controls(hanh)
    assert found == WANTED
    await be_quiet(cast)


async def be_quiet(cast: Cast) -> None:
    """A minute in which much is done: said is that a hand is raised, and nothing else."""
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    for page in (lan, hanh):
        await page.locator("[role=status]", has_text="Buổi tiếp đang diễn ra.").wait_for(
            state="attached", timeout=MINUTE
        )
        await page.evaluate(HEAR)
    began = await hanh.evaluate("Date.parse(window.tiepdan.state().tick.at)")
    for word, name in (("mic", "micro"), ("camera", "hình")):
        of_lan = f"v.members.find(m => m.role === 'citizen').{word}"
        await cast.press("lan", f"Tắt {name}")
        await cast.until("hanh", f"!{of_lan}")
        await cast.press("lan", f"Bật {name}")
        await cast.until("hanh", of_lan)
    for name, count in (("Giơ tay", 1), ("Hạ tay", 0)):
        await cast.press("lan", name)
        await cast.until("hanh", f"v.hands.length === {count}")
    await hanh.locator("#minutes-citizen_demand").fill("Đề nghị nạo vét cống ngõ 12.")
    await hanh.wait_for_function(
        "until => Date.parse(window.tiepdan.state().tick.at) >= until", arg=began + MINUTE, timeout=PATIENCE
    )
    assert await hanh.evaluate("heard") == ["Nguyễn Thị Lan giơ tay."]
    assert await lan.evaluate("heard") == []
    await read_captions(cast)


async def read_captions(cast: Cast) -> None:
    """That there are captions is said once; then each line, once, to whoever asked, and not to who types it."""
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    await cast.press("hanh", "Gõ phụ đề")
    await hanh.locator("#typing-words").fill("Mời bà nói.")
    await hanh.keyboard.press("Enter")
    await lan.wait_for_function("heard.length === 1", timeout=PATIENCE)
    await hanh.locator("#typing-words").fill("Bà nói chậm thôi.")
    await hanh.keyboard.press("Enter")
    await cast.press("lan", "Hiện phụ đề")
    await lan.get_by_role("log").get_by_text("Bà nói chậm thôi.").wait_for(timeout=PATIENCE)
    await hanh.locator("#typing-words").fill("Cảm ơn bà.")
    await hanh.keyboard.press("Enter")
    await lan.get_by_role("log").get_by_text("Cảm ơn bà.").wait_for(timeout=PATIENCE)
    first, second = await lan.evaluate("heard")
    assert first == "Đang có người gõ phụ đề. Muốn hiện phụ đề, bấm Alt + P."
    assert second.endswith("Cảm ơn bà.")
    assert await hanh.evaluate("heard.length") == 1, "the citizen's hand, and no word of what she types"
