"""What a process of the office has at hand: built once by ``app``, handed to pages and jobs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.adapters.docx import DocxFiller
from server.adapters.files import FileStore
from server.adapters.mail import Mailer
from server.adapters.media_nodes import MediaNodes
from server.adapters.page_images import PageImages
from server.adapters.pdf import Press
from server.adapters.sms import Texter
from server.clock import Clock
from server.config import Settings
from server.db import Database
from server.i18n import Catalogue
from server.who import Who

WEB = Path(__file__).parent.parent / "web"


class Render(Protocol):
    """Fills a template of ``web/templates`` with facts, in one language."""

    def __call__(self, template: str, locale: str, facts: Mapping[str, object]) -> str: ...


@dataclass(frozen=True, slots=True)
class House:
    """Everything a handler or a job may use."""

    settings: Settings
    db: Database
    clock: Clock
    words: Catalogue
    files: FileStore
    mailer: Mailer
    texter: Texter
    press: Press
    pages: PageImages
    filler: DocxFiller
    nodes: MediaNodes
    render: Render


CountWaiting = Callable[[House, Who], Awaitable[dict[str, int]]]
"""Gives the counters of the rail: key of the entry → how many wait."""
