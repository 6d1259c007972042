/**
 * Handing papers in during a reception: the citizen's files on their way, and the desk's list of what arrived.
 *
 * A hand-in has one key and each file its own, so whatever was cut off is sent again without arriving
 * twice. A short cut is waited out here; a longer one leaves the files where they are, to be sent by one press.
 *
 * @typedef {{name: string, note: string, href: string, picture: string}} Handed
 * @typedef {{code: string, name: string, state: "arrived" | "accepted" | "returned", at: string, decided_at: string | null, by: string, ground: string, receipt: string, files: Handed[]}} Line
 * @typedef {{key: string, file: File, share: number, state: "ready" | "sending" | "kept" | "failed", trouble: string}} Draft
 */

import { textOf } from "./minutes.js";

const MEGABYTE = 1024 * 1024;
export const MOST_FILES = 5;
export const ACCEPT = "image/jpeg,image/png,application/pdf";
const TRY_AGAIN = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const READ_AGAIN = [1_000, 3_000, 8_000];

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {number} megabytes largest file
 * @property {(method: "GET" | "POST", address: string, body?: unknown) => Promise<any>} json
 * @property {(address: string, file: File, onProgress: (share: number) => void, fields: Record<string, string>) => Promise<any>} sendFile
 * @property {() => void} onChange
 * @property {() => string} [newKey]
 */

export class Handing {
  /** What was handed in, newest first. @type {Line[]} */ lines = [];
  /** @type {Draft[]} */ files = [];
  isSending = false;
  /** The line is down and is tried again by itself. */ isWaiting = false;
  /** The office's sentence; or "no_answer", "many", "large", "kind". */ trouble = "";
  /** What was just sent. @type {Line | null} */ sent = null;
  #key = "";
  #tries = 0;
  /** @type {Options} */ #options;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** How many wait for the desk. */
  get waiting() {
    return this.lines.filter((each) => each.state === "arrived").length;
  }

  get megabytes() {
    return this.#options.megabytes;
  }

  /** Ask what was handed in and what became of it. */
  async read() {
    this.#tries = 0;
    await this.#read();
  }

  async #read() {
    clearTimeout(this.#timer);
    try {
      this.lines = (await this.#options.json("GET", this.#options.url)).hand_ins;
    } catch {
      const pause = READ_AGAIN[this.#tries++];
      if (pause !== undefined) this.#timer = setTimeout(() => void this.#read(), pause);
    }
    this.#options.onChange();
  }

  /** Put files beside those chosen before. @param {Iterable<File>} chosen */
  add(chosen) {
    this.trouble = "";
    this.sent = null;
    this.#anew();
    for (const file of this.isSending ? [] : chosen) {
      if (this.files.length >= MOST_FILES) this.trouble = "many";
      else if (file.size > this.#options.megabytes * MEGABYTE) this.trouble = "large";
      else if (!ACCEPT.split(",").includes(file.type)) this.trouble = "kind";
      else this.files.push({ key: this.#newKey(), file, share: 0, state: "ready", trouble: "" });
    }
    this.#options.onChange();
  }

  /** @param {string} key */
  drop(key) {
    if (this.isSending) return;
    this.files = this.files.filter((each) => each.key !== key);
    this.#anew();
    this.trouble = "";
    this.#options.onChange();
  }

  /**
   * Other files are another hand-in: the one under way may have arrived though its answer was lost, and
   * what is added now must not vanish into it. Rather twice than not at all.
   */
  #anew() {
    if (this.isSending || !this.#key) return;
    this.#key = "";
    for (const each of this.files) Object.assign(each, { key: this.#newKey(), state: "ready", share: 0 });
  }

  /** Send all files, then hand them in. Pressed again it goes on where it was cut off. */
  async send() {
    if (this.isSending || !this.files.length) return;
    this.isSending = true;
    this.trouble = "";
    this.#key ||= this.#newKey();
    this.#options.onChange();
    try {
      for (const each of this.files) await this.#sendOne(each);
      const body = { key: this.#key, files: this.files.map((each) => each.key) };
      this.sent = await this.#steadily(() => this.#options.json("POST", `${this.#options.url}/gui`, body));
      this.files = [];
      this.#key = "";
    } catch (error) {
      this.#failed(/** @type {any} */ (error));
    }
    this.isSending = false;
    this.#options.onChange();
    if (this.sent) await this.read();
  }

  /** @param {Draft} one */
  async #sendOne(one) {
    if (one.state === "kept") return;
    Object.assign(one, { state: "sending", share: 0, trouble: "" });
    const progress = (/** @type {number} */ share) => {
      one.share = share;
      this.#options.onChange();
    };
    const fields = { key: this.#key, file_key: one.key };
    try {
      await this.#steadily(() => this.#options.sendFile(`${this.#options.url}/tep`, one.file, progress, fields));
      Object.assign(one, { state: "kept", share: 1 });
    } catch (error) {
      one.state = "failed";
      one.trouble = sentenceOf(error);
      throw error;
    }
  }

  /**
   * Do it once the line lets us. What the office refuses is refused at once.
   *
   * @template T
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  async #steadily(act) {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await act();
        this.isWaiting = false;
        return answer;
      } catch (error) {
        const status = /** @type {any} */ (error)?.status ?? 0;
        const pause = TRY_AGAIN[tries];
        this.isWaiting = (status === 0 || status >= 500) && pause !== undefined;
        this.#options.onChange();
        if (!this.isWaiting) throw error;
        await new Promise((then) => setTimeout(then, pause));
      }
    }
  }

  /** @param {any} error */
  #failed(error) {
    this.isWaiting = false;
    this.trouble = sentenceOf(error);
    // The office no longer has what was sent before: all of it goes again.
    if (error?.code === "hand_in_incomplete") for (const each of this.files) each.state = "ready";
  }

  /** The desk takes it into the case, or returns it with a ground. @param {string} code @param {"nhan" | "tra"} verdict @param {string} ground */
  async decide(code, verdict, ground = "") {
    if (this.isSending) return;
    this.isSending = true;
    this.trouble = "";
    this.#options.onChange();
    try {
      this.lines = (await this.#options.json("POST", `${this.#options.url}/${code}/${verdict}`, { ground })).hand_ins;
    } catch (error) {
      this.trouble = sentenceOf(error);
      void this.read();
    }
    this.isSending = false;
    this.#options.onChange();
  }

  #newKey() {
    return (this.#options.newKey ?? (() => crypto.randomUUID().replaceAll("-", "")))();
  }
}

/** @param {any} error */
function sentenceOf(error) {
  const fields = Object.values(error?.said?.fields ?? {});
  return String(fields[0] ?? "") || textOf(error) || "no_answer";
}
