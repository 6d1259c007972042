"""Pages that are drawn from code: `python -m tests.house.write_docs` writes them, a test finds stale ones.

server/SCHEMA.md from the tables, server/FLOWS.md from the flow tables, server/ROUTES.md from the
mounted routes, tests/server/FACTS.md from the acceptance facts and the names of tests, and the table of settings between its marks in README.md.
"""

import ast
import importlib
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum as PythonEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Enum, Table, UniqueConstraint
from sqlalchemy.orm import Mapper

from server.app import ROUTES
from server.config import TABLE
from server.tables import Base
from server.tables.base import Moment
from server.words import Role
from tests.house import facts
from tests.house.walk import ROOT, python_files, tree

MARKS = ("<!-- settings: begin -->", "<!-- settings: end -->")
MADE = "Made by `python -m tests.house.write_docs`; a test fails when this page is stale. Do not edit.\n"


def pages() -> dict[Path, str]:
    """Every page made here, by its place below the root."""
    readme = Path("README.md")
    return {
        Path("server/SCHEMA.md"): schema(),
        Path("server/FLOWS.md"): flows(),
        Path("server/ROUTES.md"): routes(),
        Path("tests/server/FACTS.md"): facts.page(MADE),
        readme: with_settings((ROOT / readme).read_text(encoding="utf-8")),
    }


# ------------------------------------------------------------------ tables


def schema() -> str:
    """The data dictionary: each table with its purpose, columns and keys."""
    parts = ["# Data dictionary\n", MADE]
    parts.append("Times are UTC. `→` leads to the row meant. A word is one of a closed list in `words.py`.\n")
    mappers = sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table.description))
    parts += [_table(mapper) for mapper in mappers]
    return "\n".join(parts)


def _table(mapper: Mapper[Any]) -> str:
    table, comments = mapper.local_table, _comments(mapper.class_)
    assert isinstance(table, Table)
    lines = [f"## {table.name}\n", f"`{mapper.class_.__name__}`. {inspect.getdoc(mapper.class_) or ''}\n"]
    lines += ["| Column | Type | Key | Meaning |", "|---|---|---|---|"]
    lines += [f"| {c.name} | {_type(c)} | {_key(c)} | {comments.get(c.name, '')} |" for c in table.columns]
    for constraint in sorted(table.constraints, key=lambda c: str(c.name)):
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) > 1:
            lines.append(f"\nOnly once: {', '.join(c.name for c in constraint.columns)}.")
    return "\n".join(lines) + "\n"


def _type(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Enum):
        return f"word: {' · '.join(kind.enums)}"
    name = "moment" if isinstance(kind, Moment) else str(kind).lower()
    return name.replace("varchar", "text") + (", may be empty" if column.nullable else "")


def _key(column: Column[Any]) -> str:
    keys = ["primary"] if column.primary_key else []
    keys += ["only once"] if column.unique else []
    keys += [f"→ {key.target_fullname.removesuffix('.id')}" for key in column.foreign_keys]
    return ", ".join(keys) or ("searched" if column.index else "")


def _comments(of: type) -> dict[str, str]:
    """What stands as a string below an attribute of a class."""
    body = ast.parse(inspect.getsource(of)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr):
            text = after.value.value if isinstance(after.value, ast.Constant) else ""
            found[before.target.id] = " ".join(str(text).split()).replace("|", "\\|")
    return found


# ------------------------------------------------------------------ flows


def flow_tables() -> Iterator[tuple[str, str, Mapping[Any, Any]]]:
    """Module, name and content of every table called …_FLOW."""
    for path in python_files("server", "signaling"):
        for node in tree(path).body:
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.target.id.endswith("_FLOW")
            ):
                module = ".".join(path.with_suffix("").parts)
                yield module, node.target.id, getattr(importlib.import_module(module), node.target.id)


def moves(flow: Mapping[Any, Any]) -> Iterator[tuple[str, str, str, frozenset[Role]]]:
    """(state, verb, next state, who may) of a flow, whichever of the two shapes it is written in."""
    for state, then in flow.items():
        pairs = [(state[1], then)] if isinstance(state, tuple) else list(then.items())
        begin = state[0] if isinstance(state, tuple) else state
        for verb, move in pairs:
            yield _word(begin), _word(verb), _word(getattr(move, "to", move)), getattr(move, "roles", frozenset())


def _word(value: object) -> str:
    return str(value.value) if isinstance(value, PythonEnum) else str(value)


def flows() -> str:
    """A state diagram for each flow, and who may do what."""
    parts = ["# Flows\n", MADE]
    for module, name, flow in sorted(flow_tables(), key=lambda each: each[1]):
        found = list(moves(flow))
        title = name.removesuffix("_FLOW").lower().replace("_", " ")
        parts += [
            f"## {title}\n",
            f"`{module}.{name}`\n",
            "```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {found[0][0]}",
        ]
        parts += [f"    {state} --> {then}: {verb}" for state, verb, then, _ in found if state != then]
        parts.append("```\n")
        parts += _who_may(found)
    return "\n".join(parts)


def _who_may(found: list[tuple[str, str, str, frozenset[Role]]]) -> list[str]:
    if not any(roles for *_, roles in found):
        return []
    lines = ["| From | Verb | To | Who may |", "|---|---|---|---|"]
    lines += [f"| {state} | {verb} | {then} | {_roles(roles)} |" for state, verb, then, roles in found]
    return [*lines, ""]


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)


# ------------------------------------------------------------------ routes and settings


def routes() -> str:
    """Every address of the office: what is behind it and which roles may ask."""
    staff = frozenset(Role) - {Role.CITIZEN}
    lines = [
        "# Addresses\n",
        MADE,
        "Which things a role may see there is asked again by one query per kind of thing.\n",
    ]
    lines += ["| Address | Does | Who may ask |", "|---|---|---|"]
    for route in sorted(ROUTES, key=lambda each: (each.path, each.method)):
        says = (inspect.getdoc(route.page) or "").split("\n")[0]
        who = "anyone" if not route.roles else "all staff" if route.roles == staff else _roles(route.roles)
        path = route.path.replace("|", "\\|")
        lines.append(f"| {route.method} {path} | {says} | {who} |")
    return "\n".join(lines) + "\n"


def with_settings(readme: str) -> str:
    """README with the present table of settings between its marks."""
    before, begin, rest = readme.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    assert begin, f"README.md lacks the line {MARKS[0]}"
    assert end, f"README.md lacks the line {MARKS[1]}"
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    rows += [
        f"| `{variable}` | {f'`{default}`' if default != '' else ''} | {says} |"
        for _, variable, default, says, _ in TABLE
    ]
    return f"{before}{begin}\n" + "\n".join(rows) + f"\n{end}{after}"


def main() -> None:
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
