/**
 * Keeps a part of a page fresh: fetches the page again every data-every seconds and puts the same part in its place.
 * Not while the page is hidden, nor while somebody is inside it with the keyboard. Without JavaScript one reloads.
 */

/** @param {HTMLElement} root */
export function start(root) {
  const every = Number(root.dataset["every"]) * 1000;
  if (!(every >= 5_000)) throw new TypeError("refresh needs data-every of at least 5");

  async function fetchAgain() {
    if (document.visibilityState !== "visible" || root.contains(document.activeElement)) return;
    const answer = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector('[data-module="refresh"]');
    if (fresh && !root.contains(document.activeElement)) root.replaceChildren(...fresh.childNodes);
  }

  setInterval(() => void fetchAgain(), every);
}
