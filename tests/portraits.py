"""Drawn people for the fake cameras of pictures: nobody's face, and better to look at than a test card."""

import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, FPS = 640, 360, 10
FINER = 2
"""Drawn so much larger, then made small: smooth edges."""
RATE = 48_000


@dataclass(frozen=True, slots=True)
class Portrait:
    """What one camera sees. Colours are red, green, blue in hexadecimal."""

    wall: str
    shade: str
    coat: str
    collar: str
    skin: str
    hair: str
    has_long_hair: bool


PORTRAITS = {
    "lan": Portrait("#dccfb8", "#c9b999", "#7a3e4d", "#f3e7e0", "#e3b493", "#2b211d", has_long_hair=True),
    "hanh": Portrait("#cfd9d4", "#b3c3bc", "#21453f", "#f5f5f2", "#dfae8c", "#221d1b", has_long_hair=True),
    "bao": Portrait("#cdd5de", "#b2becb", "#2c3b52", "#f4f6f8", "#d6a27e", "#29231f", has_long_hair=False),
}


@dataclass(frozen=True, slots=True)
class Files:
    """A camera and a humming microphone for Chromium's fake devices."""

    camera: Path
    microphone: Path

    @property
    def flags(self) -> tuple[str, str]:
        """What Chromium is started with."""
        return (
            f"--use-file-for-fake-video-capture={self.camera}",
            f"--use-file-for-fake-audio-capture={self.microphone}",
        )


def make(who: str, folder: Path) -> Files:
    """Write the files of one person."""
    files = Files(folder / f"{who}.y4m", folder / f"{who}.wav")
    picture = np.asarray(draw(PORTRAITS[who]))
    planes = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p").to_ndarray()
    with files.camera.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(2):
            file.write(b"FRAME\n" + planes.tobytes())
    with wave.open(str(files.microphone), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        # The check of devices waits for a voice.
        hum = 6000 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)
        sound.writeframes(hum.astype("<i2").tobytes())
    return files


def draw(look: Portrait) -> Image.Image:
    """Somebody before a wall with a window, from the chest up."""
    wide, high = WIDTH * FINER, HEIGHT * FINER
    image = Image.new("RGB", (wide, high), look.wall)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, high * 0.78, wide, high), fill=look.shade)
    pen.rectangle((wide * 0.06, high * 0.08, wide * 0.24, high * 0.56), fill=look.shade)
    pen.rectangle((wide * 0.075, high * 0.11, wide * 0.225, high * 0.53), fill="#eef3f4")
    pen.line((wide * 0.15, high * 0.11, wide * 0.15, high * 0.53), fill=look.shade, width=8)
    image = image.filter(ImageFilter.GaussianBlur(5))
    _person(ImageDraw.Draw(image), look, wide // 2, high)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _person(pen: ImageDraw.ImageDraw, look: Portrait, middle: int, high: int) -> None:
    def oval(x: float, y: float, across: float, down: float, fill: str) -> None:
        pen.ellipse(
            (middle + (x - across) * high, (y - down) * high, middle + (x + across) * high, (y + down) * high),
            fill=fill,
        )

    if look.has_long_hair:
        pen.rounded_rectangle(
            (middle - 0.17 * high, 0.24 * high, middle + 0.17 * high, 0.68 * high), radius=0.13 * high, fill=look.hair
        )
    pen.rounded_rectangle(
        (middle - 0.4 * high, 0.68 * high, middle + 0.4 * high, 1.4 * high), radius=0.22 * high, fill=look.coat
    )
    pen.polygon(
        [(middle - 0.11 * high, 0.66 * high), (middle + 0.11 * high, 0.66 * high), (middle, 0.93 * high)],
        fill=look.collar,
    )
    pen.rounded_rectangle(
        (middle - 0.06 * high, 0.5 * high, middle + 0.06 * high, 0.75 * high), radius=0.05 * high, fill=look.skin
    )
    oval(0, 0.3, 0.15, 0.17, look.hair)
    oval(0, 0.4, 0.13, 0.17, look.skin)
    pen.chord((middle - 0.14 * high, 0.16 * high, middle + 0.14 * high, 0.44 * high), 185, 355, fill=look.hair)
    for side in (-1, 1):
        oval(side * 0.05, 0.4, 0.012, 0.014, look.hair)
    pen.arc((middle - 0.045 * high, 0.43 * high, middle + 0.045 * high, 0.5 * high), 25, 155, fill="#9a5a4a", width=6)
