"""Pages that are drawn from code say what the code says now."""

import ast
import inspect
import re

import pytest

from server.app import ROUTES
from server.tables import Base
from tests.house import write_docs
from tests.house.walk import ROOT, python_files, tree


@pytest.mark.parametrize(
    "page", ["server/SCHEMA.md", "server/FLOWS.md", "server/ROUTES.md", "README.md", "tests/server/FACTS.md"]
)
def test_is_fresh(page: str) -> None:
    made = {str(path): text for path, text in write_docs.pages().items()}
    is_fresh = (ROOT / page).read_text(encoding="utf-8") == made[page]
    assert is_fresh, f"{page} is stale: run python -m tests.house.write_docs"


def test_every_table_says_what_it_is_for() -> None:
    assert not [m.class_.__name__ for m in Base.registry.mappers if not inspect.getdoc(m.class_)]


def test_every_page_says_what_it_does() -> None:
    assert not [route.key for route in ROUTES if not inspect.getdoc(route.page)]


def test_every_flow_ends_somewhere_and_reaches_all_its_states() -> None:
    for module, name, flow in write_docs.flow_tables():
        found = list(write_docs.moves(flow))
        reached, before = {found[0][0]}, set[str]()
        while reached != before:
            before = set(reached)
            reached |= {then for state, _, then, _ in found if state in reached}
        mentioned = {state for state, *_ in found} | {then for _, _, then, _ in found}
        assert mentioned == reached, f"{module}.{name} cannot reach {mentioned - reached}"


def test_every_decision_has_its_four_parts() -> None:
    pages = sorted((ROOT / "server" / "decisions").glob("[0-9]*.md"))
    assert [path.name[:4] for path in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"# \d{4} ", text), path
        for part in ("## What hurt", "## What we chose", "## What it costs", "## What would change our mind"):
            assert part in text, f"{path.name}: {part}"
        assert len(text.splitlines()) <= 60, f"{path.name} is no short page"


def test_modules_open_with_what_they_are_for() -> None:
    packages = python_files("server", "signaling", "recordings")
    assert not [str(path) for path in packages if not ast.get_docstring(tree(path))]
