"""Every sentence the office can say has an English one with the same gaps."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache

from babel.messages.extract import extract_from_dir

from server.i18n import load_catalogue
from tests.house.walk import ROOT

WEB = ROOT / "web"
GAP = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
OPTIONS = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}


def in_templates() -> Iterator[tuple[str, str]]:
    kinds = ("**.html", "**.txt")
    found = extract_from_dir(
        str(WEB / "templates"),
        method_map=[(kind, "jinja2") for kind in kinds],
        options_map=dict.fromkeys(kinds, OPTIONS),
    )
    for name, line, message, *_ in found:
        for sentence in (message,) if isinstance(message, str) else message:
            yield f"{name}:{line}", sentence


def leaves(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}.{key}")
        else:
            yield f"{prefix}.{key}", str(value)


def in_words() -> Iterator[tuple[str, str]]:
    for path in sorted((WEB / "words").glob("*.toml")):
        yield from leaves(tomllib.loads(path.read_text(encoding="utf-8")), path.name)


@cache
def sentences() -> dict[str, str]:
    """Where each sentence stands, by sentence."""
    from_templates, from_words = list(in_templates()), list(in_words())
    assert from_templates
    assert from_words
    # An empty sentence is a hint that nobody needs.
    return {sentence: where for where, sentence in from_templates + from_words if sentence}


def test_every_sentence_has_an_english_one() -> None:
    english = load_catalogue(WEB).english
    missing = [f"{where} {sentence!r}" for sentence, where in sentences().items() if not english.get(sentence)]
    assert not missing


def test_english_keeps_the_gaps() -> None:
    english = load_catalogue(WEB).english
    differing = [
        f"{where} {sentence!r} -> {english[sentence]!r}"
        for sentence, where in sentences().items()
        if set(GAP.findall(sentence)) != set(GAP.findall(english.get(sentence, sentence)))
    ]
    assert not differing
