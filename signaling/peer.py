"""One person's connection: what comes up from a browser, what goes down to it.

States: connecting, then connected; failed and closed are final. Nothing here waits for
another peer. A browser that comes back is another Peer with a larger `connection`; its
sources are new, and whoever watched the old ones is seated anew by the room.

What comes up: packets, decrypted in the call that read them, become two sources. What goes
down: each slot is a pair of lines that take any source. RTCP ends here on both sides:
reports, repetitions and key frame wishes are ours to answer or to pass on.
"""

import secrets
from collections.abc import Callable
from time import monotonic
from typing import Literal

from signaling.answers import Picture
from signaling.errors import BrokenProtocol
from signaling.ice import dialable
from signaling.passthrough import MediaPort, answer, bandwidth, offer, rtcp
from signaling.passthrough.downlink import Downlink
from signaling.passthrough.layers import FULL
from signaling.passthrough.line import Line, Remote
from signaling.passthrough.outgoing import Outgoing
from signaling.passthrough.uplink import WALL, Uplink
from signaling.quality import Second
from signaling.tracks import Source

PeerState = Literal["connecting", "connected", "failed", "closed"]

SLOTS = answer.MOST_SLOTS
REPORT_EVERY = 1.0
URGENT_AFTER = 0.3


class Peer:
    """Answers a browser's one offer and forwards media for as long as it lives.

    Whoever made it closes it, also after it failed or was closed by the browser.
    `on_state(peer, state)` is called on the loop's thread for each new state. `cap` is what
    the browser may send at most, in bits per second of picture.
    """

    def __init__(
        self,
        member: str,
        connection: int,
        port: MediaPort,
        on_state: Callable[["Peer", PeerState], None],
        *,
        cap: int = bandwidth.CAP,
    ) -> None:
        self.member = member
        self.connection = connection
        self.cap = cap
        self.audio = Source(member, "audio")
        self.video = Source(member, "video")
        self._port = port
        self._on_state = on_state
        self._line = Line(port, self)
        self._ours = secrets.randbelow(0xFFFFFFFE) + 1
        self._uplink: Uplink | None = None
        self._downlink: Downlink | None = None
        self._seated: dict[int, tuple[Source | None, Source | None]] = {}
        self._report_at = self._reviewed_at = 0.0
        self._broken_rtcp = 0

    @property
    def state(self) -> PeerState:
        """Where this connection stands."""
        return self._line.state

    @property
    def last_packet_at(self) -> float:
        """When (time.monotonic()) the browser last sent anything authentic; 0 is never."""
        return self._line.heard_at

    @property
    def slots(self) -> int:
        """How many slots the browser offered; 0 before the answer."""
        return 0 if self._downlink is None else len(self._downlink.slots)

    async def answer(self, offer_sdp: str) -> str:
        """Take the browser's single offer and begin to connect.

        Raises BrokenProtocol: sdp_too_long, sdp_malformed, sdp_no_fingerprint,
        sdp_wrong_lines, sdp_no_opus, sdp_no_vp8, offered_twice.
        """
        if self._uplink is not None or self.state != "connecting":
            raise BrokenProtocol("offered_twice")
        offered = offer.read(offer_sdp)
        agreed = answer.agree(offered)
        line = self._line
        make_uplink, make_line = (Uplink, Outgoing) if line.hot is None else (line.hot.uplink, line.hot.outgoing)
        formats = (agreed.audio, agreed.video)
        self._uplink = make_uplink((self.audio, self.video), formats, line.send_rtcp, self._ours)
        self._uplink.cap = self.cap
        self._downlink = Downlink(agreed.slots, line.send_rtp, make_line)
        announced = self._port.announced
        here = answer.Here(line.ufrag, line.password, line.fingerprint, announced, self._port.address[1])
        candidates = tuple(dialable(offered.candidates, announced))
        fingerprints = tuple(offered.fingerprints)
        await line.open(Remote(offered.ufrag, offered.password, fingerprints, candidates))
        return answer.write(agreed, here)

    def seat(self, slot: int, audio: Source | None, video: Source | None) -> None:
        """Let `slot` (from 0) of this browser hear and see these sources, None for nobody.

        May be called at any time; a slot the browser did not offer is ignored. Seating the
        same sources again changes nothing.
        """
        self._seated[slot] = (audio, video)
        if self.state != "connected" or self._downlink is None:
            return
        if 0 <= slot < self.slots:
            self._downlink.seat(slot, audio, video)

    def stats(self) -> dict[str, int | float | str]:
        """Counters for the technician's page, and the cipher in use."""
        found: dict[str, int | float | str] = dict(self._line.counts)
        found |= {
            "state": self.state,
            "cipher": self._line.cipher,
            "rtcp_broken": self._broken_rtcp,
        }
        if self._uplink is not None:
            for stream in (self._uplink.audio, self._uplink.video):
                kind = stream.source.kind
                found[f"{kind}_in"] = stream.reception.packets
                found[f"{kind}_in_octets"] = stream.reception.octets
                found[f"{kind}_in_lost"] = max(0, stream.reception.lost - stream.repaired)
                found[f"{kind}_repaired"] = stream.repaired
            found["key_frames_asked"] = self._uplink.video.key_frame_requests
            found["allowed_bps"] = self._uplink.told
        if self._downlink is not None:
            lines = [line for slot in self._downlink.slots for line in slot]
            found["out"] = sum(line.packets for line in lines)
            found["out_octets"] = sum(line.octets for line in lines)
            found["out_repeated"] = sum(line.repeated for line in lines)
            found["out_left_out"] = sum(line.left_out for line in lines)
            found["rung"] = self._downlink.ladder.rung
            found["out_dropped"] = sum(line.dropped for line in lines)
            found["out_lost_share"] = max((line.lost_share for line in lines), default=0.0)
        return found

    def second(self) -> Second:
        """What the time since the last call told of this person's line."""
        if self._uplink is None or self._downlink is None:
            return Second()
        lost_up, silence = self._uplink.look_back()
        return Second(lost_up, self._downlink.lost_share, self._downlink.round_trip, silence)

    @property
    def picture(self) -> Picture:
        """How much of the others' pictures this browser gets."""
        rung = FULL if self._downlink is None else self._downlink.ladder.rung
        return "full" if rung == FULL else "fewer" if rung else "paused"

    async def close(self) -> None:
        """Leave nothing behind. Closing twice is closing once."""
        self._empty()
        await self._line.close()
        self._empty()

    def take_rtp(self, packet: bytes, now: float) -> None:
        """Called by the line."""
        if self._uplink is not None:
            self._uplink.take(packet, now)

    def take_rtcp(self, packet: bytes, now: float) -> None:
        """Called by the line."""
        messages, broken = rtcp.parse(packet)
        self._broken_rtcp += broken
        for message in messages:
            self._hear(message, now)

    def tick(self, now: float) -> None:
        """Called by the line every 20 ms while connected."""
        if self._uplink is None or self._downlink is None:
            return
        self._uplink.tick(now)
        self._downlink.tick(now)
        since = now - self._reviewed_at
        if since >= REPORT_EVERY or (since >= URGENT_AFTER and self._downlink.is_urgent):
            self._reviewed_at = now
            self._downlink.review(self.cap, now)
        if now - self._report_at >= REPORT_EVERY:
            self._report_at = now
            self._report(self._uplink, self._downlink, now)

    def changed(self, state: PeerState) -> None:
        """Called by the line."""
        if state == "connected":
            if self._uplink is not None:
                self._uplink.state_allowance()
            for slot, (audio, video) in self._seated.items():
                self.seat(slot, audio, video)
        elif state in {"failed", "closed"}:
            self._empty()
        self._on_state(self, state)

    def _empty(self) -> None:
        if self._downlink is not None:
            self._downlink.clear()
        self._seated.clear()
        self.audio.end()
        self.video.end()

    def _hear(self, message: rtcp.Message, now: float) -> None:
        if self._uplink is None or self._downlink is None:
            return
        match message:
            case rtcp.SenderReport():
                self._uplink.reported(message, now)
                self._downlink.received(message.blocks, now + WALL)
            case rtcp.ReceiverReport():
                self._downlink.received(message.blocks, now + WALL)
            case rtcp.Nack():
                self._downlink.missed(message, now)
            case rtcp.KeyFrameRequest():
                self._downlink.wants_key_frame(message.media)
            case rtcp.Remb():
                self._downlink.budget.estimated(message.bits_per_second)
            case rtcp.Goodbye():
                self._uplink.ended(message.ssrcs)

    def _report(self, uplink: Uplink, downlink: Downlink, now: float) -> None:
        uplink.cap = self.cap
        reports, names = downlink.reports(monotonic() + WALL)
        received = rtcp.receiver_report(self._ours, uplink.blocks(now))
        # Reports first, as a compound packet must begin with one.
        self._line.send_rtcp(reports + received + names)
        uplink.state_allowance()
