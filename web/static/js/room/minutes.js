/**
 * The minutes as this page holds them. No typed word is lost: what was typed stays in this
 * browser until the office has acknowledged exactly these words, and when somebody else wrote
 * in the meantime both texts are kept side by side until a person has put them together.
 *
 * @typedef {import("./minutes_wire.js").View} View
 * @typedef {import("./minutes_wire.js").Draft} Draft
 * @typedef {import("./minutes_wire.js").Written} Written
 */

export const FIELDS = [
  "content_presented", "citizen_demand", "evidence_items", "member_opinions", "chair_conclusion", "citizen_response",
];

const PAUSE = 900;
const LONGEST_PAUSE = 5_000;
const TRY_AGAIN = [2_000, 5_000, 10_000];

/**
 * @typedef {object} Options
 * @property {string} url
 * @property {(method: "GET" | "POST", address: string, body?: unknown) => Promise<any>} json
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage
 * @property {() => void} onChange
 * @property {() => string} [newKey]
 */

export class Minutes {
  /** @type {View | null} */ view = null;
  /** @type {Record<string, Draft>} */ drafts = {};
  /** @type {string | null} code of what kept us from reading them */ trouble = null;
  /** @type {Options} */ #options;
  /** @type {Record<string, ReturnType<typeof setTimeout>>} */ #timers = {};
  /** @type {Record<string, number>} */ #typedSince = {};
  /** @type {Record<string, number>} */ #failures = {};
  #isReading = false;
  #readAgain = false;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** Read them again, as the office has them now. */
  async read() {
    if (this.#isReading) {
      this.#readAgain = true;
      return;
    }
    this.#isReading = true;
    try {
      this.view = await this.#options.json("GET", this.#options.url);
      this.trouble = null;
      this.#recover();
      this.#resend();
    } catch (error) {
      this.trouble = codeOf(error);
    }
    this.#isReading = false;
    this.#options.onChange();
    if (this.#readAgain) {
      this.#readAgain = false;
      await this.read();
    }
  }

  /** What stands in a field here and now. @param {string} field */
  words(field) {
    return this.drafts[field]?.words ?? this.view?.fields[field]?.words ?? "";
  }

  /** @param {string} field @param {string} words */
  type(field, words) {
    const before = this.drafts[field];
    const base = before?.base ?? this.view?.fields[field]?.version ?? 0;
    this.drafts[field] = { words, base, state: before?.state === "stale" ? "stale" : "typing", theirs: before?.theirs ?? null, key: null };
    this.#store(field);
    if (before?.state !== "stale") this.#saveSoon(field);
    this.#options.onChange();
  }

  /**
   * The two texts were put together: these words go on top of theirs.
   *
   * @param {string} field
   * @param {string} words
   */
  merge(field, words) {
    const theirs = this.drafts[field]?.theirs;
    if (!theirs) return;
    this.drafts[field] = { words, base: theirs.version, state: "typing", theirs: null, key: null };
    this.#store(field);
    void this.save(field);
  }

  /** Drop all words that the office does not have, for good: the reception was stopped. */
  forget() {
    for (const field of FIELDS) {
      clearTimeout(this.#timers[field]);
      this.#options.storage.removeItem(this.#place(field));
    }
    this.drafts = {};
    void this.read();
  }

  /** Whether some words are here only. */
  get hasUnsaved() {
    return Object.keys(this.drafts).length > 0;
  }

  /** @param {string} field */
  async save(field) {
    clearTimeout(this.#timers[field]);
    delete this.#typedSince[field];
    const draft = this.drafts[field];
    if (!draft || draft.state === "saving" || draft.state === "stale") return;
    const { words, base } = draft;
    // The same words under the same key: a lost answer does not write them twice.
    const key = draft.key ?? (this.#options.newKey ?? randomKey)();
    this.drafts[field] = { ...draft, state: "saving", key };
    this.#options.onChange();
    try {
      const answer = await this.#options.json("POST", `${this.#options.url}/luu`, { field, words, version: base, key });
      this.#saved(field, words, answer.version);
    } catch (error) {
      this.#failed(field, error);
    }
    this.#options.onChange();
  }

  /** @param {string} field @param {string} words @param {number} version */
  #saved(field, words, version) {
    this.#failures[field] = 0;
    if (this.view) {
      const before = this.view.fields[field];
      this.view.fields[field] = { changed_at: null, changed_by: null, ...before, words, version };
    }
    const draft = this.drafts[field];
    if (!draft || draft.words === words) {
      delete this.drafts[field];
      this.#options.storage.removeItem(this.#place(field));
      return;
    }
    this.drafts[field] = { ...draft, base: version, state: "typing", key: null };
    this.#store(field);
    this.#saveSoon(field);
  }

  /** @param {string} field @param {any} error */
  #failed(field, error) {
    const draft = this.drafts[field];
    if (!draft) return;
    if (error?.status === 409) {
      /** @type {Written | null} */
      const theirs = error.said?.theirs ?? error.said?.facts?.theirs ?? null;
      if (theirs) {
        this.drafts[field] = { ...draft, state: "stale", theirs, key: null };
        return;
      }
    }
    const tries = this.#failures[field] ?? 0;
    this.#failures[field] = tries + 1;
    this.drafts[field] = { ...draft, state: "unsent" };
    // The office said no and will again, until the minutes are read anew and may be written on.
    if (error?.status >= 400 && error.status < 500) return;
    const pause = TRY_AGAIN[Math.min(tries, TRY_AGAIN.length - 1)] ?? 10_000;
    this.#timers[field] = setTimeout(() => void this.save(field), pause);
  }

  /** @param {string} field */
  #saveSoon(field) {
    const draft = this.drafts[field];
    if (draft?.state === "saving") return;
    const since = (this.#typedSince[field] ??= Date.now());
    clearTimeout(this.#timers[field]);
    const pause = Math.max(0, Math.min(PAUSE, since + LONGEST_PAUSE - Date.now()));
    this.#timers[field] = setTimeout(() => void this.save(field), pause);
  }

  /** Words typed before a crash or a reload come back and are sent. */
  #recover() {
    for (const field of FIELDS) {
      const kept = this.drafts[field] ? null : this.#options.storage.getItem(this.#place(field));
      if (!kept) continue;
      /** @type {{words: string, base: number}} */
      const { words, base } = JSON.parse(kept);
      if (words === this.view?.fields[field]?.words) {
        this.#options.storage.removeItem(this.#place(field));
      } else if (this.view?.may.edit) {
        this.drafts[field] = { words, base, state: "typing", theirs: null, key: null };
        this.#saveSoon(field);
      }
    }
  }

  #resend() {
    if (!this.view?.may.edit) return;
    for (const [field, draft] of Object.entries(this.drafts)) if (draft.state === "unsent") this.#saveSoon(field);
  }

  /** @param {string} field */
  #store(field) {
    const draft = this.drafts[field];
    if (draft) this.#options.storage.setItem(this.#place(field), JSON.stringify({ words: draft.words, base: draft.base }));
  }

  /** @param {string} field */
  #place(field) {
    return `tiepdan.minutes.${this.view?.code ?? this.#options.url}.${field}`;
  }

  /**
   * The citizen's word on one paragraph.
   *
   * @param {string} field
   * @param {import("./minutes_wire.js").Paragraph} paragraph
   * @param {"agree" | "object"} answer
   * @param {string} objection
   */
  async answer(field, paragraph, answer, objection) {
    const body = { field, paragraph: paragraph.paragraph, words_sha256: paragraph.words_sha256, answer, objection };
    await this.#options.json("POST", `${this.#options.url}/tra-loi`, body);
    await this.read();
  }

  /**
   * Lay them before everybody as they stand, all typed words first; they are not written on
   * meanwhile.
   */
  async show() {
    await Promise.all(Object.keys(this.drafts).map((field) => this.save(field)));
    await this.#options.json("POST", `${this.#options.url}/trinh`, {});
    await this.read();
  }

  /** Take them up again for writing. */
  async redraft() {
    await this.#options.json("POST", `${this.#options.url}/sua`, {});
    await this.read();
  }

  /** Have a one-time code sent to the citizen's telephone. */
  async sendCode() {
    await this.#options.json("POST", `${this.#options.url}/ma`, {});
  }

  /** @param {{method: "spoken" | "one_time_code" | "refused", code?: string, ground?: string}} confirmation */
  async confirm(confirmation) {
    await this.#options.json("POST", `${this.#options.url}/xac-nhan`, confirmation);
    await this.read();
  }
}

function randomKey() {
  return crypto.randomUUID().replaceAll("-", "");
}

/** What the office itself said about it, if anything. @param {any} error */
export function textOf(error) {
  return typeof error?.said?.text === "string" ? error.said.text : "";
}

/** @param {any} error */
export function codeOf(error) {
  return typeof error?.code === "string" && error.code ? error.code : "no_answer";
}
