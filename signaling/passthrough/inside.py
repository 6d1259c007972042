"""Everything private of aiortc, aioice and pylibsrtp that this project leans on.

Nothing else may touch an underscored name of theirs, or a method that they do not document.
The versions are pinned; `NAMES` is checked by a test, so that an upgrade fails there and
not in a reception.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from time import monotonic
from typing import Any

import aiortc
from aioice import Candidate, Connection
from aioice.ice import CandidatePair, StunProtocol
from aioice.stun import Class, Message, Method, parse_message
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

VERSIONS = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}

NAMES: tuple[tuple[object, str], ...] = (
    (aiortc.RTCDtlsTransport, "_set_role"),
    (aiortc.RTCDtlsTransport, "_recv_next"),
    (aiortc.RTCDtlsTransport, "_setup_srtp"),
    (RTCCertificate, "_create_ssl_context"),
    (Connection, "gather_candidates"),
    (Connection, "check_complete"),
    (Connection, "check_incoming"),
    (Connection, "request_received"),
    (Connection, "data_received"),
    (StunProtocol, "connection_made"),
    (StunProtocol, "connection_lost"),
    (CandidatePair, "remote_addr"),
    (CandidatePair.State, "SUCCEEDED"),
    (Message, "check_message_integrity"),
    (lib, "srtp_protect"),
    (lib, "srtp_unprotect"),
    (lib, "srtp_unprotect_rtcp"),
)
"""Attributes of classes; those of instances are in `INSTANCE_NAMES`."""

INSTANCE_NAMES = {
    "gatherer": ("_connection",),
    "dtls": ("_rx_srtp", "_tx_srtp", "_task", "_ssl", "_role", "_srtp_profiles"),
    "connection": (
        "_nominated",
        "_check_list",
        "_protocols",
        "_queue",
        "_local_candidates",
        "_local_candidates_start",
        "_local_candidates_end",
    ),
    "stun protocol": ("transactions", "local_candidate", "receiver", "transport"),
    "session": ("_srtp",),
}

Address = tuple[str, int]

MOST_PAIRS = 32
"""Candidate pairs of one connection; a browser has a handful."""

MOST_WAITING = 64
"""Handshake datagrams that wait for their turn."""


def crypt_addresses() -> tuple[int, int]:
    """Return where libsrtp's srtp_protect and srtp_unprotect lie in this process.

    So the native path uses the very library that pylibsrtp brought, and links none.
    """
    names = ("srtp_protect", "srtp_unprotect")
    protect, unprotect = (int(ffi.cast("uintptr_t", ffi.addressof(lib, name))) for name in names)
    return protect, unprotect


def session_address(session: Session) -> int:
    """Return libsrtp's own pointer; it is good for as long as `session` is referred to."""
    return int(ffi.cast("uintptr_t", session._srtp[0]))


def wrong_versions() -> dict[str, str]:
    """Return the installed version of each library that is not the one this was read for."""
    found = {name: version(name) for name in VERSIONS}
    return {name: found[name] for name in VERSIONS if found[name] != VERSIONS[name]}


protect: Any = lib.srtp_protect
"""`protect(context, cell, length)` encrypts RTP where it lies; `length` is read and written.
0 is success. The cell must have room for 144 bytes more.
"""

_unprotect: Any = lib.srtp_unprotect
_unprotect_rtcp: Any = lib.srtp_unprotect_rtcp
_length: Any = ffi.new("int *")


def context_of(session: Session) -> Any:
    """Return what `protect` and `open_rtp` take. It lives as long as `session` does, no longer."""
    return session._srtp[0]


def open_rtp(context: Any, cell: Any, size: int) -> int:
    """Decrypt RTP where it lies; its new size, -1 when it is not authentic."""
    _length[0] = size
    if _unprotect(context, cell, _length):
        return -1
    found: int = _length[0]
    return found


def open_rtcp(context: Any, cell: Any, size: int) -> int:
    """Decrypt RTCP where it lies; its new size, -1 when it is not authentic."""
    _length[0] = size
    if _unprotect_rtcp(context, cell, _length):
        return -1
    found: int = _length[0]
    return found


class Wire:
    """What aioice takes for its UDP transport: the shared port, seen by one connection."""

    def __init__(self, send: Callable[[bytes, Address], object]) -> None:
        self._send = send
        self._protocol: StunProtocol | None = None

    def attach(self, protocol: StunProtocol) -> None:
        """Stand in for the socket that aioice would have opened."""
        self._protocol = protocol
        protocol.connection_made(self)  # type: ignore[arg-type]

    def sendto(self, packet: bytes, address: Address) -> None:
        """Send through the shared port."""
        self._send(packet, address)

    def close(self) -> None:
        """Let aioice believe that its socket closed; the shared one stays."""
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.connection_lost(None)

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Answer like a transport that has nothing to tell."""
        del name
        return default


class _Certificate(RTCCertificate):
    """What every connection shows: making one, and what TLS makes of it, costs as much as half a join."""

    def __init__(self, key: Any, cert: Any) -> None:
        super().__init__(key, cert)
        self._fingerprints = super().getFingerprints()
        self._contexts: dict[tuple[Any, ...], Any] = {}

    def getFingerprints(self) -> list[RTCDtlsFingerprint]:  # noqa: N802 - aiortc's name
        return self._fingerprints

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> Any:
        wanted = tuple(srtp_profiles)
        if wanted not in self._contexts:
            context = super()._create_ssl_context(srtp_profiles)
            # Nobody comes back with an old session, and they would be kept.
            context.set_session_cache_mode(_NO_SESSION_CACHE)
            self._contexts[wanted] = context
        return self._contexts[wanted]


_NO_SESSION_CACHE = 0
_CERTIFICATE_FOR = 86_400.0


@lru_cache(maxsize=1)
def _certificate(day: int) -> RTCCertificate:
    """Make the certificate of one day. The keys of a talk do not hang on it: each exchange makes its own (ECDHE)."""
    del day
    return _Certificate.generateCertificate()


_KEYS = b"EXTRACTOR-dtls_srtp"
"""RFC 5764, section 4.2."""

_OF_SERVER = 1
_SENT_BEHIND = 64
"""Numbers; the least libsrtp takes. What we send is in order, and what is repeated has a stream of its own."""


class _Transport(RTCDtlsTransport):
    """Sends with a short memory: aiortc's thousand numbers are shifted for every packet that leaves."""

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        ssl: Any = self._ssl
        agreed = ssl.get_selected_srtp_profile()
        profile = next((each for each in self._srtp_profiles if each.openssl_profile == agreed), None)
        if profile is None or self._role != "server":
            return
        keys = ssl.export_keying_material(_KEYS, 2 * (profile.key_length + profile.salt_length))
        policy = Policy(
            key=profile.get_key_and_salt(keys, _OF_SERVER),
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=profile.libsrtp_profile,
        )
        policy.allow_repeat_tx = True
        policy.window_size = _SENT_BEHIND
        self._tx_srtp = Session(policy)


class Inside:
    """ICE, DTLS and SRTP of one connection, through aiortc's and aioice's own objects."""

    def __init__(self, ufrag: str, candidate: Candidate, wire: Wire) -> None:
        self.gatherer = RTCIceGatherer(iceServers=[], local_username=ufrag)
        self.ice = RTCIceTransport(self.gatherer)
        self.dtls = _Transport(self.ice, [_certificate(int(monotonic() / _CERTIFICATE_FOR))])
        self.connection: Connection = self.gatherer._connection
        # The server's role makes Chromium choose AES-GCM in both directions.
        self.dtls._set_role("server")
        self._protocol = StunProtocol(self.connection)
        self._protocol.local_candidate = candidate
        self._gather_only(candidate, wire)

    def _gather_only(self, candidate: Candidate, wire: Wire) -> None:
        async def gather_candidates() -> None:
            # aioice would ask the system for its addresses each time.
            connection = self.connection
            wire.attach(self._protocol)
            connection._protocols.append(self._protocol)
            connection._local_candidates = [candidate]
            connection._local_candidates_start = connection._local_candidates_end = True

        setattr(self.connection, "gather_candidates", gather_candidates)  # noqa: B010 - mypy takes no plain assignment

    def watch(self, on_path: Callable[[Address], None], on_heard: Callable[[Address], None]) -> None:
        """Call `on_path(address)` for each address whose check succeeded, `on_heard`
        for each authentic check that comes in.
        """
        complete = self.connection.check_complete
        incoming = self.connection.check_incoming

        def check_complete(pair: CandidatePair) -> None:
            complete(pair)
            if pair.state == CandidatePair.State.SUCCEEDED:
                on_path(pair.remote_addr)

        def check_incoming(message: Message, addr: Address, protocol: StunProtocol) -> None:
            known = any(pair.remote_addr == addr for pair in self.pairs)
            if not known and len(self.pairs) >= MOST_PAIRS:
                return
            on_heard(addr)
            incoming(message, addr, protocol)

        setattr(self.connection, "check_complete", check_complete)  # noqa: B010 - mypy takes no plain assignment
        setattr(self.connection, "check_incoming", check_incoming)  # noqa: B010 - mypy takes no plain assignment

    def release(self) -> None:
        """Untie the knots that would keep a closed connection in memory."""
        for name in ("check_complete", "check_incoming", "gather_candidates"):
            self.connection.__dict__.pop(name, None)
        self.dtls.remove_all_listeners()

    @property
    def pairs(self) -> list[CandidatePair]:
        """Every pair of addresses that was ever considered."""
        return self.connection._check_list

    @property
    def nominated(self) -> Address | None:
        """The address the browser wants to be reached at now."""
        pair = self.connection._nominated.get(1)
        return None if pair is None else pair.remote_addr

    def asked(self, transaction: bytes) -> bool:
        """Whether the STUN answer with this transaction id is for us."""
        return transaction in self._protocol.transactions

    def take_stun(self, packet: bytes, address: Address) -> None:
        """Take a STUN packet. May raise anything: the parser trusts its lengths."""
        message = parse_message(packet)
        if message.message_method != Method.BINDING:
            raise ValueError(message.message_method)
        if message.message_class == Class.REQUEST:
            self.connection.request_received(message, address, self._protocol)
        elif message.message_class in {Class.RESPONSE, Class.ERROR}:
            transaction = self._protocol.transactions.get(message.transaction_id)
            if transaction is not None:
                transaction.response_received(message, address)

    def take_handshake(self, packet: bytes) -> bool:
        """Queue a DTLS record; False when too many wait already."""
        if self.connection._queue.qsize() >= MOST_WAITING:
            return False
        self.connection.data_received(packet, 1)
        return True

    @property
    def sessions(self) -> tuple[Session, Session] | None:
        """SRTP sessions for (receiving, sending), None before the handshake is done."""
        rx, tx = self.dtls._rx_srtp, self.dtls._tx_srtp
        return None if rx is None or tx is None else (rx, tx)

    def other_sessions(self) -> tuple[Session, Session]:
        """Return sessions on the same keys beside those that were asked for before.

        libsrtp's sessions are not thread-safe: a thread that takes over RTP needs its own.
        RTCP may go on here, as its indices are separate.
        """
        self.dtls._setup_srtp()
        return self.dtls._rx_srtp, self.dtls._tx_srtp

    @property
    def cipher(self) -> str:
        """The SRTP profile that was agreed, empty before."""
        ssl: Any = self.dtls._ssl
        if ssl is None:
            return ""
        name: bytes = ssl.get_selected_srtp_profile()
        return name.decode()

    @property
    def pump(self) -> Any:
        """The task that reads DTLS after the handshake, if it runs."""
        return self.dtls._task


__all__ = [
    "INSTANCE_NAMES",
    "NAMES",
    "VERSIONS",
    "Address",
    "Candidate",
    "Inside",
    "Session",
    "SrtpError",
    "Wire",
    "context_of",
    "crypt_addresses",
    "open_rtcp",
    "open_rtp",
    "protect",
    "session_address",
    "wrong_versions",
]
