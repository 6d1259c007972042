/**
 * A call to oneself through the real server: two seats in a room of one's own, so that what is
 * measured is exactly what the reception will use. Nothing is played or shown to anybody; only where
 * `record` is given, a few seconds are written to prove that they can be, and the office drops them.
 *
 * @typedef {"socket" | "media" | "bandwidth" | "again" | "relay" | "recording"} Measured
 * @typedef {{state: "ok" | "warn" | "fail" | "none", code: string}} Found
 */

import { Media } from "./media.js";
import { Line } from "./protocol.js";
import { judge, sampleOf } from "./quality.js";

const WELCOME_WITHIN = 8_000;
const SLOW_WELCOME = 2_000;
const MEDIA_WITHIN = 10_000;
const WATCH_FOR = 3_000;
const AGAIN_WITHIN = 8_000;
const RELAY_WITHIN = 5_000;
const PROVEN_WITHIN = 15_000;
const NARROW = 150_000;
const ENOUGH = { sound: 25, frames: 3 };

/** One end of the call. */
export class Seat {
  isWelcome = false;
  isUp = false;
  isProven = false;
  #sends = { mic: false, camera: false, screen: false };
  /** @type {RTCIceServer[]} */ iceServers = [];

  /** @param {string} url @param {string} ticket @param {(message: import("./wire.js").FromServer | import("./wire.js").FromPage) => void} [heard] */
  constructor(url, ticket, heard = () => {}) {
    this.heard = heard;
    this.line = new Line({ url, ticket, device: "practice", hear: (message) => this.#hear(message) });
    this.media = new Media({
      offer: (sdp, connection) => this.line.tell("offer", { sdp, connection }),
      onState: (state) => {
        this.isUp = state === "connected";
        if (this.isUp) void this.say("media", this.#sends);
      },
      onStreams: () => {},
    }, false);
  }

  /** @param {import("./wire.js").FromServer | import("./wire.js").FromPage} message */
  #hear(message) {
    if (message.type === "welcome") {
      this.isWelcome = true;
      this.iceServers = message.ice_servers;
      this.media.told(message);
      void this.say("acknowledge_recording");
    } else if (message.type === "state") {
      this.isProven = message.recording.state === "on" && message.recording.proven;
      if (message.you.acknowledged && message.you.status !== "waiting") this.media.start();
    } else if (message.type === "answer") {
      void this.media.answered(message.sdp, message.connection);
    }
    this.heard(message);
  }

  /** @param {MediaStreamTrack} track */
  send(track) {
    this.#sends[track.kind === "audio" ? "mic" : "camera"] = true;
    void this.media.send(track.kind === "audio" ? "audio" : "video", track);
  }

  /** @param {string} command @param {Record<string, unknown>} [fields] */
  async say(command, fields) {
    // A refusal shows as media that never comes, which is what is measured.
    await this.line.ask(command, fields).catch(() => {});
  }

  /** Sound packets and decoded frames that came in. */
  async received() {
    const found = { sound: 0, frames: 0 };
    (await this.media.stats())?.forEach((each) => {
      if (each.type !== "inbound-rtp") return;
      if (each.kind === "audio") found.sound += each.packetsReceived ?? 0;
      else found.frames += each.framesDecoded ?? 0;
    });
    return found;
  }

  close() {
    this.media.stop();
    this.line.close();
  }
}

/**
 * @param {{socket: string, tickets: string[], record?: boolean}} given
 * @param {MediaStream} stream sound, and a picture if there is one; its tracks are left as they are
 * @param {(name: Measured, found: Found) => void} tell called as each is known
 */
export async function practise(given, stream, tell) {
  const url = new URL(given.socket, location.href).href.replace(/^http/, "ws");
  const [speaker, listener] = given.tickets.map((ticket) => new Seat(url, ticket));
  if (!speaker || !listener) return;
  const tracks = stream.getTracks().map((each) => each.clone());
  try {
    for (const track of tracks) speaker.send(track);
    const from = performance.now();
    for (const each of [speaker, listener]) each.line.start();
    if (!(await until(() => speaker.isWelcome && listener.isWelcome, WELCOME_WITHIN))) return tell("socket", { state: "fail", code: "no_answer" });
    const isSlow = performance.now() - from > SLOW_WELCOME;
    tell("socket", { state: isSlow ? "warn" : "ok", code: isSlow ? "slow" : "ok" });
    const relayed = relay(speaker.iceServers);
    if (await bothWays(listener, tracks.length > 1, tell)) {
      if (given.record) tell("recording", await written(speaker));
      tell("bandwidth", await capacity(speaker, listener));
      tell("again", await comesBack(speaker, listener));
    }
    tell("relay", await relayed);
  } finally {
    // The office closes what is left behind; this only leaves nothing to close.
    speaker.line.tell("end");
    speaker.close();
    listener.close();
    for (const track of tracks) track.stop();
  }
}

/** @param {Seat} listener @param {boolean} hasPicture @param {(name: Measured, found: Found) => void} tell @returns {Promise<boolean>} */
async function bothWays(listener, hasPicture, tell) {
  let found = await listener.received();
  const isWhole = await until(async () => {
    found = await listener.received();
    return found.sound >= ENOUGH.sound && (!hasPicture || found.frames >= ENOUGH.frames);
  }, MEDIA_WITHIN);
  const hasSound = found.sound >= ENOUGH.sound;
  tell("media", isWhole ? { state: "ok", code: "ok" } : hasSound ? { state: "warn", code: "sound_only" } : { state: "fail", code: "no_media" });
  return hasSound;
}

/** @param {Seat} speaker @param {Seat} listener @returns {Promise<Found>} */
async function capacity(speaker, listener) {
  const seats = [speaker, listener];
  const before = await Promise.all(seats.map((each) => each.media.stats()));
  await pause(WATCH_FOR);
  const after = await Promise.all(seats.map((each) => each.media.stats()));
  const links = seats.map((_, at) => {
    const [first, last] = [before[at], after[at]];
    return first && last ? judge(sampleOf(first), sampleOf(last)) : "bad";
  });
  if (links.includes("bad")) return { state: "warn", code: "bad" };
  if (links.includes("poor")) return { state: "warn", code: "poor" };
  let isNarrow = false;
  after[0]?.forEach((each) => {
    if (each.type === "candidate-pair" && each.nominated && each.availableOutgoingBitrate < NARROW) isNarrow = true;
  });
  return isNarrow ? { state: "warn", code: "narrow" } : { state: "ok", code: "ok" };
}

/** Whether the worker puts it on its disk and can read it again. @param {Seat} speaker @returns {Promise<Found>} */
async function written(speaker) {
  await speaker.say("recording_start");
  const isWritten = await until(() => speaker.isProven, PROVEN_WITHIN);
  await speaker.say("recording_stop", { ground: "drill" });
  return isWritten ? { state: "ok", code: "ok" } : { state: "fail", code: "not_written" };
}

/** Throw the connection away as a change of network does. @param {Seat} speaker @param {Seat} listener @returns {Promise<Found>} */
async function comesBack(speaker, listener) {
  const { number } = speaker.media;
  speaker.media.rebuild();
  const isNew = await until(() => speaker.media.number > number && speaker.isUp, AGAIN_WITHIN);
  const { sound } = await listener.received();
  const isHeard = isNew && (await until(async () => (await listener.received()).sound > sound + ENOUGH.sound, AGAIN_WITHIN));
  return isHeard ? { state: "ok", code: "ok" } : { state: "warn", code: "no_return" };
}

/** Whether the relay can be reached, for networks that let nothing else through. @param {RTCIceServer[]} servers @returns {Promise<Found>} */
async function relay(servers) {
  const turns = servers.filter((each) => [each.urls].flat().some((url) => url.startsWith("turn")));
  if (!turns.length) return { state: "none", code: "none" };
  const pc = new RTCPeerConnection({ iceServers: turns, iceTransportPolicy: "relay" });
  try {
    let hasFound = false;
    pc.onicecandidate = (event) => (hasFound ||= event.candidate?.type === "relay");
    pc.createDataChannel("practice");
    await pc.setLocalDescription();
    return (await until(() => hasFound, RELAY_WITHIN)) ? { state: "ok", code: "ok" } : { state: "warn", code: "no_relay" };
  } finally {
    pc.close();
  }
}

const pause = (/** @type {number} */ time) => new Promise((then) => setTimeout(then, time));

/** @param {() => boolean | Promise<boolean>} holds @param {number} patience @returns {Promise<boolean>} */
async function until(holds, patience) {
  const last = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > last) return false;
    await pause(100);
  }
  return true;
}
