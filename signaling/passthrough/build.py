"""Makes the native packet path with the machine's own compiler, when it has one.

What is made lies in `.tiepdan/native`, named by a hash of everything it was made from, so
that a changed source, compiler or flag makes another and an old one is never taken for it.
Nothing here is needed for running: without a compiler the packet path is Python.
"""

import hashlib
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).with_name("native")
FOLDER = Path(__file__).parents[2] / ".tiepdan" / "native"
COMPILERS = ("cc", "gcc", "clang")
WITHIN = 120.0

_FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror=implicit-function-declaration", "-pthread")
_LIBRARY = ("-O2", "-fPIC", "-shared")
_WATCHED = ("-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")

PLAIN: tuple[str, ...] = (*_FLAGS, *_LIBRARY)
WATCHED: tuple[str, ...] = (*_FLAGS, *_WATCHED, "-fPIC", "-shared")
"""With the address and undefined-behaviour sanitizers; the process must preload libasan."""
FUZZER: tuple[str, ...] = (*_FLAGS, *_WATCHED)
"""A program of its own that feeds the core with mutated packets and control calls."""


class Unbuilt(Exception):
    """There is no such library; the text is one line that says why."""


@dataclass(frozen=True)
class Recipe:
    """What the result depends on."""

    compiler: Path
    flags: tuple[str, ...]
    sources: tuple[Path, ...]

    @property
    def key(self) -> str:
        """Sixteen hex digits that change when anything of it does."""
        facts = self.compiler.stat()
        told = [str(self.compiler), facts.st_size, facts.st_mtime_ns, *self.flags, platform.machine()]
        summed = hashlib.sha256(repr(told).encode())
        for path in sorted(SOURCES.glob("*.[ch]")):
            summed.update(path.name.encode() + b"\0" + path.read_bytes())
        return summed.hexdigest()[:16]


def find_compiler() -> Path:
    """Return the system's C compiler. Raises Unbuilt when there is none."""
    found = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if found is None:
        raise Unbuilt("no C compiler (cc, gcc, clang) on this machine")
    return Path(found).resolve()


def recipe(flags: tuple[str, ...] = ()) -> Recipe:
    """Return what would be made, a plain library unless told otherwise. Raises Unbuilt."""
    flags = flags or PLAIN
    is_program = "-shared" not in flags
    sources = (path for path in SOURCES.glob("*.c") if is_program or path.name != "fuzz.c")
    return Recipe(find_compiler(), flags, tuple(sorted(sources)))


def build(wanted: Recipe) -> Path:
    """Return the library or program, made now if need be. Raises Unbuilt."""
    kind = "so" if "-shared" in wanted.flags else "run"
    path = FOLDER / f"hot-{wanted.key}.{kind}"
    if path.exists():
        return path
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            made = Path(folder) / path.name
            _compile(wanted, made)
            # Several workers may build at once; each result is whole, the last one stays.
            made.replace(path)
    except OSError as error:
        raise Unbuilt(f"{FOLDER}: {error.strerror}") from error
    return path


def _compile(wanted: Recipe, into: Path) -> None:
    command = [str(wanted.compiler), *wanted.flags, "-o", str(into), *map(str, wanted.sources), "-lm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired:
        raise Unbuilt(f"{wanted.compiler.name} took longer than {WITHIN:.0f} s") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or [f"exit code {done.returncode}"]
        raise Unbuilt(f"{wanted.compiler.name}: {lines[0].strip()[:200]}")
