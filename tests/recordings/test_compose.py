"""From originals to a file that plays: length, time, silence, what the browser makes of it."""

import asyncio
import fcntl
import functools
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.async_api import async_playwright

from recordings.compose import NothingToCompose, compose
from recordings.composing import ComposeFailed, compose_in_child
from recordings.recorder import Recorder
from recordings.shelf import RoomFolder, Shelf
from tests.recordings.packets import Person, Sent, lose, opus, send_audio, send_video, vp8

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
MARKS = (1.0, 2.5, 4.0)


def marked(begin: float, *, picture_late: float = 0.0) -> list[Sent]:
    """Five seconds in which each mark is a flash and a beep."""
    return send_audio(opus(5, MARKS), begin=begin) + send_video(vp8(5, flashes=MARKS), begin=begin + picture_late)


async def record(root: Path, *stretches: list[Sent], reports: bool = False, sealed: int = -1) -> RoomFolder:
    """One segment for each stretch; the one of that number is under seal."""
    recorder = Recorder(Shelf(root, floor=0), "r-mot")
    recorder.start(AT)
    zero = asyncio.get_running_loop().time()
    for number, sent in enumerate(stretches):
        an = Person()
        recorder.follow("c-an", an.audio, an.video, under_seal=number == sealed)
        if reports:
            half = len(sent) // 2
            in_order = sorted(sent, key=lambda one: one.at)
            an.deliver(in_order[:1], zero)
            an.deliver([one for one in in_order[1:] if one.kind == "video"][:1], zero)
            await asyncio.sleep(0.3)
            an.audio.report(5000, 1000.0)
            an.video.report(9000, 1000.0)
            await asyncio.sleep(0.3)
            an.deliver(in_order[1:half], zero)
            an.deliver(in_order[half:], zero)
        else:
            an.deliver(sent, zero)
        recorder.unfollow("c-an")
    await recorder.stop()
    return Shelf(root).folder("r-mot")


def beginnings(times: list[float]) -> list[float]:
    """The first of each run of moments that lie close together."""
    return [at for before, at in zip([-9.0, *times], times, strict=False) if at - before > 0.5]


def flashes(path: Path) -> list[float]:
    with av.open(str(path)) as reader:
        return beginnings(
            [float(frame.time or 0) for frame in reader.decode(video=0) if frame.to_ndarray(format="gray").mean() > 150]
        )


def beeps(path: Path) -> list[float]:
    """By counting samples, as a player without regard for timestamps would hear them."""
    with av.open(str(path)) as reader:
        wave = np.concatenate([frame.to_ndarray()[0] for frame in reader.decode(audio=0)])
    loud = np.flatnonzero(np.abs(wave) > 0.1) / 48000
    return beginnings([float(at) for at in loud])


async def test_two_segments_become_one_with_sound_and_picture_in_step(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0.5), marked(9.0))
    made = compose(folder, "c-an")
    path = folder.path / made.file
    assert made.duration_ms / 1000 == pytest.approx(14, abs=0.5)
    assert made.intact
    expected = [begin + mark for begin in (0.5, 9.0) for mark in MARKS]
    assert flashes(path) == pytest.approx(expected, abs=0.08)
    assert beeps(path) == pytest.approx(expected, abs=0.08)
    assert beeps(path) == pytest.approx(flashes(path), abs=0.08)
    assert made.silence_ms == pytest.approx(500 + 3500, abs=60)


async def test_sender_reports_bring_a_late_picture_back_into_step(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(1.0, picture_late=0.4), reports=True)
    path = folder.path / compose(folder, "c-an").file
    assert beeps(path) == pytest.approx(flashes(path), abs=0.08)


async def test_lost_sound_is_filled_so_that_time_is_kept(tmp_path: Path) -> None:
    sent = marked(0.0)
    kept = [one for one in sent if one.kind == "video" or not 1.5 <= one.at < 2.3]
    kept = lose([one for one in kept if one.kind == "audio"], 0.05) + [one for one in kept if one.kind == "video"]
    folder = await record(tmp_path, kept)
    path = folder.path / compose(folder, "c-an").file
    found = beeps(path)
    assert len(found) == len(MARKS)
    assert found == pytest.approx(MARKS, abs=0.08)


async def test_a_picture_that_changes_its_size_still_decodes(tmp_path: Path) -> None:
    small, large = vp8(2), vp8(2, size=(640, 360))
    sent = send_audio(opus(4)) + send_video([*small, *large])
    folder = await record(tmp_path, sent)
    with av.open(str(folder.path / compose(folder, "c-an").file)) as reader:
        assert (reader.streams.video[0].width, reader.streams.video[0].height) == (640, 360)
        widths = [frame.width for frame in reader.decode(video=0)]
    assert len(widths) == 120


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_one_kind_alone(tmp_path: Path, kind: str) -> None:
    folder = await record(tmp_path, [one for one in marked(0) if one.kind == kind])
    made = compose(folder, "c-an")
    assert (made.has_audio, made.has_video) == (kind == "audio", kind == "video")
    with av.open(str(folder.path / made.file)) as reader:
        assert [stream.type for stream in reader.streams] == [kind]


async def test_segments_that_overlap_are_heard_once(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0), marked(3))
    made = compose(folder, "c-an")
    assert made.duration_ms == pytest.approx(8000, abs=100)
    assert beeps(folder.path / made.file) == pytest.approx([1, 2.5, 4, 5.5, 7], abs=0.08)


async def test_no_sealed_second_is_in_the_ordinary_file_and_no_other_in_the_sealed_one(tmp_path: Path) -> None:
    stretches = [[one for one in marked(begin) if one.kind == "audio"] for begin in (0, 6, 12)]
    folder = await record(tmp_path, *stretches, sealed=1)
    made, kept = compose(folder, "c-an"), compose(folder, "c-an", under_seal=True)
    assert (made.file, kept.file) == ("playback/c-an.webm", "sealed/c-an.webm")
    assert beeps(folder.path / made.file) == pytest.approx([1, 2.5, 4, 13, 14.5, 16], abs=0.08)
    assert beeps(folder.path / kept.file) == pytest.approx([7, 8.5, 10], abs=0.08)
    assert [one.file for one in folder.ledger().segments if one.under_seal] == ["c-an-002.sealed.webm"]


async def test_composing_again_gives_the_same(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0))
    first, second = compose(folder, "c-an"), compose(folder, "c-an")
    assert first.duration_ms == second.duration_ms
    assert [path.name for path in (folder.path / "playback").iterdir()] == ["c-an.webm"]


async def test_an_original_that_changed_is_told(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0))
    with (folder.path / "c-an-001.webm").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x01")
    assert not compose(folder, "c-an").intact


async def test_in_a_child_process(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0))
    made = await compose_in_child(folder, "c-an")
    assert made.file == "playback/c-an.webm"
    assert (folder.path / made.file).stat().st_size == made.bytes
    with pytest.raises(ComposeFailed) as nothing:
        await compose_in_child(folder, "c-nobody")
    assert nothing.value.code == "nothing"
    with pytest.raises(NothingToCompose):
        compose(folder, "c-nobody")
    with (folder.path / "playback" / "c-an.part").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ComposeFailed) as busy:
            await compose_in_child(folder, "c-an")
    assert busy.value.code == "busy"
    (folder.path / "c-an-001.webm").write_bytes(b"")
    with pytest.raises(ComposeFailed) as failed:
        await compose_in_child(folder, "c-an")
    assert failed.value.code == "failed"
    assert failed.value.said


def test_a_killed_child_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    folder = asyncio.run(record(tmp_path, marked(0)))
    command = [sys.executable, "-m", "recordings.compose", str(folder.path), "c-an"]
    part = folder.path / "playback" / "c-an.part"
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        while not part.exists() and child.poll() is None:
            time.sleep(0.001)
        child.send_signal(signal.SIGKILL)
    if child.returncode == -signal.SIGKILL:
        assert not (folder.path / "playback" / "c-an.webm").exists()
    made = asyncio.run(compose_in_child(folder, "c-an"))
    assert made.duration_ms == pytest.approx(5000, abs=100)
    assert not part.exists()


async def test_cancelling_kills_the_child(tmp_path: Path) -> None:
    folder = await record(tmp_path, marked(0))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await compose_in_child(folder, "c-an")
    assert not (folder.path / "playback" / "c-an.webm").exists()


class Ranges(http.server.SimpleHTTPRequestHandler):
    """Files with byte ranges, as the office serves them."""

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(200, b"<!doctype html><title>player</title>", "text/html", {})
            return
        content = Path(self.translate_path(self.path)).read_bytes()
        first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        start, end = int(first), int(last) if last else len(content) - 1
        about = {"Content-Range": f"bytes {start}-{end}/{len(content)}", "Accept-Ranges": "bytes"}
        self._answer(206, content[start : end + 1], "video/webm", about)

    def _answer(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": kind, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    handler = functools.partial(Ranges, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


PLAY = """async ([url, to]) => {
  const video = document.createElement('video');
  const once = name => new Promise((yes, no) => {
    video.addEventListener(name, yes, {once: true});
    video.addEventListener('error', () => no(new Error(video.error.message)), {once: true});
  });
  video.muted = true; video.src = url; document.body.append(video);
  await once('loadeddata');
  const duration = video.duration;
  if (to >= 0) { const there = once('seeked'); video.currentTime = to; await there; }
  const landed = video.currentTime, before = performance.now();
  await video.play();
  while (video.currentTime < landed + 0.7 && performance.now() - before < 8000)
    await new Promise(yes => setTimeout(yes, 20));
  return {duration: duration === Infinity ? -1 : duration, landed, now: video.currentTime,
          width: video.videoWidth};
}"""


@pytest.mark.browser
async def test_chromium_knows_the_length_and_seeks(tmp_path: Path, address: str) -> None:
    folder = await record(tmp_path, marked(0.5), marked(9.0))
    compose(folder, "c-an")
    sound = await record(tmp_path / "sound", [one for one in marked(0) if one.kind == "audio"])
    compose(sound, "c-an")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = await browser.new_page()
        await page.goto(address)
        whole = await page.evaluate(PLAY, [f"{address}r-mot/playback/c-an.webm", 11])
        heard = await page.evaluate(PLAY, [f"{address}sound/r-mot/playback/c-an.webm", 3])
        original = await page.evaluate(PLAY, [f"{address}sound/r-mot/c-an-001.webm", -1])
        await browser.close()
    assert whole["duration"] == pytest.approx(14, abs=0.5)
    assert whole["landed"] == pytest.approx(11, abs=0.1)
    assert whole["now"] >= 11.6
    assert whole["width"] == 320
    assert heard["duration"] == pytest.approx(5, abs=0.5)
    assert heard["now"] >= 3.6
    assert original["now"] >= 0.6, "an original with an empty picture track plays"


def test_the_child_speaks_json(tmp_path: Path) -> None:
    folder = asyncio.run(record(tmp_path, marked(0)))
    command = [sys.executable, "-m", "recordings.compose", str(folder.path), "c-an"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.count("\n") == 1
    assert json.loads(said)["duration_ms"] == pytest.approx(5000, abs=100)
