"""Who may import what from outside; the finer half of the import contracts."""

import ast
from pathlib import Path

from tests.house.walk import imported, python_files, tree

PACKAGES = ("server", "signaling", "recordings")
MEDIA_LIBRARIES = {"aiortc", "aioice", "pylibsrtp"}
INSIDE = Path("signaling/passthrough/inside.py")


def may_know_media(path: Path) -> bool:
    inside_passthrough = path.parts[:2] == ("signaling", "passthrough")
    return inside_passthrough or str(path) in {"signaling/peer.py", "signaling/ice.py"}


def test_only_peer_ice_and_passthrough_know_aiortc() -> None:
    found = [
        f"{path}:{line} imports {name}"
        for path in python_files(*PACKAGES)
        if not may_know_media(path)
        for line, name in imported(path)
        if name.split(".")[0] in MEDIA_LIBRARIES
    ]
    assert not found


def test_one_module_imports_private_names_of_aiortc() -> None:
    found = []
    for path in python_files(*PACKAGES):
        for line, name in imported(path) if path != INSIDE else ():
            parts = name.split(".")
            if parts[0] in MEDIA_LIBRARIES and any(part.startswith("_") for part in parts):
                found.append(f"{path}:{line} imports {name}")
    assert not found


def test_only_the_demo_and_tests_know_the_demo() -> None:
    allowed = {"demo", "app", "__main__", "supervisor"}
    found = [
        f"{path}:{line} imports {name}"
        for path in python_files(*PACKAGES)
        if path.parts[1].partition(".")[0] not in allowed
        for line, name in imported(path)
        if name.split(".")[:2] == ["server", "demo"]
    ]
    assert not found


def test_nothing_imports_the_tests() -> None:
    found = [
        f"{path}:{line} imports {name}"
        for path in python_files(*PACKAGES)
        for line, name in imported(path)
        if name.split(".")[0] == "tests"
    ]
    assert not found


def test_sql_is_never_glued_together() -> None:
    """`text(f"…")` is how a name typed by a stranger becomes a command."""
    found = []
    for path in python_files(*PACKAGES):
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called in {"text", "exec_driver_sql"} and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                found.append(f"{path}:{node.lineno}")
    assert not found
