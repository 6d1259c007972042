/**
 * What is worth saying aloud to somebody who cannot look: the difference between two states, in
 * few words. Pure; imports nothing. What the screen shows anyway and changes often is not here.
 *
 * @typedef {import("./wire.js").RoomState} RoomState
 * @typedef {{key: string, facts?: Record<string, string>}} News
 */

const INSIDE = new Set(["admitted", "connected", "lost"]);

/** @param {RoomState} before @param {RoomState} after @returns {News[]} */
export function newsOf(before, after) {
  return [...ofMe(before, after), ...ofCourse(before, after), ...ofPeople(before, after)];
}

/** @param {RoomState} before @param {RoomState} after @returns {News[]} */
function ofMe(before, after) {
  /** @type {News[]} */
  const news = [];
  const [was, is] = [before.view?.you, after.view?.you];
  if (was?.status === "waiting" && is && INSIDE.has(is.status)) news.push({ key: "news.admitted" });
  if (before.own.mic && !after.own.mic && is?.muted_by) news.push({ key: "news.muted" });
  if (is?.doubled && !was?.doubled) news.push({ key: "news.doubled" });
  // Whoever chose hears the lines themselves, or wants none; whoever types them knows.
  const { count, choice, lines } = after.captions;
  if (!before.captions.count && count && choice === null && lines.at(-1)?.by !== after.me?.member) news.push({ key: "news.captions" });
  const [paused, still] = [before.tick?.picture === "paused", after.tick?.picture === "paused"];
  if (paused !== still && after.tick) news.push({ key: still ? "news.picture_paused" : "news.picture_back" });
  return news;
}

/** @param {RoomState} before @param {RoomState} after @returns {News[]} */
function ofCourse(before, after) {
  const [was, is] = [before.view, after.view];
  if (!was || !is) return [];
  /** @type {News[]} */
  const news = [];
  if (was.phase !== is.phase) news.push({ key: `news.${is.phase}` });
  if (was.recording.state !== is.recording.state && INSIDE.has(is.you.status)) {
    const worth = ["on", "interrupted", "waived"];
    if (worth.includes(is.recording.state)) news.push({ key: `news.recording_${is.recording.state}` });
  }
  news.push(...ofAside(was.consultation ?? null, is.consultation ?? null));
  if (!was.read_back && is.read_back) news.push({ key: "news.read_back" });
  return news;
}

/**
 * @param {import("./wire.js").Consultation | null} was
 * @param {import("./wire.js").Consultation | null} is
 * @returns {News[]}
 */
function ofAside(was, is) {
  const [then, now] = [was?.since ? was.you : null, is?.since ? is.you : null];
  if (now === "inside") {
    if (is?.ready && !(was?.ready && then === "inside")) return [{ key: `news.aside_${is.rule}` }];
    return [];
  }
  if (then === "inside") return [{ key: "news.aside_back" }];
  if (then === null && now !== null) return [{ key: "news.aside_held" }];
  return then !== null && now === null ? [{ key: "news.aside_over" }] : [];
}

/** @param {RoomState} before @param {RoomState} after @returns {News[]} */
function ofPeople(before, after) {
  const [was, is] = [before.view, after.view];
  if (!was || !is) return [];
  /** @type {News[]} */
  const news = [];
  const waited = new Set(was.waiting.map((each) => each.member));
  for (const each of is.waiting) {
    if (!waited.has(each.member)) news.push({ key: "news.waits", facts: { name: each.name } });
  }
  for (const each of is.doubled) {
    const found = [...is.members, ...is.waiting].find((one) => one.member === each);
    if (found && each !== after.me?.member && !was.doubled.includes(each)) news.push({ key: "news.two_devices", facts: { name: found.name } });
  }
  const before_ = new Map(was.members.map((each) => [each.member, each]));
  for (const each of is.members) {
    const earlier = before_.get(each.member);
    if (each.member === after.me?.member) continue;
    if (!earlier && each.role === "observer") news.push({ key: "news.observer", facts: { name: each.name } });
    if (!earlier?.hand && each.hand) news.push({ key: "news.hand", facts: { name: each.name } });
    if (earlier && earlier.status !== "lost" && each.status === "lost") news.push({ key: "news.lost", facts: { name: each.name } });
    if (earlier?.status === "lost" && each.status === "connected") news.push({ key: "news.back", facts: { name: each.name } });
  }
  return news;
}
