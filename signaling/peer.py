"""One person's connection: what comes up from a browser, what goes down to it."""

from collections.abc import Callable
from typing import Literal

from signaling.passthrough import MediaPort
from signaling.tracks import Source

PeerState = Literal["connecting", "connected", "failed", "closed"]

SLOTS = 7


class Peer:
    """Answers a browser's one offer and forwards media for as long as it lives.

    `on_state(peer, state)` is called on the loop's thread; `failed` and `closed` are final.
    """

    def __init__(
        self,
        member: str,
        connection: int,
        port: MediaPort,
        on_state: Callable[["Peer", PeerState], None],
    ) -> None:
        self.member = member
        self.connection = connection
        self.state: PeerState = "connecting"
        self.audio = Source(member, "audio")
        self.video = Source(member, "video")
        self.last_packet_at = 0.0
        self._port = port
        self._on_state = on_state

    async def answer(self, offer_sdp: str) -> str:
        """Take the browser's single offer; raises BrokenProtocol(code)."""
        raise NotImplementedError

    def seat(self, slot: int, audio: Source | None, video: Source | None) -> None:
        """Let `slot` (from 0) of this browser hear and see these sources."""
        raise NotImplementedError

    def stats(self) -> dict[str, int | float | str]:
        """Counters for the technician's page."""
        raise NotImplementedError

    async def close(self) -> None:
        """Leave nothing behind. Closing twice is closing once."""
        raise NotImplementedError
