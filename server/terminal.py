"""Sentences for the person at the terminal: Vietnamese, then English. They live in ``web/words/terminal.toml``."""

import contextlib
import sys
from pathlib import Path

from server.i18n import load_catalogue

WEB = Path(__file__).parent.parent / "web"


def say(key: str, **facts: str) -> None:
    """Print a sentence in both languages."""
    catalogue = load_catalogue(WEB)
    for locale in ("vi", "en"):
        # A terminal that was closed must not keep us from stopping what we started.
        with contextlib.suppress(OSError):
            print(catalogue.find("labels", f"terminal.{key}", locale, facts), file=sys.stderr, flush=True)


def show(line: str) -> None:
    """Print one line of a result where another program can read it."""
    print(line, flush=True)
