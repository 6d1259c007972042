import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { NotDone } from "../../web/static/js/lib/http.js";
import { Handing } from "../../web/static/js/room/handing.js";
import { Showing } from "../../web/static/js/room/showing.js";

const page = (number, more = {}) => ({ id: number, file: "TL-1", name: "don.pdf", page: number, pages: 3, ...more });
/** Lets answers that are under way arrive. */
const arrive = async () => {
  for (let count = 0; count < 30; count += 1) await Promise.resolve();
};

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

test("an answer that comes late never brings an older page back", async () => {
  const answers = [];
  const showing = new Showing({ url: "/x", json: () => new Promise((give) => answers.push(give)), onChange: () => {} });
  const [first, second] = [showing.read(), showing.read()];
  answers[1]({ shown: page(2), files: [], may: false });
  answers[0]({ shown: page(1), files: [], may: false });
  await Promise.all([first, second]);
  assert.equal(showing.shown.page, 2);
});

test("who was just let in asks again until the office knows; who may not see forgets the page", async () => {
  let answer = { shown: null, files: [], may: false, again: true };
  const json = async () => {
    if (answer === null) throw new NotDone(404, "not_here");
    return answer;
  };
  const showing = new Showing({ url: "/x", json, onChange: () => {} });
  await showing.read();
  assert.equal(showing.shown, null);
  answer = { ...answer, shown: page(1), again: false };
  mock.timers.tick(800);
  await arrive();
  assert.equal(showing.shown.page, 1);
  answer = null;
  await showing.read();
  assert.equal(showing.shown, null);
});

test("the desk names paper and page, stays between the covers, and hears why not", async () => {
  const asked = [];
  let refusal = null;
  const json = async (method, address, body) => {
    asked.push([method, address, body]);
    if (refusal) throw refusal;
    return { shown: address.endsWith("/thoi") ? null : page(body.page), files: [], may: true };
  };
  const showing = new Showing({ url: "/x", json, onChange: () => {} });
  await showing.show("TL-1", 3);
  await showing.turn(1);
  await showing.turn(-1);
  assert.deepEqual(asked.map(([, , body]) => body.page), [3, 2]);
  refusal = new NotDone(409, "page_broken", { text: "Tệp bị hỏng" });
  await showing.turn(-1);
  assert.deepEqual([showing.trouble, showing.shown.page, showing.isBusy], ["Tệp bị hỏng", 2, false]);
  refusal = null;
  await showing.putAway();
  assert.deepEqual([showing.trouble, showing.shown], ["", null]);
});

/** An office that takes files and hand-ins by their keys. */
class Office {
  files = new Map();
  handed = new Map();
  cuts = 0;
  losesAnswer = false;

  #line() {
    if (this.cuts) {
      this.cuts -= 1;
      throw new NotDone(0, "no_answer");
    }
  }

  sendFile = async (address, file, onProgress, { key, file_key }) => {
    this.#line();
    if (file.name === "bad.jpg") throw new NotDone(422, "bad_form", { fields: { files: "Tệp hỏng" } });
    onProgress(1);
    this.files.set(file_key, key);
  };

  json = async (method, address, body) => {
    this.#line();
    if (method === "GET") return { hand_ins: [...this.handed.values()] };
    if (body.files.some((each) => this.files.get(each) !== body.key)) throw new NotDone(409, "hand_in_incomplete", { text: "Gửi lại" });
    if (!this.handed.has(body.key)) this.handed.set(body.key, { code: `BN-${this.handed.size + 1}`, state: "arrived", count: body.files.length });
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new NotDone(0, "no_answer");
    }
    return this.handed.get(body.key);
  };
}

const file = (name, type = "image/jpeg", size = 1000) => ({ name, type, size });
const handingOf = (office) => {
  let keys = 0;
  return new Handing({ url: "/x", megabytes: 1, json: office.json, sendFile: office.sendFile, onChange: () => {}, newKey: () => `k${(keys += 1)}` });
};

test("a short cut is waited out, a lost answer hands nothing in twice", async () => {
  const office = new Office();
  const handing = handingOf(office);
  handing.add([file("a.jpg"), file("b.jpg")]);
  [office.cuts, office.losesAnswer] = [2, true];
  const sent = handing.send();
  for (let n = 0; n < 6; n += 1) {
    await arrive();
    mock.timers.tick(30_000);
  }
  await sent;
  assert.deepEqual([office.handed.size, handing.sent.count, handing.files.length, handing.trouble], [1, 2, 0, ""]);
  assert.equal(handing.waiting, 1);
});

test("what was cut off for long is kept and goes on with one press", async () => {
  const office = new Office();
  const handing = handingOf(office);
  handing.add([file("a.jpg"), file("b.jpg")]);
  office.cuts = 50;
  const sent = handing.send();
  for (let n = 0; n < 8; n += 1) {
    await arrive();
    mock.timers.tick(30_000);
  }
  await sent;
  assert.deepEqual([handing.trouble, handing.files.length, handing.isSending], ["no_answer", 2, false]);
  office.cuts = 0;
  await handing.send();
  assert.equal(handing.sent.count, 2);
});

test("other files are another hand-in, so nothing vanishes into one that had arrived", async () => {
  const office = new Office();
  const handing = handingOf(office);
  handing.add([file("a.jpg"), file("bad.jpg")]);
  await handing.send();
  assert.deepEqual([handing.trouble, handing.files.map((each) => each.state)], ["Tệp hỏng", ["kept", "failed"]]);
  handing.drop(handing.files[1].key);
  handing.add([file("c.jpg")]);
  await handing.send();
  assert.equal(handing.sent.count, 2);
});

test("too many, too large and other kinds are told before anything is sent", () => {
  const handing = handingOf(new Office());
  const tried = (chosen) => {
    handing.add(chosen);
    return handing.trouble;
  };
  assert.equal(tried([file("a.gif", "image/gif")]), "kind");
  assert.equal(tried([file("a.jpg", "image/jpeg", 2_000_000)]), "large");
  assert.equal(tried(Array.from({ length: 6 }, (_, n) => file(`${n}.jpg`))), "many");
  assert.equal(handing.files.length, 5);
});
