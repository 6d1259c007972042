"""An office's own DOCX: what is refused and why, what is printed, and that what a person typed is never code."""

import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters import docx_child, docx_start
from server.adapters.docx_child import Fault, Filled, Forms, Known, check_package
from server.adapters.pdf import Press
from server.house import WEB
from server.i18n import load_catalogue
from server.papers import rules_docx, rules_docx_start
from server.words import FOR_CITIZENS, PaperForm
from tests.server.papers import samples

PRESS = Press(WEB)
KNOWN = Known(frozenset({"so", "ho_ten"}), {"tai_lieu": frozenset({"stt", "ten"})}, ("so",))
OUTSIDE = '<Relationship Id="rIdX" Type="http://x/{kind}" Target="{to}" TargetMode="External"/>'
W = f'xmlns:w="{docx_child.WORD}"'


def say(key: str) -> str:
    return load_catalogue(WEB).find("labels", key, "vi")


@cache
def simple() -> bytes:
    """A template as Word would save it, as small as can be."""
    document = Document()
    document.add_paragraph("Số: {{ so }}, {{ ho_ten }}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_it_is(part: bytes) -> bytes:
    return part


def repacked(change: Mapping[str, Callable[[bytes], bytes]], more: Mapping[str, bytes] | None = None) -> bytes:
    """The simple template with parts changed and added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(simple())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, as_it_is)(old.read(name)))
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def in_body(xml: str) -> bytes:
    return repacked({"word/document.xml": lambda part: part.replace(b"<w:body>", f"<w:body>{xml}".encode())})


def related(kind: str, to: str) -> bytes:
    added = f"{OUTSIDE.format(kind=kind, to=to)}</Relationships>".encode()
    return repacked({"word/_rels/document.xml.rels": lambda part: part.replace(b"</Relationships>", added)})


def field(code: str) -> bytes:
    parts = code.partition("|")
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (parts[0], parts[2]))
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return in_body(f"<w:p>{begin}{runs}{end}</w:p>")


def macro_type(part: bytes) -> bytes:
    return part.replace(b"document.main+xml", b"document.macroEnabled.main+xml")


def with_declared(how: str) -> bytes:
    named = {"[Content_Types].xml": lambda part: part.replace(b"</Types>", f"{how}</Types>".encode())}
    return repacked(named, {"word/media/a.png": b"<w:ftr/>"})


def strict(part: bytes) -> bytes:
    return part.replace(docx_child.WORD.encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main")


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"%PDF-1.7", "docx_not"),
    "cut off": (lambda: simple()[:2000], "docx_not"),
    "old or locked": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "docx_old"),
    "a zip of something else": (lambda: repacked({"[Content_Types].xml": lambda _: b"<Types/>"}), "docx_not"),
    "docm renamed": (lambda: repacked({"[Content_Types].xml": macro_type}), "docx_macros"),
    "a program": (lambda: repacked({}, {"word/vbaProject.bin": b"x"}), "docx_macros"),
    "an embedded file": (lambda: repacked({}, {"word/embeddings/a.xlsx": b"x"}), "docx_embedded"),
    "an object": (lambda: in_body("<w:p><w:r><w:object/></w:r></w:p>"), "docx_embedded"),
    "another document in it": (lambda: in_body('<w:altChunk w:id="x"/>'), "docx_embedded"),
    "a script": (lambda: repacked({}, {"word/media/a.svg": b"<svg/>"}), "docx_part"),
    "a remote template": (lambda: related("attachedTemplate", "http://x/a.dotm"), "docx_attached"),
    "a remote picture": (lambda: related("image", "http://x/a.png"), "docx_outside"),
    "a file of the machine": (lambda: related("hyperlink", "file:///etc/passwd"), "docx_outside"),
    "an OLE link": (lambda: related("oleObject", "http://x"), "docx_embedded"),
    "DDE": (lambda: field("DDE|AUTO c:\\cmd"), "docx_field_code"),
    "INCLUDETEXT": (lambda: field('INCLUDETEXT|"http://x"'), "docx_field_code"),
    "QUOTE makes a name": (lambda: in_body('<w:p><w:fldSimple w:instr="QUOTE 68 68"/></w:p>'), "docx_field_code"),
    "mail merge": (lambda: in_body("<w:mailMerge/>"), "docx_outside"),
    "a bomb": (lambda: repacked({}, {"word/media/a.png": b"\0" * (docx_child.MOST_UNPACKED + 1)}), "docx_bomb"),
    "entities": (
        lambda: repacked({}, {"word/more.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}),
        "docx_entities",
    ),
    "entities in UTF-16": (lambda: repacked({}, {"word/a.xml": "<!DOCTYPE a><a/>".encode("utf-16")}), "docx_entities"),
    "words called a picture": (
        lambda: with_declared('<Override PartName="/word/media/a.png" ContentType="application/x.footer+xml"/>'),
        "docx_part",
    ),
    "all pictures are words": (
        lambda: with_declared('<Default Extension="png" ContentType="application/xml; charset=utf-8"/>'),
        "docx_part",
    ),
    "names of the strict kind": (lambda: repacked({"word/styles.xml": strict}), "docx_not"),
    "a part twice": (lambda: repacked({}, {"word/Document.xml": b"<a/>"}), "docx_not"),
    "a way out": (lambda: repacked({}, {"../word/a.xml": b"<a/>"}), "docx_not"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_package_with_anything_but_words_is_refused(name: str) -> None:
    make, code = BAD[name]
    with pytest.raises(Fault) as refused:
        check_package(make())
    assert refused.value.code == code
    assert load_catalogue(WEB).find("fields", code, "vi", refused.value.facts)


def test_links_page_numbers_and_pictures_are_taken() -> None:
    check_package(simple())
    check_package(related("hyperlink", "mailto:ubnd@example.vn"))
    check_package(field("PA|GE"))
    check_package(with_declared('<Default Extension="jpg" ContentType="image/jpeg"/>'))
    check_package(repacked({}, {"word/media/huy-hieu.png": b"\x89PNG", "word/printerSettings1.bin": b"\0"}))


CODE = {
    "{{ 7*7 }}": "docx_code",
    "{{ so.__class__ }}": "docx_code",
    "{{ so['a'] }}": "docx_code",
    "{{ so() }}": "docx_code",
    "{{ so|e }}": "docx_code",
    "{{ so|upper(1) }}": "docx_code",
    "{{ 'a' }}": "docx_code",
    "{{ so if so else so }}": "docx_code",
    "{% if so == 'a' %}{% endif %}": "docx_code",
    "{% if ho_ten %}{% elif so %}{% endif %}": "docx_code",
    "{% if so is defined %}{% endif %}": "docx_code",
    "{% set a = so %}": "docx_code",
    "{% include 'a' %}": "docx_code",
    "{% import 'a' as b %}": "docx_code",
    "{% macro a() %}{% endmacro %}": "docx_code",
    "{% for a in range(9) %}{% endfor %}": "docx_code",
    "{% for a in tai_lieu %}{% for b in tai_lieu %}{% endfor %}{% endfor %}": "docx_code",
    "{% for a in tai_lieu if a.ten %}{% endfor %}": "docx_code",
    "{% for so in tai_lieu %}{% endfor %}": "docx_code",
    "{% for a in tai_lieu %}{{ a }}{% endfor %}": "docx_unknown",
    "{% for a in tai_lieu %}{{ a.__init__ }}{% endfor %}": "docx_unknown",
    "{% for a in tai_lieu %}{{ loop.index }}{% endfor %}": "docx_code",
    "{% for a in so %}{% endfor %}": "docx_unknown",
    "{{ tai_lieu }}": "docx_unknown",
    "{{ hoten }}": "docx_unknown",
    "{{ self }}": "docx_unknown",
    "{{ so ": "docx_syntax",
    "{% for a in tai_lieu %}": "docx_syntax",
    "{% xong %}": "docx_syntax",
}


@pytest.mark.parametrize("words", CODE)
def test_a_template_names_fields_and_does_nothing_else(words: str) -> None:
    with pytest.raises(Fault) as refused:
        Forms(KNOWN).from_string(f"<w:p>Trước</w:p>\n<w:p>{words}</w:p>")
    assert refused.value.code == CODE[words]
    assert load_catalogue(WEB).find("fields", refused.value.code, "vi", refused.value.facts)


PRINTED = Forms(KNOWN).from_string("<p>{{ ho_ten }}</p>")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_whatever_was_typed_is_printed_as_letters(typed: str) -> None:
    made = PRINTED.render(ho_ten=typed)
    inside = made.removeprefix("<p>").removesuffix("</p>")
    assert not set(inside) & set("<>\"'_\n")
    assert "{_{" not in inside


@settings(max_examples=10, deadline=None)
@given(st.dictionaries(st.sampled_from(["word/a.xml", "word/b.bin", "x.rels"]), st.binary(max_size=40)))
def test_odd_packages_are_refused_or_taken_never_a_bug(more: dict[str, bytes]) -> None:
    content = repacked({}, more)
    try:
        check_package(content)
    except Fault as fault:
        assert fault.code.startswith("docx_")  # noqa: PT017 both ends are right; a bug is neither


def filled(form: PaperForm, facts: Mapping[str, object]) -> Filled:
    """The starting document of a form, judged and filled as the office does it."""
    told = PRESS._told(f"papers/{form.value}", json.dumps(rules_docx_start.named(form), ensure_ascii=False))
    content = docx_start.build(told, rules_docx_start.each_of(form), rules_docx_start.SIGNATURE, form.value)
    slots = rules_docx.slots(form)
    lists = {slot.name: frozenset(slot.columns) for slot in slots if slot.columns}
    known = Known(frozenset(s.name for s in slots if not s.columns), lists, rules_docx.needed(form))
    return docx_child.fill(content, known, rules_docx.values(form, facts, say))


def test_every_accent_and_every_brace_comes_back() -> None:
    form = PaperForm.RECEIPT
    facts = samples.printable(form)
    odd = unicodedata.normalize("NFD", "Nguyễn Thị Ổn") + " {{7*7}} {% set %} {_{ <w:p/> & ]]>"
    facts["person"] = {**facts["person"], "name": odd}
    made = filled(form, facts)
    printed = " ".join(made.words)
    for words in (*samples.words_printed(form), odd, "Độc lập - Tự do - Hạnh phúc", f"Số: {facts['number']}"):
        assert words in printed, (words, printed)
    assert printed.count("Đơn đề ngày") == 1
    assert "DỰ THẢO" not in printed
    assert rules_docx.left_out(form, made.used) == ()


@pytest.mark.slow
@pytest.mark.parametrize("form", list(PaperForm))
def test_every_built_in_form_starts_an_own_one(form: PaperForm) -> None:
    made = filled(form, samples.printable(form))
    printed = " ".join(made.words)
    for words in (*samples.words_printed(form), "Độc lập - Tự do - Hạnh phúc"):
        assert words in printed, (words, printed)
    assert rules_docx.left_out(form, made.used) == ()
    assert "{" not in printed


def test_a_draft_has_no_number_and_no_day() -> None:
    values = rules_docx.values(
        PaperForm.HANDLING_NOTICE, samples.printable(PaperForm.HANDLING_NOTICE, number=None), say
    )
    assert (values["so_van_ban"], values["ngay"], values["du_thao"]) == ("/TB-UBND", rules_docx.DOTS, "DỰ THẢO")


def test_signature_blocks_follow_who_signs() -> None:
    def block(form: PaperForm, *, is_deputy: bool) -> object:
        return rules_docx.values(form, samples.printable(form, is_deputy=is_deputy), say)["quyen_ky"]

    assert block(PaperForm.REFUSAL, is_deputy=False) == "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH"
    assert block(PaperForm.REFUSAL, is_deputy=True) == "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"
    assert block(PaperForm.COMPLAINT_VERIFICATION, is_deputy=True) == "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"


def test_no_template_can_name_a_denouncer_to_others() -> None:
    for form in PaperForm:
        facts = {**samples.printable(form), "is_secret": True}
        names = {slot.name for slot in rules_docx.slots(form)}
        assert ("ho_ten" in names) == rules_docx.names_person(form)
        if form not in FOR_CITIZENS:
            known = json.dumps(rules_docx.values(form, facts, say), ensure_ascii=False)
            assert samples.MATTER.person.name not in known
            assert samples.MATTER.person.address not in known


def test_every_field_of_every_form_has_a_name_and_a_meaning() -> None:
    for form in PaperForm:
        slots = rules_docx.slots(form)
        assert len({slot.name for slot in slots}) == len(slots)
        assert set(rules_docx.needed(form)) <= {slot.name for slot in slots}
        for slot in slots:
            assert load_catalogue(WEB).has("labels", slot.label), slot
