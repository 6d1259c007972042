"""Records one member in real time and says after each packet how far it is, until it is killed."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from recordings.recorder import Recorder
from recordings.shelf import Shelf
from tests.recordings.packets import Person, arriving, opus, send_audio, send_video, vp8

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SECONDS = 12


async def record(root: Path, kinds: str, *, under_seal: bool) -> None:
    sent = send_audio(opus(SECONDS)) if "audio" in kinds else []
    sent += send_video(vp8(SECONDS)) if "video" in kinds else []
    recorder, an = Recorder(Shelf(root, floor=0), "r-mot"), Person()
    recorder.start(AT)
    recorder.follow("c-an", an.audio, an.video, under_seal=under_seal)
    zero = monotonic()
    for kind, packet in arriving(sent, zero):
        await asyncio.sleep(max(0, packet.arrived - monotonic()))
        (an.audio if kind == "audio" else an.video).deliver(packet)
        sys.stdout.write(f"{(packet.arrived - zero) * 1000:.0f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]), sys.argv[2], under_seal=sys.argv[3] == "sealed"))
