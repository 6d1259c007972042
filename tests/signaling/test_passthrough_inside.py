"""The contract with the inside of aiortc, aioice and pylibsrtp: each name still exists."""

import pytest
from aioice import Connection
from aioice.ice import StunProtocol
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from pylibsrtp import Session

from signaling.passthrough import inside


def test_the_versions_are_those_this_was_read_for() -> None:
    assert inside.wrong_versions() == {}


@pytest.mark.parametrize(("owner", "name"), inside.NAMES)
def test_the_name_exists(owner: object, name: str) -> None:
    assert hasattr(owner, name)


async def test_the_names_of_instances_exist() -> None:
    gatherer = RTCIceGatherer(iceServers=[])
    connection = Connection(ice_controlling=False)
    certificate = RTCCertificate.generateCertificate()
    made: dict[str, object] = {
        "gatherer": gatherer,
        "dtls": RTCDtlsTransport(RTCIceTransport(gatherer), [certificate]),
        "connection": connection,
        "stun protocol": StunProtocol(connection),
        "session": Session(),
    }
    made["stun protocol"].__dict__.setdefault("transport", None)
    made["stun protocol"].__dict__.setdefault("local_candidate", None)
    for kind, names in inside.INSTANCE_NAMES.items():
        for name in names:
            assert hasattr(made[kind], name), (kind, name)


async def test_the_transport_does_not_listen_to_its_own_sockets() -> None:
    wire = inside.Wire(lambda _packet, _address: True)
    candidate = inside.Candidate("1", 1, "udp", 1, "127.0.0.1", 9, "host")
    made = inside.Inside("abcdef", candidate, wire)
    await made.gatherer.gather()
    assert made.connection.local_candidates == [candidate]
    assert made.dtls.getLocalParameters().fingerprints
    assert made.nominated is None
    assert made.sessions is None
    await made.ice.stop()
    made.release()


def test_srtp_says_what_goes_wrong() -> None:
    session = Session()
    with pytest.raises(inside.SrtpError):
        session.unprotect(b"\x80" + bytes(40))
    with pytest.raises(ValueError, match="long"):
        session.protect(bytes(2000))


def test_libsrtp_is_reached_by_address() -> None:
    protect, unprotect = inside.crypt_addresses()
    assert protect
    assert unprotect
    assert protect != unprotect
    one, other = Session(), Session()
    assert inside.session_address(one) != inside.session_address(other)
