"""The native packet path, seen from Python: the library, and one core per port.

`native/api.h` is the contract; cffi reads that very file. Every call is a short one under
the core's own lock, and gives up the interpreter's lock for as long as it takes.
"""

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from struct import Struct
from typing import Any, Literal, NamedTuple, Protocol

from cffi import FFI

from signaling.passthrough import build
from signaling.passthrough.datagrams import key_from
from signaling.passthrough.inside import Address, crypt_addresses
from signaling.tracks import RtpPacket, Sink, Source

HotPath = Literal["python", "native", "auto"]

STRANGE, TAPPED, SENT = 0, 1, 2
ASK_KEY_FRAME, GAVE_UP = 1, 2
MOST_LOST = 256
MOST_DUE = 1024

_ROOM = 1 << 18
ROUNDS = 2
"""Rooms full of records that one turn of the event loop takes from a pipe; the rest waits there, in order."""
_RECORD = Struct("<IHBxQdI16sHH")
_SIX = 6

ffi = FFI()
ffi.cdef((build.SOURCES / "api.h").read_text(encoding="utf-8"))


class Record(NamedTuple):
    """One record of a pipe; which of its fields mean something depends on the pipe."""

    content: bytes
    sequence: int
    marker: bool
    name: int
    at: float
    timestamp: int
    address: Address


@cache
def open_library(path: Path) -> Any:
    """Load a built core. Raises build.Unbuilt when it cannot be loaded."""
    try:
        return ffi.dlopen(str(path))
    except OSError as error:
        raise build.Unbuilt(str(error)[:200]) from error


@cache
def library() -> Any:
    """Load the core for this machine, made now if need be. Raises build.Unbuilt."""
    return open_library(build.build(build.recipe()))


class Feed(Protocol):
    """Where tapped packets go."""

    source: Source
    listeners: tuple[Sink, ...]
    """Those sinks of the source that do not take its packets from the core themselves."""


class Choice(NamedTuple):
    """Which packet path is taken, and one line that says why."""

    path: Literal["python", "native"]
    why: str


def choose(wanted: str) -> Choice:
    """Decide on a packet path for one of `HotPath`; what cannot be had is Python, with the reason."""
    if wanted == "python":
        return Choice("python", "as set")
    try:
        built = build.build(build.recipe())
        open_library(built)
    except build.Unbuilt as unbuilt:
        return Choice("python", str(unbuilt))
    return Choice("native", built.name)


def write_address(address: Address) -> Any:
    """Return an address in the core's form. ValueError when it is not numeric."""
    ip = ip_address(address[0].partition("%")[0])
    written = ffi.new("hot_address *")
    written.ip = ip.packed.ljust(16, b"\0")
    written.port = address[1]
    written.is_six = ip.version == _SIX
    return written


class Core:
    """One core. Without a socket it has no thread, and what it would send is in SENT."""

    def __init__(self, lib: Any, sock: int = -1, news: int = -1) -> None:
        self.lib = lib
        seal, unseal = (ffi.cast("hot_crypt", address) for address in crypt_addresses())
        opened = lib.hot_open(sock, news, seal, unseal)
        if opened == ffi.NULL:
            raise MemoryError
        self.pointer = ffi.gc(opened, lib.hot_close)
        self.feeds: dict[int, Feed] = {}
        self.sessions: dict[int, object] = {}
        self._room: Any = None
        self._names: Any = None
        self._named = 0
        self.unread: set[int] = set()

    def start(self) -> None:
        """Let the thread read the socket from now on. OSError when there can be none."""
        error = self.lib.hot_start(self.pointer)
        if error:
            raise OSError(error, "hot_start")

    def close(self) -> None:
        """End the thread and let go of the socket; it is the owner's to close. Idempotent."""
        if self.pointer is not None:
            ffi.release(self.pointer)
            self.pointer = None

    def open(self, kind: Literal["stream", "leg"], line: Any, form: Any) -> Any:
        """Open a stream or a leg, on `line` or (NULL) on none; released, it is closed."""
        opened = getattr(self.lib, f"hot_{kind}_open")(self.pointer, line, form)
        if opened == ffi.NULL:
            raise MemoryError(kind)
        return ffi.gc(opened, getattr(self.lib, f"hot_{kind}_close"))

    def name_feed(self, feed: "Feed") -> int:
        """Return a name under which tapped packets find `feed`."""
        self._named += 1
        self.feeds[self._named] = feed
        return self._named

    def deliver(self) -> None:
        """Hand tapped packets to their sources; what is too much for one turn stays in ``unread``."""
        feeds = self.feeds
        for every in self._take(TAPPED, ROUNDS):
            for at, (size, sequence, marker, name, arrived, timestamp, _, _, _) in _heads(every):
                feed = feeds.get(name)
                if feed is not None:
                    content = every[at : at + size]
                    feed.source.deliver(RtpPacket(content, sequence, timestamp, bool(marker), arrived), feed.listeners)

    def strangers(self) -> Iterator[tuple[bytes, bytes]]:
        """Take what Python has to read: (key of its address, as an `Inbox` names it; datagram).

        What is too much for one turn stays in ``unread``.
        """
        for every in self._take(STRANGE, ROUNDS):
            for at, (size, _, _, _, _, _, ip, port, is_six) in _heads(every):
                yield key_from(ip if is_six else ip[:4], port), every[at : at + size]

    def drain(self, pipe: int) -> Iterator[Record]:
        """Take everything that waits in a pipe."""
        for every in self._take(pipe):
            for at, (size, sequence, marker, name, arrived, timestamp, ip, port, is_six) in _heads(every):
                address = (str(ip_address(ip if is_six else ip[:4])), port) if port else ("", 0)
                yield Record(every[at : at + size], sequence, bool(marker), name, arrived, timestamp, address)

    def _take(self, pipe: int, rounds: int = 0) -> Iterator[bytes]:
        if self._room is None:
            self._room = ffi.new("uint8_t[]", _ROOM)
        self.unread.discard(pipe)
        taken = 0
        while self.pointer is not None:
            if rounds and taken == rounds:
                # The thread may fill as fast as this takes: others on the loop have their turn first.
                self.unread.add(pipe)
                return
            size = self.lib.hot_drain(self.pointer, pipe, self._room, _ROOM)
            if not size:
                return
            taken += 1
            yield bytes(ffi.buffer(self._room, size))

    def due(self, now: float) -> list[int]:
        """Return the names of lines whose streams have something to ask or to tell."""
        if self.pointer is None:
            return []
        if self._names is None:
            self._names = ffi.new("uint64_t[]", MOST_DUE)
        count = self.lib.hot_due(self.pointer, now, self._names, MOST_DUE)
        return list(self._names[0:count])

    def counts(self) -> dict[str, int]:
        """Return what the socket and its door counted."""
        if self.pointer is None:
            return {}
        found = ffi.new("hot_counts *")
        self.lib.hot_counters(self.pointer, found)
        return {name: int(getattr(found, name)) for name, _ in ffi.typeof("hot_counts").fields}

    def verify(self, address: Address, line: Any) -> None:
        """Let an address in; `line` NULL means that Python takes all that comes from it."""
        if self.pointer is not None:
            self.lib.hot_verify(self.pointer, write_address(address), line)

    def forget(self, address: Address) -> None:
        """An address is a stranger's again."""
        if self.pointer is not None:
            self.lib.hot_forget(self.pointer, write_address(address))


def _heads(every: bytes) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """What stands before each record, and where its content begins."""
    at, end, unpack, size = 0, len(every), _RECORD.unpack_from, _RECORD.size
    while at < end:
        head = unpack(every, at)
        at += size
        yield at, head
        at += head[0] + 7 & ~7
