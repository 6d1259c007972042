"""The relay's configuration: written from the office's own settings, so that the two always agree."""

from ipaddress import IPv4Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from server.config import BadSettings, Settings
from server.worker_settings import own_addresses

TEMPLATE = Path(__file__).with_name("turnserver.conf")


def write(settings: Settings, *, relay_ip: str = "", certificate: str = "", key: str = "") -> str:
    """Return a configuration for coturn; `relay_ip` is the machine it runs on, this one when empty.

    With `certificate` and `key` (paths of PEM files) it listens for TLS as well. Raises
    BadSettings: no secret is set, or an address is none.
    """
    if not settings.turn_secret:
        raise BadSettings("turn_secret: set it first; the relay and the office must know the same one")
    here = _ipv4("relay-ip", relay_ip or own_addresses()[0])
    media = [_ipv4("media_announced", each) for each in settings.announced or own_addresses()]
    tls = f"tls-listening-port=5349\ncert={certificate}\npkey={key}" if certificate and key else "no-tls\nno-dtls"
    return TEMPLATE.read_text(encoding="utf-8").format(
        listening=f"listening-ip={here}",
        relay_ip=here,
        realm=urlsplit(settings.base_url).hostname,
        secret=settings.turn_secret,
        allowed="\n".join(f"allowed-peer-ip={each}" for each in media),
        tls=tls,
    )


def _ipv4(name: str, text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise BadSettings(f"{name}: {text!r} is not an IP address") from error
    if not isinstance(address, IPv4Address):
        raise BadSettings(f"{name}: {text}: the relay speaks IPv4 only")
    return str(address)
