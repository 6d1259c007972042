"""The one UDP socket of a media worker, and the filter at its door.

A connection is found by the address its packets come from; an address becomes known when an
ICE check between it and a connection succeeded. STUN alone is let in from strangers, and
only when it names a connection that exists. Everything else from strangers is counted and
dropped: one ClientHello from anybody used to kill a join (F1).
"""

import asyncio
import logging
import socket
from collections import Counter
from ipaddress import ip_address
from time import monotonic
from typing import Protocol

from signaling.passthrough.inside import Address

TICK = 0.02
_BATCH = 128
_LARGEST = 2048
_BUFFER = 4 << 20

_STUN_HEADER = 20
_COOKIE = b"\x21\x12\xa4\x42"
_REQUEST = b"\x00\x01"
_USERNAME = 0x0006

_log = logging.getLogger(__name__)


class Caller(Protocol):
    """A connection on the port."""

    ufrag: str

    def take(self, packet: bytes, now: float) -> None:
        """Take anything but STUN, from an address that was verified."""

    def hold(self, packet: bytes, address: Address) -> bool:
        """Keep what came from an address that proved itself but is not verified yet."""
        ...

    def take_stun(self, packet: bytes, address: Address) -> None:
        """Take STUN that names this connection; may raise on malformed packets."""

    def asked(self, transaction: bytes) -> bool:
        """Whether this connection waits for the answer `transaction`."""
        ...

    def tick(self, now: float) -> None:
        """Do what is due; called every 20 ms."""


def is_stun(packet: bytes) -> bool:
    """Tell STUN from everything else on the port (RFC 7983)."""
    return len(packet) >= _STUN_HEADER and packet[0] < 4 and packet[4:8] == _COOKIE  # noqa: PLR2004


def find_ufrag(packet: bytes) -> str:
    """Return our half of the user name in a STUN request, "" when there is none."""
    at = _STUN_HEADER
    while at + 4 <= len(packet):
        kind = int.from_bytes(packet[at : at + 2], "big")
        length = int.from_bytes(packet[at + 2 : at + 4], "big")
        if kind == _USERNAME:
            name = packet[at + 4 : at + 4 + length]
            return name.partition(b":")[0].decode("ascii", "replace")
        at += 4 + length + -length % 4
    return ""


class MediaPort:
    """One UDP socket shared by every peer of this worker."""

    def __init__(self, sock: socket.socket, announced: tuple[str, ...]) -> None:
        bound = sock.getsockname()
        self.address: Address = (bound[0], bound[1])
        self.announced = announced
        self.counts: Counter[str] = Counter()
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._callers: dict[str, Caller] = {}
        self._verified: dict[Address, Caller] = {}
        self._expected: dict[Address, Caller] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(sock, self._drain)

    @classmethod
    async def open(cls, host: str = "127.0.0.1", port: int = 0, announced: tuple[str, ...] = ()) -> "MediaPort":
        """Bind to a numeric address; port 0 takes any free one. Raises OSError when taken.

        `announced` are the addresses browsers are told, `host` when there are none; a
        wildcard host needs them (ValueError).
        """
        announced = announced or (host,)
        if any(ip_address(each).is_unspecified for each in announced):
            raise ValueError("announced")
        family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET  # noqa: PLR2004
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        return cls(sock, announced)

    def close(self) -> None:
        """Release the socket; peers should be closed before. Closing twice is closing once."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket)
        self._socket.close()
        if self._timer is not None:
            self._timer.cancel()
        self._callers.clear()
        self._verified.clear()
        self._expected.clear()

    @property
    def callers(self) -> int:
        """How many connections are on the port."""
        return len(self._callers)

    def join(self, caller: Caller) -> None:
        """Let STUN find `caller`, and call its tick."""
        self._callers[caller.ufrag] = caller
        if self._timer is None:
            self._timer = self._loop.call_later(TICK, self._tick)

    def expect(self, address: Address, caller: Caller) -> None:
        """Note that `address` knows the password of `caller`; its own check may be under way.

        Browsers begin the handshake before our check of their address is answered. Dropping
        that ClientHello costs a second on a slow line.
        """
        if address not in self._verified:
            self._expected[address] = caller

    def verify(self, address: Address, caller: Caller) -> None:
        """Note that an ICE check between `address` and `caller` succeeded."""
        if self._callers.get(caller.ufrag) is caller:
            self._expected.pop(address, None)
            self._verified[address] = caller

    def leave(self, caller: Caller) -> None:
        """Forget `caller` and every address that was its."""
        self._callers.pop(caller.ufrag, None)
        for known in (self._verified, self._expected):
            for address in [each for each, its in known.items() if its is caller]:
                del known[address]

    def send(self, packet: bytes, address: Address) -> bool:
        """Send now or never: a full socket buffer drops the packet and says so."""
        try:
            self._socket.sendto(packet, address)
        except OSError:
            self.counts["unsent"] += 1
            return False
        self.counts["sent"] += 1
        return True

    def _drain(self) -> None:
        now = monotonic()
        for _ in range(_BATCH):
            try:
                packet, source = self._socket.recvfrom(_LARGEST)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # An earlier packet of ours met a closed port; that is the sender's news.
                continue
            self.counts["received"] += 1
            try:
                self._take(packet, (source[0], source[1]), now)
            except Exception:  # noqa: BLE001 - whatever the network sends, the worker lives
                self.counts["malformed"] += 1
                _log.debug("malformed packet from the network", exc_info=True)

    def _take(self, packet: bytes, address: Address, now: float) -> None:
        caller = self._verified.get(address)
        if is_stun(packet):
            named = self._named(packet, caller)
            if named is None:
                self.counts["unknown_stun"] += 1
            else:
                named.take_stun(packet, address)
        elif caller is not None and packet:
            caller.take(packet, now)
        else:
            expected = self._expected.get(address)
            if expected is None or not expected.hold(packet, address):
                self.counts["strangers"] += 1

    def _named(self, packet: bytes, caller: Caller | None) -> Caller | None:
        if packet[:2] == _REQUEST:
            return self._callers.get(find_ufrag(packet))
        transaction = packet[8:20]
        if caller is not None and caller.asked(transaction):
            return caller
        return next((c for c in self._callers.values() if c.asked(transaction)), None)

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK, self._tick) if self._callers else None
        now = monotonic()
        for caller in list(self._callers.values()):
            try:
                caller.tick(now)
            except Exception:  # noqa: BLE001 - one connection must not stop the clock of all
                _log.exception("tick of a connection failed")
