"""The line to one browser: ICE, the DTLS handshake, SRTP both ways, over the shared port.

Order of things: the browser's checks reach us; the first that succeeds makes its address
known to the port; the one it nominates is where we send, and that may move later within the
same session. The handshake is aiortc's and runs in its own task. From then on packets never
enter a queue: they are unprotected and handed up in the call that read them.
"""

import asyncio
import logging
import secrets
from collections import Counter
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, Protocol

from aiortc import RTCDtlsFingerprint, RTCDtlsParameters, RTCIceCandidate, RTCIceParameters

from signaling.passthrough.datagrams import Cell, Pen, Target
from signaling.passthrough.inside import (
    Address,
    Candidate,
    Inside,
    Session,
    SrtpError,
    Wire,
    context_of,
    open_rtcp,
    open_rtp,
    protect,
)
from signaling.passthrough.police import REPORT, Budget
from signaling.passthrough.port import MediaPort

State = Literal["connecting", "connected", "failed", "closed"]

CONNECT_WITHIN = 20.0

_MOST_HELD = 8
"""A ClientHello with a post-quantum key is two datagrams."""
_HOST_PRIORITY = 126 << 24 | 65535 << 8 | 255
_log = logging.getLogger(__name__)


class LineUser(Protocol):
    """Who is on our end of the line."""

    def take_rtp(self, packet: bytes, now: float) -> None:
        """Take a decrypted RTP packet; may raise on malformed ones."""

    def take_rtcp(self, packet: bytes, now: float) -> None:
        """Take a decrypted RTCP packet; may raise on malformed ones."""

    def tick(self, now: float) -> None:
        """Do what is due, every 20 ms."""

    def changed(self, state: State) -> None:
        """Learn of a new state; failed and closed are final."""


@dataclass(frozen=True)
class Remote:
    """What the browser said of its end."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    candidates: tuple[RTCIceCandidate, ...] = ()


class Line:
    """One browser on a MediaPort."""

    def __init__(self, port: MediaPort, user: LineUser) -> None:
        self.ufrag = secrets.token_hex(6)
        self.state: State = "connecting"
        self.heard_at = 0.0
        self.counts: Counter[str] = Counter()
        self._port = port
        self._user: LineUser | None = user
        self.budget = Budget()
        self._pen = Pen(port.tray, protect, self.counts)
        self.send_rtp = self._pen.write
        self._sessions: tuple[Session, Session] | None = None
        self._rx: Any = None
        self._held: list[tuple[bytes, Address]] = []
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None
        local = Candidate("1", 1, "udp", _HOST_PRIORITY, port.announced[0], port.address[1], "host")
        self.hot = port.hot_line(self)
        self._wire = Wire(port.send)
        self._inside = Inside(self.ufrag, local, self._wire)
        self._inside.watch(self._path_found, self._heard)
        self._inside.dtls.on("statechange", self._dtls_changed)

    @property
    def password(self) -> str:
        """Our ICE password."""
        return str(self._inside.connection.local_password)

    @property
    def fingerprint(self) -> str:
        """Our certificate's SHA-256, as SDP writes it."""
        every = self._inside.dtls.getLocalParameters().fingerprints
        return next(each.value for each in every if each.algorithm == "sha-256")

    @property
    def cipher(self) -> str:
        """The SRTP profile in use, empty before the handshake is done."""
        return self._inside.cipher

    async def open(self, remote: Remote) -> None:
        """Begin to connect in the background; `changed` tells what came of it."""
        await self._inside.gatherer.gather()
        for candidate in remote.candidates:
            await self._inside.ice.addRemoteCandidate(candidate)
        self._port.join(self)
        # Owned by this line: cancelled and awaited in close().
        self._task = asyncio.get_running_loop().create_task(self._connect(remote))

    async def close(self) -> None:
        """Say good-bye to the browser and leave nothing behind. Idempotent."""
        if self._is_closing:
            return
        self._is_closing = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        pump = self._inside.pump
        await self._inside.dtls.stop()
        if pump is not None:
            await asyncio.wait([pump])
            if not pump.cancelled():
                pump.exception()
        await self._inside.ice.stop()
        if self.hot is not None:
            self.hot.look(self.counts)
        self._port.leave(self)
        self._inside.release()
        self._pen.target = self._pen.context = self._rx = self._sessions = None
        self._held = []
        self._enter("closed")
        self._user = None

    def send_rtcp(self, packet: bytes) -> bool:
        """Protect and send at once; False when it did not leave."""
        target = self._pen.target
        if self._sessions is None or target is None:
            return False
        try:
            sealed = self._sessions[1].protect_rtcp(packet)
        except (SrtpError, ValueError):
            self.counts["unprotectable"] += 1
            return False
        return self._port.send(sealed, target.address)

    def take_media(self, cell: Cell, size: int, now: float) -> None:
        """Take an encrypted packet from one of this line's verified addresses."""
        user = self._user
        if self._rx is None or user is None:
            self.counts["unexpected"] += 1
            return
        is_report = 192 <= cell.view[1] <= 223  # noqa: PLR2004 - by RFC 5761
        size = (open_rtcp if is_report else open_rtp)(self._rx, cell.pointer, size)
        if size < 0:
            self.counts["unauthentic"] += 1
            return
        self.heard_at = now
        try:
            if is_report:
                self.budget.room -= size * REPORT
                user.take_rtcp(cell.buffer[:size], now)
            else:
                user.take_rtp(cell.buffer[:size], now)
        except ValueError:
            self.counts["malformed"] += 1

    def take(self, packet: bytes, now: float) -> None:
        """Take anything else from one of this line's verified addresses."""
        del now
        if not 20 <= packet[0] <= 63:  # noqa: PLR2004 - DTLS, by RFC 7983
            self.counts["unexpected"] += 1
        elif not self._inside.take_handshake(packet):
            self.counts["handshake_overflow"] += 1

    def hold(self, packet: bytes, address: Address) -> bool:
        """Keep a few datagrams until the check of their address is answered."""
        if len(self._held) >= _MOST_HELD:
            return False
        self._held.append((packet, address))
        return True

    def take_stun(self, packet: bytes, address: Address) -> None:
        """Take a STUN packet that names this line."""
        if not self._is_closing:
            self._inside.take_stun(packet, address)

    def asked(self, transaction: bytes) -> bool:
        """Whether this line waits for that STUN answer."""
        return self._inside.asked(transaction)

    def tick(self, now: float) -> None:
        """Pass the time on."""
        if self.hot is not None:
            self.heard_at = max(self.heard_at, self.hot.look(self.counts))
        if self._user is not None and self.state == "connected":
            self._user.tick(now)

    async def _connect(self, remote: Remote) -> None:
        inside = self._inside
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await inside.ice.start(RTCIceParameters(remote.ufrag, remote.password))
                if inside.ice.state == "completed":
                    prints = [RTCDtlsFingerprint(*each) for each in remote.fingerprints]
                    await inside.dtls.start(RTCDtlsParameters(prints, role="client"))
        except TimeoutError:
            self.counts["timeout"] += 1
        except Exception:  # noqa: BLE001 - a handshake fails in more ways than aiortc knows
            _log.exception("connecting failed")
        sessions = inside.sessions
        if inside.dtls.state != "connected" or sessions is None:
            self._enter("failed")
            return
        if self.hot is not None:
            self.hot.use_keys(sessions)
            sessions = inside.other_sessions()
        self._seal_with(sessions)
        self._enter("connected")

    def _seal_with(self, sessions: tuple[Session, Session]) -> None:
        # The contexts live as long as the sessions, which are kept beside them.
        self._sessions = sessions
        self._rx, self._pen.context = context_of(sessions[0]), context_of(sessions[1])

    def _path_found(self, address: Address) -> None:
        self._port.verify(address, self)
        held, self._held = self._held, []
        for packet, source in held:
            if source == address:
                self.take(packet, monotonic())
        # Not a copy of the first one: the browser may move to another network.
        chosen = self._inside.nominated
        if chosen is not None and (self._pen.target is None or self._pen.target.address != chosen):
            self._pen.target = Target(chosen)
            if self.hot is not None:
                self.hot.route(chosen)

    def _heard(self, address: Address) -> None:
        self.heard_at = monotonic()
        self._port.expect(address, self)

    def _dtls_changed(self) -> None:
        if self._is_closing or self._inside.dtls.state != "closed":
            return
        # Closed by the browser's own word, or because it no longer answers checks.
        self._enter("failed" if self._inside.nominated is None else "closed")

    def _enter(self, state: State) -> None:
        if state == self.state or self.state in {"failed", "closed"}:
            return
        self.state = state
        if self._user is None:
            return
        try:
            self._user.changed(state)
        except Exception:  # noqa: BLE001 - who listens must not break the line
            _log.exception("telling of state %s failed", state)
