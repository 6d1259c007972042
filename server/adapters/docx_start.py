"""The DOCX from which an office makes its own template: the built-in paper, with names of fields where facts stand.

Its sentences are those that the built-in print tells of itself (``told`` in ``official.typ``), so both say the
same. Page, typeface and places follow Decree 30/2020: A4, margins 2/2/3/1.5 cm, Times New Roman 13, the agency on
the left, the nation on the right, page numbers on top from the second page.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

FACE = "Times New Roman"
CENTRE, RIGHT, BOTH = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
HALVES = (7.0, 9.5)
"""Centimetres of agency and nation: so the nation's line does not wrap (browser.md 9)."""
NUMBER_WIDTH = 1.2
_UPPER = re.compile(r"\{\{ ([A-Z_]+) \}\}")
_MARKS = {"space": " ", "linebreak": "\n", "smartquote": '"'}
_EACH = re.compile(r"\{\{ (\w+)\.\w+")


class Run(NamedTuple):
    """Words in one look."""

    words: str
    is_bold: bool = False
    is_italic: bool = False


def runs(body: Any, *, is_bold: bool = False, is_italic: bool = False) -> Iterator[Run]:
    """Give what typst tells of a body as words in their looks."""
    if isinstance(body, str):
        yield Run(_UPPER.sub(lambda name: f"{{{{ {name[1].lower()}|upper }}}}", body), is_bold, is_italic)
        return
    kind = body.get("func", "")
    if kind in _MARKS:
        yield Run(_MARKS[kind], is_bold, is_italic)
    bold, italic = is_bold or kind == "strong", is_italic or kind == "emph"
    inside = [body[key] for key in ("text", "body", "child") if key in body]
    for child in (*inside, *body.get("children", ())):
        yield from runs(child, is_bold=bold, is_italic=italic)


def joined(told: Any, *, is_bold: bool = False, is_italic: bool = False) -> list[Run]:
    """Return the words of a body, neighbours of one look as one: so they are found and changed easily in Word."""
    found: list[Run] = []
    for one in runs(told, is_bold=is_bold, is_italic=is_italic):
        if found and found[-1][1:] == one[1:]:
            found[-1] = found[-1]._replace(words=found[-1].words + one.words)
        else:
            found.append(one)
    return found


def plain(body: Any) -> str:
    """Return the words of a body without their looks."""
    return "".join(run.words for run in runs(body))


class Start:
    """One starting document; ``lists``: the name of each list by the short name of its rows."""

    def __init__(self, lists: Mapping[str, str], signature: Sequence[str], title: str) -> None:
        self._lists, self._signature = lists, signature
        self.document = Document()
        self.document.core_properties.title = title
        self.document.core_properties.author = ""
        self.document.core_properties.comments = ""
        self._page()

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.top_margin, section.bottom_margin = Cm(2), Cm(2)
        section.left_margin, section.right_margin = Cm(3), Cm(1.5)
        section.header_distance = Cm(1)
        section.different_first_page_header_footer = True
        self._number(section.header.paragraphs[0])
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = FACE, Pt(13)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), FACE)
        normal.paragraph_format.space_after = Pt(6)
        normal.paragraph_format.line_spacing = 1.1

    def _number(self, paragraph: Paragraph) -> None:
        paragraph.alignment = CENTRE
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)  # noqa: SLF001 the library has no field of its own

    def _add(self, where: Any, told: Any, **look: Any) -> Paragraph:
        """Add a paragraph; the rows of a list go into a loop around it."""
        each = _EACH.search(plain(told))
        listed = self._lists.get(each[1]) if each else None
        if each and listed:
            where.add_paragraph(f"{{%p for {each[1]} in {listed} %}}")
        paragraph: Paragraph = where.add_paragraph()
        _write(paragraph, told, **look)
        if each and listed:
            where.add_paragraph("{%p endfor %}")
        return paragraph

    def head(self, told: Mapping[str, Any]) -> None:
        """Agency, nation, number, place and day; the title."""
        if "agency" in told:
            left, right = self._halves()
            _stack(left, [(told["parent"], False), (told["agency"], True)], size=12, is_upper=True)
            _rule(left, 2.3)
            _stack(right, [(told["nation"], True), (told["motto"], True)], size=12)
            _rule(right, 1.9)
            left, right = self._halves()
            lines = [(told[key], False) for key in ("number", "letter") if key in told]
            _stack(left, lines, size=13)
            _write(right.paragraphs[0], told["day"], align=CENTRE, is_italic=True)
        else:
            for key in ("nation", "motto"):
                _write(self.document.add_paragraph(), told[key], align=CENTRE, is_bold=True)
            _write(self.document.add_paragraph(), told["day"], align=RIGHT, is_italic=True)
        for line in ("{%p if du_thao %}", "{{ du_thao }}", "{%p endif %}"):
            self.document.add_paragraph(line).alignment = RIGHT
        for key in ("title", "about"):
            if key in told:
                _write(self.document.add_paragraph(), told[key], align=CENTRE, is_bold=True, size=14 - (key == "about"))
        _rule(self.document, 6.5)

    def body(self, told: Sequence[Mapping[str, Any]]) -> None:
        """Add the parts of the body, each as the built-in print has it."""
        for part in told:
            kind, body = part["kind"], part["body"]
            if kind in {"to", "centred"}:
                self._add(self.document, body, align=CENTRE, is_bold=kind == "centred")
            elif kind in {"said", "typed"}:
                self._add(self.document, body, align=BOTH, indent=1.0)
            elif kind in {"if", "end"}:
                asked = f"if {self._asked(body)}" if kind == "if" else "endif"
                self.document.add_paragraph(f"{{%p {asked} %}}")
            elif kind == "rows":
                self._rows(body["heads"], body["cells"])
            elif kind == "closing":
                self._closing(body)
            elif kind == "both":
                self._both(body)

    def _asked(self, body: Any) -> str:
        words = plain(body)
        each = _EACH.search(words)
        return self._lists[each[1]] if each else words.strip("{} ")

    def _rows(self, heads: Sequence[str], cells: Sequence[str]) -> None:
        each = _EACH.search(cells[0])
        name = each[1] if each else ""
        table = self.document.add_table(rows=4, cols=len(heads))
        table.style, table.autofit = "Table Grid", False
        rest = (sum(HALVES) - NUMBER_WIDTH) / (len(heads) - 1)
        for column, (head, cell) in enumerate(zip(heads, [f"{{{{ {name}.stt }}}}", *cells], strict=False)):
            table.columns[column].width = Cm(rest if column else NUMBER_WIDTH)
            for row in table.rows:
                row.cells[column].width = Cm(rest if column else NUMBER_WIDTH)
            _write(table.cell(0, column).paragraphs[0], head, align=CENTRE, is_bold=True)
            table.cell(2, column).paragraphs[0].add_run(cell)
        table.cell(1, 0).paragraphs[0].add_run(f"{{%tr for {name} in {self._lists[name]} %}}")
        table.cell(3, 0).paragraphs[0].add_run("{%tr endfor %}")
        self.document.add_paragraph()

    def _closing(self, body: Mapping[str, Any]) -> None:
        left, right = self._halves()
        _write(left.paragraphs[0], body["title"], is_bold=True, is_italic=True, size=12)
        for line in (*body["first"], "{{ nn.dong }}"):
            if line == "{{ nn.dong }}" and "nn" not in self._lists:
                continue
            self._add(left, {"func": "sequence", "children": ["- ", line, ";"]}, size=11)
        _write(left.add_paragraph(), body["last"], size=11)
        _stack(right, [(self._signature[0], True), *[("", False)] * 4, (self._signature[1], True)], size=13)

    def _both(self, people: Sequence[Sequence[Any]]) -> None:
        for cell, (role, note, name) in zip(self._halves(even=True), people, strict=False):
            _stack(cell, [(role, True)], size=13)
            _write(cell.add_paragraph(), note, align=CENTRE, is_italic=True, size=12)
            for _ in range(3):
                cell.add_paragraph()
            _write(cell.add_paragraph(), name, align=CENTRE, is_bold=True)

    def _halves(self, *, even: bool = False) -> tuple[_Cell, _Cell]:
        table = self.document.add_table(rows=1, cols=2)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        # LibreOffice obeys the columns, Word the cells.
        for column, width in zip(table.columns, (8.25, 8.25) if even else HALVES, strict=True):
            column.width = Cm(width)
            column.cells[0].width = Cm(width)
        return table.cell(0, 0), table.cell(0, 1)

    def content(self) -> bytes:
        """Return the document."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


def _write(
    paragraph: Paragraph,
    told: Any,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    size: int = 0,
    indent: float = 0,
    **look: bool,
) -> None:
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Cm(indent)
    for words, is_bold, is_italic in joined(told, **look):
        run = paragraph.add_run(words)
        run.bold, run.italic = is_bold or None, is_italic or None
        if size:
            run.font.size = Pt(size)


def _stack(cell: _Cell, lines: Sequence[tuple[Any, bool]], *, size: int, is_upper: bool = False) -> None:
    """Write lines in the middle of a cell, close together."""
    paragraph: Paragraph
    for number, (told, is_bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        words = [Run(f"{{{{ {told.strip('{} ')}|upper }}}}")] if is_upper else joined(told)
        paragraph.alignment = CENTRE
        for run in words:
            added = paragraph.add_run(run.words)
            added.bold, added.font.size = is_bold or run.is_bold or None, Pt(size)


def _rule(where: Any, indent: float) -> None:
    """Draw a short line below what stands last, with this much room (cm) on both sides."""
    paragraph: Paragraph = where.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Cm(indent)
    form.space_after, form.line_spacing = Pt(6), Pt(2)
    border, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    # Word wants the parts of a paragraph's form in their order.
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 the library has no borders of its own
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def build(told: Sequence[Mapping[str, Any]], lists: Mapping[str, str], signature: Sequence[str], title: str) -> bytes:
    """Return the starting document of a form from what its built-in print tells; ``signature``: its two names."""
    start = Start(lists, signature, title)
    heads = {"parent", "agency", "nation", "motto", "number", "letter", "day", "title", "about"}
    start.head({part["kind"]: part["body"] for part in told if part["kind"] in heads})
    start.body([part for part in told if part["kind"] not in heads])
    return start.content()
