/**
 * Keeps a part of a page fresh: fetches data-from (else the page itself) every data-every seconds and puts what has
 * the same id in its place. Not while somebody is inside it with the keyboard, nor while the page is hidden.
 * A part with data-from goes on behind other pages, since somebody waits for it there: what carries data-ring and was
 * not there before is told by soft tones. Without JavaScript one reloads.
 */

import { chime } from "../lib/chime.js";

/** @param {HTMLElement} root */
export function start(root) {
  const every = Number(root.dataset["every"]) * 1000;
  if (!(every >= 5_000) || !root.id) throw new TypeError("refresh needs an id and data-every of at least 5");
  const from = root.dataset["from"] ?? location.pathname;
  const rung = new Set(ringing(root));

  async function fetchAgain() {
    const isBusy = root.contains(document.activeElement);
    if (isBusy || (document.visibilityState !== "visible" && root.dataset["from"] === undefined)) return;
    const answer = await fetch(from, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(root.id);
    if (!fresh || root.contains(document.activeElement)) return;
    const news = ringing(fresh).filter((each) => !rung.has(each));
    for (const each of news) rung.add(each);
    root.replaceChildren(...fresh.childNodes);
    if (news.length) void chime();
  }

  setInterval(() => void fetchAgain(), every);
}

/** @param {HTMLElement} within */
function ringing(within) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-ring]"))].map((each) => each.dataset["ring"] ?? "");
}
