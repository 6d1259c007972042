"""A real aiortc client for tests: it speaks to a MediaPort on loopback like a browser."""

import asyncio
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)

from signaling.passthrough import MediaPort, open_port
from signaling.peer import Peer, PeerState
from signaling.relay import IceServer
from tests.signaling.both_paths import Chosen

WITHIN = 10.0


async def until(condition: Callable[[], object], within: float = WITHIN) -> None:
    """Wait until `condition` holds; for counters, which tell nobody when they move."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - nothing to wait on but time
            await asyncio.sleep(0.01)


def open_files() -> int:
    """Return how many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


class Tone(MediaStreamTrack):
    """A tone that never ends."""

    kind = "audio"

    def __init__(self, hertz: float = 440.0) -> None:
        super().__init__()
        self._hertz = hertz
        self._at = 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        """Return the next 20 ms, in time."""
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._at / 48000 - loop.time()))
        moments = (np.arange(960) + self._at) / 48000
        wave = (10000 * np.sin(2 * math.pi * self._hertz * moments)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48000
        frame.pts, frame.time_base = self._at, Fraction(1, 48000)
        self._at += 960
        return frame


class Picture(MediaStreamTrack):
    """A small moving picture of one brightness, so that it can be told from another."""

    kind = "video"

    def __init__(self, brightness: int) -> None:
        super().__init__()
        self._brightness = brightness
        self._count = 0
        self._began: float | None = None

    async def recv(self) -> av.VideoFrame:
        """Return the next of fifteen frames a second."""
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._count / 15 - loop.time()))
        image = np.full((120, 160, 3), self._brightness, dtype=np.uint8)
        image[:, self._count % 160] = 255 - self._brightness
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = self._count * 6000, Fraction(1, 90000)
        self._count += 1
        return frame


def _configuration(relay: IceServer | None) -> RTCConfiguration:
    bundle = RTCBundlePolicy.MAX_BUNDLE
    if relay is None:
        return RTCConfiguration(iceServers=[], bundlePolicy=bundle)
    server = RTCIceServer(urls=list(relay.urls), username=relay.username, credential=relay.credential)
    return RTCConfiguration([server], bundlePolicy=bundle, iceTransportPolicy=RTCIceTransportPolicy.RELAY)


class Client:
    """Offers microphone, picture and slots, once; `brightness` None sends nothing."""

    def __init__(self, brightness: int | None = 60, slots: int = 2, relay: IceServer | None = None) -> None:
        self.pc = RTCPeerConnection(_configuration(relay))
        self.receivers: list[tuple[RTCRtpReceiver, RTCRtpReceiver]] = []
        self.pc.addTransceiver("audio" if brightness is None else Tone(), "sendonly")
        self.pc.addTransceiver("video" if brightness is None else Picture(brightness), "sendonly")
        for _ in range(slots):
            sound = self.pc.addTransceiver("audio", "recvonly").receiver
            sight = self.pc.addTransceiver("video", "recvonly").receiver
            self.receivers.append((sound, sight))
        self.connection: Any = self.pc.getTransceivers()[0].receiver.transport.transport.iceGatherer
        self.connection = self.connection._connection
        gather = self.connection.get_component_candidates

        async def on_loopback(component: int, addresses: list[str]) -> Any:
            # aioice never offers loopback by itself.
            del addresses
            return await gather(component, [] if relay else ["127.0.0.1"])

        self.connection.get_component_candidates = on_loopback

    async def offer(self) -> str:
        """Return the offer with its candidates."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        """Take the server's answer."""
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def see(self, slot: int) -> av.VideoFrame:
        """Return the next picture of a slot."""
        frame = await asyncio.wait_for(self.receivers[slot][1].track.recv(), WITHIN)
        assert isinstance(frame, av.VideoFrame)
        return frame

    async def see_brightness(self, slot: int, wanted: int) -> None:
        """Wait until a slot shows `wanted`."""
        async with asyncio.timeout(WITHIN):
            while abs(float((await self.see(slot)).to_ndarray(format="gray").mean()) - wanted) > 12:
                pass

    async def hear(self, slot: int) -> float:
        """Return the loudness (0 to 1) of the next sound of a slot that is not silence."""
        async with asyncio.timeout(WITHIN):
            while True:
                frame = await self.receivers[slot][0].track.recv()
                assert isinstance(frame, av.AudioFrame)
                loudness = float(np.abs(frame.to_ndarray()).mean()) / 32768
                if loudness > 0.05:
                    return loudness


class Talk:
    """A port with peers and their clients."""

    def __init__(self, port: MediaPort) -> None:
        self.port = port
        self.members: list[tuple[Client, Peer]] = []
        self.states: dict[Peer, list[PeerState]] = {}
        self._moved = asyncio.Event()

    @classmethod
    async def open(cls) -> Self:
        """Open a port on loopback."""
        return cls(await open_port("127.0.0.1", 0, hot_path=Chosen.path))

    async def join(self, name: str, brightness: int = 60, relay: IceServer | None = None) -> tuple[Client, Peer]:
        """Connect one more client; with a relay, through that alone."""
        client = Client(brightness, relay=relay)
        peer = Peer(name, 1, self.port, self.note)
        self.members.append((client, peer))
        await client.accept(await peer.answer(await client.offer()))
        return client, peer

    def note(self, peer: Peer, state: PeerState) -> None:
        """Remember a state."""
        self.states.setdefault(peer, []).append(state)
        self._moved.set()

    async def reach(self, peer: Peer, state: PeerState) -> None:
        """Wait until a peer is in `state`."""
        async with asyncio.timeout(WITHIN):
            while peer.state != state:
                self._moved.clear()
                await self._moved.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client, peer in self.members:
            await client.pc.close()
            await peer.close()
        self.port.close()
