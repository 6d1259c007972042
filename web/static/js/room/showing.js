/**
 * The page of a paper that everybody in the room sees, as this page knows it, and the desk's hand on it.
 *
 * The office says what is shown; news of the room only say that it is to be asked again. Answers that
 * arrive in another order than they were asked for never bring an older page back.
 *
 * @typedef {{id: number, file: string, name: string, sha256: string, page: number, pages: number, at: string, by: string, href: string}} Shown
 * @typedef {{file: string, title: string, href: string, note: string, why_not: string}} CaseFile
 */

import { textOf } from "./minutes.js";

/** The note that one was let in may reach the office later than one's own question. */
const ASK_AGAIN = [700, 1_500, 3_000, 6_000, 12_000];
const NOT_OURS = new Set([403, 404, 410]);

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {(method: "GET" | "POST", address: string, body?: unknown) => Promise<any>} json
 * @property {() => void} onChange
 */

export class Showing {
  /** @type {Shown | null} */ shown = null;
  /** What the desk may show. @type {CaseFile[]} */ files = [];
  /** Whether this page chooses. */ may = false;
  /** The office's sentence about what could not be done; "no_answer" when it said nothing. */ trouble = "";
  isBusy = false;
  /** @type {Options} */ #options;
  #asked = 0;
  #heard = 0;
  #tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** Ask what is shown now. */
  async read() {
    this.#tries = 0;
    await this.#read();
  }

  async #read() {
    clearTimeout(this.#timer);
    const number = (this.#asked += 1);
    let again = true;
    try {
      const answer = await this.#options.json("GET", this.#options.url);
      this.#take(number, answer);
      again = answer.again;
    } catch (error) {
      if (NOT_OURS.has(/** @type {any} */ (error)?.status ?? 0) && number > this.#heard) this.shown = null;
    }
    const pause = again ? ASK_AGAIN[this.#tries++] : undefined;
    if (pause !== undefined && number === this.#asked) this.#timer = setTimeout(() => void this.#read(), pause);
    this.#options.onChange();
  }

  /** @param {number} number @param {{shown: Shown | null, files: CaseFile[], may: boolean}} answer */
  #take(number, answer) {
    if (number < this.#heard) return;
    this.#heard = number;
    this.shown = answer.shown;
    this.files = answer.files;
    this.may = answer.may;
  }

  /** Lay one page before everybody. @param {string} file @param {number} page */
  async show(file, page) {
    await this.#do("", { file, page });
  }

  /** @param {number} by pages forward, or back when negative; not beyond either end */
  async turn(by) {
    if (!this.shown) return;
    const page = Math.min(Math.max(this.shown.page + by, 1), this.shown.pages);
    if (page !== this.shown.page) await this.show(this.shown.file, page);
  }

  /** Show nothing any more. */
  async putAway() {
    await this.#do("/thoi", {});
  }

  /** @param {string} where @param {object} body */
  async #do(where, body) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.trouble = "";
    this.#options.onChange();
    const number = (this.#asked += 1);
    try {
      this.#take(number, await this.#options.json("POST", this.#options.url + where, body));
    } catch (error) {
      this.trouble = textOf(error) || "no_answer";
    }
    this.isBusy = false;
    this.#options.onChange();
  }

  /** The trouble was read. */
  calm() {
    this.trouble = "";
    this.#options.onChange();
  }

  /** Nothing of it stays on this page: one left, or the reception was stopped. */
  forget() {
    clearTimeout(this.#timer);
    this.#heard = this.#asked += 1;
    this.shown = null;
    this.#options.onChange();
  }
}
