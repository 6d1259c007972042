/**
 * What the screens show, worked out from what is known. Pure.
 *
 * @typedef {import("./wire.js").RoomState} RoomState
 * @typedef {import("./wire.js").Member} Member
 */

import { isApart, isNobodysReception, lackingOf, mayCall } from "./aside.js";

const INSIDE = new Set(["admitted", "connected", "lost"]);
const DESK = new Set(["chair", "clerk", "officer"]);

/** @param {RoomState} state @param {string} power */
export function may(state, power) {
  return state.me?.powers.includes(power) ?? false;
}

/** @param {RoomState} state */
export function isInside(state) {
  return state.view !== null && INSIDE.has(state.view.you.status);
}

/**
 * Which page is shown: what happened, the door, the notice of recording, or the room.
 *
 * @param {RoomState} state
 * @returns {"over" | "arriving" | "waiting" | "notice" | "room"}
 */
export function pageOf(state) {
  if (state.link.state === "closed") return "over";
  if (state.view === null) return "arriving";
  if (!isInside(state)) return "waiting";
  return state.view.you.acknowledged ? "room" : "notice";
}

/**
 * @param {RoomState} state
 * @param {string} wanted what the page asks for; "" follows the role
 * @returns {"citizen" | "desk" | "screen"}
 */
export function layoutOf(state, wanted) {
  if (wanted === "citizen" || wanted === "desk" || wanted === "screen") return wanted;
  const role = state.me?.role;
  if (role === "ward_room") return "screen";
  return role && DESK.has(role) ? "desk" : "citizen";
}

/** @param {RoomState} state @returns {Member | null} */
export function myself(state) {
  return state.view?.members.find((each) => each.member === state.me?.member) ?? null;
}

/** Everybody else inside, in the server's order. @param {RoomState} state @returns {Member[]} */
export function others(state) {
  return (state.view?.members ?? []).filter((each) => each.member !== state.me?.member && INSIDE.has(each.status));
}

/** Those who can be heard or seen at all. @param {RoomState} state @returns {Member[]} */
export function onStage(state) {
  const silent = new Set(["observer", "recorder"]);
  return others(state).filter((each) => !silent.has(each.role));
}

/**
 * Who is large: a chosen one, a shown screen, who speaks, else the person one came for.
 *
 * @param {RoomState} state
 * @returns {Member | null}
 */
export function mainOf(state) {
  const stage = onStage(state);
  const near = stage.filter((each) => !isApart(state, each.member));
  const all = near.length ? near : stage;
  const find = (/** @type {string | null} */ code) => all.find((each) => each.member === code);
  const isDesk = state.me !== null && DESK.has(state.me.role);
  const order = isDesk ? ["citizen", "ward_room"] : ["chair", "officer", "clerk"];
  const host = order.map((role) => all.find((each) => each.role === role)).find(Boolean);
  return find(state.stage.pinned) ?? all.find((each) => each.screen) ?? find(state.view?.floor ?? null) ?? find(state.stage.speaker) ?? host ?? all[0] ?? null;
}

/** Who receives. @param {RoomState} state @returns {Member | null} */
export function chairOf(state) {
  const members = state.view?.members ?? [];
  return members.find((each) => each.role === "chair") ?? members.find((each) => each.role === "officer") ?? null;
}

/** @param {RoomState} state @param {string} member @returns {number | null} */
export function slotOf(state, member) {
  return state.seats.seats.find((each) => each.member === member)?.slot ?? null;
}

/**
 * What time it is in the room, carried on by this device's clock between ticks: many a phone's own is wrong.
 *
 * @param {RoomState} state
 * @param {number} now by this device, in milliseconds
 */
export function roomNow(state, now) {
  const { tick } = state;
  return tick ? Date.parse(tick.at) + Math.max(0, now - (tick.heard_at ?? now)) : now;
}

/**
 * How long the way to the room has been broken, in milliseconds; null while it is whole.
 *
 * @param {RoomState} state
 * @param {number} now
 */
export function brokenFor(state, now) {
  const since = [state.link.lostAt, state.media.lostAt].filter((at) => at !== null);
  return since.length ? now - Math.min(...since) : null;
}

/**
 * By how many minutes a reception is late, in steps of five so that it is not said anew each minute.
 *
 * @param {Date | null} starts
 * @param {number} now
 */
export function lateBy(starts, now) {
  if (starts === null) return 0;
  return Math.max(0, Math.floor((now - starts.getTime()) / 300_000) * 5);
}

/**
 * What is said about a broken line. Short losses are not worth a word; long ones need a person.
 *
 * @param {number | null} broken milliseconds
 * @returns {"whole" | "silent" | "again" | "sound_only" | "call"}
 */
export function rungOf(broken) {
  if (broken === null) return "whole";
  if (broken < 5_000) return "silent";
  if (broken < 120_000) return "again";
  return broken < 300_000 ? "sound_only" : "call";
}

/**
 * The recording light: one word for its look, one for what it says. Who cannot hear the room
 * does not know whether it records, and must not be told that it does.
 *
 * @param {RoomState} state
 * @param {number} now
 */
export function lightOf(state, now) {
  const recording = state.view?.recording;
  if (!recording) return { look: "off", word: "light.off" };
  const { lostAt } = state.link;
  if (lostAt !== null && rungOf(now - lostAt) !== "silent") return { look: "paused", word: "light.unknown" };
  if (state.view?.phase === "ended") return { look: "off", word: "light.ended" };
  const aside = state.view?.consultation;
  if (aside?.you === "inside" && aside.rule === "unrecorded") return { look: "off", word: "light.aside" };
  if (aside?.since && aside.rule === "sealed" && recording.state === "on") return { look: "on", word: "light.sealed" };
  return { look: recording.state === "waived" ? "off" : recording.state, word: `light.${recording.state}` };
}

/**
 * What stands between now and the beginning, in the order in which to clear it.
 *
 * @param {RoomState} state
 * @returns {"nobody" | "somebody_waits" | "not_acknowledged" | "not_recording" | "not_proven" | "ready" | "begun"}
 */
export function gateOf(state) {
  const view = state.view;
  if (!view || view.phase !== "lobby") return "begun";
  const here = view.members.filter((each) => each.status === "connected");
  const guests = here.filter((each) => !DESK.has(each.role));
  if (!guests.length) return view.waiting.length ? "somebody_waits" : "nobody";
  if (here.some((each) => !each.acknowledged)) return "not_acknowledged";
  if (view.recording.state === "waived") return "ready";
  if (view.recording.state === "off") return "not_recording";
  return view.recording.proven ? "ready" : "not_proven";
}

/**
 * The moves of the desk that make sense now. What is not here cannot be pressed.
 *
 * @param {RoomState} state
 * @returns {{move: string, kind: "primary" | "secondary" | "apart", ground: boolean}[]}
 */
export function movesOf(state) {
  const view = state.view;
  if (!view) return [];
  const { phase, recording } = view;
  if (phase === "stopped") return may(state, "end") ? [{ move: "end", kind: "apart", ground: false }] : [];
  const isAside = (view.consultation?.since ?? null) !== null;
  const isOff = recording.state === "off" || recording.state === "waived";
  const gate = gateOf(state);
  const moves = [
    { move: "recording_start", power: "record", when: (isOff || recording.state === "interrupted") && phase !== "ended",
      kind: isOff && recording.state !== "waived" ? "primary" : "secondary" },
    { move: "begin", power: "begin", ground: lackingOf(state).length > 0, when: !isNobodysReception(state) && (gate === "ready" || ((gate === "nobody" || gate === "somebody_waits") && (recording.proven || recording.state === "waived"))),
      kind: gate === "ready" ? "primary" : "secondary" },
    { move: "resume", power: "pause", when: phase === "paused", kind: "primary" },
    { move: "pause", power: "pause", when: phase === "live" && !isAside, kind: "secondary", ground: true },
    { move: "consult", power: "consult", when: mayCall(state), kind: "secondary" },
    { move: view.read_back ? "read_back_off" : "read_back_on", power: "read_back", when: (phase === "live" && !isAside) || phase === "paused", kind: "secondary" },
    { move: "recording_stop", power: "record", when: !isOff && phase === "lobby", kind: "secondary", ground: true },
    { move: "recording_waive", power: "waive_recording", kind: "apart",
      when: phase !== "ended" && recording.state !== "waived" && (phase !== "live" || recording.state !== "on"), ground: true },
    { move: "stop_here", power: "stop_here", when: phase !== "ended", kind: "apart" },
    { move: "end", power: "end", when: phase !== "ended", kind: "apart" },
  ];
  return moves
    .filter((each) => each.when && may(state, each.power))
    .map(({ move, kind, ground }) => ({ move, kind: /** @type {"primary" | "secondary" | "apart"} */ (kind), ground: ground ?? false }));
}

/**
 * What the ladder offers the desk now, one more with each step; empty while nothing is to be decided.
 *
 * @param {RoomState} state
 * @returns {string[]}
 */
export function choicesOf(state) {
  const failure = state.view?.failure;
  if (!failure || !failure.rung || !may(state, "pause")) return [];
  const steps = ["go_on", "sound_only", "telephone", "adjourn", "paper"];
  const offered = steps.slice(0, failure.rung === 1 ? 1 : failure.rung === 2 ? 2 : failure.rung === 3 ? 3 : 5);
  return offered.filter((each) => each !== failure.choice);
}

/** How long a member has spoken, in seconds. @param {RoomState} state @param {string} member */
export function spokenOf(state, member) {
  return state.tick?.spoken?.find((each) => each.member === member)?.seconds ?? 0;
}

/**
 * Why the others' pictures stand still, if they do on purpose: one chose so, or the line is too weak.
 *
 * @param {RoomState} state
 * @returns {"" | "chosen" | "paused"}
 */
export function stillOf(state) {
  if (state.view?.you.watching === false) return "chosen";
  return state.tick?.picture === "paused" ? "paused" : "";
}

/** Whether a command of this kind is on its way. @param {RoomState} state @param {string} command */
export function isAsking(state, command) {
  return Object.values(state.asked).includes(command);
}
