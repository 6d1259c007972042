/** A <details> menu: closes on Escape, on a press elsewhere and when the focus leaves it. */

import { part } from "../lib/dom.js";

/** @param {HTMLElement} root */
export function start(root) {
  const close = () => root.removeAttribute("open");
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.hasAttribute("open")) return;
    close();
    part(root, "summary", HTMLElement).focus();
  });
  root.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !root.contains(event.relatedTarget)) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !root.contains(event.target)) close();
  });
}
