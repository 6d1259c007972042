import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Line, Refused } from "../../web/static/js/room/protocol.js";

/** Stands in for the browser's WebSocket; what it is told is read, what it says is given. */
class Socket {
  readyState = 0;
  said = [];
  isClosed = false;
  accept() {
    this.readyState = 1;
    this.onopen();
  }
  send(text) {
    this.said.push(JSON.parse(text));
  }
  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  cut(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
  close() {
    this.isClosed = true;
    this.readyState = 3;
  }
}

const WELCOME = { type: "welcome", connection: 0, powers: [], ice_servers: [], slots: 7 };
let sockets, heard, line;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  sockets = [];
  heard = [];
  line = new Line({
    url: "ws://here/ws", ticket: "t", device: "d", browser: "b",
    hear: (message) => heard.push(message),
    open: () => {
      sockets.push(new Socket());
      return sockets.at(-1);
    },
    random: () => 1,
  });
  line.start();
});

const last = () => sockets.at(-1);
const links = () => heard.filter((each) => each.type === "link").map((each) => each.state);
const pass = (milliseconds) => mock.timers.tick(milliseconds);
const enter = () => {
  last().accept();
  last().say(WELCOME);
};
/** Seconds in which the room's heart beats. */
const live = (seconds) => {
  for (let second = 0; second < seconds; second += 1) {
    pass(1000);
    last().say({ type: "tick" });
  }
};

test("says hello with the ticket first, and is open when welcomed", () => {
  last().accept();
  assert.deepEqual(last().said, [{ type: "hello", ticket: "t", device: "d", browser: "b", again: false }]);
  assert.equal(line.state, "connecting");
  last().say(WELCOME);
  assert.equal(line.state, "open");
});

test("a command carries an id and is settled by its answer", async () => {
  enter();
  const done = line.ask("begin");
  const refused = line.ask("end");
  const [, begin, end] = last().said;
  assert.equal(begin.type, "begin");
  assert.notEqual(begin.id, end.id);
  last().say({ type: "done", re: begin.id });
  last().say({ type: "refused", re: end.id, code: "no_power" });
  await done;
  await assert.rejects(refused, (error) => error instanceof Refused && error.code === "no_power");
});

test("a command asked while the line is down goes out after the welcome, once, under its id", async () => {
  enter();
  const asked = line.ask("admit", { member: "m-lan" });
  const { id } = last().said[1];
  last().cut();
  pass(300);
  enter();
  assert.deepEqual(last().said.slice(1), [{ type: "admit", member: "m-lan", id }]);
  last().say({ type: "done", re: id });
  await asked;
  last().cut();
  pass(300);
  enter();
  assert.equal(last().said.length, 1);
});

test("of switches only the last is kept", async () => {
  const first = line.ask("media", { mic: true });
  void line.ask("media", { mic: false });
  await first;
  enter();
  assert.deepEqual(last().said.slice(1).map((each) => each.mic), [false]);
});

test("an offer is worthless later and is not kept", () => {
  assert.equal(line.tell("offer", { sdp: "v=0", connection: 1 }), false);
  enter();
  assert.equal(last().said.length, 1);
  assert.equal(line.tell("offer", { sdp: "v=0", connection: 2 }), true);
});

test("what could not be said for half a minute is given up, aloud", async () => {
  const asked = assert.rejects(line.ask("end"), (error) => error.code === "not_sent");
  for (let count = 0; count < 45; count += 1) pass(1000);
  await asked;
  assert.ok(heard.some((each) => each.type === "unsent"));
});

test("pings every two seconds", () => {
  enter();
  live(6);
  assert.equal(last().said.filter((each) => each.type === "ping").length, 3);
});

test("a room silent for more than four seconds is lost; ticks keep it", () => {
  enter();
  live(10);
  assert.equal(line.state, "open");
  const socket = last();
  for (let second = 0; second < 5; second += 1) pass(1000);
  assert.ok(socket.isClosed);
  assert.equal(line.state, "lost");
});

test("a page that slept does not blame the room", () => {
  enter();
  live(2);
  mock.timers.setTime(Date.now() + 60_000);
  pass(1000);
  assert.equal(line.state, "open");
  last().say({ type: "tick" });
  live(3);
  assert.equal(line.state, "open");
});

test("waits longer between tries, at most two seconds, and starts small again after a welcome", () => {
  enter();
  for (const delay of [300, 600, 1200, 2000, 2000, 2000]) {
    last().cut();
    const count = sockets.length;
    pass(delay - 1);
    assert.equal(sockets.length, count, `too early: ${delay}`);
    pass(1);
    assert.equal(sockets.length, count + 1, `too late: ${delay}`);
  }
  enter();
  last().cut();
  pass(300);
  assert.equal(links().at(-1), "connecting");
});

test("an unanswered hello is tried again", () => {
  last().accept();
  for (let second = 0; second < 10; second += 1) pass(1000);
  assert.ok(sockets.length > 1);
});

test("hurry tries at once when the network is back", () => {
  enter();
  last().cut();
  last().onclose ??= () => {};
  const count = sockets.length;
  line.hurry();
  assert.equal(sockets.length, count + 1);
});

for (const [close, code] of [[4401, "expired"], [4403, "removed"], [4409, "replaced"], [4410, "ended"]]) {
  test(`close code ${close} means ${code} and nothing is tried again`, () => {
    enter();
    last().cut(close);
    pass(60_000);
    assert.equal(sockets.length, 1);
    assert.deepEqual(heard.at(-1), { type: "link", state: "closed", at: heard.at(-1).at, code, ground: null });
  });
}

test("a goodbye says more than its close code", () => {
  enter();
  last().say({ type: "bye", code: "refused", ground: "sai lịch" });
  last().cut(4403);
  const news = heard.at(-1);
  assert.deepEqual([news.state, news.code, news.ground], ["closed", "refused", "sai lịch"]);
});

test("a device that stands aside says only that it is there, and hears the end", () => {
  enter();
  void line.ask("hand", { up: true }).catch(() => {});
  last().say({ type: "elsewhere" });
  const count = last().said.length;
  live(10);
  assert.deepEqual([line.state, heard.filter((each) => each.state === "closed").map((each) => each.code)], ["closed", ["replaced"]]);
  assert.deepEqual(new Set(last().said.slice(count).map((each) => each.type)), new Set(["ping"]));
  last().say({ type: "bye", code: "ended", ground: null });
  last().cut(4410);
  assert.equal(heard.at(-1).code, "ended");
});

test("a device that stands aside and loses its line does not come back by itself", () => {
  enter();
  last().say({ type: "elsewhere" });
  last().cut();
  pass(60_000);
  assert.equal(sockets.length, 1);
  assert.equal(heard.at(-1).code, "replaced");
});

test("hello says which browser this is, and whether it comes back by itself", () => {
  last().accept();
  last().say(WELCOME);
  last().cut();
  pass(5000);
  last().accept();
  const hellos = sockets.map((each) => each.said[0]).filter(Boolean);
  assert.deepEqual(hellos.map((each) => [each.browser, each.again]), [["b", false], ["b", true]]);
});

test("a worker that moves is followed, one that breaks is tried three times", () => {
  enter();
  last().say({ type: "bye", code: "moving" });
  last().cut(1012);
  assert.equal(line.state, "lost");
  pass(300);
  for (let count = 0; count < 3; count += 1) {
    last().cut(4400);
    pass(5000);
  }
  assert.equal(line.state, "closed");
});

test("news of an old socket is not news", () => {
  enter();
  const old = last();
  line.hurry();
  old.cut();
  pass(300);
  enter();
  const count = heard.length;
  old.say({ type: "tick" });
  old.cut();
  assert.equal(heard.length, count);
});

test("leaving is final and gives up what was asked", async () => {
  enter();
  const asked = assert.rejects(line.ask("hand", { up: true }));
  line.close();
  await asked;
  pass(60_000);
  assert.equal(sockets.length, 1);
  assert.equal(heard.find((each) => each.state === "closed").code, "left");
});

test("a call that nobody answers is made again beside the first, and whoever answers first is the line", () => {
  for (let second = 0; second < 5; second += 1) pass(1000);
  assert.equal(sockets.length, 3);
  const [first, second, third] = sockets;
  second.accept();
  assert.deepEqual(second.said.map((each) => each.type), ["hello"]);
  assert.ok(first.isClosed && third.isClosed && !second.isClosed);
  first.accept();
  assert.deepEqual(first.said, []);
  second.say(WELCOME);
  assert.equal(line.state, "open");
  pass(1000);
  assert.equal(sockets.length, 3);
});

test("a refused call does not end the others that still ring", () => {
  for (let second = 0; second < 2; second += 1) pass(1000);
  assert.equal(sockets.length, 2);
  sockets[0].cut();
  assert.equal(line.state, "connecting");
  sockets[1].cut();
  assert.equal(line.state, "lost");
});
