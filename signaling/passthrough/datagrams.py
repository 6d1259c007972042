"""Datagrams in batches, in memory that is allocated once.

What came lies in the cells of an `Inbox` and is decrypted where it lies; what shall leave is
written and encrypted in the cells of a `Tray`. Linux moves a whole batch with one call
(recvmmsg, sendmmsg); elsewhere, or where these are missing, the same cells are filled and
emptied one by one. Nobody outside can tell the difference.
"""

import errno
import socket
import sys
from collections import Counter
from collections.abc import Sequence
from struct import Struct
from typing import Any

from cffi import FFI

from signaling.passthrough.inside import Address

CELL = 2048
"""A datagram that fills a whole cell may have been cut, and is dropped: media keeps to 1500."""

LARGEST = CELL - 160
"""Room is left for what encryption adds."""

BATCH = 64
TRAY = 32

_V4_NAME, _V6_NAME = Struct("=H6s8x"), Struct("=H22s4x")
_V4_KEY, _V6_KEY = Struct("!H4s"), Struct("!H4x16s")
_V4_SIZE = 4
_NAME_ROOM = 32
_PORT_AND_FLOW = 6

_ffi = FFI()
_ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr { void *msg_name; unsigned msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                    void *msg_control; size_t msg_controllen; int msg_flags; };
    struct mmsghdr { struct msghdr msg_hdr; unsigned msg_len; };
    int recvmmsg(int fd, struct mmsghdr *messages, unsigned many, int flags, void *timeout);
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned many, int flags);
    """
)


def _find_calls() -> tuple[Any, Any] | None:
    # The layout above is Linux's, and lengths are written through the low half of a size_t.
    if sys.platform != "linux" or sys.byteorder != "little":
        return None
    library = _ffi.dlopen(None)
    try:
        return library.recvmmsg, library.sendmmsg
    except AttributeError:
        return None


_CALLS = _find_calls()
HAS_BATCHES = _CALLS is not None
"""Whether this system moves datagrams in batches."""

_FULL = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.ENOMEM}
_WAIT_NOT = getattr(socket, "MSG_DONTWAIT", 0)


def key_of(address: Address) -> bytes:
    """Return the form in which an Inbox names `address`. Raises OSError for a name."""
    host, port = address[0].partition("%")[0], address[1]
    if ":" in host:
        return _V6_KEY.pack(port, socket.inet_pton(socket.AF_INET6, host))
    return _V4_KEY.pack(port, socket.inet_pton(socket.AF_INET, host))


def key_from(packed: bytes, port: int) -> bytes:
    """Return what `key_of` would for an address in network order, of 4 or 16 bytes."""
    return (_V4_KEY if len(packed) == _V4_SIZE else _V6_KEY).pack(port, packed)


def address_of(key: bytes) -> Address:
    """Return the address behind a key."""
    port = int.from_bytes(key[:2], "big")
    if len(key) == _V4_KEY.size:
        return socket.inet_ntop(socket.AF_INET, key[2:]), port
    return socket.inet_ntop(socket.AF_INET6, key[_PORT_AND_FLOW:]), port


class Target:
    """Where datagrams of a Tray go."""

    __slots__ = ("address", "name")

    def __init__(self, address: Address) -> None:
        """Raises OSError for what is not numeric."""
        self.address = address
        key = key_of(address)
        is_v4 = len(key) == _V4_KEY.size
        name = _V4_NAME.pack(socket.AF_INET, key) if is_v4 else _V6_NAME.pack(socket.AF_INET6, key)
        # As long as the longest name: the kernel reads as many bytes as the socket's family has.
        self.name: Any = _ffi.new(f"char[{_NAME_ROOM}]", name)


class Cell:
    """A place for one datagram, seen in three ways: by C, as bytes when sliced, as numbers."""

    __slots__ = ("buffer", "pointer", "view")

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer
        self.buffer: Any = _ffi.buffer(pointer, CELL)
        self.view = memoryview(self.buffer).cast("B")


class _Batch:
    """Message headers over a row of cells, as the kernel wants them."""

    def __init__(self, many: int) -> None:
        self.memory: Any = _ffi.new("char[]", many * CELL)
        self.names: Any = _ffi.new("char[]", many * _NAME_ROOM)
        self.parts: Any = _ffi.new("struct iovec[]", many)
        self.messages: Any = _ffi.new("struct mmsghdr[]", many)
        self.cells = [Cell(self.memory + at * CELL) for at in range(many)]
        self.headers: list[Any] = [self.messages[at].msg_hdr for at in range(many)]
        for at, header in enumerate(self.headers):
            self.parts[at].iov_base = self.cells[at].pointer
            self.parts[at].iov_len = CELL
            header.msg_iov = self.parts + at
            header.msg_iovlen = 1
            header.msg_name = self.names + at * _NAME_ROOM


class Inbox:
    """Takes datagrams off a non-blocking socket into cells."""

    def __init__(self, sock: socket.socket, *, batches: bool = HAS_BATCHES) -> None:
        self._socket = sock
        self._batch = _Batch(BATCH)
        self.cells = self._batch.cells
        self._fd = sock.fileno()
        is_v6 = sock.family == socket.AF_INET6
        name = _V6_NAME if is_v6 else _V4_NAME
        for header in self._batch.headers:
            header.msg_namelen = name.size
        skipped = "2x22s8x" if is_v6 else "2x6s24x"
        self._keys = [Struct(skipped * many) for many in range(BATCH + 1)]
        self._names: Any = _ffi.buffer(self._batch.names)
        self._messages: Any = _ffi.buffer(self._batch.messages)
        row = _ffi.sizeof("struct mmsghdr")
        before = _ffi.offsetof("struct mmsghdr", "msg_len")
        sizes = f"{before}xI{row - before - 4}x"
        self._sizes = [Struct("=" + sizes * many) for many in range(BATCH + 1)]
        self.receive = self._receive_batch if batches and _CALLS is not None else self._receive_singly

    def _receive_batch(self) -> tuple[Sequence[bytes], Sequence[int]]:
        # A packet of ours that met a closed port is an error here, once; that is its
        # sender's news, and what came behind it is still there next time.
        assert _CALLS is not None  # noqa: S101 - for the type checker; see __init__
        many = _CALLS[0](self._fd, self._batch.messages, BATCH, _WAIT_NOT, _ffi.NULL)
        if many <= 0:
            return (), ()
        return self._keys[many].unpack_from(self._names), self._sizes[many].unpack_from(self._messages)

    def _receive_singly(self) -> tuple[Sequence[bytes], Sequence[int]]:
        keys: list[bytes] = []
        sizes: list[int] = []
        for _ in range(BATCH):
            try:
                size, source = self._socket.recvfrom_into(self.cells[len(keys)].view)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                continue
            keys.append(key_of((source[0], source[1])))
            sizes.append(size)
        return keys, sizes


class Tray:
    """Cells for datagrams that leave together; a `Pen` writes into them, and reads what is public here."""

    def __init__(self, sock: socket.socket, *, batches: bool = HAS_BATCHES) -> None:
        self.sent = 0
        self.unsent = 0
        self._socket = sock
        self._fd = sock.fileno()
        self._batch = _Batch(TRAY)
        self.buffer: Any = _ffi.buffer(self._batch.memory)
        self.pointers = [cell.pointer for cell in self._batch.cells]
        self.headers = self._batch.headers
        name = _V6_NAME if sock.family == socket.AF_INET6 else _V4_NAME
        for header in self.headers:
            header.msg_namelen = name.size
        # Encryption writes the new length where the kernel reads it.
        places = (_ffi.addressof(self._batch.parts[at], "iov_len") for at in range(TRAY))
        self.lengths: list[Any] = [_ffi.cast("int *", place) for place in places]
        self.targets: list[Target | None] = [None] * TRAY
        self.many = 0
        self.is_gathering = False
        """While this is set, somebody will flush; otherwise each datagram leaves at once."""
        self._send = self._send_batch if batches and _CALLS is not None else self._send_singly
        self.is_open = True

    def flush(self) -> None:
        """Send everything; what does not leave now never will, and is counted."""
        many, self.many = self.many, 0
        if many and self.is_open:
            self._send(many)

    def send(self, packet: bytes, address: Address) -> bool:
        """Send one datagram at once; False when it did not leave."""
        try:
            self._socket.sendto(packet, address)
        except OSError:
            self.unsent += 1
            return False
        self.sent += 1
        return True

    def close(self) -> None:
        """Forget what waits and take no more."""
        self.is_open = False
        self.many = 0

    def _send_batch(self, many: int) -> None:
        assert _CALLS is not None  # noqa: S101 - for the type checker; see __init__
        at = 0
        while at < many:
            done = _CALLS[1](self._fd, self._batch.messages + at, many - at, _WAIT_NOT)
            if done > 0:
                self.sent += done
                at += done
            elif _ffi.errno in _FULL:
                self.unsent += many - at
                return
            elif _ffi.errno != errno.EINTR:
                # The first one cannot be sent; the others can.
                self.unsent += 1
                at += 1

    def _send_singly(self, many: int) -> None:
        for at in range(many):
            target = self.targets[at]
            if target is not None:
                start = at * CELL
                self.send(self.buffer[start : start + self.lengths[at][0]], target.address)


class Pen:
    """One line's way into a tray: what it writes is sealed for that line's browser.

    Called for every packet and receiver: it knows the tray's cells by heart. `context` and `target`
    are None until they are known, and `write` refuses until then.
    """

    __slots__ = (
        "_buffer",
        "_counts",
        "_headers",
        "_lengths",
        "_pointers",
        "_seal",
        "_targets",
        "_tray",
        "context",
        "target",
    )

    def __init__(self, tray: Tray, seal: Any, counts: Counter[str]) -> None:
        self.context: Any = None
        self.target: Target | None = None
        self._tray = tray
        self._seal = seal
        self._counts = counts
        self._buffer, self._pointers, self._lengths = tray.buffer, tray.pointers, tray.lengths
        self._headers, self._targets = tray.headers, tray.targets

    def write(self, head: bytes, body: bytes = b"") -> bool:
        """Write `head` and `body` behind each other and let `seal(context, cell, length)` encrypt them
        in place. They leave with the next flush. False: they will not, and nothing is kept.
        """
        tray, context, target = self._tray, self.context, self.target
        if context is None or target is None or not tray.is_open:
            return False
        at = tray.many
        if at == TRAY:
            tray.flush()
            at = 0
        start = at * CELL
        middle = start + len(head)
        end = middle + len(body)
        if end - start > LARGEST:
            self._counts["unprotectable"] += 1
            return False
        buffer, length = self._buffer, self._lengths[at]
        buffer[start:middle] = head
        buffer[middle:end] = body
        length[0] = end - start
        if self._seal(context, self._pointers[at], length):
            self._counts["unprotectable"] += 1
            return False
        if self._targets[at] is not target:
            # The kernel reads the name at the flush; until then it must not go away.
            self._targets[at] = target
            self._headers[at].msg_name = target.name
        tray.many = at + 1
        if not tray.is_gathering:
            tray.flush()
        return True
