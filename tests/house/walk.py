"""Which files are ours: what git knows, or would add, and nothing that was made."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", ".tiepdan", "node_modules", "__pycache__", "data", "shots"}


@cache
def ours() -> tuple[Path, ...]:
    """Every file of the project, relative to its root; works in a copy without git too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [Path(name) for name in listed.stdout.split("\0") if name]
        return tuple(sorted(name for name in names if (ROOT / name).is_file()))
    every = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(sorted(path for path in every if not MADE & set(path.parts)))


def python_files(*folders: str) -> list[Path]:
    """Our Python files, all of them or those under the named top folders."""
    wanted = [path for path in ours() if path.suffix == ".py" or path.name == "tiepdan"]
    return [path for path in wanted if not folders or path.parts[0] in folders]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> list[tuple[int, str]]:
    """Line and full name of everything a file imports, wherever in the file; relative ones too."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = list(path.parts[: -node.level]) if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            found += [(node.lineno, f"{module}.{alias.name}") for alias in node.names]
    return found
