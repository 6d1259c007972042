"""tests/journeys/README.md answers each complaint once, with tests that exist."""

import re

from tests.house.walk import ROOT

TESTS = ROOT / "tests"
PAGE = (TESTS / "journeys" / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| U(\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
PYTHON = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
SCRIPT = re.compile(r"`([\w/]+\.test\.js): ([^`]+)`")
WITHOUT = ("Does not apply: ", "Not tested: ")
LAST = 67


def test_each_number_stands_once_and_is_answered() -> None:
    rows = ROW.findall(PAGE)
    assert [int(number) for number, *_ in rows] == list(range(1, LAST + 1))
    for number, _, answer in rows:
        assert answer.startswith(WITHOUT) or PYTHON.search(answer) or SCRIPT.search(answer), f"U{number}"


def test_named_tests_exist() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in PYTHON.findall(PAGE)
        if not (TESTS / file).is_file() or (name and f"def {name}(" not in (TESTS / file).read_text(encoding="utf-8"))
    ]
    missing += [
        f"{file}: {title}"
        for file, title in SCRIPT.findall(PAGE)
        if not (TESTS / file).is_file() or f'test("{title}"' not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert not missing
