"""Print issued papers and file them with their fingerprint."""

from collections.abc import Mapping
from typing import Any

from server.documents import print_and_file
from server.house import House
from server.papers import actions_issue


async def print_official(house: House, args: Mapping[str, Any]) -> None:
    """Print and file; done again, it changes nothing. Raises Unavailable, and is then tried again."""
    code = str(args["paper"])
    sealed = await house.db.read(actions_issue.to_print, code)
    if sealed is None:
        return
    name = house.words.find("labels", f"paper_form.{sealed['form']}", "vi")
    facts, keep = {**sealed, "lookup": f"{house.settings.base_url}/tra-cuu"}, actions_issue.keep_printed
    await print_and_file(
        house, f"papers/{sealed['form']}", facts, lambda kept: house.db.write(keep, house.clock.now(), code, kept, name)
    )
