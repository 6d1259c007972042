"""The room in every state that people see, out of one reception: from the door to the end, with three people in it."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page

from server.clock import Clock
from tests import tour, tour_office
from tests.tour import Look
from tests.tour_office import Place

PEOPLE = ("lan", "hanh", "bao")
"""The citizen, the chair of the ward, the city's reception board."""

_SAME_TIME = """(() => {
  const There = Date, by = %d;
  globalThis.Date = class extends There {
    constructor(...given) { super(...(given.length ? given : [There.now() + by])); }
    static now() { return There.now() + by; }
  };
})()"""
PATIENCE = 120_000
"""Milliseconds for what comes at once on a quiet machine."""
KNOWN = "Tôi đã biết buổi tiếp được ghi âm, ghi hình"


@dataclass(frozen=True, slots=True)
class Scene:
    """A state worth looking at: whose page, and what it is called in file names."""

    name: str
    page: Page


@dataclass(slots=True)
class Cast:
    """Three people and how they press what they read, in their language."""

    place: Place
    language: str
    theme: str
    pages: dict[str, Page]

    def button(self, who: str, sentence: str) -> Locator:
        """The button with these words, given in Vietnamese."""
        words = self.place.house.words.say(sentence, self.language)
        return self.pages[who].get_by_role("button", name=words, exact=True).first

    async def press(self, who: str, sentence: str) -> None:
        """Press it."""
        await self.button(who, sentence).click(timeout=PATIENCE)

    async def until(self, who: str, condition: str) -> None:
        """Wait until a JavaScript condition on the room's state ``v`` holds."""
        script = f"(() => {{ const v = window.tiepdan?.state().view; return v && ({condition}); }})()"
        await self.pages[who].wait_for_function(script, timeout=PATIENCE)

    async def everybody_until(self, condition: str) -> None:
        """Wait for everybody."""
        for who in self.pages:
            await self.until(who, condition)


async def gather(
    browsers: Mapping[str, Browser], place: Place, language: str, theme: str, *, is_phone: bool = False
) -> Cast:
    """Give everybody a window; ``browsers`` by name of the person. The citizen may hold a phone."""
    await tour_office.open_today(place)
    pages = {}
    for who in PEOPLE:
        look = Look(360 if who == "lan" else 1280, theme, language)
        pages[who] = await window(browsers[who], place, who, look, is_phone=is_phone and who == "lan")
    return Cast(place, language, theme, pages)


async def window(opened: Browser, place: Place, who: str, look: Look, *, is_phone: bool = False) -> Page:
    """Give one person a window in which it is as late as at the office."""
    shift = int((place.house.clock.shift - Clock().shift).total_seconds() * 1000)
    page = await tour.enter(opened, place, "" if who == "lan" else who, look, is_phone=is_phone)
    page.set_default_timeout(PATIENCE)
    await page.add_init_script(_SAME_TIME % shift)
    return page


async def scenes(cast: Cast) -> AsyncIterator[Scene]:
    """Play the whole reception; each scene stands still until the next is asked for."""
    for part in (_door, _lobby, _live, _paused, _read_back, _over):
        async for scene in part(cast):
            yield scene


async def _door(cast: Cast) -> AsyncIterator[Scene]:
    place, lan, hanh = cast.place, cast.pages["lan"], cast.pages["hanh"]
    entry = f"{place.url}/vao/{place.codes['token']}"
    await lan.goto(entry)
    await cast.press("lan", "Bắt đầu kiểm tra")
    for step in ("permission", "mic", "camera", "line"):
        await lan.locator(f"[data-step={step}][data-state=ok]").wait_for(timeout=PATIENCE)
    yield Scene("lan-thu-may", lan)
    await lan.goto(f"{entry}/phong")
    await cast.until("lan", "v.you.status === 'waiting'")
    yield Scene("lan-cho", lan)
    await _acknowledge(cast, "lan")
    for who in ("hanh", "bao"):
        await cast.pages[who].goto(f"{place.url}/phong/{place.codes['reception']}")
    await cast.button("hanh", KNOWN).wait_for(timeout=PATIENCE)
    yield Scene("hanh-bao-truoc", hanh)
    await _acknowledge(cast, "hanh")
    await _acknowledge(cast, "bao")


async def begin(cast: Cast) -> None:
    """Begin without anybody who writes, with the ground that the room asks for."""
    await _press_begin(cast)
    await cast.press("hanh", "Vẫn bắt đầu")


async def _press_begin(cast: Cast) -> None:
    await cast.press("hanh", "Bắt đầu tiếp")
    await cast.pages["hanh"].get_by_role("textbox").last.fill("Người chủ trì tự ghi biên bản")


async def _acknowledge(cast: Cast, who: str) -> None:
    await cast.press(who, KNOWN)
    await cast.until(who, "v.you.acknowledged")


async def _lobby(cast: Cast) -> AsyncIterator[Scene]:
    hanh = cast.pages["hanh"]
    await cast.until("hanh", "v.waiting.length === 2")
    yield Scene("hanh-co-nguoi-cho", hanh)
    for left in (1, 0):
        await cast.press("hanh", "Mời vào")
        await cast.until("hanh", f"v.waiting.length === {left}")
    await cast.everybody_until("v.members.filter(m => m.status === 'connected').length === 3")
    yield Scene("lan-chua-bat-dau", cast.pages["lan"])
    await cast.press("hanh", "Bắt đầu ghi")
    await cast.until("hanh", "v.recording.proven")
    yield Scene("hanh-san-sang", hanh)
    await _press_begin(cast)
    yield Scene("hanh-thieu-thanh-phan", hanh)
    await cast.press("hanh", "Vẫn bắt đầu")
    await cast.everybody_until("v.phase === 'live'")


async def _live(cast: Cast) -> AsyncIterator[Scene]:
    lan, hanh, bao = (cast.pages[who] for who in PEOPLE)
    for page, others in ((lan, 2), (hanh, 2), (bao, 2)):
        await page.wait_for_function(_PLAYING, arg=others, timeout=PATIENCE)
    yield Scene("hanh-tiep-loi-mo-dau", hanh)
    await hanh.locator("#tab-papers").click()
    yield Scene("hanh-tiep-giay-to", hanh)
    await hanh.locator("#tab-minutes").click()
    yield Scene("hanh-tiep-bien-ban", hanh)
    yield Scene("lan-tiep", lan)
    yield Scene("bao-tiep", bao)
    async for scene in _captions(cast):
        yield scene
    await cast.press("lan", "Thiết bị")
    yield Scene("lan-thiet-bi", lan)
    await cast.press("lan", "Xong")
    await lan.locator(".control--leave").click()
    yield Scene("lan-hoi-roi", lan)
    await lan.keyboard.press("Escape")


async def _captions(cast: Cast) -> AsyncIterator[Scene]:
    """The chair types what is said; the citizen is asked whether to show it, and does."""
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    words = hanh.locator("#typing-words")
    await cast.press("hanh", "Gõ phụ đề")
    for name, page in (("hanh-go-phu-de", hanh), ("lan-moi-phu-de", lan), ("lan-phu-de", lan)):
        # Lines leave by themselves, and a scene is looked at as long as it takes.
        await words.fill("Bà nói rõ giúp: cống tắc từ ngày nào, đã báo ai chưa?")
        if name == "lan-phu-de":
            await words.press("Enter")
            await cast.press("lan", "Hiện phụ đề")
            await lan.locator(".captions__line").first.wait_for(timeout=PATIENCE)
        elif page is lan:
            await words.press("Enter")
            await cast.button("lan", "Hiện phụ đề").wait_for(timeout=PATIENCE)
        yield Scene(name, page)
    await cast.press("hanh", "Thôi gõ")


_PLAYING = """others => [...document.querySelectorAll("[data-member] video")]
  .filter(each => each.readyState >= 2 && each.videoWidth > 0).length >= others"""


async def _paused(cast: Cast) -> AsyncIterator[Scene]:
    hanh = cast.pages["hanh"]
    await cast.press("hanh", "Tạm dừng")
    yield Scene("hanh-hoi-tam-dung", hanh)
    dialog = hanh.locator("dialog[open]")
    await dialog.locator("textarea, input[type=text]").first.fill("Chờ công dân tìm giấy tờ")
    await dialog.locator(".button--primary").click()
    await cast.everybody_until("v.phase === 'paused'")
    yield Scene("hanh-tam-dung", hanh)
    yield Scene("lan-tam-dung", cast.pages["lan"])
    await cast.press("hanh", "Tiếp tục")
    await cast.everybody_until("v.phase === 'live'")


async def _read_back(cast: Cast) -> AsyncIterator[Scene]:
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    await cast.press("hanh", "Đọc lại biên bản")
    await cast.button("lan", "Đúng").wait_for(timeout=PATIENCE)
    yield Scene("lan-doc-lai", lan)
    yield Scene("hanh-doc-lai", hanh)
    for answered in (1, 2, 3):
        await cast.press("lan", "Đúng")
        await lan.locator(".readback__answer").nth(answered - 1).wait_for(timeout=PATIENCE)
    await cast.button("lan", "Xác nhận bằng mã gửi đến điện thoại").wait_for(timeout=PATIENCE)
    yield Scene("lan-xac-nhan", lan)


async def _over(cast: Cast) -> AsyncIterator[Scene]:
    lan, hanh = cast.pages["lan"], cast.pages["hanh"]
    await cast.press("hanh", "Kết thúc")
    yield Scene("hanh-hoi-ket-thuc", hanh)
    await cast.press("hanh", "Kết thúc buổi tiếp")
    for page in (lan, hanh):
        await page.wait_for_function("window.tiepdan.state().link.state === 'closed'", timeout=PATIENCE)
    yield Scene("lan-ket-thuc", lan)
    yield Scene("hanh-ket-thuc", hanh)


async def screen(browser: Browser, cast: Cast) -> Page:
    """The screen in the ward's own room, once the reception is live."""
    page = await tour.enter(browser, cast.place, "tu", Look(1280, cast.theme, cast.language))
    await page.goto(f"{cast.place.url}/phong/{cast.place.codes['reception']}/diem-cau")
    known = cast.place.house.words.say(KNOWN, cast.language)
    await page.get_by_role("button", name=re.compile(re.escape(known))).click(timeout=PATIENCE)
    await page.wait_for_function(_PLAYING, arg=2, timeout=PATIENCE)
    return page
