/** Lengths of time and times of day, the Vietnamese way. */

/**
 * A length as a clock reads it: 4:07 or 1:04:07.
 * @param {number} seconds
 */
export function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * Time of day, 08:30, in Vietnam wherever the device stands.
 * @param {Date} at
 */
export function timeOfDay(at) {
  return at.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh" });
}

/**
 * A day, 05/02/2026, in Vietnam wherever the device stands.
 * @param {Date} at
 */
export function dayOf(at) {
  return at.toLocaleDateString("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "Asia/Ho_Chi_Minh" });
}

/**
 * A clock that agrees with the server: devices are often minutes off.
 * @param {string | undefined} serverNow ISO time the page was made at; the device's own time when missing
 * @returns {() => number} milliseconds since 1970, by the server
 */
export function serverClock(serverNow) {
  const parsed = serverNow ? Date.parse(serverNow) : NaN;
  const ahead = Number.isNaN(parsed) ? 0 : parsed - Date.now();
  return () => Date.now() + ahead;
}
