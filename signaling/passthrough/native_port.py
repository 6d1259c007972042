"""The media port with the native core at its socket.

A thread of the core reads the socket. Media of connected browsers never reaches Python;
everything else comes through a bounded ring and goes the way it goes on any port.
"""

import asyncio
import contextlib
import os
import socket
from collections import Counter
from collections.abc import Iterable, Sequence

from signaling.passthrough import hot
from signaling.passthrough.datagrams import BATCH, Inbox, key_of
from signaling.passthrough.hot import Core, ffi
from signaling.passthrough.inside import Address
from signaling.passthrough.native_line import NativeLine
from signaling.passthrough.port import Caller, MediaPort

_EVERYBODY = 10
"""Ticks between two looks at connections that have nothing to ask: as often as a way is reviewed."""


class CoreInbox(Inbox):
    """Takes what the core passes on, as if it came from the socket."""

    def __init__(self, core: Core, sock: socket.socket, news: int) -> None:
        super().__init__(sock, batches=False)
        self._core = core
        self._news = news
        self._waiting: list[tuple[bytes, bytes]] = []
        self.receive = self._receive_records

    def _receive_records(self) -> tuple[Sequence[bytes], Sequence[int]]:
        if not self._waiting:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._news)
            self._waiting = list(self._core.strangers())
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        for cell, (_, datagram) in zip(self.cells, batch, strict=False):
            cell.buffer[: len(datagram)] = datagram
        return [key for key, _ in batch], [len(datagram) for _, datagram in batch]

    @property
    def is_empty(self) -> bool:
        """Whether everything that the core passed on was also received."""
        return not self._waiting and hot.STRANGE not in self._core.unread


class NativePort(MediaPort):
    """A MediaPort whose packets are forwarded by the native core's thread."""

    hot_path = "native"

    def __init__(self, sock: socket.socket, announced: tuple[str, ...], *, batches: bool = True) -> None:
        self._news = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            self.core = Core(hot.library(), sock.fileno(), self._news)
        except BaseException:
            os.close(self._news)
            raise
        self._lines: dict[str, NativeLine] = {}
        self._by_name: dict[int, Caller] = {}
        self._names = 0
        self._beat = 0
        self._again: asyncio.Handle | None = None
        super().__init__(sock, announced, batches=batches)
        self.core.start()

    def close(self) -> None:
        """Release the socket; peers should be closed before. Closing twice is closing once."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._news)
        for line in self._lines.values():
            line.close()
        # The thread first: the socket's number may soon be another file's.
        self.core.close()
        super().close()
        os.close(self._news)
        self._lines.clear()
        self._by_name.clear()

    @property
    def counts(self) -> Counter[str]:
        """What went through and what was dropped, in datagrams since the port was opened."""
        counts = super().counts
        found = self.core.counts()
        for name in ("sent", "unsent", "strangers", "too_long"):
            counts[name] += found.get(name, 0)
        # What the core passed on counts when it was taken here.
        counts["received"] += found.get("received", 0) - found.get("passed", 0)
        counts["overflowed"] = found.get("overflowed", 0)
        return counts

    def hot_line(self, caller: Caller) -> NativeLine:
        """Return the native side of a new connection."""
        self._names += 1
        line = NativeLine(self.core, self._names)
        self._lines[caller.ufrag], self._by_name[self._names] = line, caller
        return line

    def verify(self, address: Address, caller: Caller) -> None:
        """Note that an ICE check between `address` and `caller` succeeded."""
        super().verify(address, caller)
        if self._verified.get(key_of(address)) is caller:
            line = self._lines.get(caller.ufrag)
            self.core.verify(address, ffi.NULL if line is None or line.pointer is None else line.pointer)

    def leave(self, caller: Caller) -> None:
        """Forget `caller` and every address that was its."""
        for address in self.addresses_of(caller):
            self.core.forget(address)
        super().leave(caller)
        line = self._lines.pop(caller.ufrag, None)
        if line is not None:
            self._by_name.pop(line.name, None)
            line.close()

    def _listen(self) -> None:
        self._inbox = CoreInbox(self.core, self._socket, self._news)
        self._loop.add_reader(self._news, self._drain)

    def _pace(self) -> None:
        """Nothing to hold back here: the core's thread has a pace of its own."""

    def _drain(self) -> bool:
        is_done = super()._drain()
        self.core.deliver()
        is_rest = hot.TAPPED in self.core.unread or (isinstance(self._inbox, CoreInbox) and not self._inbox.is_empty)
        if is_rest and self._again is None and self.tray.is_open:
            # Nobody will tell of these again.
            self._again = self._loop.call_soon(self._drain_again)
        return is_done

    def _drain_again(self) -> None:
        self._again = None
        self._drain()

    def _due(self, now: float) -> Iterable[Caller]:
        self._drain()
        self._beat += 1
        names = self.core.due(now)
        if self._beat % _EVERYBODY == 0:
            return super()._due(now)
        return [caller for name in names if (caller := self._by_name.get(name)) is not None]
