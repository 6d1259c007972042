"""Format, lint, types, contracts and JavaScript, counted with the other tests."""

import pytest

from tests import parts
from tests.steps import STEPS, Broken, Missing, Nothing, Step


@pytest.mark.parametrize(
    "step", [pytest.param(step, id=step.name, marks=pytest.mark.alone(step.name)) for step in STEPS]
)
def test_finds_nothing(step: Step) -> None:
    found = ""
    try:
        step.check()
    except Broken as broken:
        found = str(broken)
    except Missing as missing:
        if not parts.is_ci():
            pytest.skip(f"missing: {missing}")
        found = f"missing: {missing}"
    except Nothing as nothing:
        pytest.skip(f"not there yet: {nothing}")
    # Outside the except, so that the report holds what was found once.
    if found:
        pytest.fail(found, pytrace=False)
