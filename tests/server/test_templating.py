"""Templates: a forgotten fact is an error, what people typed is text, and letters are not escaped."""

from pathlib import Path

import jinja2
import pytest

from server import templating
from server.house import Render
from server.i18n import load_catalogue

CATALOGUE = load_catalogue(Path("web"))


@pytest.fixture
def render(tmp_path: Path) -> Render:
    (tmp_path / "static").mkdir()
    (tmp_path / "templates").mkdir()
    for name, source in {
        "page.html": "<p>{{ words }}</p>{{ _('Giúp đỡ') }} {{ asset('css/base.css') }}",
        "letter.sms.txt": "{{ words }}",
        "gap.html": "{{ forgotten }}",
        "plural.html": "{{ ngettext('%(num)s người', '%(num)s người', 2) }}",
    }.items():
        (tmp_path / "templates" / name).write_text(source, encoding="utf-8")
    return templating.build(tmp_path, CATALOGUE)


TYPED = "<script>alert(1)</script>{{ 7 * 7 }}{% include 'letter.sms.txt' %}"


def test_what_people_typed_is_text(render: Render) -> None:
    page = render("page.html", "vi", {"words": TYPED})
    assert "<script>" not in page
    assert "49" not in page
    assert "{{ 7 * 7 }}" in page


def test_letters_are_plain(render: Render) -> None:
    assert render("letter.sms.txt", "vi", {"words": "a & b <c>"}) == "a & b <c>"


def test_a_forgotten_fact_is_an_error(render: Render) -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("gap.html", "vi", {})


def test_each_language_has_its_words(render: Render) -> None:
    assert "Giúp đỡ" in render("page.html", "vi", {"words": ""})
    assert "Help" in render("page.html", "en", {"words": ""})


def test_a_changed_static_file_changes_every_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    first = templating.static_version(tmp_path)
    (tmp_path / "a.css").write_text("b")
    second = templating.static_version(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    assert len({first, second, templating.static_version(tmp_path)}) == 3


def test_every_template_can_be_read() -> None:
    """A misspelt tag shows here, not when a citizen opens the page."""
    environment = templating._environment(Path("web"), CATALOGUE, "vi", "x", None)
    broken = []
    for name in environment.list_templates(filter_func=lambda n: n.endswith((".html", ".txt"))):
        try:
            environment.get_template(name)
        except jinja2.TemplateError as error:
            broken.append(f"{name}: {error}")
    assert not broken


def test_the_room_names_all_its_scripts_at_once() -> None:
    found = templating.reached(Path("web/static"), "js/room/start.js")
    assert {"js/room/view/parts.js", "js/lib/dom.js", "vendor/preact.js", "vendor/signals-core.js"} <= set(found)
    assert not {"js/room/devices.js", "js/start.js"} & set(found)
    assert all(Path("web/static", path).is_file() for path in found)
