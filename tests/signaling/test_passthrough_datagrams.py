"""Datagrams in batches and one by one: the same from outside."""

import errno
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from signaling.passthrough import datagrams
from signaling.passthrough.datagrams import BATCH, CELL, LARGEST, TRAY, Inbox, Pen, Target, Tray, address_of, key_of


def plain(_context: Any, _cell: Any, length: Any) -> int:
    length[0] += 0
    return 0


def doubled(_context: Any, cell: Any, length: Any) -> int:
    size = length[0]
    datagrams._ffi.memmove(cell + size, cell, size)
    length[0] = 2 * size
    return 0


def refusing(_context: Any, _cell: Any, _length: Any) -> int:
    return 7


@pytest.fixture(params=[True, False], ids=["batches", "singly"])
def batches(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
    for each in made:
        each.bind((request.param, 0))
        each.setblocking(False)
    yield made
    for each in made:
        each.close()


def address(sock: socket.socket) -> tuple[str, int]:
    host, port = sock.getsockname()[:2]
    return host, port


def test_this_system_has_batches() -> None:
    assert datagrams.HAS_BATCHES


@pytest.mark.parametrize("host", ["127.0.0.1", "203.0.113.200", "::1", "2001:db8::5"])
def test_an_address_and_its_key(host: str) -> None:
    assert address_of(key_of((host, 40_001))) == (host, 40_001)
    with pytest.raises(OSError, match="illegal"):
        key_of(("somewhere.local", 1))


def test_what_came_is_told_with_its_sender(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    inbox = Inbox(here, batches=batches)
    assert not inbox.receive()[1]
    sent = [bytes((each,)) * (each * 7) for each in range(BATCH + 6)]
    for packet in sent:
        there.sendto(packet, here.getsockname())
    found: list[bytes] = []
    while len(found) < len(sent):
        keys, sizes = inbox.receive()
        assert sizes
        assert {address_of(key) for key in keys} == {address(there)}
        found += [cell.buffer[:size] for cell, size in zip(inbox.cells, sizes, strict=False)]
    assert found == sent
    assert not inbox.receive()[1]


def test_what_does_not_fit_shows_by_filling_the_cell(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    inbox = Inbox(here, batches=batches)
    for size in (CELL - 1, CELL, CELL + 1, 9000, 3):
        there.sendto(b"x" * size, here.getsockname())
    _, sizes = inbox.receive()
    assert [size >= CELL for size in sizes] == [False, True, True, True, False]


def pen(tray: Tray, seal: Any, target: Target) -> Pen:
    made = Pen(tray, seal, Counter())
    made.context, made.target = "any", target
    return made


def test_before_keys_or_address_are_known_nothing_is_sealed(pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    tray = Tray(here)
    writing = pen(tray, plain, Target(address(there)))
    target, writing.target = writing.target, None
    assert not writing.write(b"x")
    writing.target, writing.context = target, None
    assert not writing.write(b"x")
    assert tray.sent == 0


def test_what_is_put_leaves_in_order_and_encrypted(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    tray = Tray(here, batches=batches)
    target = Target(address(there))
    tray.is_gathering = True
    for each in range(TRAY):
        assert pen(tray, doubled, target).write(b"h", each.to_bytes(2, "big"))
    assert tray.sent == 0
    assert pen(tray, plain, target).write(b"last", b"")
    assert tray.sent == TRAY
    tray.flush()
    tray.flush()
    found = [there.recv(CELL) for _ in range(TRAY + 1)]
    assert found == [(b"h" + each.to_bytes(2, "big")) * 2 for each in range(TRAY)] + [b"last"]
    assert (tray.sent, tray.unsent) == (TRAY + 1, 0)


def test_without_gathering_it_leaves_at_once(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    tray = Tray(here, batches=batches)
    assert pen(tray, plain, Target(address(there))).write(b"a", b"b")
    assert there.recv(9) == b"ab"


def test_what_is_refused_takes_no_place(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    tray = Tray(here, batches=batches)
    target = Target(address(there))
    tray.is_gathering = True
    assert not pen(tray, refusing, target).write(b"no", b"")
    assert not pen(tray, plain, target).write(b"", bytes(LARGEST + 1))
    assert pen(tray, plain, target).write(b"", b"y" * LARGEST)
    tray.flush()
    assert there.recv(CELL) == b"y" * LARGEST
    with pytest.raises(BlockingIOError):
        there.recv(1)


def test_one_bad_address_costs_only_its_own(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    tray = Tray(here, batches=batches)
    good, bad = Target(address(there)), Target((address(there)[0], 0))
    tray.is_gathering = True
    for target in (bad, good, bad, good, bad):
        pen(tray, plain, target).write(b"x", b"")
    tray.flush()
    assert (tray.sent, tray.unsent) == (2, 3)
    assert there.recv(9) == there.recv(9) == b"x"


def test_a_full_socket_drops_and_counts(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    tray = Tray(here)
    answers = [3, -1, 2, -1]
    errors = [errno.EINTR, errno.EAGAIN]
    calls: list[int] = []

    def sendmmsg(_fd: int, _messages: Any, many: int, _flags: int) -> int:
        calls.append(many)
        answer = answers.pop(0)
        if answer < 0:
            datagrams._ffi.errno = errors.pop(0)
        return answer

    monkeypatch.setattr(datagrams, "_CALLS", (None, sendmmsg))
    tray.is_gathering = True
    for _ in range(8):
        pen(tray, plain, Target(address(there))).write(b"x", b"")
    tray.flush()
    assert calls == [8, 5, 5, 3]
    assert (tray.sent, tray.unsent) == (5, 3)


def test_a_closed_tray_sends_nothing(pair: tuple[socket.socket, socket.socket], batches: bool) -> None:
    here, there = pair
    tray = Tray(here, batches=batches)
    tray.is_gathering = True
    pen(tray, plain, Target(address(there))).write(b"x", b"")
    tray.close()
    tray.flush()
    assert not pen(tray, plain, Target(address(there))).write(b"x", b"")
    assert tray.sent == 0
