/**
 * One person's stay in the room: joins the wire, the media and what the screens show.
 *
 * Media is sent only while the server counts this person among those inside and the notice of
 * recording was acknowledged; it stops by itself twenty seconds after the line to the room broke,
 * because nobody should be heard by people who cannot be seen.
 */

import { signal } from "@preact/signals";
import { describeDevice } from "./browser.js";
import { Capture, rememberDevices } from "./capture.js";
import { isInside } from "./derive.js";
import { Handing } from "./handing.js";
import { Media } from "./media.js";
import { browserWord, captionChoice, rememberCaptions } from "./memory.js";
import { Minutes, textOf } from "./minutes.js";
import { Showing } from "./showing.js";
import { judge, sampleOf, Steadiness } from "./quality.js";
import { Line, Refused } from "./protocol.js";
import { Sound } from "./sound.js";
import { stayAwake } from "./awake.js";
import { initial, reduce } from "./state.js";
import { chime } from "../lib/chime.js";
import { json, sendFile } from "../lib/http.js";

const PROMPT_FOR = 2_500;
const SILENCED_FOR = 2_000;
const HOLD_AFTER = 20_000;
const MEASURE_EVERY = 1_000;
/** A line is judged over a while; a picture that stumbles is helped sooner. */
const LOOKS_PER_SAMPLE = 4;

/** @typedef {import("./page.js").Page} Page */

export class Session {
  room = signal(initial());
  now = signal(Date.now());
  quality = signal(/** @type {"good" | "poor" | "bad" | null} */ (null));
  streams = signal(0);
  isSilenced = signal(false);
  /** Whether the line for typing captions stands open. */ typing = signal(false);
  minutesAt = signal(0);
  papersAt = signal(0);
  /** When each line of the opening script was ticked. */ ticks = signal(/** @type {Record<string, string>} */ ({}));
  /** Calls for the city's board, the newest first. */ calls = signal(/** @type {import("./board.js").Call[]} */ ([]));
  /** @type {{before: import("./wire.js").RoomState, after: import("./wire.js").RoomState, hear: ((before: import("./wire.js").RoomState, after: import("./wire.js").RoomState) => void) | null}} */
  #watch = { before: initial(), after: initial(), hear: null };
  /** @type {import("./quality.js").Sample | null} */ #sample = null;
  #steadiness = new Steadiness();
  #looks = 0;
  /** @type {(() => void) | null} */ #sleep = null;
  #selfStream = new MediaStream();
  #isIn = false;
  #isNew = false;
  /** What was chosen on this page; null as long as nothing was. @type {boolean | null} */ #isHearing = null;
  #hadCamera = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #telling;

  /** @param {Page} page @param {import("./words.js").Say} say */
  constructor(page, say) {
    this.page = page;
    this.ticks.value = page.ticks;
    this.say = say;
    this.room.value = reduce(initial(), { type: "captions", choice: captionChoice(localStorage) });
    this.line = new Line({ url: page.socket, ticket: page.ticket, device: describeDevice(), browser: browserWord(localStorage, () => crypto.randomUUID()), hear: (message) => this.#hear(message) });
    this.media = new Media({
      offer: (sdp, connection) => this.line.tell("offer", { sdp, connection }),
      onState: (state) => this.#put({ type: "media", state, at: Date.now() }),
      onStreams: () => this.#streamsChanged(),
    }, page.isHigh);
    this.capture = new Capture({
      onTrack: (kind, track) => this.#send(kind, track),
      onTrouble: (kind, trouble) => this.#troubled(kind, trouble),
      onShareEnded: () => void this.switch("screen", false),
    }, page.isHigh);
    this.sound = new Sound((isBlocked) => (this.isSilenced.value = isBlocked));
    this.minutes = page.minutes
      ? new Minutes({ url: page.minutes, json, storage: localStorage, onChange: () => (this.minutesAt.value += 1) })
      : null;
    const onChange = () => (this.papersAt.value += 1);
    this.showing = page.showing ? new Showing({ url: page.showing, json, onChange }) : null;
    this.handing = page.papers ? new Handing({ url: page.papers, megabytes: page.megabytes, json, sendFile, onChange }) : null;
  }

  /** @param {(before: import("./wire.js").RoomState, after: import("./wire.js").RoomState) => void} hear */
  start(hear) {
    this.#watch.hear = hear;
    this.line.start();
    setInterval(() => this.#second(), 1000);
    setInterval(() => void this.#measure(), MEASURE_EVERY);
    window.addEventListener("online", () => this.#networkChanged());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#seenAgain());
    /** @type {any} */ (navigator).connection?.addEventListener?.("change", () => this.#networkChanged());
  }

  get selfStream() {
    return this.#selfStream;
  }

  /**
   * Ask the room for something. What it refuses is shown; nobody has to catch it.
   *
   * @param {string} command
   * @param {Record<string, unknown>} [fields]
   * @returns {Promise<boolean>} whether it is so now
   */
  async ask(command, fields) {
    try {
      await this.line.ask(command, fields);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  /** Lay the minutes before everybody, then show them. @returns {Promise<boolean>} */
  async readBack() {
    const isOpen = this.minutes?.view?.state.startsWith("draft") ?? false;
    try {
      if (isOpen) await this.minutes?.show();
    } catch (error) {
      this.#put({ type: "failed", command: "read_back", text: textOf(error) });
      return false;
    }
    return this.ask("read_back", { on: true });
  }

  /** @param {"mic" | "camera" | "screen"} kind @param {boolean} isOn */
  async switch(kind, isOn) {
    if (kind === "mic" && isOn && this.room.peek().view?.you.locked) {
      this.#put({ type: "failed", command: "media", text: this.say("refused.locked") });
      return;
    }
    if (kind === "screen") {
      if (isOn && !(await this.capture.share())) return;
      if (!isOn) this.capture.unshare();
    } else {
      await this.capture.switch(kind, isOn);
    }
    this.#put({ type: "own", [kind]: isOn });
    await this.#tellMedia();
  }

  /** One press for a device that stopped by itself. @param {"mic" | "camera"} kind */
  async repair(kind) {
    await this.capture.repair(kind);
    this.#put({ type: "own", [kind]: true });
    await this.#tellMedia();
  }

  /**
   * Only hear and speak: no picture is sent or fetched, for a line that carries no more.
   *
   * @param {boolean} isOn
   * @returns {Promise<boolean>} Whether the room took it.
   */
  async hearOnly(isOn) {
    this.#isHearing = isOn;
    if (!(await this.ask("watch", { pictures: !isOn }))) return false;
    const { own } = this.room.peek();
    if (isOn) {
      this.#hadCamera = own.camera;
      if (own.screen) await this.switch("screen", false);
    }
    if (isOn ? own.camera : this.#hadCamera) await this.switch("camera", !isOn);
    return true;
  }

  /** @param {"mic" | "camera" | "speaker"} kind @param {string} device */
  async use(kind, device) {
    if (kind === "speaker") {
      rememberDevices({ speaker: device });
      this.sound.use(device);
    } else {
      await this.capture.use(kind, device);
    }
  }

  /** Show captions or not, on this device from now on. @param {boolean} isOn */
  showCaptions(isOn) {
    rememberCaptions(localStorage, isOn);
    this.#put({ type: "captions", choice: isOn ? "on" : "off" });
  }

  /** Show one person large, or let the speaker be large again. @param {string} member */
  pin(member) {
    this.#put({ type: "pin", member });
  }

  /** Fetch the ticks of the opening script again. */
  async readTicks() {
    if (this.page.scriptUrl) this.ticks.value = await json("GET", this.page.scriptUrl);
  }

  /** Fetch the calls for the city's board again; an answer of the board is told by its tones. */
  async readCalls() {
    if (!this.page.boardUrl) return;
    const before = this.calls.peek()[0];
    const found = await json("GET", this.page.boardUrl).catch(() => null);
    if (!found) return;
    this.calls.value = found;
    const isAnswer = before && found[0]?.code === before.code && found[0].answered_at !== before.answered_at;
    if (isAnswer) void chime();
  }

  /** The refusal was read. */
  read() {
    this.#put({ type: "read" });
  }

  async leave() {
    const asked = this.line.state === "open" ? this.ask("leave") : Promise.resolve(true);
    const isGone = await Promise.race([asked, new Promise((go) => setTimeout(() => go(true), 1000))]);
    // Whoever is the last to hold a running reception is told so, and stays.
    if (isGone || this.room.peek().refusal?.code !== "chair_needed") this.line.close();
  }

  /** Where a member's sound and picture come in. @param {number} slot */
  streamsOf(slot) {
    return this.media.streams(this.room.value.seats.connection, slot);
  }

  /** @param {import("./wire.js").Message} message */
  #hear(message) {
    if (message.type === "answer") return void this.media.answered(message.sdp, message.connection);
    if (message.type === "welcome") {
      this.#isNew = true;
      this.media.told(message);
    }
    this.#put(message.type === "tick" || message.type === "captioned" ? { ...message, heard_at: Date.now() } : message);
    if (message.type === "refused" && message.re === null && message.code === "media_failed") this.media.rebuild();
    if (message.type === "slots") this.#streamsChanged();
    if (message.type === "changed" && message.topic === "minutes") void this.minutes?.read();
    if (message.type === "changed" && message.topic === "board") void this.readCalls();
    if (message.type === "changed" && (message.topic === "showing" || message.topic === "papers")) this.#readPapers();
    if (message.type === "changed" && message.topic === "script") void this.readTicks().catch(() => {});
  }

  /** @param {import("./wire.js").Message} message */
  #put(message) {
    const before = this.room.peek();
    const after = reduce(before, message);
    if (before === after) return;
    this.room.value = after;
    this.#follow(before, after, message);
    this.#watch.hear?.(before, after);
  }

  /** @param {import("./wire.js").RoomState} before @param {import("./wire.js").RoomState} after @param {import("./wire.js").Message} message */
  #follow(before, after, message) {
    if (after.link.state === "open") this.media.hold(false);
    if (message.type === "state") this.#place(before, after);
    // After a stop not one word more is kept, here either.
    if (after.view?.phase === "stopped" && before.view?.phase !== "stopped") {
      this.minutes?.forget();
      this.showing?.forget();
    }
    if (before.link.state !== "closed" && after.link.state === "closed") this.#quiet();
    if (message.type === "media" && message.state === "connected") void this.#tellMedia();
    for (const kind of /** @type {("mic" | "camera" | "screen")[]} */ (["mic", "camera", "screen"])) {
      if (message.type !== "state" || !before.own[kind] || after.own[kind]) continue;
      // The desk switched it off; the device follows.
      if (kind === "screen") this.capture.unshare();
      else void this.capture.switch(kind, false);
    }
  }

  /** @param {import("./wire.js").RoomState} before @param {import("./wire.js").RoomState} after */
  #place(before, after) {
    const you = after.view?.you;
    if (!isInside(after) || !you?.acknowledged) {
      if (isInside(before)) this.#quiet();
      return;
    }
    if (!this.#isIn) void this.#enter();
    // After a worker's restart the room stands again, but our connection ended with the old
    // worker; and an offer made while the line broke was never heard.
    else if (this.#isNew && (you.status === "admitted" || !this.media.isUp)) this.media.returned();
    // A worker that was started again no longer knows what was chosen.
    if (this.#isNew && this.#isHearing === you.watching) void this.ask("watch", { pictures: !this.#isHearing });
    this.#isNew = false;
  }

  async #enter() {
    this.#isIn = true;
    this.#sleep = stayAwake();
    const speaks = this.room.peek().me?.powers.includes("speak");
    // Whoever leaves the browser's question open still hears the others; what comes later is added.
    if (speaks) await Promise.race([this.capture.start(), new Promise((then) => setTimeout(then, PROMPT_FOR))]);
    else this.#put({ type: "own", mic: false, camera: false });
    if (this.#isIn) this.media.start();
    void this.minutes?.read();
    this.#readPapers();
  }

  #readPapers() {
    if (!isInside(this.room.peek())) return;
    void this.showing?.read();
    void this.handing?.read();
  }

  #quiet() {
    this.showing?.forget();
    this.media.stop();
    this.capture.stop();
    this.sound.stop();
    this.#isIn = false;
    this.#sleep?.();
    this.#sleep = null;
    this.#put({ type: "media", state: "off", at: Date.now() });
  }

  async #tellMedia() {
    const { own, me } = this.room.peek();
    if (!me?.powers.includes("speak")) return;
    const sends = this.capture.sends;
    const mic = own.mic && sends.mic;
    const camera = own.camera && !own.screen && sends.camera;
    await this.ask("media", { mic, camera, screen: own.screen });
  }

  /** @param {"audio" | "video"} kind @param {MediaStreamTrack | null} track */
  #send(kind, track) {
    void this.media.send(kind, track);
    if (kind === "video") {
      for (const each of this.#selfStream.getVideoTracks()) this.#selfStream.removeTrack(each);
      if (track) this.#selfStream.addTrack(track);
    }
    this.streams.value += 1;
    if (this.media.isUp) void this.#tellMedia();
  }

  #streamsChanged() {
    const { seats } = this.room.peek();
    const heard = new Map();
    for (const { slot } of seats.seats) {
      const found = this.media.streams(seats.connection, slot);
      if (found) heard.set(slot, found.audio);
    }
    if (heard.size || seats.connection === this.media.number) this.sound.play(heard);
    this.streams.value += 1;
  }

  #second() {
    this.now.value = Date.now();
    const { lostAt } = this.room.peek().link;
    if (lostAt !== null && Date.now() - lostAt > HOLD_AFTER) this.media.hold(true);
  }

  async #measure() {
    const report = await this.media.stats();
    if (!report) return;
    this.media.steady(this.#steadiness.look(report, Date.now()));
    if (this.#looks++ % LOOKS_PER_SAMPLE) return;
    const sample = sampleOf(report);
    if (this.#sample && this.#sample.sent <= sample.sent) this.quality.value = judge(this.#sample, sample);
    this.#sample = sample;
  }

  /** The desk sees it too: what the system silenced is told as not sent. @param {"mic" | "camera"} kind @param {string | null} trouble */
  #troubled(kind, trouble) {
    this.#put({ type: "trouble", [kind]: trouble });
    clearTimeout(this.#telling);
    const tell = () => void (this.media.isUp && this.#tellMedia());
    // A busy machine silences its devices for moments; what is told as off is not forwarded.
    if (trouble === "busy") this.#telling = setTimeout(tell, SILENCED_FOR);
    else tell();
  }

  #seenAgain() {
    this.line.hurry();
    if (this.#isIn) void this.capture.wake();
  }

  #networkChanged() {
    this.line.hurry();
    this.media.check();
  }
}
