"""The one UDP socket of a media worker, and the filter at its door.

A connection is found by the address its packets come from; an address becomes known when an
ICE check between it and a connection succeeded. STUN alone is let in from strangers, and
only when it names a connection that exists. Everything else from strangers is counted and
dropped: one ClientHello from anybody used to kill a join (F1).

Media is taken in batches and lies still while it is worked on; what it became leaves in
batches too. Nobody may send more than `police` allows.
"""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from time import monotonic
from typing import Protocol

from signaling.passthrough.datagrams import BATCH, CELL, HAS_BATCHES, Cell, Inbox, Tray, address_of, key_of
from signaling.passthrough.inside import Address
from signaling.passthrough.native_line import NativeLine
from signaling.passthrough.police import PACKET, Budget, Strangers

TICK = 0.02
_BUFFER = 4 << 20
_REFILL = 0.1
"""Seconds between two looks at what everybody may send: far less than what a full budget lasts."""
_ROUNDS = 4
"""Batches taken before the loop's other work has its turn."""

REST = 0.001
BUSY = 30
"""Above so many datagrams per tick the port is read every `REST` instead of at every arrival.

Waking up costs more than forwarding a packet; one millisecond is nobody's delay.
"""

_STUN_HEADER = 20
_COOKIE = b"\x21\x12\xa4\x42"
_REQUEST = b"\x00\x01"
_USERNAME = 0x0006

_log = logging.getLogger(__name__)


class Caller(Protocol):
    """A connection on the port."""

    ufrag: str
    budget: Budget

    def take_media(self, cell: Cell, size: int, now: float) -> None:
        """Take SRTP or SRTCP from an address that was verified; the cell is lent until return."""

    def take(self, packet: bytes, now: float) -> None:
        """Take anything but STUN and media, from an address that was verified."""

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

    hot_path = "python"

    def __init__(self, sock: socket.socket, announced: tuple[str, ...], *, batches: bool = HAS_BATCHES) -> None:
        bound = sock.getsockname()
        self.address: Address = (bound[0], bound[1])
        self.announced = announced
        self.tray = Tray(sock, batches=batches)
        self._inbox = Inbox(sock, batches=batches)
        self._strangers = Strangers()
        self._received = self._dropped = self._malformed = self._unknown = self._too_long = self._policed = 0
        self._early = 0
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._callers: dict[str, Caller] = {}
        self._verified: dict[bytes, Caller] = {}
        self._expected: dict[bytes, Caller] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._ticked_at = self._refilled_at = monotonic()
        self._resting: asyncio.TimerHandle | None = None
        self._received_before = 0
        self._listen()

    @classmethod
    async def open(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        announced: tuple[str, ...] = (),
        *,
        batches: bool = HAS_BATCHES,
    ) -> "MediaPort":
        """Bind to a numeric address; port 0 takes any free one. Raises OSError when taken.

        `announced` are the addresses browsers are told, `host` when there are none; a
        wildcard host needs them (ValueError). `batches=False` moves datagrams one by one.
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
        return cls(sock, announced, batches=batches)

    def close(self) -> None:
        """Release the socket; peers should be closed before. Closing twice is closing once."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket)
        if self._resting is not None:
            self._resting.cancel()
        self.tray.close()
        self._socket.close()
        if self._timer is not None:
            self._timer.cancel()
        self._callers.clear()
        self._verified.clear()
        self._expected.clear()

    @property
    def counts(self) -> Counter[str]:
        """What went through and what was dropped, in datagrams since the port was opened."""
        return Counter(
            received=self._received,
            sent=self.tray.sent,
            unsent=self.tray.unsent,
            strangers=self._dropped,
            early=self._early,
            unknown_stun=self._unknown,
            refused_stun=self._strangers.refused,
            malformed=self._malformed,
            too_long=self._too_long,
            policed=self._policed,
        )

    def hot_line(self, caller: Caller) -> NativeLine | None:
        """Return the native side of a new connection, None where packets go through Python."""
        del caller
        return None

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
        key = key_of(address)
        if key not in self._verified:
            self._expected[key] = caller

    def verify(self, address: Address, caller: Caller) -> None:
        """Note that an ICE check between `address` and `caller` succeeded."""
        if self._callers.get(caller.ufrag) is caller:
            key = key_of(address)
            self._expected.pop(key, None)
            self._verified[key] = caller

    def leave(self, caller: Caller) -> None:
        """Forget `caller` and every address that was its."""
        self._callers.pop(caller.ufrag, None)
        for known in (self._verified, self._expected):
            for key in [each for each, its in known.items() if its is caller]:
                del known[key]

    def send(self, packet: bytes, address: Address) -> bool:
        """Send now or never: a full socket buffer drops the packet and says so."""
        return self.tray.send(packet, address)

    def addresses_of(self, caller: Caller) -> list[Address]:
        """Return the verified addresses of a connection."""
        return [address_of(key) for key, its in self._verified.items() if its is caller]

    def _listen(self) -> None:
        self._loop.add_reader(self._socket, self._drain)

    def _due(self, now: float) -> Iterable[Caller]:
        del now
        return list(self._callers.values())

    def _drain(self) -> bool:
        """Take what came; False when more waits than one turn may take."""
        now = monotonic()
        is_done = False
        self.tray.is_gathering = True
        for _ in range(_ROUNDS):
            if not self.tray.is_open:
                # Closed by what a packet led to: the descriptor may be another's by now.
                return True
            keys, sizes = self._inbox.receive()
            self._sort(keys, sizes, now)
            self.tray.flush()
            is_done = len(sizes) < BATCH
            if is_done:
                break
        self.tray.is_gathering = False
        return is_done

    def _drain_and_rest(self) -> None:
        rest = REST if self._drain() else 0.0
        if self.tray.is_open:
            self._resting = self._loop.call_later(rest, self._drain_and_rest)

    def _pace(self) -> None:
        came, self._received_before = self._received - self._received_before, self._received
        if not self._callers:
            # This was the last tick: arrivals must be heard of again.
            came = 0
        if self._resting is None and came > BUSY:
            self._loop.remove_reader(self._socket)
            self._resting = self._loop.call_later(REST, self._drain_and_rest)
        elif self._resting is not None and came < BUSY // 2:
            self._resting.cancel()
            self._resting = None
            self._loop.add_reader(self._socket, self._drain)

    def _sort(self, keys: Sequence[bytes], sizes: Sequence[int], now: float) -> None:
        self._received += len(sizes)
        verified = self._verified
        for key, size, cell in zip(keys, sizes, self._inbox.cells, strict=False):
            caller = verified.get(key)
            try:
                if caller is None:
                    self._take_strange(key, cell, size)
                    continue
                budget = caller.budget
                if budget.room < size:
                    budget.refused += 1
                    self._policed += 1
                    continue
                budget.room -= size + PACKET
                if size >= CELL:
                    self._too_long += 1
                elif size and 128 <= cell.view[0] <= 191:  # noqa: PLR2004 - by RFC 7983
                    caller.take_media(cell, size, now)
                else:
                    self._take_other(caller, key, cell.buffer[:size], now)
            except Exception:  # noqa: BLE001 - whatever the network sends, the worker lives
                self._malformed += 1
                _log.debug("malformed packet from the network", exc_info=True)

    def _take_other(self, caller: Caller, key: bytes, packet: bytes, now: float) -> None:
        if is_stun(packet):
            self._take_stun(caller, key, packet)
        elif packet:
            caller.take(packet, now)
        else:
            self._dropped += 1

    def _take_strange(self, key: bytes, cell: Cell, size: int) -> None:
        # Most of a flood ends at the first comparisons.
        expected = self._expected.get(key)
        if size >= CELL:
            self._too_long += 1
        elif size >= _STUN_HEADER and cell.view[0] < 4 and cell.buffer[4:8] == _COOKIE:  # noqa: PLR2004
            if expected is not None or self._strangers.may_speak(key):
                self._take_stun(expected, key, cell.buffer[:size])
        elif expected is None or not size:
            self._dropped += 1
        elif not expected.hold(cell.buffer[:size], address_of(key)):
            # No stranger's: a browser repeats its ClientHello until our check is answered.
            self._early += 1

    def _take_stun(self, caller: Caller | None, key: bytes, packet: bytes) -> None:
        named = self._named(packet, caller)
        if named is None:
            self._unknown += 1
        elif named.budget.may_check():
            named.take_stun(packet, address_of(key))

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
        passed, self._ticked_at = now - self._ticked_at, now
        self._strangers.pass_time(passed)
        self._pace()
        self.tray.is_gathering = True
        if now - self._refilled_at >= _REFILL:
            refilled, self._refilled_at = now - self._refilled_at, now
            for caller in self._callers.values():
                caller.budget.pass_time(refilled)
        for caller in self._due(now):
            try:
                caller.tick(now)
            except Exception:  # noqa: BLE001 - one connection must not stop the clock of all
                _log.exception("tick of a connection failed")
        self.tray.flush()
        self.tray.is_gathering = False
