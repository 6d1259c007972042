/**
 * Put into a page before its own scripts: sends its media through the line under test, and counts
 * what the person in front of it sees and hears. `plan` is filled in by whoever puts it there.
 */
((plan) => {
  const peers = [];
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(given) {
      super(plan.relay ? { ...given, iceServers: [plan.relay], iceTransportPolicy: "relay" } : given);
      peers.push(this);
    }

    // A router would hide these, too: nothing may find its way past the line.
    get localDescription() {
      const real = super.localDescription;
      return real && { type: real.type, sdp: real.sdp.replace(/a=candidate:.*\r\n/g, "") };
    }

    setRemoteDescription(answer) {
      const sdp = plan.relay ? answer.sdp : answer.sdp.replaceAll(` ${plan.port} `, ` ${plan.door} `);
      return super.setRemoteDescription({ type: answer.type, sdp });
    }
  };

  /** When a frame of whom was shown, in ms since 1970. */
  const frames = {};
  const known = new WeakSet();
  setInterval(() => {
    for (const figure of document.querySelectorAll("figure[data-member]")) {
      const video = figure.querySelector("video");
      if (!video || known.has(video)) continue;
      known.add(video);
      const shown = (frames[figure.dataset.member] ??= []);
      const count = () => {
        shown.push(Date.now());
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
    }
  }, 50);

  /** The counters of every stream that ever came in; those of closed connections as last seen. */
  const streams = new Map();
  let limited = "";
  async function look() {
    for (const [number, pc] of peers.entries()) {
      if (pc.connectionState === "closed") continue;
      for (const each of (await pc.getStats()).values()) {
        if (each.type === "inbound-rtp") streams.set(`${number} ${each.id}`, each);
        if (each.type === "outbound-rtp" && each.kind === "video") limited = `${each.qualityLimitationReason} ${each.scalabilityMode ?? ""}`;
      }
    }
  }
  setInterval(() => void look(), 300);

  async function sums() {
    await look();
    const of = (kind, name) => [...streams.values()].filter((each) => each.kind === kind).reduce((sum, each) => sum + (each[name] ?? 0), 0);
    return {
      concealed: of("audio", "concealedSamples"),
      samples: of("audio", "totalSamplesReceived"),
      octets: of("video", "bytesReceived"),
      lost: of("video", "packetsLost"),
      nacks: of("video", "nackCount"),
      plis: of("video", "pliCount"),
      heard: of("audio", "packetsReceived"),
      limited,
    };
  }

  const width = (member) => document.querySelector(`figure[data-member="${member}"] video`)?.videoWidth ?? 0;
  window.eyes = { frames, sums, width, peers, now: () => peers.findLast((each) => each.connectionState === "connected") };
})(PLAN);
