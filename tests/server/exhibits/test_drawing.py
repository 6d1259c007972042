"""Pages as pictures: what people hand in is drawn in a bounded process, and what is bad is told plainly."""

import io
from pathlib import Path

import pytest
from PIL import Image

from server.adapters import page_child
from server.adapters.page_child import Fault
from server.adapters.page_images import PageImages
from server.errors import Refused
from tests.server.exhibits.running import PDF

LOCKED = PDF.replace(
    b"trailer<<",
    b"5 0 obj<</Filter/Standard/V 1/R 2/O<" + b"a1" * 32 + b">/U<" + b"b2" * 32 + b">/P -4>>endobj\n"
    b"trailer<</Encrypt 5 0 R/ID[<00><00>]",
)  # fmt: skip


async def test_a_page_is_drawn_once_and_apart(tmp_path: Path) -> None:
    paper, images = tmp_path / "paper.pdf", PageImages()
    paper.write_bytes(PDF)
    drawn = await images.draw(paper, "application/pdf", 2)
    assert (drawn.pages, drawn.width, drawn.content_type) == (2, 1800, "image/png")
    assert Image.open(io.BytesIO(drawn.content)).size == (drawn.width, drawn.height)
    paper.unlink()
    assert await images.draw(paper, "application/pdf", 2) is drawn
    with pytest.raises(Refused, match="page_kind"):
        await images.draw(paper, "video/mp4", 1)
    paper.write_bytes(PDF[:40])
    with pytest.raises(Refused, match="page_broken"):
        await images.draw(paper, "application/pdf", 1)


@pytest.mark.parametrize(
    ("content", "page", "fault"),
    [(LOCKED, 1, "locked"), (b"%PDF-1.7 nothing", 1, "broken"), (PDF, 3, "no_page"), (PDF, 0, "no_page")],
)
def test_what_cannot_be_drawn_is_named(tmp_path: Path, content: bytes, page: int, fault: str) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(content)
    with pytest.raises(Fault, match=fault):
        page_child.of_pdf(str(paper), page)


def test_a_paper_as_long_as_a_book_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_child, "MOST_PAGES", 1)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    with pytest.raises(Fault, match="long"):
        page_child.of_pdf(str(paper), 1)


def test_a_photograph_stands_upright_and_says_nothing_of_its_place(tmp_path: Path) -> None:
    photo, exif = tmp_path / "photo.jpg", Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a telephone"
    Image.new("RGB", (400, 100), "white").save(photo, exif=exif)
    image, pages = page_child.of_picture(str(photo), 1)
    assert (image.size, pages) == ((100, 400), 1)
    assert b"telephone" not in page_child.encoded(image)[1]
    photo.write_bytes(b"\xff\xd8\xff nothing")
    with pytest.raises(Fault, match="broken"):
        page_child.of_picture(str(photo), 1)
