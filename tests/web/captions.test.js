import assert from "node:assert/strict";
import { test } from "node:test";

import { captionPlaceOf, lineOfText, linesNow, speakerOf, speakersOf } from "../../web/static/js/room/captions.js";
import { captionChoice, rememberCaptions } from "../../web/static/js/room/memory.js";
import { newsOf } from "../../web/static/js/room/news.js";
import { initial, reduce } from "../../web/static/js/room/state.js";

const person = (member, role, more = {}) => ({ member, name: `Tên ${member}`, title: "", role, status: "connected", mic: true, camera: true, acknowledged: true, people: [], ...more });
const MEMBERS = [person("tu", "clerk"), person("hanh", "chair"), person("lan", "citizen"), person("thu", "observer")];
const START = 1_000_000;

const welcome = { type: "welcome", member: "tu", role: "clerk", powers: ["speak", "caption"], slots: 7, connection: 0 };
const view = (more = {}) => ({ type: "state", seq: 1, phase: "live", recording: { state: "on", proven: true }, lacking: [], consultation: null, floor: null, members: MEMBERS, waiting: [], doubled: [], you: { member: "tu", status: "connected" }, ...more });
const line = (words, at = START, member = "lan") => ({ type: "captioned", member, by: "tu", words, heard_at: at });
const room = (...messages) => [welcome, view(), ...messages].reduce(reduce, initial());
const words = (state, now = START) => linesNow(state, now).map((each) => each.words);
const looks = (more = {}) => ({ now: START, layout: "citizen", isTyping: false, ...more });

test("the last three lines stand with the names the room knows, and make room by themselves", () => {
  const state = room(line("một"), line("hai"), line("ba"), line("bốn", START + 5_000, "hanh"));
  assert.deepEqual(words(state), ["hai", "ba", "bốn"]);
  assert.deepEqual(linesNow(state, START).map((each) => [each.number, each.name, each.typist]), [[2, "Tên lan", "Tên tu"], [3, "Tên lan", "Tên tu"], [4, "Tên hanh", "Tên tu"]]);
  assert.equal(words(state, START + 34_000).length, 3);
  assert.deepEqual(words(state, START + 35_000), []);
  assert.equal(linesNow(room(line("Trần Thị Hạnh: tôi đồng ý")), START)[0].name, "Tên lan", "a name in the text is text");
});

test("a line stays on the side of a consultation where it was said, and none outlives a stop", () => {
  const aside = view({ consultation: { host: "hanh", you: "inside", members: ["hanh", "tu"], since: "x", ready: true } });
  const inside = room(line("ở phòng chung"), aside);
  assert.deepEqual(words(inside), []);
  const more = [line("bên trong")].reduce(reduce, inside);
  assert.deepEqual(words(more), ["bên trong"]);
  assert.deepEqual(words(reduce(more, { ...aside, seq: 3 })), ["bên trong"]);
  assert.deepEqual(words(reduce(more, view())), []);
  assert.deepEqual(words(reduce(room(line("nội dung")), view({ phase: "stopped" }))), []);
  assert.deepEqual(words([view({ phase: "stopped" }), line("mời đến trụ sở"), view({ phase: "stopped" })].reduce(reduce, room())), ["mời đến trụ sở"]);
  assert.deepEqual(words(reduce(room(line("nội dung")), view({ you: { member: "tu", status: "waiting" } }))), []);
});

test("lines are shown to whoever asked, on the ward's screen and to the one who types; others are asked once there are any", () => {
  const [none, some] = [room(), room(line("chào"))];
  const chosen = (state, choice) => reduce(state, { type: "captions", choice });
  assert.equal(captionPlaceOf(none, looks()), "none");
  assert.equal(captionPlaceOf(some, looks()), "offer");
  assert.equal(captionPlaceOf(some, looks({ now: START + 60_000 })), "none");
  assert.equal(captionPlaceOf(chosen(none, "on"), looks()), "lines", "the place stands before the first line, so that it is read aloud");
  assert.equal(captionPlaceOf(chosen(some, "off"), looks()), "none");
  assert.equal(captionPlaceOf(some, looks({ layout: "screen" })), "lines");
  assert.equal(captionPlaceOf(chosen(some, "off"), looks({ layout: "screen" })), "none");
  assert.equal(captionPlaceOf(chosen(some, "off"), looks({ isTyping: true })), "lines");
});

test("that somebody types is said aloud once, and only to whoever never chose", () => {
  const before = room();
  const another = { ...line("một"), by: "hanh" };
  const first = reduce(before, another);
  assert.deepEqual(newsOf(before, first).map((each) => each.key), ["news.captions"]);
  assert.deepEqual(newsOf(first, reduce(first, another)), []);
  assert.deepEqual(newsOf(before, reduce(before, line("của mình"))), []);
  const cleared = reduce(first, view({ phase: "stopped" }));
  assert.deepEqual(newsOf(cleared, reduce(cleared, another)), []);
  for (const choice of ["on", "off"]) {
    const chosen = reduce(before, { type: "captions", choice });
    assert.deepEqual(newsOf(chosen, reduce(chosen, another)), []);
  }
});

test("words belong to who spoke when the line was begun, unless somebody was chosen", () => {
  const tick = (speaking) => ({ type: "tick", at: "2026-07-20T01:00:00Z", durable_seconds: 0, speaking, picture: "full", spoken: [] });
  const speaks = (state, who) => [tick(who), tick(who)].reduce(reduce, state);
  const nobody = { chosen: "", begun: "" };
  assert.equal(speakerOf(room(), nobody)?.member, "lan", "whom a desk sees large");
  assert.equal(speakerOf(speaks(room(), "hanh"), nobody)?.member, "hanh");
  assert.equal(speakerOf(speaks(room(), "hanh"), { chosen: "", begun: "lan" })?.member, "lan");
  assert.equal(speakerOf(speaks(room(), "hanh"), { chosen: "tu", begun: "lan" })?.member, "tu");
  assert.equal(speakerOf(speaks(room(), "hanh"), { chosen: "minh", begun: "minh" })?.member, "hanh", "who left is not quoted");
  assert.deepEqual(speakersOf(room()).map((each) => each.member), ["hanh", "lan", "tu"]);
  const aside = view({ consultation: { host: "hanh", you: "inside", members: ["hanh", "tu"], since: "x", ready: true } });
  assert.deepEqual(speakersOf(room(aside)).map((each) => each.member), ["hanh", "tu"]);
});

test("what is typed or pasted goes out as one composed line", () => {
  assert.equal(lineOfText("  Phường\tHòa\n Bình ".normalize("NFD")), "Phường Hòa Bình");
  assert.equal(lineOfText("a\u202eb\u0000c\u2028d\u200f"), "ab c d");
  assert.equal(lineOfText(" \n "), "");
  assert.equal([...lineOfText("ệ".repeat(400))].length, 300);
  assert.equal([...lineOfText("🙂".repeat(400))].length, 300);
});

test("a device remembers what was chosen, and one that cannot remember has chosen nothing", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
  assert.equal(captionChoice(storage), null);
  for (const isOn of [true, false]) {
    rememberCaptions(storage, isOn);
    assert.equal(captionChoice(storage), isOn ? "on" : "off");
  }
  const broken = { ...storage, getItem: () => { throw new Error("private window"); }, setItem: () => { throw new Error("private window"); } };
  rememberCaptions(broken, true);
  assert.equal(captionChoice(broken), null);
});
