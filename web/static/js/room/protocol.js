/**
 * The wire: one WebSocket at a time, opened again for as long as the room wants us.
 *
 * Every command carries an id and is kept until it is answered; after a loss it is said again,
 * which is safe because in this room asking twice is asking once. A command that could not be
 * said for half a minute is given up, so that nothing happens long after it was meant.
 *
 * @typedef {import("./wire.js").FromServer} FromServer
 * @typedef {import("./wire.js").FromPage} FromPage
 */

const FIRST_RETRY = 300;
const LAST_RETRY = 2_000;
const PING_EVERY = 2_000;
const WATCH_EVERY = 1_000;
const SILENT_FOR = 4_000;
const WELCOME_WITHIN = 8_000;

/** What was sent into a dead line is sent again ever later; a new call goes through as soon as it is back. */
const ANOTHER_AFTER = 2_000;
const CALLS_AT_MOST = 4;
const KEPT_FOR = 30_000;
const BROKEN_AT_MOST = 3;

/** Only the last of these counts: an older one still unanswered is withdrawn. */
const LATEST = new Set(["media", "hand", "read_back", "watch"]);

/** What a close code means where the goodbye itself was lost. @type {Record<number, string>} */
const FINAL = { 4401: "expired", 4403: "removed", 4409: "replaced", 4410: "ended" };
const GOODBYES = new Set(["replaced", "removed", "refused", "ended", "expired", "left", "withdrawn"]);

/** The room said no; `code` is one of the protocol's refusals, or "not_sent". */
export class Refused extends Error {
  /** @param {string} command @param {string} code */
  constructor(command, code) {
    super(`${command}: ${code}`);
    this.command = command;
    this.code = code;
  }
}

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {string} ticket
 * @property {string} device
 * @property {string} [browser] a word by which this browser is known again; without it a reload looks like a second page
 * @property {(message: FromServer | FromPage) => void} hear called with every message, and with `link` news
 * @property {(url: string) => WebSocket} [open]
 * @property {() => number} [random]
 */

/** @typedef {{id: string, command: string, text: string, askedAt: number, settle: (code: string | null) => void}} Pending */

export class Line {
  /** @type {Options} */ #options;
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Set<WebSocket>} */ #calling = new Set();
  /** @type {Map<string, Pending>} */ #pending = new Map();
  /** @type {"connecting" | "open" | "lost" | "closed"} */ #state = "connecting";
  /** @type {{code: string, ground: string | null} | null} */ #bye = null;
  #isAside = false;
  #wasIn = false;
  #tries = 0;
  #broken = 0;
  #count = 0;
  #openedAt = 0;
  #calledAt = 0;
  #heardAt = 0;
  #watchedAt = 0;
  #pingedAt = 0;
  #name = Math.random().toString(36).slice(2, 8);
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #watch;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  get state() {
    return this.#state;
  }

  start() {
    this.#watchedAt = Date.now();
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY);
    this.#dial();
  }

  /**
   * Ask the room for something; settled by its answer.
   *
   * @param {string} command
   * @param {Record<string, unknown>} [fields]
   * @returns {Promise<void>} rejected with Refused
   */
  ask(command, fields = {}) {
    const id = `${this.#name}-${++this.#count}`;
    const text = JSON.stringify({ ...fields, type: command, id });
    if (LATEST.has(command)) this.#withdraw(command);
    return new Promise((resolve, reject) => {
      const settle = (/** @type {string | null} */ code) => (code === null ? resolve() : reject(new Refused(command, code)));
      this.#pending.set(id, { id, command, text, askedAt: Date.now(), settle });
      this.#options.hear({ type: "asked", id, command, fields });
      if (this.#state === "open") this.#say(text);
    });
  }

  /**
   * Say something that is worthless later: an offer, a ping.
   *
   * @param {string} command
   * @param {Record<string, unknown>} [fields]
   * @returns {boolean} whether it went out
   */
  tell(command, fields = {}) {
    if (this.#state !== "open") return false;
    return this.#say(JSON.stringify({ ...fields, type: command }));
  }

  /** Try at once instead of when the next attempt is due: the network or the person came back. */
  hurry() {
    if (this.#state === "lost") {
      this.#tries = 0;
      this.#dial();
    } else {
      this.#look();
    }
  }

  /** Go for good. */
  close() {
    this.#finish("left", null);
  }

  #dial() {
    clearTimeout(this.#retry);
    this.#drop();
    this.#bye = null;
    this.#openedAt = this.#heardAt = Date.now();
    this.#become("connecting");
    this.#call();
  }

  /** One of several calls at a time; the first that is answered is the line. */
  #call() {
    const { url, ticket, device, browser = "", open = (address) => new WebSocket(address) } = this.#options;
    const socket = open(url);
    this.#calling.add(socket);
    this.#calledAt = Date.now();
    socket.onopen = () => {
      this.#calling.delete(socket);
      if (this.#socket) return socket.close();
      this.#hangUp();
      this.#socket = socket;
      this.#openedAt = Date.now();
      socket.send(JSON.stringify({ type: "hello", ticket, device, browser, again: this.#wasIn }));
    };
    socket.onmessage = (event) => this.#socket === socket && this.#take(event.data);
    socket.onclose = (event) => {
      const wasCalling = this.#calling.delete(socket);
      if (this.#socket === socket || (wasCalling && !this.#socket && !this.#calling.size)) this.#closed(event.code);
    };
  }

  #callAgain() {
    const [oldest] = this.#calling;
    if (this.#calling.size >= CALLS_AT_MOST && oldest) {
      this.#calling.delete(oldest);
      oldest.close();
    }
    this.#call();
  }

  #hangUp() {
    for (const each of this.#calling) each.close();
    this.#calling.clear();
  }

  /** @param {unknown} text */
  #take(text) {
    this.#heardAt = Date.now();
    /** @type {FromServer} */
    const message = JSON.parse(String(text));
    if (message.type === "welcome") {
      this.#tries = 0;
      this.#broken = 0;
      this.#wasIn = true;
      this.#options.hear(message);
      this.#become("open");
      for (const each of this.#pending.values()) this.#say(each.text);
      return;
    }
    if (message.type === "elsewhere") return this.#standAside();
    if (message.type === "bye") this.#bye = { code: message.code, ground: message.ground ?? null };
    this.#options.hear(message);
    if (message.type === "done") this.#settle(message.re, null);
    if (message.type === "refused" && message.re !== null) this.#settle(message.re, message.code);
  }

  /** @param {string} id @param {string | null} code */
  #settle(id, code) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.settle(code);
  }

  /** @param {string} command */
  #withdraw(command) {
    for (const each of [...this.#pending.values()]) {
      if (each.command !== command) continue;
      this.#options.hear({ type: "done", re: each.id });
      this.#settle(each.id, null);
    }
  }

  /** @param {number} code */
  #closed(code) {
    this.#socket = null;
    const said = this.#bye?.code;
    // While another device was in the room, this one only watched for the end.
    if (this.#isAside && (said === undefined || !GOODBYES.has(said))) return clearInterval(this.#watch);
    if (said !== undefined && GOODBYES.has(said)) return this.#finish(said, this.#bye?.ground ?? null);
    const meant = FINAL[code];
    if (meant !== undefined) return this.#finish(meant, null);
    // We said something the room could not read. Saying hello again helps once; more is our fault.
    if (code === 4400 && ++this.#broken >= BROKEN_AT_MOST) return this.#finish("broken", null);
    this.#lose();
  }

  #lose() {
    this.#drop();
    this.#become("lost");
    const most = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#tries++);
    // Half of it by chance: a hundred browsers that lost one worker must not come back as one.
    const delay = most * (0.5 + 0.5 * (this.#options.random ?? Math.random)());
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#dial(), delay);
  }

  /** Another device is in the room now. The line stays, silent, so that the desk sees that there are two. */
  #standAside() {
    this.#isAside = true;
    this.#close("replaced", null);
  }

  /** @param {string} code @param {string | null} ground */
  #finish(code, ground) {
    clearInterval(this.#watch);
    this.#drop();
    this.#close(code, ground);
  }

  /** @param {string} code @param {string | null} ground */
  #close(code, ground) {
    clearTimeout(this.#retry);
    this.#become("closed", code, ground);
    for (const each of [...this.#pending.values()]) this.#giveUp(each);
  }

  #look() {
    const now = Date.now();
    const slept = now - this.#watchedAt > 3 * WATCH_EVERY;
    this.#watchedAt = now;
    if (this.#isAside) return this.#ping(now);
    if (this.#state === "closed") return;
    for (const each of [...this.#pending.values()]) {
      if (this.#state !== "open" && now - each.askedAt > KEPT_FOR) this.#giveUp(each);
    }
    if (slept) {
      // The page was asleep, not the room: what came meanwhile is read in a moment.
      this.#heardAt = Math.max(this.#heardAt, now - SILENT_FOR / 2);
    }
    if (this.#socket && this.#state === "connecting" && now - this.#openedAt > WELCOME_WITHIN) this.#lose();
    if (this.#calling.size && now - this.#calledAt >= ANOTHER_AFTER) this.#callAgain();
    if (this.#state !== "open") return;
    if (now - this.#heardAt > SILENT_FOR) return this.#lose();
    this.#ping(now);
  }

  /** @param {number} now */
  #ping(now) {
    if (now - this.#pingedAt < PING_EVERY) return;
    this.#pingedAt = now;
    this.#say(JSON.stringify({ type: "ping", at: now }));
  }

  /** @param {Pending} pending */
  #giveUp(pending) {
    this.#options.hear({ type: "unsent", id: pending.id });
    this.#settle(pending.id, "not_sent");
  }

  /** @param {string} text @returns {boolean} false while the WebSocket is closing */
  #say(text) {
    const OPEN = 1;
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  #drop() {
    this.#hangUp();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** @param {"connecting" | "open" | "lost" | "closed"} state @param {string} [code] @param {string | null} [ground] */
  #become(state, code, ground) {
    this.#state = state;
    this.#options.hear({ type: "link", state, at: Date.now(), ...(code === undefined ? {} : { code, ground: ground ?? null }) });
  }
}
