"""What `./tiepdan` does when all goes well, is interrupted, or is started twice."""

import ast
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.bootstrap.conftest import SCRIPT, Project


def said(output: str) -> list[str]:
    words: list[str] = json.loads(output)
    return words


def installations(project: Project) -> int:
    return project.log.count("Successfully installed")


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_first_start_installs_and_hands_over(project: Project) -> None:
    done = project.run("run", "--demo", "--data", "mine")
    assert done.returncode == 0, done.stderr
    assert said(done.stdout) == ["tiny", "serve", "--demo", "--data", str(project.root.parent / "mine")]


def test_arguments_of_the_server_go_through(ready: Project) -> None:
    port = ready.environment["TIEPDAN_PORT"]
    done = ready.run("run", "--port", port, "--host=127.0.0.1")
    data = str(ready.root / "data")
    assert said(done.stdout) == ["tiny", "serve", "--port", port, "--host=127.0.0.1", "--data", data]
    done = ready.run("doctor")
    assert said(done.stdout) == ["tiny", "doctor", "--data", data]


def test_a_second_start_installs_nothing_and_is_quick(ready: Project) -> None:
    before = ready.log
    taken = []
    for _ in range(5):
        began = time.monotonic()
        done = ready.run("run")
        taken.append(time.monotonic() - began)
        assert done.returncode == 0
        assert done.stderr == ""
    assert ready.log == before
    assert min(taken) < 0.6


def test_tests_bring_their_own_libraries(ready: Project) -> None:
    done = ready.run("test", "-k", "one")
    assert said(done.stdout) == ["tiny", "test", "-k", "one"]
    assert installations(ready) == 2


def test_a_changed_lock_is_installed(ready: Project) -> None:
    lock = ready.root / "requirements.lock"
    lock.write_text("# changed\n" + lock.read_text(encoding="utf-8"), encoding="utf-8")
    assert ready.run("run").returncode == 0
    assert ready.log.count("--require-hashes") == 2
    assert ready.log.count("-m venv") == 1


def test_two_first_starts_share_one_installation(project: Project) -> None:
    port = int(project.environment["TIEPDAN_PORT"])
    first = project.start("run", "--port", str(port))
    second = project.start("run", "--port", str(port))
    for started in (first, second):
        out, err = started.communicate(timeout=120)
        assert started.returncode == 0, err
        assert said(out)[0] == "tiny"
    assert installations(project) == 1


def test_a_killed_installation_is_made_again(project: Project) -> None:
    started = project.start("run")
    while not (project.root / ".venv" / "tiepdan-runtime.busy").exists():
        assert started.poll() is None
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    done = project.run("run")
    assert done.returncode == 0, done.stderr
    assert said(done.stdout)[0] == "tiny"
    assert project.log.count("-m venv") == 2


@pytest.mark.parametrize("layer", ["runtime", "tests"])
def test_what_was_left_half_done_is_made_again(ready: Project, layer: str) -> None:
    ready.run("test")
    module = {"runtime": "tiny", "tests": "tiny_tests"}[layer]
    next(ready.root.glob(f".venv/lib/python*/site-packages/{module}.py")).unlink()
    (ready.root / ".venv" / f"tiepdan-{layer}.busy").touch()
    done = ready.run("test")
    assert done.returncode == 0, done.stderr


def test_a_python_that_went_away_is_replaced(ready: Project) -> None:
    link = ready.root / ".venv" / "bin" / "python"
    link.unlink()
    link.symlink_to("/nowhere/python3")
    assert ready.run("run").returncode == 0
    assert Path(os.path.realpath(link)).exists()


def test_usage_lists_only_what_is_there(project: Project) -> None:
    done = project.run("--help")
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert "bench" not in done.stdout


def test_the_whole_usage_is_short(project: Project) -> None:
    done = project.run(LC_ALL="C", PYTHONUTF8="0")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) < 20
