"""What lies at the root is the first thing people see; it stays at what a project needs."""

from tests.house.walk import ROOT, ours

FOLDERS = {"server", "signaling", "web", "recordings", "tests", ".ci"}
FILES = {
    "pyproject.toml",
    "README.md",
    "tiepdan",
    "requirements.lock",
    "CHANGELOG.md",
    "LICENSE",
    ".gitignore",
}


def test_nothing_else_lies_at_the_root() -> None:
    top = {(path.parts[0], len(path.parts) > 1) for path in ours()}
    assert {name for name, is_folder in top if is_folder} <= FOLDERS
    assert {name for name, is_folder in top if not is_folder} <= FILES


def test_web_holds_no_python() -> None:
    assert not [str(path) for path in ours() if path.parts[0] == "web" and path.suffix == ".py"]


def test_locks_hold_fingerprints_and_no_addresses() -> None:
    for name in ("requirements.lock", "tests/requirements.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_changes_are_told_in_both_languages() -> None:
    """Each entry is one Vietnamese sentence on its line and the English one indented below it."""
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    entries = [number for number, line in enumerate(lines) if line.startswith("- ")]
    assert entries
    for number in entries:
        assert any(not letter.isascii() for letter in lines[number]), lines[number]
        assert any(line.startswith("  ") for line in lines[number + 1 : number + 3]), lines[number]
