"""A typst template and its facts to PDF (one tool, so no interface).

Facts reach the template as JSON data, never as mark-up, so nothing typed by a person can
change the layout or run anything.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from server.errors import Unavailable


class Press:
    """Prints with the fonts shipped in ``web/static/fonts/print`` only."""

    def __init__(self, web: Path) -> None:
        self._templates = web / "templates" / "print"
        self._fonts = web / "static" / "fonts" / "print"

    async def print(self, template: str, facts: Mapping[str, object]) -> bytes:
        """Return a PDF/A-2b made from ``<template>.typ``; the template reads ``sys.inputs.facts`` as JSON."""
        return await asyncio.to_thread(self._print, template, json.dumps(facts, ensure_ascii=False))

    async def told(self, template: str, facts: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return what ``<template>.typ`` tells of itself part by part (``told`` in ``official.typ``): kind and body."""
        return await asyncio.to_thread(self._told, template, json.dumps(facts, ensure_ascii=False))

    def _told(self, template: str, facts: str) -> list[dict[str, Any]]:
        try:
            found = typst.query(
                str(self._templates / f"{template}.typ"),
                "<told>",
                field="value",
                root=str(self._templates),
                font_paths=[str(self._fonts)],
                ignore_system_fonts=True,
                sys_inputs={"facts": facts},
            )
        except typst.TypstError as error:
            raise Unavailable("print_failed") from error
        parts: list[dict[str, Any]] = json.loads(found)
        return parts

    def _print(self, template: str, facts: str) -> bytes:
        try:
            made = typst.compile(
                str(self._templates / f"{template}.typ"),
                root=str(self._templates),
                font_paths=[str(self._fonts)],
                ignore_system_fonts=True,
                sys_inputs={"facts": facts},
                pdf_standards=["a-2b"],
                format="pdf",
            )
        except typst.TypstError as error:
            raise Unavailable("print_failed") from error
        assert isinstance(made, bytes)  # noqa: S101 one PDF was asked for
        return made
