"""Sentences for the person at the terminal: Vietnamese, then English. They live in ``web/words/terminal.toml``."""

import sys
from pathlib import Path

from server.i18n import load_catalogue

WEB = Path(__file__).parent.parent / "web"


def say(key: str, **facts: str) -> None:
    """Print a sentence in both languages."""
    catalogue = load_catalogue(WEB)
    for locale in ("vi", "en"):
        print(catalogue.find("labels", f"terminal.{key}", locale, facts), file=sys.stderr, flush=True)
