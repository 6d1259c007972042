"""The ward's reception officer at work."""

from collections.abc import Callable

import pytest

from server.house import House
from server.who import Who
from tests.server.scheduling.stage import Stage


@pytest.fixture
def stage(house: House, who_of: Callable[..., Who]) -> Stage:
    return Stage(house, who_of("tu"))


@pytest.fixture
def elsewhere(house: House, who_of: Callable[..., Who]) -> Stage:
    """The same house, with Quân of another ward acting."""
    return Stage(house, who_of("quan"))
