/** Looks on in a page under test: what it captures, what it shows and plays. Changes nothing. */
(() => {
  const peers = [];
  const players = new Set();
  let captured = null;
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      peers.push(this);
    }
  };
  const devices = navigator.mediaDevices;
  const open = devices?.getUserMedia?.bind(devices);
  if (open) {
    devices.getUserMedia = async (wish) => {
      const stream = await open(wish);
      if (wish?.audio && wish?.video) captured = stream;
      return stream;
    };
  }
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function played() {
    players.add(this);
    return play.call(this);
  };

  const canvas = document.createElement("canvas");
  canvas.width = 100;
  canvas.height = 56;
  const pen = canvas.getContext("2d", { willReadFrequently: true });

  function pixels(picture) {
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return pen.getImageData(0, 0, canvas.width, canvas.height).data;
  }

  function mean(data, left, top, width, height) {
    const sum = [0, 0, 0];
    for (let y = top; y < top + height; y += 1) {
      for (let x = left; x < left + width; x += 1) {
        for (let c = 0; c < 3; c += 1) sum[c] += data[4 * (y * canvas.width + x) + c];
      }
    }
    return sum.map((each) => Math.round(each / (width * height)));
  }

  /** The member's picture as it stands on this screen. */
  function see(member) {
    const video = document.querySelector(`figure[data-member="${member}"] video`);
    return video ? describe(video) : null;
  }

  function describe(video) {
    if (video.readyState < 2 || !video.videoWidth) return null;
    const data = pixels(video);
    const [r, g, b] = mean(data, 2, 3, 96, 6);
    const columns = [...Array(canvas.width).keys()].map((x) => mean(data, x, 43, 1, 5).reduce((a, c) => a + c, 0));
    const bar = columns.indexOf(Math.max(...columns));
    return { r, g, b, bar, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  }

  /** The track of a member's sound, provided that the page really plays it. */
  function soundOf(member) {
    const { seats } = window.tiepdan.seats();
    const slot = seats.find((each) => each.member === member)?.slot;
    if (slot === undefined) return null;
    const track = now()?.getTransceivers()[2 + 2 * slot]?.receiver.track;
    const isPlayed = [...players].some((each) => !each.paused && !each.muted && each.srcObject?.getTracks().includes(track));
    return isPlayed ? track : null;
  }

  let context = null;
  async function hear(member, seconds) {
    const track = soundOf(member);
    if (!track) return 0;
    context ??= new AudioContext();
    await context.resume();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0;
    source.connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    let best = { level: -60, bin: 0 };
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      await new Promise((go) => setTimeout(go, 40));
      analyser.getFloatFrequencyData(levels);
      levels.forEach((level, bin) => bin > 17 && level > best.level && (best = { level, bin }));
    }
    source.disconnect();
    return (best.bin * context.sampleRate) / analyser.fftSize;
  }

  /** Flashes and beeps as the devices gave them to the page, in seconds of one clock. */
  const measured = { on: false, flashes: [], beeps: [] };
  function measure() {
    measured.on = true;
    const [sound] = captured.getAudioTracks();
    const [picture] = captured.getVideoTracks();
    void follow(sound.clone(), measured.beeps, async (data) => {
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      return samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    });
    void follow(picture.clone(), measured.flashes, async (frame) => mean(pixels(frame), 40, 22, 20, 8)[1] / 255);
  }

  async function follow(track, found, levelOf) {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    let late = Infinity;
    const levels = [];
    while (measured.on) {
      const { value, done } = await reader.read();
      if (done) break;
      const level = await levelOf(value);
      // Stamps of sound and picture count from different moments; the quickest delivery ties them to one clock.
      late = Math.min(late, performance.now() - value.timestamp / 1000);
      levels.push([value.timestamp / 1000, level]);
      value.close();
    }
    track.stop();
    found.push(...levels.map(([at, level]) => [(at + late) / 1000, level]));
  }

  function measurement() {
    measured.on = false;
    return new Promise((go) => setTimeout(() => go({ flashes: measured.flashes, beeps: measured.beeps, origin: performance.timeOrigin / 1000 }), 300));
  }

  /** Seconds of sound that the microphone has delivered; it stands still while the machine gives the browser no time. */
  async function delivered() {
    for (const each of (await now().getStats()).values()) {
      if (each.type === "media-source" && each.kind === "audio") return each.totalSamplesDuration;
    }
    return 0;
  }

  /** The connection that carries now. */
  const now = () => peers.findLast((each) => each.connectionState === "connected");

  /**
   * Watches every stream that comes in; `still` tells the longest time one of them stood still, in seconds.
   * Between two looks at most a tenth of a second counts: a page that was itself without processor saw nothing.
   */
  const streams = new Map();
  function watchStreams() {
    streams.clear();
    let before = performance.now();
    setInterval(async () => {
      const report = [...((await now()?.getStats()) ?? new Map()).values()];
      const at = performance.now();
      const passed = Math.min(100, at - before);
      before = at;
      for (const { type, id, kind, framesDecoded, packetsReceived } of report) {
        if (type !== "inbound-rtp") continue;
        const count = kind === "video" ? framesDecoded : packetsReceived;
        const known = streams.get(id);
        const waited = (known?.waited ?? 0) + passed;
        if (!known) streams.set(id, { kind, count, waited: 0, still: 0 });
        else if (count > known.count) Object.assign(known, { count, waited: 0, still: Math.max(known.still, waited) });
        else known.waited = waited;
      }
    }, 50);
  }

  function still() {
    return [...streams.values()].filter((each) => each.count > 0).map((each) => Math.max(each.still, each.waited) / 1000);
  }

  window.spy = { see, hear, delivered, measure, measurement, describe, now, watchStreams, still, peers };
})();
