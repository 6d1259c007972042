import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { NotDone } from "../../web/static/js/lib/http.js";
import { FIELDS, Minutes } from "../../web/static/js/room/minutes.js";

/** An office that keeps the contract of the minutes' page. */
class Office {
  fields = Object.fromEntries(FIELDS.map((name) => [name, { words: "", version: 0, changed_at: null, changed_by: null }]));
  said = [];
  keys = new Map();
  isDown = false;
  losesAnswer = false;

  json = async (method, address, body) => {
    if (this.isDown) throw new NotDone(0, "no_answer");
    if (method === "GET") {
      return structuredClone({ code: "b-1", state: "draft", version: 1, fields: this.fields, answers: [], paragraphs: {}, method: null, may: { edit: true } });
    }
    this.said.push(body);
    const field = this.fields[body.field];
    if (!this.keys.has(body.key)) {
      if (field.version !== body.version) {
        throw new NotDone(409, "stale", { code: "stale", facts: {}, theirs: { ...field } });
      }
      this.write(body.field, body.words);
      this.keys.set(body.key, field.version);
    }
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new NotDone(0, "no_answer");
    }
    return { version: this.keys.get(body.key) };
  };

  write(name, words, by = null) {
    const field = this.fields[name];
    Object.assign(field, { words, version: field.version + 1, changed_by: by });
  }
}

class Shelf {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, text) => this.kept.set(key, text);
  removeItem = (key) => this.kept.delete(key);
}

const FIELD = "content_presented";
let office, shelf, minutes;
const open = () => new Minutes({ url: "/bien-ban/1", json: office.json, storage: shelf, onChange: () => {}, newKey: () => `k${Math.random()}` });
/** Lets answers that are under way arrive. */
const arrive = async () => {
  for (let count = 0; count < 20; count += 1) await Promise.resolve();
};

beforeEach(async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  [office, shelf] = [new Office(), new Shelf()];
  minutes = open();
  await minutes.read();
});

test("typed words are saved after a pause and then forgotten here", async () => {
  minutes.type(FIELD, "Đường");
  minutes.type(FIELD, "Đường tắc");
  assert.equal(shelf.kept.size, 1);
  mock.timers.tick(900);
  await arrive();
  assert.deepEqual(office.said.map((each) => each.words), ["Đường tắc"]);
  assert.equal(shelf.kept.size, 0);
  assert.equal(minutes.hasUnsaved, false);
  assert.equal(minutes.words(FIELD), "Đường tắc");
});

test("who types without a pause is saved every five seconds all the same", async () => {
  for (let count = 0; count < 12; count += 1) {
    minutes.type(FIELD, "x".repeat(count + 1));
    mock.timers.tick(500);
    await arrive();
  }
  assert.equal(office.said.length, 1);
});

test("words typed while saving are saved next, on the new version", async () => {
  minutes.type(FIELD, "một");
  const saving = minutes.save(FIELD);
  minutes.type(FIELD, "một hai");
  await saving;
  await arrive();
  mock.timers.tick(900);
  await arrive();
  assert.deepEqual(office.said.map((each) => [each.words, each.version]), [["một", 0], ["một hai", 1]]);
  assert.equal(office.fields[FIELD].words, "một hai");
});

test("without a network words stay here and are sent when it is back", async () => {
  office.isDown = true;
  minutes.type(FIELD, "giữ lại");
  await minutes.save(FIELD);
  assert.equal(minutes.drafts[FIELD].state, "unsent");
  assert.equal(shelf.kept.size, 1);
  office.isDown = false;
  mock.timers.tick(2000);
  await arrive();
  assert.equal(office.fields[FIELD].words, "giữ lại");
  assert.equal(shelf.kept.size, 0);
});

test("a lost answer writes nothing twice", async () => {
  office.losesAnswer = true;
  minutes.type(FIELD, "một lần");
  await minutes.save(FIELD);
  mock.timers.tick(2000);
  await arrive();
  assert.equal(office.said[0].key, office.said[1].key);
  assert.equal(office.fields[FIELD].version, 1);
  assert.equal(minutes.hasUnsaved, false);
});

test("after a reload unsaved words come back and are sent", async () => {
  office.isDown = true;
  minutes.type(FIELD, "trước khi tải lại");
  await minutes.save(FIELD);
  office.isDown = false;
  const again = open();
  await again.read();
  assert.equal(again.words(FIELD), "trước khi tải lại");
  mock.timers.tick(900);
  await arrive();
  assert.equal(office.fields[FIELD].words, "trước khi tải lại");
});

test("two writers: both texts stand side by side until a person has merged them", async () => {
  minutes.type(FIELD, "của tôi");
  office.write(FIELD, "của Hạnh", "Trần Thị Hạnh");
  await minutes.save(FIELD);
  assert.equal(minutes.drafts[FIELD].state, "stale");
  assert.equal(minutes.drafts[FIELD].words, "của tôi");
  assert.equal(minutes.drafts[FIELD].theirs.words, "của Hạnh");
  minutes.type(FIELD, "của tôi, thêm");
  mock.timers.tick(5000);
  await arrive();
  assert.equal(office.fields[FIELD].words, "của Hạnh", "nothing is sent over somebody's head");
  minutes.merge(FIELD, "của Hạnh và của tôi");
  await arrive();
  assert.equal(office.fields[FIELD].words, "của Hạnh và của tôi");
  assert.equal(shelf.kept.size, 0);
});

test("news from the office do not overwrite what is being typed", async () => {
  minutes.type(FIELD, "đang gõ");
  office.write("citizen_demand", "khác ô", "Tú");
  await minutes.read();
  assert.equal(minutes.words(FIELD), "đang gõ");
  assert.equal(minutes.words("citizen_demand"), "khác ô");
});
