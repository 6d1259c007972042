"""The acceptance facts and the tests that hold them: from ``facts.toml`` and from the names of tests."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.house.walk import ROOT, python_files

LIST = ROOT / "tests" / "house" / "facts.toml"
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
_NAMED = re.compile(r"test_((?:f\d\d_)+)")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact, the tests that hold it, and why it (or a part) cannot be tested here."""

    number: str
    says: str
    tests: tuple[str, ...]
    why: str


@cache
def tests() -> tuple[str, ...]:
    """Every test of ours as ``path::name``."""
    return tuple(
        f"{path}::{name}"
        for path in python_files("tests")
        if path.name.startswith("test_")
        for name in _TEST.findall((ROOT / path).read_text(encoding="utf-8"))
    )


def numbers() -> tuple[str, ...]:
    """The stable numbers of all facts."""
    return tuple(f"F{number}" for number in str(_listed()["numbers"]).split())


def facts() -> Iterator[Fact]:
    """Every fact that is listed, in order, with listed tests first and then those named after it."""
    for number, one in _listed().items():
        if isinstance(one, dict):
            listed = one.get("tests", [])
            named = [test for test in tests() if number in numbers_of(test) and test not in listed]
            yield Fact(number, one["says"], (*listed, *named), one.get("why", ""))


def _listed() -> dict[str, object]:
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def numbers_of(test: str) -> tuple[str, ...]:
    """Return the numbers of the facts a test is named after: ``test_f51_f52_…`` holds two."""
    found = _NAMED.match(test.partition("::")[2])
    return tuple(found[1].strip("_").upper().split("_")) if found else ()


def page(made: str) -> str:
    """Return the page FACTS.md; ``made`` is the line that says who made it."""
    listed = list(facts())
    missing = [fact.number for fact in listed if not fact.tests and not fact.why]
    lines = ["# Acceptance facts and the tests that hold them\n", made]
    lines.append(f"Of {len(listed)} facts no test of ours holds {len(missing)} yet: {', '.join(missing) or 'none'}.\n")
    lines += ["| Fact | What holds | Held by |", "|---|---|---|"]
    for fact in listed:
        held = [f"`{test}`" for test in fact.tests] or ["" if fact.why else "**missing**"]
        lines.append(f"| {fact.number} | {fact.says} | {'<br>'.join(part for part in (*held, fact.why) if part)} |")
    return "\n".join(lines) + "\n"
