"""Which packet path a worker takes is a setting, and `doctor` says what became of it."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from server import supervisor, worker_settings
from server.__main__ import main
from server.config import BadSettings, load
from server.supervisor import Child


def test_a_worker_is_told(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path)}, {"TIEPDAN_HOT_PATH": "python"})
    assert worker_settings.settings_of(settings, "m1").hot_path == "python"
    assert load({"data": str(tmp_path)}, {}).hot_path == "auto"
    with pytest.raises(BadSettings, match="hot_path"):
        load({"data": str(tmp_path)}, {"TIEPDAN_HOT_PATH": "assembler"})


@pytest.mark.parametrize(
    ("wanted", "told"), [("python", "hot path: python (as set)"), ("auto", "hot path: python (no C")]
)
def test_doctor_says_which_and_why(
    wanted: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIEPDAN_HOT_PATH", wanted)
    monkeypatch.setattr("signaling.passthrough.build.COMPILERS", ("no-such-compiler",))
    assert main(["doctor", "--data", str(tmp_path)]) == 0
    assert told in capsys.readouterr().out


TELLS_AND_DIES = """
import os, sys
with open(sys.argv[1], "ab") as book:
    book.write(sys.stdin.buffer.read())
os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("death", "told"),
    [(signal.SIGSEGV, ["native", "python", "python"]), (signal.SIGKILL, ["native"] * 3)],
)
def test_a_fault_in_machine_code_is_met_once(tmp_path: Path, death: signal.Signals, told: list[str]) -> None:
    book = tmp_path / "book"
    command = [sys.executable, "-I", "-c", TELLS_AND_DIES, str(book), str(int(death))]
    child = Child("m1", command, told=b"native\n", careful=b"python\n")
    for _ in told:
        child.start()
        assert child.process is not None
        child.process.wait()
        child.due, child.deaths = 0.0, 5
        child.mind()
    assert book.read_text().split()[: len(told)] == told


def test_a_worker_that_forwards_in_python_has_nothing_safer(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path)}, {"TIEPDAN_HOT_PATH": "python"})
    assert supervisor.media_child(settings, "m1").careful == b""
    settings = load({"data": str(tmp_path)}, {"TIEPDAN_HOT_PATH": "native"})
    child = supervisor.media_child(settings, "m1")
    assert worker_settings.read(child.told).hot_path == "native"
    assert worker_settings.read(child.careful) == replace(worker_settings.read(child.told), hot_path="python")
