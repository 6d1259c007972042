"""A native core for tests, with real keys on both ends."""

import os
import socket
from typing import Any

from pylibsrtp import Policy, Session

from signaling.passthrough import hot
from signaling.passthrough.inside import session_address

PICTURE, SOUND = 96, 111


def session(key: bytes, *, is_sending: bool) -> Session:
    """Make an SRTP session as aiortc makes them."""
    kind = Policy.SSRC_ANY_OUTBOUND if is_sending else Policy.SSRC_ANY_INBOUND
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return Session(policy)


def leg_form(ssrc: int, *, is_picture: bool = True) -> Any:
    """Return a leg's form without header extensions."""
    form = hot.ffi.new("hot_leg_form *")
    form.is_picture = is_picture
    form.payload_type = PICTURE if is_picture else SOUND
    form.rtx_payload_type = 97
    form.has_rtx = is_picture
    form.ssrc, form.rtx_ssrc = ssrc, ssrc + 1
    form.clock_rate = 90_000 if is_picture else 48_000
    form.first_sequence, form.first_timestamp = 1000, 5000
    return form


class Caller:
    """A line of a core, and the browser at its other end."""

    def __init__(self, core: hot.Core, name: int) -> None:
        self.core = core
        self.name = name
        lib = core.lib
        self.line = hot.ffi.gc(lib.hot_line_open(core.pointer, name), lib.hot_line_close)
        up, down = os.urandom(44), os.urandom(44)
        self._kept = session(up, is_sending=False), session(down, is_sending=True)
        self.seals, self.unseals = session(up, is_sending=True), session(down, is_sending=False)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5.0)
        self.streams: dict[bool, Any] = {}
        self.legs: list[Any] = []

    def connect(self) -> None:
        """Hand over keys and address, as after a handshake."""
        rx, tx = (hot.ffi.cast("void *", session_address(each)) for each in self._kept)
        self.core.lib.hot_line_keys(self.line, rx, tx)
        self.core.verify(self.socket.getsockname(), self.line)
        self.core.lib.hot_line_route(self.line, hot.write_address(self.socket.getsockname()))

    def stream(self, *, is_picture: bool = True) -> Any:
        """Open a stream of this line."""
        form = hot.ffi.new("hot_stream_form *")
        form.is_picture = is_picture
        form.payload_type = PICTURE if is_picture else SOUND
        form.rtx_payload_type = 97 if is_picture else -1
        form.level_id, form.time_id = (-1, 3) if is_picture else (2, -1)
        form.clock_rate = 90_000 if is_picture else 48_000
        form.name = self.name * 2 + is_picture
        lib = self.core.lib
        made = hot.ffi.gc(lib.hot_stream_open(self.core.pointer, self.line, form), lib.hot_stream_close)
        self.streams[is_picture] = made
        return made

    def watch(self, stream: Any, ssrc: int, *, is_picture: bool = True) -> Any:
        """Let a new leg of this line carry a stream."""
        lib = self.core.lib
        form = leg_form(ssrc, is_picture=is_picture)
        leg = hot.ffi.gc(lib.hot_leg_open(self.core.pointer, self.line, form), lib.hot_leg_close)
        lib.hot_leg_occupy(leg, stream)
        self.legs.append(leg)
        return leg

    def facts(self) -> Any:
        """Return what the core says of the line."""
        found = hot.ffi.new("hot_line_facts *")
        self.core.lib.hot_line_look(self.line, found)
        return found

    def close(self) -> None:
        """Leave nothing behind."""
        for each in (*self.legs, *self.streams.values(), self.line):
            hot.ffi.release(each)
        self.socket.close()
