/**
 * Keeps a long form on the server while it is written. On the <form>: data-save-to, data-version (a number, sent and
 * renewed), data-say-saving, data-say-saved "{time}", data-say-failed, data-say-stale; inside it one element with
 * data-part="saved" that shows the state.
 *
 * Sent: {version, fields: {name: value | [values]}}. Answered: {version}. A 409 means somebody else saved meanwhile;
 * then nothing more is sent, and what was typed stays in the page.
 * What could not be saved is also kept in this tab (sessionStorage) and put back when the page is opened again.
 */

import { part } from "../lib/dom.js";
import { NotDone, json } from "../lib/http.js";
import { timeOfDay } from "../lib/time.js";
import { wordsOf } from "../lib/words.js";

const QUIET_FOR = 1200;
const RETRY_AFTER = 8000;

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, string | string[]>}
 */
function fieldsOf(form) {
  const all = new FormData(form);
  all.delete("csrf_token");
  /** @type {Record<string, string | string[]>} */
  const fields = {};
  for (const name of new Set(all.keys())) {
    const values = all.getAll(name).filter((value) => typeof value === "string");
    fields[name] = values.length === 1 ? values[0] ?? "" : values;
  }
  return fields;
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string | string[]>} fields
 */
function putBack(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if ((field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) && typeof value === "string") {
      if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) field.checked = field.value === value;
      else field.value = value;
    } else if (field instanceof RadioNodeList && typeof value === "string") field.value = value;
  }
}

/** @param {HTMLElement} root */
export function start(root) {
  if (!(root instanceof HTMLFormElement)) throw new TypeError("autosave stands on a form");
  const form = root;
  const say = wordsOf(form);
  const state = part(form, "[data-part='saved']", HTMLElement);
  const address = form.dataset["saveTo"] ?? "";
  const drawer = `unsaved:${address}`;
  let version = Number(form.dataset["version"] ?? 0);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let dirty = false;
  let saving = false;
  let stopped = false;

  /**
   * @param {string} sentence
   * @param {boolean} [failed]
   */
  function tell(sentence, failed = false) {
    state.textContent = sentence;
    state.classList.toggle("saved--failed", failed);
  }

  /** @param {number} wait */
  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (stopped || !dirty || saving) return;
    saving = true;
    dirty = false;
    const fields = fieldsOf(form);
    tell(say("saving"));
    try {
      version = (await json("PUT", address, { version, fields })).version;
      sessionStorage.removeItem(drawer);
      tell(say("saved", { time: timeOfDay(new Date()) }));
      if (dirty) later(QUIET_FOR);
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      dirty = true;
      sessionStorage.setItem(drawer, JSON.stringify(fields));
      stopped = error.status === 409;
      tell(say(stopped ? "stale" : "failed"), true);
      if (!stopped) later(RETRY_AFTER);
    } finally {
      saving = false;
    }
  }

  const kept = sessionStorage.getItem(drawer);
  if (kept) {
    putBack(form, JSON.parse(kept));
    dirty = true;
    later(0);
  }
  form.addEventListener("input", () => {
    dirty = true;
    later(QUIET_FOR);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    sessionStorage.removeItem(drawer);
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !stopped) event.preventDefault();
  });
}
