"""Codes are for programs; for each that a person may meet somebody wrote the sentence."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import server.words
from server.i18n import Catalogue, load_catalogue
from signaling import roles
from signaling.messages import RefusalCode
from tests.house.walk import ROOT, python_files, tree

REFUSING = {"OfficeError", "Refused", "NotHere", "NotYours", "NotSignedIn", "Stale", "TooMuch", "Unavailable"}
DEFAULTS = {"not_here", "not_yours", "stale", "bad_form"}
"""Codes that stand in ``errors.py`` itself."""
LABELLED = re.compile(r"""label\(\s*["']([a-z_]+)\.["']\s*~""")
SAID = re.compile(r"[?&]da=([a-z_]+)")


@cache
def words() -> Catalogue:
    return load_catalogue(ROOT / "web")


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    """Every call in the office with the last part of the called name."""
    for path in python_files("server"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                yield path, node, name


def constants(node: ast.expr) -> Iterator[str]:
    """The texts an argument can be: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def test_every_refusal_has_its_sentence() -> None:
    found = dict.fromkeys(DEFAULTS, "server/errors.py")
    for path, call, name in calls():
        if name in REFUSING and call.args:
            found |= dict.fromkeys(constants(call.args[0]), f"{path}:{call.lineno}")
    assert len(found) > 40
    assert not [f"{where} {code}" for code, where in found.items() if not words().has("refusals", f"{code}.text")]


def test_every_field_error_has_its_sentence() -> None:
    missing = [
        f"{path}:{call.lineno} {code}"
        for path, call, name in calls()
        if name == "FieldError" and call.args
        for code in constants(call.args[0])
        if not words().has("fields", code)
    ]
    assert not missing


def test_whatever_is_said_after_a_step_has_its_sentence() -> None:
    found: dict[str, str] = {}
    for path in python_files("server"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= dict.fromkeys(SAID.findall(node.value), f"{path}:{node.lineno}")
    assert len(found) > 20
    assert not [f"{where} {code}" for code, where in found.items() if not words().has("labels", f"said.{code}")]


def test_every_audited_step_can_be_read() -> None:
    verbs: dict[str, str] = {}
    for path, call, name in calls():
        where = f"{path}:{call.lineno}"
        if name == "record" and len(call.args) > 3:
            verbs |= {f"verb.{verb}": where for verb in constants(call.args[3])}
        if name == "About" and call.args:
            verbs |= {f"about.{kind}": where for kind in constants(call.args[0])}
    assert len(verbs) > 30
    assert not [f"{where} {key}" for key, where in verbs.items() if not words().has("labels", key)]


def test_every_word_that_pages_show_has_a_label() -> None:
    shown = {
        prefix
        for path in (ROOT / "web" / "templates").rglob("*.html")
        for prefix in LABELLED.findall(path.read_text(encoding="utf-8"))
    }
    missing = [
        f"{prefix}.{value}"
        for prefix, kind in enums().items()
        if prefix in shown
        for value in kind
        if not words().has("labels", f"{prefix}.{value}")
    ]
    assert shown & set(enums())
    assert not missing


def enums() -> dict[str, type[StrEnum]]:
    """The closed lists by the name their labels begin with."""
    kinds = [*vars(server.words).values(), roles.RoomRole]
    found = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum]
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in found}


def test_every_refusal_of_the_room_reaches_people_in_words() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "web/templates/reception").rglob("*.html"))
    assert not [
        code.value for code in RefusalCode if code.value not in source and code.value.replace("_", "-") not in source
    ]


def test_letters_exist_on_both_channels_and_name_no_matter() -> None:
    folder = ROOT / "web/templates/letters"
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    missing = [f"{n}.{c}" for n in names for c in ("sms", "mail") if not (folder / f"{n}.{c}.txt").exists()]
    assert not missing
    telling = re.compile(r"\b(subject|content|demand|title|citizen_name|case_title)\b|tố cáo", re.IGNORECASE)
    assert not [p.name for p in folder.iterdir() if telling.search(p.read_text(encoding="utf-8"))]


def test_every_letter_put_into_the_outbox_has_its_template() -> None:
    folder, found = ROOT / "web/templates/letters", dict[str, str]()
    for path, call, name in calls():
        if name == "Letter":
            given = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "template")]
            for node in given:
                found |= dict.fromkeys(constants(node), f"{path}:{call.lineno}")
    assert found
    assert not [f"{at} {name}" for name, at in found.items() if not (folder / f"{name}.sms.txt").exists()]
