/**
 * The media connection: one RTCPeerConnection that offers once and is never negotiated again.
 *
 * Lines in the order the room expects: microphone, picture, then a pair to receive for each slot.
 * Whatever breaks is thrown away: a new connection with a larger number takes its place, and the
 * old one stays until the new one carries. Switching a camera or sharing a screen only exchanges
 * the track of a sender. The picture is sent in three layers of frames, of which the room leaves the
 * upper ones out for whoever cannot take them.
 */

const ANSWER_WITHIN = 8_000;
const HEAL_FOR = 5_000;
const FIRST_PAUSE = 500;
const LAST_PAUSE = 5_000;
const PICTURE_BITS = { normal: 600_000, high: 1_500_000 };
/** A browser begins with a small picture and enlarges it in steps of five seconds, however good the line is. */
const SHARP_FROM_THE_START = 6000;

/**
 * @typedef {object} Hooks
 * @property {(sdp: string, connection: number) => boolean} offer whether it went out
 * @property {(state: "connecting" | "connected" | "lost") => void} onState
 * @property {() => void} onStreams the streams of some slot are other ones now
 */

/** @typedef {{number: number, pc: RTCPeerConnection, audio: RTCRtpSender, video: RTCRtpSender, streams: {audio: MediaStream, video: MediaStream}[], isUp: boolean, isOffered: boolean}} Connection */

export class Media {
  /** @type {Hooks} */ #hooks;
  /** @type {Connection | null} */ #current = null;
  /** @type {Connection | null} */ #coming = null;
  /** @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */ #tracks = { audio: null, video: null };
  /** @type {RTCIceServer[]} */ #iceServers = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #patience;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #healing;
  #isHigh;
  #slots = 7;
  #number = 0;
  #known = 0;
  #failures = 0;
  #isWanted = false;
  #isHeld = false;

  /** @param {Hooks} hooks @param {boolean} isHigh */
  constructor(hooks, isHigh) {
    this.#hooks = hooks;
    this.#isHigh = isHigh;
  }

  get number() {
    return this.#current?.number ?? 0;
  }

  get isUp() {
    return this.#current?.isUp ?? false;
  }

  /** What the welcome told. @param {import("./wire.js").Welcome} welcome */
  told(welcome) {
    this.#iceServers = welcome.ice_servers;
    this.#slots = welcome.slots;
    this.#number = Math.max(this.#number, welcome.connection);
    this.#known = welcome.connection;
  }

  /** Connect, and stay connected until `stop`. */
  start() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.rebuild();
  }

  stop() {
    this.#isWanted = false;
    clearTimeout(this.#patience);
    clearTimeout(this.#healing);
    this.#close(this.#coming);
    this.#close(this.#current);
    this.#coming = this.#current = null;
  }

  /** Throw away what is coming, keep what still carries, and offer anew. */
  rebuild() {
    if (!this.#isWanted) return;
    this.#giveUp();
    this.#hooks.onState(this.isUp ? "lost" : "connecting");
    void this.#offer();
  }

  /** The room is there again: what was offered into a dead line is offered once more, which saves making it. */
  returned() {
    const coming = this.#coming;
    if (!this.#isWanted || !coming || coming.number <= this.#known) return this.rebuild();
    const sdp = coming.pc.localDescription?.sdp;
    // While it is still being made, it goes out by itself.
    if (sdp) this.#propose(coming, sdp);
  }

  /** @param {string} sdp @param {number} number */
  async answered(sdp, number) {
    const coming = this.#coming;
    if (coming?.number !== number) return;
    try {
      await coming.pc.setRemoteDescription({ type: "answer", sdp });
    } catch {
      this.#again();
    }
  }

  /** @param {number} connection @param {number} slot @returns {{audio: MediaStream, video: MediaStream} | null} */
  streams(connection, slot) {
    const found = [this.#current, this.#coming].find((each) => each?.number === connection);
    return found?.streams[slot] ?? null;
  }

  /** @param {"audio" | "video"} kind @param {MediaStreamTrack | null} track */
  async send(kind, track) {
    this.#tracks[kind] = track;
    if (this.#isHeld) return;
    for (const each of [this.#current, this.#coming]) await each?.[kind].replaceTrack(track).catch(() => {});
  }

  /**
   * While nobody can tell us who is in the room, nobody is to hear or see us.
   *
   * @param {boolean} isHeld
   */
  hold(isHeld) {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    for (const each of [this.#current, this.#coming]) {
      void each?.audio.replaceTrack(isHeld ? null : this.#tracks.audio).catch(() => {});
      void each?.video.replaceTrack(isHeld ? null : this.#tracks.video).catch(() => {});
    }
  }

  /** @returns {Promise<RTCStatsReport | null>} */
  async stats() {
    return (await this.#current?.pc.getStats()) ?? null;
  }

  /** Hold pictures before they are shown. @param {Map<string, number | null>} wanted ms by track */
  steady(wanted) {
    for (const { receiver } of this.#current?.pc.getTransceivers() ?? []) {
      const target = wanted.get(receiver.track.id);
      // Not every browser knows of it.
      if (target !== undefined && "jitterBufferTarget" in receiver && receiver.jitterBufferTarget !== target) receiver.jitterBufferTarget = target;
    }
  }

  /** The network of the device changed: do not wait for the old way to die of itself. */
  check() {
    const state = this.#current?.pc.connectionState;
    if (this.#isWanted && !this.#coming && state !== "connected" && state !== "connecting") this.rebuild();
  }

  async #offer() {
    const connection = this.#open();
    this.#coming = connection;
    const { pc } = connection;
    this.#wait(connection);
    try {
      await pc.setLocalDescription();
    } catch {
      return this.#coming === connection && this.#again();
    }
    if (this.#coming !== connection) return;
    // Our own addresses are not waited for: the room's is in the answer, and where our checks come
    // from, directly or through the relay, the room learns from the checks themselves.
    // When the line is down, the welcome after it says this again.
    this.#propose(connection, pc.localDescription?.sdp ?? "");
  }

  /** @param {Connection} connection @param {string} sdp */
  #propose(connection, sdp) {
    if (!this.#hooks.offer(sdp, connection.number)) return;
    connection.isOffered = true;
    this.#wait(connection);
  }

  /** @param {Connection} connection */
  #wait(connection) {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#coming === connection && this.#again(), ANSWER_WITHIN);
  }

  /** @returns {Connection} */
  #open() {
    const pc = new RTCPeerConnection({ iceServers: this.#iceServers, bundlePolicy: "max-bundle" });
    const number = ++this.#number;
    const held = this.#isHeld;
    const mic = pc.addTransceiver((!held && this.#tracks.audio) || "audio", { direction: "sendonly" });
    const maxBitrate = this.#isHigh ? PICTURE_BITS.high : PICTURE_BITS.normal;
    const picture = layered(pc, (!held && this.#tracks.video) || "video", maxBitrate);
    prefer(mic, "audio/opus");
    prefer(picture, "video/VP8");
    if (this.#isHigh) keepWhenScarce(picture.sender, "maintain-resolution");
    const streams = [];
    for (let slot = 0; slot < this.#slots; slot += 1) {
      const audio = pc.addTransceiver("audio", { direction: "recvonly" });
      const video = pc.addTransceiver("video", { direction: "recvonly" });
      prefer(audio, "audio/opus");
      prefer(video, "video/VP8");
      streams.push({ audio: new MediaStream([audio.receiver.track]), video: new MediaStream([video.receiver.track]) });
    }
    const connection = { number, pc, audio: mic.sender, video: picture.sender, streams, isUp: false, isOffered: false };
    pc.onconnectionstatechange = () => this.#changed(connection);
    return connection;
  }

  /** @param {Connection} connection */
  #changed(connection) {
    const state = connection.pc.connectionState;
    if (connection === this.#coming) {
      if (state === "connected") this.#up(connection);
      else if (state === "failed") this.#again();
      return;
    }
    if (connection !== this.#current) return;
    clearTimeout(this.#healing);
    if (state === "connected") {
      connection.isUp = true;
      // It healed before the room heard of another.
      if (this.#coming && !this.#coming.isOffered) this.#giveUp();
      if (!this.#coming) this.#hooks.onState("connected");
    } else if (state === "failed" || state === "closed") {
      connection.isUp = false;
      this.rebuild();
    } else if (state === "disconnected") {
      connection.isUp = false;
      this.#hooks.onState("lost");
      // It often heals by itself within moments.
      this.#healing = setTimeout(() => this.#current === connection && this.rebuild(), HEAL_FOR);
    }
  }

  /** @param {Connection} connection */
  #up(connection) {
    clearTimeout(this.#patience);
    clearTimeout(this.#healing);
    const before = this.#current;
    connection.isUp = true;
    this.#current = connection;
    this.#coming = null;
    this.#failures = 0;
    this.#close(before);
    if (this.#isHigh) setTimeout(() => keepWhenScarce(connection.video, "balanced"), SHARP_FROM_THE_START);
    this.#hooks.onStreams();
    this.#hooks.onState("connected");
  }

  #giveUp() {
    clearTimeout(this.#patience);
    this.#close(this.#coming);
    this.#coming = null;
  }

  #again() {
    this.#giveUp();
    if (!this.#isWanted) return;
    this.#hooks.onState("lost");
    const pause = Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.rebuild(), pause);
  }

  /** @param {Connection | null} connection */
  #close(connection) {
    if (!connection) return;
    connection.pc.onconnectionstatechange = null;
    connection.pc.close();
  }
}

/** One codec and what belongs to it: what the room forwards to everybody must be read by everybody. */
function prefer(/** @type {RTCRtpTransceiver} */ transceiver, /** @type {string} */ codec) {
  const kind = codec.startsWith("audio") ? "audio" : "video";
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = known.filter((each) => each.mimeType.toLowerCase() === codec.toLowerCase() || each.mimeType === "video/rtx");
  // Browsers that cannot choose keep their own order; the room picks from it.
  if (wanted.length && typeof transceiver.setCodecPreferences === "function") transceiver.setCodecPreferences(wanted);
}

/** @param {RTCRtpSender} sender @param {"maintain-resolution" | "balanced"} what */
function keepWhenScarce(sender, what) {
  const wanted = Object.assign(sender.getParameters(), { degradationPreference: what });
  // A browser without the choice, or one that has hung up by now, goes on as it is.
  sender.setParameters(wanted).catch(() => {});
}

/** A browser that knows of layers but not of these refuses the whole line. */
function layered(/** @type {RTCPeerConnection} */ pc, /** @type {MediaStreamTrack | "video"} */ track, /** @type {number} */ maxBitrate) {
  const plain = { maxBitrate };
  const inLayers = /** @type {RTCRtpEncodingParameters} */ ({ ...plain, scalabilityMode: "L1T3" });
  try {
    return pc.addTransceiver(track, { direction: "sendonly", sendEncodings: [inLayers] });
  } catch {
    return pc.addTransceiver(track, { direction: "sendonly", sendEncodings: [plain] });
  }
}
