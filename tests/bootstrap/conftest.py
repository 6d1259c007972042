"""A small project around the real `tiepdan` script, whose libraries are two tiny wheels."""

import hashlib
import os
import shutil
import socket
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tiepdan"
SERVER = """\
import json, sys
import tiny
print(json.dumps([tiny.__name__, *sys.argv[1:]]))
"""


def make_wheel(folder: Path, name: str) -> str:
    """A wheel with one empty module; gives its line for a lock file."""
    folder.mkdir(exist_ok=True)
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    metadata = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{metadata}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{metadata}/RECORD", "")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@dataclass(frozen=True)
class Project:
    """A copy of the project: the real script, a server that prints its arguments, tiny wheels."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        path = self.root / ".tiepdan" / "install.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(self.root / "tiepdan"), *arguments],
            cwd=self.root.parent,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        with self.start(*arguments, **more) as started:
            out, err = started.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, started.returncode, out, err)


def make_project(root: Path) -> Project:
    wheels = root.parent / "wheels"
    (root / "tests").mkdir(parents=True)
    (root / "server").mkdir()
    shutil.copy(SCRIPT, root / "tiepdan")
    (root / "requirements.lock").write_text(make_wheel(wheels, "tiny"), encoding="utf-8")
    tests_lock = root / "tests" / "requirements.lock"
    tests_lock.write_text(make_wheel(wheels, "tiny_tests"), encoding="utf-8")
    (root / "server" / "__init__.py").touch()
    (root / "server" / "__main__.py").write_text(SERVER, encoding="utf-8")
    (root / "tests" / "check.py").write_text("import tiny_tests\n" + SERVER, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root.parent),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
    }
    return Project(root, environment)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Nothing installed yet."""
    made = make_project(tmp_path / "tiep dân")
    made.environment["TIEPDAN_PORT"] = str(free_port())
    return made


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Installed once; only copied from."""
    made = make_project(tmp_path_factory.mktemp("installed") / "project")
    done = made.run("run", TIEPDAN_PORT=str(free_port()))
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def ready(installed: Project, tmp_path: Path) -> Project:
    """Installed and started once before, and ours alone."""
    root = tmp_path / "project"
    shutil.copytree(installed.root, root, symlinks=True)
    return Project(root, {**installed.environment, "TIEPDAN_PORT": str(free_port())})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
