"""Ways to a browser: which of its addresses we dial.

A browser's word on where it can be reached is not trusted: aiortc would dial anything,
the server's own loopback included (F9). The browser's checks reach us anyway, so dropping
a candidate costs nothing but a path we should not take.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiortc import RTCIceCandidate
from aiortc.sdp import candidate_from_sdp

MOST_CANDIDATES = 10
_MOST_READ = 100


def dialable(offered: Iterable[str], announced: Iterable[str]) -> list[RTCIceCandidate]:
    """Return at most ten of the offered candidates that this server may send checks to.

    Names (``.local`` among them), TCP, and special addresses are left out; loopback and
    private ones too unless we announce such an address ourselves.
    """
    ours = [ip_address(each) for each in announced]
    found: list[RTCIceCandidate] = []
    seen: set[tuple[str, int]] = set()
    for text in list(offered)[:_MOST_READ]:
        try:
            candidate = candidate_from_sdp(text)
            address = ip_address(candidate.ip)
        except (ValueError, AssertionError, IndexError):
            continue
        place = (candidate.ip, candidate.port)
        is_plain = candidate.protocol.lower() == "udp" and candidate.component == 1
        if not is_plain or not 0 < candidate.port < 1 << 16 or place in seen:
            continue
        if _is_allowed(address, ours):
            seen.add(place)
            found.append(candidate)
    return found[:MOST_CANDIDATES]


def _is_allowed(address: IPv4Address | IPv6Address, ours: list[IPv4Address | IPv6Address]) -> bool:
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if address.version not in {each.version for each in ours}:
        return False
    if address.is_loopback:
        return any(each.is_loopback for each in ours)
    if address.is_global:
        return True
    return address.is_private and any(each.is_private for each in ours)
