import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.fingerprint import check_seal, root_of, seal, sha256_of
from recordings.manifest import (
    KINDS,
    BadManifest,
    Broken,
    Closed,
    Entry,
    Lost,
    Opened,
    OpenedUnderSeal,
    Proven,
    Repaired,
    Sealed,
    Started,
    Stopped,
    facts_of,
    fold,
    read_line,
    read_lines,
    write_line,
)

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)

LIFE: tuple[Entry, ...] = (
    Started(AT, "r-mot"),
    Opened(AT, "c-an", 1, "c-an-001.webm", 150),
    Proven(AT, "c-an", 1, 4096),
    Opened(AT, "c-binh", 1, "c-binh-001.webm", 2000),
    Broken(AT, "c-binh", 1, "no_space"),
    Closed(AT, "c-an", 1, 9000, "ab" * 32, 60_000, 3000, 1800, 2, 1),
    Opened(AT, "c-an", 2, "c-an-002.webm", 70_000),
    Repaired(AT, "c-an", 2, 500, "cd" * 32, 1000, 50, 0, 17),
    Opened(AT, "c-chi", 1, "c-chi-001.webm", 71_000),
    Lost(AT, "c-chi", 1, "no_file"),
    OpenedUnderSeal(AT, "c-chi", 2, "c-chi-002.sealed.webm", 72_000),
    Stopped(AT),
    Sealed(AT, (("c-an-001.webm", 9000, "ab" * 32),), "ef" * 32),
)


def test_every_kind_of_line_is_read_as_it_was_written() -> None:
    assert {line.kind for line in LIFE} == set(KINDS)
    for line in LIFE:
        text = write_line(line)
        assert text.endswith("\n")
        assert text.count("\n") == 1
        assert read_line(text) == line


def test_a_life_folds_into_segments() -> None:
    ledger = fold(LIFE)
    states = {(one.member, one.segment): one.state for one in ledger.segments}
    assert states == {
        ("c-an", 1): "closed",
        ("c-an", 2): "repaired",
        ("c-binh", 1): "broken",
        ("c-chi", 1): "lost",
        ("c-chi", 2): "open",
    }
    assert [one.file for one in ledger.segments if one.under_seal] == ["c-chi-002.sealed.webm"]
    assert (ledger.room, ledger.zero_at, ledger.is_running) == ("r-mot", AT, False)
    assert [one.file for one in ledger.left_open] == ["c-binh-001.webm", "c-chi-002.sealed.webm"]
    assert [one.file for one in ledger.finished] == ["c-an-001.webm", "c-an-002.webm"]
    assert ledger.next_segment("c-an") == 3
    assert ledger.next_segment("c-moi") == 1
    assert ledger.seal is not None


def test_beginning_again_keeps_the_zero_and_breaks_the_seal() -> None:
    ledger = fold([*LIFE, Started(AT + timedelta(hours=1), "r-mot")])
    assert ledger.zero_at == AT
    assert ledger.seal is None
    assert ledger.is_running


@pytest.mark.parametrize(
    "lines",
    [
        [*LIFE, LIFE[1]],
        [*LIFE, Closed(AT, "c-an", 1, 1, "", 1, 1, 1, 0, 0)],
        [*LIFE, Lost(AT, "c-chi", 1, "no_file")],
        [Proven(AT, "c-an", 1, 1)],
        [Opened(AT, "c-an", 1, "c-an-001.sealed.webm", 0)],
        [OpenedUnderSeal(AT, "c-an", 1, "c-an-001.webm", 0)],
    ],
)
def test_lines_that_contradict_each_other_are_refused(lines: list[Entry]) -> None:
    with pytest.raises(BadManifest):
        fold(lines)


def test_a_later_version_is_refused_rather_than_misread() -> None:
    text = write_line(LIFE[0])
    for changed in (text.replace('"version": 1', '"version": 2'), text.replace("started", "sung")):
        with pytest.raises(BadManifest):
            read_lines(changed)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(min_value=1))
def test_wherever_the_power_goes_the_whole_lines_are_read(cut: int) -> None:
    text = "".join(map(write_line, LIFE))
    cut %= len(text)
    lines, torn = read_lines(text[:cut])
    whole = text[:cut].count("\n")
    assert lines[:whole] == list(LIFE[:whole])
    assert len(lines) + torn <= whole + 1
    fold(lines, torn)


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "kind": "stopped"}',
        '{"version": 1, "kind": "stopped", "at": "2026-11-23T01:30:00"}',
        '{"version": 1, "kind": "stopped", "at": 5}',
        '{"version": 1, "kind": "started", "at": "2026-11-23T01:30:00+00:00", "room": 5}',
        "[]",
        "{",
    ],
)
def test_what_is_no_line_is_counted(text: str) -> None:
    assert read_lines(text) == ([], 1)


def test_facts_for_the_office() -> None:
    first, second = fold(LIFE).finished
    facts = facts_of(first, AT)
    assert facts.started_at == "2026-11-23T01:30:00.150+00:00"
    assert facts.ended_at == "2026-11-23T01:31:00.150+00:00"
    assert (facts.closed, facts.has_video, facts.has_audio) == ("clean", True, True)
    assert facts_of(second, AT).closed == "repaired"
    assert not facts_of(second, AT).has_video


def test_a_seal_finds_what_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "c-an-001.webm"
    path.write_bytes(b"noi" * 1000)
    line = Closed(AT, "c-an", 1, path.stat().st_size, sha256_of(path), 1, 1, 1, 0, 0)
    sealed = seal(fold([LIFE[0], LIFE[1], line]).finished, AT)
    assert check_seal(tmp_path, sealed) == []
    path.write_bytes(b"nOI" + path.read_bytes()[3:])
    assert check_seal(tmp_path, sealed) == ["c-an-001.webm"]
    path.unlink()
    assert check_seal(tmp_path, sealed) == ["c-an-001.webm"]
    assert "manifest.jsonl" in check_seal(tmp_path, Sealed(AT, sealed.files, root_of([])))


def test_the_format_page_describes_every_line_with_every_field() -> None:
    page = Path("recordings/FORMAT.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", page, re.MULTILINE))
    assert set(rows) == set(KINDS)
    for name, kind in KINDS.items():
        described = re.findall(r"`(\w+)`", rows[name])
        assert described == [field.name for field in fields(kind) if field.name != "at"], name
