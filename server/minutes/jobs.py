"""Print sealed minutes, fingerprint the paper, file it with the case."""

from collections.abc import Mapping
from typing import Any

from server.documents import print_and_file
from server.house import House
from server.minutes import actions_seal, queries_head
from server.minutes.rules_print import print_facts


async def print_minutes(house: House, args: Mapping[str, Any]) -> None:
    """Print and file; done again, it changes nothing. Raises Unavailable, and is then tried again."""
    code = str(args["minutes"])
    sealed = await house.db.read(queries_head.to_print, code)
    if sealed is None:
        return
    facts = print_facts(sealed, lambda key: house.words.find("labels", key, "vi"), lookup(house))
    keep = actions_seal.keep_sealed
    await print_and_file(house, "minutes", facts, lambda kept: house.db.write(keep, house.clock.now(), code, kept))


def lookup(house: House) -> str:
    """Return the address at which a citizen looks an electronic original up."""
    return f"{house.settings.base_url}/tra-cuu"
