"""Draws one page of one file as a picture, in a process of its own: what people hand in is not trusted.

Run as a program, it knows nothing of the office: no settings, no database, no secret. It bounds its own
memory and time before it looks at the file, and answers on standard output with one line of JSON and
then the picture; or with ``{"fault": …}`` alone.
"""

import io
import json
import os
import resource
import sys
from typing import Any

LONGEST_EDGE = 1800
"""Dots of the longer side: an A4 page at 150 dots an inch, enough to read small print on a large screen."""
MOST_PAGES = 500
MOST_PIXELS = 80_000_000
SECONDS = 20
MEMORY = 1_500 * 1024 * 1024
JPEG_QUALITY = 82
_PASSWORD, _SECURITY = 4, 5
"""PDFium: it needs a password, or is locked in a way it does not know."""


class Fault(Exception):
    """Why there is no picture: ``locked``, ``broken``, ``long``, ``no_page``."""


def bound() -> None:
    """Give way to sound and picture of the rooms, and end rather than take the machine."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def of_pdf(path: str, page: int) -> tuple[Any, int]:
    """Return a page of a PDF as a Pillow image, and how many pages there are."""
    import pypdfium2  # noqa: PLC0415 loading it is bounded too

    try:
        document = pypdfium2.PdfDocument(path)
        pages = len(document)
        if pages > MOST_PAGES:
            raise Fault("long")
        if not 1 <= page <= pages:
            raise Fault("no_page")
        one = document[page - 1]
        scale = LONGEST_EDGE / max(*one.get_size(), 1)
        return one.render(scale=scale).to_pil().convert("RGB"), pages
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in {_PASSWORD, _SECURITY}
        raise Fault("locked" if is_locked else "broken") from None


def of_picture(path: str, page: int) -> tuple[Any, int]:
    """Return a photograph upright and small enough; it is its own only page."""
    from PIL import Image, ImageOps  # noqa: PLC0415 loading it is bounded too

    if page != 1:
        raise Fault("no_page")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Fault("broken")
            picture.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            flat = Image.new("RGB", upright.size, "white")
            layer = upright.convert("RGBA")
            flat.paste(layer, mask=layer.getchannel("A"))
            return flat, 1
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Fault("broken") from None


def encoded(image: Any) -> tuple[str, bytes]:
    """Return type and bytes: PNG for print, JPEG for photographs and scans, whichever is shorter."""
    png, jpeg = io.BytesIO(), io.BytesIO()
    image.save(png, "PNG")
    image.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    if png.tell() <= jpeg.tell():
        return "image/png", png.getvalue()
    return "image/jpeg", jpeg.getvalue()


def main(path: str, kind: str, page: int) -> None:
    """Write the picture of a page of a file of this kind to standard output."""
    bound()
    out = sys.stdout.buffer
    try:
        image, pages = (of_pdf if kind == "application/pdf" else of_picture)(path, page)
        content_type, content = encoded(image)
    except Fault as fault:
        out.write(json.dumps({"fault": str(fault)}).encode() + b"\n")
    except MemoryError:
        out.write(json.dumps({"fault": "broken"}).encode() + b"\n")
    else:
        head = {"content_type": content_type, "pages": pages, "width": image.width, "height": image.height}
        out.write(json.dumps(head).encode() + b"\n" + content)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
