"""More than ten thousand steps of anybody doing anything: the truths of a room hold."""

from random import Random

import pytest

from tests.walks import Life, shrunk, walk

WALKS = 26
STEPS = 400
SEED = 1


@pytest.mark.parametrize("number", range(WALKS))
def test_the_truths_hold_on_a_long_walk(number: int) -> None:
    steps = walk(Random(f"{SEED}.{number}"), STEPS)
    try:
        Life().play(steps)
    except AssertionError as broken:
        few = shrunk(steps)
        lines = "\n".join(f"  +{seconds} s {event}" for event, seconds in few)
        pytest.fail(f"{broken}\nseed {SEED}.{number}, cut down to {len(few)} steps:\n{lines}")
