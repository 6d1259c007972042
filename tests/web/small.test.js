import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { judgeBrowser, outsideAddress, permissionHelp, scoreOf } from "../../web/static/js/room/browser.js";
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

const able = { hasMedia: true, hasPeer: true, isSecure: true };
const ZALO = "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 Zalo android/24010650";
const IPHONE_FB = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/460.0]";

test("people inside other apps are shown the way out", () => {
  assert.deepEqual(judgeBrowser({ ...able, userAgent: ZALO }), { state: "warn", code: "zalo" });
  assert.deepEqual(judgeBrowser({ ...able, hasMedia: false, userAgent: IPHONE_FB }), { state: "fail", code: "facebook" });
  assert.equal(outsideAddress(ZALO, "https://tiepdan.example/vao/ab.cd?x=1"), "intent://tiepdan.example/vao/ab.cd?x=1#Intent;scheme=https;action=android.intent.action.VIEW;end");
  assert.equal(outsideAddress(IPHONE_FB, "https://tiepdan.example/"), null);
});

test("an old browser and an insecure address are told apart", () => {
  assert.equal(judgeBrowser({ ...able, isSecure: false, hasMedia: false, userAgent: "Chrome" }).code, "not_secure");
  assert.equal(judgeBrowser({ ...able, hasPeer: false, userAgent: "Chrome" }).code, "too_old");
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
  assert.equal(scoreOf({ browser: { state: "fail" } }), "failed");
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
