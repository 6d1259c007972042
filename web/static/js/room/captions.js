/**
 * Captions typed by hand: the few lines that are shown, who may read them, and whose words are typed. Pure.
 *
 * @typedef {import("./wire.js").RoomState} RoomState
 * @typedef {import("./wire.js").CaptionLine} CaptionLine
 */

import { isApart } from "./aside.js";
import { mainOf, may, myself, onStage } from "./derive.js";

export const LONGEST = 300;
/** Long enough to read three lines slowly; then the place is free again. */
const STAYS_FOR = 30_000;

/** The lines to be read now. @param {RoomState} state @param {number} now @returns {CaptionLine[]} */
export function linesNow(state, now) {
  const { lines } = state.captions;
  const newest = lines.at(-1);
  return newest && now - newest.at < STAYS_FOR ? lines : [];
}

/**
 * Nobody has lines over the room who did not ask for them, but for a screen that nobody stands at and for
 * whoever types them; the others are asked once somebody types.
 *
 * @param {RoomState} state
 * @param {{now: number, layout: string, isTyping: boolean}} page
 * @returns {"none" | "offer" | "lines"}
 */
export function captionPlaceOf(state, { now, layout, isTyping }) {
  const { choice } = state.captions;
  if (choice === "off" && !isTyping) return "none";
  if (choice === "on" || isTyping || layout === "screen") return "lines";
  return linesNow(state, now).length ? "offer" : "none";
}

/** Whose words this person may type: everybody whose voice is heard, and the own ones. @param {RoomState} state */
export function speakersOf(state) {
  const me = may(state, "speak") ? myself(state) : null;
  return [...onStage(state).filter((each) => !isApart(state, each.member)), ...(me ? [me] : [])];
}

/**
 * Whose words are being typed: who was chosen, who spoke when the line was begun, or who speaks.
 *
 * @param {RoomState} state
 * @param {{chosen: string, begun: string}} typing "" where nobody is
 */
export function speakerOf(state, { chosen, begun }) {
  const all = speakersOf(state);
  const find = (/** @type {string | null | undefined} */ code) => all.find((each) => each.member === code);
  return find(chosen) ?? find(begun) ?? find(state.stage.speaker) ?? find(state.view?.floor) ?? find(mainOf(state)?.member) ?? all[0] ?? null;
}

/** What is sent of what was typed or pasted: one composed line that the wire takes. @param {string} typed */
export function lineOfText(typed) {
  // Marks that turn the direction of writing could make a line read differently than it was typed.
  const plain = typed.normalize("NFC").replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ").replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
  return [...plain.trim()].slice(0, LONGEST).join("").trim();
}
