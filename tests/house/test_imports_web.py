"""The order inside the browser's code: state and wire know nothing, components know only lib."""

import re
from pathlib import Path

import pytest

from tests.house.walk import ROOT, ours

IMPORT = re.compile(r"""(?:\bimport|\bexport)\s[^'"();]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]""")
SCRIPTS = Path("web/static/js")

# Folder or file under web/static/js, and what its imports may start with. The first match rules.
MAY_IMPORT = {
    "room/protocol.js": (),
    "room/state.js": (),
    "room/quality.js": (),
    "room/devices.js": (
        "room/browser.js",
        "room/capture.js",
        "room/memory.js",
        "room/practice.js",
        "room/probe.js",
        "lib/",
    ),
    "room/practice.js": ("room/media.js", "room/protocol.js", "room/quality.js"),
    "room/memory.js": (),
    "room/media.js": ("lib/",),
    "room/": ("room/", "lib/", "vendor"),
    "lib/": ("lib/",),
    "components/": ("lib/",),
    "start.js": ("components/", "lib/"),
}


def scripts() -> list[Path]:
    inside = [path for path in ours() if path.is_relative_to(SCRIPTS) and path.suffix == ".js"]
    return [path for path in inside if "vendor" not in path.parts]


def targets(text: str) -> list[str]:
    return [first or second for first, second in IMPORT.findall(text)]


def resolved(path: Path, target: str) -> str:
    """Where an import leads, seen from web/static/js; bare names are vendored libraries."""
    if not target.startswith((".", "/")):
        return "vendor"
    if target.startswith("/"):
        return target.removeprefix("/static/js/")
    parts: list[str] = []
    for part in (*path.parent.relative_to(SCRIPTS).parts, *target.split("/")):
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('import { a } from "./a.js";', ["./a.js"]),
        ('import {\n  a,\n  b,\n} from "../lib/b.js";', ["../lib/b.js"]),
        ('import "./effects.js"', ["./effects.js"]),
        ('const it = await import("./late.js")', ["./late.js"]),
        ('export { a } from "./a.js"', ["./a.js"]),
        ('/** @typedef {import("./types.js").T} T */', ["./types.js"]),
    ],
)
def test_import_lines_are_seen(text: str, found: list[str]) -> None:
    assert targets(text) == found


def test_scripts_keep_their_order() -> None:
    wrong = []
    for path in scripts():
        name = str(path.relative_to(SCRIPTS))
        allowed = next((may for start, may in MAY_IMPORT.items() if name.startswith(start)), ())
        # Types in comments tie nothing together at run time.
        code = re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in targets(code):
            where = resolved(path, target)
            if not where.startswith(allowed or ("nothing at all",)):
                wrong.append(f"{path} imports {target}")
    assert not wrong


def test_pages_have_no_inline_script_or_style() -> None:
    """The content security policy would silently refuse them; import maps carry a nonce, JSON never runs."""
    inline = re.compile(
        r"<script(?![^>]*\b(?:src=|nonce=|type=\"application/json\"))|<style\b|\sstyle=\"|\son[a-z]+=\""
    )
    found = []
    for path in ours():
        if path.suffix == ".html" and path.is_relative_to("web/templates"):
            # Letters are read in mail programs, which know nothing else.
            if "letters" in path.parts:
                continue
            for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
                if inline.search(line):
                    found.append(f"{path}:{number} {line.strip()}")
    assert not found
