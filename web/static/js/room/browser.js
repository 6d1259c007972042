/**
 * Which browser this is, as far as it decides what to tell a person. Pure, so that it can be
 * tried with the names that real telephones send.
 *
 * @typedef {{userAgent: string, hasMedia: boolean, hasPeer: boolean, isSecure: boolean}} Facts
 */

/** Browsers inside other apps: they often cannot open a camera, and lose the page when left. */
const INSIDE = [
  ["zalo", /Zalo/i],
  ["facebook", /FBA[NV]|FB_IAB|Messenger/i],
  ["other_app", /Instagram|TikTok|musical_ly|\bLine\//i],
];

/**
 * @param {Facts} facts
 * @returns {{state: "ok" | "warn" | "fail", code: string}}
 */
export function judgeBrowser({ userAgent, hasMedia, hasPeer, isSecure }) {
  const inside = INSIDE.find(([, pattern]) => /** @type {RegExp} */ (pattern).test(userAgent));
  const canTalk = hasMedia && hasPeer;
  if (inside) return { state: canTalk ? "warn" : "fail", code: /** @type {string} */ (inside[0]) };
  if (!isSecure) return { state: "fail", code: "not_secure" };
  if (!canTalk) return { state: "fail", code: "too_old" };
  return { state: "ok", code: "ok" };
}

/**
 * Where a person finds the switch that lets a page use camera and microphone.
 *
 * @param {string} userAgent
 * @returns {"iphone" | "android" | "firefox" | "safari" | "computer"}
 */
export function permissionHelp(userAgent) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "iphone";
  if (/Android/.test(userAgent)) return "android";
  if (/Firefox\//.test(userAgent)) return "firefox";
  return /Safari\//.test(userAgent) && !/Chrome\/|Chromium\//.test(userAgent) ? "safari" : "computer";
}

/**
 * An address that leaves an app's own browser for the telephone's; only Android has one.
 *
 * @param {string} userAgent
 * @param {string} address
 * @returns {string | null}
 */
export function outsideAddress(userAgent, address) {
  if (!/Android/.test(userAgent)) return null;
  const { protocol, host, pathname, search } = new URL(address);
  return `intent://${host}${pathname}${search}#Intent;scheme=${protocol.replace(":", "")};action=android.intent.action.VIEW;end`;
}

/**
 * All steps as one word: a person who can be heard can be received.
 *
 * @param {Record<string, {state: string}>} steps
 * @returns {"good" | "ok" | "failed"}
 */
export function scoreOf(steps) {
  const states = Object.values(steps).map((each) => each.state);
  const needed = ["browser", "mic"].some((name) => steps[name]?.state !== "ok" && steps[name]?.state !== "warn");
  if (needed) return "failed";
  return states.every((each) => each === "ok") ? "good" : "ok";
}
