"""How checks share two workers, and what a marker needs before its test may run."""

import os

import pytest

from signaling.passthrough import build
from tests import parts

FIRST = ("types", "browser")
WATCHED = "TIEPDAN_TESTS_WATCHED"
"""Set by `./tiepdan build-native --asan`: the native packet path is the sanitized one."""


def pytest_configure() -> None:
    if os.environ.get(WATCHED):
        build.PLAIN = build.WATCHED


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A file's tests stay together; all browser tests do; the longest groups begin first."""
    groups: dict[str, str] = {}
    for item in items:
        alone = item.get_closest_marker("alone")
        if alone is not None:
            group = str(alone.args[0])
        elif item.get_closest_marker("browser"):
            group = "browser"
        else:
            group = str(item.path.relative_to(config.rootpath))
        groups[item.nodeid] = group
        item.add_marker(pytest.mark.xdist_group(group))

    def place(item: pytest.Item) -> int:
        group = groups[item.nodeid]
        return FIRST.index(group) if group in FIRST else len(FIRST)

    if config.getoption("dist", "no") != "no":
        items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in ("browser", "postgres"):
        if item.get_closest_marker(name):
            parts.require(name)
