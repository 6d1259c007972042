/**
 * Calls for the city's board as the room knows them: what the office said, and what time makes of it. Pure.
 *
 * @typedef {object} Call
 * @property {string} code
 * @property {string} stand
 * @property {string} urgency
 * @property {string} hand_over
 * @property {number} stay_minutes
 * @property {string} answered_by
 * @property {string} ground
 * @property {string} member
 * @property {boolean} is_answered_late
 * @property {boolean} may_withdraw
 * @property {string} asked_at
 * @property {string} until
 * @property {string | null} seen_at
 * @property {string | null} answered_at
 * @property {string | null} late_at
 * @property {string | null} offered_at
 * @property {string | null} came_at
 * @property {string | null} leaves_at
 */

const OPEN = new Set(["asked", "unanswered", "accepted", "late"]);

/** How a call stands now: nobody asks the office again only because time passes. @param {Call} call @param {number} now */
export function standOf(call, now) {
  if (call.stand === "asked" && now >= Date.parse(call.until)) return "unanswered";
  if (call.stand === "accepted" && call.late_at && now >= Date.parse(call.late_at)) return "late";
  return call.stand;
}

/** Whether there is nothing to call for again. @param {Call[]} calls */
export function isCalling(calls) {
  return calls.some((each) => OPEN.has(each.stand));
}

/** What changes when somebody of the board comes or goes. @param {import("./wire.js").RoomState} room */
export function boardPresence(room) {
  const here = room.view?.members.filter((each) => each.role === "city_board") ?? [];
  return here.map((each) => `${each.member} ${each.status}`).join();
}
