"""A named template and its facts become a printable paper in the file store."""

from collections.abc import Mapping

from server.adapters.files import Kept
from server.house import House


async def print_paper(house: House, template: str, facts: Mapping[str, object]) -> Kept:
    """Print ``web/templates/print/<template>.typ`` and keep the PDF. Raises Unavailable."""
    return await house.files.keep_bytes(await house.press.print(template, facts), ".pdf")
