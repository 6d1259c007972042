"""A page and a tiny server for real browsers: whoever offers is seated with the others."""

import asyncio
from typing import Any, Self

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from signaling.passthrough import MediaPort, open_port
from signaling.peer import Peer, PeerState
from tests.signaling.both_paths import Chosen
from tests.signaling.nat import Nat

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)

PAGE = """<!doctype html><title>room</title><body><script>
const SLOTS = 7;
let pc = null, connection = 0, context = null, analysers = [];
async function join(name, publish = true) {
  const old = pc;
  pc = new RTCPeerConnection({iceServers: [], bundlePolicy: "max-bundle"});
  if (publish && !window.local) window.local = await navigator.mediaDevices.getUserMedia(
      {audio: true, video: {width: 1280, height: 720}});
  const [mic] = publish ? window.local.getAudioTracks() : ["audio"];
  const [cam] = publish ? window.local.getVideoTracks() : ["video"];
  pc.addTransceiver(mic, {direction: "sendonly"});
  pc.addTransceiver(cam, {direction: "sendonly"});
  context = context || new AudioContext();
  analysers = [];
  const mine = [];
  for (let i = 0; i < SLOTS; i++) {
    const sound = pc.addTransceiver("audio", {direction: "recvonly"});
    const sight = pc.addTransceiver("video", {direction: "recvonly"});
    const video = document.createElement("video");
    video.muted = true; video.autoplay = true; video.playsInline = true;
    video.srcObject = new MediaStream([sight.receiver.track, sound.receiver.track]);
    video.frames = 0;
    const count = () => { video.frames++; video.requestVideoFrameCallback(count); };
    video.requestVideoFrameCallback(count);
    document.body.append(video);
    mine.push(video);
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([sound.receiver.track])).connect(analyser);
    analysers.push(analyser);
  }
  connection++;
  await pc.setLocalDescription(await pc.createOffer());
  const response = await fetch("/offer", {method: "POST",
    body: JSON.stringify({name, connection, sdp: pc.localDescription.sdp})});
  const answer = await response.json();
  await pc.setRemoteDescription({type: "answer", sdp: answer.sdp});
  window.videos = mine;
  if (old) old.close();
}
function see(slot) {
  const video = window.videos[slot];
  return {frames: video.frames, width: video.videoWidth};
}
function hear(slot) {
  const samples = new Float32Array(analysers[slot].fftSize);
  analysers[slot].getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}
async function report() {
  const kinds = ["inbound-rtp", "outbound-rtp", "remote-inbound-rtp", "transport"];
  return [...(await pc.getStats()).values()].filter((each) => kinds.includes(each.type));
}
</script>"""


class BrowserRoom:
    """Serves the page and introduces everyone to everyone, in the order of joining."""

    def __init__(self, port: MediaPort) -> None:
        self.port = port
        self.peers: dict[str, Peer] = {}
        self.states: list[tuple[str, int, PeerState]] = []
        self.answers: list[str] = []
        self.nat: Nat | None = None
        self._gone: list[Peer] = []
        self._runner: web.AppRunner | None = None
        self.url = ""

    @classmethod
    async def open(cls) -> Self:
        """Serve on a free port of loopback."""
        room = cls(await open_port("127.0.0.1", 0, hot_path=Chosen.path))
        app = web.Application()
        app.router.add_get("/", room._page)
        app.router.add_post("/offer", room._offer)
        room._runner = web.AppRunner(app)
        await room._runner.setup()
        site = web.TCPSite(room._runner, "127.0.0.1", 0)
        await site.start()
        room.url = f"http://127.0.0.1:{room._runner.addresses[0][1]}/"
        return room

    async def close(self) -> None:
        """Leave nothing behind."""
        for peer in [*self.peers.values(), *self._gone]:
            await peer.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.port.close()
        if self.nat is not None:
            self.nat.close()

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def _offer(self, request: web.Request) -> web.Response:
        wish: dict[str, Any] = await request.json()
        name = str(wish["name"])
        peer = Peer(name, int(wish["connection"]), self.port, self._changed)
        offer = str(wish["sdp"])
        answer = await peer.answer(offer if self.nat is None else self.nat.behind(offer))
        answer = answer if self.nat is None else self.nat.before(answer)
        self.answers.append(answer)
        if name in self.peers:
            self._gone.append(self.peers[name])
        self.peers[name] = peer
        self._seat_all()
        return web.json_response({"sdp": answer})

    def _changed(self, peer: Peer, state: PeerState) -> None:
        self.states.append((peer.member, peer.connection, state))

    def _seat_all(self) -> None:
        for name, peer in self.peers.items():
            others = [each for other, each in self.peers.items() if other != name]
            for slot, other in enumerate(others):
                peer.seat(slot, other.audio, other.video)


class Chromium:
    """One browser; each page is a context of its own."""

    def __init__(self) -> None:
        self._playwright: Any = None
        self._browser: Browser | None = None

    async def __aenter__(self) -> Self:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=list(FLAGS)
        )
        return self

    async def page(self, url: str) -> Page:
        """Open a page in a fresh context."""
        assert self._browser is not None
        context = await self._browser.new_context()
        page = await context.new_page()
        await page.goto(url)
        return page

    async def __aexit__(self, *_: object) -> None:
        if self._browser is not None:
            await self._browser.close()
        await self._playwright.stop()


async def until(page: Page, condition: str, within: float = 45.0) -> None:
    """Wait until a JavaScript condition holds."""
    async with asyncio.timeout(within):
        await page.wait_for_function(condition, timeout=within * 1000, polling=100)
