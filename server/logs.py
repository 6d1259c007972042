"""Structured logs with redaction: a line says what happened, never who or what about.

Values under a key that may name a person, a link or a secret are replaced; so is
anything in a message that looks like a telephone, an identity number or a ticket.
"""

import contextlib
import ctypes
import json
import logging
import os
import re
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_SECRET_KEYS = re.compile(
    r"phone|email|name|token|ticket|secret|password|digits|address|id_number|subject|content|cookie", re.IGNORECASE
)
_LOOKS_PERSONAL = re.compile(r"\b(?:\+?84|0)\d{8,10}\b|\b\d{12}\b|\beyJ[\w\-.]{20,}|[\w.+-]+@[\w-]+\.[\w.]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def redacted(value: Any, key: str = "") -> Any:
    """Return a value fit for a log."""
    if isinstance(value, dict):
        return {str(k): redacted(v, str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(v, key) for v in value]
    if key and _SECRET_KEYS.search(key):
        return "…"
    if isinstance(value, str):
        return _CONTROL.sub("\ufffd", _LOOKS_PERSONAL.sub("…", value))
    return value


class Lines(logging.Formatter):
    """One line an event: JSON for machines, or short text for a terminal."""

    def __init__(self, *, as_json: bool, process: str) -> None:
        super().__init__()
        self._as_json, self._process = as_json, process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows as its own field."""
        entry: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "event": redacted(record.getMessage()),
            **redacted(getattr(record, "facts", {})),
        }
        if record.exc_info:
            entry["trace"] = "\n".join(redacted(self.formatException(record.exc_info).split("\n")))
        if self._as_json:
            return json.dumps(entry, ensure_ascii=False, default=str)
        trace = entry.pop("trace", "")
        rest = " ".join(f"{k}={v}" for k, v in entry.items() if k not in {"at", "level", "process", "event", "logger"})
        line = f"{entry['at'][11:19]} {entry['level'][:1].upper()} {entry['process']} {entry['event']} {rest}".rstrip()
        return f"{line}\n{trace}" if trace else line


def set_up(*, as_json: bool, process: str) -> None:
    """Send all logs of this process to standard error in our format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=as_json, process=process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tiepdan").setLevel(logging.INFO)


def die_with(parent: int) -> None:
    """Ask Linux to stop this process when the one that started it is gone, even by kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        # It went before we could ask.
        sys.exit(0)
