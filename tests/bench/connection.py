"""One client's transport: ICE and DTLS by aiortc, on a socket that the engine reads."""

import socket
from dataclasses import dataclass
from typing import Any, Self

from aioice import Candidate
from aioice.ice import StunProtocol
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_128_GCM
from aiortc.sdp import candidate_from_sdp

from tests.bench.engine import Address, Engine
from tests.bench.processes import own_address

CIPHER = "SRTP_AEAD_AES_128_GCM"
RECEIVE_BUFFER = 1 << 21
_TIMESTAMPS = 35  # SO_TIMESTAMPNS
_MEMORY = 55  # SO_MEMINFO
_DROPS_AT = 8
_HOST_PRIORITY = 126 << 24 | 65535 << 8 | 255


@dataclass(frozen=True)
class There:
    """What the server said of its end."""

    ufrag: str
    password: str
    fingerprint: tuple[str, str]
    candidates: tuple[str, ...]


class NotConnected(Exception):
    """ICE or DTLS came to nothing."""


class _Wire:
    """What aioice takes for its UDP transport."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.protocol: StunProtocol | None = None

    def sendto(self, packet: bytes, address: Address) -> None:
        try:
            self._socket.sendto(packet, address)
        except BlockingIOError:
            return

    def close(self) -> None:
        protocol, self.protocol = self.protocol, None
        if protocol is not None:
            protocol.connection_lost(None)

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default


class Connection:
    """A client that is always the DTLS client and takes AES-GCM-128 only. Close it."""

    def __init__(self, engine: Engine, certificate: RTCCertificate) -> None:
        self._engine = engine
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._socket.bind((own_address(), 0))
        self.address: Address = self._socket.getsockname()
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [certificate])
        self._dtls._set_role("client")
        self._dtls._srtp_profiles = [SRTP_AEAD_AES_128_GCM]
        self._inside: Any = self._gatherer._connection
        self._wire = _Wire(self._socket)
        self._protocol = StunProtocol(self._inside)
        self._protocol.local_candidate = Candidate(
            "1", 1, "udp", _HOST_PRIORITY, self.address[0], self.address[1], "host"
        )
        setattr(self._inside, "get_component_candidates", self._candidates)  # noqa: B010
        self.index = engine.add(self._socket, self._protocol.datagram_received)

    async def _candidates(self, **_: object) -> list[Candidate]:
        self._wire.protocol = self._protocol
        self._protocol.connection_made(self._wire)  # type: ignore[arg-type]
        self._inside._protocols.append(self._protocol)
        return [self._protocol.local_candidate]

    @property
    def ufrag(self) -> str:
        return str(self._inside.local_username)

    @property
    def password(self) -> str:
        return str(self._inside.local_password)

    @property
    def fingerprint(self) -> str:
        every = self._dtls.getLocalParameters().fingerprints
        return next(each.value for each in every if each.algorithm == "sha-256")

    @property
    def drops(self) -> int:
        """Packets that reached this socket and found it full."""
        memory = self._socket.getsockopt(socket.SOL_SOCKET, _MEMORY, 36)
        return int.from_bytes(memory[4 * _DROPS_AT : 4 * _DROPS_AT + 4], "little")

    async def open(self) -> Self:
        """Be reachable: the server's checks may come before its answer does."""
        await self._gatherer.gather()
        return self

    async def connect(self, there: There, *, controlling: bool) -> None:
        """Return when media may flow. Raises NotConnected."""
        self._inside.ice_controlling = controlling
        for candidate in there.candidates:
            await self._ice.addRemoteCandidate(candidate_from_sdp(candidate))
        await self._ice.addRemoteCandidate(None)
        await self._ice.start(RTCIceParameters(there.ufrag, there.password))
        if self._ice.state != "completed":
            raise NotConnected("ICE")
        await self._dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(*there.fingerprint)], role="server"))
        if self._dtls.state != "connected":
            raise NotConnected("DTLS")
        self._socket.connect(self._inside._nominated[1].remote_addr)
        self._engine.keys(self.index, self._dtls._rx_srtp, self._dtls._tx_srtp)

    async def close(self) -> None:
        """Say good-bye."""
        await self._dtls.stop()
        await self._ice.stop()
