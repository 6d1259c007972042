"""The generator against our server, three people for three seconds: what it counts is what was sent."""

import pytest

from tests import parts
from tests.bench import media
from tests.bench.generator import Task
from tests.bench.processes import two_cores
from tests.bench.runs import run


@pytest.fixture(scope="module")
def cores() -> tuple[int, int]:
    parts.require("compiler")
    try:
        return two_cores()
    except ValueError:
        pytest.skip("the generator needs a core beside the server's")


@pytest.mark.slow
async def test_everything_sent_arrives_and_is_counted(cores: tuple[int, int]) -> None:
    task = Task(rooms=1, parties=3, seconds=1.5, balance=1.0)
    result = await run("python", task, cores)
    seen = result.steps[0]
    assert result.connections == 3
    assert seen.counts["flowing"] == 3 * 2 * 2
    assert (seen.counts["wrong"], seen.counts["unauthentic"], seen.counts["unsent"]) == (0, 0, 0)
    assert seen.counts["checked"] > seen.counts["received"] / 32
    assert 0 < seen.p50_ms <= seen.p99_ms <= seen.worst_ms
    assert seen.cpu_us > 0
    assert result.memory_after > 0
    assert result.sent > 3 * 150
    assert result.arrived == result.expected


def test_refusals_are_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert media.main(["--load", "4x60"]) == 2
    assert media.main(["--server", "mediasoup"]) == 2
    told = capsys.readouterr().err
    assert "not a load: 4x60" in told
    assert "no such server: mediasoup" in told
