"""The native core by itself: its thread, its door, its bounds."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from signaling.passthrough import build, hot, police, rtp
from signaling.passthrough.native_port import CoreInbox
from signaling.passthrough.rtp import HEADER
from tests.signaling.both_paths import needs_compiler
from tests.signaling.native_parts import PICTURE, SOUND, Caller

pytestmark = needs_compiler

KEY_FRAME = bytes((0x90, 0xE0, 0x80, 5, 9, 0, 0x10, 0))
LATER = bytes((0x90, 0xE0, 0x80, 6, 9, 0, 0x11, 0))
STUN = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def rtp_packet(sequence: int, body: bytes, kind: int = PICTURE, ssrc: int = 5) -> bytes:
    return HEADER.pack(0x80, kind, sequence & 0xFFFF, sequence * 10, ssrc) + body


class Wired:
    """A core on a socket with a running thread."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.news = os.eventfd(0, os.EFD_NONBLOCK)
        self.core = hot.Core(hot.library(), self.socket.fileno(), self.news)
        self.core.start()
        self.callers: list[Caller] = []

    def caller(self, name: int) -> Caller:
        made = Caller(self.core, name)
        made.connect()
        self.callers.append(made)
        return made

    def send(self, caller: Caller, *packets: bytes) -> None:
        before = self.core.counts()["received"]
        for packet in packets:
            caller.socket.sendto(packet, self.socket.getsockname())
        until(lambda: self.core.counts()["received"] >= before + len(packets))

    def close(self) -> None:
        self.core.close()
        for each in self.callers:
            each.close()
        self.socket.close()
        os.close(self.news)


@pytest.fixture
def wired() -> Iterator[Wired]:
    made = Wired()
    yield made
    made.close()


@pytest.fixture
def core() -> Iterator[hot.Core]:
    made = hot.Core(hot.library())
    yield made
    made.close()


def take(core: hot.Core, caller: Caller, packet: bytes, now: float) -> None:
    core.lib.hot_line_take(caller.line, packet, len(packet), now)


def test_packets_go_from_one_browser_to_the_others(wired: Wired) -> None:
    ana, binh, chi = (wired.caller(number) for number in (1, 2, 3))
    stream = ana.stream()
    for each in (binh, chi):
        each.watch(stream, 700)
    bodies = [KEY_FRAME + os.urandom(1000), *(LATER + os.urandom(1000) for _ in range(3))]
    wired.send(ana, *(ana.seals.protect(rtp_packet(10 + i, body)) for i, body in enumerate(bodies)))
    for each in (binh, chi):
        got = [rtp.parse(each.unseals.unprotect(each.socket.recv(2048))) for _ in bodies]
        assert [packet.sequence for packet in got] == [1001, 1002, 1003, 1004]
        assert {packet.ssrc for packet in got} == {700}
        assert [packet.payload[8:] for packet in got] == [body[8:] for body in bodies]
    assert wired.core.counts()["sent"] == 8


def test_equal_packets_leave_as_one_message(wired: Wired) -> None:
    ana, binh = wired.caller(1), wired.caller(2)
    binh.watch(ana.stream(), 700)
    # Gathered while the thread is kept from its socket by a long queue behind it.
    packets = [ana.seals.protect(rtp_packet(10 + i, KEY_FRAME + bytes(900))) for i in range(60)]
    wired.core.lib.hot_coalesce(wired.core.pointer, 0.001)
    wired.send(ana, *packets)
    for _ in packets:
        binh.unseals.unprotect(binh.socket.recv(2048))
    counts = wired.core.counts()
    assert counts["sent"] == 60
    assert counts["messages"] <= 60
    assert counts["unsent"] == 0


def test_what_is_not_media_goes_to_python_with_its_address(wired: Wired) -> None:
    ana = wired.caller(1)
    stranger = Caller(wired.core, 9)
    rtcp = b"\x80\xc9" + bytes(30)
    wired.send(stranger, STUN, b"\x16hello", b"\x80" * 30, b"", b"\x00")
    wired.send(ana, rtcp, b"\x16hello", b"\x50", b"")
    assert os.eventfd_read(wired.news)
    heard = list(wired.core.drain(hot.STRANGE))
    assert [each.content for each in heard] == [STUN, b"\x16hello", rtcp, b"\x16hello", b"\x50", b""]
    assert heard[0].address == stranger.socket.getsockname()
    assert heard[2].address == ana.socket.getsockname()
    assert wired.core.counts()["strangers"] == 3
    stranger.close()


def test_a_forged_packet_is_counted_and_no_more(wired: Wired) -> None:
    ana = wired.caller(1)
    stream = ana.stream()
    good = ana.seals.protect(rtp_packet(10, KEY_FRAME))
    bent = good[:-1] + bytes((good[-1] ^ 1,))
    wired.send(ana, bent, b"\x80", b"\x80\x60" + bytes(40), good, good)
    assert ana.facts().unauthentic == 4
    facts = hot.ffi.new("hot_stream_facts *")
    wired.core.lib.hot_stream_look(stream, facts)
    assert facts.packets == 1


def test_a_datagram_too_long_is_counted(wired: Wired) -> None:
    ana = wired.caller(1)
    wired.send(ana, bytes(2049), bytes(3000))
    assert wired.core.counts()["too_long"] == 2


def test_one_browser_cannot_flood(core: hot.Core) -> None:
    ana = Caller(core, 1)
    ana.connect()
    address = hot.write_address(ana.socket.getsockname())
    for _ in range(5000):
        core.lib.hot_datagram(core.pointer, address, b"\x80\x60" + bytes(20), 22, 100.0)
    passed = police.BURST // (22 + police.PACKET) + 1
    assert ana.facts().policed == 5000 - passed
    core.lib.hot_datagram(core.pointer, address, b"\x80\x60" + bytes(20), 22, 100.1)
    assert ana.facts().policed == 5000 - passed
    ana.close()


def test_one_browser_cannot_fill_memory_with_names_of_streams(core: hot.Core) -> None:
    ana = Caller(core, 1)
    ana.connect()
    address = hot.write_address(ana.socket.getsockname())
    stream = ana.stream()
    for ssrc in range(100):
        sealed = ana.seals.protect(rtp_packet(10, KEY_FRAME, ssrc=ssrc))
        core.lib.hot_datagram(core.pointer, address, sealed, len(sealed), 100.0)
    facts = hot.ffi.new("hot_stream_facts *")
    core.lib.hot_stream_look(stream, facts)
    assert facts.restarts == 64
    assert ana.facts().policed == 36
    ana.close()


def test_a_pipe_is_bounded_and_goes_round(core: hot.Core) -> None:
    stranger = hot.write_address(("192.0.2.1", 7))
    heard: list[int] = []
    for _ in range(3):
        for number in range(2000):
            packet = STUN + number.to_bytes(2, "big") + bytes(1000)
            core.lib.hot_datagram(core.pointer, stranger, packet, len(packet), 1.0)
        heard = [int.from_bytes(each.content[20:22], "big") for each in core.drain(hot.STRANGE)]
        assert 900 < len(heard) < 1000
        assert heard == list(range(len(heard)))
    assert core.counts()["overflowed"] == 6000 - 3 * len(heard)


def test_a_pipe_read_while_written_loses_nothing(core: hot.Core) -> None:
    stranger = hot.write_address(("2001:db8::1", 7))
    heard: list[bytes] = []
    sent = [STUN + bytes((number % 251,)) * (number * 37 % 1900) for number in range(3000)]
    for number, packet in enumerate(sent):
        core.lib.hot_datagram(core.pointer, stranger, packet, len(packet), 1.0)
        if number % 400 == 399:
            every = list(core.drain(hot.STRANGE))
            assert {each.address for each in every} == {("2001:db8::1", 7)}
            heard += (each.content for each in every)
    heard += (each.content for each in core.drain(hot.STRANGE))
    assert heard == sent


def test_a_flood_is_read_in_turns_in_order_and_whole(wired: Wired) -> None:
    core, stranger = hot.Core(hot.library()), hot.write_address(("192.0.2.1", 7))
    inbox = CoreInbox(core, wired.socket, wired.news)
    sent = [number.to_bytes(2, "big") for number in range(900)]
    for number in sent:
        packet = STUN + number + bytes(1000)
        core.lib.hot_datagram(core.pointer, stranger, packet, len(packet), 1.0)
    heard: list[bytes] = []
    turns = 0
    while not heard or not inbox.is_empty:
        _, sizes = inbox.receive()
        heard += (bytes(cell.buffer[20:22]) for cell, _ in zip(inbox.cells, sizes, strict=False))
        turns += hot.STRANGE in core.unread
    assert heard == sent
    # The core was asked more than once: no turn takes a whole ring.
    assert turns
    core.close()


def test_a_muted_stream_is_held_back_at_once(core: hot.Core) -> None:
    ana, binh = Caller(core, 1), Caller(core, 2)
    stream = ana.stream()
    binh.watch(stream, 700)
    core.lib.hot_stream_tap(stream, 1)
    take(core, ana, rtp_packet(10, KEY_FRAME), 1.0)
    core.lib.hot_stream_mute(stream, 1)
    take(core, ana, rtp_packet(11, KEY_FRAME), 1.1)
    core.lib.hot_stream_mute(stream, 0)
    take(core, ana, rtp_packet(12, LATER), 1.2)
    take(core, ana, rtp_packet(13, KEY_FRAME), 1.3)
    assert [each.sequence for each in core.drain(hot.TAPPED)] == [10, 12, 13]
    assert [rtp.parse(each.content).sequence for each in core.drain(hot.SENT)] == [1001, 1002]
    ana.close()
    binh.close()


def test_addresses_come_and_go(core: hot.Core) -> None:
    ana = Caller(core, 1)
    places = [(f"192.0.2.{number % 200}", 1000 + number) for number in range(500)]
    for place in places:
        core.verify(place, ana.line)
    for place in places[::2]:
        core.forget(place)
    for place in places:
        core.lib.hot_datagram(core.pointer, hot.write_address(place), b"\x50", 1, 1.0)
    assert core.counts()["strangers"] == 250
    assert [each.address for each in core.drain(hot.STRANGE)] == places[1::2]
    ana.close()


def test_a_line_that_waits_for_a_key_frame_has_it_asked_for(core: hot.Core) -> None:
    ana, binh = Caller(core, 1), Caller(core, 2)
    stream = ana.stream()
    take(core, ana, rtp_packet(10, LATER), 1.0)
    assert core.due(1.0) == [1]
    binh.watch(stream, 700)
    assert core.due(1.1) == [1]
    lost, flags = hot.ffi.new("uint16_t[]", hot.MOST_LOST), hot.ffi.new("int *")
    core.lib.hot_stream_ask(stream, 1.1, lost, flags)
    assert flags[0] == hot.ASK_KEY_FRAME
    assert core.due(1.2) == []
    assert core.due(1.61) == [1]
    take(core, ana, rtp_packet(11, KEY_FRAME), 1.7)
    core.lib.hot_stream_ask(stream, 1.7, lost, flags)
    assert core.due(5.0) == []
    ana.close()
    binh.close()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_everything_may_be_closed_in_any_order(order: tuple[int, ...]) -> None:
    core = hot.Core(hot.library())
    ana, binh = Caller(core, 1), Caller(core, 2)
    stream = ana.stream()
    leg = binh.watch(stream, 700)
    ends: list[Callable[[], Any]] = [
        lambda: hot.ffi.release(stream),
        lambda: hot.ffi.release(leg),
        lambda: hot.ffi.release(binh.line),
        core.close,
    ]
    for number in order:
        ends[number]()
    hot.ffi.release(ana.line)
    ana.socket.close()
    binh.socket.close()


def test_sound_has_a_level_and_starts_at_once(core: hot.Core) -> None:
    ana, binh = Caller(core, 1), Caller(core, 2)
    stream = ana.stream(is_picture=False)
    binh.watch(stream, 800, is_picture=False)
    packet = HEADER.pack(0x90, SOUND, 1, 0, 5) + b"\xbe\xde\0\1\x20\x94\0\0opus"
    take(core, ana, packet, 1.0)
    facts = hot.ffi.new("hot_stream_facts *")
    core.lib.hot_stream_look(stream, facts)
    assert facts.level == 0x14
    assert [rtp.parse(each.content).payload for each in core.drain(hot.SENT)] == [b"opus"]
    ana.close()
    binh.close()


def test_a_recipe_changes_with_its_flags() -> None:
    assert build.recipe().key == build.recipe().key
    assert build.recipe().key != build.recipe(build.FUZZER).key


def test_without_a_compiler_the_path_is_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.passthrough.build.COMPILERS", ("no-such-compiler",))
    assert hot.choose("native").path == "python"
    assert "compiler" in hot.choose("auto").why


def test_a_source_that_does_not_compile_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.c").write_text("int main(void) { return nothing; }\n")
    monkeypatch.setattr("signaling.passthrough.build.SOURCES", tmp_path)
    monkeypatch.setattr("signaling.passthrough.build.FOLDER", tmp_path / "made")
    choice = hot.choose("native")
    assert choice.path == "python"
    assert "nothing" in choice.why
    assert "\n" not in choice.why
