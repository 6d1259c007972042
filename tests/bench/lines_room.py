"""Two people in a real room, one of them behind a line that can be made bad."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from recordings.recorder import Recorder
from recordings.shelf import Shelf
from signaling.hub import Hub, Means
from signaling.passthrough import MediaPort
from tests import parts
from tests.bench.lines_forwarder import Line
from tests.browsers import FLAGS
from tests.room_server import Book, RoomServer, now
from tests.signals import RATE

Relayed = Literal["", "udp", "tcp"]
Program = Literal["chromium", "firefox"]

WIDTH, HEIGHT, FPS, SECONDS = 1280, 720, 15, 3
STRONG, WEAK = "hanh", "lan"
PAGE = (Path(__file__).parent / "lines_page.js").read_text(encoding="utf-8")
KNOWS = "Tôi đã biết buổi tiếp được ghi âm, ghi hình"
TURN = ("bench", "bench-password")
SHIM = Path(__file__).parent / "firefox_shim.cjs"
FIREFOX: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.loopback": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
}


@dataclass(slots=True)
class Watcher:
    """One browser, and whom to look at in it."""

    page: Page
    member: str

    async def sums(self) -> dict[str, Any]:
        """What came in since the page was opened."""
        found: dict[str, Any] = await self.page.evaluate("eyes.sums()")
        return found

    async def frames(self, since: float, until: float) -> list[float]:
        """Moments in unix seconds between two at which a frame of the other was shown."""
        shown = await self.page.evaluate("m => eyes.frames[m] ?? []", self.member)
        return [each / 1000 for each in shown if since <= each / 1000 < until]

    async def width(self) -> int:
        """How wide the other's picture is."""
        return int(await self.page.evaluate("m => eyes.width(m)", self.member))


@dataclass(slots=True)
class Talk:
    """A running reception of two; `line` is the weak one's."""

    line: Line
    strong: Watcher
    weak: Watcher
    hub: Hub


def write_picture(path: Path) -> None:
    """Write a moving, textured 720p picture that a camera might see."""
    size = f"s={WIDTH}x{HEIGHT}:r={FPS}:d={SECONDS}"
    with (
        av.open(f"testsrc2={size},noise=alls=6:allf=t", format="lavfi") as source,
        av.open(str(path), "w", "mjpeg") as out,
    ):
        stream = out.add_stream("mjpeg", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        for frame in source.decode(video=0):
            out.mux(stream.encode(frame.reformat(format="yuvj420p")))
        out.mux(stream.encode())


def write_sound(path: Path) -> None:
    """Write something like a voice that never stops: for a mere tone, Opus would repair nothing."""
    at = np.arange(RATE * SECONDS) / RATE
    pitch = 120 + 6 * np.sin(2 * np.pi * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    partials = range(1, 30)
    mouth = [np.exp(-(((120 * k - 600) / 500) ** 2)) + 0.5 * np.exp(-(((120 * k - 1800) / 600) ** 2)) for k in partials]
    voice = sum(loud * np.sin(k * phase) for k, loud in zip(partials, mouth, strict=True))
    voice = voice * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * at))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((voice / np.abs(voice).max() * 9000).astype("<i2").tobytes())


@contextlib.asynccontextmanager
async def talk(relayed: Relayed = "", weak_in: Program = "chromium") -> AsyncIterator[Talk]:
    """Give a reception in which both see each other; the weak one sits in front of `weak_in`."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = await MediaPort.open("127.0.0.1")
        stack.callback(port.close)
        hub = Hub(Means(port, lambda room: Recorder(Shelf(folder, floor=0), room), Book(), now))
        runner = web.AppRunner(RoomServer(hub).app())
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(hub.drain)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        line = Line()
        stack.callback(line.close)
        site = ("127.0.0.1", int(runner.addresses[0][1]))
        plan: dict[str, object] = {"port": port.address[1], "door": (await line.udp(port.address)).port}
        if relayed:
            plan["relay"] = await _relay(stack, line, relayed)
        browsers = await _browsers(stack, folder)
        strong = await browsers("chromium", STRONG, site[1], {"port": 0, "door": 0})
        weak = await browsers(weak_in, WEAK, (await line.tcp(site)).port, plan)
        await strong.page.get_by_role("button", name="Mời vào").first.click(timeout=15_000)
        for each in (strong, weak):
            await _sees(each)
        yield Talk(line, strong, weak, hub)


async def _sees(watcher: Watcher) -> None:
    async with asyncio.timeout(20):
        while True:
            if await watcher.page.evaluate("m => (eyes.frames[m] ?? []).length > 5", watcher.member):
                return
            await asyncio.sleep(0.1)


async def _browsers(stack: contextlib.AsyncExitStack, folder: Path) -> Any:
    picture, sound = folder / "camera.mjpeg", folder / "microphone.wav"
    await asyncio.to_thread(write_picture, picture)
    await asyncio.to_thread(write_sound, sound)
    # Read by the process that drives the browsers, once, when it starts.
    os.environ.setdefault("NODE_OPTIONS", f"--require={SHIM}")
    playwright = await stack.enter_async_context(async_playwright())
    fakes = (f"--use-file-for-fake-video-capture={picture}", f"--use-file-for-fake-audio-capture={sound}")

    async def start(program: Program) -> Browser:
        if program == "firefox":
            path = str(parts.require("firefox"))
            return await playwright.firefox.launch(
                channel="moz-firefox", executable_path=path, headless=True, firefox_user_prefs=FIREFOX
            )
        path = str(parts.require("browser"))
        return await playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *fakes])

    async def enter(program: Program, who: str, port: int, plan: dict[str, object]) -> Watcher:
        browser = await start(program)
        stack.push_async_callback(browser.close)
        page = await browser.new_page(locale="vi-VN", viewport={"width": 960, "height": 640})
        await page.add_init_script(PAGE.replace("PLAN", json.dumps(plan)))
        await page.goto(f"http://127.0.0.1:{port}/phong/{who}")
        await page.get_by_role("button", name=KNOWS).click()
        return Watcher(page, f"m-{WEAK if who == STRONG else STRONG}")

    return enter


async def _relay(stack: contextlib.AsyncExitStack, line: Line, relayed: Relayed) -> dict[str, object]:
    program = shutil.which("turnserver")
    if program is None:
        raise FileNotFoundError("turnserver")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    name, password = TURN
    process = await asyncio.create_subprocess_exec(
        program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}",
        "--fingerprint", "--lt-cred-mech", f"--user={name}:{password}", "--realm=bench", "--no-tls", "--no-dtls",
        "--no-cli", "--allow-loopback-peers", f"--pidfile={folder}/pid", f"--userdb={folder}/users",
        "--min-port=51000", "--max-port=51100", f"--log-file={folder}/log",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    stack.push_async_callback(process.wait)
    stack.callback(process.terminate)
    await asyncio.sleep(1.0)
    target = ("127.0.0.1", port)
    door = await (line.udp(target) if relayed == "udp" else line.tcp(target))
    return {"urls": [f"turn:127.0.0.1:{door.port}?transport={relayed}"], "username": name, "credential": password}
