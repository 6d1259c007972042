"""A server as aiortc's own examples make it: MediaRelay, so everything is decoded and encoded anew.

`python -m tests.bench.relay SOCKET`; the control socket speaks as that of `ours`.
"""

import asyncio
import sys
from typing import Any

from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay

from tests.bench.ours import serve
from tests.bench.processes import own_address


class Guest:
    """One connection and what comes up from it."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.pc.on("track", lambda track: self.tracks.update({track.kind: track}))

    async def answer(self, offer: str) -> str:
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        transceivers = self.pc.getTransceivers()
        for transceiver in transceivers[2:]:
            transceiver.direction = "sendonly"
        inside: Any = transceivers[0].receiver.transport.transport.iceGatherer
        gather = inside._connection.get_component_candidates

        async def on_own_address(component: int, addresses: list[str]) -> Any:
            return await gather(component, [own_address()])

        inside._connection.get_component_candidates = on_own_address
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return str(self.pc.localDescription.sdp)


class RelayRooms:
    """Everybody of a room is relayed to everybody else."""

    def __init__(self) -> None:
        self._relay = MediaRelay()
        self._rooms: dict[str, list[Guest]] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "join" in asked:
            guest = Guest()
            self._rooms.setdefault(asked["room"], []).append(guest)
            return {"sdp": await guest.answer(asked["sdp"])}
        for guests in self._rooms.values():
            for guest in guests:
                self._seat(guest, [each for each in guests if each is not guest])
        return {}

    def _seat(self, guest: Guest, others: list[Guest]) -> None:
        senders = [each.sender for each in guest.pc.getTransceivers()[2:]]
        for slot, other in enumerate(others):
            for sender, kind in zip(senders[2 * slot : 2 * slot + 2], ("audio", "video"), strict=True):
                sender.replaceTrack(self._relay.subscribe(other.tracks[kind]))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], RelayRooms()))
