/**
 * What this browser remembers: its last good check, so that nobody is tried out twice, a word of its own, and
 * whether captions are shown on it. Pure but for the storage.
 */

const MEMORY = "tiepdan.check";
const WORD = "tiepdan.browser";
const CAPTIONS = "tiepdan.captions";
const GOOD_FOR = 7 * 86_400_000;

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store */

/** @param {Store} storage @param {string} score @param {number} now */
export function rememberCheck(storage, score, now) {
  try {
    if (score === "good" || score === "ok") storage.setItem(MEMORY, JSON.stringify({ score, at: now }));
    else storage.removeItem(MEMORY);
  } catch {
    // A private window without storage is tried out each time.
  }
}

/** @param {Store} storage @param {number} now @returns {Date | null} when this device last did well, if that still counts */
export function lastGood(storage, now) {
  try {
    const { at } = JSON.parse(storage.getItem(MEMORY) ?? "{}");
    return typeof at === "number" && at <= now && now - at < GOOD_FOR ? new Date(at) : null;
  } catch {
    return null;
  }
}

/**
 * A word by which the room knows a browser again, so that a reload is not taken for a second device.
 *
 * @param {Store} storage @param {() => string} make @returns {string} "" where nothing can be kept: nothing is claimed then
 */
export function browserWord(storage, make) {
  try {
    const word = storage.getItem(WORD) ?? make();
    storage.setItem(WORD, word);
    return word;
  } catch {
    return "";
  }
}

/** Whether captions are to be shown on this device; null as long as nobody said. @param {Store} storage @returns {"on" | "off" | null} */
export function captionChoice(storage) {
  try {
    const kept = storage.getItem(CAPTIONS);
    return kept === "on" || kept === "off" ? kept : null;
  } catch {
    return null;
  }
}

/** @param {Store} storage @param {boolean} isOn */
export function rememberCaptions(storage, isOn) {
  try {
    storage.setItem(CAPTIONS, isOn ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
