import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Capture, wish } from "../../web/static/js/room/capture.js";

/** A device's track as a browser gives it; `stop` does not say "ended", as in browsers. */
class Track {
  readyState = "live";
  muted = false;
  enabled = true;
  onended = this.onmute = this.onunmute = null;
  constructor(kind) {
    this.kind = kind;
  }
  stop() {
    this.readyState = "ended";
  }
  silence(isSilent) {
    this.muted = isSilent;
    this[isSilent ? "onmute" : "onunmute"]?.();
  }
  unplug() {
    this.readyState = "ended";
    this.onended?.();
  }
}

let opened = [];
let asked = [];
let isThere = true;
let plugged = () => {};
const devices = {
  addEventListener: (_, hear) => (plugged = hear),
  async getUserMedia({ audio, video }) {
    asked.push([audio?.deviceId?.ideal, video?.deviceId?.ideal]);
    if (!isThere) throw Object.assign(new Error("gone"), { name: "NotFoundError" });
    const tracks = [audio && new Track("audio"), video && new Track("video")].filter(Boolean);
    opened.push(...tracks);
    const of = (kind) => tracks.filter((each) => each.kind === kind);
    return { getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") };
  },
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: devices }, configurable: true });
let kept = {};
globalThis.localStorage = { getItem: (key) => kept[key] ?? null, setItem: (key, value) => (kept[key] = value) };

let told = [];
let sent = [];
const open = async () => {
  const capture = new Capture({ onTrack: (kind, track) => sent.push([kind, track]), onTrouble: (kind, trouble) => told.push([kind, trouble]), onShareEnded() {} }, false);
  await capture.start();
  return capture;
};

beforeEach(() => {
  opened = [];
  asked = [];
  kept = {};
  told = [];
  sent = [];
  isThere = true;
});

test("both are asked for together, mono and without echo", async () => {
  const capture = await open();
  assert.equal(opened.length, 2);
  assert.deepEqual(capture.sends, { mic: true, camera: true });
  assert.equal(wish("mic", true, "").channelCount, 1);
  assert.equal(wish("mic", true, "").echoCancellation, true);
});

test("a telephone call silences the microphone: it is not sent, and one press opens it again", async () => {
  const capture = await open();
  const [mic] = opened;
  mic.silence(true);
  assert.deepEqual(told.at(-1), ["mic", "busy"]);
  assert.equal(capture.sends.mic, false);
  await capture.repair("mic");
  assert.equal(opened.length, 3);
  assert.equal(mic.readyState, "ended");
  assert.deepEqual(told.at(-1), ["mic", null]);
  assert.equal(capture.sends.mic, true);
});

test("what comes back by itself needs no press and is not opened twice", async () => {
  const capture = await open();
  opened[1].silence(true);
  opened[1].silence(false);
  assert.deepEqual(told.at(-1), ["camera", null]);
  await capture.repair("camera");
  assert.equal(opened.length, 2);
});

test("an unplugged device is told; what ended without a word is opened when the page is seen again", async () => {
  const capture = await open();
  isThere = false;
  opened[0].unplug();
  await new Promise((then) => setTimeout(then));
  assert.equal(capture.sends.mic, false);
  assert.deepEqual(told.at(-1), ["mic", "missing"]);
  isThere = true;
  opened[1].readyState = "ended";
  await capture.wake();
  assert.equal(capture.sends.camera, true);
  await capture.repair("mic");
  assert.deepEqual(capture.sends, { mic: true, camera: true });
});

test("another device takes the place of the first without leaving, and is asked for again next time", async () => {
  const capture = await open();
  const [mic, camera] = opened;
  await capture.use("mic", "headset");
  await capture.use("camera", "front");
  const [, , headset, front] = opened;
  assert.deepEqual(sent.slice(-2), [["audio", headset], ["video", front]]);
  assert.deepEqual([mic.readyState, camera.readyState], ["ended", "ended"]);
  assert.deepEqual(capture.sends, { mic: true, camera: true });
  capture.stop();
  await open();
  assert.deepEqual(asked.at(-1), ["headset", "front"]);
});

test("a device that is plugged in again is used without a press", async () => {
  const capture = await open();
  isThere = false;
  opened[0].unplug();
  await new Promise((then) => setTimeout(then));
  isThere = true;
  plugged();
  await new Promise((then) => setTimeout(then));
  assert.deepEqual(capture.sends, { mic: true, camera: true });
});

test("whoever left, or was not let in yet, has no device opened by plugging one in, nor by a late answer of the browser", async () => {
  new Capture({ onTrack() {}, onTrouble() {}, onShareEnded() {} }, false);
  plugged();
  await new Promise((then) => setTimeout(then));
  assert.equal(opened.length, 0);
  const capture = await open();
  capture.stop();
  plugged();
  await new Promise((then) => setTimeout(then));
  assert.equal(opened.length, 2);
  const asking = capture.start();
  capture.stop();
  await asking;
  assert.deepEqual(opened.map((each) => each.readyState), ["ended", "ended", "ended", "ended"]);
});
