/**
 * Which browser this is, as far as it decides what to tell a person. Pure, so that it can be
 * tried with the names that real telephones send.
 *
 * The office has already told who is inside another app (server/reception/rules_browsers.py).
 *
 * @typedef {object} Facts
 * @property {string} app the app whose own browser this is, or ""
 * @property {boolean} hasMedia
 * @property {boolean} hasPeer
 * @property {boolean} hasRoom whether it can load the room's program
 * @property {boolean} isSecure
 */

/**
 * @param {Facts} facts
 * @returns {{state: "ok" | "warn" | "fail", code: string}}
 */
export function judgeBrowser({ app, hasMedia, hasPeer, hasRoom, isSecure }) {
  const canTalk = hasMedia && hasPeer && hasRoom;
  if (app) return { state: canTalk ? "warn" : "fail", code: "inside" };
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
 * All steps as one word: a person who can be heard can be received.
 *
 * @param {Record<string, {state: string}>} steps
 * @returns {"good" | "ok" | "failed"}
 */
export function scoreOf(steps) {
  if (steps.line?.state === "fail") return "failed";
  const states = Object.values(steps).map((each) => each.state);
  const needed = ["browser", "mic"].some((name) => steps[name]?.state !== "ok" && steps[name]?.state !== "warn");
  if (needed) return "failed";
  return states.every((each) => each === "ok" || each === "none") ? "good" : "ok";
}

/**
 * The measured steps as one finding for the person: what stops a reception first.
 *
 * @param {Partial<Record<import("./practice.js").Measured, import("./practice.js").Found>>} measured @param {boolean} isSlow @returns {import("./practice.js").Found}
 */
export function lineOf(measured, isSlow) {
  const { socket, media, recording } = measured;
  if (!socket) return { state: "warn", code: "not_measured" };
  const found = [socket, media, recording, measured.bandwidth, measured.again];
  const worst = found.find((each) => each?.state === "fail") ?? found.find((each) => each?.state === "warn");
  if (worst) return worst;
  return isSlow ? { state: "warn", code: "slow" } : { state: "ok", code: "ok" };
}

/** What the ward's technician needs to help by telephone; nothing that follows a person. */
export function describeDevice() {
  const { userAgent, language } = navigator;
  return `${userAgent} | ${screen.width}x${screen.height} | ${language}`.slice(0, 300);
}
