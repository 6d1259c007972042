"""Judges and fills one template of an office (DOCX), in a process of its own: what people hand in is not trusted.

Run as a program it knows nothing of the office: no settings, no database, no secret. It bounds its own memory
and time, reads one line of JSON and then the template from standard input, and answers on standard output with
one line of JSON and then the filled paper; or with ``{"fault": …}`` alone.

Three walls stand behind each other: the package must hold nothing but words, pictures and harmless links
(``check_package``); every template text that is ever compiled may hold named fields, loops over named lists and
questions whether a field is empty, nothing else (``Forms.from_string``); and what runs, runs in Jinja's sandbox
without globals, over plain text only.
"""

import io
import json
import os
import re
import resource
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import escape

SECONDS = 10
MEMORY = 1_000 * 1024 * 1024
MOST_PARTS = 400
MOST_UNPACKED = 40 * 1024 * 1024
MOST_XML = 6 * 1024 * 1024
LONGEST_EXCERPT = 80
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/"
"""The other set of names for the same words ("Strict Open XML"); nothing here would know them."""
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SUFFIXES = (
    *(".xml", ".rels", ".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf"),
    *(".odttf", ".ttf"),
)
"""What a paper is made of: words, pictures, letters of a typeface. Everything else is refused, not searched."""
_READ = (".xml", ".rels")
_PRINTER = re.compile(r"word/printersettings[^/]*(/[^/]*)?\.bin")
"""Settings of the printer that Word last saw; nothing in them runs."""
_MACROS = ("vbaproject", "vbadata", "activex", "macrosheets", "customui")
_EMBEDDED = ("/embeddings/", "oleobject", ".bin", "afchunk", "/attachedtoolbars")
_LINKED = ("http://", "https://", "mailto:")
"""A link in the words fetches nothing until somebody presses it; all else outside is fetched on opening."""
_RUNS = frozenset(
    {"oleobject", "package", "afchunk", "subdocument", "vbaproject", "control", "attachedtoolbars", "frame"}
)
_SHOWS = re.compile("PAGE|NUMPAGES|SECTION|SECTIONPAGES|HYPERLINK|REF|PAGEREF|STYLEREF|SEQ|SYMBOL|TOC|EQ")
"""Fields of Word that only show something; DDE, INCLUDETEXT, LINK, DATABASE and the like run or fetch."""
_BROKEN = (
    *(KeyError, ValueError, RuntimeError, NotImplementedError, OSError, EOFError, struct.error),
    *(zipfile.BadZipFile, zlib.error),
)
_NO_LETTERS = frozenset({"Cc", "Cs", "Cn"})
"""Control characters and what is no character: XML has no place for them."""
_COMPOUND = b"\xd0\xcf\x11\xe0"
"""How files of old Word begin, and files that a password locks."""


class Fault(Exception):
    """What is wrong with a template: ``code`` names the sentence, ``facts`` fill it."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Known:
    """What a template may name: fields, lists with their columns; and what it must name."""

    fields: frozenset[str]
    lists: Mapping[str, frozenset[str]]
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled paper: its bytes, the names its template uses, its words line by line."""

    content: bytes
    used: tuple[str, ...]
    words: tuple[str, ...]


def bound() -> None:
    """Give way to sound and picture of the rooms, and end rather than take the machine."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_package(content: bytes) -> None:
    """Refuse a package that holds more than words, pictures and harmless links. Raises Fault."""
    if content.startswith(_COMPOUND):
        raise Fault("docx_old")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            _check_names(parts)
            _check_kind(packed.read("[Content_Types].xml"))
            packed.getinfo("word/document.xml")
            for part in parts:
                if part.filename.lower().endswith(_READ):
                    _Reader(part.filename.lower()).read(packed.read(part))
    except _BROKEN:
        raise Fault("docx_not") from None


def _check_names(parts: Sequence[zipfile.ZipInfo]) -> None:
    every = [part.filename.lower() for part in parts if not part.is_dir()]
    names = [name for name in every if not _PRINTER.fullmatch(name)]
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith(_READ))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or xml > MOST_XML:
        raise Fault("docx_bomb")
    if any(mark in name for name in names for mark in _MACROS):
        raise Fault("docx_macros")
    if any(mark in name for name in names for mark in _EMBEDDED):
        raise Fault("docx_embedded")
    # Of two parts of one name we would judge one and Word might open the other.
    if len(set(every)) != len(every) or any(".." in name or name.startswith("/") for name in names):
        raise Fault("docx_not")
    other = next((name for name in names if not name.endswith(_SUFFIXES)), None)
    if other is not None:
        raise Fault("docx_part", name=_excerpt(other))


def _check_kind(types: bytes) -> None:
    if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
        raise Fault("docx_macros")
    if _MAIN not in types:
        raise Fault("docx_not")


class _Reader:
    """Reads one XML part without building it: no document type, no outside, no field of Word that runs."""

    def __init__(self, name: str) -> None:
        self._is_rels = name.endswith(".rels")
        self._is_types = name == "[content_types].xml"
        self._instructions: list[str] = []
        self._is_instruction = False
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError:
            raise Fault("docx_not") from None
        if self._instructions:
            raise Fault("docx_not")

    def _doctype(self, *_: object) -> None:
        raise Fault("docx_entities")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition("|")
        if self._is_rels and name == "Relationship":
            self._relationship(attributes)
        if self._is_types:
            self._declared(attributes)
        if space.startswith(_STRICT):
            raise Fault("docx_not")
        if space != WORD:
            return
        if name in {"object", "altChunk", "control", "subDoc"}:
            raise Fault("docx_embedded")
        if name == "mailMerge":
            raise Fault("docx_outside", where="mailMerge")
        if name == "fldSimple":
            self._instruction(attributes.get(f"{WORD}|instr", ""))
        if name == "fldChar":
            self._field(attributes.get(f"{WORD}|fldCharType", ""))
        self._is_instruction = name == "instrText"

    def _end(self, _: str) -> None:
        self._is_instruction = False

    def _text(self, words: str) -> None:
        if self._is_instruction and self._instructions:
            self._instructions[-1] += words

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._instructions.append("")
        elif kind == "separate" and self._instructions:
            self._instruction(self._instructions[-1])
        elif kind == "end" and self._instructions:
            self._instruction(self._instructions.pop())

    def _instruction(self, words: str) -> None:
        code = words.strip().split(maxsplit=1)[:1]
        if not code or not _SHOWS.fullmatch(code[0].upper()):
            raise Fault("docx_field_code", name=_excerpt(words.strip()) or "?")

    def _declared(self, attributes: dict[str, str]) -> None:
        """A part declared to be XML has to be called so: by its name we know what to read."""
        name = attributes.get("PartName") or f".{attributes.get('Extension', '')}"
        kind = attributes.get("ContentType", "").lower().partition(";")[0].rstrip()
        if kind.endswith("xml") and not name.lower().endswith(_READ):
            raise Fault("docx_part", name=_excerpt(name))

    def _relationship(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        if kind in _RUNS:
            raise Fault("docx_embedded")
        if attributes.get("TargetMode", "").lower() != "external":
            return
        if kind == "attachedtemplate":
            raise Fault("docx_attached", where=_excerpt(target))
        if kind != "hyperlink" or not target.lower().startswith(_LINKED):
            raise Fault("docx_outside", where=_excerpt(target))


class Forms(SandboxedEnvironment):
    """Compiles a text only when it holds nothing but what is known; remembers which names were used."""

    def __init__(self, known: Known) -> None:
        super().__init__(finalize=_printed, autoescape=False)
        self.known = known
        self.used: set[str] = set()
        self.globals.clear()
        self.tests.clear()
        self.filters.clear()
        self.filters["upper"] = lambda words: str(words).upper()

    def from_string(self, source: Any, *rest: Any, **named: Any) -> Any:
        """Judge and compile. Raises Fault."""
        try:
            self._judge(source, self.parse(source).body, {})
        except TemplateSyntaxError as error:
            raise Fault("docx_syntax", where=_line(source, error.lineno)) from None
        except RecursionError:
            raise Fault("docx_code", where="{%") from None
        return super().from_string(source, *rest, **named)

    def _judge(self, source: str, body: Sequence[nodes.Node], each: Mapping[str, str]) -> None:
        for node in body:
            if isinstance(node, nodes.Output):
                for one in node.nodes:
                    if not isinstance(one, nodes.TemplateData):
                        self._value(source, one, each)
            elif isinstance(node, nodes.For):
                self._judge(source, node.body, self._loop(source, node, each))
            elif isinstance(node, nodes.If) and not node.elif_:
                test = node.test.node if isinstance(node.test, nodes.Not) else node.test
                self._value(source, test, each, may_be_list=True)
                self._judge(source, [*node.body, *node.else_], each)
            else:
                raise Fault("docx_code", where=_line(source, node.lineno))

    def _loop(self, source: str, node: nodes.For, each: Mapping[str, str]) -> dict[str, str]:
        over, one = node.iter, node.target
        is_plain = not (each or node.else_ or node.test or node.recursive)
        if not (is_plain and isinstance(over, nodes.Name) and isinstance(one, nodes.Name)):
            raise Fault("docx_code", where=_line(source, node.lineno))
        if over.name not in self.known.lists:
            raise Fault("docx_unknown", name=_excerpt(over.name))
        if one.name in self.known.fields or one.name in self.known.lists:
            raise Fault("docx_code", where=_line(source, node.lineno))
        self.used.add(over.name)
        return {one.name: over.name}

    def _value(self, source: str, node: nodes.Node, each: Mapping[str, str], *, may_be_list: bool = False) -> None:
        if isinstance(node, nodes.Filter) and node.name == "upper" and not (node.args or node.kwargs) and node.node:
            node = node.node
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in each:
            listed = each[node.node.name]
            if node.attr not in self.known.lists[listed]:
                raise Fault("docx_unknown", name=_excerpt(f"{listed}: {node.attr}"))
            return
        if not isinstance(node, nodes.Name):
            raise Fault("docx_code", where=_line(source, node.lineno))
        is_known = node.name in self.known.fields or (may_be_list and node.name in self.known.lists)
        if not is_known:
            raise Fault("docx_unknown", name=_excerpt(node.name))
        self.used.add(node.name)


def _printed(value: object) -> str:
    """What stands in the paper for a value: letters only. A line end begins a paragraph of the same form (BEL for docxtpl)."""
    clean = "".join(c for c in str(value) if c == "\n" or unicodedata.category(c) not in _NO_LETTERS).strip("\n")
    # docxtpl turns {_{ into {{ afterwards; written so, the line under stays what was typed.
    return str(escape(clean)).replace("_", "&#95;").replace("\n", "\a")


def _line(source: str, number: int) -> str:
    """The words of the paragraph in which something stands; docxtpl begins a line with each paragraph."""
    lines = source.split("\n")
    return _excerpt(re.sub(r"<[^>]*>", "", lines[number - 1] if 0 < number <= len(lines) else ""))


def _excerpt(words: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return plain if len(plain) <= LONGEST_EXCERPT else plain[: LONGEST_EXCERPT - 1] + "…"


class _Paper(DocxTemplate):  # type: ignore[misc]  # it carries no types
    """docxtpl without its leniency: what is no longer sound XML is refused, not mended by leaving words out."""

    def fix_tables(self, xml: str) -> Any:
        try:
            tree = etree.fromstring(xml.encode())
        except etree.XMLSyntaxError:
            raise Fault("docx_place") from None
        _check_places(tree)
        return super().fix_tables(xml)

    def render_properties(self, *_: Any, **__: Any) -> None:
        """Title and author of the file stay as the office wrote them."""


def _check_places(tree: Any) -> None:
    """Words stand in runs; a loop or field that was put elsewhere would make Word call the file broken."""
    holds = {f"{{{WORD}}}{name}" for name in ("t", "instrText", "delText", "delInstrText")}
    for one in tree.iter(f"{{{WORD}}}*"):
        loose = [one.text if one.tag not in holds else "", *(child.tail for child in one)]
        found = next((words for words in loose if words and words.strip()), None)
        if found is not None:
            raise Fault("docx_place", where=_excerpt(found))


def fill(content: bytes, known: Known, values: Mapping[str, Any]) -> Filled:
    """Return the template filled with plain text. Raises Fault for anything a template may not be."""
    check_package(content)
    forms = Forms(known)
    paper = _Paper(io.BytesIO(content))
    paper.render(dict(values), forms)
    missing = [name for name in known.needed if name not in forms.used]
    if missing:
        raise Fault("docx_missing", names=", ".join(f"{{{{ {name} }}}}" for name in missing))
    out = io.BytesIO()
    paper.save(out)
    try:
        check_package(out.getvalue())
    except Fault:
        raise Fault("docx_place", where="{{ }}") from None
    return Filled(out.getvalue(), tuple(sorted(forms.used)), words_of(out.getvalue()))


def words_of(content: bytes) -> tuple[str, ...]:
    """Return the words of a paper line by line: a paragraph, or a row of a table whose cells hold one each."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        tree = etree.fromstring(packed.read("word/document.xml"))
    lines: list[str] = []
    seen: set[Any] = set()
    for one in tree.iter(f"{{{WORD}}}p", f"{{{WORD}}}tr"):
        paragraphs = [one] if one.tag.endswith("}p") else list(one.iter(f"{{{WORD}}}p"))
        cells = len(one.findall(f"{{{WORD}}}tc"))
        if one in seen or (cells and cells != len(paragraphs)):
            continue
        seen.update(paragraphs)
        lines.append(" | ".join(filter(None, map(_said, paragraphs))))
    return tuple(filter(None, lines))


def _said(paragraph: Any) -> str:
    parts = paragraph.iter(f"{{{WORD}}}t", f"{{{WORD}}}tab", f"{{{WORD}}}br")
    return "".join(one.text or "" if one.tag.endswith("}t") else " " for one in parts).strip()


def main() -> None:
    """Read what is known and the values, then the template; write what came of it."""
    bound()
    asked, _, content = sys.stdin.buffer.read().partition(b"\n")
    given, out = json.loads(asked), sys.stdout.buffer
    known = Known(
        frozenset(given["fields"]), {k: frozenset(v) for k, v in given["lists"].items()}, tuple(given["needed"])
    )
    try:
        filled = fill(content, known, given["values"])
    except Fault as fault:
        out.write(json.dumps({"fault": fault.code, "facts": fault.facts}).encode() + b"\n")
    except Exception:  # noqa: BLE001 whatever a strange file makes a library do, it is the file that is refused
        out.write(json.dumps({"fault": "docx_not", "facts": {}}).encode() + b"\n")
    else:
        out.write(json.dumps({"used": filled.used, "words": filled.words}).encode() + b"\n" + filled.content)


if __name__ == "__main__":
    main()
