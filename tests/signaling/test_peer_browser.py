"""Two pages of a real Chromium publish and watch each other through the port."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.signaling.both_paths import either_path_with_browsers
from tests.signaling.browser_room import CHROMIUM, BrowserRoom, Chromium, until
from tests.signaling.nat import Nat

__all__ = ["either_path_with_browsers"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]


@pytest.fixture
async def room() -> AsyncIterator[BrowserRoom]:
    opened = await BrowserRoom.open()
    yield opened
    await opened.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with Chromium() as browser:
        yield browser


async def enter(room: BrowserRoom, chromium: Chromium) -> tuple[Page, Page]:
    ana, binh = await chromium.page(room.url), await chromium.page(room.url)
    await ana.evaluate("join('ana')")
    await binh.evaluate("join('binh')")
    for page in (ana, binh):
        await until(page, "see(0).frames > 5")
    return ana, binh


async def more_frames(page: Page, count: int = 15) -> None:
    frames = await page.evaluate("see(0).frames")
    await until(page, f"see(0).frames > {frames + count}")


async def stats(page: Page, kind: str, media: str) -> dict[str, Any]:
    """Return the busiest stream of a kind."""
    every = [each for each in await page.evaluate("report()") if each["type"] == kind and each["kind"] == media]
    return max(every, key=lambda each: each.get("packetsReceived", each.get("packetsSent", 0)))


@pytest.mark.usefixtures("either_path_with_browsers")
async def test_two_browsers_talk_in_good_quality(room: BrowserRoom, chromium: Chromium) -> None:
    ana, binh = await enter(room, chromium)
    for page in (ana, binh):
        await until(page, "hear(0) > 0.01")
        # Without a word from us Chromium stays at 640 wide and 300 kb/s.
        await until(page, "see(0).width >= 960")
        await until(page, "see(0).frames > 40")
        picture, sound = (
            await stats(page, "inbound-rtp", "video"),
            await stats(page, "inbound-rtp", "audio"),
        )
        assert picture["framesDecoded"] > 40
        assert picture["packetsLost"] == 0
        assert picture["nackCount"] == 0
        assert sound["packetsReceived"] > 50
        # The cap is no throttle; a browser that had no processor for a while needs a while to come back to it.
        async with asyncio.timeout(60):
            while (sent := await stats(page, "outbound-rtp", "video"))["targetBitrate"] <= 1_500_000:  # noqa: ASYNC110 - nothing to wait on but time
                await asyncio.sleep(0.5)
        assert sent["encoderImplementation"] == "libvpx"
        (transport,) = [e for e in await page.evaluate("report()") if e["type"] == "transport"]
        assert "GCM" in transport["srtpCipher"]
        assert transport["dtlsRole"] == "client"
    assert room.peers["ana"].stats().get("unauthentic", 0) == 0
    assert room.peers["ana"].stats()["rtcp_broken"] == 0
    assert room.port.counts["strangers"] == 0


@pytest.mark.slow
async def test_sound_and_picture_stay_together(room: BrowserRoom, chromium: Chromium) -> None:
    ana, _ = await enter(room, chromium)
    await ana.wait_for_function(
        """async () => {
          const inbound = (await report()).filter((e) => e.estimatedPlayoutTimestamp
            && e.type === "inbound-rtp" && e.packetsReceived > 0);
          const of = (kind) => inbound.find((e) => e.kind === kind)?.estimatedPlayoutTimestamp;
          return Math.abs(of("video") - of("audio")) < 150;
        }""",
        timeout=45_000,
        polling=500,
    )


async def test_a_new_connection_replaces_the_old_one(room: BrowserRoom, chromium: Chromium) -> None:
    ana, binh = await enter(room, chromium)
    for connection in (2, 3):
        await ana.evaluate("join('ana')")
        await until(ana, "see(0).frames > 5")
        await until(ana, "hear(0) > 0.01")
        await more_frames(binh)
        await until(binh, "hear(0) > 0.01")
        assert room.peers["ana"].connection == connection
    assert (await stats(binh, "inbound-rtp", "video"))["framesDecoded"] > 30
    states = [state for name, _, state in room.states if name == "binh"]
    assert states == ["connected"]


async def test_one_who_only_watches(room: BrowserRoom, chromium: Chromium) -> None:
    ana, watcher = await chromium.page(room.url), await chromium.page(room.url)
    await ana.evaluate("join('ana')")
    await watcher.evaluate("join('watcher', false)")
    await until(watcher, "see(0).frames > 10")
    await until(watcher, "hear(0) > 0.01")
    assert room.peers["watcher"].stats()["video_in"] == 0


@pytest.mark.slow
@pytest.mark.usefixtures("either_path_with_browsers")
async def test_loss_is_repaired_and_a_change_of_network_followed(room: BrowserRoom, chromium: Chromium) -> None:
    """That loss by chance throttles nobody is shown without a browser, whose own lateness looks like a queue."""
    room.nat = await Nat.open(room.port.address)
    ana, binh = await enter(room, chromium)
    room.nat.loss = 0.05
    for _ in range(4):
        await more_frames(ana)
        await more_frames(binh)
    for name, page in (("ana", ana), ("binh", binh)):
        assert int(room.peers[name].stats()["video_repaired"]) > 0
        assert int(room.peers[name].stats()["out_repeated"]) > 0
        assert (await stats(page, "inbound-rtp", "video"))["retransmittedPacketsReceived"] > 0
    room.nat.loss = 0.0
    room.nat.move()
    for page in (ana, binh):
        await more_frames(page, 30)
    assert [state for _, _, state in room.states] == ["connected", "connected"]


@pytest.mark.slow
async def test_one_in_ten_packets_lost_is_still_a_picture(room: BrowserRoom, chromium: Chromium) -> None:
    room.nat = await Nat.open(room.port.address)
    ana, binh = await enter(room, chromium)
    room.nat.loss = 0.1
    for _ in range(3):
        await more_frames(ana, 30)
        await more_frames(binh, 30)
    for name, page in (("ana", ana), ("binh", binh)):
        found = room.peers[name].stats()
        assert int(found["video_repaired"]) > 4 * int(found["video_in_lost"])
        picture = await stats(page, "inbound-rtp", "video")
        assert picture["retransmittedPacketsReceived"] > 0.05 * picture["packetsReceived"]
