import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { judgeBrowser, lineOf, permissionHelp, scoreOf } from "../../web/static/js/room/browser.js";
import { lateBy, roomNow } from "../../web/static/js/room/derive.js";
import { lastGood, rememberCheck } from "../../web/static/js/room/memory.js";
import { judge, Steadiness } from "../../web/static/js/room/quality.js";
import { speaker } from "../../web/static/js/room/words.js";

const WEB = fileURLToPath(new URL("../../web/", import.meta.url));
const ROOM = join(WEB, "static/js/room");
const sources = readdirSync(ROOM, { recursive: true }).filter((each) => String(each).endsWith(".js")).map((each) => readFileSync(join(ROOM, String(each)), "utf8")).join("\n");
const template = readFileSync(join(WEB, "templates/reception/parts/room_words.html"), "utf8");
const sentences = Object.fromEntries([...template.matchAll(/^ {2}"([\w.]+)": (?:_\()?"((?:[^"\\]|\\.)*)"\)?/gm)].map(([, key, text]) => [key, text]));

test("every sentence the program asks for stands in the template", () => {
  const asked = [...sources.matchAll(/"([a-z_]+\.[a-z_0-9]+)"/g)].map(([, key]) => key);
  const missing = asked.filter((key) => !(key in sentences) && Object.keys(sentences).some((known) => known.startsWith(`${key.split(".")[0]}.`)));
  assert.deepEqual([...new Set(missing)], []);
  for (const [, start] of sources.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)) {
    assert.ok(Object.keys(sentences).some((key) => key.startsWith(start)), start);
  }
});

test("every way the wire can refuse or part has its sentence", () => {
  const wire = readFileSync(join(WEB, "../signaling/messages.py"), "utf8");
  const values = (name) => [...(wire.match(new RegExp(`class ${name}\\(StrEnum\\):([\\s\\S]*?)\\n\\n\\n`))?.[1] ?? "").matchAll(/= "(\w+)"/g)].map(([, value]) => value);
  assert.ok(values("RefusalCode").length > 5);
  for (const code of values("RefusalCode")) assert.ok(`refused.${code}` in sentences, code);
  for (const state of values("RecordingState")) assert.ok(`light.${state}` in sentences, state);
  for (const phase of values("Phase")) assert.ok(`phase.${phase}` in sentences && `news.${phase}` in sentences, phase);
  // A worker that moves is followed; of every other parting a page is shown.
  const partings = values("ByeCode").filter((code) => code !== "moving");
  assert.ok(partings.length > 5);
  for (const code of partings) assert.ok(`over.${code}` in sentences && `over.${code}_next` in sentences, code);
});

test("no sentence of a person's language stands in the program", () => {
  const code = sources.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  assert.deepEqual(code.match(/[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/gi), null);
});

test("gaps are filled, unknown sentences are an error", () => {
  const say = speaker({ "a.b": "{name} chờ {name}, số {number}" });
  assert.equal(say("a.b", { name: "Lan", number: 2 }), "Lan chờ Lan, số 2");
  assert.throws(() => say("a.c"));
});

const sample = (more) => ({ sent: 0, lost: 0, received: 0, missing: 0, rtt: 0.05, freezes: 0, at: 0, ...more });

test("a line is judged by loss and delay, and not by a camera that is off", () => {
  assert.equal(judge(sample(), sample({ sent: 200, received: 200 })), "good");
  assert.equal(judge(sample(), sample({ sent: 200, lost: 16 })), "poor");
  assert.equal(judge(sample(), sample({ received: 100, missing: 40 })), "bad");
  assert.equal(judge(sample(), sample({ rtt: 0.9 })), "bad");
  assert.equal(judge(sample(), sample({ sent: 3, lost: 3 })), "good");
});

const able = { app: "", hasMedia: true, hasPeer: true, hasRoom: true, isSecure: true };
const ZALO = "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 Zalo android/24010650";
const IPHONE_FB = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/460.0]";

test("inside another app, an old browser and an insecure address are told apart", () => {
  assert.deepEqual(judgeBrowser(able), { state: "ok", code: "ok" });
  assert.deepEqual(judgeBrowser({ ...able, app: "zalo" }), { state: "warn", code: "inside" });
  assert.deepEqual(judgeBrowser({ ...able, app: "facebook", hasMedia: false }), { state: "fail", code: "inside" });
  assert.equal(judgeBrowser({ ...able, isSecure: false, hasMedia: false }).code, "not_secure");
  assert.equal(judgeBrowser({ ...able, hasPeer: false }).code, "too_old");
  assert.equal(judgeBrowser({ ...able, hasRoom: false }).code, "too_old");
});

test("what stops a reception is told before what disturbs it", () => {
  const [ok, slow, none] = [{ state: "ok", code: "ok" }, { state: "warn", code: "slow" }, { state: "fail", code: "no_media" }];
  assert.deepEqual(lineOf({ socket: ok, media: ok, bandwidth: ok, again: ok }, false), ok);
  assert.deepEqual(lineOf({ socket: ok, media: ok }, true), slow);
  assert.deepEqual(lineOf({ socket: slow, media: none }, false), none);
  assert.equal(lineOf({}, false).code, "not_measured");
});

test("a device that did well lately need not be tried again", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  const [now, day] = [Date.UTC(2026, 4, 1), 86_400_000];
  assert.equal(lastGood(storage, now), null);
  rememberCheck(storage, "ok", now);
  assert.equal(lastGood(storage, now + 6 * day)?.getTime(), now);
  assert.equal(lastGood(storage, now + 8 * day), null);
  assert.equal(lastGood(storage, now - day), null);
  rememberCheck(storage, "failed", now);
  assert.equal(lastGood(storage, now), null);
  kept.set("tiepdan.check", "{broken");
  assert.equal(lastGood(storage, now), null);
});

test("help with permissions fits the browser", () => {
  assert.equal(permissionHelp(IPHONE_FB), "iphone");
  assert.equal(permissionHelp(ZALO), "android");
  assert.equal(permissionHelp("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "firefox");
  assert.equal(permissionHelp("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/124.0 Safari/537.36"), "computer");
});

test("who can be heard can be received", () => {
  const ok = { state: "ok" };
  assert.equal(scoreOf({ browser: ok, mic: ok, camera: ok }), "good");
  assert.equal(scoreOf({ browser: ok, mic: ok, camera: { state: "fail" } }), "ok");
  assert.equal(scoreOf({ browser: ok, mic: { state: "fail" }, camera: ok }), "failed");
  assert.equal(scoreOf({ browser: ok, mic: ok, line: { state: "fail" } }), "failed");
  assert.equal(scoreOf({ browser: { state: "fail" } }), "failed");
});

test("being late is told in steps of five minutes, and not before", () => {
  const at = new Date(1_000_000_000_000);
  const after = (minutes) => lateBy(at, at.getTime() + minutes * 60_000);
  assert.deepEqual([-30, 0, 4.9, 5, 9, 61].map(after), [0, 0, 0, 5, 5, 60]);
  assert.equal(lateBy(null, 5), 0);
});

test("the room's clock counts, not the one of the device", () => {
  const tick = { at: "2026-07-06T01:00:00.000+00:00", heard_at: 5_000 };
  const at = Date.parse(tick.at);
  assert.equal(roomNow({ tick: null }, 7_000), 7_000);
  assert.equal(roomNow({ tick }, 7_500), at + 2_500);
  assert.equal(roomNow({ tick }, 4_000), at);
});

test("a picture with holes is held back for a while, the others are not", () => {
  const steadiness = new Steadiness();
  const report = (asked, received) =>
    new Map([
      ["a", { type: "inbound-rtp", kind: "video", trackIdentifier: "t1", nackCount: asked, packetsReceived: received }],
      ["b", { type: "inbound-rtp", kind: "video", trackIdentifier: "t2", nackCount: 5, packetsReceived: received }],
      ["c", { type: "inbound-rtp", kind: "audio", trackIdentifier: "t3", packetsReceived: received }],
    ]);
  assert.deepEqual([...steadiness.look(report(0, 100), 0)], [["t1", null], ["t2", null]]);
  assert.deepEqual([...steadiness.look(report(4, 200), 1500)], [["t1", 200], ["t2", null]]);
  assert.equal(steadiness.look(report(4, 300), 13_000).get("t1"), 200);
  assert.equal(steadiness.look(report(4, 400), 14_000).get("t1"), null);
});
