"""The life of one matter, from the registration to the played recording, with three real browsers."""

import asyncio
import time
from pathlib import Path

import pytest

from tests import browsers
from tests.journeys import evidence, minutes, room
from tests.journeys.room import Company
from tests.office_process import running_office

pytestmark = pytest.mark.browser

LIVE_FOR = 20.0


async def receive(company: Company) -> evidence.Held:
    """Hold the reception for its time, with minutes written, read back and confirmed."""
    started = await room.begin_recorded(company)
    began, behind = time.monotonic(), await evidence.delivered(company)
    for person in company.everybody:
        await person.page.evaluate("spy.measure()")
    await room.check_what_arrives(company)
    await minutes.write(company)
    steps = {p.signal.name: await evidence.source_steps(p) for p in company.everybody}
    await minutes.read_back(company)
    await room.all_pictures(company)
    await asyncio.sleep(max(0.0, LIVE_FOR - (time.monotonic() - began)))
    starved = {name: at - behind[name] for name, at in (await evidence.delivered(company)).items()}
    return evidence.Held(started, await room.end(company), steps, starved)


async def test_main_job(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async with running_office() as office, browsers.hall(tmp_path) as hall:
        company = await room.gather(hall, office)
        await room.to_the_door(company, is_checking=True)
        await room.take_places(company)
        await room.all_pictures(company)
        held = await receive(company)
        recorded = await evidence.open_recording(company, tmp_path)
        evidence.check_nothing_missing(company)
        for each in recorded:
            off, late = held.off(each.watched.length), evidence.check_steps(each, held)
            starved = held.starved[each.person.signal.name]
            figures = f"length off by {off:.3f} s, sound late by {late:.3f} s, microphone behind by {starved:.3f} s"
            request.node.user_properties.append((each.person.signal.name, figures))
            evidence.check_content(each, held)
        await evidence.play(company, recorded)
        await minutes.seal(company)
        await minutes.check_paper(company)
        await minutes.check_case(company)
        assert not office.faults(), office.faults()
        for person in company.everybody:
            assert not person.troubles, person.troubles
