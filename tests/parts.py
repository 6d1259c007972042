"""System programs that some checks need: where they are, how they come, what happens without them.

On a machine where we are root and apt-get exists they are installed; elsewhere the line to type is
shown. A check whose part is missing is skipped with the reason, and fails where CI is set, so that
nothing goes unchecked there unnoticed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def chromium() -> Path | None:
    """The browser's program: the system's, else one that playwright has fetched."""
    for name in ("chromium", "google-chrome", "chromium-browser"):
        found = shutil.which(name)
        # Ubuntu's chromium is a stub that wants snapd, which containers do not have.
        if found and not (is_stub(Path(found)) and not Path("/snap/bin/chromium").exists()):
            return Path(found)
    fetched = Path.home() / ".cache" / "ms-playwright"
    return next(iter(sorted(fetched.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def is_stub(program: Path) -> bool:
    with program.open("rb") as read:
        return b"snap" in read.read(4096)


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres, the newest when there are several."""
    folders = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    found_on_path = shutil.which("initdb")
    return Path(found_on_path).parent if found_on_path else None


def fonts() -> Path | None:
    """Any font with every Vietnamese letter; without one, pictures of pages are boxes."""
    for pattern in ("**/NotoSans-Regular.*", "**/DejaVuSans.ttf"):
        for found in Path("/usr/share/fonts").glob(pattern):
            return found
    return None


def compiler() -> Path | None:
    """A C compiler, for the load generator of `./tiepdan bench media`."""
    found = shutil.which("gcc") or shutil.which("cc")
    return Path(found) if found else None


def firefox() -> Path | None:
    """The other browser; Debian's, not a stub."""
    found = shutil.which("firefox-esr")
    return Path(found) if found else None


@dataclass(frozen=True)
class Part:
    """One thing checks need from the system, and the Debian packages that bring it."""

    name: str
    packages: tuple[str, ...]
    find: Callable[[], Path | None]


PARTS = {
    "browser": Part("browser", ("chromium",), chromium),
    "postgres": Part("postgres", ("postgresql",), postgres_programs),
    "relay": Part("relay", ("coturn",), lambda: Path(found) if (found := shutil.which("turnserver")) else None),
    "fonts": Part("fonts", ("fonts-noto-core",), fonts),
    "compiler": Part("compiler", ("gcc", "libc6-dev"), compiler),
}
LATE = {"firefox": Part("firefox", ("firefox-esr",), firefox)}
"""Only slow proofs want these: they are not installed for every run."""


def missing() -> list[Part]:
    return [part for part in PARTS.values() if part.find() is None]


def quiet(command: Sequence[str]) -> bool:
    """Runs an installer; its last lines are shown only when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        print("\n".join((done.stdout + done.stderr).splitlines()[-5:]), file=sys.stderr)
    return done.returncode == 0


def install_missing() -> None:
    """Afterwards everything is there, or the person knows what to type; never raises for a part."""
    absent = missing()
    if not absent:
        return
    packages = [package for part in absent for package in part.packages]
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Một số kiểm tra cần thêm gói hệ thống: sudo {line}", file=sys.stderr)
        print(f"Some checks need system packages: sudo {line}", file=sys.stderr)
        return
    print(f"Đang cài gói hệ thống: {' '.join(packages)}", file=sys.stderr)
    print(f"Installing system packages: {' '.join(packages)}", file=sys.stderr, flush=True)
    quiet(["apt-get", "update", "-q"])
    for package in packages:
        quiet(["apt-get", "install", "-y", "-q", "--no-install-recommends", package])
    if chromium() is None:
        quiet([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])


def require(name: str) -> Path:
    """The part's place, or the end of the calling test."""
    part = PARTS.get(name) or LATE[name]
    found = part.find()
    if found is not None:
        return found
    reason = f"{name} is missing (apt-get install {' '.join(part.packages)})"
    if is_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
