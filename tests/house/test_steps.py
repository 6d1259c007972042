"""Format, lint, types, contracts and JavaScript, counted with the other tests."""

import pytest

from tests import parts
from tests.steps import STEPS, Broken, Missing, Step


@pytest.mark.parametrize(
    "step", [pytest.param(step, id=step.name, marks=pytest.mark.alone(step.name)) for step in STEPS]
)
def test_finds_nothing(step: Step) -> None:
    try:
        step.check()
    except Broken as broken:
        pytest.fail(str(broken), pytrace=False)
    except Missing as missing:
        if parts.is_ci():
            pytest.fail(f"missing: {missing}", pytrace=False)
        pytest.skip(f"missing: {missing}")
