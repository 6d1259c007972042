"""Real VP8 and Opus, cut into RTP packets the way a browser does, for the tests of this folder."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import av
import numpy as np

from signaling.tracks import Kind, RtpPacket, Source

FPS = 30
MTU = 1100


@dataclass(frozen=True)
class Sent:
    """A packet with the moment, in seconds from the start, at which it arrives."""

    at: float
    kind: Kind
    packet: RtpPacket


@cache
def opus(seconds: float, beeps: tuple[float, ...] = ()) -> tuple[bytes, ...]:
    """20 ms stereo frames; silence but for 100 ms of tone at each of `beeps`."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "stereo", "s16"
    encoder.open()
    time = np.arange(int(seconds * 48000)) / 48000
    loud = np.zeros_like(time)
    for beep in beeps:
        loud[(time >= beep) & (time < beep + 0.1)] = 1
    wave = (np.sin(2 * np.pi * 1000 * time) * loud * 20000).astype(np.int16)
    frames = []
    for start in range(0, len(wave) - 959, 960):
        pair = np.repeat(wave[start : start + 960], 2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pair, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


@cache
def vp8(
    seconds: float,
    size: tuple[int, int] = (320, 180),
    flashes: tuple[float, ...] = (),
    keys_every: float = 1.0,
) -> tuple[bytes, ...]:
    """Frames of slowly changing noise, white for 100 ms at each of `flashes`."""
    width, height = size
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.bit_rate = 400_000
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "g": str(round(keys_every * FPS)),
    }
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
    frames = []
    for number in range(round(seconds * FPS)):
        now = number / FPS
        if any(flash <= now < flash + 0.1 for flash in flashes):
            picture = np.full_like(noise, 255)
        else:
            picture = np.roll(noise, number * 3, axis=1)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(frames)


def send_audio(
    frames: Iterable[bytes], *, begin: float = 0.0, sequence: int = 100, timestamp: int = 5000
) -> list[Sent]:
    """Opus as it arrives, 20 ms apart."""
    return [
        Sent(
            begin + number * 0.02,
            "audio",
            RtpPacket(
                frame,
                (sequence + number) % 65536,
                (timestamp + number * 960) % 2**32,
                number == 0,
                0.0,
            ),
        )
        for number, frame in enumerate(frames)
    ]


def send_video(
    frames: Iterable[bytes], *, begin: float = 0.0, sequence: int = 100, timestamp: int = 9000
) -> list[Sent]:
    """VP8 as it arrives: a long descriptor with 15-bit picture id, TL0PICIDX and TID."""
    sent = []
    for number, frame in enumerate(frames):
        descriptor = bytes([0x80, 0xE0, 0x80 | (number >> 8) & 0x7F, number & 0xFF, number & 0xFF])
        parts = [frame[start : start + MTU] for start in range(0, len(frame), MTU)]
        for index, part in enumerate(parts):
            first = bytes([0x90 if index == 0 else 0x80])
            packet = RtpPacket(
                first + descriptor[1:] + b"\x20" + part,
                sequence % 65536,
                (timestamp + number * 90000 // FPS) % 2**32,
                index == len(parts) - 1,
                0.0,
            )
            sent.append(Sent(begin + number / FPS + index * 0.0005, "video", packet))
            sequence += 1
    return sent


def lose(sent: list[Sent], share: float, seed: int = 1) -> list[Sent]:
    """All but a share of the packets."""
    chance = random.Random(seed)
    return [one for one in sent if chance.random() >= share]


def shuffle(sent: list[Sent], most: float, seed: int = 2) -> list[Sent]:
    """Each packet up to `most` seconds late."""
    chance = random.Random(seed)
    return [replace(one, at=one.at + chance.random() * most) for one in sent]


def arriving(sent: Iterable[Sent], zero: float) -> Iterator[tuple[Kind, RtpPacket]]:
    """In order of arrival, with `arrived` set, as if the first second began at `zero`."""
    for one in sorted(sent, key=lambda one: one.at):
        yield one.kind, one.packet._replace(arrived=zero + one.at)


class Person:
    """A member with both sources; counts the key frames asked for."""

    def __init__(self, member: str = "c-an") -> None:
        self.member = member
        self.audio = Source(member, "audio")
        self.video = Source(member, "video")
        self.key_frames_wanted = 0
        self.video.on_key_frame_wanted = self._count

    def _count(self) -> None:
        self.key_frames_wanted += 1

    def deliver(self, sent: Iterable[Sent], zero: float) -> None:
        for kind, packet in arriving(sent, zero):
            (self.audio if kind == "audio" else self.video).deliver(packet)
