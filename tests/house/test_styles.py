"""Every class that our style sheets know is written by a template, the program or the server, and the reverse."""

import re
from functools import cache
from pathlib import Path

from tests.house.walk import ROOT

WEB = ROOT / "web"
NAME = re.compile(r"\.(-?[a-z][\w-]*)")
BODY = re.compile(r"\{[^{}]*\}")
WORD = re.compile(r"[a-zA-Z][\w-]*")
WRITTEN = re.compile(r'class=(?:"([^"]*)"|\$\{`([^`]*)`\})')
GAP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\$\{.*?\}", re.DOTALL)
PLAIN = {"notice--info", "player"}
"""The kind that looks as all do, and what tests find a whole by."""


def styled() -> set[str]:
    """Classes in selectors, whatever is in comments, texts and the rules themselves."""
    found = set[str]()
    for path in (WEB / "static" / "css").glob("*.css"):
        plain = re.sub(r'/\*.*?\*/|"[^"]*"|url\([^)]*\)', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found |= set(NAME.findall(BODY.sub("{}", plain)))
    return found


@cache
def sources() -> dict[Path, str]:
    paths = [*(WEB / "templates").rglob("*.html"), *(WEB / "static" / "js").rglob("*.js")]
    return {path: path.read_text(encoding="utf-8") for path in paths}


def test_every_class_of_the_style_sheets_is_used() -> None:
    everything = "\n".join(sources().values())
    words = set(WORD.findall(everything))
    # What a class ends in may be a value: button--{{ kind }}.
    built = {name.rstrip("-") for name in words if name.endswith("--")}

    def is_used(name: str) -> bool:
        base, _, _ = name.partition("--")
        return name in words or (name != base and base in built)

    assert sorted(name for name in styled() if not is_used(name)) == []


def test_every_class_that_is_written_has_a_style() -> None:
    known = styled()
    strange = set[str]()
    for path, text in sources().items():
        for plain, built in WRITTEN.findall(GAP.sub("\0", text)):
            names = {name for name in (plain or built).split() if "\0" not in name}
            strange |= {f"{path.relative_to(ROOT)}: {name}" for name in names - known - PLAIN}
    assert sorted(strange) == []
