"""Compose in a child process, so that a file no parser likes cannot take the office down with
it.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path

from recordings.shelf import RoomFolder

_NOTHING = 3
_BUSY = 4
_HOME = Path(__file__).resolve().parent.parent


class ComposeFailed(Exception):
    """`code` is `nothing` (no finished media), `busy` (somebody else is at it) or `failed`;
    `said` is for the log.
    """

    def __init__(self, code: str, said: str = "") -> None:
        """Keep both."""
        super().__init__(code)
        self.code = code
        self.said = said


@dataclass(frozen=True)
class Playback:
    """The facts of a composed file; `file` is relative to the room's folder."""

    file: str
    duration_ms: int
    bytes: int
    sha256: str
    has_audio: bool
    has_video: bool
    silence_ms: int
    intact: bool


async def compose_in_child(folder: RoomFolder, member: str, *, under_seal: bool = False) -> Playback:
    """Make the member's playback file, of what is under seal or of all else; raises `ComposeFailed`. Cancelling kills the child;
    nothing half-made stays visible.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "recordings.compose",
        str(folder.path.resolve()),
        member,
        *(("--under-seal",) if under_seal else ()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=_HOME,
    )
    try:
        said, complained = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == 0:
        return Playback(**json.loads(said))
    codes = {_NOTHING: "nothing", _BUSY: "busy"}
    raise ComposeFailed(codes.get(child.returncode or 0, "failed"), complained.decode(errors="replace"))
