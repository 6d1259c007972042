"""The relay for real: coturn, run with the configuration that we give out."""

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import relay_config
from server.config import BadSettings, Settings
from server.worker_settings import own_addresses
from signaling.passthrough import MediaPort
from signaling.relay import IceServer, Relay, ice_servers
from tests import parts
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


@dataclass(frozen=True, slots=True)
class Running:
    """A relay, its ports and the address of a media worker it may reach."""

    host: str
    ports: dict[str, int]
    media: str
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.invalid")])
    now = datetime.now(UTC)  # noqa: TID251 a certificate of today
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / "relay.pem", folder / "relay.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    program = parts.require("relay")
    folder = tmp_path_factory.mktemp("relay")
    certificate, key = write_certificate(folder)
    here = own_addresses()[0]
    text = relay_config.write(Settings(turn_secret=SECRET), relay_ip=here, certificate=str(certificate), key=str(key))
    plain, tls = free_port(), free_port()
    text = text.replace("port=3478", f"port={plain}").replace("tls-listening-port=5349", f"tls-listening-port={tls}")
    if here == "127.0.0.1":
        # A machine without a network has no other address to try with.
        text += "allow-loopback-peers\n"
    (folder / "turnserver.conf").write_text(text + f"pidfile={folder / 'pid'}\nuserdb={folder / 'db'}\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-c", str(folder / "turnserver.conf"), "--log-file=stdout"], stdout=log, stderr=log
        )
    try:
        wait_for(here, plain, process)
        yield Running(here, {"udp": plain, "tcp": plain, "tls": tls}, here, folder / "log")
    finally:
        process.terminate()
        process.wait(10)


def wait_for(host: str, port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(port)


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
