/**
 * The canned partner of a rehearsal: a drawn figure and a hum, sent through the real server, so that
 * everything the person presses does what it does on the day. Nothing is recorded: the partner's chair
 * waives the recording before anybody can begin, and the office keeps nothing of such a room.
 */

import { part } from "../lib/dom.js";
import { wordsOf } from "../lib/words.js";
import { Seat } from "./practice.js";

const ADMIT_AFTER = 3_000;
const SPEAK_FOR = 12_000;
const HAND_AFTER = 8_000;
const [WIDTH, HEIGHT, FRAMES] = [640, 360, 10];

/** @typedef {import("./wire.js").StateMessage} State */

/** A picture that says what it is, and a voice that hums while it speaks. */
class Figure {
  isTalking = false;
  #context = new AudioContext();
  #volume = new GainNode(this.#context, { gain: 0 });
  #canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });

  /** @param {string} sign */
  constructor(sign) {
    this.sign = sign;
    const out = new MediaStreamAudioDestinationNode(this.#context);
    const hum = new OscillatorNode(this.#context, { frequency: 170 });
    hum.connect(this.#volume).connect(out);
    hum.start();
    // Browsers keep a page silent until something on it is pressed.
    document.addEventListener("pointerdown", () => void this.#context.resume(), { once: true });
    setInterval(() => this.#draw(), 1000 / FRAMES);
    this.tracks = [...out.stream.getAudioTracks(), ...this.#canvas.captureStream(FRAMES).getVideoTracks()];
  }

  #draw() {
    const pen = this.#canvas.getContext("2d");
    if (!pen) return;
    const open = this.isTalking ? Math.abs(Math.sin(Date.now() / 130)) : 0;
    this.#volume.gain.setTargetAtTime(open * 0.12, this.#context.currentTime, 0.03);
    pen.fillStyle = "#0a5a55";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.fillStyle = "#e3f0ee";
    pen.beginPath();
    pen.ellipse(WIDTH / 2, 360, 130, 120, 0, 0, 7);
    pen.fill();
    pen.beginPath();
    pen.arc(WIDTH / 2, 165, 62, 0, 7);
    pen.fill();
    pen.fillStyle = "#0a5a55";
    pen.beginPath();
    pen.ellipse(WIDTH / 2, 192, 18, 3 + open * 10, 0, 0, 7);
    pen.fill();
    for (const side of [-24, 24]) {
      pen.beginPath();
      pen.arc(WIDTH / 2 + side, 155, 6, 0, 7);
      pen.fill();
    }
    pen.fillStyle = "#ffffff";
    pen.font = "600 36px sans-serif";
    pen.textAlign = "center";
    pen.fillText(this.sign, WIDTH / 2, 60);
  }
}

class Rehearsal {
  #isOver = false;
  /** @type {Set<string>} */ #done = new Set();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.say = wordsOf(root);
    this.hint = part(root, "[data-hint]", HTMLElement);
    this.isDesk = root.dataset.as === "desk";
    this.figure = new Figure(this.say("sign"));
    const url = new URL(root.dataset.socket ?? "", location.href).href.replace(/^http/, "ws");
    const chair = new Seat(url, root.dataset.chair ?? "", (message) => message.type === "state" && this.#chair(message));
    const citizen = root.dataset.citizen
      ? new Seat(url, root.dataset.citizen, (message) => message.type === "state" && this.#citizen(message))
      : null;
    this.chair = chair;
    this.citizen = citizen;
    for (const track of this.figure.tracks) (citizen ?? chair).send(track);
    chair.line.start();
    citizen?.line.start();
    window.addEventListener("pagehide", () => {
      chair.line.tell("end");
      chair.close();
      citizen?.close();
    });
    this.#tell("notice");
  }

  /** Once only. @param {string} name @param {() => void} act @param {number} [after] */
  #once(name, act, after = 0) {
    if (this.#done.has(name)) return;
    this.#done.add(name);
    setTimeout(() => !this.#isOver && act(), after);
  }

  /** @param {string} key */
  #tell(key) {
    const words = this.say(key);
    if (this.hint.textContent !== words) this.hint.textContent = words;
  }

  /** @param {State} state */
  #chair(state) {
    if (state.phase === "ended") return this.#end();
    // Whoever presses “record” practises that too, but nothing of a rehearsal may be kept.
    if (state.recording.state !== "waived") void this.chair.say("recording_waive", { ground: this.say("ground") });
    if (this.isDesk) return this.#watchDesk(state);
    const person = state.members.find((each) => each.role === "citizen");
    const waits = state.waiting[0];
    if (waits) {
      this.#tell(waits.acknowledged ? "wait" : "notice");
      if (waits.acknowledged) this.#once("admit", () => void this.chair.say("admit", { member: waits.member }), ADMIT_AFTER);
    }
    if (person?.status === "connected") this.#once("begin", () => void this.chair.say("begin", { ground: this.say("ground") }), 1_000);
    if (state.phase !== "live") return;
    this.#once("speak", () => this.#speak("greet", "answer"));
    if (person?.hand) this.#once("floor", () => this.#giveFloor(person.member));
  }

  /** @param {string} words @param {string} then what is to be done when it has spoken */
  #speak(words, then) {
    this.#tell(words);
    this.figure.isTalking = true;
    setTimeout(() => {
      this.figure.isTalking = false;
      if (!this.#isOver) this.#tell(then);
    }, SPEAK_FOR);
  }

  /** @param {string} member */
  #giveFloor(member) {
    void this.chair.say("floor", { member });
    this.#tell("floor");
    this.#once("close", () => this.#tell("leave"), SPEAK_FOR);
  }

  /** What is next for an officer, read from where the room stands. @param {State} state */
  #watchDesk(state) {
    const guest = state.members.find((each) => each.role === "citizen");
    if (!state.members.some((each) => each.role === "officer" && each.acknowledged)) return this.#tell("notice");
    if (state.waiting.length) return this.#tell("deskAdmit");
    if (!guest) return this.#tell("deskWait");
    if (state.phase === "lobby") return this.#tell("deskBegin");
    if (state.phase === "paused") return this.#tell("deskResume");
    if (guest.hand) return this.#tell("deskFloor");
    if (state.floor === guest.member) this.#once("spoke", () => this.#speak("deskListen", "deskPause"));
  }

  /** @param {State} state */
  #citizen(state) {
    if (state.phase !== "live") return;
    this.#once("hand", () => void this.citizen?.say("hand", { up: true }), HAND_AFTER);
    this.#once("look", () => this.#tell("deskLook"));
  }

  #end() {
    this.#isOver = true;
    this.figure.isTalking = false;
    this.#tell("over");
  }
}

new Rehearsal(part(document, '[data-module="rehearsal"]', HTMLElement));
