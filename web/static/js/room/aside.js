/**
 * The private consultation as this page sees it: who is apart, whom one may ask, what is to be said. Pure;
 * imports nothing.
 *
 * @typedef {import("./wire.js").RoomState} RoomState
 * @typedef {import("./wire.js").Member} Member
 */

/** Roles that never come aside. */
const STAYS = new Set(["observer", "recorder"]);

/** @param {RoomState} state */
export function asideOf(state) {
  return state.view?.consultation ?? null;
}

/** Whether this page's person and another one do not hear and see each other. @param {RoomState} state @param {string} member */
export function isApart(state, member) {
  const one = asideOf(state);
  if (!one) return false;
  const away = one.members.includes(member);
  return one.you === "inside" ? !away || !one.ready : away;
}

/**
 * What stands at the bottom of the page: nothing, the list of those called, a question, or the way back.
 *
 * @param {RoomState} state
 * @returns {"" | "calling" | "invited" | "accepted" | "inside" | "leads"}
 */
export function asidePanelOf(state) {
  const one = asideOf(state);
  if (!one) return "";
  if (one.you !== "outside") return one.you;
  if (one.host === state.me?.member) return "calling";
  return one.since !== null && state.me?.powers.includes("consult") ? "leads" : "";
}

/** Which rules this person may choose. @param {RoomState} state @returns {import("./wire.js").ConsultRule[]} */
export function rulesOf(state) {
  const recording = state.view?.recording.state ?? "off";
  const isRecorded = recording === "on" || recording === "starting" || recording === "interrupted";
  const leads = state.me?.powers.includes("waive_recording") ?? false;
  /** @type {import("./wire.js").ConsultRule[]} */
  const rules = [];
  if (isRecorded) rules.push("recorded");
  if (leads && state.view?.recording.proven) rules.push("sealed");
  if (leads) rules.push("unrecorded");
  return rules;
}

/** Whether people can be called aside now. @param {RoomState} state */
export function mayCall(state) {
  const view = state.view;
  const isFree = view?.phase === "live" && !view.read_back && !view.consultation;
  return isFree && (state.me?.powers.includes("consult") ?? false) && rulesOf(state).length > 0;
}

/**
 * How a person stands to the consultation one has called; "ask" is the one that may be pressed.
 *
 * @param {RoomState} state
 * @param {Member} member
 * @returns {"" | "ask" | "invited" | "accepted" | "inside" | "refused" | "left" | "stays"}
 */
export function standingOf(state, member) {
  const one = asideOf(state);
  if (!one || !state.me?.powers.includes("consult")) return "";
  if (one.members.includes(member.member)) return "inside";
  const asked = one.invitations.find((each) => each.member === member.member)?.state ?? "";
  if (asked === "invited" || asked === "accepted") return asked;
  if (one.host !== state.me.member) return "";
  if (STAYS.has(member.role)) return "stays";
  if (member.status !== "connected" && member.status !== "admitted") return "";
  return "ask";
}

/** How the last invitation of a person ended, if it did. @param {RoomState} state @param {string} member */
export function lastAnswerOf(state, member) {
  const asked = asideOf(state)?.invitations.find((each) => each.member === member)?.state;
  return asked === "refused" || asked === "left" ? asked : "";
}

/** Seconds that are left to answer. @param {RoomState} state @param {number} now */
export function secondsToAnswer(state, now) {
  const asked = asideOf(state)?.invitations.find((each) => each.member === state.me?.member);
  return asked ? Math.max(0, Math.ceil((Date.parse(asked.until) - now) / 1000)) : 0;
}

/** The names of some members, as they stand in the room. @param {RoomState} state @param {string[]} codes */
export function namesOf(state, codes) {
  const known = state.view?.members ?? [];
  return codes.map((code) => known.find((each) => each.member === code)?.name ?? "").filter(Boolean).join(", ");
}

/** Who watches without a voice; everybody is told. @param {RoomState} state @returns {Member[]} */
export function observersOf(state) {
  const here = new Set(["admitted", "connected", "lost"]);
  return (state.view?.members ?? []).filter((each) => each.role === "observer" && here.has(each.status));
}

/** What may not be done without a ground, because nobody fills that part. @param {RoomState} state @returns {string[]} */
export function lackingOf(state) {
  return state.view?.lacking ?? [];
}

/** Without either of the two, and nobody before the ward's camera, there is nothing to begin. @param {RoomState} state */
export function isNobodysReception(state) {
  const lacking = lackingOf(state);
  const hasWardRoom = state.view?.members.some((each) => each.role === "ward_room" && each.status === "connected");
  return lacking.includes("chair") && lacking.includes("citizen") && !hasWardRoom;
}
