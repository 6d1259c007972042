"""A client that asks a TURN server for what it should not give (RFC 5389, RFC 5766)."""

import hashlib
import hmac
import secrets
import socket
import ssl
import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION = 0x0003, 0x0008
_USERNAME, _INTEGRITY, _ERROR, _PEER, _REALM, _NONCE, _TRANSPORT = 0x06, 0x08, 0x09, 0x12, 0x14, 0x15, 0x19
_UDP = bytes((17, 0, 0, 0))
WITHIN = 5.0


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _address(text: str) -> bytes:
    address = ip_address(text)
    family = 1 if isinstance(address, IPv4Address) else 2
    mask = COOKIE.to_bytes(4, "big")
    port = struct.pack("!H", 40_000 ^ COOKIE >> 16)
    assert isinstance(address, IPv4Address | IPv6Address)
    if family == 1:
        return bytes((0, 1)) + port + bytes(a ^ b for a, b in zip(address.packed, mask, strict=True))
    return bytes((0, 2)) + port + address.packed


class TurnProbe:
    """One allocation over UDP, TCP or TLS. Every answer is an error code, 0 for success."""

    def __init__(self, host: str, port: int, transport: str, username: str, password: str) -> None:
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        plain = socket.socket(socket.AF_INET, kind)
        plain.settimeout(WITHIN)
        plain.connect((host, port))
        self._socket: socket.socket = plain
        if transport == "tls":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._socket = context.wrap_socket(plain)
        self._username, self._password = username, password
        self._realm = self._nonce = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def allocate(self) -> int:
        """Ask for a relayed address, first without credentials, as browsers do."""
        first = self._ask(ALLOCATE, _attribute(_TRANSPORT, _UDP))
        return self._ask(ALLOCATE, _attribute(_TRANSPORT, _UDP)) if first == 401 else first

    def permit(self, peer: str) -> int:
        """Ask to send to `peer`; an IPv6 address is written as one, also a mapped one."""
        value = _address(peer)
        if len(value) > 8:
            # The mask of IPv6 holds the transaction id, so it is laid on when that is known.
            return self._ask(CREATE_PERMISSION, b"", peer6=value)
        return self._ask(CREATE_PERMISSION, _attribute(_PEER, value))

    def _ask(self, method: int, body: bytes, peer6: bytes = b"") -> int:
        transaction = secrets.token_bytes(12)
        if peer6:
            mask = COOKIE.to_bytes(4, "big") + transaction
            body = _attribute(_PEER, peer6[:4] + bytes(a ^ b for a, b in zip(peer6[4:], mask, strict=True)))
        if self._nonce:
            body += _attribute(_USERNAME, self._username.encode())
            body += _attribute(_REALM, self._realm) + _attribute(_NONCE, self._nonce)
        self._socket.sendall(self._signed(method, transaction, body))
        return self._read(transaction)

    def _signed(self, method: int, transaction: bytes, body: bytes) -> bytes:
        def head(length: int) -> bytes:
            return struct.pack("!HHI", method, length, COOKIE) + transaction

        if not self._nonce:
            return head(len(body)) + body
        key = hashlib.md5(f"{self._username}:{self._realm.decode()}:{self._password}".encode()).digest()  # noqa: S324 the RFC's
        digest = hmac.new(key, head(len(body) + 24) + body, hashlib.sha1).digest()
        return head(len(body) + 24) + body + _attribute(_INTEGRITY, digest)

    def _read(self, transaction: bytes) -> int:
        answer = self._socket.recv(4096)
        assert answer[8:20] == transaction
        at, code = 20, 0
        while at + 4 <= len(answer):
            kind, length = struct.unpack_from("!HH", answer, at)
            value = answer[at + 4 : at + 4 + length]
            if kind == _ERROR:
                code = value[2] * 100 + value[3]
            elif kind == _REALM:
                self._realm = value
            elif kind == _NONCE:
                self._nonce = value
            at += 4 + length + -length % 4
        return code
