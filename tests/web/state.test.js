import assert from "node:assert/strict";
import { test } from "node:test";

import { brokenFor, choicesOf, gateOf, layoutOf, lightOf, mainOf, movesOf, pageOf, rungOf, stillOf } from "../../web/static/js/room/derive.js";
import { newsOf } from "../../web/static/js/room/news.js";
import { initial, reduce } from "../../web/static/js/room/state.js";

const POWERS = {
  chair: ["admit", "remove", "mute_others", "record", "waive_recording", "begin", "pause", "end", "read_back", "speak", "hand"],
  clerk: ["admit", "remove", "mute_others", "record", "pause", "read_back", "speak", "hand"],
  citizen: ["speak", "hand"],
};

const welcome = (role, member = "m-me") => ({
  type: "welcome", v: 1, room: "r1", member, role, powers: POWERS[role] ?? [], ice_servers: [], slots: 7, connection: 0, room_name: null,
});

const person = (member, role, more = {}) => ({
  member, name: member, title: "", role, site: "home", people: [], status: "connected", hand: false,
  mic: true, camera: true, screen: false, acknowledged: true, watching: true, link: "good", ...more,
});

const view = (more = {}, you = {}) => ({
  type: "state", seq: 1, phase: "lobby", read_back: false, began_at: null, paused_ground: null, ended_at: null,
  recording: { state: "off", proven: false, durable_seconds: 0, waived_ground: null, since: null },
  members: [], waiting: [], doubled: [], ...more,
  you: {
    member: "m-me", status: "connected", acknowledged: true, hand: false, mic: true, camera: true,
    screen: false, watching: true, muted_by: null, position: null, ...you,
  },
});

const on = (proven = true) => ({ state: "on", proven, durable_seconds: 3, waived_ground: null, since: null });
const after = (...messages) => messages.reduce(reduce, initial());
const names = (state) => movesOf(state).map((each) => each.move);

test("nothing is known at first and one is arriving", () => {
  assert.equal(pageOf(initial()), "arriving");
});

test("the page follows the server: waiting, notice, room, over", () => {
  const waiting = after(welcome("citizen"), view({}, { status: "waiting", acknowledged: false, position: 2 }));
  assert.equal(pageOf(waiting), "waiting");
  const admitted = reduce(waiting, view({}, { status: "admitted", acknowledged: false }));
  assert.equal(pageOf(admitted), "notice");
  assert.equal(pageOf(reduce(admitted, view({}, { status: "admitted" }))), "room");
  assert.equal(pageOf(reduce(admitted, { type: "link", state: "closed", at: 1, code: "ended" })), "over");
});

test("a state replaces what was known before", () => {
  const state = after(welcome("chair"), view({ members: [person("m-a", "citizen"), person("m-b", "citizen")] }), view({ members: [person("m-b", "citizen")] }));
  assert.deepEqual(state.view.members.map((each) => each.member), ["m-b"]);
});

test("the layout follows the role unless the page says otherwise", () => {
  for (const [role, layout] of [["chair", "desk"], ["clerk", "desk"], ["officer", "desk"], ["citizen", "citizen"], ["ward_room", "screen"], ["observer", "citizen"]]) {
    assert.equal(layoutOf(after(welcome(role)), ""), layout, role);
  }
  assert.equal(layoutOf(after(welcome("chair")), "citizen"), "citizen");
});

test("seats of an older connection are ignored", () => {
  const state = after({ type: "slots", connection: 2, seats: [{ slot: 0, member: "m-a" }] }, { type: "slots", connection: 1, seats: [] });
  assert.deepEqual(state.seats, { connection: 2, seats: [{ slot: 0, member: "m-a" }] });
});

test("the speaker becomes large after two ticks, a cough does not", () => {
  const members = [person("m-hanh", "chair"), person("m-tu", "clerk")];
  const tick = (speaking) => ({ type: "tick", at: "2026-11-22T08:30:00+00:00", durable_seconds: 0, speaking });
  let state = after(welcome("citizen"), view({ members }));
  assert.equal(mainOf(state).member, "m-hanh");
  state = reduce(state, tick("m-tu"));
  assert.equal(mainOf(state).member, "m-hanh");
  state = reduce(state, tick("m-hanh"));
  state = reduce(state, tick("m-tu"));
  assert.equal(mainOf(state).member, "m-hanh");
  state = reduce(state, tick("m-tu"));
  assert.equal(mainOf(state).member, "m-tu");
  state = reduce(reduce(state, tick("m-me")), tick("m-me"));
  assert.equal(mainOf(state).member, "m-tu", "never oneself");
});

test("a chosen person, then a shown screen, come before the speaker", () => {
  const members = [person("m-hanh", "chair"), person("m-tu", "clerk", { screen: true })];
  let state = after(welcome("citizen"), view({ members }));
  assert.equal(mainOf(state).member, "m-tu");
  state = reduce(state, { type: "pin", member: "m-hanh" });
  assert.equal(mainOf(state).member, "m-hanh");
  state = reduce(state, { type: "pin", member: "m-hanh" });
  assert.equal(mainOf(state).member, "m-tu", "choosing twice lets go");
});

test("an observer takes no place on the stage", () => {
  assert.equal(mainOf(after(welcome("citizen"), view({ members: [person("m-o", "observer")] }))), null);
});

test("being muted by the desk switches the own microphone off", () => {
  const state = after(welcome("citizen"), view(), view({}, { mic: false, muted_by: "m-hanh" }));
  assert.equal(state.own.mic, false);
  assert.equal(state.own.camera, true);
});

test("what one switched oneself is not taken for a mute", () => {
  const shared = after(
    welcome("citizen"), view(),
    { type: "own", screen: true },
    { type: "asked", id: "1", command: "media", fields: { mic: true, camera: false, screen: true } },
    { type: "done", re: "1" },
    view({}, { camera: false, screen: true }),
  );
  assert.deepEqual(shared.own, { mic: true, camera: true, screen: true });
  const hidden = reduce(shared, view({}, { camera: false, screen: false }));
  assert.deepEqual(hidden.own, { mic: true, camera: false, screen: false }, "a screen taken away does not uncover the camera");
});

test("before the connection stands, the server's silence about media means nothing", () => {
  const state = after(welcome("citizen"), view(), view({}, { status: "admitted", mic: false, camera: false }));
  assert.equal(state.own.mic, true);
});

test("a refusal is kept with its command until it is read or something else is asked", () => {
  let state = after({ type: "asked", id: "1", command: "begin" }, { type: "refused", re: "1", code: "recording_not_proven" });
  assert.deepEqual(state.refusal, { command: "begin", code: "recording_not_proven" });
  assert.deepEqual(state.asked, {});
  assert.equal(reduce(state, { type: "read" }).refusal, null);
  state = reduce(state, { type: "asked", id: "2", command: "begin" });
  assert.equal(state.refusal, null);
});

test("a refused switch of media and a refusal of nothing asked stay silent", () => {
  const media = after({ type: "asked", id: "1", command: "media" }, { type: "refused", re: "1", code: "not_admitted" });
  assert.equal(media.refusal, null);
  assert.equal(after({ type: "refused", re: null, code: "media_failed" }).refusal, null);
});

test("what could not be sent is said", () => {
  const state = after({ type: "asked", id: "1", command: "end" }, { type: "unsent", id: "1" });
  assert.deepEqual(state.refusal, { command: "end", code: "not_sent" });
});

test("the ladder counts from the first loss until everything is whole", () => {
  let state = after({ type: "link", state: "open", at: 0 });
  assert.equal(brokenFor(state, 9_000), null);
  state = reduce(state, { type: "link", state: "lost", at: 10_000 });
  state = reduce(state, { type: "link", state: "connecting", at: 12_000 });
  state = reduce(state, { type: "link", state: "lost", at: 13_000 });
  assert.equal(brokenFor(state, 16_000), 6_000);
  state = reduce(state, { type: "media", state: "lost", at: 14_000 });
  state = reduce(state, { type: "link", state: "open", at: 17_000 });
  assert.equal(brokenFor(state, 18_000), 4_000);
  state = reduce(state, { type: "media", state: "connected", at: 18_500 });
  assert.equal(brokenFor(state, 20_000), null);
  assert.deepEqual([null, 4_999, 5_000, 120_000, 300_000].map(rungOf), ["whole", "silent", "again", "sound_only", "call"]);
});

test("the gate names the first thing in the way", () => {
  const citizen = person("m-lan", "citizen");
  const gate = (more) => gateOf(after(welcome("chair"), view(more)));
  assert.equal(gate({}), "nobody");
  assert.equal(gate({ waiting: [citizen] }), "somebody_waits");
  assert.equal(gate({ members: [{ ...citizen, acknowledged: false }] }), "not_acknowledged");
  assert.equal(gate({ members: [citizen] }), "not_recording");
  assert.equal(gate({ members: [citizen], recording: on(false) }), "not_proven");
  assert.equal(gate({ members: [citizen], recording: on() }), "ready");
  assert.equal(gate({ members: [citizen], recording: { ...on(), state: "waived" } }), "ready");
  assert.equal(gate({ phase: "live" }), "begun");
});

test("moves are those that make sense now, for those who have the power", () => {
  const members = [person("m-lan", "citizen")];
  assert.deepEqual(names(after(welcome("chair"), view({ members }))), ["recording_start", "recording_waive", "end"]);
  assert.deepEqual(names(after(welcome("chair"), view({ members, recording: on() }))), ["begin", "recording_stop", "recording_waive", "end"]);
  assert.deepEqual(names(after(welcome("chair"), view({ members, phase: "live", recording: on() }))), ["pause", "read_back_on", "end"]);
  assert.deepEqual(names(after(welcome("clerk"), view({ members, phase: "live", recording: on() }))), ["pause", "read_back_on"]);
  assert.deepEqual(names(after(welcome("chair"), view({ members, phase: "paused", recording: { ...on(), state: "paused" } }))), ["resume", "read_back_on", "recording_waive", "end"]);
  assert.deepEqual(names(after(welcome("citizen"), view({ members, phase: "live", recording: on() }))), []);
  assert.deepEqual(names(after(welcome("chair"), view({ members, phase: "ended" }))), []);
});

test("who lost the room is not told that it records", () => {
  const lost = after(view({ recording: on() }), { type: "link", state: "lost", at: 0 });
  assert.equal(lightOf(lost, 4_000).word, "light.on");
  assert.equal(lightOf(lost, 6_000).word, "light.unknown");
});

test("the light says in words what it shows", () => {
  assert.deepEqual(lightOf(after(view({ recording: on() })), 0), { look: "on", word: "light.on" });
  assert.deepEqual(lightOf(after(view({ recording: { ...on(), state: "waived" } })), 0), { look: "off", word: "light.waived" });
});

test("news are few and name people only to those who see them", () => {
  const before = after(welcome("chair"), view({ members: [person("m-lan", "citizen")] }));
  const next = reduce(before, view({ phase: "live", recording: on(), waiting: [person("m-minh", "citizen")], members: [person("m-lan", "citizen", { hand: true })] }));
  assert.deepEqual(newsOf(before, next).map((each) => each.key), ["news.live", "news.recording_on", "news.waits", "news.hand"]);
  assert.deepEqual(newsOf(next, next), []);
});

test("pictures stand still by choice or for a weak line, and both are said", () => {
  const tick = (picture) => ({ type: "tick", at: "", durable_seconds: 0, speaking: null, picture });
  const full = after(welcome("citizen"), view(), tick("full"));
  assert.equal(stillOf(full), "");
  assert.equal(stillOf(reduce(full, tick("fewer"))), "");
  const paused = reduce(full, tick("paused"));
  assert.equal(stillOf(paused), "paused");
  assert.deepEqual(newsOf(full, paused), [{ key: "news.picture_paused" }]);
  assert.deepEqual(newsOf(paused, reduce(paused, tick("full"))), [{ key: "news.picture_back" }]);
  assert.equal(stillOf(reduce(paused, view({}, { watching: false }))), "chosen");
});

test("who may stop, sees the button until the end; after a stop only the end is left", () => {
  const chair = after({ ...welcome("chair"), powers: [...POWERS.chair, "stop_here"] }, view({ phase: "live", recording: on() }));
  assert.deepEqual(names(chair), ["pause", "read_back_on", "stop_here", "end"]);
  assert.deepEqual(names(reduce(chair, view({ phase: "stopped" }))), ["end"]);
});

test("the ladder offers more with each step, to those who may pause", () => {
  const away = (rung, choice = null) => view({ phase: "live", failure: { since: "", rung, missing: ["m-lan"], choice } });
  assert.deepEqual([0, 1, 2, 3, 4].map((rung) => choicesOf(after(welcome("chair"), away(rung))).length), [0, 1, 2, 3, 5]);
  assert.deepEqual(choicesOf(after(welcome("chair"), away(3, "telephone"))), ["go_on", "sound_only"]);
  assert.deepEqual(choicesOf(after(welcome("citizen"), away(4))), []);
});

test("who was given the floor is large", () => {
  const members = [person("m-lan", "citizen"), person("m-vy", "interpreter")];
  assert.equal(mainOf(after(welcome("chair"), view({ members })))?.member, "m-lan");
  assert.equal(mainOf(after(welcome("chair"), view({ members, floor: "m-vy" })))?.member, "m-vy");
});
