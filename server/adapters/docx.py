"""An office's own template (DOCX) judged and filled, by a bounded process (``docx_child``).

Values are data: the template may only name them, and what a person typed is printed letter by letter.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.errors import BadForm, FieldError

CHILD = Path(__file__).with_name("docx_child.py")
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WITHIN = 40.0
MOST_BYTES = 5 * 1024 * 1024
FIELD = "template"
"""The field of the form that a refusal stands at."""


@dataclass(frozen=True, slots=True)
class Nameable:
    """What a template may name: fields, lists with their columns; and what it must name."""

    fields: Sequence[str]
    lists: Mapping[str, Sequence[str]]
    needed: Sequence[str]


@dataclass(frozen=True, slots=True)
class FilledDocx:
    """A filled paper: its bytes, the names its template uses, its words line by line."""

    content: bytes
    used: tuple[str, ...]
    words: tuple[str, ...]


class DocxFiller:
    """Fills one template at a time: two large ones at once would take a small machine's memory."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def fill(self, template: bytes, nameable: Nameable, values: Mapping[str, Any]) -> FilledDocx:
        """Return the filled paper. Raises BadForm at ``template`` with what is wrong with the template."""
        if not template:
            raise BadForm({FIELD: FieldError("required")})
        if len(template) > MOST_BYTES:
            raise BadForm({FIELD: FieldError("docx_large", {"limit": MOST_BYTES // (1024 * 1024)})})
        asked = {
            "fields": list(nameable.fields),
            "lists": {name: list(columns) for name, columns in nameable.lists.items()},
            "needed": list(nameable.needed),
            "values": dict(values),
        }
        async with self._turn:
            return _read(await _answer(json.dumps(asked).encode() + b"\n" + template))


async def _answer(sent: bytes) -> bytes:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(CHILD)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of the office's settings or secrets reaches a process that reads strangers' files.
        env={},
    )
    try:
        written, _ = await asyncio.wait_for(child.communicate(sent), WITHIN)
    except TimeoutError:
        raise BadForm({FIELD: FieldError("docx_slow")}) from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return written


def _read(written: bytes) -> FilledDocx:
    first, _, content = written.partition(b"\n")
    try:
        head = json.loads(first)
    except ValueError:
        # It was ended by its own bounds, or fell.
        raise BadForm({FIELD: FieldError("docx_slow")}) from None
    if "fault" in head:
        raise BadForm({FIELD: FieldError(head["fault"], head["facts"])})
    return FilledDocx(content, tuple(head["used"]), tuple(head["words"]))
