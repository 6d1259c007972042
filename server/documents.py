"""A named template and its facts become a printable paper in the file store."""

from collections.abc import Awaitable, Callable, Mapping

from server.adapters.files import Kept
from server.house import House


async def print_paper(house: House, template: str, facts: Mapping[str, object]) -> Kept:
    """Print ``web/templates/print/<template>.typ`` and keep the PDF. Raises Unavailable."""
    return await house.files.keep_bytes(await house.press.print(template, facts), ".pdf")


async def print_and_file(
    house: House, template: str, facts: Mapping[str, object], file: Callable[[Kept], Awaitable[bool]]
) -> None:
    """Print a paper and have ``file`` write its row; what no row names (False, or it raised) does not stay."""
    kept = await print_paper(house, template, facts)
    try:
        is_filed = await file(kept)
    except Exception:
        # Never for whoever is merely told to stop: the transaction goes on without them, and may name it.
        house.files.drop(kept.stored_as)
        raise
    if not is_filed:
        house.files.drop(kept.stored_as)
