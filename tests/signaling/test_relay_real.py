"""The relay for real: coturn, run with the configuration that we give out."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server import relay_config
from server.config import BadSettings, Settings
from signaling.passthrough import MediaPort
from signaling.relay import IceServer, Relay, ice_servers
from tests.relays import Running, running_relay
from tests.signaling.loopback_client import Talk
from tests.signaling.turn_probe import TurnProbe

SECRET = "relay secret of the tests"
REFUSED = {400, 403, 440, 443}
"""Forbidden, or the address family is none of ours."""
NOBODYS = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
    "8.8.8.8", "224.0.0.1", "255.255.255.255", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "fe80::1", "2001:4860:4860::8888",
)  # fmt: skip


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_relay(tmp_path_factory.mktemp("relay"), SECRET) as running:
        yield running


def credentials(lasts_for: float = 600, member: str = "c-1") -> tuple[str, str]:
    until = datetime.fromtimestamp(time.time() + lasts_for, UTC)
    (server,) = ice_servers(Relay(("turn:x",), (), SECRET.encode()), member, until)
    return server.username, server.credential


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_it_relays_to_the_media_and_to_nobody_else(relay: Running, transport: str) -> None:
    with TurnProbe(relay.host, relay.ports[transport], transport, *credentials()) as probe:
        assert probe.allocate() == 0
        assert probe.permit(relay.media) == 0
        for peer in NOBODYS:
            if peer != relay.media:
                assert probe.permit(peer) in REFUSED, peer
        assert probe.permit(relay.media) == 0


def test_credentials_are_worth_nothing_after_their_time_or_changed(relay: Running) -> None:
    username, password = credentials()
    for wrong in (credentials(-1), (username, "x" + password[1:]), (username.replace("c-1", "c-2"), password)):
        with TurnProbe(relay.host, relay.ports["udp"], "udp", *wrong) as probe:
            assert probe.allocate() == 401, wrong


def test_one_person_cannot_take_it_all(relay: Running) -> None:
    username, password = credentials(member="c-2")
    probes = [TurnProbe(relay.host, relay.ports["udp"], "udp", username, password) for _ in range(16)]
    try:
        answers = [probe.allocate() for probe in probes]
    finally:
        for probe in probes:
            probe.__exit__()
    assert answers.count(0) == 12
    assert set(answers) == {0, 486}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_who_has_only_the_relay_sees_and_is_seen(relay: Running, transport: str) -> None:
    username, password = credentials(member="c-3")
    url = f"turn:{relay.host}:{relay.ports[transport]}?transport={transport}"
    async with Talk(await MediaPort.open(relay.media, 0)) as talk:
        lan, lans = await talk.join("lan", 60, IceServer((url,), username, password))
        hanh, hanhs = await talk.join("hanh", 180)
        for peer, other in ((lans, hanhs), (hanhs, lans)):
            peer.seat(0, other.audio, other.video)
        await lan.see_brightness(0, 180)
        await hanh.see_brightness(0, 60)
        relayed = [pair.local_candidate.type for pair in lan.connection._nominated.values()]
        assert relayed == ["relay"]


def test_no_configuration_without_what_it_needs() -> None:
    with pytest.raises(BadSettings, match="turn_secret"):
        relay_config.write(Settings())
    with pytest.raises(BadSettings, match="media_announced"):
        relay_config.write(Settings(turn_secret="s", media_announced="room.example"), relay_ip="192.0.2.1")
    with pytest.raises(BadSettings, match="IPv4"):
        relay_config.write(Settings(turn_secret="s"), relay_ip="2001:db8::1")
