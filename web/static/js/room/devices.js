/**
 * The guided check before the waiting room: human steps one after the other, each with a way on.
 *
 * Nothing here keeps anybody out: whoever cannot be heard is told whom to call, and may still
 * enter. What was found goes to the office, so that the ward can call before the day.
 */

import { json } from "../lib/http.js";
import { part } from "../lib/dom.js";
import { dayOf, timeOfDay } from "../lib/time.js";
import { wordsOf } from "../lib/words.js";
import { describeDevice, judgeBrowser, lineOf, permissionHelp, scoreOf } from "./browser.js";
import { chosenDevices, rememberDevices, troubleOf, wish } from "./capture.js";
import { lastGood, rememberCheck } from "./memory.js";
import { practise } from "./practice.js";
import { chime } from "../lib/chime.js";
import { listen, look, timeLine } from "./probe.js";

/** @typedef {"browser" | "permission" | "mic" | "camera" | "speaker" | "line"} Step */
/** @typedef {import("./practice.js").Measured} Measured */
/** @typedef {{state: "ok" | "warn" | "fail" | "run" | "none", code: string}} Result */

const LISTEN_FOR = 12_000;
const LOOK_FOR = 5_000;
const SLOW = 600;
const ICONS = { ok: "check-circle", warn: "alert-triangle", fail: "x-circle", run: "hourglass", none: "circle" };

const capital = (/** @type {string} */ word) => word.charAt(0).toUpperCase() + word.slice(1);

class Check {
  /** @type {Partial<Record<Step, Result>>} */ #found = {};
  /** @type {MediaStream | null} */ #stream = null;
  /** @type {Partial<Record<Measured, import("./practice.js").Found>>} */ #measured = {};
  #isSent = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.say = wordsOf(root);
    this.begin = part(root, "[data-begin]", HTMLButtonElement);
    this.enter = part(root, "[data-enter]", HTMLElement);
    this.summary = part(root, "[data-summary]", HTMLElement);
    this.news = part(root, "[data-news]", HTMLElement);
    this.video = part(root, "video", HTMLVideoElement);
    this.meter = part(root, "meter", HTMLMeterElement);
  }

  start() {
    this.#on("[data-begin]", () => void this.#run());
    this.#on("[data-mic-again]", () => void this.#mic());
    this.#on("[data-play]", () => this.#play());
    this.#on("[data-heard]", () => this.#answered("ok", "heard"));
    this.#on("[data-not-heard]", () => this.#answered("warn", "not_heard"));
    this.#outside();
    for (const kind of /** @type {("mic" | "camera")[]} */ (["mic", "camera"])) {
      part(this.root, `[data-choose=${kind}]`, HTMLSelectElement).addEventListener("change", (event) => {
        rememberDevices({ [kind]: /** @type {HTMLSelectElement} */ (event.currentTarget).value });
        void this.#again(kind);
      });
    }
    window.addEventListener("pagehide", () => this.#leave());
    // A press before anybody listened would be lost.
    this.begin.disabled = false;
    this.#browser();
  }

  /** @param {string} selector @param {() => void} act */
  #on(selector, act) {
    part(this.root, selector, HTMLElement).addEventListener("click", act);
  }

  #browser() {
    const found = judgeBrowser({
      app: this.root.dataset.app ?? "",
      hasMedia: typeof navigator.mediaDevices?.getUserMedia === "function",
      hasPeer: typeof RTCPeerConnection === "function",
      hasRoom: HTMLScriptElement.supports?.("importmap") ?? false,
      isSecure: window.isSecureContext,
    });
    this.#put("browser", found.state, found.code);
    if (found.state === "fail") {
      this.begin.hidden = true;
      this.#finish();
      return;
    }
    // A drill is done anew every day, whatever was found before.
    if (this.root.dataset.daily !== undefined) return;
    const before = lastGood(localStorage, Date.now());
    if (before === null) return;
    this.begin.classList.replace("button--primary", "button--secondary");
    part(this.root, "[data-remembered]", HTMLElement).hidden = false;
    part(this.root, "[data-remembered-words]", HTMLElement).textContent = this.say("remembered", { time: timeOfDay(before), date: dayOf(before) });
  }

  /** Copying is offered where a script can do it; the address stands there for everybody. */
  #outside() {
    const button = this.root.querySelector("[data-copy]");
    if (!(button instanceof HTMLElement)) return;
    button.hidden = false;
    button.addEventListener("click", () => void this.#copy());
  }

  async #run() {
    this.begin.disabled = true;
    const hasSound = await this.#permission();
    void this.#line();
    this.#more("speaker").hidden = false;
    if (hasSound) {
      await this.#offerDevices();
      void this.#camera();
      await this.#mic();
      // The press that began all this lets the browser play; one press less.
      this.#play();
      part(this.root, "[data-heard]", HTMLElement).focus({ preventScroll: true });
    }
    this.begin.hidden = hasSound;
    this.begin.disabled = false;
    this.#finish();
  }

  /** @returns {Promise<boolean>} whether there is anything to try out */
  async #permission() {
    this.#put("permission", "run", "asking");
    const chosen = chosenDevices();
    const audio = wish("mic", false, chosen.mic);
    const video = wish("camera", false, chosen.camera);
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio, video });
      this.#put("permission", "ok", "ok");
      return true;
    } catch (both) {
      try {
        this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
        this.#put("permission", "warn", "sound_only");
        this.#put("camera", "warn", troubleOf(both));
        return true;
      } catch (alone) {
        const trouble = troubleOf(alone);
        this.#put("permission", "fail", trouble === "blocked" ? `blocked_${permissionHelp(navigator.userAgent)}` : trouble);
        this.#put("mic", "fail", trouble);
        this.#put("camera", "fail", troubleOf(both));
        return false;
      }
    }
  }

  /** A choice is offered only where there is one. */
  async #offerDevices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, name] of /** @type {const} */ ([["mic", "audioinput"], ["camera", "videoinput"]])) {
      const found = all.filter((each) => each.kind === name && each.deviceId);
      const select = part(this.root, `[data-choose=${kind}]`, HTMLSelectElement);
      select.replaceChildren(...found.map((each, at) => new Option(each.label || this.say("unnamed", { number: at + 1 }), each.deviceId)));
      const now = this.#stream?.getTracks().find((each) => each.kind === (kind === "mic" ? "audio" : "video"))?.getSettings().deviceId;
      if (now) select.value = now;
      const field = select.closest(".field");
      if (field instanceof HTMLElement) field.hidden = found.length < 2;
    }
  }

  /** @param {"mic" | "camera"} kind */
  async #again(kind) {
    this.#stop();
    if (!(await this.#permission())) return;
    if (kind === "mic") {
      void this.#camera();
      await this.#mic();
    } else {
      await this.#camera();
    }
  }

  async #mic() {
    if (!this.#stream) return;
    this.#more("mic").hidden = false;
    part(this.root, "[data-mic-again]", HTMLElement).hidden = true;
    this.#put("mic", "run", "speak");
    const heard = await listen(this.#stream, (level) => (this.meter.value = level), LISTEN_FOR);
    this.#put("mic", heard === "heard" ? "ok" : "warn", heard);
    part(this.root, "[data-mic-again]", HTMLElement).hidden = heard === "heard";
    if (this.#isSent) this.#finish();
  }

  async #camera() {
    if (!this.#stream?.getVideoTracks().length) return;
    this.#more("camera").hidden = false;
    this.#put("camera", "run", "looking");
    this.video.srcObject = new MediaStream(this.#stream.getVideoTracks());
    void this.video.play().catch(() => {});
    const seen = await look(this.video, LOOK_FOR);
    this.#put("camera", seen === "seen" ? "ok" : "warn", seen);
  }

  #play() {
    void chime();
    part(this.root, "[data-answers]", HTMLElement).hidden = false;
    this.#put("speaker", "run", "playing");
  }

  /** @param {"ok" | "warn"} state @param {string} code */
  #answered(state, code) {
    this.#put("speaker", state, code);
    part(this.root, "[data-answers]", HTMLElement).hidden = true;
    this.#finish();
    this.enter.focus();
  }

  async #line() {
    this.#put("line", "run", "timing");
    const time = await timeLine(this.root.dataset.probe ?? "");
    if (time === null) {
      this.#put("line", "fail", "no_answer");
    } else {
      await this.#practise();
      const { state, code } = lineOf(this.#measured, time > SLOW);
      this.#put("line", state, code);
    }
    this.#finish();
  }

  /** A call to oneself through the real server; without sound to send there is nothing to try. */
  async #practise() {
    const address = this.root.dataset.practice;
    if (!address || !this.#stream) return;
    this.#more("line").hidden = false;
    this.#measured = {};
    try {
      await practise(await json("POST", address, {}), this.#stream, (name, found) => {
        this.#measured[name] = found;
        const place = part(this.root, `[data-measured=${name}]`, HTMLElement);
        place.dataset.state = found.state;
        part(place, "[data-measured-word]", HTMLElement).textContent = this.say(`state${capital(found.state)}`);
      });
    } catch {
      // Told as a line that could not be measured; the room itself may still be reached.
    }
  }

  async #copy() {
    const link = part(this.root, "[data-link]", HTMLElement);
    getSelection()?.selectAllChildren(link);
    try {
      await navigator.clipboard.writeText(link.textContent ?? "");
    } catch {
      // Apps often forbid the clipboard to a page; the old way still works there.
      document.execCommand("copy");
    }
    this.news.textContent = this.say("copied");
  }

  /** @param {Step} step @param {Result["state"]} state @param {string} code */
  #put(step, state, code) {
    this.#found[step] = { state, code };
    const place = part(this.root, `[data-step=${step}]`, HTMLElement);
    place.dataset.state = state;
    place.querySelector("use")?.setAttribute("href", `${this.root.dataset.icons}#${ICONS[state]}`);
    part(place, "[data-state-word]", HTMLElement).textContent = this.say(`state${capital(state)}`);
    const advice = this.root.querySelector(`template[data-advice="${step}.${code}"]`);
    const text = advice instanceof HTMLTemplateElement ? (advice.content.textContent ?? "").trim() : "";
    const line = part(place, ".check__advice", HTMLElement);
    line.textContent = text;
    line.hidden = text === "";
    if (state !== "run" || text) this.news.textContent = `${part(place, ".check__name", HTMLElement).textContent}: ${text || this.say(`state${capital(state)}`)}`;
  }

  #finish() {
    const score = scoreOf(/** @type {Record<string, {state: string}>} */ (this.#found));
    const isAnswered = this.#found.speaker !== undefined && this.#found.speaker.state !== "run";
    const isDone = isAnswered && this.#found.line?.state !== "run";
    const isStuck = score === "failed" && this.#found.mic?.state !== "run" && this.#found.line?.state !== "run";
    this.summary.hidden = !isDone && !isStuck;
    this.summary.textContent = this.say(`score${capital(score)}`);
    this.enter.classList.toggle("button--primary", isDone || isStuck);
    this.enter.classList.toggle("button--secondary", !isDone && !isStuck);
    if (isDone || isStuck) void this.#send(true);
  }

  /** @param {boolean} isFinished */
  async #send(isFinished) {
    const address = this.root.dataset.result;
    if (!address) return;
    this.#isSent = true;
    const found = /** @type {Record<string, Result>} */ ({ ...this.#found, ...this.#measured });
    const result = isFinished ? scoreOf(/** @type {Record<string, {state: string}>} */ (this.#found)) : "unknown";
    const steps = Object.fromEntries(Object.entries(found).map(([name, each]) => [name, `${each.state}.${each.code}`]));
    if (isFinished) rememberCheck(localStorage, result, Date.now());
    // The result helps the ward prepare; that it could not be sent must stop nobody at the door.
    await json("POST", address, { result, steps, device: describeDevice() }, { keepalive: true }).catch(() => {});
  }

  #leave() {
    const hasBegun = this.#found.permission !== undefined;
    if (hasBegun && !this.#isSent) void this.#send(false);
    this.#stop();
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  /** @param {string} step */
  #more(step) {
    return part(this.root, `[data-step=${step}] .check__more`, HTMLElement);
  }
}

new Check(part(document, '[data-module="check"]', HTMLElement)).start();
