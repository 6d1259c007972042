/** A button that opens the print dialog; hidden in pages without JavaScript, where the browser's own menu does it. */

/** @param {HTMLElement} root */
export function start(root) {
  root.hidden = false;
  root.addEventListener("click", () => window.print());
}
