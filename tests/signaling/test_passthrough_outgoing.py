"""One line of a slot: whoever sits there, the browser sees one unbroken stream."""

from dataclasses import replace

import pytest

from signaling.passthrough import hot, rtcp, rtp, vp8
from signaling.passthrough.native_line import NativeLine
from signaling.passthrough.native_outgoing import NativeOutgoing
from signaling.passthrough.outgoing import MOST_REPEATED, Outgoing, OutgoingFormat
from signaling.tracks import Kind, RtpPacket, Source
from tests.signaling.both_paths import Chosen, either_path

__all__ = ["either_path"]
pytestmark = pytest.mark.usefixtures("either_path")

PICTURE = OutgoingFormat("video", "3", 1000, 96, 2000, 97, mid_id=1, time_id=3)
SOUND = OutgoingFormat("audio", "2", 3000, 111, mid_id=1, level_id=2)


def payload(*, key: bool, number: int = 5, level: int = 9) -> bytes:
    return bytes((0x90, 0xE0, 0x80 | number >> 8, number & 0xFF, level, 0, 0x10 | (not key), 0))


class Line:
    """An outgoing line with what left it."""

    def __init__(self, form: OutgoingFormat) -> None:
        self._sent: list[bytes] = []
        self._core: hot.Core | None = None
        self._native: NativeLine | None = None
        make = Outgoing
        if Chosen.path == "native":
            self._core = hot.Core(hot.library())
            self._native = NativeLine(self._core, 1)
            make = self._native.outgoing  # type: ignore[assignment]
        self.line = make(form, 90_000 if form.kind == "video" else 48_000, self.send)

    def send(self, head: bytes, body: bytes) -> bool:
        self._sent.append(head + body)
        return True

    @property
    def sent(self) -> list[bytes]:
        if self._core is not None:
            self._sent += (each.content for each in self._core.drain(hot.SENT))
        if isinstance(self.line, NativeOutgoing):
            self.line.refresh()
        return self._sent

    @property
    def arrived(self) -> list[rtp.Arrived]:
        return [rtp.parse(packet) for packet in self.sent]


class Speaker:
    """A source with a browser behind it that counts wishes."""

    def __init__(self, kind: Kind = "video", first: int = 100, stamp: int = 0) -> None:
        self.source = Source("m", kind)
        self.wishes = 0
        self.sequence = first
        self.stamp = stamp
        self.source.on_key_frame_wanted = self.wish

    def wish(self) -> None:
        self.wishes += 1

    def speak(self, content: bytes, at: float, *, step: int = 3000, marker: bool = True) -> None:
        self.source.deliver(RtpPacket(content, self.sequence, self.stamp, marker, at))
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.stamp = (self.stamp + step) & 0xFFFFFFFF


def test_a_picture_waits_for_its_key_frame_and_asks_for_it() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    assert speaker.wishes == 1
    speaker.speak(payload(key=False), 1.0)
    assert not line.sent
    line.line.tick(1.0)
    line.line.tick(1.2)
    line.line.tick(1.6)
    assert speaker.wishes == 3
    speaker.speak(payload(key=True), 1.7)
    assert len(line.sent) == 1
    line.line.tick(3.0)
    assert speaker.wishes == 3


def test_the_numbers_agreed_with_the_browser_are_on_every_packet() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speaker.speak(payload(key=True), 1.0)
    arrived = line.arrived[0]
    assert (arrived.ssrc, arrived.payload_type, arrived.marker) == (1000, 96, True)
    assert rtp.find_extension(arrived.profile, arrived.extensions, 1) == b"3"
    stamp = rtp.find_extension(arrived.profile, arrived.extensions, 3)
    assert stamp is not None
    assert len(stamp) == 3
    assert arrived.payload == payload(key=True)


def test_sound_starts_at_once_and_carries_its_level() -> None:
    line, speaker = Line(SOUND), Speaker("audio")
    line.line.occupy(speaker.source)
    speaker.source.level = 33
    speaker.speak(b"opus", 1.0, step=960)
    arrived = line.arrived[0]
    assert rtp.find_extension(arrived.profile, arrived.extensions, 2) == b"\x21"
    assert arrived.payload == b"opus"


def test_no_extensions_means_none() -> None:
    line, speaker = Line(replace(SOUND, mid_id=-1, level_id=-1)), Speaker("audio")
    line.line.occupy(speaker.source)
    speaker.speak(b"opus", 1.0)
    assert line.sent[0][0] == 0x80
    assert line.arrived[0].payload == b"opus"


def test_another_occupant_is_no_break() -> None:
    line, one, two = Line(PICTURE), Speaker(first=100), Speaker(first=40_000, stamp=4_000_000_000)
    line.line.occupy(one.source)
    one.speak(payload(key=True, number=7, level=200), 1.0)
    one.speak(payload(key=False, number=8, level=201), 1.033)
    line.line.occupy(two.source)
    one.speak(payload(key=False, number=9), 1.066)
    two.speak(payload(key=False, number=300), 1.5)
    two.speak(payload(key=True, number=301, level=50), 2.033)
    two.speak(payload(key=False, number=302, level=51), 2.066)
    sequences = [each.sequence for each in line.arrived]
    assert [(s - sequences[0]) & 0xFFFF for s in sequences] == [0, 1, 2, 3]
    stamps = [each.timestamp for each in line.arrived]
    assert (stamps[2] - stamps[1]) & 0xFFFFFFFF == pytest.approx(90_000, abs=2)
    assert (stamps[3] - stamps[2]) & 0xFFFFFFFF == 3000
    pictures = [vp8.look(each.payload) for each in line.arrived]
    assert [each.number for each in pictures] == [7, 8, 9, 10]
    assert [each.level_zero for each in pictures] == [200, 201, 202, 203]
    assert one.source.sinks == ()


def test_the_same_occupant_again_changes_nothing() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speaker.speak(payload(key=True), 1.0)
    line.line.occupy(speaker.source)
    speaker.speak(payload(key=False), 1.1)
    assert len(line.sent) == 2


def test_an_occupant_that_ended_leaves_the_line_silent() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speaker.source.end()
    assert line.line.source is None
    line.line.occupy(speaker.source)
    assert line.line.source is None
    assert speaker.source.sinks == ()


def test_a_muted_source_is_silent_and_comes_back_without_a_hole() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speaker.speak(payload(key=True), 1.0)
    speaker.source.mute(on=True)
    speaker.source.mute(on=True)
    for _ in range(5):
        speaker.speak(payload(key=False), 1.1)
    assert len(line.sent) == 1
    speaker.source.mute(on=False)
    assert speaker.wishes == 2
    speaker.speak(payload(key=False), 2.0)
    speaker.speak(payload(key=True), 2.1)
    first, second = line.arrived
    assert (second.sequence - first.sequence) & 0xFFFF == 1


def test_what_was_missed_comes_again_beside_the_stream() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speaker.speak(payload(key=True), 1.0)
    speaker.speak(payload(key=False), 1.03)
    missed = line.arrived[1]
    line.line.repeat((missed.sequence, (missed.sequence + 9) & 0xFFFF), 1.1)
    line.line.repeat((missed.sequence,), 1.105)
    line.line.repeat((missed.sequence,), 1.15)
    first, second = line.arrived[2:]
    assert (first.ssrc, first.payload_type, first.timestamp) == (2000, 97, missed.timestamp)
    assert first.payload == missed.sequence.to_bytes(2, "big") + missed.payload
    assert (second.sequence - first.sequence) & 0xFFFF == 1


def test_a_liar_cannot_ask_for_a_flood() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    for _ in range(500):
        speaker.speak(payload(key=True), 1.0)
    every = tuple(each.sequence for each in line.arrived)
    line.line.repeat(every, 2.0)
    line.line.repeat(every, 3.0)
    assert line.line.repeated == MOST_REPEATED


def test_its_clock_is_the_publishers_clock() -> None:
    line, speaker = Line(PICTURE), Speaker(stamp=50_000)
    line.line.occupy(speaker.source)
    assert line.line.report(1000.0) == b""
    speaker.speak(payload(key=True), 1.0)
    assert line.line.report(1000.0) == b""
    speaker.source.report(50_000, 1000.0)
    (report,), broken = rtcp.parse(line.line.report(1002.0))
    assert not broken
    assert isinstance(report, rtcp.SenderReport)
    expected = line.arrived[0].timestamp + 180_000
    assert report.rtp_timestamp == expected & 0xFFFFFFFF
    assert rtcp.from_ntp(report.ntp) == pytest.approx(1002.0, abs=1e-6)
    assert (report.packets, report.octets) == (1, len(payload(key=True)))
    assert line.line.report(1100.0) == b""


def test_a_sink_that_raises_costs_only_itself() -> None:
    class Broken:
        def push(self, source: Source, packet: RtpPacket) -> None:
            raise RuntimeError(source.member)

        def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
            raise RuntimeError

        def ended(self, source: Source) -> None:
            raise RuntimeError

    line, speaker = Line(SOUND), Speaker("audio")
    broken = Broken()
    speaker.source.subscribe(broken)
    line.line.occupy(speaker.source)
    speaker.speak(b"opus", 1.0)
    assert len(line.sent) == 1
    assert broken not in speaker.source.sinks
    speaker.source.subscribe(broken)
    speaker.source.report(1, 2.0)
    speaker.source.subscribe(broken)
    speaker.source.end()
    assert speaker.source.sinks == ()


def layered(number: int, layer: int, *, key: bool = False, sync: bool = False) -> bytes:
    head = (0x90, 0xE0, 0x80 | number >> 8, number & 0xFF, number // 4, layer << 6 | sync << 5, 0x10 | (not key), 0)
    return bytes(head)


def speak_layered(speaker: Speaker, count: int, first: int = 0) -> None:
    for at in range(first, first + count):
        layer = (0, 2, 1, 2)[at % 4]
        speaker.speak(layered(at, layer, key=at == 0, sync=at % 4 in {1, 2}), at / 20)


def test_a_weak_receiver_gets_fewer_frames_and_misses_nothing() -> None:
    line, speaker = Line(PICTURE), Speaker(first=65_500)
    line.line.occupy(speaker.source)
    speak_layered(speaker, 40)
    line.line.pass_on(1)
    speak_layered(speaker, 80, 40)
    line.line.pass_on(3)
    speak_layered(speaker, 40, 120)
    sequences = [each.sequence for each in line.arrived]
    assert [(s - sequences[0]) & 0xFFFF for s in sequences] == list(range(len(sequences)))
    pictures = [vp8.look(each.payload) for each in line.arrived]
    assert [each.number for each in pictures] == list(range(len(pictures)))
    assert [each.layer for each in pictures[40:60]] == [0] * 20
    assert {each.layer for each in pictures[60:]} == {0, 1, 2}
    stamps = [each.timestamp for each in line.arrived]
    assert (stamps[41] - stamps[40]) & 0xFFFFFFFF == 4 * 3000
    assert line.line.left_out > 60
    # What is repeated is repeated under the numbers it had.
    line.line.repeat((sequences[50],), 100.0)
    again = line.arrived[-1]
    assert int.from_bytes(again.payload[:2], "big") == sequences[50]
    assert again.payload[2:] == line.arrived[50].payload


def test_no_picture_costs_nothing_and_comes_back_with_a_key_frame() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speak_layered(speaker, 8)
    line.line.pass_on(0)
    wishes = speaker.wishes
    speak_layered(speaker, 8, 8)
    line.line.tick(5.0)
    assert len(line.sent) == 8
    assert speaker.wishes == wishes
    assert not line.line.is_flowing
    line.line.pass_on(1)
    line.line.tick(6.0)
    assert speaker.wishes == wishes + 1
    speaker.speak(layered(16, 0), 6.1)
    assert len(line.sent) == 8
    speaker.speak(layered(17, 0, key=True), 6.2)
    speaker.speak(layered(18, 2), 6.3)
    assert len(line.sent) == 9
    assert [vp8.look(each.payload).number for each in line.arrived][-2:] == [7, 8]
    assert (line.arrived[8].sequence - line.arrived[7].sequence) & 0xFFFF == 1


def test_another_occupant_of_a_weak_line_is_thinned_as_well() -> None:
    line, one, two = Line(PICTURE), Speaker(), Speaker(first=9_000)
    line.line.occupy(one.source)
    line.line.pass_on(1)
    speak_layered(one, 16)
    line.line.occupy(two.source)
    speak_layered(two, 16)
    assert [vp8.look(each.payload).layer for each in line.arrived] == [0] * 8
    assert [vp8.look(each.payload).number for each in line.arrived] == list(range(8))
    sequences = [each.sequence for each in line.arrived]
    assert [(s - sequences[0]) & 0xFFFF for s in sequences] == list(range(8))


def test_on_a_full_line_a_key_frame_replaces_many_repetitions() -> None:
    line, speaker = Line(PICTURE), Speaker()
    line.line.occupy(speaker.source)
    speak_layered(speaker, 40)
    numbers = tuple(each.sequence for each in line.arrived)
    wishes = speaker.wishes
    line.line.repeat(numbers[:20], 50.0)
    assert (line.line.repeated, speaker.wishes) == (20, wishes)
    line.line.repeats_at_most = 10
    line.line.report(0.0)
    line.line.repeat(numbers[20:], 51.0)
    assert (line.line.repeated, speaker.wishes) == (20, wishes + 1)
    line.line.repeat(numbers[20:26], 52.0)
    assert (line.line.repeated, speaker.wishes) == (26, wishes + 1)
    line.line.repeat(numbers[26:32], 53.0)
    assert (line.line.repeated, speaker.wishes) == (30, wishes + 2)
