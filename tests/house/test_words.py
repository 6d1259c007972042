"""Sentences for people live in templates, where a lawyer reads them, not in code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.walk import ROOT, ours, python_files, tree

# Letters that only Vietnamese uses; à, é or ô alone could be anybody's.
VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯạ-ỹẠ-Ỹ]")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.DOTALL)

# Where whole sentences may stand in Python, with the reason.
ALLOWED = {
    "tiepdan": "speaks before templates can be read",
    "server/demo": "invented people and their invented matters",
    "server/refusals": "the one table from refusal codes to sentences",
}


def is_allowed(path: Path) -> bool:
    return any(str(path).startswith(start) for start in ALLOWED)


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Vietnamese text of several words outside docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_sentence = " " in node.value.strip() and VIETNAMESE.search(node.value)
            if is_sentence and id(node) not in docstrings:
                yield node.lineno, node.value


def test_python_holds_no_vietnamese_sentence() -> None:
    found = [
        f"{path}:{line} {text!r}"
        for path in python_files("server", "signaling", "recordings", "tiepdan")
        if not is_allowed(path)
        for line, text in sentences(path)
    ]
    assert not found


def test_javascript_holds_no_vietnamese_sentence() -> None:
    found = []
    for path in ours():
        if path.suffix != ".js" or path.parts[0] != "web" or "vendor" in path.parts:
            continue
        code = COMMENT.sub("", (ROOT / path).read_text(encoding="utf-8"))
        found += [f"{path}: {line.strip()}" for line in code.splitlines() if VIETNAMESE.search(line)]
    assert not found
