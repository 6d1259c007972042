/** What this device remembers of its last good check, so that nobody is tried out twice. Pure but for the storage. */

const MEMORY = "tiepdan.check";
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
