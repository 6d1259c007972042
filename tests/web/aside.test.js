import assert from "node:assert/strict";
import { test } from "node:test";

import { asidePanelOf, isApart, lastAnswerOf, mayCall, namesOf, observersOf, rulesOf, secondsToAnswer, standingOf } from "../../web/static/js/room/aside.js";
import { lightOf, mainOf, movesOf } from "../../web/static/js/room/derive.js";
import { newsOf } from "../../web/static/js/room/news.js";
import { initial, reduce } from "../../web/static/js/room/state.js";

const CHAIR = ["consult", "waive_recording", "begin", "pause", "end", "read_back", "mute_others"];
const person = (member, role, more = {}) => ({ member, name: `Tên ${member}`, title: "", role, status: "connected", mic: true, camera: true, acknowledged: true, people: [], ...more });
const MEMBERS = [person("me", "chair"), person("lan", "citizen"), person("ban", "city_board"), person("thu", "observer")];
const on = { state: "on", proven: true };

function room(consultation, powers = CHAIR, more = {}) {
  const welcome = { type: "welcome", member: "me", role: powers.length ? "chair" : "city_board", powers, slots: 7, connection: 0 };
  const you = { member: "me", status: "connected" };
  const view = { type: "state", seq: 1, phase: "live", recording: on, lacking: [], consultation, members: MEMBERS, waiting: [], doubled: [], you, ...more };
  return [welcome, view].reduce(reduce, initial());
}

const held = (more = {}) => ({
  host: "me", rule: "recorded", ground: "g", since: "2026-07-20T01:00:00Z", members: ["me", "ban"], invitations: [], you: "inside", ready: true, ...more,
});
const names = (state) => movesOf(state).map((each) => each.move);

test("who is apart is apart from both sides, and nobody is near before it is proven", () => {
  const inside = room(held());
  assert.deepEqual(["lan", "ban"].map((each) => isApart(inside, each)), [true, false]);
  const outside = room(held({ you: "outside", members: ["ban", "tu"] }));
  assert.deepEqual(["lan", "ban"].map((each) => isApart(outside, each)), [false, true]);
  assert.equal(isApart(room(held({ ready: false })), "ban"), true);
  assert.equal(isApart(room(null), "ban"), false);
  assert.equal(mainOf(inside)?.member, "ban");
  assert.equal(mainOf(outside)?.member, "lan");
});

test("each stands before the right thing at the bottom of the page", () => {
  const calling = held({ since: null, members: [], you: "outside" });
  assert.equal(asidePanelOf(room(null)), "");
  assert.equal(asidePanelOf(room(calling)), "calling");
  assert.equal(asidePanelOf(room(held())), "inside");
  assert.equal(asidePanelOf(room(held({ host: "tu", you: "outside" }))), "leads");
  for (const you of ["invited", "accepted"]) assert.equal(asidePanelOf(room({ ...calling, host: "tu", you }, [])), you);
  assert.equal(asidePanelOf(room(held({ host: "tu", you: "outside" }), [])), "");
});

test("calling is offered while it makes sense, and what concerns everybody waits", () => {
  assert.ok(names(room(null)).includes("consult"));
  assert.deepEqual(rulesOf(room(null)), ["recorded", "sealed", "unrecorded"]);
  assert.deepEqual(rulesOf(room(null, CHAIR, { recording: { state: "starting", proven: false } })), ["recorded", "unrecorded"]);
  assert.deepEqual(rulesOf(room(null, ["consult"])), ["recorded"]);
  assert.deepEqual(rulesOf(room(null, CHAIR, { recording: { state: "waived" } })), ["unrecorded"]);
  assert.equal(mayCall(room(null, CHAIR, { phase: "paused" })), false);
  assert.equal(mayCall(room(null, CHAIR, { read_back: true })), false);
  assert.equal(mayCall(room(null, [])), false);
  const during = names(room(held()));
  for (const move of ["consult", "pause", "read_back_on"]) assert.ok(!during.includes(move), move);
  assert.ok(during.includes("end"));
});

test("the desk sees whom to ask, who was asked, and who never comes", () => {
  const invitations = [{ member: "lan", state: "invited", until: "2026-07-20T01:02:00Z" }, { member: "ban", state: "refused", until: "" }];
  const state = room(held({ since: null, members: [], you: "outside", invitations }));
  assert.deepEqual(MEMBERS.slice(1).map((each) => standingOf(state, each)), ["invited", "ask", "stays"]);
  assert.equal(lastAnswerOf(state, "ban"), "refused");
  assert.equal(standingOf(room(held(), []), MEMBERS[1]), "");
  const mine = room(held({ you: "invited", invitations: [{ member: "me", state: "invited", until: "2026-07-20T01:02:00Z" }] }), []);
  assert.equal(secondsToAnswer(mine, Date.parse("2026-07-20T01:00:30Z")), 90);
  assert.equal(secondsToAnswer(mine, Date.parse("2026-07-20T01:09:00Z")), 0);
  assert.equal(namesOf(state, ["lan", "gone"]), "Tên lan");
});

test("who is not recorded is not told that it records", () => {
  assert.equal(lightOf(room(held({ rule: "unrecorded" })), 0).word, "light.aside");
  assert.equal(lightOf(room(held()), 0).word, "light.on");
  for (const you of ["inside", "outside"]) assert.equal(lightOf(room(held({ rule: "sealed", you })), 0).word, "light.sealed");
  assert.equal(lightOf(room(held({ rule: "unrecorded", you: "outside" })), 0).word, "light.on");
});

test("what changes is said once, on either side", () => {
  const [free, waits, inside] = [room(null, []), room(held({ rule: "unrecorded", ready: false }), []), room(held({ rule: "unrecorded" }), [])];
  const outside = room(held({ you: "outside" }), []);
  const keys = (one, then) => newsOf(one, then).map((each) => each.key);
  assert.deepEqual(keys(free, waits), []);
  assert.deepEqual(keys(waits, inside), ["news.aside_unrecorded"]);
  assert.deepEqual(keys(waits, room(held({ rule: "sealed" }), [])), ["news.aside_sealed"]);
  assert.deepEqual(keys(inside, free), ["news.aside_back"]);
  assert.deepEqual(keys(free, outside), ["news.aside_held"]);
  assert.deepEqual(keys(outside, free), ["news.aside_over"]);
  assert.deepEqual(keys(outside, outside), []);
});

test("nobody watches in secret", () => {
  const before = room(null, [], { members: MEMBERS.slice(0, 3) });
  assert.deepEqual(newsOf(before, room(null, [])), [{ key: "news.observer", facts: { name: "Tên thu" } }]);
  assert.deepEqual(observersOf(room(null, [])).map((each) => each.member), ["thu"]);
});

test("beginning although somebody is missing wants a ground, and without chair and citizen it is not offered", () => {
  const lobby = (lacking) => movesOf(room(null, CHAIR, { phase: "lobby", lacking })).find((each) => each.move === "begin");
  assert.equal(lobby([])?.ground, false);
  assert.equal(lobby(["writer"])?.ground, true);
  assert.equal(lobby(["chair", "citizen"]), undefined);
});
