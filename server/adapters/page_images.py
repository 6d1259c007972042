"""Pages of papers as pictures, drawn by a bounded process (``page_child``) and kept in memory only.

A paper's words never lie on the disk twice: what was drawn is forgotten when others need the room.
"""

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from server.errors import Refused

CHILD = Path(__file__).with_name("page_child.py")
KINDS = frozenset({"application/pdf", "image/jpeg", "image/png"})
"""What can be shown page by page."""
WITHIN = 30.0
MOST_KEPT = 64 * 1024 * 1024
MOST_DRAWN = 16 * 1024 * 1024
_FAULTS = {"locked": "page_locked", "long": "page_long", "no_page": "page_none"}


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as a picture, and how many pages its paper has."""

    content: bytes
    content_type: str
    pages: int
    width: int
    height: int


class PageImages:
    """Draws one page at a time; seven people who ask for the same page wait for one drawing."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], PageImage] = OrderedDict()
        self._turn = asyncio.Lock()

    async def draw(self, path: Path, content_type: str, page: int) -> PageImage:
        """Return a page. Raises Refused: ``page_kind``, ``page_locked``, ``page_broken``, ``page_long``, ``page_none``."""
        if content_type not in KINDS:
            raise Refused("page_kind")
        name = (path.name, page)
        async with self._turn:
            found = self._kept.pop(name, None)
            if found is None:
                found = await _drawn(path, content_type, page)
            self._kept[name] = found
            while sum(len(one.content) for one in self._kept.values()) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found


async def _drawn(path: Path, content_type: str, page: int) -> PageImage:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(CHILD), str(path), content_type, str(page)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of the office's settings or secrets reaches a process that reads strangers' files.
        env={},
        limit=MOST_DRAWN,
    )
    try:
        written, _ = await asyncio.wait_for(child.communicate(), WITHIN)
    except TimeoutError:
        raise Refused("page_broken") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return _read(written)


def _read(written: bytes) -> PageImage:
    first, _, content = written.partition(b"\n")
    try:
        head = json.loads(first)
    except ValueError:
        # It was ended by its own bounds, or fell.
        raise Refused("page_broken") from None
    if "fault" in head:
        raise Refused(_FAULTS.get(head["fault"], "page_broken"))
    return PageImage(content, head["content_type"], head["pages"], head["width"], head["height"])
