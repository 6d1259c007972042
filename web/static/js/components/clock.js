/**
 * Counts towards a moment in words. On the element: data-until (ISO), data-now (ISO, when the page was made) and
 * data-say-days "{days}", data-say-hours "{hours} {minutes}", data-say-minutes "{minutes}", data-say-soon, data-say-now.
 * data-then="reload" opens the page again at that moment. Without JavaScript the sentence of the template stands.
 */

import { serverClock } from "../lib/time.js";
import { wordsOf } from "../lib/words.js";

/** @param {HTMLElement} root */
export function start(root) {
  const say = wordsOf(root);
  const now = serverClock(root.dataset["now"]);
  const until = Date.parse(root.dataset["until"] ?? "");
  if (Number.isNaN(until)) throw new TypeError("clock needs data-until");

  function sentence() {
    const left = Math.max(0, until - now());
    const minutes = Math.ceil(left / 60_000);
    if (left === 0) return say("now");
    if (left <= 60_000) return say("soon");
    if (minutes < 60) return say("minutes", { minutes });
    if (minutes < 24 * 60) return say("hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
    return say("days", { days: Math.floor(minutes / (24 * 60)) });
  }

  function tick() {
    const next = sentence();
    // Written only when it changes, so that a screen reader is not told the same thing every second.
    if (root.textContent !== next) root.textContent = next;
    if (now() < until) return;
    clearInterval(beat);
    if (root.dataset["then"] === "reload" && now() - until < 60_000) location.reload();
  }

  const beat = setInterval(tick, 1000);
  tick();
}
