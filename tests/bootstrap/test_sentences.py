"""Whatever people can mend ends in one Vietnamese and one English sentence and exit code 2."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bootstrap.conftest import SCRIPT, Project, make_wheel


def expect(done: "subprocess.CompletedProcess[str]", vietnamese: str, english: str) -> None:
    """The two sentences come last and are all there is after the progress lines."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    last_two = done.stderr.splitlines()[-2:]
    assert last_two[0].startswith("Lỗi: "), done.stderr
    assert vietnamese in last_two[0]
    assert last_two[1].startswith("Error: ")
    assert english in last_two[1]


def real_python(name: str) -> str | None:
    """The program itself: a shim of pyenv has the name and may lead nowhere."""
    kept = sorted(Path.home().glob(f".pyenv/versions/*/bin/{name}"))
    for candidate in (shutil.which(name), *map(str, kept)):
        if candidate is None:
            continue
        asked = [candidate, "-c", "import sys; print(sys.executable)"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip()
    return None


def with_old_version(project: Project, path: str) -> "subprocess.CompletedProcess[str]":
    """The script as Python 3.8 would run it: same file, a version number that is too low."""
    code = (
        "import runpy, sys\n"
        "sys.version_info = (3, 8, 0, 'final', 0)\n"
        f"sys.argv = [{str(project.root / 'tiepdan')!r}, 'doctor']\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**project.environment, "PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def in_own_mounts(project: Project, mounts: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Starts the script where `mounts` (shell) has changed the file systems, for it alone."""
    unshare = shutil.which("unshare")
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if not unshare or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs root and the right to mount")
    script = str(project.root / "tiepdan")
    return subprocess.run(
        ["unshare", "-m", "sh", "-ec", f'{mounts}\nexec "$0" "$@"', script, *arguments],
        cwd=project.root.parent,
        env=project.environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_python_that_is_too_old(project: Project, tmp_path: Path) -> None:
    done = with_old_version(project, str(tmp_path))
    expect(done, "Cần Python 3.11 trở lên", "Python 3.11 or newer is needed")
    assert not (project.root / ".venv").exists()


def test_an_old_python_goes_on_in_a_newer_one(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    newer = tmp_path / "bin" / "python3.12"
    newer.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    newer.chmod(0o755)
    done = with_old_version(project, str(tmp_path / "bin"))
    assert done.stdout.split(" ")[-1].strip() == "doctor"


@pytest.mark.parametrize("name", ["python3.6", "python3.7", "python3.8", "python3.9", "python3.10"])
def test_a_real_old_python(project: Project, tmp_path: Path, name: str) -> None:
    old = real_python(name)
    if not old:
        pytest.skip(f"no {name} on this machine")
    done = subprocess.run(
        [old, str(project.root / "tiepdan"), "run"],
        env={**project.environment, "PATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    expect(done, "Cần Python 3.11", "Python 3.11")


def test_a_taken_port(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = project.run("run", "--port", str(port))
    expect(done, f"Cổng {port} đang được", f"Port {port} is in use")
    assert not (project.root / ".venv").exists()


def test_a_taken_port_of_the_settings_file(project: Project) -> None:
    (project.root / "data").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = f'host = "127.0.0.1"\nport = {port}  # the front door\n'
        (project.root / "data" / "tiepdan.toml").write_text(settings, encoding="utf-8")
        del project.environment["TIEPDAN_PORT"]
        done = project.run("run")
    expect(done, f"Cổng {port} đang được", f"Port {port} is in use")


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1"])
def test_not_a_port(project: Project, port: str) -> None:
    expect(project.run("run", f"--port={port}"), "Cổng không hợp lệ", "Not a port")


def test_an_address_of_another_machine(project: Project) -> None:
    done = project.run("run", "--host", "192.0.2.1")
    expect(done, "Không mở được địa chỉ 192.0.2.1", "The address 192.0.2.1")


@pytest.mark.parametrize("below", ["", "/deeper"])
def test_a_data_folder_that_is_a_file(project: Project, tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").touch()
    done = project.run("run", "--data", f"{tmp_path}/taken{below}")
    expect(done, "không phải là thư mục", "is not a folder")


def test_a_data_folder_without_leave_to_write(project: Project, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    if os.geteuid() == 0:
        mounts = f"mount -t tmpfs -o ro tmpfs {tmp_path}/locked"
        done = in_own_mounts(project, mounts, "run", "--data", f"{tmp_path}/locked")
    else:
        done = project.run("run", "--data", str(tmp_path / "locked"))
    expect(done, "Không ghi được vào", "cannot be written")


def test_a_project_folder_without_leave_to_write(project: Project, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        root = f"'{project.root}'"
        mounts = f"mount --bind {root} {root}; mount -o remount,bind,ro {root}"
        done = in_own_mounts(project, mounts, "run", "--data", str(tmp_path / "data"))
    else:
        project.root.chmod(0o555)
        done = project.run("run", "--data", str(tmp_path / "data"))
        project.root.chmod(0o755)
    expect(done, "Không ghi được vào", "cannot be written")


def test_a_disk_too_small_for_installing(project: Project, tmp_path: Path) -> None:
    root = f"'{project.root}'"
    mounts = f"cp -a {root} {root}.kept\nmount -t tmpfs -o size=50m tmpfs {root}\ncp -a {root}.kept/. {root}\n"
    done = in_own_mounts(project, mounts, "doctor")
    expect(done, "Đĩa gần đầy", "The disk is almost full")
    assert not (project.root / ".venv").exists()


def test_a_disk_that_fills_up_while_installing(ready: Project) -> None:
    changed_lock(ready, make_wheel(Path(ready.environment["PIP_FIND_LINKS"]), "large"))
    libraries = next(ready.root.glob(".venv/lib/python*/site-packages"))
    mounts = (
        f"cp -a {libraries} {libraries}.kept\n"
        f"mount -t tmpfs -o size=40m tmpfs {libraries}\n"
        f"cp -a {libraries}.kept/. {libraries}\n"
        f"head -c 50000000 /dev/zero > {libraries}/filler 2>/dev/null || true"
    )
    done = in_own_mounts(ready, mounts, "doctor")
    expect(done, "Đĩa đã đầy giữa lúc cài đặt", "The disk filled up while installing")


def test_a_full_disk_under_the_data(project: Project, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    mounts = (
        f"mount -t tmpfs -o size=64k tmpfs {tmp_path}/data\n"
        f"head -c 200000 /dev/zero > {tmp_path}/data/filler 2>/dev/null || true"
    )
    done = in_own_mounts(project, mounts, "run", "--data", f"{tmp_path}/data")
    expect(done, "Đĩa đã đầy", "The disk is full")


def changed_lock(project: Project, text: str) -> Project:
    (project.root / "requirements.lock").write_text(text, encoding="utf-8")
    return project


def unknown(library: str) -> str:
    """A line of a lock file whose fingerprint fits nothing."""
    return f"{library} --hash=sha256:{'0' * 64}\n"


def test_no_network_for_the_installer(ready: Project) -> None:
    closed = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "1"}
    done = changed_lock(ready, unknown("other==1.0")).run("doctor", **closed)
    expect(done, "không kết nối được mạng", "cannot reach the package index")
    assert ".tiepdan/install.log" in done.stderr


def test_a_library_with_another_fingerprint(ready: Project) -> None:
    make_wheel(Path(ready.environment["PIP_FIND_LINKS"]), "changed")
    done = changed_lock(ready, unknown("changed==1.0")).run("doctor")
    expect(done, "không đúng dấu kiểm", "does not match its fingerprint")


def test_a_version_that_is_nowhere(ready: Project) -> None:
    done = changed_lock(ready, unknown("tiny==2.0")).run("doctor")
    expect(done, "Cài thư viện không xong", "Installing the libraries failed")


def test_a_failed_installation_heals_once_the_reason_is_gone(ready: Project) -> None:
    whole = (ready.root / "requirements.lock").read_text(encoding="utf-8")
    assert changed_lock(ready, "other==1.0\n").run("doctor").returncode == 2
    assert changed_lock(ready, whole).run("doctor").returncode == 0


def test_a_python_without_venv(project: Project) -> None:
    """Debian's python3 without python3-venv, where we are not root."""
    code = (
        "import importlib.util, os, runpy, sys\n"
        "known = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'ensurepip' else known(name)\n"
        "os.geteuid = lambda: 1000\n"
        f"sys.argv = [{str(project.root / 'tiepdan')!r}, 'doctor']\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=project.environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    expect(done, "sudo apt-get install python3", "sudo apt-get install python3")


def test_a_word_it_does_not_know(project: Project) -> None:
    expect(project.run("fly"), "Không có lệnh “fly”", "There is no command “fly”")


def test_sentences_survive_a_terminal_without_vietnamese(project: Project) -> None:
    done = project.run("fly", LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    expect(done, "Không có lệnh", "There is no command")


def test_the_script_is_the_real_one(project: Project) -> None:
    assert (project.root / "tiepdan").read_bytes() == SCRIPT.read_bytes()
