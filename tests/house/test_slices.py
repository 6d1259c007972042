"""Inside a slice a file's name tells what it is, and a kind imports only the kinds below it."""

from pathlib import Path

from tests.house.walk import imported, python_files

SLICES = {
    "accounts",
    "office",
    "cases",
    "intake",
    "scheduling",
    "archive",
    "reception",
    "minutes",
    "exhibits",
    "book",
    "papers",
    "petitions",
    "national",
    "reports",
    "search",
    "imports",
    "staffing",
    "continuity",
    "incidents",
}
# The lowest first. A kind that outgrew one file goes on in kind_something.py.
KINDS = ("rules", "queries", "actions", "forms", "pages", "jobs")
SIDE_BY_SIDE = {"pages", "jobs"}
NO_SQL = {"pages", "forms", "rules"}


def slice_files() -> list[Path]:
    inside = [path for path in python_files("server") if len(path.parts) > 2]
    return [path for path in inside if path.parts[1] in SLICES]


def kind(stem: str) -> str:
    return stem.partition("_")[0]


def test_every_file_is_of_a_known_kind() -> None:
    strange = [
        str(path)
        for path in slice_files()
        if len(path.parts) != 3 or (path.stem != "__init__" and kind(path.stem) not in KINDS)
    ]
    assert not strange


def test_kinds_look_only_downwards() -> None:
    upward = []
    for path in slice_files():
        own = kind(path.stem)
        for line, name in imported(path) if own in KINDS else ():
            parts = name.split(".")
            if parts[:2] != ["server", path.parts[1]] or len(parts) < 3:
                continue
            other = kind(parts[2])
            if other not in KINDS or other == own:
                continue
            beside = {own, other} == SIDE_BY_SIDE
            if beside or KINDS.index(other) > KINDS.index(own):
                upward.append(f"{path}:{line} imports {name}")
    assert not upward


def test_pages_forms_and_rules_write_no_sql() -> None:
    found = [
        f"{path}:{line} imports {name}"
        for path in slice_files()
        if kind(path.stem) in NO_SQL
        for line, name in imported(path)
        if name.split(".")[0] in {"sqlalchemy", "psycopg", "sqlite3"}
    ]
    assert not found
