"""A tour of every page: what the office looks like then, where to go, and as whom."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from server.security import cookie_name
from tests import parts, tour_office
from tests.conftest import sign_in_at_once
from tests.people import LAN
from tests.tour_office import Place

FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
)
NOBODY = ""


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


@dataclass(frozen=True, slots=True)
class Stop:
    """One page to look at. ``{names}`` in addresses are codes of the place.

    With ``send`` the page's form is filled so and sent, and what answers is looked at: it stands at ``shows``.
    """

    path: str
    status: int = 200
    send: Mapping[str, str] | None = None
    shows: str = ""
    label: str = ""

    @property
    def address(self) -> str:
        """Where the page that is looked at stands."""
        return self.shows or self.path

    @property
    def name(self) -> str:
        """For file names: short, and like no other stop of the same person."""
        plain = self.address.strip("/").replace("/", "-").replace("?", "-").replace("{", "").replace("}", "")
        return f"{plain or 'dau-trang'}{'-' if self.label else ''}{self.label}"


@dataclass(frozen=True, slots=True)
class Act:
    """A state of the office, and who looks at what in it."""

    prepare: Callable[[Place], Awaitable[None]]
    stops: Mapping[str, tuple[Stop, ...]]


_WHERE = {"unit": "thach-khoi", "kind": "feedback"}
_WHO = {
    "name": LAN.name, "id_number": LAN.id_number, "born_day": "12", "born_month": "5", "born_year": "1990",
    "sex": "female", "phone": LAN.phone, "address": LAN.address,
}  # fmt: skip
_HOW = {"place": "home", "group_size": "3"}
_MATTER = {
    "subject": "Nước thải chảy vào ruộng tổ 4",
    "content": "Nước thải từ xưởng chảy vào ruộng tổ 4 từ tháng ba, lúa chết từng khoảnh.",
    "demand": "Đề nghị phường kiểm tra xưởng.",
}
_LOOK_UP = {"code": "{held_request}", "phone": LAN.phone}

REGISTERING = (
    Stop("/dang-ky"),
    Stop("/dang-ky", 422, send={}, label="thieu"),
    Stop("/dang-ky", send=_WHERE, shows="/dang-ky/nguoi"),
    Stop("/dang-ky/nguoi", 422, send={"name": "Lan", "phone": "12"}, label="thieu"),
    Stop("/dang-ky/nguoi", send=_WHO, shows="/dang-ky/cach-tiep"),
    Stop("/dang-ky/cach-tiep", send=_HOW, shows="/dang-ky/dai-dien"),
    Stop("/dang-ky/dai-dien", send={}, shows="/dang-ky/noi-dung"),
    Stop("/dang-ky/noi-dung", 422, send={}, label="thieu"),
    Stop("/dang-ky/noi-dung", send=_MATTER, shows="/dang-ky/giay-to"),
    Stop("/dang-ky/giay-to", send={}, shows="/dang-ky/gui"),
)
VISITING = (
    Stop("/"),
    Stop("/giup-do"),
    Stop("/tap-thu"),
    Stop("/giup-do/to-huong-dan/cong-dan"),
    Stop("/dang-ky/to-cao"),
    Stop("/dang-ky/hen-truc-tiep"),
    Stop("/dang-ky/hen-truc-tiep", 422, send={}, label="thieu"),
    Stop("/lich-tiep"),
    Stop("/lich-tiep?don-vi=thach-khoi"),
    Stop("/lich-tiep?don-vi=duong-kinh"),
    Stop("/nhap-ma"),
    Stop("/nhap-ma", 422, send={"digits": "12"}, label="sai"),
    Stop("/dang-nhap"),
    Stop("/dang-nhap", 422, send={"username": "tu", "password": "sai"}, label="sai"),
    Stop("/khong-co-trang-nay", 404),
    Stop("/hen/{token}"),
    Stop("/vao/{token}"),
    Stop("/vao/{token}/bien-ban/xem", label="chua-co"),
)
LOOKING_UP = (
    Stop("/tra-cuu"),
    Stop("/tra-cuu", 422, send={"code": "TD-ZZZZ-ZZ", "phone": LAN.phone}, label="sai"),
    Stop("/tra-cuu", send=_LOOK_UP, shows="/tra-cuu/{held_request}"),
    Stop("/tra-cuu/{held_request}/giay-bien-nhan"),
    Stop("/tra-cuu/{held_request}/ho-so"),
)

ACTS = (
    Act(
        tour_office.write_minutes,
        {
            "tu": (
                Stop("/luot-tiep/{held}", label="dang-tiep"),
                Stop("/luot-tiep/{held}/goi-thanh-pho"),
                Stop("/luot-tiep/{held}/giay-to"),
                Stop("/bien-ban/{held}", label="dang-ghi"),
            ),
            "bao": (Stop("/hom-nay"), Stop("/toan-canh"), Stop("/goi-thanh-pho"), Stop("/goi-thanh-pho/{call}")),
            NOBODY: (
                Stop("/hen/{held_token}", label="dang-tiep"),
                Stop("/vao/{held_token}/bien-ban/xem", label="dang-ghi"),
                Stop("/vao/{held_token}/giay-to/{handed_in}"),
            ),
        },
    ),
    Act(
        tour_office.show_minutes,
        {
            "tu": (Stop("/bien-ban/{held}", label="doc-lai"),),
            NOBODY: (Stop("/vao/{held_token}/bien-ban/xem", label="doc-lai"),),
        },
    ),
    Act(
        tour_office.close_minutes,
        {
            NOBODY: (
                *VISITING,
                *REGISTERING,
                *LOOKING_UP,
                Stop("/vao/{held_token}", shows="/vao/{held_token}/bien-ban/xem", label="dong"),
            ),
            "tu": (
                Stop("/hom-nay"),
                Stop("/dang-ky-moi"),
                Stop("/dang-ky-moi/{received}"),
                Stop("/dang-ky-moi/{held_request}"),
                Stop("/dang-ky-moi/{accepted}/xep-lich"),
                Stop("/lich"),
                Stop("/lich/moi"),
                Stop("/lich/moi", 422, send={"held_on": "32/13/2026", "place": ""}, label="sai"),
                Stop("/lich/nam"),
                Stop("/lich-lam-viec"),
                Stop("/lich/{day}"),
                Stop("/lich/{day}/in"),
                Stop("/lich/{draft_day}", label="nhap"),
                Stop("/lich/{draft_day}/sua"),
                Stop("/lich/{postponed_day}"),
                Stop("/lich/{cancelled_day}"),
                Stop("/lich/hen/{appointment}"),
                Stop("/vu-viec"),
                Stop("/vu-viec/{held_case}"),
                Stop("/vu-viec/{secret_case}/ban-chep"),
                Stop("/vu-viec/{secret_case}/ban-chep", 422, send={"copy_words": "Bà Lan"}, label="thieu"),
                Stop("/tuan-nay"),
                Stop("/vu-viec/{held_case}/thoi-han/moi"),
                Stop("/vu-viec/{held_case}/thoi-han/{held_term}"),
                Stop("/don"),
                Stop("/don/moi", 422, send={"title": "Đơn"}, label="thieu"),
                Stop("/don/{petition}"),
                Stop("/don/{petition}/huong-dan-tach"),
                Stop("/csdl-quoc-gia"),
                Stop("/csdl-quoc-gia/muc/{entry}"),
                Stop("/csdl-quoc-gia/doi-chieu"),
                Stop("/van-ban"),
                Stop("/van-ban/{official}"),
                Stop("/van-ban/moi?vu-viec={held_case}"),
                Stop("/so-tiep"),
                Stop("/so-tiep/dong/{line}"),
                Stop("/bao-cao"),
                Stop("/bao-cao/bieu/01-tcd-2024"),
                Stop("/bao-cao/bieu/01-tcd-2024/chi-tiet?cot=1"),
                Stop("/bao-cao/bieu/01-tcd-2024/sua?cot=1"),
                Stop("/bao-cao/phan-loai"),
                Stop("/tim?tim=nuoc+thai"),
                Stop("/nhap-du-lieu?loai=cases"),
                Stop("/nhap-du-lieu/{list}"),
                Stop("/ban-giao"),
                Stop("/viec-theo-doi"),
                Stop("/tai-khoan"),
                Stop("/luot-tiep/{reception}"),
                Stop("/luot-tiep/{held}", label="xong"),
                Stop("/bien-ban/{held}", label="dong"),
                Stop("/ky-thuat", 403),
            ),
            "hanh": (Stop("/ban-ghi/{held}"), Stop("/viec-theo-doi")),
            "dung": (Stop("/noi-dung-xac-minh"), Stop("/noi-dung-xac-minh/{copy}")),
            "loan": (
                Stop("/cai-dat"),
                Stop("/cai-dat/thoi-han"),
                Stop("/cai-dat/mau-van-ban"),
                Stop("/cai-dat/mau-van-ban/conclusion_notice"),
            ),
            "quantri": (
                Stop("/can-bo"),
                Stop("/can-bo/moi"),
                Stop("/can-bo/moi", 422, send={}, label="thieu"),
                Stop("/can-bo/ra-soat"),
                Stop("/can-bo/{officer}"),
                Stop("/can-bo/{officer}/ban-giao"),
            ),
            "khoa": (Stop("/ky-thuat"), Stop("/thu-phong")),
            # A ward in which nothing has happened yet.
            "quan": tuple(map(Stop, ("/hom-nay", "/dang-ky-moi", "/lich", "/vu-viec", "/viec-theo-doi"))),
            "mai": (Stop("/nhat-ky"), Stop("/hom-nay")),
        },
    ),
)

NOT_PAGES = {
    "/ban-ghi/{code}/{playback}.webm": "a film",
    "/ban-ghi/{code}/niem-phong/{playback}.webm": "the same, under seal",
    "/bien-ban/{code}/ban-in": "a PDF",
    "/lich/{code}/bien-ban": "a PDF",
    "/dang-ky-moi/{code}/tep/{paper}": "a file as it was handed in",
    "/tra-cuu/{code}/tep/{paper}": "the same",
    "/giay-to/{code}": "a PDF",
    "/don/{code}/van-ban-cu": "a file as it was handed in",
    "/van-ban/{code}/xem": "a PDF",
    "/van-ban/{code}/ban-word": "a file for Word",
    "/cai-dat/mau-van-ban/{template}/mau-bat-dau": "the same",
    "/cai-dat/mau-van-ban/{template}/{number}": "only after an upload: opened in tests/server/papers/test_templates.py",
    "/cai-dat/mau-van-ban/{template}/{number}/tep": "a file for Word",
    "/cai-dat/mau-van-ban/{template}/{number}/xem-thu": "the same",
    "/so-tiep/tep.xlsx": "a table for other programs",
    "/so-tiep/tep.pdf": "a PDF",
    "/bao-cao/bieu/{form}/xlsx": "a table for other programs",
    "/bao-cao/bieu/{form}/pdf": "a PDF",
    "/bao-cao/ket-qua/{code}": "only of complaints: opened in tests/server/reports/test_pages.py",
    "/nhap-du-lieu/mau": "a table for other programs",
    "/nhap-du-lieu/{code}/dong-loi": "the same",
    "/luot-tiep/{code}/dung": "only of a stopped reception: opened in tests/server/reception/test_desk_pages.py",
    "/phong/{code}/kich-ban": "what the room's script reads",
    "/phong/{code}/goi-thanh-pho": "the same",
    "/phong/{code}/trinh-chieu": "the same",
    "/phong/{code}/trinh-chieu/{id}": "a picture",
    "/phong/{code}/diem-cau/trinh-chieu": "what the room's script reads",
    "/phong/{code}/diem-cau/trinh-chieu/{id}": "a picture",
    "/phong/{code}/giay-to": "what the room's script reads",
    "/phong/{code}/giay-to/{paper}/{id}": "a file as it was handed in",
    "/phong/{code}/giay-to/{paper}/{id}/hinh": "a picture",
    "/vao/{token}/trinh-chieu": "what the room's script reads",
    "/vao/{token}/trinh-chieu/{id}": "a picture",
    "/vao/{token}/giay-to": "what the room's script reads",
    "/hen/{token}.ics": "a calendar file",
    "/hen/{token}.pdf": "a PDF",
    "/phong/{code}/bien-ban": "what the room's script reads",
    "/vao/{token}/bien-ban": "the same",
    "/hom-nay/tiep-tren-giay": "a PDF",
    "/tap-thu/cong-dan": "the room with a strip above it: gone through in tests/journeys/test_trials.py",
    "/tap-thu/can-bo": "the same",
    "/phong/{code}": "the room, of which tests/room_tour.py shows every state",
    "/phong/{code}/diem-cau": "the same, on the screen of the ward's room",
    "/vao/{token}/phong": "the same, as the citizen sees it",
    "/ws/{worker}": "a WebSocket",
}
"""Addresses that the tour leaves out, and why."""


def stops() -> list[Stop]:
    """Every stop of the tour, in its order."""
    return [stop for act in ACTS for some in act.stops.values() for stop in some]


@asynccontextmanager
async def browser(playwright: Playwright, *more: str) -> AsyncIterator[Browser]:
    """Give one headless Chromium."""
    opened = await playwright.chromium.launch(executable_path=str(parts.require("browser")), args=[*FLAGS, *more])
    try:
        yield opened
    finally:
        await opened.close()


async def enter(
    opened: Browser, place: Place, username: str, look: Look, *, script: bool = True, is_phone: bool = False
) -> Page:
    """Open a page in a look of its own, signed in when a user name is given; on a phone it is touched."""
    context: BrowserContext = await opened.new_context(
        viewport={"width": look.width, "height": 740 if is_phone else 800},
        is_mobile=is_phone,
        has_touch=is_phone,
        java_script_enabled=script,
        bypass_csp=True,
        reduced_motion="reduce",
        locale="vi-VN" if look.language == "vi" else "en-GB",
    )
    cookies = {"language": look.language, "theme": look.theme}
    if username:
        # Hashing passwords is tested elsewhere, and slow on purpose.
        cookies["login"] = await place.house.db.write(sign_in_at_once, place.house.clock.now(), username, None)
    settings = place.house.settings
    await context.add_cookies(
        [{"name": cookie_name(settings, name), "value": value, "url": place.url} for name, value in cookies.items()]
    )
    return await context.new_page()


async def go(page: Page, place: Place, stop: Stop) -> None:
    """Go to a stop. A page that is not the one expected fails."""
    answer = await page.goto(place.url + stop.path.format(**place.codes))
    if stop.send is not None:
        fields = {name: value.format(**place.codes) for name, value in stop.send.items()}
        async with page.expect_navigation() as sent:
            await page.evaluate(_SEND, fields)
        answer = await sent.value
    assert answer is not None
    assert answer.status == stop.status, (stop, answer.status, await page.inner_text("main"))
    assert page.url.partition("?da=")[0] == place.url + stop.address.format(**place.codes), (stop, page.url)


_SEND = """fields => {
  const form = document.querySelector("main form[method=post]");
  for (const [name, value] of Object.entries(fields)) {
    const every = [...form.querySelectorAll(`[name="${name}"]`)];
    const choice = every.find(e => (e.type === "radio" || e.type === "checkbox") && e.value === value);
    if (choice) choice.checked = true;
    else every[0].value = value;
  }
  form.submit();
}"""


async def walk(
    opened: Browser, place: Place, look: Look, *, script: bool = True, visitors_only: bool = False
) -> AsyncIterator[tuple[str, Stop, Page]]:
    """Take the tour in one look: who looks, at which stop, and the page as it stands there."""
    for act in ACTS:
        await act.prepare(place)
        for username, some in act.stops.items():
            if visitors_only and username != NOBODY:
                continue
            page = await enter(opened, place, username, look, script=script)
            for stop in some:
                await go(page, place, stop)
                yield username, stop, page
            await page.context.close()
