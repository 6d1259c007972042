/**
 * What this page knows of the room: one value, changed by `reduce` alone.
 *
 * Nothing here decides what a person may do; that is what the server said last. A `state`
 * message replaces all that was known of the room, so there is nothing to repair after a loss.
 *
 * @typedef {import("./wire.js").RoomState} RoomState
 * @typedef {import("./wire.js").Message} Message
 * @typedef {import("./wire.js").StateMessage} StateMessage
 */

const KINDS = ["mic", "camera", "screen"];
const CAPTIONS = 3;

/** @returns {RoomState} */
export function initial() {
  return {
    link: { state: "connecting", lostAt: null, code: null, ground: null },
    media: { state: "off", lostAt: null },
    me: null,
    view: null,
    seats: { connection: 0, seats: [] },
    tick: null,
    own: { mic: true, camera: true, screen: false },
    declared: { mic: true, camera: true, screen: false },
    trouble: { mic: null, camera: null },
    asked: {},
    refusal: null,
    topics: {},
    stage: { speaker: null, candidate: null, pinned: null },
    captions: { lines: [], count: 0, choice: null },
  };
}

/**
 * @param {RoomState} state
 * @param {Message} message
 * @returns {RoomState} the same object when nothing changed
 */
export function reduce(state, message) {
  switch (message.type) {
    case "welcome": {
      const { member, role, powers, slots, room, room_name, connection } = message;
      return { ...state, me: { member, role, powers, slots, room, room_name, connection } };
    }
    case "state":
      return { ...state, view: message, own: ownAfter(state, message), stage: stageAfter(state, message), captions: captionsAfter(state, message) };
    case "slots":
      // News about an older connection than the one in use comes late and is worthless.
      if (message.connection < state.seats.connection) return state;
      return { ...state, seats: { connection: message.connection, seats: message.seats } };
    case "tick":
      return { ...state, tick: message, stage: heard(state, message.speaking) };
    case "captioned":
      return { ...state, captions: captioned(state, message) };
    case "done":
      return { ...state, asked: without(state.asked, message.re) };
    case "refused":
      return refused(state, message.re, message.code);
    case "changed":
      return { ...state, topics: { ...state.topics, [message.topic]: message.version } };
    case "bye":
      return { ...state, link: { ...state.link, code: message.code, ground: message.ground } };
    case "answer":
    case "elsewhere":
      return state;
    default:
      return ofPage(state, message);
  }
}

/**
 * @param {RoomState} state
 * @param {import("./wire.js").FromPage} message
 * @returns {RoomState}
 */
function ofPage(state, message) {
  switch (message.type) {
    case "link":
      return linked(state, message);
    case "media":
      return {
        ...state,
        media: {
          state: message.state,
          lostAt: message.state === "lost" ? (state.media.lostAt ?? message.at) : null,
        },
      };
    case "own":
      return { ...state, own: { ...state.own, ...only(message, KINDS) } };
    case "trouble":
      return { ...state, trouble: { ...state.trouble, ...only(message, ["mic", "camera"]) } };
    case "asked":
      return {
        ...state,
        refusal: null,
        asked: { ...state.asked, [message.id]: message.command },
        declared: message.command === "media" ? { ...state.declared, ...only(message.fields ?? {}, KINDS) } : state.declared,
      };
    case "unsent":
      return refused(state, message.id, "not_sent");
    case "pin": {
      const pinned = state.stage.pinned === message.member ? null : message.member;
      return { ...state, stage: { ...state.stage, pinned } };
    }
    case "captions":
      return { ...state, captions: { ...state.captions, choice: message.choice } };
    case "failed":
      return { ...state, refusal: { command: message.command, code: "not_sent", text: message.text } };
    case "read":
      return { ...state, refusal: null };
  }
}

/**
 * @param {RoomState} state
 * @param {Extract<Message, {type: "link"}>} message
 * @returns {RoomState}
 */
function linked(state, message) {
  const isLost = message.state === "lost";
  return {
    ...state,
    link: {
      state: message.state,
      lostAt: isLost ? (state.link.lostAt ?? message.at) : message.state === "connecting" ? state.link.lostAt : null,
      code: message.state === "closed" ? (message.code ?? state.link.code) : null,
      ground: message.state === "closed" ? (message.ground ?? state.link.ground) : null,
    },
  };
}

/**
 * @param {RoomState} state
 * @param {string | null} id
 * @param {string} code
 * @returns {RoomState}
 */
function refused(state, id, code) {
  const command = id === null ? undefined : state.asked[id];
  if (id === null || command === undefined) return state;
  const asked = without(state.asked, id);
  // A switch that came too early is repeated when the connection stands; nobody need read of it.
  if (command === "media") return { ...state, asked };
  return { ...state, asked, refusal: { command, code } };
}

/**
 * Somebody of the desk may have switched this person's sound or picture off: what was declared
 * to be sent, and was believed, is not believed any more.
 *
 * @param {RoomState} state
 * @param {StateMessage} message
 */
function ownAfter(state, message) {
  const before = state.view?.you;
  const isSwitching = Object.values(state.asked).includes("media");
  if (!before || isSwitching || message.you.status !== "connected") return state.own;
  const wentOff = (/** @type {"mic" | "camera" | "screen"} */ kind) => state.declared[kind] && before[kind] && !message.you[kind];
  const isUnseen = wentOff("camera") || wentOff("screen");
  if (!wentOff("mic") && !isUnseen) return state.own;
  return {
    mic: state.own.mic && !wentOff("mic"),
    // Whose shown screen was taken away does not want to be seen by the camera behind it instead.
    camera: state.own.camera && !isUnseen,
    screen: state.own.screen && !isUnseen,
  };
}

/**
 * @param {RoomState} state
 * @param {StateMessage} message
 */
function stageAfter(state, message) {
  const here = new Set(message.members.map((each) => each.member));
  const keep = (/** @type {string | null} */ code) => (code !== null && here.has(code) ? code : null);
  const { speaker, candidate, pinned } = state.stage;
  return { speaker: keep(speaker), candidate: keep(candidate), pinned: keep(pinned) };
}

/**
 * One line more. Whose words they are, and who typed them, are names that the server told.
 *
 * @param {RoomState} state
 * @param {import("./wire.js").Captioned} message
 */
function captioned(state, message) {
  const { lines, count, choice } = state.captions;
  const { member, by, words, heard_at: at = 0 } = message;
  const name = (/** @type {string} */ code) => state.view?.members.find((each) => each.member === code)?.name ?? "";
  const line = { number: count + 1, member, by, name: name(member), typist: name(by), words, at };
  return { lines: [...lines, line].slice(-CAPTIONS), count: count + 1, choice };
}

/**
 * No line is carried to the other side of a consultation, past a stop, or out of the room.
 *
 * @param {RoomState} state
 * @param {StateMessage} message
 */
function captionsAfter(state, message) {
  const { view, captions } = state;
  const isInside = (/** @type {StateMessage | null} */ one) => one?.consultation?.you === "inside";
  const isStopped = message.phase === "stopped" && view?.phase !== "stopped";
  const isOut = message.you.status === "waiting" || message.you.status === "gone";
  if (!captions.lines.length || (isInside(view) === isInside(message) && !isStopped && !isOut)) return captions;
  return { ...captions, lines: [] };
}

/**
 * Who is shown large: the one who speaks, but only after two ticks, so that a cough moves nothing,
 * and never oneself, so that one sees to whom one speaks.
 *
 * @param {RoomState} state
 * @param {string | null} speaking
 */
function heard(state, speaking) {
  const { speaker, candidate, pinned } = state.stage;
  if (speaking === null || speaking === state.me?.member || speaking === speaker) {
    return candidate === null ? state.stage : { speaker, candidate: null, pinned };
  }
  if (candidate === speaking) return { speaker: speaking, candidate: null, pinned };
  return { speaker, candidate: speaking, pinned };
}

/**
 * @template T
 * @param {Record<string, T>} record
 * @param {string} key
 * @returns {Record<string, T>}
 */
function without(record, key) {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

/**
 * @param {Record<string, any>} record
 * @param {string[]} names
 */
function only(record, names) {
  return Object.fromEntries(names.filter((name) => record[name] !== undefined).map((name) => [name, record[name]]));
}
