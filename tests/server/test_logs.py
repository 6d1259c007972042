"""A line of the log says what happened, never who or what about."""

import json
import logging
import sys

import pytest

from server.logs import Lines, redacted


@pytest.mark.parametrize(
    "value",
    [
        "call 0912345678 now",
        "call +84912345678 now",
        "card 031190001234",
        "ticket eyJyb29tIjoiUC0xIiwibWVtYmVyIjoiYy0xIn0.abc",
        "mail lan.nguyen@example.invalid",
    ],
)
def test_what_looks_personal_is_gone(value: str) -> None:
    shown = redacted(value)
    assert "…" in shown
    assert not any(part in shown for part in ("912345678", "031190001234", "eyJyb29t", "lan.nguyen"))


@pytest.mark.parametrize(
    "key",
    ["phone", "citizen_name", "email", "token", "ticket", "secret", "password", "Set-Cookie", "subject", "digits"],
)
def test_what_stands_under_a_telling_name_is_gone(key: str) -> None:
    assert redacted({key: "anything", "deep": [{key: "anything"}]}) == {key: "…", "deep": [{key: "…"}]}


def test_a_line_end_cannot_forge_a_line() -> None:
    assert "\n" not in redacted("one\nI web two")
    assert "\x1b" not in redacted("\x1b[2J")


def record(message: str, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("tiepdan.http", logging.INFO, __file__, 1, message, (), None)
    made.facts = facts
    return made


def test_lines_for_machines_are_json() -> None:
    line = Lines(as_json=True, process="web").format(
        record("request", route="/hen/{token}", status=200, phone="0912345678")
    )
    told = json.loads(line)
    assert told["event"] == "request"
    assert told["route"] == "/hen/{token}"
    assert told["phone"] == "…"
    assert "0912345678" not in line


def test_lines_for_people_are_one_line() -> None:
    line = Lines(as_json=False, process="web").format(record("request", status=200))
    assert line.endswith("I web request status=200")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_trace_is_redacted_too(as_json: bool) -> None:
    try:
        raise ValueError("0912345678")
    except ValueError:
        made = record("bug")
        made.exc_info = sys.exc_info()
    line = Lines(as_json=as_json, process="web").format(made)
    assert "ValueError" in line
    assert "0912345678" not in line
