"""One second of something to see and hear, encoded, for a server that decodes."""

from fractions import Fraction

import av
import numpy as np

from tests.bench.engine import Film

FRAMES = 30
WIDTH, HEIGHT = 1280, 720
BITS_PER_SECOND = 1_200_000


def make() -> Film:
    """Encode it. Takes a second."""
    return Film(_sound(), _pictures())


def _sound() -> bytes:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.bit_rate = 48000, "stereo", 32000
    encoder.format = "s16"
    moments = np.arange(960 * 5) / 48000
    wave = (8000 * np.sin(2 * np.pi * 440 * moments)).astype(np.int16)
    packets: list[bytes] = []
    for at in range(5):
        piece = wave[960 * at : 960 * (at + 1)].repeat(2).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, 960 * at, Fraction(1, 48000)
        packets += [bytes(each) for each in encoder.encode(frame)]
    return packets[-1]


def _pictures() -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.time_base, encoder.framerate = BITS_PER_SECOND, Fraction(1, FRAMES), Fraction(FRAMES)
    encoder.gop_size = 10 * FRAMES
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "maxrate": str(BITS_PER_SECOND)}
    packets: list[bytes] = []
    noise = np.random.default_rng(1).integers(105, 150, (HEIGHT // 16, WIDTH // 16, 3), dtype=np.uint8)
    still = noise.repeat(16, axis=0).repeat(16, axis=1)
    for at in range(FRAMES):
        frame = av.VideoFrame.from_ndarray(np.roll(still, 3 * at, axis=1), format="rgb24")
        frame.pts, frame.time_base = at, Fraction(1, FRAMES)
        packets += [bytes(each) for each in encoder.encode(frame.reformat(format="yuv420p"))]
    packets += [bytes(each) for each in encoder.encode(None)]
    return tuple(packets)
