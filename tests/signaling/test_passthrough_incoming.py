"""One stream from a browser: counted, repaired, handed on without a jump."""

import pytest

from signaling.passthrough import hot, rtcp
from signaling.passthrough.incoming import KEY_FRAME_EVERY, IncomingFormat
from signaling.passthrough.native_line import NativeLine
from signaling.passthrough.rtp import HEADER
from signaling.passthrough.uplink import WALL, Uplink
from signaling.tracks import SILENCE, RtpPacket, Source
from tests.signaling.both_paths import Chosen, either_path

__all__ = ["either_path"]
pytestmark = pytest.mark.usefixtures("either_path")


class Ear:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.heard: list[RtpPacket] = []
        self.reports: list[tuple[int, float]] = []

    def push(self, source: Source, packet: RtpPacket) -> None:
        self.heard.append(packet)

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
        self.reports.append((rtp_timestamp, ntp))

    def ended(self, source: Source) -> None:
        self.heard.clear()


class Up:
    """An uplink with ears on it and what it said to the browser."""

    def __init__(self) -> None:
        self.said: list[rtcp.Message] = []
        self.audio, self.video = Source("m", "audio"), Source("m", "video")
        self.sound, self.sight = Ear(), Ear()
        self.audio.subscribe(self.sound)
        self.video.subscribe(self.sight)
        formats = IncomingFormat(111, level_id=2), IncomingFormat(96, 97, time_id=3)
        make = Uplink
        if Chosen.path == "native":
            self._native = NativeLine(hot.Core(hot.library()), 1)
            make = self._native.uplink  # type: ignore[assignment]
        self.up = make((self.audio, self.video), formats, self.say, 1)
        self.up.cap = 2_500_000

    def say(self, packet: bytes) -> bool:
        self.said += rtcp.parse(packet)[0]
        return True

    def send(self, kind: int, sequence: int, at: float, ssrc: int = 5, body: bytes = b"x") -> None:
        stamp = sequence * 10
        self.up.take(HEADER.pack(0x80, kind, sequence & 0xFFFF, stamp, ssrc) + body, at)


def test_packets_are_sorted_by_payload_type() -> None:
    up = Up()
    up.send(96, 1, 0.0)
    up.send(111, 1, 0.0, ssrc=6)
    up.send(100, 1, 0.0, ssrc=7)
    assert (len(up.sound.heard), len(up.sight.heard), up.up.unknown) == (1, 1, 1)


def test_the_allowance_is_told_with_the_first_picture() -> None:
    up = Up()
    up.send(96, 1, 0.0)
    assert len(up.said) == 1
    assert isinstance(up.said[0], rtcp.Remb)


def test_a_lost_packet_is_asked_for_and_taken_from_the_stream_beside() -> None:
    up = Up()
    up.send(96, 10, 0.0)
    up.send(96, 12, 0.01)
    up.up.tick(0.02)
    assert rtcp.Nack(5, (11,)) in up.said
    up.send(97, 1, 0.05, ssrc=77, body=b"\x00\x0brepaired")
    up.send(97, 2, 0.05, ssrc=77, body=b"\x00\x0brepaired")
    up.send(97, 3, 0.05, ssrc=77, body=b"")
    assert [each.sequence for each in up.sight.heard] == [10, 12, 11]
    assert up.sight.heard[2].payload == b"repaired"
    assert up.up.video.repaired == 1


def test_what_cannot_be_repaired_becomes_a_key_frame_wish() -> None:
    up = Up()
    up.send(96, 10, 0.0)
    up.send(96, 12, 0.01)
    up.up.tick(1.0)
    assert rtcp.KeyFrameRequest(5) in up.said


def test_ten_wishes_are_one_request() -> None:
    up = Up()
    up.send(96, 10, 0.0)
    for _ in range(10):
        up.video.request_key_frame()
    up.up.tick(1.0)
    up.video.request_key_frame()
    up.up.tick(1.1)
    assert up.said.count(rtcp.KeyFrameRequest(5)) == 1
    up.up.tick(1.0 + KEY_FRAME_EVERY)
    assert up.said.count(rtcp.KeyFrameRequest(5)) == 2


def test_another_stream_in_the_same_line_goes_on_without_a_jump() -> None:
    up = Up()
    up.send(96, 10, 0.0)
    up.send(96, 500, 1.0, ssrc=9)
    up.send(96, 501, 1.1, ssrc=9)
    first, second, third = up.sight.heard
    assert [each.sequence for each in up.sight.heard] == [10, 11, 12]
    assert second.timestamp - first.timestamp == 90_000
    assert third.timestamp - second.timestamp == 10


def test_goodbye_and_back() -> None:
    up = Up()
    up.send(111, 10, 0.0)
    up.up.ended((5,))
    assert up.audio.level == SILENCE
    up.send(111, 11, 2.0)
    assert [each.sequence for each in up.sound.heard] == [10, 11]


def test_level_is_heard_and_fades() -> None:
    up = Up()
    packet = HEADER.pack(0x90, 111, 1, 0, 5) + b"\xbe\xde\0\1\x20\x94\0\0opus"
    up.up.take(packet, 1.0)
    assert up.audio.level == 0x14
    up.up.tick(1.5)
    assert up.audio.level == 0x14
    up.up.tick(2.5)
    assert up.audio.level == SILENCE


def test_the_end_of_a_picture_tells_when_it_left() -> None:
    up = Up()
    for at, marker in ((1.0, 0), (1.1, 128)):
        head = HEADER.pack(0x90, 96 | marker, 1 + (marker > 0), 0, 5)
        up.up.take(head + b"\xbe\xde\0\1\x32" + bytes((1, 2, marker)) + b"x", at)
    assert up.up.way._stamp == 0x010280


def test_sound_and_picture_share_one_clock() -> None:
    up = Up()
    up.send(96, 1, 100.0)
    up.send(111, 1, 100.0, ssrc=6)
    base = 1_000_000.0
    up.up.reported(rtcp.SenderReport(5, rtcp.to_ntp(base), 10, 1, 1), 100.0)
    up.up.reported(rtcp.SenderReport(6, rtcp.to_ntp(base + 0.25), 20, 1, 1), 100.3)
    (_, picture), (_, sound) = up.sight.reports[0], up.sound.reports[0]
    assert abs(picture - (100.0 + WALL)) < 1e-3
    assert abs((sound - picture) - 0.25) < 1e-3


def test_a_clock_that_was_set_is_followed() -> None:
    up = Up()
    up.send(96, 1, 100.0)
    up.up.reported(rtcp.SenderReport(5, rtcp.to_ntp(1e6), 10, 1, 1), 100.0)
    up.up.reported(rtcp.SenderReport(5, rtcp.to_ntp(2e6), 10, 1, 1), 101.0)
    assert abs(up.sight.reports[1][1] - (101.0 + WALL)) < 1e-3
