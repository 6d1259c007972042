"""Files made to stall, to fill the memory or to hide what they run (platform.md D.7: 50, 51)."""

import io
import time
import zipfile
import zlib

import pytest

from server.intake import rules_files
from server.intake.rules_files import BadFile
from tests.conftest import OpenBrowser
from tests.journeys.test_1_register import MATTER, fill, upload

MOST = 10 * 1024 * 1024
PATIENCE = 20.0
"""Seconds, on a busy machine; the shapes below took hours."""


def pdf(inside: bytes) -> bytes:
    return b"%PDF-1.7\n" + inside + b"\n%%EOF\n"


def fault(content: bytes, name: str = "don.pdf") -> str:
    with pytest.raises(BadFile) as bad:
        rules_files.check(name, content, MOST)
    return bad.value.fault.code


@pytest.mark.parametrize("shape", [b"/ObjStm", b"stream\n", b"/ObjStm stream\n", b"#4"])
def test_a_repeated_shape_is_read_once(shape: bytes) -> None:
    began = time.monotonic()
    rules_files.check("don.pdf", pdf(shape * (4_000_000 // len(shape))), MOST)
    assert time.monotonic() - began < PATIENCE


def test_many_small_bombs_are_refused_before_they_fill_the_memory() -> None:
    bomb = zlib.compress(bytes(4 * 1024 * 1024), 9)
    many = b"".join(b"<</Type/ObjStm>>stream\n" + bomb + b"\nendstream\n" for _ in range(100))
    assert fault(pdf(many)) == "file_broken"


@pytest.mark.parametrize(
    "inside",
    [
        b"<</S/JavaScript/JS(app.alert(1))>>",
        b"<</S/J#61vaScript/JS(app.alert(1))>>",
        b"%stream\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n%endstream",
        b"<</Type/ObjStm>>stream\n" + zlib.compress(b"<</S/Launch/F(a.exe)>>") + b"\nendstream",
        b"<</Type/ObjStm>>stream\n<</JS(app.alert(1))>>\nendstream",
    ],
)
def test_what_a_pdf_runs_is_found_where_it_hides(inside: bytes) -> None:
    assert fault(pdf(inside)) == "file_runs"


def word(method: int = zipfile.ZIP_DEFLATED, types: bytes = b"<Types/>") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr("word/document.xml", "<w:document/>")
    return kept.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_torn_office_file_is_a_field_error(method: int) -> None:
    whole = word(method)
    assert fault(whole[:60], "don.docx") == "file_broken"
    start = whole.index(b"[Content_Types].xml") + 22
    torn = whole[:start] + bytes(6) + whole[start + 6 :]
    assert fault(torn, "don.docx") == "file_broken"


def test_a_large_list_of_types_is_not_unpacked_whole() -> None:
    rules_files.check("don.docx", word(types=bytes(150 * 1024 * 1024)), MOST)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("don.pdf", b"MZ\x90\x00 an executable"),
        ("anh.png", b"GIF89a<html><script>alert(1)</script>"),
        ("anh.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("don.html", b"<script>alert(1)</script>"),
        ("don.docm", word()),
        ("khong-dau", b"%PDF-1.4\n%%EOF"),
        ("rong.pdf", b""),
    ],
)
async def test_disguised_files_are_refused_at_the_field(open_browser: OpenBrowser, name: str, content: bytes) -> None:
    browser = await open_browser()
    await fill(browser)
    await browser.post("/dang-ky/noi-dung", MATTER)
    page = await upload(browser, "/dang-ky/giay-to", name, content, 422, go="next")
    assert "files" in page
