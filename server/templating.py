"""Jinja2 for pages and letters: autoescape, undefined names are errors, sentences are translated.

Facts are data: nothing that a person typed is ever compiled as a template.
"""

import hashlib
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, select_autoescape

from server import i18n
from server.house import Render
from server.i18n import Catalogue


def static_version(static: Path) -> str:
    """Return a name for the present state of all static files: it is part of their address."""
    digest = hashlib.sha256()
    for path in sorted(static.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(static)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_IMPORTED = re.compile(r"""\bfrom\s*["']([^"']+)["']""")
_VENDOR = {"preact": "preact", "preact/hooks": "preact-hooks", "htm": "htm"}
"""What bare names stand for, as the import map of base_room.html says; @preact/… drop their scope."""


def reached(static: Path, start: str) -> tuple[str, ...]:
    """Return every script that `start` leads to, itself included, so that a page can name them at once."""
    found, todo = set[str](), [start]
    while todo:
        path = todo.pop()
        if path in found or not (static / path).is_file():
            continue
        found.add(path)
        for name in _IMPORTED.findall((static / path).read_text(encoding="utf-8")):
            if name.startswith("."):
                todo.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
            else:
                todo.append(f"vendor/{_VENDOR.get(name, name.removeprefix('@preact/'))}.js")
    return tuple(sorted(found))


def build(web: Path, catalogue: Catalogue, cache: Path | None = None) -> Render:
    """Return the function that fills templates."""
    version = static_version(web / "static")
    room_scripts = reached(web / "static", "js/room/start.js")
    environments = {locale: _environment(web, catalogue, locale, version, cache) for locale in i18n.LOCALES}
    for each in environments.values():
        each.globals["room_scripts"] = room_scripts

    def render(template: str, locale: str, facts: Mapping[str, object]) -> str:
        return environments[locale].get_template(template).render(facts)

    return render


def _environment(web: Path, catalogue: Catalogue, locale: str, version: str, cache: Path | None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(web / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        bytecode_cache=FileSystemBytecodeCache(str(cache)) if cache else None,
    )
    install: Any = environment
    install.install_gettext_callables(
        lambda sentence: catalogue.say(sentence, locale),
        lambda one, many, count: catalogue.say(one if count == 1 else many, locale),
        newstyle=True,
    )
    environment.globals.update(
        asset=lambda path: f"/static/{version}/{path}",
        static_base=f"/static/{version}",
        label=lambda key: catalogue.find("labels", str(key), locale),
        has_label=lambda key: catalogue.has("labels", str(key)),
        refusal_text=lambda code, part, facts: catalogue.find("refusals", f"{code}.{part}", locale, facts),
        has_refusal=lambda code, part: catalogue.has("refusals", f"{code}.{part}"),
        field_text=lambda code, facts: catalogue.find("fields", code, locale, facts),
    )
    environment.filters.update(
        date_vi=i18n.date_vi,
        time_vi=i18n.time_vi,
        datetime_vi=i18n.datetime_vi,
        clock_vi=i18n.clock_vi,
        number_vi=i18n.number_vi,
        size_vi=i18n.size_vi,
        duration_vi=i18n.duration_vi,
        iso=i18n.iso,
        date_long_vi=lambda on: _long_date(on, catalogue, locale),
    )
    return environment


def _long_date(on: Any, catalogue: Catalogue, locale: str) -> str:
    day = i18n.day_of(on)
    return catalogue.find(
        "labels",
        "long_date",
        locale,
        {"weekday": catalogue.find("labels", i18n.day_of_week(day), locale), "date": i18n.date_vi(day)},
    )
