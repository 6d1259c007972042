"""The life of one matter, from the registration to the played recording, with three real browsers."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import browsers
from tests.journeys import evidence, minutes, room
from tests.journeys.room import Company
from tests.office_process import running_office

pytestmark = pytest.mark.browser

LIVE_FOR = 20.0


async def receive(company: Company) -> tuple[float, dict[str, float]]:
    """Hold the reception; return its recorded length and how sound lagged behind picture at each source."""
    zero = await room.begin_recorded(company)
    began = time.monotonic()
    for person in company.everybody:
        await person.page.evaluate("spy.measure()")
    await room.check_what_arrives(company)
    await minutes.write(company)
    steps = {p.signal.name: await evidence.source_step(p) for p in company.everybody}
    await minutes.read_back(company)
    await room.all_pictures(company)
    await asyncio.sleep(max(0.0, LIVE_FOR - (time.monotonic() - began)))
    return await room.end(company) - zero, steps


async def test_main_job(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    async with running_office() as office, browsers.hall(tmp_path) as hall:
        company = await room.gather(hall, office)
        await room.to_the_door(company, is_checking=True)
        await room.take_places(company)
        await room.all_pictures(company)
        length, steps = await receive(company)
        recorded = await evidence.open_recording(company)
        for each in recorded:
            name = each.person.signal.name
            late = each.watched.step() - steps[name]
            record_property(f"{name}: length off, s", round(each.watched.length - length, 3))
            record_property(f"{name}: sound later than picture, s", round(late, 3))
            evidence.check_content(each, length)
            assert abs(late) < evidence.STEP_OFF, (name, late)
        await evidence.play(company, recorded)
        await minutes.seal(company)
        await minutes.check_paper(company)
        await minutes.check_case(company)
        assert not office.faults(), office.faults()
        for person in company.everybody:
            assert not person.troubles, person.troubles
