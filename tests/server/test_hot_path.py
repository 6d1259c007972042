"""Which packet path a worker takes is a setting, and `doctor` says what became of it."""

from pathlib import Path

import pytest

from server import worker_settings
from server.__main__ import main
from server.config import BadSettings, load


def test_a_worker_is_told(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path)}, {"TIEPDAN_HOT_PATH": "python"})
    assert worker_settings.settings_of(settings, "m1").hot_path == "python"
    assert load({"data": str(tmp_path)}, {}).hot_path == "python"
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
