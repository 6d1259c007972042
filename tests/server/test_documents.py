"""A paper is printed into the store, and stays there only with a row that names it."""

import asyncio
from datetime import date

import pytest

from server.adapters.files import Kept
from server.continuity.rules_kit import Day, kit_facts
from server.documents import print_and_file
from server.errors import Stale
from server.house import House


@pytest.mark.one_engine
async def test_a_print_stays_only_where_a_row_may_name_it(house: House) -> None:
    day = Day("", "UBND phường Thạch Khôi", "Hải Phòng", "", date(2026, 7, 6), (), ())
    facts = {**kit_facts(day, lambda key: key), "made": ""}
    seen: list[Kept] = []

    async def refuse(kept: Kept) -> bool:
        assert house.files.path(kept.stored_as).is_file()
        seen.append(kept)
        raise Stale

    with pytest.raises(Stale):
        await print_and_file(house, "kit", facts, refuse)
    assert not house.files.path(seen[0].stored_as).exists()

    async def stop(kept: Kept) -> bool:
        seen.append(kept)
        raise asyncio.CancelledError

    # A transaction goes on when the one who waits for it is told to stop, and may name the file.
    with pytest.raises(asyncio.CancelledError):
        await print_and_file(house, "kit", facts, stop)
    assert house.files.path(seen[1].stored_as).is_file()
