"""The relay for real: coturn, run with the configuration that we give out."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import relay_config
from server.config import Settings
from server.worker_settings import own_addresses
from tests import parts


@dataclass(frozen=True, slots=True)
class Running:
    """A relay, its ports and the address of a media worker it may reach."""

    host: str
    ports: dict[str, int]
    media: str
    log: Path


@contextlib.contextmanager
def running_relay(folder: Path, secret: str) -> Iterator[Running]:
    """Give a relay that listens; it ends with the block."""
    program = parts.require("relay")
    certificate, key = _write_certificate(folder)
    here = own_addresses()[0]
    text = relay_config.write(Settings(turn_secret=secret), relay_ip=here, certificate=str(certificate), key=str(key))
    plain, tls = _free_port(), _free_port()
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
        _wait_for(here, plain, process)
        yield Running(here, {"udp": plain, "tcp": plain, "tls": tls}, here, folder / "log")
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_certificate(folder: Path) -> tuple[Path, Path]:
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


def _wait_for(host: str, port: int, process: "subprocess.Popen[bytes]") -> None:
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
