"""Pictures and tones that cannot be mistaken: made for fake devices, found again in what was recorded.

Each person has a colour that fills the picture and a tone. Once a second, at the same moment, a
white square shows for a fifth of a second and the tone sounds; a light bar moves all the time.
So whoever looks at a picture or hears a sound can tell whose it is, whether it moves, and how far
sound and picture are apart.
"""

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDTH, HEIGHT, FPS = 320, 180, 15
BAR = 20
LOOP = 2
"""Seconds until the files begin again; whole seconds, so that flashes stay a second apart."""
RATE = 48_000
SHOWN_FOR = 0.2
SMALL = (64, 36)


@dataclass(frozen=True, slots=True)
class Signal:
    """What one person's camera sees and microphone hears."""

    name: str
    colour: tuple[int, int, int]
    tone: int


LAN = Signal("lan", (176, 48, 48), 620)
HANH = Signal("hanh", (40, 140, 64), 950)
BAO = Signal("bao", (56, 72, 184), 1430)


@dataclass(frozen=True, slots=True)
class Files:
    """A camera and a microphone for Chromium's fake devices."""

    camera: Path
    microphone: Path


def make(signal: Signal, folder: Path) -> Files:
    """Write the camera's and the microphone's file."""
    files = Files(folder / f"{signal.name}.y4m", folder / f"{signal.name}.wav")
    _camera(signal, files.camera)
    _microphone(signal, files.microphone)
    return files


def _camera(signal: Signal, path: Path) -> None:
    y, u, v = _yuv(signal.colour)
    chroma = np.concatenate([np.full(WIDTH * HEIGHT // 4, plane, np.uint8) for plane in (u, v)]).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        # Chromium takes one turn more before it begins again, so that the loop is whole seconds.
        for number in range(FPS * LOOP - 1):
            luma = np.full((HEIGHT, WIDTH), y, np.uint8)
            at = number * (WIDTH - BAR) // (FPS * LOOP)
            luma[HEIGHT * 3 // 4 : HEIGHT * 7 // 8, at : at + BAR] = 235
            if FPS // 3 <= number % FPS < FPS // 3 + round(SHOWN_FOR * FPS):
                luma[HEIGHT // 4 : HEIGHT * 5 // 8, WIDTH // 4 : WIDTH * 3 // 4] = 235
            file.write(b"FRAME\n" + luma.tobytes() + chroma)


def _yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = colour
    y = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    u = 128 + (-37.797 * red - 74.203 * green + 112 * blue) / 255
    v = 128 + (112 * red - 93.786 * green - 18.214 * blue) / 255
    return round(y), round(u), round(v)


def _microphone(signal: Signal, path: Path) -> None:
    second = np.zeros(RATE)
    at = np.arange(round(SHOWN_FOR * RATE))
    fade = np.minimum(1.0, np.minimum(at, at[::-1]) / (0.004 * RATE))
    second[RATE // 3 : RATE // 3 + at.size] = 0.4 * fade * np.sin(2 * np.pi * signal.tone * at / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.tile(second, LOOP) * 32767).astype("<i2").tobytes())


@dataclass(frozen=True, slots=True)
class Watched:
    """What was found in a recording; times in seconds of its own timeline."""

    length: float
    colour: tuple[int, int, int]
    tone: float
    flashes: Floats
    beeps: Floats
    pictures: Floats
    """When each picture is shown."""

    def steps(self) -> Floats:
        """Return, for each flash, its time and how much later its beep comes (negative: earlier)."""
        return steps_of(self.flashes, self.beeps)


def steps_of(flashes: Floats, beeps: Floats) -> Floats:
    """Return (time of flash, beep - flash) for each flash; the beep is the nearest one."""
    nearest = beeps[np.abs(beeps[None, :] - flashes[:, None]).argmin(axis=1)]
    return np.column_stack([flashes, nearest - flashes])


def shifts(recorded: Floats, source: Floats) -> Floats:
    """Return how much sound was moved against picture between a source and its recording, flash by flash.

    Both are steps on one clock. A source that is itself out of step, as fake devices on a busy
    machine are, shows the same in its recording and so does not count.
    """
    pairs = [(step, source[np.abs(source[:, 0] - at).argmin()]) for at, step in recorded]
    pairs_here = [
        (step, near[1]) for (at, _), (step, near) in zip(recorded, pairs, strict=True) if abs(near[0] - at) < 0.5
    ]
    return np.array([step - was for step, was in pairs_here])


def watch(path: Path, signal: Signal) -> Watched:
    """Decode a recording from beginning to end and say what is in it."""
    at, colours, middles = _look(path)
    sound, sound_at = _listen(path)
    loudness = _loudness(sound, signal.tone)
    return Watched(
        length=max(float(at[-1]), sound_at + sound.size / RATE),
        colour=tuple(round(float(each)) for each in np.median(colours, axis=0)),  # type: ignore[arg-type]
        tone=_tone(sound),
        flashes=rises(at, middles),
        beeps=rises(sound_at + np.arange(loudness.size) / 1000, loudness),
        pictures=at,
    )


def last_moment(path: Path) -> float:
    """Return the time of the last frame that can still be read, sound or picture, in a file that may be torn."""
    last = 0.0
    try:
        with av.open(str(path)) as file:
            for packet in file.demux():
                if packet.pts is not None and packet.time_base is not None:
                    last = max(last, float(packet.pts * packet.time_base))
    except av.error.FFmpegError:
        pass
    return last


def _look(path: Path) -> tuple[Floats, Floats, Floats]:
    """Times of the pictures, the mean colour of their upper edge, the brightness of their middle."""
    times, colours, middles = [], [], []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            small: NDArray[Any] = frame.reformat(*SMALL, format="rgb24").to_ndarray()
            times.append(frame.time or 0.0)
            colours.append(small[2:6].reshape(-1, 3).mean(axis=0))
            middles.append(small[14:20, 24:40].mean())
    return np.array(times), np.array(colours), np.array(middles)


def _listen(path: Path) -> tuple[Floats, float]:
    """All samples on one timeline, holes as silence, and when they begin."""
    pieces: list[tuple[float, Floats]] = list(_pieces(path))
    begin = pieces[0][0]
    end = max(at + samples.size / RATE for at, samples in pieces)
    whole = np.zeros(round((end - begin) * RATE) + RATE // 50)
    for at, samples in pieces:
        first = round((at - begin) * RATE)
        whole[first : first + samples.size] = samples[: whole.size - first]
    return whole, begin


def _pieces(path: Path) -> Iterator[tuple[float, Floats]]:
    with av.open(str(path)) as file:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in file.decode(audio=0):
            at = frame.time or 0.0
            for each in resampler.resample(frame):
                yield at, each.to_ndarray().reshape(-1).astype(np.float64)


def _loudness(sound: Floats, tone: int) -> Floats:
    """How loud one tone is, a value each millisecond."""
    turned = sound * np.exp(-2j * np.pi * tone * np.arange(sound.size) / RATE)
    width = RATE // 100
    summed = np.cumsum(np.concatenate([np.zeros(width), turned]))
    return np.asarray(np.abs(summed[width:] - summed[:-width])[:: RATE // 1000] / width)


def _tone(sound: Floats) -> float:
    """The frequency that carries most of the sound, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound))
    heard = np.fft.rfftfreq(sound.size, 1 / RATE)
    # Hum and the like below speech is nobody's tone.
    spectrum[heard < 200] = 0
    smooth = np.convolve(spectrum**2, np.ones(32), "same")
    return float(heard[smooth.argmax()])


def rises(at: Floats, level: Floats) -> Floats:
    """When the level goes up through the middle between its usual low and high, half a second apart."""
    low, high = np.percentile(level, 30), np.percentile(level, 95)
    above = level > (low + high) / 2
    rises = at[1:][above[1:] & ~above[:-1]]
    kept: list[float] = []
    for each in rises:
        if not kept or each - kept[-1] > 0.5:
            kept.append(float(each))
    return np.array(kept)
