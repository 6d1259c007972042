"""Which packet path a test runs on: a module that uses the fixture runs on each."""

import shutil
from collections.abc import Iterator

import pytest

from signaling.passthrough import HotPath

needs_compiler = pytest.mark.skipif(
    not any(shutil.which(name) for name in ("cc", "gcc", "clang")), reason="no C compiler on this machine"
)


class Chosen:
    """What the fixture set; outside of it, Python."""

    path: HotPath = "python"


@pytest.fixture(params=["python", pytest.param("native", marks=[needs_compiler, pytest.mark.slow])])
def either_path_with_browsers(request: pytest.FixtureRequest) -> Iterator[str]:
    """As `either_path`; where real browsers take long, the native path is a slow proof."""
    Chosen.path = request.param
    yield request.param
    Chosen.path = "python"


@pytest.fixture(params=["python", pytest.param("native", marks=needs_compiler)])
def either_path(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on both packet paths."""
    Chosen.path = request.param
    yield request.param
    Chosen.path = "python"
