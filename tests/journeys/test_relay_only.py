"""A network that lets nothing through but the relay: a whole reception through the page, from the link to the end."""

from pathlib import Path

import pytest

from tests import browsers
from tests.browsers import PATIENCE, Person
from tests.journeys import evidence, room
from tests.office_process import running_office
from tests.relays import running_relay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = "relay secret of the tests"
RELAY_ALONE = """window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(wish, ...more) { super({ ...wish, iceTransportPolicy: "relay" }, ...more); }
};"""
"""What a firewall that blocks everything else does, done in the browser."""
WAY = """async () => {
  const report = await spy.now().getStats();
  const transport = [...report.values()].find(each => each.type === "transport");
  return report.get(report.get(transport.selectedCandidatePairId).localCandidateId).candidateType;
}"""


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_reception_by_the_relay_alone(tmp_path: Path, transport: str) -> None:
    with running_relay(tmp_path, SECRET) as relay:
        url = f"turn:{relay.host}:{relay.ports[transport]}?transport={transport}"
        turn = {"TIEPDAN_TURN_URLS": url, "TIEPDAN_TURN_SECRET": SECRET}
        async with running_office(**turn) as office, browsers.hall(tmp_path) as hall:
            company = await room.gather(hall, office)
            for person in company.everybody:
                await person.page.context.add_init_script(RELAY_ALONE)
            await room.to_the_door_by_link(company)
            await room.take_places(company)
            await room.all_pictures(company)
            await room.begin_recorded(company)
            await room.check_what_arrives(company)
            assert [await _way(each) for each in company.everybody] == ["relay"] * 3
            await company.lan.page.reload()
            await room.all_pictures(company)
            await room.check_what_arrives(company)
            await room.end(company)
            assert len(await evidence.open_recording(company, tmp_path, PATIENCE)) == 3
            assert not office.faults(), office.faults()


async def _way(person: Person) -> str:
    return str(await person.page.evaluate(WAY))
