"""Three real browsers go through one reception: wait, come in, hear and see, record, come back, end.

Each browser's camera shows one colour and its microphone one tone, so that every picture can be
told by who sent it.
"""

import asyncio
import math
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from tests import parts
from tests.room_server import serve

CHROMIUM = parts.chromium()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

WIDTH, HEIGHT = 320, 240
COLOURS = {"hanh": (76, 85, 255), "tu": (29, 255, 107), "lan": (150, 44, 21)}
"""Y, Cb, Cr: red, blue, green."""
GREY = (128, 128, 128)
SEEN = {"hanh": "red", "tu": "blue", "lan": "green"}
KNOWS = "Tôi đã biết buổi tiếp được ghi âm, ghi hình"
PATIENCE = 20.0

LOOK = """member => {
  const video = document.querySelector(`[data-member="${member}"] video`);
  if (!video || video.readyState < 2) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 100, 100, 20, 20, 0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return red > green && red > blue ? "red" : green > blue ? "green" : "blue";
}"""
PACKETS = """async kind => (await window.tiepdan.stats())
  .filter(each => each.type === "inbound-rtp" && each.kind === kind).map(each => each.packetsReceived)"""

Enter = Callable[[str], Awaitable[Page]]


def write_picture(path: Path, colour: tuple[int, int, int]) -> None:
    y, cb, cr = colour
    chroma = WIDTH * HEIGHT // 4
    frame = b"FRAME\n" + bytes([y]) * (WIDTH * HEIGHT) + bytes([cb]) * chroma + bytes([cr]) * chroma
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(header.encode() + frame * 10)


def write_sound(path: Path, hertz: int) -> None:
    samples = (int(9000 * math.sin(2 * math.pi * hertz * at / 48000)) for at in range(48000))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))


@pytest.fixture
async def enter(tmp_path: Path) -> AsyncIterator[Enter]:
    runner = await serve(0, tmp_path / "recordings")
    base = f"http://localhost:{runner.addresses[0][1]}"
    async with async_playwright() as play, AsyncExitStack() as stack:

        async def open_page(who: str) -> Page:
            picture, sound = tmp_path / f"{who}.y4m", tmp_path / f"{who}.wav"
            write_picture(picture, COLOURS.get(who, GREY))
            write_sound(sound, 300 + 200 * [*COLOURS, who].index(who))
            browser = await play.chromium.launch(
                executable_path=CHROMIUM,
                args=[
                    "--no-sandbox",
                    "--use-fake-device-for-media-stream",
                    "--use-fake-ui-for-media-stream",
                    "--autoplay-policy=no-user-gesture-required",
                    f"--use-file-for-fake-video-capture={picture}",
                    f"--use-file-for-fake-audio-capture={sound}",
                ],
            )
            stack.push_async_callback(browser.close)
            page = await browser.new_page(locale="vi-VN")
            await page.goto(f"{base}/phong/{who}")
            await page.get_by_role("button", name=KNOWS).click()
            return page

        yield open_page
    await runner.cleanup()


async def until(page: Page, script: str, wanted: Any = True, argument: object = None) -> None:
    # The page forbids eval, which Playwright's own waiting needs.
    found: Any = None
    for _ in range(int(PATIENCE * 10)):
        found = await page.evaluate(script, argument)
        if found == wanted:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{script!r} stays {found!r}")


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).first.click()


async def connected(page: Page) -> None:
    await until(page, "() => window.tiepdan?.state().media.state", "connected")


async def sees(page: Page, *whom: str) -> None:
    for who in whom:
        await until(page, LOOK, SEEN[who], f"m-{who}")
    before = await page.evaluate(PACKETS, "audio")
    await asyncio.sleep(0.5)
    after = await page.evaluate(PACKETS, "audio")
    growing = sum(now > then for then, now in zip(before, after, strict=False))
    assert growing >= len(whom)


async def test_a_reception_from_the_door_to_the_end(enter: Enter) -> None:
    lan, hanh, tu = await enter("lan"), await enter("hanh"), await enter("tu")
    await connected(hanh)
    await connected(tu)
    assert await lan.evaluate("window.tiepdan.state().view.you.status") == "waiting"
    assert await lan.evaluate("window.tiepdan.state().view.members") == []
    assert await lan.evaluate("window.tiepdan.stats()") == []

    await press(hanh, "Mời vào")
    await connected(lan)
    await sees(lan, "hanh", "tu")
    await sees(hanh, "lan", "tu")
    await sees(tu, "lan", "hanh")

    await press(hanh, "Bắt đầu ghi")
    await until(hanh, "() => window.tiepdan.state().view.recording.proven")
    await press(hanh, "Bắt đầu tiếp")
    await until(lan, "() => window.tiepdan.state().view.phase", "live")

    await lan.reload()
    await connected(lan)
    await sees(lan, "hanh", "tu")
    await sees(hanh, "lan")
    assert await hanh.evaluate("window.tiepdan.state().view.waiting") == []

    await press(hanh, "Kết thúc")
    await press(hanh, "Kết thúc buổi tiếp")
    for page in (lan, hanh, tu):
        await until(page, "() => window.tiepdan.state().link.code", "ended")
    assert await lan.get_by_role("heading", name="Buổi tiếp đã kết thúc").is_visible()


async def test_who_only_hears_and_speaks_sees_nobody_and_is_known_for_it(enter: Enter) -> None:
    hanh, tu = await enter("hanh"), await enter("tu")
    await sees(hanh, "tu")
    await sees(tu, "hanh")
    shown = "() => document.querySelectorAll('figure[data-member] video').length"
    own = "() => [window.tiepdan.state().own.camera, window.tiepdan.state().view.you.watching].join()"
    await press(tu, "Thiết bị")
    await tu.get_by_label("Chỉ nghe và nói").check()
    await until(tu, own, "false,false")
    await until(tu, shown, 0)
    assert await tu.get_by_text("Đang chỉ nghe và nói").is_visible()
    await until(hanh, shown, 0)
    assert await hanh.get_by_text("Chỉ nghe, không thấy hình").is_visible()
    heard = await tu.evaluate(PACKETS, "audio")
    pictures = await tu.evaluate(PACKETS, "video")
    await asyncio.sleep(1)
    assert sum(await tu.evaluate(PACKETS, "audio")) > sum(heard) + 20
    assert sum(await tu.evaluate(PACKETS, "video")) <= sum(pictures) + 5
    await tu.get_by_label("Chỉ nghe và nói").uncheck()
    await until(tu, own, "true,true")
    await sees(tu, "hanh")
    await sees(hanh, "tu")


@pytest.mark.slow
async def test_two_go_aside_unrecorded_and_the_third_neither_sees_nor_hears(enter: Enter) -> None:
    lan, hanh, tu = await enter("lan"), await enter("hanh"), await enter("tu")
    await press(hanh, "Mời vào")
    for page in (lan, hanh, tu):
        await connected(page)
    await press(hanh, "Bắt đầu ghi")
    await until(hanh, "() => window.tiepdan.state().view.recording.proven")
    await press(hanh, "Bắt đầu tiếp")
    await sees(lan, "hanh", "tu")

    await press(hanh, "Hội ý riêng")
    await hanh.get_by_label("Không ghi").check()
    await press(hanh, "Chọn người để mời")
    await hanh.get_by_text("Cần ghi lý do trước khi tiếp tục").wait_for()
    await hanh.get_by_label("Lý do hội ý riêng").fill("Thống nhất hướng trả lời")
    await press(hanh, "Chọn người để mời")
    await hanh.locator("[data-member=m-tu]").get_by_role("button", name="Mời hội ý").click()
    question = tu.get_by_role("alert").filter(has_text="mời Quý vị hội ý riêng")
    await question.wait_for()
    assert "Thống nhất hướng trả lời" in await question.inner_text()
    await press(tu, "Đồng ý")
    for page in (hanh, tu):
        await until(page, "() => window.tiepdan.state().view.consultation?.ready", True)
        await page.locator(".light--off", has_text="Không ghi").wait_for()
    await sees(hanh, "tu")
    await sees(tu, "hanh")
    await lan.get_by_text("Đang hội ý riêng: Trần Thị Hạnh, Phạm Văn Tú.").wait_for()
    assert not await lan.get_by_text("Thống nhất hướng trả lời").count()
    assert await lan.evaluate(LOOK, "m-hanh") is None
    assert await hanh.evaluate(LOOK, "m-lan") is None

    await press(hanh, "Kết thúc hội ý")
    await tu.get_by_text("micro đang tắt").wait_for()
    await until(lan, LOOK, SEEN["tu"], "m-tu")
    await sees(lan, "hanh")


@pytest.mark.slow
async def test_typed_captions_are_read_inside_and_not_at_the_door(enter: Enter) -> None:
    tu, hanh = await enter("tu"), await enter("hanh")
    lan = await enter("lan")
    await press(hanh, "Mời vào")
    for page in (tu, hanh, lan):
        await connected(page)
    minh = await enter("minh")
    await until(minh, "() => window.tiepdan.state().view?.you.status", "waiting")

    await tu.keyboard.press("Alt+t")
    await tu.get_by_label("Lời của").select_option("Nguyễn Thị Lan")
    await tu.get_by_label("Gõ lời nói").fill("Cống ngõ 12 bị tắc\ttừ tháng tư.")
    await tu.keyboard.press("Enter")
    assert not await lan.get_by_text("Cống ngõ 12").count()
    await press(lan, "Hiện phụ đề")
    log = lan.get_by_role("log", name="Phụ đề gõ tay")
    await log.get_by_text("Nguyễn Thị Lan: Cống ngõ 12 bị tắc từ tháng tư.").wait_for()
    assert await log.get_attribute("aria-live") == "polite"
    await lan.get_by_text("Phạm Văn Tú gõ. Phụ đề không thay biên bản, không được lưu.").wait_for()

    await lan.reload()
    await log.wait_for(state="attached")
    await tu.get_by_label("Lời của").select_option("Trần Thị Hạnh")
    await tu.get_by_label("Gõ lời nói").fill("Mời bà nói tiếp.")
    await tu.keyboard.press("Enter")
    await log.get_by_text("Trần Thị Hạnh: Mời bà nói tiếp.").wait_for()
    await hanh.keyboard.press("Alt+p")
    await hanh.get_by_text("Trần Thị Hạnh: Mời bà nói tiếp.").wait_for()
    assert await minh.evaluate("() => window.tiepdan.state().captions.count") == 0
    assert not await minh.get_by_text("Mời bà nói tiếp.").count()

    await press(lan, "Ẩn phụ đề")
    assert not await log.count()
    await tu.keyboard.press("Alt+t")
    await tu.get_by_label("Gõ lời nói").wait_for(state="detached")
