"""Files to 400 lines, functions to 40 lines and six parameters; beyond that it has two jobs."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.walk import ROOT, ours, python_files, tree

FILE_LINES = 400
FUNCTION_LINES = 40
PARAMETERS = 6

# Migrations are as long as the change they make.
MIGRATIONS = ("server", "migrations", "versions")

# File, or file::function, with the reason why it may be larger.
LARGER = {
    "tiepdan": "runs before anything else exists, so it cannot be two files",
}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, the docstring apart: explaining more never costs anything."""
    assert node.end_lineno is not None
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        assert first.end_lineno is not None
        lines -= first.end_lineno - first.lineno + 1
    return lines


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    listed = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([one for one in listed if one.arg not in {"self", "cls"}])


def is_script(path: Path) -> bool:
    return path.suffix in {".js", ".css"} and "vendor" not in path.parts


def test_files_are_short() -> None:
    long = []
    for path in [*python_files(), *filter(is_script, ours())]:
        if path.parts[:3] == MIGRATIONS:
            continue
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES and str(path) not in LARGER:
            long.append(f"{path}: {lines} lines")
    assert not long


def test_functions_are_short() -> None:
    long = []
    for path in python_files():
        for node in functions(path) if path.parts[:3] != MIGRATIONS else ():
            lines = body_lines(node)
            if lines > FUNCTION_LINES and f"{path}::{node.name}" not in LARGER:
                long.append(f"{path}:{node.lineno} {node.name}: {lines} lines")
    assert not long


def test_functions_take_few_parameters() -> None:
    many = []
    for path in python_files():
        # Fixtures are asked for, not passed.
        for node in functions(path) if path.parts[0] != "tests" else ():
            count = parameters(node)
            if count > PARAMETERS and f"{path}::{node.name}" not in LARGER:
                many.append(f"{path}:{node.lineno} {node.name}: {count} parameters")
    assert not many


def test_exceptions_are_still_needed() -> None:
    known = {str(path) for path in ours()}
    assert not [name for name in LARGER if name.partition("::")[0] not in known]
