"""Whatever comes, both packet paths do the same: random talks, packet by packet."""

import random
from dataclasses import dataclass, field

import pytest

from signaling.passthrough import hot, rtcp, rtp
from signaling.passthrough.incoming import IncomingFormat
from signaling.passthrough.layers import Rung
from signaling.passthrough.native_line import NativeLine
from signaling.passthrough.outgoing import Outgoing, OutgoingFormat
from signaling.passthrough.rtp import HEADER
from signaling.passthrough.uplink import Uplink
from signaling.tracks import RtpPacket, Source
from tests.signaling.both_paths import needs_compiler

pytestmark = needs_compiler

LAYERS = ((0, 0), (2, 1), (1, 1), (2, 0))
PICTURE, REPEATED = 1000, 2000
RUNGS: tuple[Rung, ...] = (0, 1, 2, 3, 3, 3, 3, 3)


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[bytes, int, int, bool]] = []

    def push(self, source: Source, packet: RtpPacket) -> None:
        self.heard.append((packet.payload, packet.sequence, packet.timestamp, packet.marker))

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
        self.heard.append((b"report", 0, rtp_timestamp, False))

    def ended(self, source: Source) -> None:
        self.heard.append((b"end", 0, 0, False))


def forms() -> list[OutgoingFormat]:
    picture = OutgoingFormat("video", "3", PICTURE, 96, REPEATED, 97, mid_id=1, time_id=-1)
    return [picture, OutgoingFormat("audio", "2", 3000, 111, mid_id=1, level_id=2)]


@dataclass
class Side:
    """Two browsers that speak and one that listens, on one packet path."""

    core: hot.Core | None
    said: list[rtcp.Message] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    ears: list[Ear] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = [] if self.core is None else [NativeLine(self.core, number) for number in range(3)]
        self.uplinks = [self._speaker(number) for number in range(2)]
        self.legs: list[Outgoing] = []
        for form in forms():
            rate = 90_000 if form.kind == "video" else 48_000
            self.legs.append(
                self.lines[2].outgoing(form, rate, self.send) if self.lines else Outgoing(form, rate, self.send)
            )

    def _speaker(self, number: int) -> Uplink:
        sources = Source(f"s{number}", "audio"), Source(f"s{number}", "video")
        formats = IncomingFormat(111, level_id=2), IncomingFormat(96, 97)
        make = self.lines[number].uplink if self.lines else Uplink
        for source in sources:
            ear = Ear()
            self.ears.append(ear)
            source.subscribe(ear)
        made = make(sources, formats, self.say, number + 1)
        made.cap = 2_500_000
        return made

    def say(self, packet: bytes) -> bool:
        self.said += rtcp.parse(packet)[0]
        return True

    def send(self, head: bytes, body: bytes) -> bool:
        self.sent.append(head + body)
        return True

    def left(self) -> list[bytes]:
        if self.core is not None:
            self.sent += (each.content for each in self.core.drain(hot.SENT))
        taken, self.sent = self.sent, []
        return taken

    def told(self) -> object:
        heard = [list(ear.heard) for ear in self.ears]
        said, self.said = self.said, []
        for ear in self.ears:
            ear.heard.clear()
        return heard, said

    def close(self) -> None:
        for line in self.lines:
            line.close()
        if self.core is not None:
            self.core.close()


class Talk:
    """Draws what happens and lets it happen on both sides."""

    def __init__(self, seed: int, sides: list[Side]) -> None:
        self.chance = random.Random(seed)
        self.sides = sides
        self.now = 1000.0
        self.sequences = [self.chance.randrange(65536) for _ in range(4)]
        self.pictures = [0, 0]
        self.ssrcs = [1, 2, 3, 4]
        self.old: list[tuple[int, bytes]] = []
        self.newest = [0] * len(sides)
        self.offsets: list[dict[int, int]] = [{} for _ in sides]

    def packet(self) -> tuple[int, bytes]:
        speaker, is_picture = self.chance.randrange(2), self.chance.random() < 0.8
        at = speaker * 2 + is_picture
        if self.chance.random() < 0.002:
            self.ssrcs[at] += 10
            self.sequences[at] = self.chance.randrange(65536)
        lost = self.chance.choice((0, 0, 0, 1, 3)) if self.chance.random() < 0.1 else 0
        self.sequences[at] = (self.sequences[at] + 1 + lost) & 0xFFFF
        stamp = int(self.now * (90_000 if is_picture else 48_000)) & 0xFFFFFFFF
        body = self.content(speaker) if is_picture else b"opus" * self.chance.randrange(4)
        kind = 96 if is_picture else 111
        head = HEADER.pack(0x80, kind | self.chance.choice((0, 128)), self.sequences[at], stamp, self.ssrcs[at])
        return speaker, head + body

    def content(self, speaker: int) -> bytes:
        is_start = self.chance.random() < 0.6
        self.pictures[speaker] += is_start
        number = self.pictures[speaker]
        layer, sync = LAYERS[number % 4]
        is_key = self.chance.random() < 0.05
        layer = 0 if is_key else layer
        start = 0x10 if is_start else 0
        about = (
            0x80 | start,
            0xF0,
            0x80 | number >> 8 & 0x7F,
            number & 0xFF,
            number // 4 & 0xFF,
            layer << 6 | sync << 5,
        )
        return bytes((*about, not is_key)) + bytes(self.chance.randrange(40))

    def step(self) -> None:
        self.now += self.chance.choice((0.0, 0.001, 0.005, 0.03))
        dice = self.chance.random()
        if dice < 0.85:
            self.send_packet()
        elif dice < 0.9:
            for side in self.sides:
                for uplink in side.uplinks:
                    uplink.tick(self.now)
        else:
            self.control()
        if dice > 0.95:
            for side, newest in zip(self.sides, self.newest, strict=True):
                self.repeat(side, 0, dice, newest)

    def send_packet(self) -> None:
        speaker, packet = self.packet()
        if self.chance.random() < 0.05 and self.old:
            speaker, packet = self.chance.choice(self.old[-8:])
        elif self.chance.random() < 0.05:
            speaker, last = self.old[-1] if self.old else (speaker, packet)
            missing = (int.from_bytes(last[2:4], "big") - self.chance.randrange(6)) & 0xFFFF
            again = HEADER.pack(0x80, 97, 7, int.from_bytes(last[4:8], "big"), 99) + missing.to_bytes(2, "big")
            packet = again + self.content(speaker)
        self.old.append((speaker, packet))
        for side in self.sides:
            side.uplinks[speaker].take(packet, self.now)

    def control(self) -> None:
        speaker = self.chance.randrange(2)
        some = (self.occupy, self.mute, self.pass_on, self.say_goodbye, self.leave, self.repeat)
        chosen, number = self.chance.choice(some), self.chance.random()
        for side, newest in zip(self.sides, self.newest, strict=True):
            chosen(side, speaker, number, newest)

    def occupy(self, side: Side, speaker: int, number: float, _: int) -> None:
        up = side.uplinks[speaker]
        at = number < 0.5
        side.legs[at].occupy((up.audio if at else up.video).source)

    def mute(self, side: Side, speaker: int, number: float, _: int) -> None:
        side.uplinks[speaker].video.source.mute(on=number < 0.3)

    def pass_on(self, side: Side, _: int, number: float, __: int) -> None:
        side.legs[0].pass_on(RUNGS[int(number * len(RUNGS))])

    def say_goodbye(self, side: Side, speaker: int, _: float, __: int) -> None:
        side.uplinks[speaker].ended((self.ssrcs[speaker * 2 + 1],))

    def leave(self, side: Side, _: int, number: float, __: int) -> None:
        if number < 0.1:
            side.legs[0].occupy(None)

    def repeat(self, side: Side, __: int, number: float, newest: int) -> None:
        back = random.Random(number)
        side.legs[0].repeat(tuple((newest - back.randrange(20)) & 0xFFFF for _ in range(5)), self.now)

    def shifted(self, number: int, packets: list[bytes]) -> list[tuple[object, ...]]:
        """Packets with numbers counted from the first of each stream: sides begin at random."""
        found: list[tuple[object, ...]] = []
        for packet in packets:
            each = rtp.parse(packet)
            first = self.offsets[number].setdefault(each.ssrc, each.sequence)
            stamp = self.offsets[number].setdefault(-each.ssrc, each.timestamp)
            sequence, timestamp = (each.sequence - first) & 0xFFFF, (each.timestamp - stamp) & 0xFFFFFFFF
            payload: object = each.payload
            if each.ssrc == REPEATED:
                old = int.from_bytes(each.payload[:2], "big")
                payload = (old - self.offsets[number][PICTURE]) & 0xFFFF, each.payload[2:]
                # The clock of the stream beside is the stream's.
                timestamp = (each.timestamp - self.offsets[number][-PICTURE]) & 0xFFFFFFFF
            elif each.ssrc == PICTURE:
                self.newest[number] = each.sequence
            found.append((each.ssrc, each.marker, sequence, timestamp, each.extensions, payload))
        return found


def hold_a_talk(seed: int) -> tuple[int, int]:
    """Return how many packets left and how many were repeated."""
    sides = [Side(None), Side(hot.Core(hot.library()))]
    talk = Talk(seed, sides)
    forwarded = 0
    for at in range(1500):
        talk.step()
        left = [talk.shifted(number, side.left()) for number, side in enumerate(sides)]
        assert left[0] == left[1], (seed, at)
        forwarded += len(left[0])
        told = [side.told() for side in sides]
        assert told[0] == told[1], (seed, at)
    for ours, theirs in zip(sides[0].uplinks, sides[1].uplinks, strict=True):
        assert ours.blocks(talk.now) == theirs.blocks(talk.now)
        assert (ours.video.repaired, ours.unknown) == (theirs.video.repaired, theirs.unknown)
        assert ours.video.key_frame_requests == theirs.video.key_frame_requests
    for leg, native in zip(sides[0].legs, sides[1].legs, strict=True):
        assert leg.is_flowing == native.is_flowing
        assert (leg.packets, leg.octets, leg.left_out) == (native.packets, native.octets, native.left_out)
        assert leg.repeated == native.repeated
    for each in sides:
        each.close()
    return forwarded, sides[0].legs[0].repeated


@pytest.mark.parametrize("first", [0, 10, 20])
def test_both_paths_do_the_same(first: int) -> None:
    forwarded, repeated = zip(*(hold_a_talk(first + seed) for seed in range(4)), strict=True)
    assert min(forwarded) > 50
    assert sum(repeated) > 20
