/**
 * Plays the recording of one reception: several pictures, one timeline. Markup and sentences: parts/player.html.
 * Every <video> (or <audio>) carries data-zero, the second of the common timeline at which it begins, and data-length.
 * Several of them inside one figure are one person's stretches, with gaps where the line was lost.
 *
 * The common clock leads and the pictures follow: a picture more than a third of a second away is set, a smaller
 * drift is caught up by playing a little faster or slower, and while one of them has nothing to play all wait.
 */

import { icon, make, part } from "../lib/dom.js";
import { length as asLength } from "../lib/time.js";
import { wordsOf } from "../lib/words.js";

const BEAT = 200;
const TOO_FAR = 0.35;
const HEARD = 0.05;

/**
 * @typedef {{ media: HTMLMediaElement, zero: number, length: number }} Stretch
 * @typedef {{ figure: HTMLElement, stretches: Stretch[] }} Picture
 */

/**
 * The stretch that has something at this second of the timeline.
 * @param {Picture} picture
 * @param {number} at
 */
function stretchAt(picture, at) {
  return picture.stretches.find((one) => at >= one.zero && at < one.zero + one.length);
}

/**
 * @param {HTMLElement} root
 * @returns {Picture[]}
 */
function picturesOf(root) {
  const figures = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".player__picture"));
  return [...figures].map((figure) => ({
    figure,
    stretches: [...figure.querySelectorAll("video, audio")]
      .filter((media) => media instanceof HTMLMediaElement)
      .map((media) => {
        media.controls = false;
        media.preload = "auto";
        return { media, zero: Number(media.dataset["zero"] ?? 0), length: Number(media.dataset["length"] ?? 0) };
      }),
  }));
}

/**
 * Brings one picture to where the clock stands.
 * @param {Picture} picture
 * @param {number} at
 * @param {boolean} playing
 * @param {number} rate
 * @returns {boolean} false when it has nothing to play yet and the others should wait
 */
function follow(picture, at, playing, rate) {
  const current = stretchAt(picture, at);
  picture.figure.classList.toggle("is-silent", !current);
  for (const one of picture.stretches) {
    one.media.hidden = current ? one !== current : one !== picture.stretches[0];
    if (one !== current) one.media.pause();
  }
  if (!current) return true;
  const { media, zero } = current;
  // A file may be a little shorter than the office believes; play() on a finished one would begin it again.
  if (at - zero > media.duration - HEARD) {
    media.pause();
    return true;
  }
  const drift = media.currentTime - (at - zero);
  if (Math.abs(drift) > TOO_FAR && !media.seeking) media.currentTime = at - zero;
  media.playbackRate = rate * (Math.abs(drift) > HEARD ? (drift > 0 ? 0.95 : 1.05) : 1);
  if (playing && media.paused) media.play().catch(() => {});
  if (!playing) media.pause();
  return media.error !== null || media.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
}

/** @param {HTMLElement} root */
export function start(root) {
  const say = wordsOf(root);
  const pictures = picturesOf(root);
  const whole = Number(root.dataset["length"]) || Math.max(...pictures.flatMap((p) => p.stretches.map((s) => s.zero + s.length)));
  const sprite = root.dataset["icons"] ?? "";
  let at = 0;
  let rate = 1;
  let playing = false;
  let before = performance.now();

  const press = make("button", { type: "button", class: "button button--primary", onclick: toggle });
  const line = make("input", { type: "range", class: "player__line", min: "0", max: String(Math.floor(whole)), step: "1", value: "0", "aria-label": say("line"), oninput: () => go(Number(line.value)) });
  const place = make("p", { class: "player__time" });
  const rates = make(
    "select",
    { class: "input player__rate", "aria-label": say("rate"), onchange: () => (rate = Number(rates.value)) },
    ...["0.75", "1", "1.25", "1.5", "2"].map((value) => make("option", { value, selected: value === "1" }, `${value.replace(".", ",")}×`)),
  );
  const step = (/** @type {number} */ by, /** @type {string} */ key) =>
    make("button", { type: "button", class: "button button--secondary", onclick: () => go(at + by) }, say(key));
  part(root, ".player__pictures", HTMLElement).after(
    make("div", { class: "player__controls" }, press, step(-10, "back"), step(10, "on"), line, place, make("span", { class: "select" }, rates)),
  );

  function toggle() {
    if (!playing && at >= whole) at = 0;
    playing = !playing;
    before = performance.now();
    draw();
  }

  /** @param {number} second */
  function go(second) {
    at = Math.min(Math.max(0, second), whole);
    draw();
  }

  function draw() {
    const ready = pictures.map((picture) => follow(picture, at, playing, rate)).every(Boolean);
    const words = say("place", { now: asLength(at), all: asLength(whole) });
    if (place.textContent !== words) place.textContent = words;
    line.value = String(Math.floor(at));
    line.setAttribute("aria-valuetext", words);
    const verb = say(playing ? "pause" : "play");
    if (press.textContent !== verb) press.replaceChildren(icon(`${sprite}#${playing ? "pause" : "play"}`), make("span", {}, verb));
    for (const mark of marks) mark.ariaCurrent = at >= Number(mark.dataset["at"]) && at < Number(mark.dataset["until"] ?? whole) ? "true" : null;
    return ready;
  }

  const marks = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".player__mark"));
  for (const mark of marks) mark.addEventListener("click", () => go(Number(mark.dataset["at"])));

  setInterval(() => {
    const now = performance.now();
    const passed = ((now - before) / 1000) * rate;
    before = now;
    if (!playing) return;
    if (draw()) at = Math.min(at + passed, whole);
    if (at >= whole) toggle();
  }, BEAT);
  draw();
}
